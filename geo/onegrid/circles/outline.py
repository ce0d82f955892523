"""Outlines of nested bands of a distance field, straightened without ever crossing each other.

Marching squares: an outline passes from cell to cell through *gates*, the grid lines between a
node inside and a node outside. It may move along each gate by some slack, less where a wall or the
outline of another band is near, and is pulled straight through its gates. Outlines keep their
order on every gate, so straightened rings neither touch nor cross, and bands nest; where bands run
together they are pulled as one, from the place where they meet to the place where they part.

Gate ``2 * node`` runs east from its node, gate ``2 * node + 1`` north; node is row * columns +
column.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import ZERO, kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SAME = 1e-6  # shares of a gate: nearer crossings are one
_END = 1e-8  # outlines stay this share of a gate away from its nodes
_OWN_SIDE = 0.49  # of the gap to the next outline on a gate


class Rings(NamedTuple):
    """Rings in pixels (x, y) from the first node; ring i is ``points[starts[i]:starts[i + 1]]``.

    ``band`` int64 (rings); the inside lies to the left. Rings are closed.
    """

    points: NDArray[np.float64]
    starts: NDArray[np.int64]
    band: NDArray[np.int64]


def outline(
    value: NDArray[np.float64], walled: NDArray[np.bool_], *, level: float, slack: float
) -> Rings:
    """Return the straightened outlines of every band, by band and by their lowest gate.

    Parameters
    ----------
    value
        Nodes of a grid, float64 (bands, rows, columns), inside where below the level; never
        growing from band to band, and outside at the border of the grid.
    walled
        Of the same shape: nodes outside that no outline may move towards.
    level
        Where the outline runs.
    slack
        How far it may move, as a share of the grid's pixel.
    """
    share = _crossings(value, level)
    follows = np.full(share.shape, -1, np.int32)
    ring, starts, band = _trace(value, level, share, follows)
    points, ends = _straighten(share, follows, walled, (ring, starts, band), slack)
    return Rings(points, ends, band)


@kernel
def _crossings(value: NDArray[np.float64], level: float) -> NDArray[np.float64]:
    """Return where bands cross gates, (bands, gates), as a share from the inner node.

    Negative where the inner node is the second, 0 where nothing crosses. Bands that cross at
    nearly one place share it.
    """
    bands, rows, columns = value.shape
    share = np.zeros((bands, 2 * rows * columns))
    for k in range(bands):
        for row in range(rows):
            for column in range(columns):
                here = value[k, row, column]
                gate = 2 * (row * columns + column)
                for north in range(2):
                    if row + north >= rows or column + 1 - north >= columns:
                        continue
                    there = value[k, row + north, column + 1 - north]
                    if (here < level) == (there < level):
                        continue
                    first = here < level
                    at = (level - (here if first else there)) / abs(there - here)
                    at = min(max(at, _END), 1 - _END)
                    before = abs(share[k - 1, gate + north]) if k else 0.0
                    if before > 0 and at - before < _SAME:
                        at = before
                    share[k, gate + north] = at if first else -at
    return share


@kernel
def _trace(
    value: NDArray[np.float64],
    level: float,
    share: NDArray[np.float64],
    follows: NDArray[np.int32],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the gates of every ring, where each starts in them, and its band; fill `follows`."""
    bands, gates = share.shape
    count = ZERO
    for k in range(bands):  # numba takes a second to compile the same as a call
        for gate in range(gates):
            count += share[k, gate] != 0
    ring, starts = np.empty(count, np.int64), np.zeros(count + 1, np.int64)
    band = np.empty(count, np.int64)
    size, rings = ZERO, 0
    for k in range(bands):
        for first in range(gates):
            if share[k, first] == 0 or follows[k, first] >= 0:
                continue
            gate = first
            while follows[k, gate] < 0:
                ring[size] = gate
                size += 1
                follows[k, gate] = _next(value, level, k, gate, share[k, gate] > 0)
                gate = follows[k, gate]
            band[rings] = k
            rings += 1
            starts[rings] = size
    return ring, starts[: rings + 1], band[:rings]


@part
def _next(value: NDArray[np.float64], level: float, k: int, gate: int, first: bool) -> int:  # noqa: FBT001  (a kernel)
    """Return the gate by which an outline leaves the cell it enters; ``first``: inner node."""
    columns = value.shape[2]
    node = gate // 2
    if gate % 2 == 0 and not first:
        node -= columns
    if gate % 2 == 1 and first:
        node -= 1
    row, column = node // columns, node % columns
    south_west, south_east = value[k, row, column], value[k, row, column + 1]
    north_west, north_east = value[k, row + 1, column], value[k, row + 1, column + 1]
    south, east = 2 * node, 2 * (node + 1) + 1
    north, west = 2 * (node + columns), 2 * node + 1
    if gate == south:
        left, right, gates = north_west, north_east, (east, north, west)
    elif gate == east:
        left, right, gates = south_west, north_west, (north, west, south)
    elif gate == north:
        left, right, gates = south_east, south_west, (west, south, east)
    else:
        left, right, gates = north_east, south_east, (south, east, north)
    if (left < level) == (right < level):
        turn = 0 if left < level else 2
    elif left < level:
        turn = 1
    else:  # a saddle: its two inner corners are joined if the middle is inside
        middle = (south_west + south_east + north_west + north_east) / 4
        turn = 0 if middle < level else 2
    leaves: int = gates[turn]
    return leaves


