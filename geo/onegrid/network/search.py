"""Searches from single places on a walk network: all pairs within a limit, the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import ONE, ZERO, in_threads, kernel, part
from onegrid.network.graph import Doors, Graph, door_rows, towards
from onegrid.network.kernel import (
    FAR,
    Bits,
    label_bits,
    limit_us,
    make_bench,
    one_door,
    spread,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Stops(NamedTuple):
    """Destinations by the edge they are on, for a scan of the nodes that were reached.

    ``doors`` are sorted by edge; edge group g is ``doors[first[g]:first[g + 1]]``; the groups that
    touch node i are ``group[indptr[i]:indptr[i + 1]]``; ``row`` is each door's row in the table.
    """

    doors: Doors
    row: NDArray[np.int64]
    edge: NDArray[np.int64]
    first: NDArray[np.int64]
    indptr: NDArray[np.int64]
    group: NDArray[np.int64]


class Pairs(NamedTuple):
    """Rows of origins and destinations, int64, and the walk between them in microseconds."""

    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    walk_us: NDArray[np.int64]


def reach_pairs(graph: Graph, origins: Doors, destinations: Doors, *, limit_s: float) -> Pairs:
    """Find every pair of origin and destination within a limit, ordered by origin's row.

    The smaller side is searched from, against the direction of the walk if need be.
    ``destinations`` are doors of ``towards(graph)``.
    """
    bits = label_bits(graph, 1)
    limit = limit_us(limit_s, bits)
    if len(destinations.edge) < len(origins.edge):
        back = reach_pairs(towards(graph), destinations, origins, limit_s=limit_s)
        order = np.argsort(back.destination, kind="stable")
        return Pairs(back.destination[order], back.origin[order], back.walk_us[order])
    stops = make_stops(graph, destinations)
    step = max(1, len(origins.edge) // 64)

    def run(first: int) -> Pairs:
        rows = np.arange(first, min(first + step, len(origins.edge)))
        return Pairs(*_reach(graph, origins, rows, stops, bits, limit).T)

    found = in_threads(run, range(0, len(origins.edge), step))
    if not found:
        nothing = np.empty(0, np.int64)
        return Pairs(nothing, nothing, nothing)
    return Pairs(*(np.concatenate(column) for column in zip(*found, strict=True)))


def make_stops(graph: Graph, doors: Doors) -> Stops:
    """Return doors bucketed by the edge they are on."""
    order = np.argsort(doors.edge, kind="stable")
    order = order[doors.edge[order] >= 0]
    by_edge = door_rows(doors, order)
    edge, first = np.unique(by_edge.edge, return_index=True)
    ends = graph.ends[edge].astype(np.int64)
    group = np.arange(len(edge))
    loop = ends[:, 0] == ends[:, 1]
    node = np.concatenate([ends[:, 0], ends[~loop, 1]])
    group = np.concatenate([group, group[~loop]])
    by_node = np.argsort(node, kind="stable")
    indptr = np.searchsorted(node[by_node], np.arange(len(graph.indptr)))
    first = np.append(first, len(order)).astype(np.int64)
    return Stops(by_edge, order, edge, first, indptr.astype(np.int64), group[by_node])


@part
def first_at(edges: NDArray[np.int64], edge: int) -> int:
    """Return the first place in ascending edges that is not below one."""
    low, past = ZERO, len(edges)  # numba takes a second to compile numpy's own
    while low < past:
        middle = (low + past) // 2
        if edges[middle] < edge:
            low = middle + 1
        else:
            past = middle
    return low


@part
def between_us(graph: Graph, left: Doors, i: int, right: Doors, j: int) -> int:
    """Return the walk between two doors of one edge, along that edge."""
    edge = left.edge[i]
    part_m = abs(left.along_m[i] - right.along_m[j])
    pace_us_m = graph.pace_us_m if left.along_m[i] < right.along_m[j] else graph.back_us_m
    part_us = np.int64(np.rint(part_m * pace_us_m[edge]))
    low, high = min(left.along_m[i], right.along_m[j]), max(left.along_m[i], right.along_m[j])
    if part_m > 0 and (low == 0 or high == graph.length_m[edge]):
        part_us += graph.wait_us[edge]
    walk_us: int = left.leg_us[i] + part_us + right.leg_us[j]
    return walk_us


@kernel
def _reach(
    graph: Graph, origins: Doors, rows: NDArray[np.int64], stops: Stops, bits: Bits, limit: int
) -> NDArray[np.int64]:
    """Return origin, destination and microseconds of every pair within the limit, (pairs, 3)."""
    bench = make_bench(graph, ONE, False)  # noqa: FBT003
    labels, rank = bench.labels, np.zeros(1, np.int64)
    found = np.empty((1024, 3), np.int64)
    size = ZERO
    for row in rows:
        own = origins.edge[row]
        if own < 0:
            continue
        count = spread(graph, bench, one_door(origins, row), rank, bits, limit)
        # Its own edge first: both ends of it may be farther away than the limit.
        group = first_at(stops.edge, own)
        if group < len(stops.edge) and stops.edge[group] == own:
            found, size = _visit(graph, labels, stops, group, found, size)
            start = size - (stops.first[group + 1] - stops.first[group])
            for k in range(start, size):
                at = stops.first[group] + k - start
                found[k, 2] = min(found[k, 2], between_us(graph, origins, row, stops.doors, at))
            size = _keep(found, start, size, row, stops, limit)
        for i in range(count):
            node = bench.reached[i]
            for slot in range(stops.indptr[node], stops.indptr[node + 1]):
                group = stops.group[slot]
                edge = stops.edge[group]
                later = graph.ends[edge, 0] != node and labels[graph.ends[edge, 0]] != FAR
                if edge == own or later:
                    continue  # done above, or done from the edge's start
                start = size
                found, size = _visit(graph, labels, stops, group, found, size)
                size = _keep(found, start, size, row, stops, limit)
        for i in range(count):
            labels[bench.reached[i]] = FAR
    return found[:size]


@part
def _visit(
    graph: Graph,
    labels: NDArray[np.int64],
    stops: Stops,
    group: int,
    found: NDArray[np.int64],
    size: int,
) -> tuple[NDArray[np.int64], int]:
    """Append the doors of one edge with their walk over its ends; `FAR` or more is no way."""
    first, last = stops.first[group], stops.first[group + 1]
    if size + last - first > found.shape[0]:
        grown = np.empty((2 * (size + last - first), 3), np.int64)
        for k in range(size):  # numba takes seconds to compile the same as a slice
            for column in range(3):
                grown[k, column] = found[k, column]
        found = grown
    edge = stops.edge[group]
    start, end = labels[graph.ends[edge, 0]], labels[graph.ends[edge, 1]]
    for at in range(first, last):
        found[size, 1] = at
        found[size, 2] = min(start + stops.doors.start_us[at], end + stops.doors.end_us[at])
        size += 1
    return found, size


@part
def _keep(
    found: NDArray[np.int64], start: int, size: int, row: int, stops: Stops, limit: int
) -> int:
    """Keep the appended pairs that are within the limit; return the new size."""
    kept = start
    for k in range(start, size):
        if found[k, 2] <= limit:
            found[kept, 0] = row
            found[kept, 1] = stops.row[found[k, 1]]
            found[kept, 2] = found[k, 2]
            kept += 1
    return kept
