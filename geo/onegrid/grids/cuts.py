"""Lines that split a block: where a department really cuts it, and where it is too big."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.faces import widths_m

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

_OVERSHOOT_M = 0.005  # a cut ends this far behind the line it meets, so that noding finds it


def department_cuts(
    blocks: NDArray[np.object_],
    departments: Mapping[str, gpd.GeoDataFrame],
    *,
    doors: NDArray[np.int64],
    xy: NDArray[np.float64],
    households: NDArray[np.int64],
) -> NDArray[np.object_]:
    """Return the department borders that cut blocks with people on both sides.

    A piece of a block counts as cut off if it is wider than the snapping tolerance, holds
    households, and so does the rest of the block. Earlier departments come first: a later cut
    within the tolerance of the block's edge or of an earlier cut is drawn into it.

    Parameters
    ----------
    blocks
        Road blocks that tile, shape (n,), metres.
    departments
        Cleaned layers by name, in order of weight.
    doors, xy, households
        Block of each door (-1 outside), its coordinates (n × 2) and its households.
    """
    found: dict[int, list[shapely.Geometry]] = {}
    populated = np.bincount(doors[doors >= 0], households[doors >= 0], minlength=len(blocks)) > 0
    candidates = np.flatnonzero(populated)
    at = shapely.points(xy)
    for layer in departments.values():
        tree = shapely.STRtree(layer.geometry.to_numpy())
        for block in _cut_blocks(blocks, candidates, tree, (doors, at, households)):
            rims = found.setdefault(int(block), [shapely.boundary(blocks[block])])
            rims.extend(_drawn_in(_inner_borders(blocks[block], tree), shapely.union_all(rims)))
    cuts = [cut for rims in found.values() for cut in rims[1:]]
    return np.array(cuts, dtype=object)


def _cut_blocks(
    blocks: NDArray[np.object_],
    candidates: NDArray[np.int64],
    tree: shapely.STRtree,
    doors: tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.int64]],
) -> NDArray[np.int64]:
    """Return the blocks that polygons (`tree`) cut into at least two wide, populated pieces."""
    shapes = tree.geometries
    pair, shape = tree.query(blocks[candidates], predicate="intersects")
    several = np.bincount(pair, minlength=len(candidates))[pair] > 1
    block, shape = candidates[pair[several]], shape[several]
    pieces = shapely.intersection(blocks[block], shapes[shape])
    inside = shapely.area(pieces) > 0
    block, pieces = block[inside], pieces[inside]
    wide = np.zeros(len(pieces), dtype=bool)
    polygonal = _largest_part(pieces)
    wide = widths_m(polygonal) > standards.number("border_snap_m")
    block, pieces = block[wide], pieces[wide]
    populated = _populated(block, pieces, doors)
    cut: NDArray[np.int64] = np.flatnonzero(
        np.bincount(block[populated], minlength=len(blocks)) > 1
    )
    return cut


def _largest_part(pieces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the largest polygon of each piece (an overlay may add lines and points)."""
    parts, piece = shapely.get_parts(pieces, return_index=True)
    nested, part = shapely.get_parts(parts, return_index=True)  # a collection holds multipolygons
    piece = piece[part]
    order = np.lexsort((shapely.area(nested), piece))
    largest = np.empty(len(pieces), dtype=object)
    largest[piece[order]] = nested[order]
    return largest


def _populated(
    block: NDArray[np.int64],
    pieces: NDArray[np.object_],
    doors: tuple[NDArray[np.int64], NDArray[np.object_], NDArray[np.int64]],
) -> NDArray[np.bool_]:
    """Return which pieces contain households of their own block."""
    of_door, at, households = doors
    if not len(pieces):
        return np.empty(0, dtype=bool)
    point, piece = shapely.STRtree(pieces).query(at, predicate="intersects")
    own = (of_door[point] == block[piece]) & (households[point] > 0)
    return np.bincount(piece[own], minlength=len(pieces)) > 0


