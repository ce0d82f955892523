"""Walking times by onegrid and by its peers, on one lattice of streets in memory.

Every peer gets the same nodes, edges, seconds and facilities. Where a peer has no search from many
places at once, a node is added from which every facility of a kind is reached in no time; it then
tells no owner. Where it knows no limit, it searches everything.
"""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

KINDS = 20
LIMIT_S = 900.0
STEP_M = 100.0
SPEED_M_S = 80 / 60
SHARE = 0.005  # of the nodes have a facility of a kind
CATCHMENTS = 1_000
REPEATS = 3
NEXT_DOOR_S = 1e-9  # a time of 0 is no edge in a sparse matrix
SLOW_S = 3.0  # who takes longer is asked once
BIG = 200_000  # nodes, from which on peers are asked once


class Town(NamedTuple):
    """A lattice with moved corners, its nodes along a Hilbert curve as in a network of onegrid."""

    xy: NDArray[np.float64]
    ends: NDArray[np.int32]
    seconds: NDArray[np.float64]
    facilities: NDArray[np.int64]  # (kinds, facilities), nodes


class Walks(NamedTuple):
    """Seconds (kinds, nodes), NaN beyond the limit; the owner's place in its kind, -1 for none."""

    seconds: NDArray[np.float64]
    owner: NDArray[np.int64] | None


def town(side: int) -> Town:
    """Return the same town for the same side."""
    import geopandas as gpd

    rng = np.random.default_rng(7)
    at = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.divmod(at.ravel(), side), axis=1) * STEP_M
    xy = xy + rng.uniform(-0.3 * STEP_M, 0.3 * STEP_M, xy.shape)
    pairs = [(at[:-1], at[1:]), (at[:, :-1], at[:, 1:])]
    ends = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])
    along = gpd.GeoSeries.from_xy(*xy.T).hilbert_distance(level=16).to_numpy()
    order = np.argsort(along, kind="stable")
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    ends, xy = rank[ends], np.ascontiguousarray(xy[order])
    seconds = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T) / SPEED_M_S
    count = int(SHARE * len(xy))
    chosen = [np.sort(rng.choice(len(xy), count, replace=False)) for _ in range(KINDS)]
    return Town(xy, ends.astype(np.int32), seconds, np.array(chosen))


def nearest(peer: str, side: int, threads: int = 1) -> Generator[None, None, dict[str, Any]]:
    """Time a peer's preparation and its answer for every node; tell how far off scipy it is."""
    _limit_threads(threads)
    place = town(side)
    first, ask = NEAREST[peer](place)
    yield
    started = time.process_time()
    state = first()
    once_s = time.process_time() - started
    once = len(place.xy) > BIG and peer not in ("sweeps", "searches")
    count = 5 if peer in ("sweeps", "searches") else 1  # a clock has its ticks
    spent = []
    for _ in range(1 if once else REPEATS):
        started, wall = time.process_time(), time.perf_counter()
        for _ in range(count):
            answer = ask(state)
        spent.append((time.process_time() - started, time.perf_counter() - wall))
        if spent[0][0] > SLOW_S:
            break
    cpu_s, wall_s = (min(column) / count for column in zip(*spent, strict=True))
    exact = _exact(place)
    walks = answer() if callable(answer) else answer
    same = np.isnan(exact) == np.isnan(walks.seconds)
    off = np.nanmax(np.abs(walks.seconds - exact)) if same.all() else np.inf
    return {
        "once_s": once_s,
        "ask_s": cpu_s,
        "wall_s": wall_s,
        "nodes": len(place.xy),
        "off_s": float(off) if np.isfinite(off) else None,
        "wrong_reach": int((~same).sum()),
        "owners": "yes" if walks.owner is not None else "no",
    }


def catchments(peer: str, side: int) -> Generator[None, None, dict[str, Any]]:
    """Time the catchments of many facilities, one by one; tell how many nodes they have."""
    _limit_threads(1)
    place = town(side)
    sources = np.sort(np.random.default_rng(3).choice(len(place.xy), CATCHMENTS, replace=False))
    first, ask = CATCHMENT[peer](place, sources)
    yield
    state = first()
    spent = []
    for _ in range(REPEATS):
        started = time.process_time()
        reached = ask(state)
        spent.append(time.process_time() - started)
    return {"nodes": len(place.xy), "ask_s": min(spent), "reached": int(reached)}


def _limit_threads(count: int) -> None:
    import numba

    numba.set_num_threads(count)
    os.environ["OMP_NUM_THREADS"] = str(count)


def _matrix(place: Town) -> Any:  # noqa: ANN401  (scipy has no types)
    from scipy.sparse import coo_array

    both = np.concatenate([place.ends, place.ends[:, ::-1]])
    cost = np.concatenate([place.seconds, place.seconds])
    return coo_array((cost, (both[:, 0], both[:, 1])), shape=(len(place.xy),) * 2).tocsr()


def _exact(place: Town) -> NDArray[np.float64]:
    from scipy.sparse.csgraph import dijkstra

    matrix = _matrix(place)
    found = [
        dijkstra(matrix, indices=mine, min_only=True, limit=LIMIT_S) for mine in place.facilities
    ]
    return np.where(np.isfinite(found), found, np.nan)


