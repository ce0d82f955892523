"""The arcs that a contraction may have, whoever walks: found once, weighed for each profile.

Which shortcuts are within the limit depends on the pace; a slower walker needs no others. So the
arcs that walks of 1,200 m can need are kept with the network, and to weigh them for a profile is
one pass in the order of elimination, without lists and without a search for what is there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import ZERO, kernel, part
from onegrid.network.contract import Contraction
from onegrid.network.graph import arcs_of, whole_us
from onegrid.network.order import elimination_rank

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.network.graph import Graph

_PACE_US_M: Final = 750_000.0  # 80 m/min; no policy: files are read with the pace they came with
_LIMIT_US: Final = 900_000_000  # 1,200 m at that pace
_NONE: Final = np.uint32(0xFFFFFFFF)


class Skeleton(NamedTuple):
    """The arcs that may climb from rank r: ``above[offsets[r]:offsets[r + 1]]``, ascending ranks.

    ``rank`` int32 by node, ``offsets`` int64 (nodes + 1), ``above`` uint32.
    """

    rank: NDArray[np.int32]
    offsets: NDArray[np.int64]
    above: NDArray[np.uint32]


def contractible(network: Network) -> Network:
    """Return a network with its order of elimination and its skeleton, ready to be saved."""
    ends = np.array(network.ends)
    rank = elimination_rank(network.xy, ends)
    _, offsets, above = find_skeleton(ends, np.array(network.length_m), rank)
    return replace(network, rank=rank, skeleton_offsets=offsets, skeleton=above)


def find_skeleton(
    ends: NDArray[np.int32], length_m: NDArray[np.float64], rank: NDArray[np.int32]
) -> Skeleton:
    """Return the skeleton of a network in an order; closed streets count, they may be opened."""
    indptr, target, edge, _ = arcs_of(ends, np.ones(len(ends), np.bool_), len(rank))
    time_us = whole_us(length_m, _PACE_US_M)[edge]
    order = np.empty(len(rank), np.uint32)
    order[rank] = np.arange(len(rank))
    return Skeleton(rank, *_find_arcs(indptr, target, time_us, rank, order, np.int64(_LIMIT_US)))


def weigh(skeleton: Skeleton, graph: Graph, *, limit_us: int) -> Contraction | None:
    """Return a graph contracted, None where its skeleton is too small for such walks."""
    quickest_us = np.minimum(graph.cost_us, graph.reverse_us)
    length_us = whole_us(graph.length_m, _PACE_US_M)[graph.edge]
    if (length_us / quickest_us).max(initial=0.0) * limit_us > _LIMIT_US:
        return None
    rank, offsets, above = skeleton
    order = np.empty(len(rank), np.uint32)
    order[rank] = np.arange(len(order))
    most_us = np.int64(limit_us)

    def first_us(cost_us: NDArray[np.int64]) -> NDArray[np.uint32]:
        costs = graph.indptr, graph.target, cost_us
        return _first_weights(*costs, offsets, above, rank, order, most_us)

    indptr, kept = np.zeros(len(offsets), np.int64), np.empty(len(above), np.uint32)
    rise_us = first_us(graph.cost_us)
    # Where both directions take as long, the same array twice is read once.
    fall_us = rise_us if graph.reverse_us is graph.cost_us else first_us(graph.reverse_us)
    _weigh(offsets, above, rise_us, fall_us, most_us, indptr, kept)
    size = indptr[-1]
    return Contraction(rank, indptr, kept[:size], rise_us[:size], fall_us[:size], limit_us)


@kernel
def _find_arcs(  # noqa: C901  (by hand: numba counts who holds an array at every call)
    indptr: NDArray[np.int64],
    target: NDArray[np.int32],
    time_us: NDArray[np.int64],
    rank: NDArray[np.int32],
    order: NDArray[np.uint32],
    limit_us: np.int64,
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return offsets and ranks above of all arcs within the limit.

    A node takes its arcs from its streets and from the lower nodes with an arc to it: each hands
    on what lies above in its row. A lower node waits in the list of the next one in its row.
    """
    nodes = len(order)
    offsets = np.zeros(nodes + 1, np.int64)
    above, cost_us = np.empty(4 * nodes + 64, np.uint32), np.empty(4 * nodes + 64, np.uint32)
    waiting, following = np.full(nodes, _NONE), np.empty(nodes, np.uint32)
    at = np.empty(nodes, np.int64)  # by lower node, the arc to the one it waits for
    least_us, near = np.full(nodes, _NONE), np.empty(nodes, np.uint32)
    for low in range(nodes):
        count = ZERO
        for k in range(indptr[order[low]], indptr[order[low] + 1]):
            high = np.uint32(rank[target[k]])
            if high > low and time_us[k] <= limit_us:
                if least_us[high] == _NONE:
                    near[count] = high
                    count += 1
                least_us[high] = min(np.int64(least_us[high]), time_us[k])
        lower = waiting[low]
        while lower != _NONE:
            arc, last, after = at[lower], offsets[lower + 1] - 1, following[lower]
            for k in range(arc + 1, last + 1):
                high, way_us = above[k], np.int64(cost_us[arc]) + np.int64(cost_us[k])
                if way_us > limit_us:
                    continue
                if least_us[high] == _NONE:
                    near[count] = high
                    count += 1
                least_us[high] = min(np.int64(least_us[high]), way_us)
            if arc < last:
                at[lower], following[lower] = arc + 1, waiting[above[arc + 1]]
                waiting[above[arc + 1]] = lower
            lower = after
        _sort(near, count)
        size = offsets[low]
        if size + count > len(above):
            above, cost_us = _doubled(above, count), _doubled(cost_us, count)
        for i in range(count):
            above[size + i], cost_us[size + i] = near[i], least_us[near[i]]
            least_us[near[i]] = _NONE
        if count > 0:
            at[low], following[low], waiting[near[0]] = size, waiting[near[0]], low
        offsets[low + 1] = size + count
    return offsets, above[: offsets[nodes]]


