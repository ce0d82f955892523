"""The nearest source of every kind for every door, by sweeps or, for few kinds, by searches."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np

from onegrid.compiled import in_threads, kernel
from onegrid.network.contract import Contraction, contract
from onegrid.network.graph import US_PER_S, Doors, Graph, door_rows, towards, walk_graph
from onegrid.network.kernel import (
    FAR,
    Bench,
    Bits,
    label_bits,
    limit_us,
    make_bench,
    spread,
    spread_on,
)
from onegrid.network.order import elimination_rank
from onegrid.network.search import between_us, first_at
from onegrid.network.skeleton import Skeleton, weigh
from onegrid.network.sweep import Seeds, sweep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_LIMITS_S: Final = (900.0, 1800.0, 3600.0)  # of contractions: one serves every limit below it
_SWEEP_KINDS: Final = 4  # a contraction costs as much as searching 1 (a city) to 10 (a lattice)
_ORDER_KINDS: Final = 8  # and with the order to be found first, 5 to 15
_BLOCK_KINDS: Final = 32  # labels of so many kinds at a time: 250 MB at a million nodes


class _Job(NamedTuple):
    """A question: sources sorted by edge with their kinds and ranks in them, and who asks."""

    graph: Graph
    sources: Doors
    kind: NDArray[np.int64]
    rank: NDArray[np.int64]
    doors: Doors
    bits: Bits
    limit: int


def contraction_for(
    network: Network, profile: Profile, *, kinds: int, limit_s: float | None
) -> Contraction | None:
    """Return the contraction that answers a question, None where searches are cheaper.

    Without a limit, or beyond an hour, sweeps settle the first quarter of an hour.
    """
    if kinds < (_SWEEP_KINDS if len(network.rank) else _ORDER_KINDS):
        return None
    enough = [most for most in _LIMITS_S if limit_s is not None and limit_s <= most]
    return _contracted(network, profile, min(enough, default=_LIMITS_S[0]))


@lru_cache(maxsize=4)
def _contracted(network: Network, profile: Profile, limit_s: float) -> Contraction:
    graph = towards(walk_graph(network, profile))
    most_us = round(limit_s * US_PER_S)
    found = None
    if len(network.skeleton_offsets):
        arcs = (np.array(network.skeleton_offsets), np.array(network.skeleton))
        found = weigh(Skeleton(_rank(network), *arcs), graph, limit_us=most_us)
    return found or contract(graph, _rank(network), limit_us=most_us)


@lru_cache(maxsize=4)
def _rank(network: Network) -> NDArray[np.int32]:
    return (
        np.array(network.rank) if len(network.rank) else elimination_rank(network.xy, network.ends)
    )


def nearest_labels(
    graph: Graph,
    sources: Doors,
    kind: NDArray[np.int64],
    doors: Doors,
    *,
    limit_s: float | None,
    contraction: Contraction | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the nearest source of every kind for every door.

    Parameters
    ----------
    graph
        ``towards(…)`` of the graph that people walk.
    sources
        Where to walk to, in the order that decides ties, as doors of `graph`.
    kind
        int64, the kind of each source, from 0; no number is left out.
    doors
        Where to walk from, as doors of the graph that people walk.
    limit_s
        Longest walk; None is anywhere.
    contraction
        Of `graph`, to sweep; without one each kind is searched. Both give the same.

    Returns
    -------
    source, walk_us
        Row of the nearest source and microseconds to it, int64 (kinds, doors); -1 and `FAR` where
        none is reached.
    """
    count = np.bincount(kind)
    by_kind = np.argsort(kind, kind="stable")
    first = np.cumsum(count) - count
    rank = np.empty(len(kind), np.int64)
    rank[by_kind] = np.arange(len(kind)) - np.repeat(first, count)
    bits = label_bits(graph, int(count.max(initial=1)))
    limit = limit_us(limit_s, bits)
    placed = np.argsort(sources.edge, kind="stable")
    placed = placed[sources.edge[placed] >= 0]
    job = _Job(graph, door_rows(sources, placed), kind[placed], rank[placed], doors, bits, limit)

    def run(block: range) -> NDArray[np.int64]:
        return _found(job, block, contraction)

    found = in_threads(run, _blocks(len(count), swept=contraction is not None))
    labels = np.concatenate([np.empty((len(doors.edge), 0), np.int64), *found], axis=1).T
    reached = labels != FAR
    position = first[:, None] + (labels & ((1 << bits.rank) - 1))
    source = np.where(reached, by_kind[np.where(reached, position, 0)], -1)
    return source, np.where(reached, labels >> bits.rank, FAR)


