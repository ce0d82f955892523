"""The search behind one question: the nearest places of several kinds from a point, and the ways.

It spreads from the point and stops as soon as no nearer place of any kind can come. What it works
on is laid out for the whole network but touched only where it goes, so that a question costs what
it reaches and not what the network holds.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import ZERO, kernel, part
from onegrid.network.kernel import FAR, label_bits, pop, push
from onegrid.network.search import between_us, first_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.graph import Doors, Graph
    from onegrid.network.search import Stops

_POINT_M = 1e-6  # a shorter piece is a point


class Wish(NamedTuple):
    """What is asked for: ``slot`` int64 by kind, -1 where it is not; ``kind`` int64 by place.

    ``slots`` is their number, ``most`` how many answers each is to have, ``limit`` microseconds.
    """

    kind: NDArray[np.int64]
    slot: NDArray[np.int64]
    slots: int
    most: int
    limit: int


class Ways(NamedTuple):
    """Pieces of edges as they are walked; against an edge, from is after to.

    The pieces of way i are ``starts[i]:starts[i + 1]``.
    """

    starts: NDArray[np.int64]
    edge: NDArray[np.int64]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]


class Bench(NamedTuple):
    """By node: microseconds from the point and one more (0: not reached), the arc and one more."""

    labels: NDArray[np.int64]
    via: NDArray[np.int64]


def make_bench(graph: Graph) -> Bench:
    """Return an empty bench: zeros that the system lays out only where they are written."""
    nodes = len(graph.indptr) - 1
    return Bench(_zeros(nodes), _zeros(nodes))


def _zeros(count: int) -> NDArray[np.int64]:
    # Not np.zeros: it asks for huge pages, and the system would clear 2 MB at every touch.
    room = mmap.mmap(-1, max(count, 1) * np.dtype(np.int64).itemsize)
    return np.frombuffer(room, np.int64)[:count]


class Best(NamedTuple):
    """The shortest walks so far: time and stop, int64 (slots, count), `FAR` and -1 for none."""

    stops: Stops
    wish: Wish
    time_us: NDArray[np.int64]
    stop: NDArray[np.int64]


def find_nearest(
    graph: Graph, bench: Bench, asked: Doors, stops: Stops, wish: Wish
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return time and stop of the nearest places of each slot, (slots, count), `FAR` for none.

    ``asked`` is one door. Equal times: the lowest row.
    """
    shape = (wish.slots, wish.most)
    best = Best(stops, wish, np.full(shape, FAR, np.int64), np.full(shape, -1, np.int64))
    _spread(graph, bench, asked, best, label_bits(graph, 1).node)
    return best.time_us, best.stop


@kernel
def _spread(graph: Graph, bench: Bench, asked: Doors, best: Best, node_bits: int) -> None:
    """Walk on from the point, in order of time, until no stop can be nearer than those found."""
    labels, last = bench.labels, _offer_own_edge(graph, asked, best)
    heap, size = np.empty(256, np.int64), ZERO
    for end in range(2):
        node = graph.ends[asked.edge[0], end]
        time = asked.start_us[0] if end == 0 else asked.end_us[0]
        if time <= last and (labels[node] == 0 or time + 1 < labels[node]):
            labels[node] = time + 1
            size = push(heap, size, (time << node_bits) | node)
    while size > 0 and heap[0] >> node_bits <= last:
        time, node = heap[0] >> node_bits, heap[0] & ((1 << node_bits) - 1)
        size = pop(heap, size)
        if time + 1 != labels[node]:
            continue  # a shorter way came first
        if best.stops.indptr[node] < best.stops.indptr[node + 1]:
            last = _offer_edges_of(graph, best, node, time, last)
        first, past = graph.indptr[node], graph.indptr[node + 1]
        if size + past - first > len(heap):
            heap = _longer(heap, past - first)
        for arc in range(first, past):
            later, target = time + graph.cost_us[arc], graph.target[arc]
            if later <= last and (labels[target] == 0 or later + 1 < labels[target]):
                labels[target], bench.via[target] = later + 1, arc + 1
                size = push(heap, size, (later << node_bits) | target)


