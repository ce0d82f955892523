"""Walks with stairs, crossings and slopes against an oracle of its own: doors and ends as a graph
of float64 seconds, every figure of a profile taken anew from its definition."""

from __future__ import annotations

from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from onegrid.circles.reach import nearest, reach
from onegrid.network.build import Network, build_network
from onegrid.network.snap import Joints, join_edges
from onegrid.standards import Profile, profile

CRS = "EPSG:4547"
KINDS = ["residential", "primary", "footway", "steps", "crossing"]
SHARES = {"primary": 1.5, "residential": 0.3}
LIMIT_S = 1800.0


@st.composite
def towns(draw: st.DrawFn) -> tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Draw streets of every kind between a few corners on hills, with doors beside and on them."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    corners = rng.uniform(0, 500, (draw(st.integers(2, 7)), 3)) * [1, 1, draw(st.floats(0, 0.1))]
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, len(corners) - 1), st.integers(0, len(corners) - 1)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            min_size=1,
            max_size=12,
        )
    )
    bends = rng.uniform(0, 500, (len(pairs), 3)) * [1, 1, 0.05]
    lines = [
        shapely.LineString(
            [corners[a], bend, corners[b]] if rng.random() < 0.5 else corners[[a, b]]
        )
        for (a, b), bend in zip(pairs, bends, strict=True)
    ]
    kinds = rng.choice(KINDS, len(lines))
    network, _ = build_network(gpd.GeoDataFrame({"highway": kinds}, geometry=lines, crs=CRS))

    def doors(prefix: str) -> gpd.GeoDataFrame:
        edges = rng.integers(len(network.lines), size=draw(st.integers(1, 6)))
        at = shapely.line_interpolate_point(network.lines[edges], rng.uniform(0, 300, len(edges)))
        moved = shapely.get_coordinates(at) + rng.normal(0, 8, (len(at), 2)).round()
        names = [f"{prefix}{i}" for i in range(len(at))]
        kind = [f"k{i % 2}" for i in range(len(at))]
        return gpd.GeoDataFrame(
            {"kind": kind}, index=names, geometry=shapely.points(moved), crs=CRS
        )

    return network, doors("o"), doors("d")


def figures(network: Network, edge: int, walker: Profile) -> tuple[float, float, float]:
    """Return seconds a metre with the edge and against it, and the wait of an edge."""
    kind = network.classes[network.class_id[edge]]
    if kind == "steps":
        return (walker.stairs_factor / walker.speed_m_s,) * 2 + (0.0,)
    first, last = network.offsets[edge : edge + 2]
    points, heights = network.vertices[first:last], network.z_m[first:last]
    spent = np.zeros(2)
    for i in range(len(points) - 1):
        run_m = float(np.hypot(*(points[i + 1] - points[i])))
        slope = np.clip((heights[i + 1] - heights[i]) / run_m, -0.5, 0.5)
        for way, along in enumerate((slope, -slope)):
            speed = 6 * np.exp(-3.5 * abs(along + 0.05)) / (6 * np.exp(-3.5 * 0.05))
            spent[way] += run_m / (walker.speed_m_s * speed)
    there, back = spent / network.length_m[edge]
    if kind != "crossing":
        return there, back, 0.0
    met = [
        {
            network.classes[network.class_id[e]]
            for e in np.flatnonzero((network.ends == node).any(axis=1))
        }
        & set(SHARES)
        for node in network.ends[edge]
    ]
    roads = met[0] | met[1]
    share = 1.0 if not roads else SHARES["primary" if "primary" in roads else "residential"]
    half = 0.5 if bool(met[0]) != bool(met[1]) else 1.0
    return there, back, walker.crossing_wait_s * share * half


