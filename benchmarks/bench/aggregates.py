"""Repeated aggregates here and in ``pandarm``, as ``reach_access.py`` asks for them."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandarm
import pandas as pd
import shapely

from bench.clock import timed
from onegrid.circles.cached import cache_reach
from onegrid.network.build import build_network
from onegrid.standards import profile_at

LIMIT_S = 900.0
STEP_M = 90.0
REPEATS = 5


def repeated(side: int, share: float) -> dict[str, Any]:
    """Return what aggregates around all crossroads of a lattice cost once reach is kept."""
    rng = np.random.default_rng(1)
    xy = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1) * STEP_M
    xy += rng.normal(0, STEP_M / 6, xy.shape)
    legs = [(xy[:, :-1], xy[:, 1:]), (xy[:-1], xy[1:])]
    ends = np.concatenate([np.stack(leg, axis=-2).reshape(-1, 2, 2) for leg in legs])
    network, _ = build_network(gpd.GeoDataFrame(geometry=shapely.linestrings(ends), crs=4547))
    count = len(network.xy)
    chosen = np.sort(rng.choice(count, round(share * count), replace=False))
    ids = np.array([f"{i:07d}" for i in range(count)])
    places = gpd.GeoDataFrame(index=ids, geometry=shapely.points(network.xy), crs=4547)
    people = pd.Series(rng.integers(1, 60, len(chosen)).astype(float), ids[chosen])

    kept, kept_s = timed(
        lambda: cache_reach(
            network, places, places.iloc[chosen], minutes=15, profile=profile_at(1.0)
        )
    )
    kept.aggregate(people, minutes=15)
    ours, ours_s = timed(lambda: [kept.aggregate(people, minutes=15) for _ in range(REPEATS)])

    edges = pd.DataFrame({"from": network.ends[:, 0], "to": network.ends[:, 1]})
    weights = pd.DataFrame({"m": network.length_m})
    x, y = (pd.Series(column) for column in network.xy.T)
    peer = pandarm.Network(x, y, edges["from"], edges["to"], weights)
    _, ranged_s = timed(lambda: peer.precompute(LIMIT_S))
    peer.set(pd.Series(chosen), variable=people.reset_index(drop=True), name="people")
    theirs, theirs_s = timed(
        lambda: [peer.aggregate(LIMIT_S, "sum", "flat", name="people") for _ in range(REPEATS)]
    )
    return {
        "nodes": count,
        "places": len(chosen),
        "pairs": len(kept.destination),
        "apart": float(np.abs(theirs[0].to_numpy() - ours[0].to_numpy()).max()),
        "kept_s": kept_s,
        "ours_s": ours_s / REPEATS,
        "peer_kept_s": ranged_s,
        "peer_s": theirs_s / REPEATS,
    }
