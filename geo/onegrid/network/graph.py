"""A network as one profile walks it: costs in whole microseconds, and doors on its edges.

A place at an end of an edge is at the node and pays no wait there, and two places in the middle of
one crossing have no wait between them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import numpy as np

from onegrid.compiled import kernel
from onegrid.network.times import edge_times

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.network.snap import Joints
    from onegrid.standards import Profile

T = TypeVar("T", bound=np.generic)

US_PER_S: Final = 1e6
_LONGEST_S: Final = 2**36 / US_PER_S  # 19 hours: a longer edge would not fit beside the ranks
_MOST_US: Final = 2.0**60  # of a part of such an edge


class Graph(NamedTuple):
    """A network as one profile walks it, ready for kernels; both directions of every open edge.

    Arcs of node i are ``indptr[i]:indptr[i + 1]`` in ``target``, ``cost_us`` (from i to the
    target), ``edge``, ``reverse_us`` (from the target to i); ``ends``, ``length_m``, ``pace_us_m``
    (microseconds a metre with the edge), ``wait_us`` and ``back_us_m`` (against it) are by edge;
    ``flat_us_m`` is the pace off the streets. Where both directions take as long, they are the
    same arrays.
    """

    indptr: NDArray[np.int64]
    target: NDArray[np.int32]
    cost_us: NDArray[np.int64]
    edge: NDArray[np.int32]
    ends: NDArray[np.int32]
    length_m: NDArray[np.float64]
    pace_us_m: NDArray[np.float64]
    wait_us: NDArray[np.int64]
    flat_us_m: float
    back_us_m: NDArray[np.float64]
    reverse_us: NDArray[np.int64]


class Doors(NamedTuple):
    """Doors on edges: microseconds between a door and either end of its edge, and the street.

    ``edge`` is -1 where a door joins nothing; the other columns are 0 there.
    """

    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]
    leg_us: NDArray[np.int64]
    start_us: NDArray[np.int64]
    end_us: NDArray[np.int64]


@lru_cache(maxsize=8)
def walk_graph(network: Network, profile: Profile) -> Graph:
    """Return the network as a profile walks it; made once for each pair of them.

    Raises
    ------
    InputError
        If a figure of the profile is not one that somebody can walk with.
    NetworkError
        If the network's arrays do not fit each other.
    """
    return _graph(network, profile)


def with_edge(graph: Graph, network: Network, profile: Profile, edge: int) -> Graph:
    """Return the graph of a network that differs in one edge from the one it was made of.

    The edge was opened or closed, or is new: then it is the last. It is the same as of
    ``walk_graph``, in a fraction of the time.
    """
    alone = _graph(network.only_edge(edge), profile)
    new = edge == len(graph.ends)
    more = len(network.xy) + 1 - len(graph.indptr)
    indptr = np.append(graph.indptr, np.full(more, graph.indptr[-1]))
    near = [np.arange(indptr[node], indptr[node + 1]) for node in np.unique(network.ends[edge])]
    arcs = np.concatenate(near)
    gone = arcs[graph.edge[arcs] == edge]
    if not new and (len(gone) > 0) == (len(alone.target) > 0):
        return graph
    count = np.diff(alone.indptr)
    nodes = np.flatnonzero(count)
    rows = [graph.edge[indptr[node] : indptr[node + 1]] for node in nodes]  # ascending
    at = indptr[nodes] + [int(np.searchsorted(row, edge)) for row in rows]
    place = np.repeat(at, count[nodes]).astype(np.int64)
    count[np.unique(network.ends[edge])] -= np.array([len(np.intersect1d(a, gone)) for a in near])

    def spliced(old: NDArray[T], arc: NDArray[T]) -> NDArray[T]:
        if len(place) == 0:
            first, *rest = np.split(old, gone)
            return np.concatenate([first, *(run[1:] for run in rest)])
        first, *rest = np.split(old, place)
        pairs = zip(np.split(arc, len(arc)), rest, strict=True)
        return np.concatenate([first, *(run for pair in pairs for run in pair)])

    def longer(old: NDArray[T], one: NDArray[T]) -> NDArray[T]:
        return np.append(old, one) if new else old

    cost_us = spliced(graph.cost_us, alone.cost_us)
    back = graph.reverse_us is not graph.cost_us
    pace_us_m = longer(graph.pace_us_m, alone.pace_us_m)
    slopes = graph.back_us_m is not graph.pace_us_m
    return graph._replace(
        indptr=indptr + np.append(0, np.cumsum(count)),
        target=spliced(graph.target, alone.target),
        cost_us=cost_us,
        edge=spliced(graph.edge, np.full(len(place), edge, np.int32)),
        ends=network.ends if new else graph.ends,
        length_m=longer(graph.length_m, alone.length_m),
        pace_us_m=pace_us_m,
        wait_us=longer(graph.wait_us, alone.wait_us),
        back_us_m=longer(graph.back_us_m, alone.back_us_m) if slopes else pace_us_m,
        reverse_us=spliced(graph.reverse_us, alone.reverse_us) if back else cost_us,
    )


def _graph(network: Network, profile: Profile) -> Graph:
    times = edge_times(network, profile)
    wait_us = np.rint(times.wait_s * US_PER_S).astype(np.int64)
    pace_us_m = times.forward_s_m * US_PER_S
    back_us_m = times.backward_s_m * US_PER_S if times.directed else pace_us_m
    length_m, ends = np.array(network.length_m), np.array(network.ends)
    walked = np.maximum(times.forward_s, times.backward_s) < _LONGEST_S
    indptr, target, edge, forth = arcs_of(ends, walked, len(network.xy))
    cost_us = whole_us(length_m, pace_us_m, wait_us)[edge]
    reverse_us = cost_us
    if times.directed:
        against_us = whole_us(length_m, back_us_m, wait_us)[edge]
        cost_us, reverse_us = (
            np.where(forth, cost_us, against_us),
            np.where(forth, against_us, cost_us),
        )
    return Graph(
        indptr,
        target,
        cost_us,
        edge,
        ends,
        length_m,
        pace_us_m,
        wait_us,
        US_PER_S / profile.speed_m_s,
        back_us_m,
        reverse_us,
    )


def whole_us(
    length_m: NDArray[np.float64],
    us_m: float | NDArray[np.float64],
    wait_us: int | NDArray[np.int64] = 0,
) -> NDArray[np.int64]:
    """Return the time along whole edges: at least one, so that a label grows along every edge."""
    whole: NDArray[np.int64] = np.maximum(
        np.rint(np.minimum(length_m * us_m, _MOST_US)).astype(np.int64) + wait_us, 1
    )
    return whole


@kernel
def arcs_of(
    ends: NDArray[np.int32], usable: NDArray[np.bool_], nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int32], NDArray[np.bool_]]:
    """Return both arcs of every usable edge by node, then edge; a loop is listed once."""
    indptr = np.zeros(nodes + 1, np.int64)
    for edge in range(len(ends)):
        if usable[edge]:
            indptr[ends[edge, 0] + 1] += 1
            indptr[ends[edge, 1] + 1] += ends[edge, 0] != ends[edge, 1]
    for node in range(nodes):
        indptr[node + 1] += indptr[node]
    at = indptr[:-1].copy()
    target = np.empty(indptr[nodes], np.int32)
    arc_edge = np.empty(indptr[nodes], np.int32)
    forth = np.empty(indptr[nodes], np.bool_)
    for edge in range(len(ends)):
        for side in range(2):
            here, there = ends[edge, side], ends[edge, 1 - side]
            if usable[edge] and (side == 0 or here != there):
                target[at[here]] = there
                arc_edge[at[here]] = edge
                forth[at[here]] = side == 0
                at[here] += 1
    return indptr, target, arc_edge, forth


def towards(graph: Graph) -> Graph:
    """Return the graph turned round: a search from a place finds how long the walk to it takes.

    It is the same graph where both directions take as long.
    """
    if graph.reverse_us is graph.cost_us:
        return graph
    return graph._replace(
        cost_us=graph.reverse_us,
        reverse_us=graph.cost_us,
        pace_us_m=graph.back_us_m,
        back_us_m=graph.pace_us_m,
    )


def make_doors(graph: Graph, joints: Joints) -> Doors:
    """Return joints as a graph's walker counts them, in microseconds, going out of the door.

    Doors of ``towards(graph)`` hold the times of coming to the door from the ends of its edge.
    """
    joined = joints.edge >= 0
    edge = np.where(joined, joints.edge, 0)
    along_m = np.where(joined, joints.along_m, 0.0)
    wait_us = graph.wait_us[edge]
    gap_m = np.where(joined, joints.gap_m, 0.0)
    leg_us = np.rint(gap_m * graph.flat_us_m).astype(np.int64)
    rest_m = graph.length_m[edge] - along_m

    def walk_us(part_m: NDArray[np.float64], us_m: NDArray[np.float64]) -> NDArray[np.int64]:
        part_us = np.rint(np.minimum(part_m * us_m[edge], _MOST_US)).astype(np.int64)
        whole: NDArray[np.int64] = leg_us + part_us + np.where(part_m > 0, wait_us, 0)
        return whole

    return Doors(
        joints.edge.astype(np.int64),
        along_m,
        leg_us,
        walk_us(along_m, graph.back_us_m),
        walk_us(rest_m, graph.pace_us_m),
    )


def door_rows(doors: Doors, rows: NDArray[np.int64]) -> Doors:
    """Return some rows of doors."""
    return Doors(
        doors.edge[rows],
        doors.along_m[rows],
        doors.leg_us[rows],
        doors.start_us[rows],
        doors.end_us[rows],
    )