def _blocks(kinds: int, *, swept: bool) -> list[range]:
    """Return the kinds in as few blocks as keep every thread at work and the memory small."""
    share = -(-kinds // int(numba.get_num_threads()))
    step = max(1, min(share, _BLOCK_KINDS)) if swept else 1
    return [range(first, min(first + step, kinds)) for first in range(0, kinds, step)]


def _found(job: _Job, block: range, contraction: Contraction | None) -> NDArray[np.int64]:
    """Return the label of every door and kind of a block, int64 (doors, kinds)."""
    mine = np.flatnonzero((job.kind >= block.start) & (job.kind < block.stop))
    sources = door_rows(job.sources, mine)
    kind, rank = job.kind[mine] - block.start, job.rank[mine]
    if contraction is None:
        labels = searched(job.graph, sources, rank, job.bits, job.limit).reshape(-1, 1)
        row = np.arange(len(labels), dtype=np.int32)
    else:
        row = contraction.rank
        labels = _swept(job, contraction, Seeds(sources, kind, rank), len(block))
    found: NDArray[np.int64] = asked(job.graph.ends, row, labels, job.doors, job.bits.rank)
    ask_along(job.graph, sources, kind, rank, job.doors, job.bits, found)
    found[found >> job.bits.rank > job.limit] = FAR
    return found


def _swept(job: _Job, contraction: Contraction, seeds: Seeds, kinds: int) -> NDArray[np.int64]:
    """Return the labels of a block by rank and kind; none beyond the limit is trusted."""
    labels = sweep(contraction, seeds, ends=job.graph.ends, kinds=kinds, rank_bits=job.bits.rank)
    if job.limit <= contraction.limit_us:
        return labels
    labels[labels >> job.bits.rank > contraction.limit_us] = FAR
    for kind in range(kinds):
        mine = np.flatnonzero(seeds.kind == kind)
        sources, rank = door_rows(seeds.sources, mine), seeds.rank[mine]
        near = np.ascontiguousarray(labels[contraction.rank, kind])
        _search_on(job.graph, sources, rank, job.bits, job.limit, near)
        labels[contraction.rank, kind] = near
    return labels


@kernel
def searched(
    graph: Graph, sources: Doors, ranks: NDArray[np.int64], bits: Bits, limit: int
) -> NDArray[np.int64]:
    """Return the label of every node from the sources of one kind."""
    bench = make_bench(graph, len(ranks), False)  # noqa: FBT003
    spread(graph, bench, sources, ranks, bits, limit)
    return bench.labels


@kernel
def _search_on(
    graph: Graph,
    sources: Doors,
    ranks: NDArray[np.int64],
    bits: Bits,
    limit: int,
    labels: NDArray[np.int64],
) -> None:
    """Label every node that has no label yet; those there are must be final."""
    room = len(graph.target) + 2 * len(ranks) + len(labels)
    heap, reached = np.empty(room, np.int64), np.empty(len(labels), np.int64)
    bench = Bench(labels, heap, reached, np.empty(0, np.int64))
    spread_on(graph, bench, sources, ranks, bits, limit)


@kernel
def asked(
    ends: NDArray[np.int32],
    row: NDArray[np.int32],
    labels: NDArray[np.int64],
    doors: Doors,
    rank_bits: int,
) -> NDArray[np.int64]:
    """Return the label of every door over the ends of its edge."""
    kinds = labels.shape[1]
    found = np.full((len(doors.edge), kinds), FAR, np.int64)
    for i in range(len(doors.edge)):
        if doors.edge[i] < 0:
            continue
        for end in range(2):
            at = row[ends[doors.edge[i], end]]
            step = (doors.start_us[i] if end == 0 else doors.end_us[i]) << rank_bits
            for kind in range(kinds):
                label = labels[at, kind]
                if label < FAR:
                    found[i, kind] = min(found[i, kind], label + step)
    return found


def ask_along(  # noqa: PLR0913, PLR0917  (the parts of a question)
    graph: Graph,
    sources: Doors,
    kinds: NDArray[np.int64],
    ranks: NDArray[np.int64],
    doors: Doors,
    bits: Bits,
    found: NDArray[np.int64],
) -> None:
    """Lower the labels of doors that share their edge with a source; sources are by edge."""
    shared = np.zeros(len(graph.ends) + 1, np.bool_)  # the last is for doors on no edge
    shared[sources.edge] = True
    rows = np.flatnonzero(shared[doors.edge])
    _ask_along(graph, sources, kinds, ranks, doors, rows, bits, found)


@kernel
def _ask_along(  # noqa: PLR0913, PLR0917  (a kernel)
    graph: Graph,
    sources: Doors,
    kinds: NDArray[np.int64],
    ranks: NDArray[np.int64],
    doors: Doors,
    rows: NDArray[np.int64],
    bits: Bits,
    found: NDArray[np.int64],
) -> None:
    for i in rows:
        at = first_at(sources.edge, doors.edge[i])
        while at < len(ranks) and sources.edge[at] == doors.edge[i]:
            walk = between_us(graph, sources, at, doors, i)
            label = (walk << bits.rank) | ranks[at]
            found[i, kinds[at]] = min(found[i, kinds[at]], label)
            at += 1
