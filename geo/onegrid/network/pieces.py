"""Which street pieces are reached from a door, and their geometry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.compiled import ONE, kernel, part
from onegrid.network.kernel import Bits, label_bits, limit_us, make_bench, one_door, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.graph import Doors, Graph


_LEAST_M: Final = 1e-6  # a shorter piece is a point


class Pieces(NamedTuple):
    """Pieces of edges: place of the band among the limits, edge, from and to along it in metres."""

    band: NDArray[np.int64]
    edge: NDArray[np.int64]
    from_m: NDArray[np.float64]
    to_m: NDArray[np.float64]


def reached_pieces(graph: Graph, doors: Doors, row: int, *, limits_s: tuple[float, ...]) -> Pieces:
    """Return the street pieces that are reached from one door within each limit (ascending)."""
    bits = label_bits(graph, 1)
    limits = np.array([limit_us(limit_s, bits) for limit_s in limits_s], dtype=np.int64)
    band, edge, from_m, to_m = _pieces(graph, doors, row, limits, bits)
    long = to_m - from_m > _LEAST_M
    return Pieces(band[long], edge[long], from_m[long], to_m[long])


@kernel
def _pieces(
    graph: Graph, doors: Doors, row: int, limits: NDArray[np.int64], bits: Bits
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Return band, edge, from and to of every piece reached within each limit."""
    bench = make_bench(graph, ONE, False)  # noqa: FBT003
    labels = bench.labels
    count = spread(graph, bench, one_door(doors, row), np.zeros(1, np.int64), bits, limits[-1])
    arcs = 1
    for i in range(count):
        arcs += graph.indptr[bench.reached[i] + 1] - graph.indptr[bench.reached[i]]
    most = 2 * len(limits) * arcs
    band, edge = np.empty(most, np.int64), np.empty(most, np.int64)
    from_m, to_m = np.empty(most, np.float64), np.empty(most, np.float64)
    size = 0
    for b in range(len(limits)):
        own, left_us = doors.edge[row], limits[b] - doors.leg_us[row]
        if left_us > 0:
            band[size], edge[size] = b, own
            from_m[size] = max(0.0, doors.along_m[row] - left_us / graph.back_us_m[own])
            along_m = doors.along_m[row] + left_us / graph.pace_us_m[own]
            to_m[size] = min(graph.length_m[own], along_m)
            size += 1
        for i in range(count):
            node = bench.reached[i]
            for arc in range(graph.indptr[node], graph.indptr[node + 1]):
                here = graph.edge[arc]
                at_start, at_end = labels[graph.ends[here, 0]], labels[graph.ends[here, 1]]
                start = _part_m(graph, here, graph.pace_us_m[here], limits[b] - at_start)
                end = _part_m(graph, here, graph.back_us_m[here], limits[b] - at_end)
                length_m = graph.length_m[here]
                if (graph.ends[here, 0] != node) == (start > 0):
                    continue  # an edge is done from its start if that is reached, else its end
                if start + end >= length_m:
                    band[size], edge[size] = b, here
                    from_m[size], to_m[size] = 0.0, length_m
                    size += 1
                    continue
                if start > 0:
                    band[size], edge[size] = b, here
                    from_m[size], to_m[size] = 0.0, start
                    size += 1
                if end > 0:
                    band[size], edge[size] = b, here
                    from_m[size], to_m[size] = length_m - end, length_m
                    size += 1
    return band[:size], edge[:size], from_m[:size], to_m[:size]


@part
def _part_m(graph: Graph, edge: int, us_m: float, left_us: int) -> float:
    """Return how far onto an edge somebody gets from its end in the time that is left."""
    left_us -= graph.wait_us[edge]
    if left_us <= 0:
        return 0.0
    part_m: float = min(left_us / us_m, graph.length_m[edge])
    return part_m


def cut_pieces(
    vertices: NDArray[np.float64], offsets: NDArray[np.int64], pieces: Pieces
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the points of pieces of edges, (points, 2), and where each piece starts in them.

    Parameters
    ----------
    vertices, offsets
        As in a network.
    pieces
        Pieces with ``from_m`` before ``to_m``.
    """
    points: NDArray[np.float64]
    starts: NDArray[np.int64]
    points, starts = _cut(vertices, offsets, pieces.edge, pieces.from_m, pieces.to_m)
    return points, starts


@kernel
def _cut(
    vertices: NDArray[np.float64],
    offsets: NDArray[np.int64],
    edge: NDArray[np.int64],
    from_m: NDArray[np.float64],
    to_m: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    most = 0
    for e in edge:
        most += offsets[e + 1] - offsets[e] + 2
    points, starts = np.empty((most, 2)), np.empty(len(edge) + 1, np.int64)
    size = 0
    for i in range(len(edge)):
        starts[i] = size
        along = 0.0
        first, last = offsets[edge[i]], offsets[edge[i] + 1] - 1
        open_end = False
        for k in range(first, last):
            x, y = vertices[k, 0], vertices[k, 1]
            dx, dy = vertices[k + 1, 0] - x, vertices[k + 1, 1] - y
            step = np.hypot(dx, dy)
            if step > 0 and along + step > from_m[i] and along < to_m[i]:
                if not open_end:
                    t = max(0.0, (from_m[i] - along) / step)
                    points[size, 0], points[size, 1] = x + t * dx, y + t * dy
                    size += 1
                    open_end = True
                t = (to_m[i] - along) / step
                if t >= 1.0:  # the vertex itself, digit for digit
                    points[size, 0], points[size, 1] = vertices[k + 1, 0], vertices[k + 1, 1]
                else:
                    points[size, 0], points[size, 1] = x + t * dx, y + t * dy
                size += 1
            along += step
    starts[len(edge)] = size
    return points[:size], starts
