"""Close narrow gaps between polygons: closed ones whole, open ones piece by piece.

Gaps between borders that were drawn twice form one web that reaches the outside; handing that web
to a single neighbour, as is right for a closed gap, would grow tentacles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.layers.borders import borders_of, neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP_M = 5.0  # spacing of the border points whose Voronoi cells divide a gap
TOUCH_M: Final = 0.01  # a border this close to a gap is its rim
_CRUMB_M2 = 1e-4
_WIDTH_SHARE = 1e-3  # how exactly the width of a closed gap is measured
_FINE_VERTICES, _FINE_PARTS = 20_000, 60  # growing a finer outline takes minutes


def close_gaps(coverage: NDArray[np.object_], *, width_m: float) -> NDArray[np.object_]:
    """Return polygons with each closed gap between them that is narrower than `width_m`.

    A gap goes to the polygon it has the longest border with. `shapely.coverage_clean` does the
    same, but asks ever more polygons for each gap the larger the layer is.

    Parameters
    ----------
    coverage
        Edge-matched polygons without overlap, shape (n,), metres.
    width_m
        Gaps in which a circle of this diameter fits stay open.

    Examples
    --------
    >>> from shapely import box
    >>> holed = np.array([box(0, 0, 9, 9) - box(3, 3, 6, 6)])
    >>> shapely.area(close_gaps(holed, width_m=4)).tolist()
    [81.0]
    """
    gaps = _closed_gaps(coverage)
    gaps = gaps[_narrower(gaps, width_m)]
    near = neighbours(borders_of(np.concatenate([coverage, gaps])))
    gap = near.pairs[:, 1] - len(coverage)  # pairs are sorted, and gaps never border each other
    owner, length_m = near.pairs[gap >= 0, 0], near.length_m[gap >= 0]
    gap = gap[gap >= 0]
    order = np.lexsort((-owner, length_m, gap))
    host = np.full(len(gaps), -1)
    host[gap[order]] = owner[order]  # the last write of a gap is its longest border
    grown = coverage.copy()
    for polygon in np.unique(host[host >= 0]):
        parts = np.append(gaps[host == polygon], coverage[polygon])
        grown[polygon] = shapely.coverage_union_all(parts)
    return grown


def _closed_gaps(coverage: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the ground inside the outlines of polygons that none of them covers."""
    parts = shapely.get_parts(shapely.coverage_union_all(coverage))
    rings, part = shapely.get_rings(parts, return_index=True)
    outer = np.append(True, part[1:] != part[:-1])[: len(rings)]
    gaps: NDArray[np.object_] = shapely.polygons(rings[~outer])
    islands = shapely.polygons(rings[outer])
    if not len(gaps):
        return gaps
    inner = shapely.point_on_surface(parts)
    island, around = shapely.STRtree(gaps).query(inner, predicate="intersects")
    for gap in np.unique(around):  # few gaps have anything inside
        held = shapely.union_all(islands[island[around == gap]])
        gaps[gap] = shapely.difference(gaps[gap], held)
    flat: NDArray[np.object_] = shapely.get_parts(gaps)
    return flat


def _narrower(gaps: NDArray[np.object_], width_m: float) -> NDArray[np.bool_]:
    """Return the gaps in which no circle of a diameter fits; most tell by their area or box."""
    west_south, east_north = np.split(shapely.bounds(gaps), 2, axis=1)
    narrow: NDArray[np.bool_] = 4 * shapely.area(gaps) <= np.pi * width_m**2
    narrow |= (east_north - west_south).min(axis=1) <= width_m
    radii = shapely.maximum_inscribed_circle(gaps[~narrow], _WIDTH_SHARE * width_m)
    narrow[~narrow] = 2 * shapely.length(radii) <= width_m
    return narrow


def share_gaps(polygons: NDArray[np.object_], *, width_m: float) -> NDArray[np.object_]:
    """Return the polygons grown into the gaps between them that are narrower than `width_m`.

    Parameters
    ----------
    polygons
        Polygons that do not overlap, shape (n,), metres.
    width_m
        Gaps at least this wide (lakes, a subdistrict that did not deliver) stay open.

    Examples
    --------
    >>> from shapely import box
    >>> two = np.array([box(0, 0, 50, 80), box(52, 0, 100, 80)])
    >>> shapely.area(share_gaps(two, width_m=5)).round().tolist()
    [4080.0, 3920.0]
    """
    pieces = narrow_gaps(polygons, width_m)
    if not len(pieces):
        return polygons
    gaps = shapely.union_all(pieces)
    owners, cells = _nearest_cells(polygons, gaps)
    grown = polygons.copy()
    for owner in np.unique(owners):  # the web of gaps is one huge polygon: clip before cutting
        around = shapely.bounds(polygons[owner]) + np.array([-1, -1, 1, 1]) * width_m
        near = shapely.intersection(gaps, shapely.box(*around))  # clip_by_rect breaks on spikes
        reach = shapely.union_all(cells[owners == owner])
        piece = shapely.intersection(reach, near)
        grown[owner] = polygons_of(shapely.union(polygons[owner], piece))
    return grown


def polygons_of(geometry: shapely.Geometry) -> shapely.Geometry:
    """Return only the polygonal parts of a geometry, as one Polygon or MultiPolygon."""
    parts = [p for p in shapely.get_parts(geometry) if p.geom_type in ("Polygon", "MultiPolygon")]
    flat = shapely.get_parts(np.array(parts, dtype=object))
    return flat[0] if len(flat) == 1 else shapely.multipolygons(flat)


def narrow_gaps(polygons: NDArray[np.object_], width_m: float) -> NDArray[np.object_]:
    """Return the gaps between polygons that are narrower than `width_m`, as polygons."""
    if len(polygons) < 2:  # noqa: PLR2004  (a gap lies between two)
        return np.empty(0, dtype=object)
    whole = shapely.union_all(polygons)
    outline = whole
    if shapely.get_num_coordinates(whole) > _FINE_VERTICES:  # drawn finer than any gap is wide
        outline = shapely.simplify(whole, width_m / _FINE_PARTS, preserve_topology=False)
    grown = shapely.buffer(outline, width_m / 2, join_style="mitre")
    closed = shapely.buffer(grown, -width_m / 2, join_style="mitre")
    bites = shapely.get_parts(shapely.difference(closed, whole))
    bites = bites[shapely.area(bites) > _CRUMB_M2]
    # a bite out of one polygon's own outline is its shape, not a gap between two
    near = shapely.STRtree(bites).query(polygons, predicate="dwithin", distance=TOUCH_M)[1]
    between: NDArray[np.object_] = bites[np.bincount(near, minlength=len(bites)) > 1]
    return between


def _nearest_cells(
    polygons: NDArray[np.object_], gaps: shapely.Geometry
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Return Voronoi cells of border points along the gaps, and the polygon each belongs to."""
    rims = shapely.intersection(shapely.boundary(polygons), shapely.buffer(gaps, TOUCH_M))
    points, owners = shapely.get_coordinates(shapely.segmentize(rims, _STEP_M), return_index=True)
    _, first = np.unique(points.round(3), axis=0, return_index=True)
    sites = shapely.multipoints(points[first])
    diagram = shapely.voronoi_polygons(sites, extend_to=shapely.envelope(gaps), ordered=True)
    cells = shapely.make_valid(shapely.get_parts(diagram))  # evenly spaced sites break the rings
    near = shapely.intersects(cells, gaps)
    return owners[first][near], cells[near]