@part
def _sort(near: NDArray[np.uint32], count: int) -> None:
    for i in range(1, count):
        moved, at = near[i], i
        while at > 0 and near[at - 1] > moved:
            near[at] = near[at - 1]
            at -= 1
        near[at] = moved


@part
def _doubled(row: NDArray[np.uint32], more: int) -> NDArray[np.uint32]:
    longer = np.empty(2 * len(row) + more, np.uint32)
    for i in range(len(row)):  # numba takes seconds to compile the same as a slice
        longer[i] = row[i]
    return longer


@kernel
def _first_weights(  # noqa: PLR0913, PLR0917  (arrays: a tuple of them takes numba seconds)
    indptr: NDArray[np.int64],
    target: NDArray[np.int32],
    cost_us: NDArray[np.int64],
    offsets: NDArray[np.int64],
    above: NDArray[np.uint32],
    rank: NDArray[np.int32],
    order: NDArray[np.uint32],
    limit_us: np.int64,
) -> NDArray[np.uint32]:
    """Return the time of the lightest street on each arc, one more than the limit for none."""
    weight = np.full(len(above), limit_us + 1, np.uint32)
    for low in range(len(order)):
        first, last = offsets[low], offsets[low + 1]
        for k in range(indptr[order[low]], indptr[order[low] + 1]):
            high = rank[target[k]]
            if high > low and cost_us[k] <= limit_us:
                for arc in range(first, last):
                    if above[arc] == high:
                        weight[arc] = min(np.int64(weight[arc]), cost_us[k])
    return weight


@kernel
def _weigh(  # noqa: PLR0913, PLR0917  (as above)
    offsets: NDArray[np.int64],
    above: NDArray[np.uint32],
    rise_us: NDArray[np.uint32],
    fall_us: NDArray[np.uint32],
    limit_us: np.int64,
    indptr: NDArray[np.int64],
    kept: NDArray[np.uint32],
) -> None:
    """Lower the times of arcs over lower nodes; pack those that no way over higher nodes replaces.

    Of the triangle of a node and two above it every side is compared with the other two, without
    asking which are there: a time that is missing is too long to matter. Arcs of nodes that are
    done move up to the front of their lists.
    """
    # By node, the times from and to the one that is eliminated.
    rises, falls = np.full(len(offsets) - 1, _NONE), np.full(len(offsets) - 1, _NONE)
    for low in range(len(rises)):
        first, last = offsets[low], offsets[low + 1]
        for k in range(first, last):
            if min(rise_us[k], fall_us[k]) <= limit_us:
                rises[above[k]], falls[above[k]] = rise_us[k], fall_us[k]
        for k in range(first, last):
            via = above[k]
            up, down = np.int64(rises[via]), np.int64(falls[via])
            if (up < rise_us[k] and down < fall_us[k]) or min(up, down) > limit_us:
                continue
            least_up, least_down = up, down
            for arc in range(offsets[via], offsets[via + 1]):
                there, back = np.int64(rises[above[arc]]), np.int64(falls[above[arc]])
                if there == _NONE:
                    continue
                rise, fall = np.int64(rise_us[arc]), np.int64(fall_us[arc])
                rises[above[arc]] = min(there, up + rise)
                falls[above[arc]] = min(back, fall + down)
                least_up, least_down = min(least_up, there + fall), min(least_down, rise + back)
                rise_us[arc] = min(rise, down + there)
                fall_us[arc] = min(fall, back + up)
            rises[via], falls[via] = least_up, least_down
        size = indptr[low]
        for k in range(first, last):
            climbs = rise_us[k] <= limit_us and rise_us[k] <= rises[above[k]]
            descends = fall_us[k] <= limit_us and fall_us[k] <= falls[above[k]]
            if climbs or descends:
                kept[size], rise_us[size], fall_us[size] = above[k], rise_us[k], fall_us[k]
                size += 1
            rises[above[k]] = falls[above[k]] = _NONE
        indptr[low + 1] = size
