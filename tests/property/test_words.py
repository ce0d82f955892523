"""Ways in words, all told at once, against each told by itself in a plain loop."""

from __future__ import annotations

from itertools import pairwise
from math import degrees

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.circles.nearby import Ways
from onegrid.circles.words import tell_steps
from onegrid.network.build import build_network

NAMES = ["中山大道", "解放路", None, None, None]
CLASSES = ["residential", "residential", "residential", "footway", "steps"]
STREETS = build_network(
    gpd.GeoDataFrame(
        {"name": NAMES, "highway": CLASSES},
        geometry=[shapely.LineString([(0, 9 * i), (999, 9 * i)]) for i in range(len(NAMES))],
        crs=4547,
    )
)[0]
CALLED = ["沿中山大道步行", "沿解放路步行", "沿道路步行", "沿道路步行", "走台阶"]
SHORT_M, JOG_M, CORNER_DEG = 0.5, 10.0, 60.0


def turned_deg(after: float, before: float) -> float:
    return (degrees(after - before) + 180) % 360 - 180


def turn_word(angle_deg: float) -> str:
    if abs(angle_deg) > 150:
        return "掉头，"
    return "" if abs(angle_deg) < 35 else "左转，" if angle_deg > 0 else "右转，"


def plainly(edge: list[int], length_m: list[float], heading: list[list[float]]) -> list[str]:
    """Return the sentences of one way: legs called alike, short ones with the leg before."""
    legs: list[list] = []  # what it is called, metres, heading at its beginning and its end
    for i, called in enumerate(CALLED[e] for e in edge):
        same = legs and legs[-1][0] == called
        corner = same and abs(turned_deg(heading[i][0], heading[i - 1][1])) >= CORNER_DEG
        if same and not (corner and called == "沿道路步行"):
            legs[-1][1] += length_m[i]
            legs[-1][3] = heading[i][1]
        else:
            legs.append([called, length_m[i], *heading[i]])
    told: list[list] = []
    for called, metres, begin, end in legs:
        if told and metres < (JOG_M if called == "沿道路步行" else SHORT_M):
            told[-1][1] += metres
        elif told and told[-1][0] == called and abs(turned_deg(begin, told[-1][3])) < CORNER_DEG:
            told[-1][1] += metres
            told[-1][3] = end
        elif metres >= SHORT_M:
            told.append([called, metres, begin, end])
    turns = ["", *(turn_word(turned_deg(b[2], a[3])) for a, b in pairwise(told))][: len(told)]
    return [
        f"{turn}{leg[0]}{max(round(leg[1]), 1)}米" for turn, leg in zip(turns, told, strict=True)
    ]


@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_ways_told_at_once_are_those_told_one_by_one(seed: int, sizes: list[int]) -> None:
    rng = np.random.default_rng(seed)
    starts = np.append(0, np.cumsum(sizes))
    pieces = int(starts[-1])
    edge = rng.integers(0, len(NAMES), pieces)
    from_m = rng.uniform(0, 90, pieces)
    length_m = rng.choice([0.2, 3.0, 12.0, 80.0], pieces) * rng.uniform(0.9, 1.1, pieces)
    ways = Ways(starts, edge, from_m, from_m + length_m * rng.choice([-1, 1], pieces))
    heading = np.radians(rng.choice([0.0, 21.0, 53.0, 103.0, 173.0, 262.0], (pieces, 2)))
    gaps_m, names = rng.choice([0.0, 0.3, 20.4], (len(sizes), 2)), ["菜场", ""] * len(sizes)
    found = tell_steps(STREETS, ways, heading, gaps_m, names[: len(sizes)])
    for i, (first, past) in enumerate(pairwise(starts.tolist())):
        along = plainly(
            edge[first:past].tolist(), length_m[first:past].tolist(), heading[first:past].tolist()
        )
        street = {0: "中山大道", 1: "解放路"}.get(edge[first], "道路") if past > first else "道路"
        before = [f"步行20米到{street}"] if gaps_m[i, 0] > 1 else []
        after = ["离开道路步行20米"] if gaps_m[i, 1] > 1 else []
        assert found[i] == [*before, *along, *after, f"到达{names[i] or '目的地'}"]
