"""Doors join streets at the nearest point of the nearest edge they can walk to."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.network.build import Network, build_network
from onegrid.network.snap import Joints, join_edges
from onegrid.standards import profile

CRS = "EPSG:4547"


def streets(*wkt: str, **columns: list[object]) -> Network:
    lines = gpd.GeoDataFrame(columns, geometry=shapely.from_wkt(list(wkt)), crs=CRS)
    return build_network(lines)[0]


def join(network: Network, *points: tuple[float, float], walker: str = "plain") -> Joints:
    return join_edges(network, shapely.points(points), profile=profile(walker))


def test_a_door_joins_the_nearest_point_of_the_nearest_edge() -> None:
    joints = join(streets("LINESTRING (0 0, 10 0)", "LINESTRING (0 9, 10 9)"), (4, 3), (6, 7))
    assert joints.edge.tolist() == [0, 1]
    assert joints.along_m.tolist() == [4, 6]
    assert joints.gap_m.tolist() == [3, 2]
    assert joints.xy.tolist() == [[4, 0], [6, 9]]


def test_equal_distance_goes_to_the_lowest_edge() -> None:
    network = streets("LINESTRING (0 10, 10 10)", "LINESTRING (0 0, 10 0)", "LINESTRING (0 0, 9 0)")
    assert join(network, (5, 5), (5, 0)).edge.tolist() == [0, 1]


def test_a_door_at_a_node_is_at_the_very_end_of_its_edge() -> None:
    network = streets("LINESTRING (0 0, 0.3 0.1, 1 1)", "LINESTRING (1 1, 2 0)")
    joints = join(network, (1, 1), (0, 0))
    assert joints.edge.tolist() == [0, 0]
    assert joints.along_m.tolist() == [network.length_m[0], 0]


def test_a_hundred_metres_is_near_enough_and_more_is_not() -> None:
    joints = join(streets("LINESTRING (0 0, 10 0)"), (5, 100), (5, 100.001), (110, 0))
    assert joints.edge.tolist() == [0, -1, 0]
    assert np.isnan(joints.gap_m[1])
    assert np.isnan(joints.xy[1]).all()


def test_null_empty_and_infinite_points_join_nothing_and_harm_nobody() -> None:
    network = streets("LINESTRING (0 0, 10 0)")
    points = np.array(
        [None, shapely.Point(), shapely.Point(np.inf, 0), shapely.Point(5, 1)], dtype=object
    )
    assert join_edges(network, points, profile=profile()).edge.tolist() == [-1, -1, -1, 0]
    assert len(join_edges(network, points[:0], profile=profile()).edge) == 0


@pytest.mark.parametrize("tags", [{"foot": ["no", None]}, {"access": ["private", None]}])
def test_a_closed_edge_is_not_joined(tags: dict[str, list]) -> None:
    network = streets("LINESTRING (0 0, 10 0)", "LINESTRING (0 9, 10 9)", **tags)
    assert join(network, (5, 1)).edge.tolist() == [1]
    assert join(network.opened(), (5, 1)).edge.tolist() == [0]


def test_steps_are_joined_only_by_those_who_climb_them() -> None:
    network = streets(
        "LINESTRING (0 0, 10 0)", "LINESTRING (0 9, 10 9)", highway=["steps", "footway"]
    )
    assert join(network, (5, 1)).edge.tolist() == [0]
    assert join(network, (5, 1), walker="wheelchair").edge.tolist() == [1]


def test_a_tunnel_under_the_door_counts_only_without_a_street_within_reach() -> None:
    network = streets("LINESTRING (0 0, 10 0)", "LINESTRING (0 90, 10 90)", tunnel=["yes", None])
    assert join(network, (5, 1), (5, -11)).edge.tolist() == [1, 0]


def test_a_leg_never_crosses_a_barrier_even_if_another_edge_is_farther() -> None:
    network = streets(
        "LINESTRING (-50 20, 50 20)",
        "LINESTRING (-50 -60, 50 -60)",
        "LINESTRING (-90 10, 90 10)",
        waterway=[None, None, "river"],
    )
    joints = join(network, (0, 0), (0, 12), (0, 45))
    assert joints.edge.tolist() == [1, 0, 0]
    assert joints.gap_m.tolist() == [60, 8, 25]


def test_a_door_cut_off_on_every_side_joins_nothing() -> None:
    network = streets(
        "LINESTRING (-50 20, 50 20)",
        "LINESTRING (-9 -9, 9 -9, 9 9, -9 9, -9 -9)",
        barrier=[None, "wall"],
    )
    assert join(network, (0, 0), (20, 0)).edge.tolist() == [-1, 0]


def test_a_street_behind_the_barrier_does_not_save_a_door_from_the_tunnel() -> None:
    network = streets(
        "LINESTRING (-50 20, 50 20)",
        "LINESTRING (-50 -5, 50 -5)",
        "LINESTRING (-90 10, 90 10)",
        tunnel=[None, "yes", None],
        railway=[None, None, "rail"],
    )
    assert join(network, (0, 0)).edge.tolist() == [1]


def test_a_leg_may_end_on_a_barrier_where_the_street_crosses_it() -> None:
    bridge, river = "LINESTRING (0 -50, 0 50)", "LINESTRING (-90 0, 90 0)"
    network = streets(bridge, river, waterway=[None, "river"])
    assert join(network, (5, 0.0), (0, 0), (5, 3), (5, -3)).edge.tolist() == [0, 0, 0, 0]
    start = streets("LINESTRING (0 0, 0 50)", river, waterway=[None, "river"])
    assert join(start, (3, 4), (-3, -4)).edge.tolist() == [0, 0]


def test_a_door_in_the_wall_may_step_to_either_side() -> None:
    network = streets(
        "LINESTRING (-50 20, 50 20)", "LINESTRING (-90 0, 90 0)", barrier=[None, "wall"]
    )
    assert join(network, (0, 0)).edge.tolist() == [0]


def test_joining_is_the_minimum_over_all_edges_of_a_crooked_town() -> None:
    rng = np.random.default_rng(11)
    lines = [shapely.LineString(rng.uniform(0, 400, (3, 2)).round(1)) for _ in range(30)]
    network = streets(*[line.wkt for line in lines])
    points = shapely.points(rng.uniform(-60, 460, (300, 2)))
    joints = join_edges(network, points, profile=profile())
    gap_m = shapely.distance(points[:, None], network.lines[None, :])
    near = gap_m.min(axis=1) <= 100
    assert (joints.edge >= 0).tolist() == near.tolist()
    assert joints.edge[near].tolist() == gap_m.argmin(axis=1)[near].tolist()
    assert np.allclose(joints.gap_m[near], gap_m.min(axis=1)[near])


def test_one_null_one_empty_and_one_infinite_origin_in_a_thousand_harm_none_of_the_others() -> None:
    network = streets(*[f"LINESTRING (0 {90 * i}, 900 {90 * i})" for i in range(10)])
    rng = np.random.default_rng(2)
    points = shapely.points(rng.uniform(0, 800, (1000, 2)))
    whole = join_edges(network, points, profile=profile())
    bad = [7, 500, 999]
    spoilt = points.copy()
    spoilt[bad] = [None, shapely.Point(), shapely.Point(np.nan, np.inf)]
    joints = join_edges(network, spoilt, profile=profile())
    assert joints.edge[bad].tolist() == [-1, -1, -1]
    others = np.delete(np.arange(1000), bad)
    assert np.array_equal(joints.edge[others], whole.edge[others])
    assert np.array_equal(joints.along_m[others], whole.along_m[others])
