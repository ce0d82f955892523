"""Needles: long thin tails of polygons, where no circle of a stated width fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.rings import Redraw, redraw
from onegrid.grids.faces import faces_of
from onegrid.grids.locate import locate
from onegrid.layers.borders import borders_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_NOISE_M: Final = 0.002  # curves drawn by straight pieces differ by less
_SAME_M: Final = 1e-4  # a needle keeps the border of its polygon, rounding apart
_ROUNDING_M: Final = 0.0008  # a node on the 1 mm grid is this close to the border it lies on
_ON_M: Final = 0.005  # and a cut ends this far behind the line it meets, so that noding finds it
_ACUTE: Final = 20.0  # corners as sharp as 6 degrees are corners, not needles
_TRIES: Final = 3
_RAYS: Final = 16  # directions in which the shortest way across a needle is looked for


def needles_of(
    polygons: NDArray[np.object_], *, width_m: float | None = None
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the needles of polygons, and the number of the polygon of each.

    A needle is ground of a polygon that no circle of diameter `width_m` inside it (3 m unless
    said) reaches, and longer than that; sharp corners are none.

    Examples
    --------
    >>> from shapely import box
    >>> tailed = shapely.union(box(0, 0, 50, 50), box(50, 0, 90, 0.5))
    >>> needle, owner = needles_of(np.array([box(0, 50, 90, 99), tailed], dtype=object))
    >>> owner.tolist(), [round(x) for x in needle[0].bounds]
    ([1], [50, 0, 90, 0])
    """
    wide_m = standards.number("sliver_width_m") if width_m is None else width_m
    sharp = {"join_style": "mitre", "mitre_limit": _ACUTE}
    eroded = shapely.buffer(polygons, -wide_m / 2, **sharp)
    rest = shapely.difference(polygons, shapely.buffer(eroded, wide_m / 2 + _NOISE_M, **sharp))
    parts, owner = shapely.get_parts(rest, return_index=True)
    area_m2, length_m = shapely.area(parts), shapely.length(parts) / 2
    long = (length_m > wide_m) & (area_m2 > _NOISE_M * length_m)
    return parts[long], owner[long].astype(np.int64)


def needles_left(cells: gpd.GeoDataFrame) -> list[dict[str, object]]:
    """Return the needles of cells: ``cell_id, width_m`` (mean), ``length_m, x, y`` and ``why``.

    ``why`` is ``community`` where the ground beside a needle lies in other communities or outside,
    ``locked`` in a locked cell, else ``stayed``: no neighbour could take it, or the cell is one of
    the previous grid.

    Parameters
    ----------
    cells
        Cells that tile, with ``community_id`` and ``locked``, metric CRS.
    """
    shapes = cells.geometry.to_numpy()
    needles, owner = needles_of(shapes)
    if not len(needles):
        return []
    length_m = shapely.length(needles) / 2
    width_m = shapely.area(needles) / length_m
    beside_m = _beside_m(needles, owner, shapes, cells["community_id"].to_numpy())
    locked = cells["locked"].to_numpy()[owner]
    why = np.where(locked, "locked", "stayed")
    why = np.where(beside_m < length_m / 4, "community", why)
    middles = shapely.get_coordinates(shapely.point_on_surface(needles)).round(2)
    table = zip(cells.index[owner], width_m, length_m, middles.tolist(), why, strict=True)
    return [
        {
            "cell_id": str(cell),
            "width_m": round(float(width), 3),
            "length_m": round(float(length), 1),
            "x": x,
            "y": y,
            "why": str(reason),
        }
        for cell, width, length, (x, y), reason in table
    ]


def _beside_m(
    needles: NDArray[np.object_],
    owner: NDArray[np.int64],
    shapes: NDArray[np.object_],
    region: NDArray[np.object_],
) -> NDArray[np.float64]:
    """Return the metres of border each needle has with other polygons of its region."""
    needle, other = shapely.STRtree(shapes).query(needles, predicate="dwithin", distance=_ON_M)
    near = (other != owner[needle]) & (region[other] == region[owner[needle]])
    needle, other = needle[near], other[near]
    rims = shapely.buffer(shapely.boundary(shapes[other]), _ON_M, quad_segs=1)
    along = shapely.intersection(shapely.boundary(needles[needle]), rims)
    total = np.bincount(needle, shapely.length(along), minlength=len(needles))
    return total.astype(np.float64)


