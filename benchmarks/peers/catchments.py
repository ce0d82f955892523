"""All nodes within 15 minutes of each of 1,000 facilities, by onegrid and by its peers.

Who knows no limit searches everything. Each tells how many nodes it found, and keeps nothing.
"""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from bench.clock import timed
from bench.towns import LIMIT_S, limit_threads, matrix_of, open_town

from peers.sweeps import doors_at, graph_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bench.towns import Town
    from numpy.typing import NDArray

    from peers.sweeps import Prepared

CATCHMENTS = 1_000
LIMITLESS, ONE_OF = ("igraph", "networkit", "rustworkx"), 20  # are asked for so many
REPEATS = 2
SLOW_S = 3.0  # who takes longer is asked once


def catchments(peer: str, path: str) -> Generator[None, None, dict[str, Any]]:
    """Time the catchments of many facilities, one by one; tell how many nodes they have."""
    limit_threads(1)
    place = open_town(path)
    sources = np.sort(np.random.default_rng(3).choice(len(place.xy), CATCHMENTS, replace=False))
    limitless = peer in LIMITLESS
    first, ask = CATCHMENT[peer](place, sources[::ONE_OF] if limitless else sources)
    yield
    state, once_s = timed(first)
    reached, cpu_s = timed(lambda: ask(state))
    for _ in range(0 if cpu_s > SLOW_S else REPEATS):
        cpu_s = min(cpu_s, timed(lambda: ask(state))[1])
    found = {"nodes": len(place.xy), "once_s": once_s}
    if limitless:
        return {**found, "ask_s": cpu_s * ONE_OF}
    return {**found, "ask_s": cpu_s, "reached": int(reached)}


def _searched(place: Town, sources: NDArray[np.int64]) -> Prepared:
    from onegrid.compiled import kernel
    from onegrid.network.kernel import FAR, label_bits, make_bench, one_door, spread

    graph, doors = graph_of(place), doors_at(sources)
    bits, rank = label_bits(graph, 1), np.zeros(1, np.int64)

    @kernel
    def count(graph: Any, doors: Any, bits: Any, limit: int, rank: Any) -> int:  # noqa: ANN401
        bench, total = make_bench(graph, 1, False), 0  # noqa: FBT003
        for row in range(len(doors.edge)):
            reached = spread(graph, bench, one_door(doors, row), rank, bits, limit)
            for i in range(reached):
                bench.labels[bench.reached[i]] = FAR
            total += reached
        return total

    count(graph, doors, bits, 9, rank)
    return lambda: None, lambda _: count(graph, doors, bits, round(LIMIT_S * 1e6), rank)


def _scipy(place: Town, sources: NDArray[np.int64]) -> Prepared:
    from scipy.sparse.csgraph import dijkstra

    rows = max(1, 10**7 // len(place.xy))  # a dense row per facility: as many as fit in 80 MB

    def ask(matrix: Any) -> int:  # noqa: ANN401
        total = 0
        for first in range(0, len(sources), rows):
            some = dijkstra(matrix, indices=sources[first : first + rows], limit=LIMIT_S)
            total += int(np.isfinite(some).sum())
        return total

    return lambda: matrix_of(place), ask


def _networkx(place: Town, sources: NDArray[np.int64]) -> Prepared:
    import networkx as nx

    def first() -> Any:  # noqa: ANN401
        graph = nx.Graph()
        rows = zip(*place.ends.T.tolist(), place.seconds.tolist(), strict=True)
        graph.add_weighted_edges_from(rows)
        return graph

    def ask(graph: Any) -> int:  # noqa: ANN401
        lengths = nx.single_source_dijkstra_path_length
        return sum(len(lengths(graph, node, cutoff=LIMIT_S)) for node in sources.tolist())

    return first, ask


def _osmnx(place: Town, sources: NDArray[np.int64]) -> Prepared:
    import networkx as nx

    first, _ = _networkx(place, sources)

    def ask(graph: Any) -> int:  # noqa: ANN401
        way = {"radius": LIMIT_S, "distance": "weight"}
        return sum(len(nx.ego_graph(graph, node, **way)) for node in sources.tolist())

    return first, ask


def _pandana(place: Town, sources: NDArray[np.int64], package: str = "pandana") -> Prepared:
    import importlib

    import pandas as pd

    peer = importlib.import_module(package)

    def first() -> Any:  # noqa: ANN401
        x, y = (pd.Series(column) for column in place.xy.T)
        start, end = (pd.Series(column.astype(np.int64)) for column in place.ends.T)
        return peer.Network(x, y, start, end, pd.DataFrame({"s": place.seconds}))

    def ask(made: Any) -> int:  # noqa: ANN401
        return len(made.nodes_in_range(sources.tolist(), LIMIT_S))

    return first, ask


def _pandarm(place: Town, sources: NDArray[np.int64]) -> Prepared:
    return _pandana(place, sources, "pandarm")


def _igraph(place: Town, sources: NDArray[np.int64]) -> Prepared:
    import igraph

    def ask(graph: Any) -> int:  # noqa: ANN401
        times = (graph.distances(node, weights="s")[0] for node in sources.tolist())
        return sum(int((np.array(row) <= LIMIT_S).sum()) for row in times)

    def first() -> Any:  # noqa: ANN401
        return igraph.Graph(n=len(place.xy), edges=place.ends, edge_attrs={"s": place.seconds})

    return first, ask


def _networkit(place: Town, sources: NDArray[np.int64]) -> Prepared:
    import networkit

    networkit.setNumberOfThreads(1)

    def first() -> Any:  # noqa: ANN401
        graph = networkit.Graph(len(place.xy), weighted=True)
        graph.addEdges((place.seconds, tuple(np.ascontiguousarray(place.ends.T, dtype=np.uint64))))
        return graph

    def ask(graph: Any) -> int:  # noqa: ANN401
        total = 0
        for node in sources.tolist():
            run = networkit.distance.Dijkstra(graph, node, storePaths=False)
            run.run()
            total += int((np.array(run.getDistances()) <= LIMIT_S).sum())
        return total

    return first, ask


def _rustworkx(place: Town, sources: NDArray[np.int64]) -> Prepared:
    import rustworkx

    def first() -> Any:  # noqa: ANN401
        graph = rustworkx.PyGraph()
        graph.add_nodes_from(range(len(place.xy)))
        rows = zip(*place.ends.T.tolist(), place.seconds.tolist(), strict=True)
        graph.add_edges_from(list(rows))
        return graph

    def ask(graph: Any) -> int:  # noqa: ANN401
        total = 0
        for node in sources.tolist():
            lengths = rustworkx.dijkstra_shortest_path_lengths(graph, node, float)
            total += 1 + sum(length <= LIMIT_S for length in lengths.values())
        return total

    return first, ask


CATCHMENT: dict[str, Callable[[Town, NDArray[np.int64]], Prepared]] = {
    "searches": _searched,
    "scipy": _scipy,
    "pandana": _pandana,
    "pandarm": _pandarm,
    "networkx": _networkx,
    "osmnx": _osmnx,
    "igraph": _igraph,
    "networkit": _networkit,
    "rustworkx": _rustworkx,
}
