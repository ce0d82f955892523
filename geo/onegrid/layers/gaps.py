"""Close narrow gaps between polygons by giving every piece of a gap to the nearest polygon.

Gaps between borders that were drawn twice form one web that reaches the outside; handing that web
to a single neighbour, as coverage cleaning does with a closed gap, would grow tentacles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

_STEP_M = 5.0  # spacing of the border points whose Voronoi cells divide a gap
TOUCH_M: Final = 0.01  # a border this close to a gap is its rim
_CRUMB_M2 = 1e-4
_FINE_VERTICES, _FINE_PARTS = 20_000, 60  # growing a finer outline takes minutes


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
