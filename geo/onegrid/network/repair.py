"""Labels after a small change: forget those it may have lengthened, search on from their border.

What is left is exact, and so is the answer: the same labels as of a search from nothing, in the
time that the changed places take.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.compiled import ZERO, kernel
from onegrid.network.kernel import FAR, Bench, Bits, drain, push

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.graph import Doors, Graph


def repaired(  # noqa: PLR0913  (the parts of a search, and what changed)
    graph: Graph,
    labels: NDArray[np.int64],
    sources: Doors,
    *,
    gone: NDArray[np.int64],
    eased: NDArray[np.int64],
    bits: Bits,
    limit: int,
) -> NDArray[np.int64]:
    """Return the labels of every node after a change.

    Parameters
    ----------
    graph
        The graph after the change, as searched.
    labels
        int64 (nodes), exact before the change, and after it but for what is told here.
    sources
        All sources after the change, by rank.
    gone
        Nodes whose label may be lost.
    eased
        Nodes from which a new arc leads.
    bits, limit
        Of the labels.
    """
    fresh = labels.copy()
    fresh[gone] = FAR
    _search_on(graph, fresh, sources, gone, eased, bits, limit)
    return fresh


@kernel
def _search_on(  # noqa: PLR0913, PLR0917  (a kernel)
    graph: Graph,
    labels: NDArray[np.int64],
    sources: Doors,
    gone: NDArray[np.int64],
    eased: NDArray[np.int64],
    bits: Bits,
    limit: int,
) -> None:
    starts = len(sources.edge) + len(gone) + len(eased)
    heap = np.empty(2 * len(graph.target) + 2 * starts, np.int64)
    bench = Bench(labels, heap, np.empty(len(labels), np.int64), np.empty(0, np.int64))
    size = ZERO
    for node in eased:
        if labels[node] != FAR:
            size = push(heap, size, ((labels[node] >> bits.rank) << bits.node) | node)
    for lost in gone:  # streets are walked both ways, so that whoever leads here is led to
        for arc in range(graph.indptr[lost], graph.indptr[lost + 1]):
            node = np.int64(graph.target[arc])
            if labels[node] != FAR:
                size = push(heap, size, ((labels[node] >> bits.rank) << bits.node) | node)
    for rank in range(len(sources.edge)):
        if sources.edge[rank] < 0:
            continue
        for end in range(2):
            node = np.int64(graph.ends[sources.edge[rank], end])
            time = sources.start_us[rank] if end == 0 else sources.end_us[rank]
            if time <= limit and (time << bits.rank) | rank < labels[node]:
                labels[node] = (time << bits.rank) | rank
                size = push(heap, size, (time << bits.node) | node)
    drain(graph, bench, bits, limit, ZERO, size)


@kernel
def leaning(
    graph: Graph, labels: NDArray[np.int64], edges: NDArray[np.int64], rank_bits: int
) -> NDArray[np.int64]:
    """Return the nodes whose label may rest on a walk along some edges."""
    leans = np.zeros(len(labels), np.bool_)
    found, size, done = np.empty(len(labels), np.int64), 0, 0
    for edge in edges:
        for end in range(2):
            node = graph.ends[edge, end]
            for arc in range(graph.indptr[node], graph.indptr[node + 1]):
                target = graph.target[arc]
                step = graph.cost_us[arc] << rank_bits
                rests = labels[node] != FAR and labels[target] == labels[node] + step
                if graph.edge[arc] == edge and rests and not leans[target]:
                    leans[target] = True
                    found[size] = target
                    size += 1
    while done < size:
        node = found[done]
        done += 1
        for arc in range(graph.indptr[node], graph.indptr[node + 1]):
            target = graph.target[arc]
            step = graph.cost_us[arc] << rank_bits
            if not leans[target] and labels[target] == labels[node] + step:
                leans[target] = True
                found[size] = target
                size += 1
    return found[:size].copy()


def easing(graph: Graph, labels: NDArray[np.int64], edge: int, rank_bits: int) -> NDArray[np.int64]:
    """Return the ends of an edge from which it leads to a lower label than there is."""
    nodes = [
        node
        for node in np.unique(graph.ends[edge]).tolist()
        for arc in range(graph.indptr[node], graph.indptr[node + 1])
        if graph.edge[arc] == edge
        and labels[node] + (graph.cost_us[arc] << rank_bits) < labels[graph.target[arc]]
    ]
    return np.array(nodes, dtype=np.int64)
