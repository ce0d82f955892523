"""Repeated aggregates by onegrid and by pandarm, as ``reach_access.py`` asks for them."""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.clock import timed
from bench.towns import LIMIT_S, SPEED_M_S, limit_threads
from onegrid.io.networks import read_network

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from onegrid.network.arrays import Network

REPEATS = 5


def repeated(
    who: str, path: str, shares: tuple[float, ...]
) -> Generator[None, None, list[dict[str, Any]]]:
    """Return what aggregates around all crossroads cost once reach is kept, and their sum."""
    limit_threads(1)
    network = read_network(path)
    count = len(network.xy)
    make = {"onegrid": _ours, "pandarm": _pandarm}[who]
    if who == "onegrid":
        make(network)(np.arange(1), np.ones(1))()  # compiled now, as any run but the first
    yield
    prepare, network_s = timed(lambda: make(network))
    rows = []
    for share in shares:
        rng = np.random.default_rng(1)
        chosen = np.sort(rng.choice(count, round(share * count), replace=False))
        people = rng.integers(1, 60, len(chosen)).astype(float)
        ask, people_s = timed(partial(prepare, chosen, people))
        found = ask()  # compiled, or found on disk
        _, ask_s = timed(lambda ask=ask: [ask() for _ in range(REPEATS)])
        sizes = {"nodes": count, "places": len(chosen), "sum": float(found.sum())}
        rows.append({**sizes, "once_s": network_s + people_s, "ask_s": ask_s / REPEATS})
    return rows


Asked = "Callable[[], NDArray[np.float64]]"


def _ours(network: Network) -> Callable[..., Asked]:
    from onegrid.circles.cached import cache_reach
    from onegrid.standards import profile

    ids = np.array([f"{i:07d}" for i in range(len(network.xy))])
    places = gpd.GeoDataFrame(index=ids, geometry=shapely.points(network.xy), crs=network.crs)
    minutes = LIMIT_S / 60

    def prepare(chosen: NDArray[np.int64], people: NDArray[np.float64]) -> Asked:
        there = places.iloc[chosen]
        kept = cache_reach(network, places, there, minutes=minutes, profile=profile())
        values = pd.Series(people, ids[chosen])
        return lambda: kept.aggregate(values, minutes=minutes).to_numpy()

    return prepare


def _pandarm(network: Network) -> Callable[..., Asked]:
    import pandarm

    edges = pd.DataFrame({"from": network.ends[:, 0], "to": network.ends[:, 1]}).astype(np.int64)
    weights = pd.DataFrame({"s": network.length_m / SPEED_M_S})
    x, y = (pd.Series(column) for column in network.xy.T)
    peer = pandarm.Network(x, y, edges["from"], edges["to"], weights)
    peer.precompute(LIMIT_S)

    def prepare(chosen: NDArray[np.int64], people: NDArray[np.float64]) -> Asked:
        peer.set(pd.Series(chosen), variable=pd.Series(people), name="people")
        return lambda: peer.aggregate(LIMIT_S, "sum", "flat", name="people").to_numpy()

    return prepare
