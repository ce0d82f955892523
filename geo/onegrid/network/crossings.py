"""Find where street lines meet without a shared end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.compiled import kernel, part
from onegrid.network.boxes import make_tree, meet, nearest_on, off_line, pieces_within
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.boxes import Tree

_APART_M = 1e-6  # pieces farther apart do not meet, whatever the rounding


@dataclass(frozen=True)
class Crossings:
    """Places where lines meet without a shared end, by line and in order.

    ``crossing_xy`` float64 (c, 2) one row per pair of lines and place; ``touch_xy`` float64
    (t, 2) one row per line end on another line's middle; ``cut_line`` int64 (k) and ``cut_xy``
    float64 (k, 2): where each line would have to be split to join them all.
    """

    crossing_xy: NDArray[np.float64]
    touch_xy: NDArray[np.float64]
    cut_line: NDArray[np.int64]
    cut_xy: NDArray[np.float64]


def find_crossings(lines: NDArray[np.object_], level: NDArray[np.int64]) -> Crossings:
    """Find crossings and touches between lines of one level.

    Parameters
    ----------
    lines
        LineStrings in a metric CRS.
    level
        Number per line; lines of different levels pass over or under each other.

    Examples
    --------
    >>> lines = shapely.from_wkt(["LINESTRING (0 0, 10 0)", "LINESTRING (5 -5, 5 5)"])
    >>> find_crossings(lines, np.array([0, 0])).crossing_xy
    array([[5., 0.]])
    >>> len(find_crossings(lines, np.array([0, 2])).crossing_xy)  # a bridge
    0
    """
    tolerance_m = number("grid_size_m")
    vertices, counts = shapely.get_coordinates(lines), shapely.get_num_coordinates(lines)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    tree = make_tree(vertices, offsets)
    end_xy = np.stack([vertices[offsets[:-1]], vertices[offsets[1:] - 1]])
    end, touched = _touches(tree, end_xy, level, tolerance_m)
    left, right, crossing_xy = _crossings(lines, _meetings(tree, end_xy, level), end_xy)
    touch_xy = end_xy.reshape(-1, 2)[end]
    return Crossings(
        crossing_xy,
        touch_xy,
        np.concatenate([touched, left, right]),
        np.concatenate([touch_xy, crossing_xy, crossing_xy]),
    )


@kernel
def ends_near(
    tree: Tree,
    end_xy: NDArray[np.float64],
    level: NDArray[np.int64],
    asked: NDArray[np.bool_],
    near_m: float,
    at_ends: bool,  # noqa: FBT001  (a kernel)
) -> NDArray[np.int64]:
    """Find line ends that are near another line of their level.

    Parameters
    ----------
    tree
        The pieces of the lines.
    end_xy
        float64 (2, lines, 2): the first and the last point of every line.
    level
        int64 (lines).
    asked
        bool (2, lines): which ends to look at.
    near_m
        How near counts, in metres.
    at_ends
        Whether being near the other line's own ends counts.

    Returns
    -------
    pairs
        int64 (k, 2): place of the end (lines first ends, then last ends) and line; a line is
        listed once for each of its pieces that is near.
    """
    found, count = np.empty((64, 2), np.int64), int(np.int64(0))
    space = np.empty(64, np.int64)
    for side in range(2):
        for own in range(len(level)):
            if not asked[side, own]:
                continue
            x, y = end_xy[side, own, 0], end_xy[side, own, 1]
            bounds = (x - near_m, y - near_m, x + near_m, y + near_m)
            space, size = pieces_within(tree, bounds, space)
            for k in range(size):
                line = tree.line[space[k]]
                if line == own or level[line] != level[own]:
                    continue
                first = np.hypot(x - end_xy[0, line, 0], y - end_xy[0, line, 1])
                last = np.hypot(x - end_xy[1, line, 0], y - end_xy[1, line, 1])
                if not at_ends and min(first, last) <= near_m:
                    continue
                if nearest_on(tree, space[k], x, y)[2] <= near_m * near_m:
                    found = _room(found, count)
                    found[count, 0], found[count, 1] = side * len(level) + own, line
                    count += 1
    return found[:count]


def _touches(
    tree: Tree, end_xy: NDArray[np.float64], level: NDArray[np.int64], tolerance_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (end, line) of the ends on the middle of another line, by the end's line."""
    count = len(level)
    every = np.ones((2, count), dtype=np.bool_)
    pairs = ends_near(tree, end_xy, level, every, tolerance_m, False)  # noqa: FBT003  (a kernel)
    end, line = np.unique(pairs, axis=0).T
    order = np.lexsort((line, end // count, end % count))
    return end[order], line[order]


@part
def _room(found: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    if count < len(found):
        return found
    grown = np.empty((2 * len(found), 2), np.int64)
    for k in range(count):
        grown[k, 0], grown[k, 1] = found[k, 0], found[k, 1]
    return grown


@kernel
def _meetings(
    tree: Tree, end_xy: NDArray[np.float64], level: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return pairs of lines of one level that may meet elsewhere than at an end of one of them."""
    found, count = np.empty((64, 2), np.int64), int(np.int64(0))
    space = np.empty(64, np.int64)
    for i in range(len(tree.piece)):
        ax, ay, bx, by = tree.piece[i, 0], tree.piece[i, 1], tree.piece[i, 2], tree.piece[i, 3]
        bounds = (
            min(ax, bx) - _APART_M,
            min(ay, by) - _APART_M,
            max(ax, bx) + _APART_M,
            max(ay, by) + _APART_M,
        )
        space, size = pieces_within(tree, bounds, space)
        for k in range(size):
            left, right = tree.line[i], tree.line[space[k]]
            if left >= right or level[left] != level[right]:
                continue
            j = space[k]
            pair = (tree.piece[j, 0], tree.piece[j, 1], tree.piece[j, 2], tree.piece[j, 3])
            if _only_at_end((ax, ay, bx, by), pair, end_xy, left, right):
                continue
            if meet((ax, ay, bx, by), pair, _APART_M):
                found = _room(found, count)
                found[count, 0], found[count, 1] = left, right
                count += 1
    return found[:count]


@part
def _only_at_end(
    one: tuple[float, float, float, float],
    two: tuple[float, float, float, float],
    end_xy: NDArray[np.float64],
    left: int,
    right: int,
) -> bool:
    """Return whether two pieces share a point that ends one of their lines, and part from there."""
    for i in range(0, 4, 2):
        for j in range(0, 4, 2):
            x, y = one[i], one[i + 1]
            if x != two[j] or y != two[j + 1]:
                continue
            ends = False
            for side in range(2):
                ends |= x == end_xy[side, left, 0] and y == end_xy[side, left, 1]
                ends |= x == end_xy[side, right, 0] and y == end_xy[side, right, 1]
            ux, uy = one[2 - i], one[3 - i]
            vx, vy = two[2 - j], two[3 - j]
            off_u, off_v = off_line(x, y, vx, vy, ux, uy), off_line(x, y, ux, uy, vx, vy)
            away = (ux - x) * (vx - x) + (uy - y) * (vy - y) <= 0
            if ends and (away or min(abs(off_u), abs(off_v)) > _APART_M):
                return True
    return False


def _crossings(
    lines: NDArray[np.object_], pairs: NDArray[np.int64], end_xy: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return (line, line, place) for pairs that meet away from the ends of both."""
    tolerance_m = number("grid_size_m")
    left, right = np.unique(pairs, axis=0).T
    shared, pair = shapely.get_parts(
        shapely.intersection(*shapely.force_2d([lines[left], lines[right]])), return_index=True
    )
    met = ~shapely.is_empty(shared)  # pairs that only may meet
    shared, pair = shared[met], pair[met]
    # Lines that run together for a while meet where that begins and where it ends.
    ends = np.where(
        shapely.get_type_id(shared) == 0,
        [shared, shared],
        [shapely.get_point(shared, 0), shapely.get_point(shared, -1)],
    )
    xy = shapely.get_coordinates(ends.T.ravel())
    pair = np.repeat(pair, 2)
    at_end = _near(xy, end_xy[:, left[pair]], tolerance_m)
    apart = np.flatnonzero(~(at_end | _near(xy, end_xy[:, right[pair]], tolerance_m)))
    places = np.unique(np.column_stack([pair[apart], xy[apart]]), axis=0)
    pair = places[:, 0].astype(np.int64)
    return left[pair], right[pair], np.ascontiguousarray(places[:, 1:])


def _near(
    xy: NDArray[np.float64], end_xy: NDArray[np.float64], tolerance_m: float
) -> NDArray[np.bool_]:
    """Return which places are at one of two ends; ``end_xy`` is (2, places, 2)."""
    offset = end_xy - xy
    return np.asarray((np.hypot(offset[..., 0], offset[..., 1]) <= tolerance_m).any(axis=0))
