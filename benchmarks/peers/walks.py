"""The nearest of many kinds by onegrid and by its peers, in one town in memory.

Every peer gets the same nodes, edges, seconds and facilities. Where a peer has no search from many
places at once, a node is added from which every facility of a kind is reached in no time; it then
tells no owner. Where it knows no limit, it searches everything.
"""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
from bench.clock import timed
from bench.towns import KINDS, LIMIT_S, limit_threads, matrix_of, open_town

from peers.sweeps import LEAST_S, Walks, searches, sweeps

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bench.towns import Town
    from numpy.typing import NDArray

    from peers.sweeps import Prepared

REPEATS = 3
NEXT_DOOR_S = 1e-9  # a time of 0 is no edge in a sparse matrix
SLOW_S = 1.0  # who takes longer is asked once
EXACT = ".exact.npy"


def nearest(peer: str, path: str, threads: int = 1) -> Generator[None, None, dict[str, Any]]:
    """Time a peer's preparation and its answer for every node; tell how far off scipy it is."""
    limit_threads(threads)
    place = open_town(path)
    first, ask = NEAREST[peer](place)
    yield
    state, once_s = timed(first)
    told = state.told() if hasattr(state, "told") else {}
    began = time.perf_counter()
    answer, cpu_s = timed(lambda: ask(state))
    wall_s = time.perf_counter() - began
    if cpu_s < SLOW_S:
        cpu_s, wall_s = _quickest(lambda: ask(state), cpu_s)
    exact = np.load(path + EXACT)
    walks = answer() if callable(answer) else answer
    same = np.isnan(exact) == np.isnan(walks.seconds)
    off = np.nanmax(np.abs(walks.seconds - exact)) if same.all() else np.inf
    return {
        "once_s": once_s,
        "ask_s": cpu_s,
        "ask_wall_s": wall_s,
        "nodes": len(place.xy),
        "off_s": float(off) if np.isfinite(off) else None,
        "wrong_reach": int((~same).sum()),
        "owners": "yes" if walks.owner is not None else "no",
        **told,
    }


def _quickest(task: Callable[[], Any], about_s: float) -> tuple[float, float]:
    """Return the CPU and wall seconds of a task, each the least of some repeats."""
    count, spent = max(1, round(LEAST_S / max(about_s, 1e-4))), []
    for _ in range(REPEATS):
        began = time.perf_counter()
        cpu_s = timed(lambda: [task() for _ in range(count)])[1]
        spent.append((cpu_s / count, (time.perf_counter() - began) / count))
    cpu_s, wall_s = (min(column) for column in zip(*spent, strict=True))
    return cpu_s, wall_s


def write_exact(path: str) -> Generator[None, None, None]:
    """Leave beside a network what scipy finds, seconds (kinds, nodes), NaN beyond the limit."""
    from scipy.sparse.csgraph import dijkstra

    place = open_town(path)
    matrix = matrix_of(place)
    yield
    found = [
        dijkstra(matrix, indices=mine, min_only=True, limit=LIMIT_S) for mine in place.facilities
    ]
    np.save(path + EXACT, np.where(np.isfinite(found), found, np.nan))


def _scipy(place: Town) -> Prepared:
    from scipy.sparse.csgraph import dijkstra

    def ask(matrix: Any) -> Walks:  # noqa: ANN401
        found, owner = np.empty((2, KINDS, len(place.xy)))
        for kind, mine in enumerate(place.facilities):
            found[kind], _, owner[kind] = dijkstra(
                matrix, indices=mine, min_only=True, limit=LIMIT_S, return_predecessors=True
            )
        return Walks(np.where(np.isfinite(found), found, np.nan), owner.astype(np.int64))

    return lambda: matrix_of(place), ask


