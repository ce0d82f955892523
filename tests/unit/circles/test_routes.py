"""The way to the nearest facilities: its line, its length and its words."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.circles.reach import nearest, reach
from onegrid.circles.routes import ask_nearest, join_services, nearest_routes, route_between
from onegrid.errors import InputError
from onegrid.network.build import Network, build_network
from onegrid.standards import profile, profile_at

CRS = "EPSG:4547"
ONE = profile_at(1.0)


def streets(*wkt: str, **columns: list[object]) -> Network:
    lines = gpd.GeoDataFrame(columns, geometry=shapely.from_wkt(list(wkt)), crs=CRS)
    return build_network(lines)[0]


def shops(kind: str = "market", **at: tuple[float, float] | None) -> gpd.GeoDataFrame:
    points = [shapely.Point(xy) if xy else None for xy in at.values()]
    return gpd.GeoDataFrame({"kind": kind}, index=list(at), geometry=points, crs=CRS)


def test_a_route_turns_where_the_streets_do_and_says_so() -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (100 60, 100 0)",
        "LINESTRING (100 60, 120 60)",
        "LINESTRING (120 60, 150 60, 150 200)",
        name=["中山大道", "解放路", None, None],
        highway=[None, None, "steps", None],
        footway=[None] * 4,
    )
    goal = shops(m=(150, 100)).assign(name="菜场")
    answer = nearest_routes(network, goal, shapely.Point(20, -10), kinds=["market"], profile=ONE)[
        "market"
    ][0]
    assert answer.facility_id == "m"
    assert answer.route.wkt == ("LINESTRING (20 -10, 20 0, 100 0, 100 60, 120 60, 150 60, 150 100)")
    assert answer.distance_m == 240
    assert answer.walk_s == 240
    assert answer.steps == [
        "步行10米到中山大道",
        "沿中山大道步行80米",
        "左转，沿解放路步行60米",
        "右转，走台阶20米",
        "沿道路步行70米",
        "到达菜场",
    ]


def test_on_one_edge_the_route_runs_along_it_in_either_direction() -> None:
    network = streets("LINESTRING (0 0, 50 10, 100 0)")
    goal = shops(a=(100, 0), b=(0, 0))
    answers = nearest_routes(network, goal, shapely.Point(50, 10), kinds=["market"], profile=ONE)[
        "market"
    ]
    assert [a.facility_id for a in answers] == ["a", "b"]
    assert answers[0].route.wkt == "LINESTRING (50 10, 100 0)"
    assert answers[1].route.wkt == "LINESTRING (50 10, 0 0)"


def test_a_loop_is_walked_the_shorter_way() -> None:
    network = streets("LINESTRING (0 0, 100 0, 100 100, 0 100, 0 0)")
    answer = nearest_routes(
        network, shops(a=(0, 30)), shapely.Point(20, 0), kinds=["market"], profile=ONE
    )["market"][0]
    assert answer.route.wkt == "LINESTRING (20 0, 0 0, 0 30)"
    assert answer.distance_m == 50


def test_asking_at_the_door_itself_is_an_answer_without_a_walk() -> None:
    network = streets("LINESTRING (0 0, 100 0)")
    answer = nearest_routes(
        network, shops(a=(40, 0)), shapely.Point(40, 0), kinds=["market"], profile=ONE
    )["market"][0]
    assert (answer.walk_s, answer.distance_m, answer.route.length) == (0, 0, 0)
    assert answer.steps == ["到达目的地"]


def test_count_limit_and_kinds_choose_the_answers() -> None:
    network = streets("LINESTRING (0 0, 9000 0)")
    goal = shops(**{f"m{i}": (1_000.0 * i, 0) for i in range(1, 9)})
    here = shapely.Point(0, 0)
    two = nearest_routes(network, goal, here, kinds=["market", "bank"], count=2, profile=ONE)
    assert [a.facility_id for a in two["market"]] == ["m1", "m2"]
    assert two["bank"] == []
    near = nearest_routes(network, goal, here, kinds=["market"], limit_s=1_000, profile=ONE)
    assert [a.facility_id for a in near["market"]] == ["m1"]
    none = nearest_routes(network, goal[:0], here, kinds=["market"], limit_s=9, profile=ONE)
    assert none == {"market": []}


def test_a_point_far_from_every_street_is_refused() -> None:
    network = streets("LINESTRING (0 0, 9 0)")
    for point in (shapely.Point(0, 101), shapely.Point()):
        with pytest.raises(InputError, match="AT_FAR"):
            nearest_routes(network, shops(a=(0, 0)), point, kinds=["market"], profile=ONE)


def test_a_facility_without_a_place_or_a_street_is_no_answer() -> None:
    network = streets("LINESTRING (0 0, 9 0)")
    goal = shops(a=None, b=(0, 500), c=(9, 0))
    found = nearest_routes(network, goal, shapely.Point(0, 0), kinds=["market"], profile=ONE)
    assert [a.facility_id for a in found["market"]] == ["c"]


@pytest.mark.parametrize("walker", ["plain", "elder_75", "wheelchair"])
def test_routes_agree_with_reach_and_nearest_and_are_as_long_as_they_say(walker: str) -> None:
    rng = np.random.default_rng(8)
    corners = rng.uniform(0, 900, (40, 2)).round(1)
    ends = rng.integers(0, 40, (110, 2))
    lines = [
        shapely.LineString(
            [corners[a], (corners[a] + corners[b]) / 2 + rng.normal(0, 9, 2), corners[b]]
        )
        for a, b in ends
        if a != b
    ]
    kinds = rng.choice(["residential", "steps", "crossing"], len(lines), p=[0.8, 0.1, 0.1])
    network = streets(*[line.wkt for line in lines], highway=list(kinds))
    goal = shops(**{f"m{i:02d}": tuple(xy) for i, xy in enumerate(rng.uniform(0, 900, (12, 2)))})
    who = profile(walker)
    for xy in rng.uniform(100, 800, (6, 2)):
        door = gpd.GeoDataFrame(index=["h"], geometry=[shapely.Point(xy)], crs=CRS)
        answers = nearest_routes(
            network, goal, shapely.Point(xy), kinds=["market"], count=99, limit_s=3_000, profile=who
        )["market"]
        pairs = reach(network, door, goal, limit_s=3_000, profile=who).pairs
        assert {a.facility_id: a.walk_s for a in answers} == pairs.set_index(
            "to_id"
        ).walk_s.to_dict()
        best = nearest(network, goal, door, profile=who).iloc[0]
        assert answers[0].facility_id == best.facility_id
        for answer in answers:
            assert answer.route.length == pytest.approx(answer.distance_m)
            assert answer.route.coords[0] == tuple(xy)
            assert answer.route.coords[-1] == goal.geometry[answer.facility_id].coords[0]
            assert answer.walk_s >= answer.distance_m / who.speed_m_s - 0.06


def test_streets_without_a_name_are_told_corner_by_corner_and_without_jogs() -> None:
    network = streets(
        "LINESTRING (0 0, 100 0)",
        "LINESTRING (100 0, 100 4)",
        "LINESTRING (100 4, 200 4)",
        "LINESTRING (200 4, 300 10)",
        "LINESTRING (300 10, 300 90)",
    )
    answer = nearest_routes(
        network, shops(m=(300, 90)), shapely.Point(0, 0), kinds=["market"], profile=ONE
    )["market"][0]
    assert answer.steps == ["沿道路步行304米", "左转，沿道路步行80米", "到达目的地"]
    assert answer.distance_m == pytest.approx(answer.route.length)


def test_the_way_between_any_two_points_or_none() -> None:
    network = streets("LINESTRING (0 0, 100 0)", "LINESTRING (0 500, 100 500)")
    there = route_between(network, shapely.Point(10, 5), shapely.Point(90, 0), profile=ONE)
    assert there is not None
    assert (there.walk_s, there.distance_m) == (85.0, 85.0)
    assert there.route.wkt == "LINESTRING (10 5, 10 0, 90 0)"
    island = shapely.Point(50, 500)
    assert route_between(network, shapely.Point(10, 5), island, profile=ONE) is None
    assert route_between(network, shapely.Point(0, 0), shapely.Point(90, 0), profile=ONE,
                         limit_s=80) is None  # fmt: skip
    with pytest.raises(InputError, match="AT_FAR"):
        route_between(network, shapely.Point(0, 0), shapely.Point(50, 250), profile=ONE)


def test_services_joined_once_answer_as_those_joined_for_each_question() -> None:
    network = streets("LINESTRING (0 0, 500 0)", "LINESTRING (500 0, 500 400)")
    goal = shops(a=(100, 0), b=(450, 9), c=(500, 300), d=None)
    services = join_services(network, goal, profile=ONE)
    for x in (0, 120, 300, 499):
        here = shapely.Point(x, 3)
        once = ask_nearest(services, here, kinds=["market", "bank"], count=2)
        assert once == nearest_routes(
            network, goal, here, kinds=["market", "bank"], count=2, profile=ONE
        )
        assert [len(found) for found in once.values()] == [2, 0]
    with pytest.raises(InputError, match="COUNT"):
        ask_nearest(services, shapely.Point(0, 0), kinds=["market"], count=0)
