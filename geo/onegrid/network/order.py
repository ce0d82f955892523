"""The order in which nodes are eliminated: nested dissection, from coordinates and streets alone.

A part of the network is cut in two along the best of four directions, where few streets cross; a
few nodes that cover every crossing street are the separator, ranked above both halves. Parts of a
few hundred nodes are ordered by least degree. Every order is right; a good one keeps the
contracted network thin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import ZERO, kernel, part
from onegrid.network.graph import arcs_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEAF: Final = 250  # nodes; more costs time and thins the result by a hundredth
_WORDS: Final = 8  # of 64 bits: a leaf and the separator nodes around it
_EDGE_SHARE: Final = 0.4  # a cut leaves at least this share of the nodes on either side
_LOW, _HIGH, _BETWEEN = np.int8(0), np.int8(1), np.int8(2)
_NEVER: Final = 1 << 30


class _Work(NamedTuple):
    """What a dissection works on: neighbours as CSR, nodes by four directions, marks by node.

    ``part`` is the part a node is in, ``side`` its side of the cut, ``crossing`` how many streets
    lead from it across; ``place`` and ``bits`` are of the leaf that is being ordered.
    """

    indptr: NDArray[np.int64]
    neighbour: NDArray[np.int32]
    sorted: NDArray[np.int32]
    spare: NDArray[np.int32]
    part: NDArray[np.int32]
    side: NDArray[np.int8]
    crossing: NDArray[np.int32]
    rank: NDArray[np.int32]
    place: NDArray[np.int32]
    bits: NDArray[np.uint64]
    degree: NDArray[np.int64]
    halo: NDArray[np.int32]


def elimination_rank(xy: NDArray[np.float64], ends: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the place of each node in an elimination order, int32 (nodes).

    Parameters
    ----------
    xy
        float64 (nodes, 2), in metres.
    ends
        int32 (edges, 2), nodes; loops and parallel edges are allowed.

    Examples
    --------
    >>> path = np.array([[0, 1], [1, 2]], dtype=np.int32)
    >>> elimination_rank(np.array([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]), path).tolist()
    [0, 1, 2]
    """
    nodes = len(xy)
    x, y = xy.T
    directions = [np.argsort(key, kind="stable") for key in (x, y, x + y, x - y)]
    indptr, neighbour, _, _ = arcs_of(ends, np.ones(len(ends), np.bool_), nodes)
    work = _Work(
        indptr,
        neighbour,
        np.stack(directions).astype(np.int32),
        np.empty(nodes, np.int32),
        np.zeros(nodes, np.int32),
        np.zeros(nodes, np.int8),
        np.zeros(nodes, np.int32),
        np.full(nodes, -1, np.int32),
        np.full(nodes, -1, np.int32),
        np.zeros((64 * _WORDS, _WORDS), np.uint64),
        np.empty(64 * _WORDS, np.int64),
        np.empty(64 * _WORDS, np.int32),
    )
    _dissect(work)
    return work.rank


@kernel
def _dissect(work: _Work) -> None:
    """Rank every node; parts wait on a stack as first, last (in the sorted lists) and top rank."""
    stack = np.empty((128, 3), np.int64)
    stack[0, 0], stack[0, 1], stack[0, 2] = 0, len(work.rank), len(work.rank)
    waiting, part = 1, 0
    while waiting > 0:
        waiting -= 1
        first, last, top = stack[waiting, 0], stack[waiting, 1], stack[waiting, 2]
        if last - first <= _LEAF:
            _order_leaf(work, first, last, top)
            continue
        part += 1
        for i in range(first, last):
            work.part[work.sorted[0, i]] = part
        direction, cut = _best_cut(work, first, last)
        for i in range(first, last):
            work.side[work.sorted[direction, i]] = _LOW if i < cut else _HIGH
        between = _separate(work, first, last, direction)
        low = _split(work, first, last)
        top -= between
        _rank_between(work, first + low, last, top)
        middle, end = first + low, last - between
        stack[waiting, 0], stack[waiting, 1], stack[waiting, 2] = first, middle, top - end + middle
        stack[waiting + 1, 0], stack[waiting + 1, 1] = middle, end
        stack[waiting + 1, 2] = top
        waiting += 2


@part
def _best_cut(work: _Work, first: int, last: int) -> tuple[int, int]:
    """Return the direction and place of the cut with the fewest crossing streets a share cut off.

    Nodes change sides one by one; each adds the streets ahead of it and takes those behind it.
    """
    count = last - first
    margin = int(count * _EDGE_SHARE)
    best, best_direction, best_cut = np.inf, 0, first + margin
    here = work.part[work.sorted[0, first]]
    for direction in range(4):
        for i in range(first, last):
            work.side[work.sorted[direction, i]] = _HIGH
        crossing = 0
        for i in range(first, last - margin):
            node = work.sorted[direction, i]
            work.side[node] = _LOW
            for k in range(work.indptr[node], work.indptr[node + 1]):
                other = work.neighbour[k]
                if work.part[other] == here and other != node:
                    crossing += 1 if work.side[other] == _HIGH else -1
            share = (i + 1 - first) / count
            score = crossing / (share * (1 - share))
            if i + 1 - first >= margin and score < best:
                best, best_direction, best_cut = score, direction, i + 1
    return best_direction, best_cut


