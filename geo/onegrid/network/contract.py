"""A network contracted in elimination order: arcs that climb, shortcuts past lower nodes.

Eliminating a node leaves shortcuts between its neighbours above it. Of those, the ones longer than
the walking limit are never walked, and an arc is dropped where another way over higher nodes is no
longer. A shortest path then climbs in the order and descends again, so that one pass up and one
pass down settle every label (see `onegrid.network.sweep`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import inlined, kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.graph import Graph


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


# Two tables of uint32: arcs that wait, in linked lists by their lower end, and the neighbours of
# the node that is eliminated, with the times to and from it.
_ABOVE, _RISE, _FALL, _NEXT = range(4)
_NODE, _MARK = 0, 3
_NONE: Final = np.uint32(0xFFFFFFFF)
_RISE_USELESS, _FALL_USELESS, _USELESS = np.uint32(1), np.uint32(2), np.uint32(3)


def contract(graph: Graph, rank: NDArray[np.int32], *, limit_us: int) -> Contraction:
    """Return a graph contracted for walks of up to a limit, below 2³² − 1 microseconds."""
    costs = (graph.indptr, graph.target, graph.cost_us, graph.reverse_us)
    nodes = len(rank)
    head, use = np.full(nodes, _NONE), np.array([0, _NONE], np.uint32)  # arcs used, first free one
    arcs = np.empty((len(graph.target) + 64, 4), np.uint32)
    order = np.empty(nodes, np.uint32)
    order[rank] = np.arange(nodes)
    _list_arcs(*costs, rank, order, arcs, head, use, np.int64(limit_us))
    near, place = np.empty((nodes, 4), np.uint32), np.full(nodes, _NONE)
    indptr = np.zeros(nodes + 1, np.int64)
    found, pairs = np.empty((8 * nodes + 64, 3), np.uint32), np.empty((4096, 1), np.uint32)
    lists = (head, use, near, place, indptr)
    done, most_us = 0, np.int64(limit_us)
    while True:
        done = _eliminate(done, arcs, *lists, found, pairs[:, 0], most_us)
        if done == nodes:
            break
        arcs, found, pairs = _longer(arcs), _longer(found), _longer(pairs)
    above, rise_us, fall_us = (np.ascontiguousarray(c) for c in found[: indptr[-1]].T)
    return Contraction(rank, indptr, above, rise_us, fall_us, limit_us)


def _longer(table: NDArray[np.uint32]) -> NDArray[np.uint32]:
    longer = np.empty((2 * len(table), table.shape[1]), np.uint32)
    longer[: len(table)] = table
    return longer


@kernel
def _list_arcs(  # noqa: PLR0913, PLR0917  (arrays: a tuple of them takes numba seconds to compile)
    indptr: NDArray[np.int64],
    target: NDArray[np.int32],
    cost_us: NDArray[np.int64],
    reverse_us: NDArray[np.int64],
    rank: NDArray[np.int32],
    order: NDArray[np.uint32],
    arcs: NDArray[np.uint32],
    head: NDArray[np.uint32],
    use: NDArray[np.uint32],
    limit_us: np.int64,
) -> None:
    """List the arcs of a graph by their lower end; of parallel edges the lightest each way."""
    for low in range(len(order)):  # in the order of use
        for k in range(indptr[order[low]], indptr[order[low] + 1]):
            high = rank[target[k]]
            if high > low and min(cost_us[k], reverse_us[k]) <= limit_us:
                arc = head[low]
                while arc != _NONE and arcs[arc, _ABOVE] != high:
                    arc = arcs[arc, _NEXT]
                rise, fall = min(cost_us[k], limit_us + 1), min(reverse_us[k], limit_us + 1)
                _lower(arcs, head, use, low, high, arc, rise, fall)


@inlined
def _lower(  # noqa: PLR0913, PLR0917  (as above)
    arcs: NDArray[np.uint32],
    head: NDArray[np.uint32],
    use: NDArray[np.uint32],
    low: int | np.uint32,
    high: np.int32 | np.uint32,
    arc: np.uint32,
    rise: np.int64,
    fall: np.int64,
) -> None:
    """Lower the times of an arc; `_NONE` makes a new one."""
    if arc != _NONE:
        arcs[arc, _RISE] = min(np.int64(arcs[arc, _RISE]), rise)
        arcs[arc, _FALL] = min(np.int64(arcs[arc, _FALL]), fall)
        return
    new = use[1]
    if new != _NONE:
        use[1] = arcs[new, _NEXT]
    else:
        new = use[0]
        use[0] += np.uint32(1)
    arcs[new, _ABOVE], arcs[new, _RISE], arcs[new, _FALL] = high, rise, fall
    arcs[new, _NEXT], head[low] = head[low], new


@kernel
def _eliminate(  # noqa: PLR0913, PLR0917  (as above)
    done: int,
    arcs: NDArray[np.uint32],
    head: NDArray[np.uint32],
    use: NDArray[np.uint32],
    near: NDArray[np.uint32],
    place: NDArray[np.uint32],
    indptr: NDArray[np.int64],
    found: NDArray[np.uint32],
    pairs: NDArray[np.uint32],
    limit_us: np.int64,
) -> int:
    """Eliminate nodes until all are, or a table is full; return how many are done."""
    for node in range(done, len(head)):
        count, arc = 0, head[node]
        while arc != _NONE:
            count += 1
            arc = arcs[arc, _NEXT]
        size, more = indptr[node], count * count
        if use[0] + more > len(arcs) or size + count > len(found) or more > len(pairs):
            return node
        _take(arcs, head[node], use, near, place)
        _find_useless(arcs, head, near, place, count, pairs)
        for i in range(count):
            place[near[i, _NODE]] = _NONE
            if near[i, _MARK] != _USELESS:
                for column in range(3):
                    found[size, column] = near[i, column]
                size += 1
        indptr[node + 1] = size
        _add_shortcuts(arcs, head, use, near, count, pairs, limit_us)
    return len(head)


@part
def _take(
    arcs: NDArray[np.uint32],
    arc: np.uint32,
    use: NDArray[np.uint32],
    near: NDArray[np.uint32],
    place: NDArray[np.uint32],
) -> None:
    """Note the neighbours in a list of arcs and free their places."""
    count = 0
    while arc != _NONE:
        for column in range(3):
            near[count, column] = arcs[arc, column]
        near[count, _MARK] = 0
        place[near[count, _NODE]] = count
        count += 1
        following = arcs[arc, _NEXT]
        arcs[arc, _NEXT], use[1] = use[1], arc
        arc = following


@part
def _find_useless(
    arcs: NDArray[np.uint32],
    head: NDArray[np.uint32],
    near: NDArray[np.uint32],
    place: NDArray[np.uint32],
    count: int,
    pairs: NDArray[np.uint32],
) -> None:
    """Note the arcs between pairs of neighbours; mark neighbours that a way over one replaces."""
    for pair in range(count * count):
        pairs[pair] = _NONE
    for i in range(count):
        arc = head[near[i, _NODE]]
        while arc != _NONE:
            j = place[arcs[arc, _ABOVE]]
            if j != _NONE:
                pairs[i * count + j] = arc
                up, down = np.int64(arcs[arc, _RISE]), np.int64(arcs[arc, _FALL])
                _shorten(near, i, j, _RISE, up, _RISE_USELESS)
                _shorten(near, j, i, _RISE, down, _RISE_USELESS)
                _shorten(near, i, j, _FALL, down, _FALL_USELESS)
                _shorten(near, j, i, _FALL, up, _FALL_USELESS)
            arc = arcs[arc, _NEXT]


@inlined
def _shorten(
    near: NDArray[np.uint32],
    over: int | np.uint32,
    other: int | np.uint32,
    column: int,
    step: np.int64,
    useless: np.uint32,
) -> None:
    """Note a time over another neighbour if that is no longer."""
    way = np.int64(near[over, column]) + step
    if way <= near[other, column]:
        near[other, column] = way
        near[other, _MARK] |= useless


@part
def _add_shortcuts(  # noqa: PLR0913, PLR0917  (as above)
    arcs: NDArray[np.uint32],
    head: NDArray[np.uint32],
    use: NDArray[np.uint32],
    near: NDArray[np.uint32],
    count: int,
    pairs: NDArray[np.uint32],
    limit_us: np.int64,
) -> None:
    """Add the ways over the eliminated node between the neighbours that are left."""
    for i in range(count):
        if near[i, _MARK] == _USELESS:
            continue
        low = near[i, _NODE]
        to_low, from_low = np.int64(near[i, _RISE]), np.int64(near[i, _FALL])
        for j in range(count):
            high = near[j, _NODE]
            if high > low and near[j, _MARK] != _USELESS:
                rise = min(from_low + np.int64(near[j, _RISE]), limit_us + 1)
                fall = min(np.int64(near[j, _FALL]) + to_low, limit_us + 1)
                arc = pairs[i * count + j]
                if arc != _NONE or min(rise, fall) <= limit_us:
                    _lower(arcs, head, use, low, high, arc, rise, fall)