@part
def _longer(heap: NDArray[np.int64], more: int) -> NDArray[np.int64]:
    longer = np.empty(2 * len(heap) + more, np.int64)
    for i in range(len(heap)):  # numba takes seconds to compile the same as a slice
        longer[i] = heap[i]
    return longer


@part
def _offer_own_edge(graph: Graph, asked: Doors, best: Best) -> int:
    """Offer the stops of the asked point's own edge; return the longest walk of use."""
    stops, wish, last = best.stops, best.wish, best.wish.limit
    group = first_at(stops.edge, asked.edge[0])
    if group < len(stops.edge) and stops.edge[group] == asked.edge[0]:
        for at in range(stops.first[group], stops.first[group + 1]):
            slot = wish.slot[wish.kind[stops.row[at]]]
            walk = between_us(graph, asked, ZERO, stops.doors, at)
            if slot >= 0 and walk <= wish.limit:
                last = _offer(best, slot, at, walk, last)
    return last


@part
def _offer_edges_of(graph: Graph, best: Best, node: int, time: int, last: int) -> int:
    """Offer the stops on the edges of a node; return the longest walk that is still of use."""
    stops, wish, times = best.stops, best.wish, best.time_us
    for i in range(stops.indptr[node], stops.indptr[node + 1]):
        group = stops.group[i]
        edge = stops.edge[group]
        starts, ends = graph.ends[edge, 0] == node, graph.ends[edge, 1] == node
        for at in range(stops.first[group], stops.first[group + 1]):
            slot = wish.slot[wish.kind[stops.row[at]]]
            if slot < 0:
                continue
            from_start_us = time + stops.doors.start_us[at] if starts else FAR
            from_end_us = time + stops.doors.end_us[at] if ends else FAR
            walk = min(from_start_us, from_end_us)
            # Most are too far, and a call costs more than the rest: numba counts all it is handed.
            if walk <= wish.limit and walk <= times[slot, wish.most - 1]:
                last = _offer(best, slot, at, walk, last)
    return last


@part
def _offer(best: Best, slot: int, at: int, walk: int, last: int) -> int:
    """Keep a walk to a stop if it is among the shortest of its slot; return the longest of use."""
    row, wish = best.stops.row, best.wish
    times, kept = best.time_us[slot], best.stop[slot]
    final = wish.most - 1  # the place that is given up: where the stop is known, or the last
    for i in range(wish.most):
        if kept[i] == at:
            final = i
            break
    before = kept[final]
    if times[final] < walk or (times[final] == walk and (before == at or row[before] < row[at])):
        return last
    while final > 0 and (
        walk < times[final - 1] or (walk == times[final - 1] and row[at] < row[kept[final - 1]])
    ):
        times[final], kept[final] = times[final - 1], kept[final - 1]
        final -= 1
    times[final], kept[final] = walk, at
    longest: int = best.time_us[0, wish.most - 1]
    for other in range(1, wish.slots):
        longest = max(longest, best.time_us[other, wish.most - 1])
    return min(wish.limit, longest)


