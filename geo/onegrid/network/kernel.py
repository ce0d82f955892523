"""The bounded many-source search: from seeds along the streets, until the time is used up.

Labels are whole microseconds, shifted left, with the source's rank in the low bits: comparing two
labels compares times and then ranks, so equal times always go to the lowest rank. Microseconds,
because rounding costs at most half a one per edge: a way of 100,000 edges stays within 0.05 s of
float64, and 62 bits hold days of walking beside a million sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import ZERO, part
from onegrid.errors import InputError, NetworkError, Problem
from onegrid.network.graph import US_PER_S, Doors, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

FAR: Final = 1 << 62  # the label of a place that is not reached
_LABEL_BITS: Final = 62
_LEAST_BITS: Final = 36  # 19 hours of walking must fit beside the ranks


class Bits(NamedTuple):
    """How a label is packed: bits for the rank of its source, bits for a node in the heap."""

    rank: int
    node: int


class Bench(NamedTuple):
    """What one search works on: labels by node, a heap, the nodes reached, the arcs that led."""

    labels: NDArray[np.int64]
    heap: NDArray[np.int64]
    reached: NDArray[np.int64]
    via: NDArray[np.int64]


def limit_us(limit_s: float | None, bits: Bits) -> int:
    """Return a limit in microseconds; None and infinity are the longest time a label holds.

    Raises
    ------
    InputError
        If the limit is not above 0.
    """
    longest = 1 << (_LABEL_BITS - max(bits))
    if limit_s is None or limit_s == np.inf:
        return longest
    if not limit_s > 0:
        raise InputError(
            Problem("LIMIT", f"walking limit {limit_s} s", remedy="give a time above 0")
        )
    return min(round(limit_s * US_PER_S), longest)


def label_bits(graph: Graph, sources: int) -> Bits:
    """Return the packing for a search on a graph from a number of sources.

    Raises
    ------
    NetworkError
        If there are so many nodes or sources that no useful time fits beside them.
    """
    bits = Bits(max(sources - 1, 0).bit_length(), max(len(graph.indptr) - 2, 1).bit_length())
    if _LABEL_BITS - max(bits) < _LEAST_BITS:
        raise NetworkError(
            Problem("NETWORK_SIZE", "over 67 million nodes or sources", remedy="split the network")
        )
    return bits


@part
def push(heap: NDArray[np.int64], size: int, key: int) -> int:
    """Add a key to a heap of four children a node; return its new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if heap[parent] <= key:
            break
        heap[at] = heap[parent]
        at = parent
    heap[at] = key
    return size + 1


@part
def pop(heap: NDArray[np.int64], size: int) -> int:
    """Remove the first key of a heap; return its new size."""
    size -= 1
    key = heap[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if heap[other] < heap[least]:
                least = other
        if heap[least] >= key:
            break
        heap[at] = heap[least]
        at = least
    heap[at] = key
    return size


@part
def make_bench(graph: Graph, seeds: int, traced: bool) -> Bench:  # noqa: FBT001  (a kernel)
    """Return an empty bench for a number of seeding doors, with arcs if the way is asked for."""
    nodes = len(graph.indptr) - 1
    # Every push lowers a label along one arc, and labels of popped nodes are final.
    return Bench(
        np.full(nodes, FAR, np.int64),
        np.empty(len(graph.target) + 2 * seeds, np.int64),
        np.empty(nodes, np.int64),
        np.full(nodes if traced else 0, -1, np.int64),
    )


@part
def spread(
    graph: Graph, bench: Bench, doors: Doors, ranks: NDArray[np.int64], bits: Bits, limit: int
) -> int:
    """Label every node within the limit of the nearest door; return how many there are.

    Labels that are already on the bench must be final; the search goes on from them.
    """
    labels, heap, count, size = bench.labels, bench.heap, ZERO, ZERO
    for i in range(len(ranks)):
        for end in range(2):
            node = graph.ends[doors.edge[i], end]
            time = doors.start_us[i] if end == 0 else doors.end_us[i]
            label = (time << bits.rank) | ranks[i]
            if time <= limit and label < labels[node]:
                count = _lower(bench, node, label, count)
                size = push(heap, size, (time << bits.node) | node)
    return drain(graph, bench, bits, limit, count, size)


@part
def spread_on(
    graph: Graph, bench: Bench, doors: Doors, ranks: NDArray[np.int64], bits: Bits, limit: int
) -> None:
    """Go on from labels that are final up to some time: label the nodes that have none."""
    labels, size = bench.labels, ZERO
    for node in range(len(labels)):
        if labels[node] == FAR:
            continue
        for arc in range(graph.indptr[node], graph.indptr[node + 1]):
            if labels[graph.target[arc]] == FAR:
                key = ((labels[node] >> bits.rank) << bits.node) | node
                size = push(bench.heap, size, key)
                break
    for i in range(len(ranks)):
        for end in range(2):
            node = graph.ends[doors.edge[i], end]
            time = doors.start_us[i] if end == 0 else doors.end_us[i]
            label = (time << bits.rank) | ranks[i]
            if time <= limit and label < labels[node]:
                labels[node] = label
                size = push(bench.heap, size, (time << bits.node) | node)
    drain(graph, bench, bits, limit, ZERO, size)


@part
def drain(graph: Graph, bench: Bench, bits: Bits, limit: int, count: int, size: int) -> int:
    """Carry labels on from a heap of nodes until it is empty; return how many have one."""
    labels, heap = bench.labels, bench.heap
    while size > 0:
        time, node = heap[0] >> bits.node, heap[0] & ((1 << bits.node) - 1)
        size = pop(heap, size)
        if time != labels[node] >> bits.rank:
            continue  # a shorter way came first
        for arc in range(graph.indptr[node], graph.indptr[node + 1]):
            label = labels[node] + (graph.cost_us[arc] << bits.rank)
            time, target = label >> bits.rank, graph.target[arc]
            if time <= limit and label < labels[target]:
                count = _lower(bench, target, label, count)
                if len(bench.via) > 0:
                    bench.via[target] = arc
                size = push(heap, size, (time << bits.node) | target)
    return count


@part
def _lower(bench: Bench, node: int, label: int, count: int) -> int:
    """Write a lower label; return how many nodes have one."""
    if bench.labels[node] == FAR:
        bench.reached[count] = node
        count += 1
    bench.labels[node] = label
    return count


@part
def one_door(doors: Doors, row: int) -> Doors:
    """Return one door, as a table of one."""
    return Doors(
        doors.edge[row : row + 1],
        doors.along_m[row : row + 1],
        doors.leg_us[row : row + 1],
        doors.start_us[row : row + 1],
        doors.end_us[row : row + 1],
    )
