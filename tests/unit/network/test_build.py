"""From street lines to a network."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely

from onegrid.errors import CrsError, InputError, NetworkError
from onegrid.network.build import EdgeFlag, build_network
from onegrid.network.graph import make_doors, walk_graph
from onegrid.network.snap import join_edges
from onegrid.network.times import edge_times
from onegrid.standards import profile, profile_at, profiles

CRS = "EPSG:4547"


def roads(*wkt: str | None, crs: str | None = CRS, **columns: list[object]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapely.from_wkt(list(wkt)), crs=crs)


def test_lines_join_at_equal_end_coordinates_and_minus_zero_is_zero() -> None:
    network, report = build_network(roads("LINESTRING (-9 0, -0.0 0)", "LINESTRING (0 -0.0, 9 0)"))
    assert (report.nodes, report.edges, report.components) == (3, 2, 1)
    assert network.length_m.tolist() == [9, 9]


def test_ends_a_tenth_of_a_millimetre_apart_are_not_joined() -> None:
    _, report = build_network(roads("LINESTRING (-9 0, 0 0)", "LINESTRING (0.0001 0, 9 0)"))
    assert report.components == 2


def test_multi_part_lines_are_taken_apart_and_lines_without_length_dropped() -> None:
    lines = roads(
        "MULTILINESTRING ((0 0, 1 0), (5 5, 6 6))",
        "LINESTRING (3 3, 3 3)",
        None,
        "LINESTRING EMPTY",
        "LINESTRING Z (0 0 7, 0 1 9)",
    )
    network, report = build_network(lines)
    assert report.edges == 3
    assert report.dropped["zero_length"] == 1
    assert report.dropped["no_geometry"] == 2
    assert network.vertices.shape == (6, 2)


def test_edges_keep_the_order_of_the_lines_and_point_at_their_own_vertices() -> None:
    lines = roads("LINESTRING (5 5, 7 7, 9 5)", "LINESTRING (0 0, 5 5)", name=["b", None])
    network, _ = build_network(lines)
    assert [line.wkt for line in network.lines] == [line.wkt for line in lines.geometry]
    for edge, (a, b) in enumerate(network.ends):
        assert network.xy[a].tolist() == network.vertices[network.offsets[edge]].tolist()
        assert network.xy[b].tolist() == network.vertices[network.offsets[edge + 1] - 1].tolist()
    assert [network.names[i] if i >= 0 else None for i in network.name_id] == ["b", None]


def test_a_crossing_without_a_shared_end_is_counted_placed_and_joined_only_if_asked() -> None:
    lines = roads("LINESTRING (0 0, 10 0)", "LINESTRING (5 -5, 5 5)")
    _, apart = build_network(lines)
    assert (apart.crossings, apart.crossing_places) == (1, ((5.0, 0.0),))
    assert (apart.edges, apart.components, apart.joined) == (2, 2, False)
    network, joined = build_network(lines, node=True)
    assert (joined.edges, joined.nodes, joined.components, joined.joined) == (4, 5, 1, True)
    assert network.length_m.sum() == 20


def test_an_end_on_the_middle_of_another_line_is_a_touch_at_a_vertex_or_between_two() -> None:
    lines = roads(
        "LINESTRING (0 0, 5 0, 10 0)", "LINESTRING (5 0, 5 5)", "LINESTRING (7.5 0, 7.5 5)"
    )
    _, apart = build_network(lines)
    assert (apart.crossings, apart.touches, apart.components) == (0, 2, 3)
    assert apart.touch_places == ((5.0, 0.0), (7.5, 0.0))
    _, joined = build_network(lines, node=True)
    assert (joined.edges, joined.components) == (5, 1)


def test_three_lines_through_one_place_become_one_junction() -> None:
    lines = roads("LINESTRING (-5 0, 5 0)", "LINESTRING (0 -5, 0 5)", "LINESTRING (-5 -5, 5 5)")
    _, report = build_network(lines, node=True)
    assert (report.crossings, report.edges, report.nodes) == (3, 6, 7)


def test_lines_that_run_together_for_a_while_join_where_they_meet_and_part() -> None:
    lines = roads("LINESTRING (0 0, 10 0)", "LINESTRING (2 5, 2 0, 6 0, 6 5)")
    _, report = build_network(lines, node=True)
    assert report.components == 1
    assert report.edges == 6


def test_lines_that_share_an_end_and_cross_again_have_one_crossing() -> None:
    lines = roads("LINESTRING (0 0, 10 0)", "LINESTRING (0 0, 5 5, 5 -5)")
    _, report = build_network(lines)
    assert (report.crossings, report.touches) == (1, 0)


@pytest.mark.parametrize(
    "columns",
    [
        {"bridge": [None, "yes"]},
        {"tunnel": ["yes", None]},
        {"layer": ["1", None]},
        {"layer": [1.0, float("nan")]},
        {"layer": ["1", "2"]},
    ],
)
def test_streets_on_different_levels_neither_cross_nor_join(columns: dict[str, list]) -> None:
    lines = roads("LINESTRING (0 0, 10 0)", "LINESTRING (5 -5, 5 5)", **columns)
    _, report = build_network(lines, node=True)
    assert (report.crossings, report.edges, report.components) == (0, 2, 2)


def test_barriers_are_no_edges_and_streets_cross_them_freely() -> None:
    lines = roads(
        "LINESTRING (0 0, 10 0)",
        "LINESTRING (5 -5, 5 5)",
        "LINESTRING (6 -5, 6 5)",
        "LINESTRING (7 -5, 7 5)",
        highway=["residential", None, None, ""],
        railway=[None, "rail", None, None],
        waterway=[None, None, "river", None],
        barrier=["no", None, None, "wall"],
    )
    network, report = build_network(lines, node=True)
    assert (report.edges, report.barriers, report.crossings) == (1, 3, 0)
    assert len(network.barriers) == 3
    assert network.barrier_segments.shape == (3, 4)


def test_barriers_keep_their_names_in_their_order() -> None:
    lines = roads(
        "LINESTRING (0 0, 10 0)",
        "MULTILINESTRING ((5 -5, 5 5), (5 6, 5 9))",
        "LINESTRING (6 -5, 6 5)",
        highway=["residential", None, None],
        waterway=[None, "river", "ditch"],
        name=["中山大道", "汉江", None],
    )
    assert build_network(lines)[0].barrier_names == ("汉江", "汉江", "")


def test_what_one_can_pass_is_no_barrier() -> None:
    lines = roads(
        *["LINESTRING (0 0, 10 0)"] * 6,
        highway=["service", None, None, None, None, None],
        railway=["tram", "subway", "rail", "tram", None, None],
        tunnel=[None, "yes", None, None, "culvert", None],
        bridge=[None, None, "viaduct", None, None, None],
        waterway=[None, None, None, None, "stream", None],
        barrier=[None, None, None, None, None, "gate"],
    )
    network, report = build_network(lines)
    assert len(network.barriers) == 0
    assert report.dropped["passable_barriers"] == 5


def test_classes_nobody_walks_on_are_dropped_and_counted() -> None:
    classes = ["motorway", "motorway_link", "construction", "proposed", None, "footway", "motorway"]
    foot = [None] * 6 + ["yes"]
    lines = roads(*[f"LINESTRING (0 {i}, 9 {i})" for i in range(7)], highway=classes, foot=foot)
    _, report = build_network(lines)
    assert (report.edges, report.dropped["not_walkable"]) == (3, 4)


def test_a_plain_line_layer_without_any_column_is_walked() -> None:
    assert build_network(roads("LINESTRING (0 0, 9 0)"))[1].edges == 1


def test_flags_say_what_an_edge_is() -> None:
    rows = [
        ({"highway": "steps"}, EdgeFlag.STEPS),
        ({"footway": "Crossing"}, EdgeFlag.CROSSING),
        ({"barrier": "gate"}, EdgeFlag.GATE),
        ({"opening_hours": "06:00-22:00"}, EdgeFlag.GATE),
        ({"access": "private"}, EdgeFlag.CLOSED),
        ({"access": "private", "foot": "yes"}, EdgeFlag(0)),
        ({"foot": "no"}, EdgeFlag.CLOSED),
        ({"tunnel": "yes"}, EdgeFlag.UNDERGROUND),
        ({"tunnel": "building_passage"}, EdgeFlag(0)),
        ({"layer": "-1"}, EdgeFlag.UNDERGROUND),
        ({"bridge": "yes", "layer": "1"}, EdgeFlag.BRIDGE),
        ({"bridge": "no", "layer": "ground"}, EdgeFlag(0)),
    ]
    names = sorted({name for tags, _ in rows for name in tags} | {"highway"})
    columns = {n: [t.get(n, "path" if n == "highway" else None) for t, _ in rows] for n in names}
    lines = roads(*[f"LINESTRING (0 {i}, 9 {i})" for i in range(len(rows))], **columns)
    network, _ = build_network(lines)
    assert [EdgeFlag(int(f)) for f in network.flags] == [flag for _, flag in rows]
    assert EdgeFlag.CLOSED not in [EdgeFlag(int(f)) for f in network.opened().flags]
    assert EdgeFlag.CLOSED in [EdgeFlag(int(f)) for f in network.flags]


@pytest.mark.parametrize("crs", [None, "EPSG:4326", "EPSG:3857"])
def test_a_crs_that_is_not_metric_is_refused(crs: str | None) -> None:
    with pytest.raises(CrsError):
        build_network(roads("LINESTRING (0 0, 9 0)", crs=crs))


def test_geometries_that_are_not_sound_lines_are_all_named() -> None:
    lines = roads("POINT (0 0)", "LINESTRING (0 0, 9 0)", "LINESTRING (0 0, 1 1, 9 0)")
    with np.errstate(invalid="ignore"):
        lines.loc[2, "geometry"] = shapely.LineString([(0, 0), (1, np.nan), (9, 0)])
    with pytest.raises(NetworkError, match="at 0, 2"):
        build_network(lines)


def test_a_layer_without_a_street_is_refused() -> None:
    with pytest.raises(NetworkError, match="NETWORK_EMPTY"):
        build_network(roads("LINESTRING (0 0, 9 0)", railway=["rail"]))


def test_the_input_is_not_changed_and_building_twice_gives_the_same_arrays() -> None:
    rng = np.random.default_rng(5)
    lines = roads(*[shapely.LineString(rng.uniform(-0.5, 0.5, (4, 2)) * 99).wkt for _ in range(40)])
    before = lines.copy(deep=True)
    first, second = (build_network(lines, node=True)[0] for _ in range(2))
    assert lines.equals(before)
    for name in ("xy", "ends", "length_m", "vertices", "offsets"):
        assert np.array_equal(getattr(first, name), getattr(second, name))
    whole = shapely.union_all(lines.geometry.to_numpy())
    assert first.length_m.sum() == pytest.approx(whole.length, rel=1e-9)


def test_dead_ends_stubs_and_ends_that_almost_meet_are_reported_with_places() -> None:
    _, report = build_network(
        roads(
            "LINESTRING (0 0, 100 0)",
            "LINESTRING (100 0, 200 0)",
            "LINESTRING (100 0, 100 4)",  # a stub
            "LINESTRING (50 0.4, 50 60)",  # stops before the middle of a street
            "LINESTRING (200.5 0.3, 260 0)",  # stops before the end of one
            "LINESTRING (300 0, 300 0.5)",  # a stub on its own; its ends do not miss each other
        )
    )
    assert (report.dead_ends, report.stubs, report.near_ends) == (9, 3, 3)
    assert (100.0, 4.0) in report.stub_places
    assert sorted(report.near_end_places) == [(50.0, 0.4), (200.0, 0.0), (200.5, 0.3)]


def test_islands_are_listed_longest_first_with_a_place_on_each() -> None:
    _, report = build_network(
        roads("LINESTRING (0 0, 9 0)", "LINESTRING (50 0, 150 0)", "LINESTRING (0 9, 30 9, 30 50)")
    )
    assert report.components == 3
    assert [island.length_m for island in report.islands] == [71, 9]
    assert report.islands[0].place in ((0.0, 9.0), (30.0, 50.0))
    assert report.largest_component_share == pytest.approx(100 / 180)


def test_a_crossing_waits_for_the_largest_road_it_meets_half_of_it_on_either_side() -> None:
    lines = roads(
        "LINESTRING (-50 0, 0 0)",
        "LINESTRING (0 0, 50 0)",
        "LINESTRING (0 -5, 0 0)",
        "LINESTRING (0 0, 0 5)",
        "LINESTRING (0 5, 50 5)",
        "LINESTRING (90 0, 90 9)",
        highway=["residential", "primary_link", "footway", "footway", "footway", "footway"],
        footway=[None, None, "crossing", "crossing", "sidewalk", "crossing"],
    )
    network, report = build_network(lines)
    crossed = [network.classes[i] if i >= 0 else None for i in network.crosses_id]
    assert crossed == [None, None, "primary_link", "primary_link", None, None]
    assert report.kinds["crossing"] == 3
    who = replace(profile_at(1.0), crossing_wait_s=20.0)
    assert edge_times(network, who).wait_s.tolist() == [0, 0, 15, 15, 0, 20]
    assert edge_times(network, profile()).wait_s.sum() == 0


def test_hours_are_kept_as_they_were_written() -> None:
    lines = roads(
        *["LINESTRING (0 0, 9 0)"] * 4,
        opening_hours=["06:00-22:00", None, "", None],
        access_conditional=["no @ 23:00", "no @ (22:00-06:00)", None, None],
    )
    network, _ = build_network(lines)
    hours = [network.hours[i] if i >= 0 else None for i in network.hours_id]
    assert hours == ["06:00-22:00", "no @ (22:00-06:00)", None, None]
    assert ((network.flags & EdgeFlag.GATE) != 0).tolist() == [True, True, False, False]


def test_heights_are_kept_and_a_street_split_on_the_way_has_one_there() -> None:
    lines = roads("LINESTRING Z (0 0 10, 40 0 20, 100 0 20)", "LINESTRING (20 -50, 20 50)")
    flat, report = build_network(roads("LINESTRING (0 0, 9 0)"))
    assert len(flat.z_m) == 0
    assert report.heights_share == 0
    network, report = build_network(lines, node=True)
    assert network.z_m[:5].tolist() == [10, 15, 15, 20, 20]
    assert np.isnan(network.z_m[5:]).all()
    assert report.heights_share == 0.5


def test_uphill_takes_longer_than_downhill_by_toblers_function_and_plain_ignores_it() -> None:
    network, _ = build_network(
        roads("LINESTRING Z (0 0 0, 50 0 5, 100 0 5)", "LINESTRING (0 9, 9 9)")
    )
    walker = profile("elder_75")
    times = edge_times(network, walker)
    speed_m_s = [walker.speed_m_s * np.exp(-3.5 * (abs(s + 0.05) - 0.05)) for s in (0.1, -0.1)]
    assert times.forward_s[0] == pytest.approx(50 / speed_m_s[0] + 50 / walker.speed_m_s)
    assert times.backward_s[0] == pytest.approx(50 / speed_m_s[1] + 50 / walker.speed_m_s)
    assert times.forward_s[1] == times.backward_s[1] == pytest.approx(9 / walker.speed_m_s)
    assert not edge_times(network, profile()).directed
    assert edge_times(network, profile()).forward_s.tolist() == pytest.approx([75, 6.75])


def test_no_street_is_faster_than_the_bound_for_straight_lines() -> None:
    rng = np.random.default_rng(3)
    hills = [shapely.LineString(rng.uniform(0, 9, (4, 3)) * [30, 30, 5]).wkt for _ in range(50)]
    kinds = rng.choice(["steps", "footway"], 50).tolist()
    network, _ = build_network(roads(*hills, highway=kinds))
    for walker in (*profiles().values(), replace(profile("adult"), stairs_factor=0.5)):
        times = edge_times(network, walker)
        for pace_s_m in (times.forward_s_m, times.backward_s_m):
            assert (1 / pace_s_m).max() <= walker.fastest_m_s + 1e-9


def test_steep_or_missing_heights_are_mistakes_and_count_as_steep_or_flat() -> None:
    cliff, _ = build_network(
        roads("LINESTRING Z (0 0 0, 1 0 400)", "LINESTRING Z (0 0 nan, 1 0 5)")
    )
    times = edge_times(cliff, profile("adult"))
    assert times.forward_s[0] == pytest.approx(np.exp(3.5 * 0.5) / 1.25)
    assert times.forward_s[1] == pytest.approx(1 / 1.25)


@pytest.mark.parametrize("far", ["1e300", "1e9", "-1e8"])
def test_coordinates_that_are_no_metres_on_earth_are_refused(far: str) -> None:
    with pytest.raises(NetworkError, match="on Earth"):
        build_network(roads(f"LINESTRING (0 0, {far} 0)"))


def test_an_edge_of_days_is_not_walked_and_harms_no_other() -> None:
    zigzag = ", ".join(f"{x} {90_000_000 * (x % 2)}" for x in range(9))
    network, _ = build_network(roads(f"LINESTRING ({zigzag})", "LINESTRING (0 0, -50 0)"))
    graph = walk_graph(network, replace(profile(), stairs_factor=1000.0, speed_m_s=0.05))
    assert graph.edge.tolist() == [1, 1]
    joints = join_edges(network, shapely.points([[1, 9e7]]), profile=profile())
    doors = make_doors(graph, joints)
    assert doors.edge.tolist() == [0]
    assert min(doors.start_us[0], doors.end_us[0]) > 1e12


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("speed_m_s", 1e-9, "SPEED"),
        ("speed_m_s", 1e9, "SPEED"),
        ("stairs_factor", np.nan, "STAIRS"),
        ("stairs_factor", 1e300, "STAIRS"),
        ("crossing_wait_s", np.inf, "WAIT"),
    ],
)
def test_figures_nobody_walks_with_are_refused(name: str, value: float, code: str) -> None:
    network, _ = build_network(roads("LINESTRING (0 0, 9 0)"))
    with pytest.raises(InputError, match=code):
        edge_times(network, replace(profile(), **{name: value}))
