"""Straight pieces of many lines, packed in a tree of boxes that kernels search.

Pieces lie along a Hilbert curve, so that neighbours in space are neighbours in memory; a box holds
eight pieces, or eight boxes of the level below. The tree never degrades with the extent of the
data, and needs no size of cells to be chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAN: Final = 8  # pieces in a box, boxes in a box
STACK: Final = 256  # eight a level, and levels enough for more pieces than memory holds
_BITS: Final = 16  # of a coordinate along the curve
_HALF: Final = 1 << (_BITS - 1)
_TOUCH_M: Final = 1e-9  # nearer than this to a line is on it: rounding of its coordinates


class Tree(NamedTuple):
    """Pieces of lines in boxes.

    ``piece`` float64 (pieces, 4) as x, y, x, y; ``line`` int32 is the line of each and ``along_m``
    float64 how far along that line it begins; ``box`` float64 (boxes, 4) as west, south, east,
    north, the lowest level first; level i is ``box[level[i]:level[i + 1]]``.
    """

    piece: NDArray[np.float64]
    line: NDArray[np.int32]
    along_m: NDArray[np.float64]
    box: NDArray[np.float64]
    level: NDArray[np.int64]


def make_tree(vertices: NDArray[np.float64], offsets: NDArray[np.int64]) -> Tree:
    """Pack the pieces of lines.

    Parameters
    ----------
    vertices, offsets
        Points of all lines, float64 (points, 2), and where each line starts in them; the last
        offset is the number of points.

    Examples
    --------
    >>> tree = make_tree(np.array([[0.0, 0], [3, 4], [9, 4]]), np.array([0, 3]))
    >>> tree.along_m.tolist(), tree.box.tolist()
    ([0.0, 5.0], [[0.0, 0.0, 9.0, 4.0]])
    """
    piece, line, along_m, low, size = _pieces(vertices, offsets)
    order = curve_order((piece[:, :2] + piece[:, 2:]) / 2, low, size)
    return _packed(piece[order], line[order], along_m[order])


def with_line(tree: Tree, vertices: NDArray[np.float64], line: int) -> Tree:
    """Return a tree with the pieces of one line more, which has that number.

    They come last, wherever they are: boxes overlap a little more, and answers are the same.
    """
    piece, _, along_m, _, _ = _pieces(vertices, np.array([0, len(vertices)]))
    return _packed(
        np.concatenate([tree.piece, piece]),
        np.append(tree.line, np.full(len(piece), line, np.int32)),
        np.append(tree.along_m, along_m),
    )


def _packed(
    piece: NDArray[np.float64], line: NDArray[np.int32], along_m: NDArray[np.float64]
) -> Tree:
    level = [0]
    count = len(piece)
    while count > 1 or len(level) == 1:
        count = -(-count // FAN)
        level.append(level[-1] + count)
    levels = np.array(level, dtype=np.int64)
    return Tree(piece, line, along_m, _boxes(piece, levels), levels)


def curve_order(
    xy: NDArray[np.float64], low: NDArray[np.float64], size: float
) -> NDArray[np.int64]:
    """Return places in their order along a Hilbert curve over a square; equal ones by index."""
    scale = ((1 << _BITS) - 1) / size if size > 0 else 0.0
    key = np.sort(_curve_keys(xy, low, scale))
    return (key & np.uint64(0xFFFFFFFF)).astype(np.int64)


@kernel
def _pieces(
    vertices: NDArray[np.float64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64], float]:
    """Return every piece, its line and where on it, and the lowest corner and size of them all."""
    count = len(vertices) - (len(offsets) - 1)
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for k in range(len(vertices)):
        for axis in range(2):
            low[axis] = min(low[axis], vertices[k, axis])
            high[axis] = max(high[axis], vertices[k, axis])
    piece, line, along_m = np.empty((count, 4)), np.empty(count, np.int32), np.empty(count)
    at = 0
    for i in range(len(offsets) - 1):
        run_m = 0.0
        for k in range(offsets[i], offsets[i + 1] - 1):
            piece[at, 0], piece[at, 1] = vertices[k, 0], vertices[k, 1]
            piece[at, 2], piece[at, 3] = vertices[k + 1, 0], vertices[k + 1, 1]
            line[at] = i
            along_m[at] = run_m
            run_m += np.hypot(piece[at, 2] - piece[at, 0], piece[at, 3] - piece[at, 1])
            at += 1
    size = max(high[0] - low[0], high[1] - low[1], 0.0)
    return piece, line, along_m, low, size


@kernel
def _curve_keys(
    xy: NDArray[np.float64], low: NDArray[np.float64], scale: float
) -> NDArray[np.uint64]:
    """Return place along the curve in the high half, index in the low half."""
    most = (1 << _BITS) - 1
    keys = np.empty(len(xy), np.uint64)
    for i in range(len(xy)):
        x = min(max(int((xy[i, 0] - low[0]) * scale), 0), most)
        y = min(max(int((xy[i, 1] - low[1]) * scale), 0), most)
        key = 0
        half = _HALF
        while half > 0:
            right, up = int((x & half) > 0), int((y & half) > 0)
            key += half * half * ((3 * right) ^ up)
            if up == 0:
                if right == 1:
                    x, y = most - x, most - y
                x, y = y, x
            half >>= 1
        keys[i] = (np.uint64(key) << np.uint64(32)) | np.uint64(i)
    return keys


@kernel
def _boxes(piece: NDArray[np.float64], level: NDArray[np.int64]) -> NDArray[np.float64]:
    box = np.empty((level[-1], 4))
    for b in range(level[-1]):
        box[b, 0], box[b, 1], box[b, 2], box[b, 3] = np.inf, np.inf, -np.inf, -np.inf
    for i in range(len(piece)):
        b = i // FAN
        box[b, 0] = min(box[b, 0], piece[i, 0], piece[i, 2])
        box[b, 1] = min(box[b, 1], piece[i, 1], piece[i, 3])
        box[b, 2] = max(box[b, 2], piece[i, 0], piece[i, 2])
        box[b, 3] = max(box[b, 3], piece[i, 1], piece[i, 3])
    for depth in range(1, len(level) - 1):
        for child in range(level[depth - 1], level[depth]):
            b = level[depth] + (child - level[depth - 1]) // FAN
            box[b, 0] = min(box[b, 0], box[child, 0])
            box[b, 1] = min(box[b, 1], box[child, 1])
            box[b, 2] = max(box[b, 2], box[child, 2])
            box[b, 3] = max(box[b, 3], box[child, 3])
    return box


@part
def box_gap2(tree: Tree, b: int, x: float, y: float) -> float:
    """Return the square of the distance from a place to a box."""
    dx = max(tree.box[b, 0] - x, 0.0, x - tree.box[b, 2])
    dy = max(tree.box[b, 1] - y, 0.0, y - tree.box[b, 3])
    gap2: float = dx * dx + dy * dy
    return gap2


@part
def nearest_on(tree: Tree, i: int, x: float, y: float) -> tuple[float, float, float]:
    """Return the nearest place on a piece, and the square of the distance to it."""
    ax, ay, bx, by = tree.piece[i, 0], tree.piece[i, 1], tree.piece[i, 2], tree.piece[i, 3]
    dx, dy = bx - ax, by - ay
    size2 = dx * dx + dy * dy
    t = ((x - ax) * dx + (y - ay) * dy) / size2 if size2 > 0 else 0.0
    if t <= 0:
        qx, qy = ax, ay  # the vertices themselves, digit for digit
    elif t >= 1:
        qx, qy = bx, by
    else:
        qx, qy = ax + t * dx, ay + t * dy
    return qx, qy, (x - qx) * (x - qx) + (y - qy) * (y - qy)


@part
def pieces_within(
    tree: Tree, bounds: tuple[float, float, float, float], found: NDArray[np.int64]
) -> tuple[NDArray[np.int64], int]:
    """Return the pieces whose boxes touch bounds (west, south, east, north), and their number.

    ``found`` is space for them; a larger one comes back if it is too small.
    """
    west, south, east, north = bounds
    stack = np.empty((STACK, 2), np.int64)
    stack[0, 0], stack[0, 1] = tree.level[-1] - 1, len(tree.level) - 2
    size, count = 1, 0
    while size > 0:
        size -= 1
        b, depth = stack[size, 0], stack[size, 1]
        if tree.box[b, 0] > east or tree.box[b, 2] < west:
            continue
        if tree.box[b, 1] > north or tree.box[b, 3] < south:
            continue
        first = (b - tree.level[depth]) * FAN
        if depth > 0:
            last = min(first + FAN, tree.level[depth] - tree.level[depth - 1])
            for child in range(first, last):
                stack[size, 0], stack[size, 1] = tree.level[depth - 1] + child, depth - 1
                size += 1
            continue
        for i in range(first, min(first + FAN, len(tree.piece))):
            ax, ay, bx, by = tree.piece[i, 0], tree.piece[i, 1], tree.piece[i, 2], tree.piece[i, 3]
            if (
                max(ax, bx) < west
                or min(ax, bx) > east
                or max(ay, by) < south
                or min(ay, by) > north
            ):
                continue
            if count == len(found):
                grown = np.empty(2 * count, np.int64)
                for k in range(count):  # numba takes seconds to compile what numpy has for it
                    grown[k] = found[k]
                found = grown
            found[count] = i
            count += 1
    return found, count


@part
def crosses(tree: Tree, leg: tuple[float, float, float, float], found: NDArray[np.int64]) -> bool:
    """Return whether a straight leg crosses a piece; running along one is not crossing it.

    ``found`` is space for candidates.
    """
    ax, ay, bx, by = leg
    bounds = (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))
    near, count = pieces_within(tree, bounds, found)
    for k in range(count):
        i = near[k]
        cx, cy, dx, dy = tree.piece[i, 0], tree.piece[i, 1], tree.piece[i, 2], tree.piece[i, 3]
        c_off, d_off = off_line(ax, ay, bx, by, cx, cy), off_line(ax, ay, bx, by, dx, dy)
        along = abs(c_off) <= _TOUCH_M and abs(d_off) <= _TOUCH_M
        if not along and meet(leg, (cx, cy, dx, dy), _TOUCH_M):
            return True
    return False


@part
def meet(
    left: tuple[float, float, float, float], right: tuple[float, float, float, float], near_m: float
) -> bool:
    """Return whether neither of two straight pieces lies on one side of the other's line."""
    ax, ay, bx, by = left
    cx, cy, dx, dy = right
    c_off, d_off = off_line(ax, ay, bx, by, cx, cy), off_line(ax, ay, bx, by, dx, dy)
    if min(c_off, d_off) > near_m or max(c_off, d_off) < -near_m:
        return False
    a_off, b_off = off_line(cx, cy, dx, dy, ax, ay), off_line(cx, cy, dx, dy, bx, by)
    return not (min(a_off, b_off) > near_m or max(a_off, b_off) < -near_m)


@part
def off_line(ax: float, ay: float, bx: float, by: float, x: float, y: float) -> float:
    """Return how far a place is to the left of the line through a and b."""
    dx, dy = bx - ax, by - ay
    off_m: float = (dx * (y - ay) - dy * (x - ax)) / max(np.hypot(dx, dy), _TOUCH_M)
    return off_m
