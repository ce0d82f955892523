"""Single questions and single changes: how long the slowest of a hundred takes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from bench.towns import KINDS, LIMIT_S, limit_threads, matrix_of, open_town
from onegrid.circles.moves import start_plan
from onegrid.circles.nearby import Wish, find_nearest, make_bench, trace_ways
from onegrid.circles.reach import nearest
from onegrid.circles.routes import ask_nearest, join_services
from onegrid.io.networks import read_network
from onegrid.network.graph import door_rows, make_doors
from onegrid.network.kernel import FAR
from onegrid.network.snap import join_edges
from onegrid.standards import profile

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from onegrid.network.arrays import Network

COUNT = 5  # answers of a kind
QUESTIONS = 500
SLOW_QUESTIONS = 20  # of a peer
PLACES = 100  # facilities of a kind in a plan
DOORS = 50_000
MOVES = 200
_MS = 1e3


def asked(who: str, path: str) -> Generator[None, None, dict[str, Any]]:
    """Ask for the nearest 5 of each of 20 kinds, with routes, from places all over a town."""
    limit_threads(1)
    ask, points = {"onegrid": _ours, "onegrid, search": _search, "scipy": _scipy}[who](path)
    ask(points[0])
    yield
    spent = [_cpu_s(ask, point) for point in points]
    return {"asked": len(points), **_told(spent)}


def _ours(path: str) -> tuple[Callable[[Any], Any], Iterable[Any]]:
    network = read_network(path)
    services = join_services(network, _facilities(path, network), profile=profile())
    points = np.random.default_rng(5).choice(network.xy, QUESTIONS) + 20.0

    def ask(xy: np.ndarray) -> Any:  # noqa: ANN401
        return ask_nearest(services, shapely.Point(*xy), kinds=services.kinds, count=COUNT)

    return ask, points


def _search(path: str) -> tuple[Callable[[Any], Any], Iterable[Any]]:
    """Only the search and the ways back, of points that are joined: no line, no words."""
    network = read_network(path)
    services = join_services(network, _facilities(path, network), profile=profile())
    graph, stops = services.places.graph, services.stops
    wish = Wish(services.kind, np.arange(KINDS), KINDS, COUNT, round(2 * LIMIT_S * 1e6))
    points = np.random.default_rng(5).choice(network.xy, QUESTIONS) + 20.0
    joints = join_edges(network, shapely.points(points), profile=profile())
    doors = make_doors(graph, joints)

    def ask(row: int) -> Any:  # noqa: ANN401
        bench, door = make_bench(graph), door_rows(doors, np.array([row]))
        time_us, stop = find_nearest(graph, bench, door, stops, wish)
        return trace_ways(graph, bench, door, stops.doors, stop[time_us < FAR])

    return ask, range(QUESTIONS)


def _scipy(path: str) -> tuple[Callable[[Any], Any], Iterable[Any]]:
    """As one would write it: one search, the nearest of each kind, the way back from each."""
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415

    town = open_town(path)
    matrix = matrix_of(town)

    def ask(node: int) -> list[list[int]]:
        time_s, before = dijkstra(matrix, indices=node, limit=2 * LIMIT_S, return_predecessors=True)
        ways = []
        for mine in town.facilities:
            for goal in mine[np.argsort(time_s[mine], kind="stable")[:COUNT]]:
                way = [int(goal)]
                while before[way[-1]] >= 0:
                    way.append(int(before[way[-1]]))
                ways.append(way)
        return ways

    return ask, np.random.default_rng(5).choice(len(town.xy), SLOW_QUESTIONS).tolist()


def _facilities(path: str, network: Network) -> gpd.GeoDataFrame:
    """Return the facilities of a town a few metres off the streets."""
    chosen = open_town(path).facilities
    kinds = np.repeat([f"k{kind:02d}" for kind in range(KINDS)], chosen.shape[1])
    ids = [f"f{number:06d}" for number in range(chosen.size)]
    points = shapely.points(np.array(network.xy)[chosen.ravel()] + 5.0)
    return gpd.GeoDataFrame({"kind": kinds}, index=ids, geometry=points, crs=network.crs)


def changed(what: str, path: str) -> Generator[None, None, dict[str, Any]]:
    """Move facilities or change streets one by one in a plan of 20 kinds and 50,000 doors."""
    limit_threads(2)
    network = read_network(path)
    rng = np.random.default_rng(11)
    chosen = rng.choice(network.xy, KINDS * PLACES) + 5.0
    kinds = np.repeat([f"k{kind:02d}" for kind in range(KINDS)], PLACES)
    ids = np.array([f"f{number:06d}" for number in range(len(chosen))])
    frame = gpd.GeoDataFrame(
        {"kind": kinds}, index=ids, geometry=shapely.points(chosen), crs=network.crs
    )
    homes = gpd.GeoDataFrame(
        {"people": 3, "unit": rng.integers(0, 500, DOORS).astype(str)},
        index=[f"d{number:06d}" for number in range(DOORS)],
        geometry=shapely.points(rng.choice(network.xy, DOORS) + rng.uniform(-20, 20, (DOORS, 2))),
        crs=network.crs,
    )
    if what == "all again":
        return (yield from _again(network, frame, homes))
    plan = start_plan(network, frame, homes, profile=profile(), limit_s=LIMIT_S)
    targets = rng.choice(network.xy, MOVES) + rng.uniform(-20, 20, (MOVES, 2))
    rows = rng.integers(0, len(ids), MOVES)
    edges = rng.integers(0, len(network.ends), MOVES)
    nodes = rng.integers(0, len(network.xy), MOVES)
    across = shapely.STRtree(shapely.points(network.xy)).nearest(
        shapely.points(network.xy[nodes] + (150.0, 120.0))  # a way through a block
    )
    links = np.stack([nodes, np.where(across == nodes, nodes - 1, across)], axis=1)

    def change(number: int) -> None:
        if what == "move":
            row = rows[number]
            plan.put(ids[row], kinds[row], shapely.Point(*targets[number]))
        elif what == "close":
            plan.close_street(int(edges[number]))
        else:
            plan.add_street(shapely.LineString(network.xy[links[number]]))

    change(0)
    yield
    spent = [_cpu_s(change, number) for number in range(1, MOVES)]
    return {"asked": len(spent), **_told(spent)}


def _again(
    network: Network, frame: gpd.GeoDataFrame, homes: gpd.GeoDataFrame
) -> Generator[None, None, dict[str, Any]]:
    """Find everybody's nearest again from nothing."""
    yield

    def ask(_: object) -> None:
        nearest(network, frame, homes, profile=profile(), limit_s=LIMIT_S)

    ask(None)
    return {"asked": 3, **_told([_cpu_s(ask, None) for _ in range(3)])}


def _cpu_s(task: Callable[[Any], Any], argument: Any) -> tuple[float, float]:  # noqa: ANN401
    cpu, wall = time.process_time(), time.perf_counter()
    task(argument)
    return time.process_time() - cpu, time.perf_counter() - wall


def _told(spent: list[tuple[float, float]]) -> dict[str, float]:
    cpu_ms, wall_ms = np.array(spent).T * _MS
    return {
        "mean_ms": float(cpu_ms.mean()),
        "cpu_p99_ms": float(np.quantile(cpu_ms, 0.99)),
        "p50_ms": float(np.quantile(wall_ms, 0.5)),
        "p99_ms": float(np.quantile(wall_ms, 0.99)),
    }