@part
def _separate(work: _Work, first: int, last: int, direction: int) -> int:
    """Mark nodes that cover every crossing street; return how many.

    Of the two ends of a street that one is taken from which more streets cross.
    """
    here = work.part[work.sorted[0, first]]
    for i in range(first, last):
        node, crossing = work.sorted[direction, i], 0
        for k in range(work.indptr[node], work.indptr[node + 1]):
            other = work.neighbour[k]
            if work.part[other] == here and work.side[other] != work.side[node]:
                crossing += 1
        work.crossing[node] = crossing
    taken = 0
    for i in range(first, last):
        node = work.sorted[direction, i]
        if work.side[node] != _LOW or work.crossing[node] == 0:
            continue
        for k in range(work.indptr[node], work.indptr[node + 1]):
            other = work.neighbour[k]
            if work.part[other] == here and work.side[other] == _HIGH:
                chosen = node if work.crossing[node] > work.crossing[other] else other
                work.side[chosen] = _BETWEEN
                taken += 1
                for q in range(work.indptr[chosen], work.indptr[chosen + 1]):
                    work.crossing[work.neighbour[q]] -= 1
                if chosen == node:
                    break
    return taken


@part
def _split(work: _Work, first: int, last: int) -> int:
    """Part every sorted list into low, high and separator, each in its order; count the low."""
    low = 0
    for direction in range(4):
        low = high = between = 0
        for i in range(first, last):
            node = work.sorted[direction, i]
            if work.side[node] == _LOW:
                work.sorted[direction, first + low] = node
                low += 1
            elif work.side[node] == _HIGH:
                work.spare[first + high] = node
                high += 1
            else:
                between += 1
                work.spare[last - between] = node
        for i in range(high):
            work.sorted[direction, first + low + i] = work.spare[first + i]
        for i in range(last - between, last):
            work.sorted[direction, i] = work.spare[i]
    return low


@part
def _rank_between(work: _Work, first: int, last: int, top: int) -> None:
    """Rank the separator, which is at the end of its part, from a rank upwards."""
    for i in range(first, last):
        node = work.sorted[0, i]
        if work.side[node] == _BETWEEN:
            work.rank[node] = top
            top += 1


@part
def _order_leaf(work: _Work, first: int, last: int, top: int) -> None:
    """Rank a small part: always the node with the fewest neighbours that are left."""
    count = last - first
    _gather(work, first, last)
    for step in range(count):
        least, degree = ZERO, _NEVER
        for i in range(count):
            if work.degree[i] < degree:
                least, degree = i, work.degree[i]
        work.degree[least] = _NEVER
        work.rank[work.sorted[0, first + least]] = top - count + step
        for word in range(_WORDS):
            rest = work.bits[least, word]
            while rest:
                lowest = rest & (~rest + np.uint64(1))
                rest ^= lowest
                other = (word << 6) + int(_ones(lowest - np.uint64(1)))
                if other < count:
                    _join(work, least, other)


@part
def _gather(work: _Work, first: int, last: int) -> None:
    """Write who neighbours whom in a leaf and around it, as bits."""
    size = last - first
    for i in range(first, last):
        work.place[work.sorted[0, i]] = i - first
    for i in range(last - first):  # numba takes seconds to compile the same as a slice
        for word in range(_WORDS):
            work.bits[i, word] = 0
    for i in range(first, last):
        node = work.sorted[0, i]
        for k in range(work.indptr[node], work.indptr[node + 1]):
            other = work.neighbour[k]
            # A neighbour outside is in a separator; a hub may have more of them than fit.
            if work.place[other] < 0 and work.rank[other] >= 0 and size < len(work.halo):
                work.place[other] = size
                work.halo[size] = other
                size += 1
            j = work.place[other]
            if j >= 0 and other != node:
                work.bits[i - first, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    for i in range(last - first):
        work.degree[i] = _degree(work, i)
        work.place[work.sorted[0, first + i]] = -1
    for i in range(last - first, size):
        work.place[work.halo[i]] = -1


@part
def _join(work: _Work, gone: int, node: int) -> None:
    """Make the neighbours of a node that is eliminated those of one of them."""
    for word in range(_WORDS):
        work.bits[node, word] |= work.bits[gone, word]
    for one in (gone, node):
        work.bits[node, one >> 6] &= ~(np.uint64(1) << np.uint64(one & 63))
    work.degree[node] = _degree(work, node)


@part
def _degree(work: _Work, node: int) -> int:
    degree = 0
    for word in range(_WORDS):
        degree += int(_ones(work.bits[node, word]))
    return degree


@part
def _ones(word: np.uint64) -> np.int64:
    """Count the bits that are set."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + (
        (word >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return np.int64((word * np.uint64(0x0101010101010101)) >> np.uint64(56))
