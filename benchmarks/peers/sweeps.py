"""The nearest of many kinds by onegrid: by two sweeps, and by a search for each kind."""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from bench.clock import timed
from bench.towns import KINDS, LIMIT_S, SPEED_M_S, matrix_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.towns import Town
    from numpy.typing import NDArray

LEAST_S = 0.2  # is measured at a time: a clock has its ticks
Prepared = tuple["Callable[[], Any]", "Callable[[Any], Any]"]


class Walks(NamedTuple):
    """Seconds (kinds, nodes), NaN beyond the limit; the owner's place in its kind, -1 for none."""

    seconds: NDArray[np.float64]
    owner: NDArray[np.int64] | None


def graph_of(place: Town) -> Any:  # noqa: ANN401  (a graph of onegrid)
    from onegrid.network.graph import Graph

    matrix = matrix_of(place)
    cost = np.rint(matrix.data * 1e6).astype(np.int64)
    node = np.arange(len(place.xy), dtype=np.int32)
    ones, zeros = np.ones(len(node)), np.zeros(len(node), np.int64)
    # Facilities are at nodes: as "edges" from a node to itself.
    return Graph(
        matrix.indptr.astype(np.int64),
        matrix.indices.astype(np.int32),
        cost,
        np.zeros(len(cost), np.int32),
        np.stack([node, node], axis=1),
        ones,
        ones,
        zeros,
        1.0,
        ones,
        cost,
    )


def doors_at(nodes: NDArray[np.int64]) -> Any:  # noqa: ANN401  (doors of onegrid)
    from onegrid.network.graph import Doors

    zeros = np.zeros(len(nodes), np.int64)
    return Doors(nodes.astype(np.int64), np.zeros(len(nodes)), zeros, zeros, zeros)


class Made(NamedTuple):
    """What is made once of a town, and the CPU seconds of each part."""

    contraction: Any
    once: dict[str, float]

    def told(self) -> dict[str, float]:
        """Return the parts, the bare passes, and how long moving what must be moved takes."""
        from onegrid.compiled import kernel
        from onegrid.network.sweep import pass_over

        @kernel
        def touch(labels: NDArray[np.int64]) -> None:
            for row in range(len(labels)):
                for kind in range(labels.shape[1]):
                    labels[row, kind] += 1
            for row in range(len(labels) - 1, -1, -1):
                for kind in range(labels.shape[1]):
                    labels[row, kind] -= 1

        made = self.contraction
        labels = np.full((len(made.rank), KINDS), 1 << 62)
        reached = np.ones(len(labels), np.bool_)
        arcs = 2 * (made.above.nbytes + made.rise_us.nbytes + made.indptr.nbytes)  # up and down
        s_a_byte = _least_s(lambda: touch(labels)) / (4 * labels.nbytes)  # read and written, twice
        return {
            **self.once,
            "arcs": len(made.above) / len(labels),
            "bare_s": _least_s(lambda: pass_over(made, labels, reached, 0)),
            "bare_moved_s": s_a_byte * (4 * labels.nbytes + arcs),
            "moved_s": s_a_byte * (5 * labels.nbytes + arcs),
        }


def _least_s(task: Callable[[], None]) -> float:
    """Return the CPU seconds of a task that is compiled: the least of some repeats."""
    task()
    about_s = timed(task)[1]
    times = max(1, round(LEAST_S / max(about_s, 1e-4)))
    return min(timed(lambda: [task() for _ in range(times)])[1] for _ in range(3)) / times


def sweeps(place: Town) -> Prepared:
    from onegrid.compiled import in_threads
    from onegrid.network.order import elimination_rank
    from onegrid.network.skeleton import find_skeleton, weigh
    from onegrid.network.sweep import Seeds, sweep

    length_m = place.seconds * SPEED_M_S
    graph = graph_of(place)
    paced = graph._replace(edge=np.zeros_like(graph.edge), length_m=np.full(1, 1e-3))
    count = place.facilities.shape[1]
    bits = (count - 1).bit_length()

    def make(xy: Any, ends: Any, metres: Any, walked: Any) -> Made:  # noqa: ANN401
        clock = [time.process_time()]
        rank = elimination_rank(xy, ends)
        clock.append(time.process_time())
        skeleton = find_skeleton(ends, metres, rank)
        clock.append(time.process_time())
        contraction = weigh(skeleton, walked, limit_us=round(LIMIT_S * 1e6))
        clock.append(time.process_time())
        names = ("order_s", "skeleton_s", "weigh_s")
        return Made(contraction, dict(zip(names, np.diff(clock).tolist(), strict=True)))

    path = np.array([[0, 1], [1, 2]], np.int32)
    make(place.xy[:3], path, np.ones(2), paced._replace(indptr=np.zeros(4, np.int64)))  # compiled

    def first() -> Made:
        return make(place.xy, place.ends, length_m, paced)

    def block(made: Made, kinds: range) -> NDArray[np.int64]:
        mine = place.facilities[kinds.start : kinds.stop]
        kind, rank = np.divmod(np.arange(mine.size), count)
        seeds = Seeds(doors_at(mine.ravel()), kind, rank)
        return sweep(made.contraction, seeds, ends=graph.ends, kinds=len(kinds), rank_bits=bits)

    def ask(made: Made) -> Callable[[], Walks]:
        import numba

        step = -(-KINDS // numba.get_num_threads())
        blocks = [range(k, min(k + step, KINDS)) for k in range(0, KINDS, step)]
        labels = in_threads(lambda kinds: block(made, kinds), blocks)
        return lambda: _read(np.concatenate(labels, axis=1)[made.contraction.rank].T, bits)

    return first, ask


def _read(labels: NDArray[np.int64], bits: int) -> Walks:
    seconds = (labels >> bits) / 1e6
    near = seconds <= LIMIT_S
    owner = np.where(near, labels & ((1 << bits) - 1), -1)
    return Walks(np.where(near, seconds, np.nan), owner)


def searches(place: Town) -> Prepared:
    from onegrid.compiled import in_threads
    from onegrid.network.kernel import label_bits
    from onegrid.network.nearest import searched

    graph, count = graph_of(place), place.facilities.shape[1]
    bits, rank = label_bits(graph, count), np.arange(count)
    searched(graph, doors_at(place.facilities[0]), rank, bits, 9)  # compiled now

    def ask(_: object) -> Callable[[], Walks]:
        limit = round(LIMIT_S * 1e6)
        labels = in_threads(
            lambda mine: searched(graph, doors_at(mine), rank, bits, limit), place.facilities
        )
        return lambda: _read(np.array(labels), bits.rank)

    return lambda: None, ask
