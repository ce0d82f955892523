"""Find where street lines meet without a shared end, and split them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    tree = shapely.STRtree(lines)
    tolerance_m = number("grid_size_m")
    end_xy = shapely.get_coordinates(shapely.get_point(lines, [[0], [-1]])).reshape(2, -1, 2)
    touching, touched, touch_xy = _touches(tree, end_xy, level, tolerance_m)
    left, right, crossing_xy = _crossings(tree, end_xy, level, tolerance_m)
    order = np.lexsort((touched, touching))
    return Crossings(
        crossing_xy,
        touch_xy[order],
        np.concatenate([touched[order], left, right]),
        np.concatenate([touch_xy[order], crossing_xy, crossing_xy]),
    )


_Found = tuple["NDArray[np.int64]", "NDArray[np.int64]", "NDArray[np.float64]"]


def _touches(
    tree: shapely.STRtree,
    end_xy: NDArray[np.float64],
    level: NDArray[np.int64],
    tolerance_m: float,
) -> _Found:
    """Return (line, line it ends on, place), for ends away from the other line's own ends."""
    count = len(level)
    places = end_xy.reshape(-1, 2)
    end, line = tree.query(shapely.points(places), predicate="dwithin", distance=tolerance_m)
    near_end = _near(places[end], end_xy[:, line], tolerance_m)
    kept = (end % count != line) & (level[end % count] == level[line]) & ~near_end
    end, line = end[kept], line[kept]
    return end % count, line, places[end]


def _crossings(
    tree: shapely.STRtree,
    end_xy: NDArray[np.float64],
    level: NDArray[np.int64],
    tolerance_m: float,
) -> _Found:
    """Return (line, line, place) for pairs that meet away from the ends of both."""
    lines = tree.geometries
    left, right = tree.query(lines, predicate="intersects")
    kept = (left < right) & (level[left] == level[right])
    left, right = left[kept], right[kept]
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    shared, pair = shapely.get_parts(
        shapely.intersection(lines[left], lines[right]), return_index=True
    )
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


def split_lines(
    lines: NDArray[np.object_], cut_line: NDArray[np.int64], cut_xy: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Split lines at places on them; every place becomes, digit for digit, an end of two pieces.

    Parameters
    ----------
    lines
        LineStrings.
    cut_line, cut_xy
        Which line to split, int64 (k), and where, float64 (k, 2); repeated places count once.

    Returns
    -------
    pieces, source
        The pieces, in the order of the lines and along them, and the line each comes from.

    Examples
    --------
    >>> line = shapely.from_wkt(["LINESTRING (0 0, 10 0)"])
    >>> split_lines(line, np.array([0]), np.array([[4.0, 0.0]]))[0].tolist()
    [<LINESTRING (0 0, 4 0)>, <LINESTRING (4 0, 10 0)>]
    """
    cuts = np.unique(np.column_stack([cut_line, cut_xy]), axis=0)
    at_line, at_xy = cuts[:, 0].astype(np.int64), cuts[:, 1:]
    at_m = shapely.line_locate_point(lines[at_line], shapely.points(at_xy))
    high = bool(shapely.has_z(lines).any())
    xy, line = shapely.get_coordinates(lines, include_z=high, return_index=True)
    along_m = _along(xy[:, :2], line)
    if high:
        at_xy = np.column_stack([at_xy, _heights_at(xy[:, 2], along_m, line, (at_line, at_m))])

    is_cut = np.concatenate([np.zeros(len(xy), np.int64), np.ones(len(at_xy), np.int64)])
    xy, line = np.concatenate([xy, at_xy]), np.concatenate([line, at_line])
    order = np.lexsort((is_cut, np.concatenate([along_m, at_m]), line))
    # A cut is written twice: as the end of one piece and as the start of the next.
    copies = np.repeat(np.arange(len(order)), 1 + is_cut[order])
    second = np.concatenate([[False], copies[1:] == copies[:-1]])
    line, xy = line[order][copies], xy[order][copies]
    starts = np.concatenate([[True], line[1:] != line[:-1]]) | second
    piece = np.cumsum(starts) - 1
    pieces: NDArray[np.object_] = shapely.linestrings(xy, indices=piece)
    return pieces, line[starts]


def _along(xy: NDArray[np.float64], line: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how far along its own line each vertex is, in metres."""
    step = np.concatenate([[0.0], np.hypot(*np.diff(xy, axis=0).T)])
    first = np.concatenate([[True], line[1:] != line[:-1]])
    step[first] = 0.0
    total = np.cumsum(step)
    along_m: NDArray[np.float64] = total - total[first][np.cumsum(first) - 1]
    return along_m


def _heights_at(
    z_m: NDArray[np.float64],
    along_m: NDArray[np.float64],
    line: NDArray[np.int64],
    at: tuple[NDArray[np.int64], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return the height of places on lines, between those of the vertices on either side."""
    at_line, at_m = at
    step = 2 * along_m.max() + 1  # lines one after the other on one axis, apart
    return np.interp(at_line * step + at_m, line * step + along_m, z_m)
