"""A network contracted in elimination order: arcs that climb, shortcuts past lower nodes.

Eliminating a node leaves shortcuts between its neighbours above it. Of those, the ones longer than
the walking limit are never walked, and an arc is dropped where another way over higher nodes is no
longer. A shortest path then climbs in the order and descends again, so that one pass up and one
pass down settle every label (see `onegrid.network.sweep`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from onegrid.network.compiled import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.graph import Graph


T = TypeVar("T", bound=np.generic)


class Contraction(NamedTuple):
    """A contracted network; node numbers are ranks.

    Arcs of rank r are ``indptr[r]:indptr[r + 1]`` in ``above`` (ranks), ``rise_us`` (from r) and
    ``fall_us`` (to r). Times up to ``limit_us`` are exact; a way that does not exist within it
    takes ``limit_us + 1``.
    """

    rank: NDArray[np.int32]
    indptr: NDArray[np.int64]
    above: NDArray[np.uint32]
    rise_us: NDArray[np.uint32]
    fall_us: NDArray[np.uint32]
    limit_us: int


# Columns of the arcs that wait, as linked lists by their lower end, and of the nodes around the one
# that is eliminated; a row is half a line of cache.
_ABOVE, _RISE, _FALL, _NEXT = range(4)
_MARK, _ARC = 0, 3
_HERE, _RISE_USELESS, _FALL_USELESS, _USELESS = 1, 2, 4, 7


def contract(graph: Graph, rank: NDArray[np.int32], *, limit_us: int) -> Contraction:
    """Return a graph contracted for walks of up to a limit, below 2³² − 1 microseconds."""
    nodes = len(rank)
    head, use = np.full(nodes, -1), np.array([0, -1])  # arcs ever used, first free arc
    arcs = np.empty((len(graph.target) + 64, 4), np.int64)
    order = np.empty(nodes, np.int64)
    order[rank] = np.arange(nodes)
    costs = (graph.indptr, graph.target, graph.cost_us, graph.reverse_us)
    _list_arcs(*costs, rank, order, arcs, head, use, limit_us)
    around = np.zeros((nodes, 4), np.int64)
    around[:, _ARC] = -1
    near, indptr = np.empty(nodes, np.int64), np.zeros(nodes + 1, np.int64)
    found = np.empty((8 * nodes + 64, 3), np.uint32)
    done = 0
    while True:
        done = _eliminate(done, arcs, head, use, around, near, indptr, found, limit_us)
        if done == nodes:
            break
        arcs, found = _longer(arcs), _longer(found)
    found = found[: indptr[-1]]
    above, rise_us, fall_us = (np.ascontiguousarray(column) for column in found.T)
    return Contraction(rank, indptr, above, rise_us, fall_us, limit_us)


def _longer(table: NDArray[T]) -> NDArray[T]:
    longer = np.empty((2 * len(table), table.shape[1]), table.dtype)
    longer[: len(table)] = table
    return longer


@kernel
def _list_arcs(  # noqa: PLR0913, PLR0917  (arrays: a tuple of them takes numba seconds to compile)
    indptr: NDArray[np.int64],
    target: NDArray[np.int32],
    cost_us: NDArray[np.int64],
    reverse_us: NDArray[np.int64],
    rank: NDArray[np.int32],
    order: NDArray[np.int64],
    arcs: NDArray[np.int64],
    head: NDArray[np.int64],
    use: NDArray[np.int64],
    limit_us: int,
) -> None:
    """List the arcs of a graph by their lower end; of parallel edges the lightest each way."""
    for low in range(len(order)):  # in the order of use
        for k in range(indptr[order[low]], indptr[order[low] + 1]):
            high = rank[target[k]]
            if high > low and min(cost_us[k], reverse_us[k]) <= limit_us:
                arc = head[low]
                while arc >= 0 and arcs[arc, _ABOVE] != high:
                    arc = arcs[arc, _NEXT]
                rise, fall = min(cost_us[k], limit_us + 1), min(reverse_us[k], limit_us + 1)
                _lower(arcs, head, use, low, high, arc, rise, fall)


@kernel
def _lower(  # noqa: PLR0913, PLR0917  (as above)
    arcs: NDArray[np.int64],
    head: NDArray[np.int64],
    use: NDArray[np.int64],
    low: int,
    high: int,
    arc: int,
    rise: int,
    fall: int,
) -> None:
    """Lower the times of an arc; -1 makes a new one."""
    if arc >= 0:
        arcs[arc, _RISE] = min(arcs[arc, _RISE], rise)
        arcs[arc, _FALL] = min(arcs[arc, _FALL], fall)
        return
    arc = use[1]
    if arc >= 0:
        use[1] = arcs[arc, _NEXT]
    else:
        arc = use[0]
        use[0] += 1
    arcs[arc, _ABOVE], arcs[arc, _RISE], arcs[arc, _FALL] = high, rise, fall
    arcs[arc, _NEXT], head[low] = head[low], arc


@kernel
def _eliminate(  # noqa: PLR0913, PLR0917  (as above)
    done: int,
    arcs: NDArray[np.int64],
    head: NDArray[np.int64],
    use: NDArray[np.int64],
    around: NDArray[np.int64],
    near: NDArray[np.int64],
    indptr: NDArray[np.int64],
    found: NDArray[np.uint32],
    limit_us: int,
) -> int:
    """Eliminate nodes until all are, or a table is full; return how many are done."""
    for node in range(done, len(head)):
        count, arc = 0, head[node]
        while arc >= 0:
            count += 1
            arc = arcs[arc, _NEXT]
        size = indptr[node]
        if use[0] + count * count > len(arcs) or size + count > len(found):
            return node
        _take(arcs, head[node], use, around, near)
        count = _drop_useless(arcs, head, around, near, count)
        for i in range(count):
            other = near[i]
            found[size, _ABOVE] = other
            found[size, _RISE], found[size, _FALL] = around[other, _RISE], around[other, _FALL]
            size += 1
        indptr[node + 1] = size
        for i in range(count):
            _add_shortcuts(arcs, head, use, around, near, i, count, limit_us)
    return len(head)


@kernel
def _take(
    arcs: NDArray[np.int64],
    arc: int,
    use: NDArray[np.int64],
    around: NDArray[np.int64],
    near: NDArray[np.int64],
) -> None:
    """Note the neighbours in a list of arcs and free their places."""
    count = 0
    while arc >= 0:
        other = arcs[arc, _ABOVE]
        near[count] = other
        around[other, _RISE], around[other, _FALL] = arcs[arc, _RISE], arcs[arc, _FALL]
        around[other, _MARK] = _HERE
        count += 1
        following = arcs[arc, _NEXT]
        arcs[arc, _NEXT], use[1] = use[1], arc
        arc = following


@kernel
def _drop_useless(
    arcs: NDArray[np.int64],
    head: NDArray[np.int64],
    around: NDArray[np.int64],
    near: NDArray[np.int64],
    count: int,
) -> int:
    """Drop the neighbours that a way over another replaces; return how many are left."""
    for i in range(count):
        low = near[i]
        arc = head[low]
        while arc >= 0:
            high, up, down = arcs[arc, _ABOVE], arcs[arc, _RISE], arcs[arc, _FALL]
            arc = arcs[arc, _NEXT]
            if around[high, _MARK] != 0:
                _shorten(around, low, high, _RISE, up, _RISE_USELESS)
                _shorten(around, high, low, _RISE, down, _RISE_USELESS)
                _shorten(around, low, high, _FALL, down, _FALL_USELESS)
                _shorten(around, high, low, _FALL, up, _FALL_USELESS)
    kept = 0
    for i in range(count):
        node = near[i]
        if around[node, _MARK] != _USELESS:
            near[kept] = node
            kept += 1
        around[node, _MARK] = 0
    return kept


@kernel
def _shorten(
    around: NDArray[np.int64], over: int, node: int, column: int, step: int, useless: int
) -> None:
    """Note a time over another node if that is no longer."""
    if around[over, column] + step <= around[node, column]:
        around[node, column] = around[over, column] + step
        around[node, _MARK] |= useless


@kernel
def _add_shortcuts(  # noqa: PLR0913, PLR0917  (as above)
    arcs: NDArray[np.int64],
    head: NDArray[np.int64],
    use: NDArray[np.int64],
    around: NDArray[np.int64],
    near: NDArray[np.int64],
    i: int,
    count: int,
    limit_us: int,
) -> None:
    """Add the ways over the eliminated node from one neighbour to those above it."""
    low = near[i]
    arc = head[low]
    while arc >= 0:
        around[arcs[arc, _ABOVE], _ARC] = arc
        arc = arcs[arc, _NEXT]
    for j in range(count):
        high = near[j]
        if high > low:
            rise = min(around[low, _FALL] + around[high, _RISE], limit_us + 1)
            fall = min(around[high, _FALL] + around[low, _RISE], limit_us + 1)
            if around[high, _ARC] >= 0 or min(rise, fall) <= limit_us:
                _lower(arcs, head, use, low, high, around[high, _ARC], rise, fall)
    arc = head[low]
    while arc >= 0:
        around[arcs[arc, _ABOVE], _ARC] = -1
        arc = arcs[arc, _NEXT]