def _inner_borders(block: shapely.Geometry, tree: shapely.STRtree) -> shapely.Geometry:
    near = tree.geometries.take(np.sort(tree.query(block, predicate="intersects")))
    return shapely.intersection(shapely.union_all(shapely.boundary(near)), block)


def _drawn_in(line: shapely.Geometry, rim: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the parts of `line` away from `rim`, each end led straight onto it."""
    snap_m = standards.number("border_snap_m")
    inner = shapely.difference(line, shapely.buffer(rim, snap_m, quad_segs=2))
    parts = shapely.get_parts(shapely.line_merge(inner))
    drawn = []
    for part in parts:
        if part.geom_type != "LineString" or part.is_empty:
            continue
        xy = shapely.get_coordinates(shapely.simplify(part, 1.0))
        drawn.append(shapely.linestrings(np.vstack([_onto(xy[0], rim), xy, _onto(xy[-1], rim)])))
    return drawn


def _onto(xy: NDArray[np.float64], rim: shapely.Geometry) -> NDArray[np.float64]:
    """Return the nearest point of `rim`, moved a hair beyond it."""
    target = shapely.get_coordinates(shapely.shortest_line(shapely.Point(xy), rim))[1]
    step = target - xy
    length_m = float(np.hypot(*step))
    beyond: NDArray[np.float64] = target + step * (_OVERSHOOT_M / length_m if length_m else 0.0)
    return beyond


def balanced_cuts(
    blocks: NDArray[np.object_],
    *,
    doors: NDArray[np.int64],
    xy: NDArray[np.float64],
    households: NDArray[np.int64],
    most: float,
) -> NDArray[np.object_]:
    """Return straight cuts across blocks that hold more than `most` households.

    Each such block is cut across its long axis, between doors, into parts of about equal count:
    the fewest parts that may fit. A block whose doors share one place stays whole.
    """
    inside = doors >= 0
    total = np.bincount(doors[inside], households[inside], minlength=len(blocks))
    cuts = []
    order = np.argsort(doors, kind="stable")
    first = np.searchsorted(doors[order], np.arange(len(blocks) + 1))
    for block in np.flatnonzero(total > most):  # few blocks, each its own axis
        mine = order[first[block] : first[block + 1]]
        parts = int(np.ceil(total[block] / most))
        cuts.extend(_across(blocks[block], xy[mine], households[mine], parts))
    return np.array(cuts, dtype=object)


def _across(
    block: shapely.Geometry, xy: NDArray[np.float64], households: NDArray[np.int64], parts: int
) -> list[shapely.Geometry]:
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(block))
    sides = np.diff(box, axis=0)[:2]
    axis, across = sides if np.hypot(*sides[0]) >= np.hypot(*sides[1]) else sides[::-1]
    axis = axis / np.hypot(*axis)
    along = xy @ axis
    order = np.argsort(along, kind="stable")
    along, running = along[order], np.cumsum(households[order])
    cuts = []
    for part in range(1, parts):
        k = int(np.searchsorted(running, running[-1] * part / parts))
        k = min(max(k, 0), len(along) - 2)
        if len(along) < 2 or along[k + 1] - along[k] < 1.0:  # noqa: PLR2004  (no room between doors)
            continue
        middle = block.centroid.coords[0]
        shift = axis * ((along[k] + along[k + 1]) / 2 - np.dot(middle, axis))
        line = shapely.linestrings([middle + shift - across * 2, middle + shift + across * 2])
        inner = shapely.get_parts(shapely.intersection(line, block))
        cuts += [_overshot(piece) for piece in inner if piece.length > 0]
    return cuts


def _overshot(line: shapely.Geometry) -> shapely.Geometry:
    a, b = shapely.get_coordinates(line)
    step = (b - a) / np.hypot(*(b - a)) * _OVERSHOOT_M
    return shapely.linestrings([a - step, b + step])