@kernel
def trace_ways(
    graph: Graph, bench: Bench, asked: Doors, doors: Doors, stop: NDArray[np.int64]
) -> Ways:
    """Return the ways to stops; pieces that are points are left out."""
    # Plain arrays, and no function for a step: numba would count who holds the graph at each.
    via, arc_edge, ends, length = bench.via, graph.edge, graph.ends, graph.length_m
    starts = np.zeros(len(stop) + 1, np.int64)
    for i in range(len(stop)):
        node = _last_piece(graph, bench, asked, doors, stop[i])[3]
        starts[i + 1] = starts[i] + 1 + (node >= 0)
        while node >= 0 and via[node] > 0:
            here = arc_edge[via[node] - 1]
            node = np.int64(ends[here, 0]) + ends[here, 1] - node
            starts[i + 1] += 1
    edge = np.empty(starts[-1], np.int64)
    from_m, to_m = np.empty(starts[-1]), np.empty(starts[-1])
    for i in range(len(stop)):  # from the stop back to the point
        at = starts[i + 1] - 1
        edge[at], from_m[at], to_m[at], node = _last_piece(graph, bench, asked, doors, stop[i])
        while node >= 0 and via[node] > 0:
            at -= 1
            here = arc_edge[via[node] - 1]
            forth = ends[here, 1] == node
            edge[at], length_m = here, length[here]
            from_m[at], to_m[at] = (0.0, length_m) if forth else (length_m, 0.0)
            node = np.int64(ends[here, 0 if forth else 1])
        if node >= 0:
            at -= 1
            here = asked.edge[0]
            starts_it = ends[here, 0] == node and bench.labels[node] == asked.start_us[0] + 1
            edge[at], from_m[at] = here, asked.along_m[0]
            to_m[at] = 0.0 if starts_it else length[here]
    size = 0
    for i in range(len(stop)):
        begin = starts[i]
        starts[i] = size
        for at in range(begin, starts[i + 1]):
            if abs(to_m[at] - from_m[at]) > _POINT_M:
                edge[size], from_m[size], to_m[size] = edge[at], from_m[at], to_m[at]
                size += 1
    starts[-1] = size
    return Ways(starts, edge[:size], from_m[:size], to_m[:size])


@part
def _last_piece(
    graph: Graph, bench: Bench, asked: Doors, doors: Doors, at: int
) -> tuple[np.int64, float, float, np.int64]:
    """Return edge, from, to of the last piece to a stop, and the node before; -1: the point."""
    edge, best, from_m, node = doors.edge[at], FAR, 0.0, np.int64(-1)
    if edge == asked.edge[0]:
        best, from_m = between_us(graph, asked, ZERO, doors, at), asked.along_m[0]
    for end in range(2):
        label = bench.labels[graph.ends[edge, end]]
        walk = label - 1 + (doors.start_us[at] if end == 0 else doors.end_us[at])
        if label > 0 and walk < best:
            best, node = walk, np.int64(graph.ends[edge, end])
            from_m = graph.length_m[edge] if end else 0.0
    return edge, from_m, doors.along_m[at], node


@kernel
def draw_ways(
    ways: Ways,
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    begin: NDArray[np.float64],
    goal: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]]:
    """Return the points of every way, where each starts in them, and headings by piece.

    ``points`` of the pieces run along the edges, ``starts`` tells where each piece begins;
    ``begin`` is x, y of the point, ``goal`` (ways, 2) of the places. Headings are radians, at the
    beginning and the end of each piece. A way of no length has its point twice.
    """
    count = len(ways.starts) - 1
    line, offsets = np.empty((len(points) + 2 * count, 2)), np.zeros(count + 1, np.int64)
    heading = np.zeros((len(ways.edge), 2))
    size = 0
    for i in range(count):
        first = size
        line[size, 0], line[size, 1] = begin[0], begin[1]
        size += 1
        for k in range(ways.starts[i], ways.starts[i + 1]):
            low, high = starts[k], starts[k + 1]
            step = 1 if ways.from_m[k] < ways.to_m[k] else -1
            at = low if step > 0 else high - 1
            turned = 0.0 if step > 0 else np.pi
            for side, (a, b) in enumerate(((low, low + 1), (high - 2, high - 1))):
                angle = np.arctan2(points[b, 1] - points[a, 1], points[b, 0] - points[a, 0])
                heading[k, side if step > 0 else 1 - side] = angle + turned
            for _ in range(high - low):
                size = _extend(line, size, points[at, 0], points[at, 1])
                at += step
        size = _extend(line, size, goal[i, 0], goal[i, 1])
        if size == first + 1:
            line[size, 0], line[size, 1] = goal[i, 0], goal[i, 1]
            size += 1
        offsets[i + 1] = size
    return line[:size], offsets, heading


@part
def _extend(line: NDArray[np.float64], size: int, x: float, y: float) -> int:
    """Append a point unless it is the last one; return the new size."""
    if line[size - 1, 0] == x and line[size - 1, 1] == y:
        return size
    line[size, 0], line[size, 1] = x, y
    return size + 1