@kernel
def _straighten(
    share: NDArray[np.float64],
    follows: NDArray[np.int32],
    walled: NDArray[np.bool_],
    traced: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    slack: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the points of every ring, closed, and where each starts in them."""
    ring, starts, band = traced
    points, ends = np.empty((2 * len(ring) + 2, 2)), np.zeros(len(starts), np.int64)
    run, breaks = np.empty((len(ring) + 1, 3, 2)), np.empty(len(ring) + 1, np.bool_)
    size = ZERO
    for i in range(len(band)):
        k, first, length = band[i], starts[i], starts[i + 1] - starts[i]
        turn, before = -1, _mates(share, follows, k, ring[starts[i + 1] - 1])
        for at in range(length):
            here = _mates(share, follows, k, ring[first + at])
            breaks[at] = here != before or here != _mates(share, follows[:0], k, ring[first + at])
            if breaks[at] and turn < 0:
                turn = at  # a ring begins where bands meet or part, if they do
            before = here
        turn, begin = max(turn, 0), 0
        for step in range(length + 1):
            at = (turn + step) % length
            _place(share, walled, k, ring[first + at], slack, run[step])
            if step == length or (step > 0 and breaks[at]):
                size = _pull(run[begin : step + 1], points, size)
                begin = step
        points[size, 0], points[size, 1] = run[length, 1, 0], run[length, 1, 1]
        size += 1
        ends[i + 1] = size
    return points[:size], ends


@part
def _mates(share: NDArray[np.float64], follows: NDArray[np.int32], k: int, gate: int) -> int:
    """Return the bands, as bits, at one place with this one on a gate and, if asked, the next."""
    mates = 0
    for other in range(len(share)):
        if share[other, gate] != share[k, gate]:
            continue
        if len(follows) > 0:
            ahead = follows[k, gate]
            if follows[other, gate] != ahead or share[other, ahead] != share[k, ahead]:
                continue
        mates |= 1 << other
    return mates


@part
def _place(
    share: NDArray[np.float64],
    walled: NDArray[np.bool_],
    k: int,
    gate: int,
    slack: float,
    place: NDArray[np.float64],
) -> None:
    """Write the inner end of the slack, the crossing and the outer end, as x and y."""
    columns = walled.shape[2]
    row, column, north = gate // 2 // columns, gate // 2 % columns, gate % 2
    first, here = share[k, gate] > 0, abs(share[k, gate])
    outer_row, outer_column = (row + north, column + 1 - north) if first else (row, column)
    low, high = max(here - slack, _END), min(here + slack, 1 - _END)
    for other in range(len(share)):
        there = abs(share[other, gate])
        if 0 < there < here:
            low = max(low, here - _OWN_SIDE * (here - there))
        elif there > here:
            high = min(high, here + _OWN_SIDE * (there - here))
        elif there == here and walled[other, outer_row, outer_column]:
            high = here
    for i in range(3):
        along = low if i == 0 else here if i == 1 else high
        if not first:
            along = 1 - along
        place[i, 0] = column + along * (1 - north)
        place[i, 1] = row + along * north


@part
def _pull(run: NDArray[np.float64], points: NDArray[np.float64], size: int) -> int:
    """Append the bends of a path through gates, from the first crossing up to the last.

    From each bend on a cone is narrowed to what is seen through the gates; when nothing is seen
    any more, the path bends at the last crossing that was seen.
    """
    begin, last = 0, len(run) - 1
    while begin < last:
        x, y = run[begin, 1, 0], run[begin, 1, 1]
        points[size, 0], points[size, 1] = x, y
        size += 1
        seen = begin + 1  # across one cell nothing is in the way
        lx, ly = run[seen, 0, 0] - x, run[seen, 0, 1] - y
        rx, ry = run[seen, 2, 0] - x, run[seen, 2, 1] - y
        for i in range(begin + 2, last + 1):
            cx, cy = run[i, 1, 0] - x, run[i, 1, 1] - y
            if lx * cy - ly * cx <= 0 and rx * cy - ry * cx >= 0:
                seen = i
            ax, ay = run[i, 0, 0] - x, run[i, 0, 1] - y
            bx, by = run[i, 2, 0] - x, run[i, 2, 1] - y
            if lx * ay - ly * ax <= 0:
                lx, ly = ax, ay
            if rx * by - ry * bx >= 0:
                rx, ry = bx, by
            if rx * ly - ry * lx < 0:
                break
        begin = seen
    return size