Prepared = tuple["Callable[[], Any]", "Callable[[Any], Any]"]


def _graph(place: Town) -> Any:  # noqa: ANN401  (a graph of onegrid)
    from onegrid.network.graph import Graph

    matrix = _matrix(place)
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


def _doors(nodes: NDArray[np.int64]) -> Any:  # noqa: ANN401  (doors of onegrid)
    from onegrid.network.graph import Doors

    zeros = np.zeros(len(nodes), np.int64)
    return Doors(nodes.astype(np.int64), np.zeros(len(nodes)), zeros, zeros, zeros)


def _sweeps(place: Town) -> Prepared:
    from onegrid.network.compiled import in_threads
    from onegrid.network.contract import contract
    from onegrid.network.order import elimination_rank
    from onegrid.network.sweep import Seeds, sweep

    graph = _graph(place)
    count = place.facilities.shape[1]
    bits = (count - 1).bit_length()
    small = elimination_rank(place.xy[:3], np.array([[0, 1], [1, 2]], np.int32))
    contract(graph._replace(indptr=np.zeros(4, np.int64)), small, limit_us=9)  # compiled now

    def first() -> Any:  # noqa: ANN401
        rank = elimination_rank(place.xy, place.ends)
        return contract(graph, rank, limit_us=round(LIMIT_S * 1e6))

    def block(state: Any, kinds: range) -> NDArray[np.int64]:  # noqa: ANN401
        mine = place.facilities[kinds.start : kinds.stop]
        kind, rank = np.divmod(np.arange(mine.size), count)
        seeds = Seeds(_doors(mine.ravel()), kind, rank)
        return sweep(state, seeds, ends=graph.ends, kinds=len(kinds), rank_bits=bits)

    def ask(state: Any) -> Callable[[], Walks]:  # noqa: ANN401
        import numba

        step = -(-KINDS // numba.get_num_threads())
        blocks = [range(k, min(k + step, KINDS)) for k in range(0, KINDS, step)]
        labels = in_threads(lambda kinds: block(state, kinds), blocks)
        return lambda: _read(np.concatenate(labels, axis=1)[state.rank].T, bits)

    return first, ask


def _read(labels: NDArray[np.int64], bits: int) -> Walks:
    seconds = (labels >> bits) / 1e6
    near = seconds <= LIMIT_S
    owner = np.where(near, labels & ((1 << bits) - 1), -1)
    return Walks(np.where(near, seconds, np.nan), owner)


def _searches(place: Town) -> Prepared:
    from onegrid.network.compiled import in_threads
    from onegrid.network.kernel import label_bits
    from onegrid.network.nearest import searched

    graph, count = _graph(place), place.facilities.shape[1]
    bits, rank = label_bits(graph, count), np.arange(count)
    searched(graph, _doors(place.facilities[0]), rank, bits, 9)  # compiled now

    def ask(_: object) -> Callable[[], Walks]:
        limit = round(LIMIT_S * 1e6)
        labels = in_threads(
            lambda mine: searched(graph, _doors(mine), rank, bits, limit), place.facilities
        )
        return lambda: _read(np.array(labels), bits.rank)

    return lambda: None, ask


def _scipy(place: Town) -> Prepared:
    from scipy.sparse.csgraph import dijkstra

    def ask(matrix: Any) -> Walks:  # noqa: ANN401
        found, owner = np.empty((2, KINDS, len(place.xy)))
        for kind, mine in enumerate(place.facilities):
            found[kind], _, owner[kind] = dijkstra(
                matrix, indices=mine, min_only=True, limit=LIMIT_S, return_predecessors=True
            )
        return Walks(np.where(np.isfinite(found), found, np.nan), owner.astype(np.int64))

    return lambda: _matrix(place), ask


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


def _searched_catchments(place: Town, sources: NDArray[np.int64]) -> Prepared:
    from onegrid.network.compiled import kernel
    from onegrid.network.kernel import FAR, label_bits, make_bench, one_door, spread

    graph, doors = _graph(place), _doors(sources)
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


def _scipy_catchments(place: Town, sources: NDArray[np.int64]) -> Prepared:
    from scipy.sparse.csgraph import dijkstra

    rows = max(1, 10**7 // len(place.xy))  # a dense row per facility: as many as fit in 80 MB

    def ask(matrix: Any) -> int:  # noqa: ANN401
        total = 0
        for first in range(0, len(sources), rows):
            some = dijkstra(matrix, indices=sources[first : first + rows], limit=LIMIT_S)
            total += int(np.isfinite(some).sum())
        return total

    return lambda: _matrix(place), ask


NEAREST: dict[str, Callable[[Town], Prepared]] = {
    "sweeps": _sweeps,
    "searches": _searches,
    "scipy": _scipy,
    "pandana": _pandana,
    "pandarm": _pandarm,
    "igraph": _igraph,
    "networkit": _networkit,
    "rustworkx": _rustworkx,
}
CATCHMENT: dict[str, Callable[[Town, NDArray[np.int64]], Prepared]] = {
    "searches": _searched_catchments,
    "scipy": _scipy_catchments,
}