def cut_needles(
    faces: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Cut needles off faces that tile, and across wherever their neighbour changes.

    Returns
    -------
    pieces, weak
        Faces that tile the same ground, noded, and which of them should join a neighbour they lie
        along: the parts of needles, and crumbs beside the cuts.
    """
    needles, owner = needles_of(faces)
    if not len(needles):
        return faces, np.zeros(len(faces), dtype=bool)
    cuts = [_roots(needles, faces[owner]), _across(needles, _junctions(faces))]
    pieces = faces_of(np.concatenate([shapely.boundary(faces), *cuts]))
    host = locate(shapely.point_on_surface(pieces), faces)
    pieces, host = pieces[host >= 0], host[host >= 0]
    return pieces, _cut_off(pieces, host, needles, owner)


def without_new_nodes(
    faces: NDArray[np.object_], before: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return faces without the nodes that cuts left on borders of `before` where nothing meets.

    Where millimetres decide whether borders cross, they stay.
    """
    old = {(x, y) for x, y in shapely.get_coordinates(before).tolist()}
    old |= {(x, y) for x, y in _junctions(faces).tolist()}
    nodes = np.unique(shapely.get_coordinates(faces), axis=0)
    at = shapely.points(nodes[[(x, y) not in old for x, y in nodes.tolist()]])
    rims = shapely.STRtree(shapely.boundary(before))
    at = at[np.unique(rims.query(at, predicate="dwithin", distance=_ROUNDING_M)[0])]
    for _ in range(_TRIES):
        tidy = _without(faces, at)
        faulty = ~shapely.is_valid(tidy)
        if not faulty.any():
            faulty = shapely.length(shapely.coverage_invalid_edges(tidy)) > 0
        if not faulty.any():
            return tidy
        near = shapely.STRtree(at).query(faces[faulty], predicate="dwithin", distance=_ON_M)[1]
        at = np.delete(at, np.unique(near))
    return faces


def _without(faces: NDArray[np.object_], nodes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return faces without some of their nodes."""
    places = shapely.get_coordinates(nodes).tolist()
    how = Redraw(dropped=frozenset((x, y) for x, y in places))
    drawn = redraw(faces, how)
    kept = [face if new is None else new for face, new in zip(faces, drawn, strict=True)]
    return np.array(kept, dtype=object)


def _cut_off(
    pieces: NDArray[np.object_],
    host: NDArray[np.int64],
    needles: NDArray[np.object_],
    owner: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Return the pieces that lie in a needle of their polygon, and crumbs a cut made beside it."""
    inner = shapely.point_on_surface(pieces)
    needle, piece = shapely.STRtree(inner).query(needles, predicate="intersects")
    area_m2 = shapely.area(pieces)
    order = np.argsort(area_m2, kind="stable")
    largest = np.zeros(host.max(initial=-1) + 1, dtype=np.int64)
    largest[host[order]] = order
    thin = 2 * area_m2 < standards.number("sliver_width_m") * shapely.length(pieces)
    weak: NDArray[np.bool_] = thin & (largest[host] != np.arange(len(pieces)))
    weak[piece[host[piece] == owner[needle]]] = True
    return weak


def _roots(needles: NDArray[np.object_], faces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return straight lines across the faces where their needles begin."""
    rims = shapely.buffer(shapely.boundary(faces), _SAME_M, quad_segs=1)
    parts = shapely.get_parts(shapely.difference(shapely.boundary(needles), rims))
    parts = shapely.get_parts(shapely.line_merge(parts))
    ends = shapely.get_coordinates(shapely.get_point(parts[:, None], [0, -1])).reshape(-1, 2, 2)
    return _longer(ends)


def _junctions(faces: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the places (n × 2) where a border of two faces ends at a third."""
    borders = borders_of(faces)
    ends = borders.ends_m.reshape(-1, 2)
    pair = np.repeat(
        np.unique(np.stack([borders.left, borders.right]), axis=1, return_inverse=True)[1].ravel(),
        2,
    )
    met = np.unique(np.column_stack([ends, pair]), axis=0)
    places, count = np.unique(met[:, :2], axis=0, return_counts=True)
    return np.asarray(places[count > 1], dtype=np.float64)


def _across(needles: NDArray[np.object_], places: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the shortest straight way across a needle from each of the places on its border."""
    at = shapely.points(places)
    needle, place = shapely.STRtree(at).query(needles, predicate="dwithin", distance=_ON_M)
    if not len(needle):
        return np.empty(0, dtype=object)
    start = shapely.get_coordinates(
        shapely.get_point(shapely.shortest_line(shapely.boundary(needles[needle]), at[place]), 0)
    )
    reach_m = 2 * standards.number("sliver_width_m")
    angle = 2 * np.pi * np.arange(_RAYS) / _RAYS
    ahead = np.column_stack([np.cos(angle), np.sin(angle)])
    ends = np.stack(
        [
            np.broadcast_to(start[:, None], (len(start), _RAYS, 2)),
            start[:, None] + reach_m * ahead,
        ],
        axis=2,
    )
    inside = shapely.intersection(shapely.linestrings(ends), needles[needle][:, None])
    parts, ray = shapely.get_parts(inside.ravel(), return_index=True)
    begins = shapely.dwithin(parts, shapely.points(start)[ray // _RAYS], _ON_M)
    real = begins & (shapely.length(parts) > _NOISE_M)
    parts, junction = parts[real], ray[real] // _RAYS
    order = np.lexsort((shapely.length(parts), junction))
    first = order[np.unique(junction[order], return_index=True)[1]]
    ends = shapely.get_coordinates(shapely.get_point(parts[first][:, None], [0, -1]))
    return _longer(ends.reshape(-1, 2, 2))


def _longer(ends: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return straight lines from end to end (n × 2 × 2) and a little beyond."""
    step = ends[:, 1] - ends[:, 0]
    length_m = np.hypot(*step.T)
    ends, step = ends[length_m > 0], step[length_m > 0]
    step *= _ON_M / length_m[length_m > 0][:, None]
    lines: NDArray[np.object_] = shapely.linestrings(
        np.stack([ends[:, 0] - step, ends[:, 1] + step], axis=1)
    )
    return lines
