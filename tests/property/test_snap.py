"""Doors join the same place as an oracle that measures every door against every street."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.network.build import EdgeFlag, Network, build_network
from onegrid.network.snap import join_edges
from onegrid.standards import profile

CRS = "EPSG:4547"
LIMIT_M = 100.0
CLEAR_M = 1e-6  # nearer decisions are rounding, and drawn again


@st.composite
def towns(draw: st.DrawFn) -> tuple[Network, np.ndarray]:
    """Draw crooked streets, some closed, below ground or stairs, some walls, and points."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shift = draw(st.sampled_from([(0, 0), (527_000, 3_384_000)]))
    size = draw(st.sampled_from([150, 600]))

    def lines(count: int, bends: int) -> list[shapely.LineString]:
        return [
            shapely.LineString(rng.uniform(0, size, (bends, 2)).round(2) + shift)
            for _ in range(count)
        ]

    streets = lines(draw(st.integers(1, 25)), draw(st.integers(2, 5)))
    walls = lines(draw(st.integers(0, 8)), draw(st.integers(2, 4)))
    count = len(streets)
    tags = {
        "tunnel": rng.choice([None, "yes"], count, p=[0.7, 0.3]),
        "access": rng.choice([None, "private"], count, p=[0.8, 0.2]),
        "highway": rng.choice(["footway", "steps"], count, p=[0.8, 0.2]),
        "barrier": np.full(count, None),
    }
    blank = np.full(len(walls), None)
    columns = {n: np.append(v, np.full_like(blank, "wall") if n == "barrier" else blank)
               for n, v in tags.items()}  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=streets + walls, crs=CRS)
    network, _ = build_network(frame)
    points = rng.uniform(-80, size + 80, (draw(st.integers(1, 30)), 2)) + shift
    return network, shapely.points(points)


def oracle(network: Network, point: shapely.Point, *, steps: bool) -> tuple[int, float, bool]:
    """Return edge and gap, and whether the answer hangs on the last digits."""
    wall = shapely.union_all(network.barriers)
    for below in (False, True):
        found = []
        for edge, line in enumerate(network.lines):
            flags = EdgeFlag(int(network.flags[edge]))
            barred = EdgeFlag.CLOSED in flags or (EdgeFlag.STEPS in flags and not steps)
            gap_m = point.distance(line)
            if barred or (EdgeFlag.UNDERGROUND in flags) != below or gap_m > LIMIT_M:
                continue
            leg = shapely.shortest_line(point, line)
            end = min(0.001 / max(gap_m, 0.002), 0.5)
            inner = shapely.ops.substring(leg, end, 1 - end, normalized=True)
            if gap_m <= 0.002 or not inner.intersects(wall):
                found.append((gap_m, edge))
        if found:
            found.sort()
            doubt = len(found) > 1 and found[1][0] - found[0][0] < CLEAR_M
            return found[0][1], found[0][0], doubt
    return -1, np.nan, False


@settings(max_examples=15)
@given(towns(), st.sampled_from(["plain", "wheelchair"]))
def test_a_door_joins_the_nearest_street_it_can_walk_to(
    town: tuple[Network, np.ndarray], walker: str
) -> None:
    network, points = town
    joints = join_edges(network, points, profile=profile(walker))
    for row, point in enumerate(points):
        edge, gap_m, doubt = oracle(network, point, steps=walker == "plain")
        if doubt:
            assert joints.gap_m[row] <= gap_m + 2 * CLEAR_M
            continue
        assert joints.edge[row] == edge
        if edge >= 0:
            line = network.lines[edge]
            assert abs(joints.gap_m[row] - gap_m) < 1e-8
            place = shapely.Point(joints.xy[row])
            assert place.distance(line) < 1e-8
            assert abs(line.interpolate(joints.along_m[row]).distance(place)) < 1e-8
            assert 0 <= joints.along_m[row] <= network.length_m[edge]


@settings(max_examples=8)
@given(towns(), st.integers(0, 1000))
def test_neither_the_order_of_doors_nor_who_else_asks_changes_a_joint(
    town: tuple[Network, np.ndarray], seed: int
) -> None:
    network, points = town
    order = np.random.default_rng(seed).permutation(len(points))
    whole = join_edges(network, points, profile=profile())
    mixed = join_edges(replace(network), points[order], profile=profile())
    for name in ("edge", "along_m", "gap_m", "xy"):
        left, right = getattr(whole, name)[order], getattr(mixed, name)
        assert np.array_equal(left, right, equal_nan=True)
