"""Split street lines at places on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


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
    heights_m: NDArray[np.float64] = np.interp(at_line * step + at_m, line * step + along_m, z_m)
    return heights_m