def oracle_s(
    network: Network, joints: Joints, walker: Profile, *, steps_allowed: bool
) -> np.ndarray:
    """Return seconds from every door to every other, inf where there is no way."""
    nodes, doors = len(network.xy), len(joints.edge)
    times = np.full((nodes + doors, nodes + doors), np.inf)

    def way(a: int, b: int, seconds: float) -> None:
        times[a, b] = min(times[a, b], max(seconds, 1e-12))

    paces = [figures(network, edge, walker) for edge in range(len(network.ends))]
    for edge, (a, b) in enumerate(network.ends):
        there, back, wait_s = paces[edge]
        if steps_allowed or network.classes[network.class_id[edge]] != "steps":
            way(a, b, network.length_m[edge] * there + wait_s)
            way(b, a, network.length_m[edge] * back + wait_s)
    leg_s = joints.gap_m / walker.speed_m_s
    for door in np.flatnonzero(joints.edge >= 0):
        a, b = network.ends[joints.edge[door]]
        there, back, wait_s = paces[joints.edge[door]]
        before_m = joints.along_m[door]
        after_m = network.length_m[joints.edge[door]] - before_m
        for node, part_m, out, in_ in ((a, before_m, back, there), (b, after_m, there, back)):
            wait = wait_s if part_m > 0 else 0.0
            way(nodes + door, node, leg_s[door] + part_m * out + wait)
            way(node, nodes + door, leg_s[door] + part_m * in_ + wait)
    direct = times.copy()
    for i, j in combinations(np.flatnonzero(joints.edge >= 0), 2):
        if joints.edge[i] != joints.edge[j]:
            continue
        there, back, wait_s = paces[joints.edge[i]]
        ends = (0.0, network.length_m[joints.edge[i]])
        for a, b in ((i, j), (j, i)):
            step = joints.along_m[b] - joints.along_m[a]
            at_end = {joints.along_m[a], joints.along_m[b]} & set(ends)
            wait = wait_s if step and at_end else 0.0
            pace = there if step > 0 else back
            seconds = leg_s[a] + abs(step) * pace + wait + leg_s[b]
            direct[nodes + a, nodes + b] = min(direct[nodes + a, nodes + b], max(seconds, 1e-12))
    # Nobody walks through a door: only the first step may leave one, and the last one enter one.
    onward = direct.copy()
    onward[nodes:] = np.inf
    between = dijkstra(np.where(np.isfinite(onward), onward, 0), directed=True)
    first = direct[nodes:, :nodes]
    over = (first[:, :, None] + between[None, :nodes, nodes:]).min(axis=1)
    return np.minimum(over, direct[nodes:, nodes:])


@settings(max_examples=12)
@given(towns(), st.sampled_from(["adult", "elder_75", "stroller", "wheelchair"]))
def test_walks_of_every_profile_are_those_of_the_oracle_in_their_direction(
    town: tuple[Network, gpd.GeoDataFrame, gpd.GeoDataFrame], name: str
) -> None:
    network, left, right = town
    walker = profile(name)
    points = np.concatenate([left.geometry.to_numpy(), right.geometry.to_numpy()])
    joints = join_edges(network, points, profile=walker)
    times = oracle_s(network, joints, walker, steps_allowed=walker.steps_allowed)
    times = times[: len(left), len(left) :]
    found = reach(network, left, right, limit_s=LIMIT_S, profile=walker, rounded=False).pairs
    seen = found.set_index(["from_id", "to_id"]).walk_s.to_dict()
    for i, a in enumerate(left.index):
        for j, b in enumerate(right.index):
            if (a, b) in seen:
                assert seen[a, b] == pytest.approx(times[i, j], abs=1e-3)
            else:
                assert times[i, j] > LIMIT_S - 1e-3
    table = nearest(network, right, left, profile=walker, limit_s=LIMIT_S)
    for row in table.itertuples():
        column = times[left.index.get_loc(row.id)][(right.kind == row.kind).to_numpy()]
        if row.facility_id is None:
            assert column.min() > LIMIT_S - 1e-3
        else:
            assert row.walk_s == pytest.approx(column.min(), abs=1e-3)


def test_the_way_up_takes_longer_than_the_way_down() -> None:
    hill = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0, 0), (500, 0, 40)])], crs=CRS)
    network, _ = build_network(hill)
    ends = gpd.GeoDataFrame(
        {"kind": "k"}, index=["low", "high"], geometry=shapely.points([[10, 3], [480, 3]]), crs=CRS
    )
    who = profile("elder_75")
    pairs = reach(network, ends, ends, limit_s=3600, profile=who).pairs
    walk_s = pairs.set_index(["from_id", "to_id"]).walk_s
    assert walk_s["low", "high"] > 1.3 * walk_s["high", "low"]
    low, high = ends.loc[["low"]], ends.loc[["high"]]
    for home, facility in ((low, high), (high, low)):
        found = nearest(network, facility, home, profile=who).iloc[0]
        expected = walk_s[home.index[0], facility.index[0]]
        assert found.walk_s == pytest.approx(expected, abs=0.06)