def _pandana(place: Town, package: str = "pandana") -> Prepared:
    import importlib

    import pandas as pd

    peer = importlib.import_module(package)
    x, y = (pd.Series(column) for column in place.xy.T)
    weights = pd.DataFrame({"s": place.seconds})

    def first() -> Any:  # noqa: ANN401
        start, end = (pd.Series(column.astype(np.int64)) for column in place.ends.T)
        return peer.Network(x, y, start, end, weights)

    def ask(made: Any) -> Walks:  # noqa: ANN401
        found, owner = [], []
        for kind, mine in enumerate(place.facilities):
            made.set_pois(f"k{kind}", LIMIT_S, 1, x[mine], y[mine])
            answer = made.nearest_pois(LIMIT_S, f"k{kind}", num_pois=1, include_poi_ids=True)
            found.append(answer.iloc[:, 0].to_numpy(np.float64))
            owner.append(answer.iloc[:, 1].isna().to_numpy())
        seconds = np.array(found)
        return Walks(np.where(seconds < LIMIT_S, seconds, np.nan), np.array(owner).astype(np.int64))

    return first, ask


def _pandarm(place: Town) -> Prepared:
    return _pandana(place, "pandarm")


def _hub_edges(place: Town, mine: NDArray[np.int64]) -> NDArray[np.int64]:
    hub = np.full(len(mine), len(place.xy))
    return np.stack([hub, mine], axis=1)


def _cut(found: list[NDArray[np.float64]]) -> Walks:
    seconds = np.array(found)
    return Walks(np.where(seconds <= LIMIT_S, seconds, np.nan), None)


def _igraph(place: Town) -> Prepared:
    import igraph

    def ask(_: object) -> Walks:
        found = []
        for mine in place.facilities:
            edges = np.concatenate([place.ends, _hub_edges(place, mine)])
            cost = np.concatenate([place.seconds, np.full(len(mine), NEXT_DOOR_S)])
            graph = igraph.Graph(n=len(place.xy) + 1, edges=edges)
            found.append(np.array(graph.distances(len(place.xy), weights=cost)[0][:-1]))
        return _cut(found)

    return lambda: None, ask


def _networkit(place: Town) -> Prepared:
    import networkit

    networkit.setNumberOfThreads(1)

    def ask(_: object) -> Walks:
        found = []
        for mine in place.facilities:
            edges = np.concatenate([place.ends, _hub_edges(place, mine)])
            cost = np.concatenate([place.seconds, np.full(len(mine), NEXT_DOOR_S)])
            graph = networkit.Graph(len(place.xy) + 1, weighted=True)
            graph.addEdges((cost, tuple(np.ascontiguousarray(edges.T, dtype=np.uint64))))
            run = networkit.distance.Dijkstra(graph, len(place.xy), storePaths=False)
            run.run()
            found.append(np.array(run.getDistances())[:-1])
        return _cut(found)

    return lambda: None, ask


def _rustworkx(place: Town) -> Prepared:
    import rustworkx

    def ask(_: object) -> Walks:
        found = []
        for mine in place.facilities:
            graph = rustworkx.PyGraph()
            graph.add_nodes_from(range(len(place.xy) + 1))
            edges = np.concatenate([place.ends, _hub_edges(place, mine)])
            cost = np.concatenate([place.seconds, np.full(len(mine), NEXT_DOOR_S)])
            graph.add_edges_from(list(zip(*edges.T.tolist(), cost.tolist(), strict=True)))
            lengths = rustworkx.dijkstra_shortest_path_lengths(graph, len(place.xy), float)
            row = np.full(len(place.xy) + 1, np.inf)
            row[np.array(list(lengths.keys()))] = list(lengths.values())
            found.append(row[:-1])
        return _cut(found)

    return lambda: None, ask


NEAREST: dict[str, Callable[[Town], Prepared]] = {
    "sweeps": sweeps,
    "searches": searches,
    "scipy": _scipy,
    "pandana": _pandana,
    "pandarm": _pandarm,
    "igraph": _igraph,
    "networkit": _networkit,
    "rustworkx": _rustworkx,
}
