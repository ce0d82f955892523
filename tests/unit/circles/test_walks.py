"""Walking times where they are known by hand."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.circles.reach import nearest, reach
from onegrid.errors import CrsError, InputError, NetworkError
from onegrid.network.build import Network, build_network
from onegrid.network.graph import walk_graph
from onegrid.network.kernel import label_bits
from onegrid.standards import Profile, profile, profile_at

CRS = "EPSG:4547"
ONE = profile_at(1.0)  # a metre a second: times read as metres


def streets(*wkt: str, **columns: list[object]) -> Network:
    lines = gpd.GeoDataFrame(columns, geometry=shapely.from_wkt(list(wkt)), crs=CRS)
    return build_network(lines)[0]


def places(crs: str | None = CRS, **at: tuple[float, float] | None) -> gpd.GeoDataFrame:
    points = [shapely.Point(xy) if xy else None for xy in at.values()]
    return gpd.GeoDataFrame(index=list(at), geometry=points, crs=crs)


def walk(
    network: Network,
    a: tuple[float, float],
    b: tuple[float, float],
    walker: Profile = ONE,
    limit_s: float = 9_000,
) -> float | None:
    found = reach(network, places(a=a), places(b=b), limit_s=limit_s, profile=walker).pairs
    return float(found.walk_s.iloc[0]) if len(found) else None


def test_eleven_hundred_and_eleven_hundred_fifty_metres_on_one_edge_differ() -> None:
    network = streets("LINESTRING (0 0, 5000 0)")
    ends = places(x=(3_100, 0), y=(3_150, 0))
    found = reach(network, places(h=(2_000, 0)), ends, limit_s=900, profile=profile()).pairs
    assert found.values.tolist() == [["h", "x", 825.0], ["h", "y", 862.5]]
    assert walk(network, (2_000, 0), (3_200, 0), profile(), 900) == 900.0
    assert walk(network, (2_000, 0), (3_200.01, 0), profile(), 900) is None


def test_the_limit_is_applied_before_rounding() -> None:
    network = streets("LINESTRING (0 0, 5000 0)")
    assert walk(network, (0, 0), (900.04, 0), limit_s=900) is None
    assert walk(network, (0, 0), (900.04, 0), limit_s=900.04) == 900.0


def test_the_gap_counts_at_walking_speed_at_both_ends() -> None:
    assert walk(streets("LINESTRING (0 0, 100 0)"), (20, 30), (80, -40)) == 130.0
    assert walk(streets("LINESTRING (0 0, 100 0)"), (20, 30), (80, -40), profile_at(0.5)) == 260.0


def test_two_doors_on_one_edge_may_be_nearer_round_the_network() -> None:
    hairpin = streets("LINESTRING (0 0, 0 900, 10 900, 10 0)", "LINESTRING (10 0, 0 0)")
    assert walk(hairpin, (0, 100), (10, 100)) == 210.0
    assert walk(hairpin, (0, 800), (10, 800)) == 210.0


def test_doors_on_a_loop_walk_the_shorter_way_round() -> None:
    loop = streets("LINESTRING (0 0, 100 0, 100 100, 0 100, 0 0)", "LINESTRING (0 0, -50 0)")
    assert walk(loop, (20, 0), (0, 30)) == 50.0
    assert walk(loop, (-50, 0), (0, 30)) == 80.0
    assert walk(loop, (-50, 0), (30, 0)) == 80.0


def test_of_parallel_edges_the_lightest_is_walked() -> None:
    network = streets(
        "LINESTRING (0 0, 50 80, 100 0)",
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (100 0, 0 0)",
        "LINESTRING (-10 0, 0 0)",
        "LINESTRING (100 0, 110 0)",
    )
    assert walk(network, (-10, 0), (110, 0)) == 120.0


def test_an_island_is_reached_from_itself_only() -> None:
    network = streets("LINESTRING (0 0, 100 0)", "LINESTRING (0 500, 100 500)")
    assert walk(network, (0, 0), (100, 500)) is None
    assert walk(network, (0, 500), (100, 500)) == 100.0


def test_doors_at_nodes_lie_the_whole_edge_apart() -> None:
    network = streets("LINESTRING (0 0, 100 0)", "LINESTRING (100 0, 100 70)")
    assert walk(network, (0, 0), (100, 70)) == 170.0
    assert walk(network, (100, 0), (100, 0)) == 0.0


def test_stairs_cost_their_factor_and_a_wheelchair_goes_round() -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (0 0, 0 200, 100 200, 100 0)",
        "LINESTRING (-50 0, 0 0)",
        "LINESTRING (100 0, 150 0)",
        highway=["steps", None, None, None],
    )
    climber = replace(ONE, stairs_factor=3.0)
    assert walk(network, (-50, 0), (150, 0), climber) == 400.0
    assert walk(network, (-50, 0), (150, 0), replace(climber, steps_allowed=False)) == 600.0
    assert walk(network, (-50, 0), (50, 0), climber) == 200.0


def test_a_crossing_costs_its_wait_once_however_much_of_it_is_walked() -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (100 0, 120 0)",
        "LINESTRING (120 0, 220 0)",
        footway=[None, "crossing", None],
    )
    waiter = replace(ONE, crossing_wait_s=15.0)
    assert walk(network, (0, 0), (220, 0), waiter) == 235.0  # all of it
    assert walk(network, (0, 0), (110, 0), waiter) == 125.0  # onto it
    assert walk(network, (110, 0), (220, 0), waiter) == 125.0  # off it
    assert walk(network, (105, 0), (115, 0), waiter) == 10.0  # on it
    assert walk(network, (0, 0), (100, 0), waiter) == 100.0  # up to it
    only = streets("LINESTRING (100 0, 120 0)", footway=["crossing"])
    assert walk(only, (100, 0), (120, 0), waiter) == 35.0  # its ends are nodes


def test_closed_edges_are_walked_only_when_opened() -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (100 0, 200 0)",
        "LINESTRING (200 0, 300 0)",
        access=[None, "private", None],
    )
    assert walk(network, (0, 0), (300, 0)) is None
    assert walk(network.opened(), (0, 0), (300, 0)) == 300.0


def test_hundreds_of_edges_do_not_add_up_rounding() -> None:
    step_m = 1.23456789
    xs = (np.arange(2_001) * step_m).tolist()
    network = streets(*[f"LINESTRING ({a!r} 0, {b!r} 0)" for a, b in pairwise(xs)])
    door, goal = places(h=(0, 0)), places(f=(xs[-1], 0)).assign(kind="k")
    found = nearest(network, goal, door, profile=profile_at(0.64))
    assert found.walk_s[0] == pytest.approx(2_000 * step_m / 0.64, abs=0.005)


@pytest.mark.parametrize("limit_s", [900.0, 1_800.0, 3_600.0, None])
def test_long_limits_and_none_are_exact(limit_s: float | None) -> None:
    xs = np.arange(0, 50_001, 100)
    network = streets(*[f"LINESTRING ({x} 0, {x + 100} 0)" for x in xs[:-1]])
    homes = places(**{f"h{x:05d}": (float(x), 0.0) for x in xs})
    found = nearest(network, places(f=(0, 0)).assign(kind="k"), homes, profile=ONE, limit_s=limit_s)
    assert found.walk_s.notna().sum() == (len(xs) if limit_s is None else limit_s // 100 + 1)
    reached = found.walk_s.dropna().to_numpy()
    assert reached.tolist() == (np.arange(len(reached)) * 100.0).tolist()


def test_equal_times_go_to_the_lowest_facility_id_as_text() -> None:
    network = streets("LINESTRING (0 0, 500 0)", "LINESTRING (500 0, 1000 0)")
    shops = places(f9=(100, 0), f10=(900, 0), e=(5, 0)).assign(kind=["a", "a", "b"])
    doors = places(middle=(500, 0), left=(300, 0))
    found = nearest(network, shops, doors, profile=ONE)
    assert found.values.tolist() == [
        ["middle", "a", "f10", 400.0],
        ["left", "a", "f9", 200.0],
        ["middle", "b", "e", 495.0],
        ["left", "b", "e", 295.0],
    ]
    turned = nearest(network, shops.iloc[::-1], doors, profile=ONE)
    assert turned.equals(found)


def test_one_bad_place_never_fails_the_batch() -> None:
    network = streets("LINESTRING (0 0, 1000 0)")
    rng = np.random.default_rng(3)
    origins = places(
        **{f"o{i:04d}": (float(x), 5.0) for i, x in enumerate(rng.uniform(0, 999, 1_000))}
    )
    origins.loc["o0500", "geometry"] = None
    origins.loc["o0600", "geometry"] = shapely.Point(0, 500)
    found = reach(network, origins, places(d=(0, 0), e=None), limit_s=9_000, profile=ONE)
    assert len(found.pairs) == 998
    assert found.unreachable == ("o0600",)
    assert found.skipped == ("e", "o0500")
    doors = nearest(network, places(d=(0, 0)).assign(kind="k"), origins, profile=ONE)
    assert doors.facility_id.isna().sum() == 2
    assert doors.facility_id[500] is None


def test_tables_without_a_usable_row_give_empty_answers() -> None:
    network = streets("LINESTRING (0 0, 1000 0)")
    nobody = places(h=None)
    assert len(reach(network, nobody, places(d=(0, 0)), limit_s=60, profile=ONE).pairs) == 0
    assert len(reach(network, nobody[:0], nobody[:0], limit_s=60, profile=ONE).pairs) == 0
    shops = places(d=(0, 0)).assign(kind="k")
    assert len(nearest(network, shops[:0], nobody, profile=ONE)) == 0
    assert nearest(network, shops, nobody, profile=ONE).walk_s.isna().all()


def test_tables_in_another_crs_are_brought_to_the_network() -> None:
    network = streets("LINESTRING (500000 3400000, 501000 3400000)")
    door = places(h=(500_100, 3_400_000)).to_crs("EPSG:4326")
    goal = places(f=(500_300, 3_400_000))
    found = reach(network, door, goal, limit_s=900, profile=ONE).pairs
    assert found.walk_s.tolist() == [200.0]
    with pytest.raises(CrsError):
        reach(network, places(None, h=(0, 0)), goal, limit_s=900, profile=ONE)


@pytest.mark.parametrize("limit_s", [0.0, -5.0, float("nan")])
def test_a_limit_that_is_not_above_zero_is_refused(limit_s: float) -> None:
    network, here = streets("LINESTRING (0 0, 9 0)"), places(a=(0, 0)).assign(kind="k")
    with pytest.raises(InputError, match=r"error\[LIMIT\]"):
        reach(network, here, here, limit_s=limit_s, profile=ONE)
    with pytest.raises(InputError, match=r"error\[LIMIT\]"):
        nearest(network, here, here, limit_s=limit_s, profile=ONE)


@pytest.mark.parametrize(
    ("walker", "metres"), [("plain", 1_200), ("elder_65", 720), ("elder_75", 675), ("frail", 576)]
)
def test_fifteen_minutes_reach_as_far_as_the_walker_walks(walker: str, metres: float) -> None:
    network = streets("LINESTRING (0 0, 5000 0)")
    assert walk(network, (0, 0), (metres, 0), profile(walker), 900) == 900.0
    assert walk(network, (0, 0), (metres + 0.1, 0), profile(walker), 900) is None


def test_a_network_too_large_for_its_labels_is_refused() -> None:
    network = streets("LINESTRING (0 0, 9 0)")
    graph = walk_graph(network, ONE)
    huge = graph._replace(indptr=np.broadcast_to(np.int64(0), 2**26 + 2))  # takes no memory
    with pytest.raises(NetworkError, match="split the network"):
        label_bits(huge, 1)
    with pytest.raises(NetworkError, match="split the network"):
        label_bits(graph, 2**26 + 1)


@pytest.mark.parametrize("speed_m_s", [0.0, -1.0, float("nan"), float("inf")])
def test_a_profile_nobody_can_walk_with_is_refused_with_all_its_faults(speed_m_s: float) -> None:
    network, here = streets("LINESTRING (0 0, 9 0)"), places(a=(0, 0))
    bad = Profile("x", "x", "x", speed_m_s, stairs_factor=0, crossing_wait_s=-1)
    with pytest.raises(InputError) as caught:
        reach(network, here, here, limit_s=60, profile=bad)
    assert [p.code for p in caught.value.problems] == ["SPEED", "STAIRS", "WAIT"]


def test_faulty_tables_are_refused_by_name() -> None:
    network, here = streets("LINESTRING (0 0, 9 0)"), places(a=(0, 0))
    twice = gpd.GeoDataFrame(index=["a", "a"], geometry=shapely.points([[0, 0], [1, 0]]), crs=CRS)
    area = gpd.GeoDataFrame(index=["p"], geometry=[shapely.box(0, 0, 1, 1)], crs=CRS)
    with pytest.raises(InputError, match=r"DUPLICATE_ID.*at a"):
        reach(network, twice, here, limit_s=60, profile=ONE)
    with pytest.raises(InputError, match=r"GEOMETRY.*at p"):
        reach(network, here, area, limit_s=60, profile=ONE)
    with pytest.raises(InputError, match="kind missing"):
        nearest(network, here, here, profile=ONE)
    with pytest.raises(InputError, match="kind is empty, at a"):
        nearest(network, here.assign(kind=[None]), here, profile=ONE)


def test_a_thousand_origins_and_many_doors_take_seconds() -> None:
    lattice = [
        f"LINESTRING ({x} {y}, {x + dx} {y + dy})"
        for x in range(0, 6_000, 100)
        for y in range(0, 6_000, 100)
        for dx, dy in ((100, 0), (0, 100))
    ]
    network = streets(*lattice)
    rng = np.random.default_rng(0)

    def scatter(count: int, prefix: str) -> gpd.GeoDataFrame:
        xy = rng.uniform(0, 6_000, (count, 2))
        ids = [f"{prefix}{i}" for i in range(count)]
        return gpd.GeoDataFrame(index=ids, geometry=shapely.points(xy), crs=CRS)

    origins, doors = scatter(1_000, "o"), scatter(5_000, "d")
    reach(network, origins[:1], doors[:1], limit_s=900, profile=profile())
    begin = time.perf_counter()
    found = reach(network, origins, doors, limit_s=900, profile=profile())
    assert time.perf_counter() - begin < 10
    assert len(found.pairs) > 100_000
