"""Built cases: each cause of a gap, and the order they are asked in."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import shapely

from onegrid.coverage.causes import first_crossings

RIVER = shapely.LineString([(500, -5000), (500, 900), (500, 5000)])
SATURDAY_NOON = datetime(2024, 5, 4, 12)  # noqa: DTZ001  (local time of the place)


def row_of(coverage, door, kind):
    table = coverage.door_causes
    return table[(table.id == door) & (table.kind == kind)].iloc[0]


def unit_of(coverage, level, kind="clinic"):
    table = coverage.gaps
    return table[(table.level == level) & (table.kind == kind)].iloc[0]


def test_a_river_with_one_far_bridge_severs_and_is_named(town):
    people = town.people({"west": (0, 0, 40, 10), "east": (900, 0, 30, 5)})
    facilities = town.facilities({"f": ("clinic", 1000, 0)})
    # the bridge is 1,500 m north: 500 + 1500 + 1500 + 500 on foot, 1,000 in the air
    doors = town.nearest([("west", "clinic", "f", 4000), ("east", "clinic", "f", 100)])
    found = town.measure(
        doors,
        people,
        facilities,
        [town.norm("clinic")],
        barriers=np.array([RIVER], dtype=object),
        barrier_names=("运河",),
    )
    west = row_of(found, "west", "clinic")
    assert (west.cause, west.walk_air_ratio, west.barrier) == ("severed", 4.0, "运河")
    assert found.measured.causes.crossings.xy.tolist() == [[500.0, 0.0]]
    assert row_of(found, "east", "clinic").cause == "covered"
    unit = unit_of(found, "district")
    assert (unit.people_covered, unit.cause, unit.worst_walk_s) == (30, "severed", 3000.0)


def test_a_walled_compound_is_severed_without_a_barrier_when_the_way_round_is_short(town):
    people = town.people({"in": (0, 0, 9, 0)})
    facilities = town.facilities({"f": ("clinic", 700, 0)})
    doors = town.nearest([("in", "clinic", "f", 1300)])  # out of the one gate and round the wall
    wall = shapely.LineString([(50, -50), (50, 50), (-50, 50), (-50, -50), (50, -50)])
    found = town.measure(
        doors, people, facilities, [town.norm("clinic")], barriers=np.array([wall], dtype=object)
    )
    door = row_of(found, "in", "clinic")
    assert door.cause == "severed"
    assert np.isclose(door.walk_air_ratio, 1300 / 700)
    assert door.barrier == ""


def test_a_long_way_with_no_barrier_on_the_line_names_none(town):
    people = town.people({"a": (0, 0, 9, 0)})
    facilities = town.facilities({"f": ("clinic", 400, 0)})
    found = town.measure(
        town.nearest([("a", "clinic", "f", 2000)]),
        people,
        facilities,
        [town.norm("clinic")],
        barriers=np.array([RIVER], dtype=object),
    )
    door = row_of(found, "a", "clinic")
    assert (door.cause, door.walk_air_ratio, door.barrier) == ("severed", 5.0, "")


def test_an_island_without_any_way_has_an_infinite_ratio(town):
    people = town.people({"a": (0, 0, 9, 0)})
    facilities = town.facilities({"f": ("clinic", 1000, 0)})
    found = town.measure(
        town.nearest([("a", "clinic", None, np.nan)]),
        people,
        facilities,
        [town.norm("clinic")],
        barriers=np.array([RIVER], dtype=object),
    )
    door = row_of(found, "a", "clinic")
    assert (door.cause, door.walk_air_ratio, door.barrier) == ("severed", np.inf, "阻隔线0")
    assert found.doors.facility_id.isna().all()
    assert np.isnan(unit_of(found, "district").worst_walk_s)


def test_no_facility_of_a_kind_is_none_and_has_a_row_for_every_door(town):
    people = town.people({"a": (0, 0, 9, 2), "b": (5, 0, 8, 1)})
    facilities = town.facilities({"f": ("clinic", 10, 0)})
    doors = town.nearest([("a", "clinic", "f", 10), ("b", "clinic", "f", 5)])
    found = town.measure(doors, people, facilities, [town.norm("clinic"), town.norm("market")])
    assert len(found.doors) == 4
    assert row_of(found, "b", "market").cause == "none"
    unit = unit_of(found, "cell", "market")
    assert (unit.people, unit.people_covered, unit.covered_share, unit.cause) == (17, 0, 0, "none")
    assert unit.accessibility == 0


def test_an_empty_facility_file_is_none_everywhere(town):
    people = town.people({"a": (0, 0, 9, 2)})
    found = town.measure(
        town.nearest([]), people, town.facilities({}), [town.norm("clinic")], asked=SATURDAY_NOON
    )
    assert found.gaps.cause.tolist() == ["none"] * 4


def test_far_is_farther_than_the_limit_even_in_a_straight_line(town):
    people = town.people({"just": (1200, 0, 9, 2), "over": (1201, 0, 8, 1)})
    facilities = town.facilities({"f": ("clinic", 0, 0)})
    doors = town.nearest([("just", "clinic", "f", 1210), ("over", "clinic", "f", 1210)])
    found = town.measure(doors, people, facilities, [town.norm("clinic")])
    assert row_of(found, "just", "clinic").cause == "severed"
    assert row_of(found, "over", "clinic").cause == "far"
    assert np.isnan(row_of(found, "over", "clinic").walk_air_ratio)


def test_a_closed_gate_is_closed_not_severed(town):
    people = town.people({"a": (0, 0, 9, 2)})
    facilities = town.facilities({"f": ("clinic", 300, 0)})
    shut = town.nearest([("a", "clinic", "f", 3000)])
    opened = town.nearest([("a", "clinic", "f", 300)])
    norms = [town.norm("clinic")]
    assert town.measure(shut, people, facilities, norms).gaps.cause.iloc[0] == "severed"
    found = town.measure(shut, people, facilities, norms, if_open=opened)
    assert found.gaps.cause.iloc[0] == "closed"
    assert not found.doors.within.any()


def test_far_is_asked_before_closed_and_closed_before_severed(town):
    # an open gate cannot bring a door nearer than the air: `far` stands whatever is claimed
    people = town.people({"a": (0, 0, 9, 2)})
    facilities = town.facilities({"f": ("clinic", 1500, 0)})
    found = town.measure(
        town.nearest([("a", "clinic", "f", 3000)]),
        people,
        facilities,
        [town.norm("clinic")],
        if_open=town.nearest([("a", "clinic", "f", 100)]),
    )
    assert found.gaps.cause.iloc[0] == "far"


def test_hours_close_a_facility_and_doors_turn_to_the_next_open_one(town):
    people = town.people({"a": (0, 0, 9, 2), "b": (2000, 0, 5, 1)})
    facilities = town.facilities(
        {
            "weekday": ("clinic", 100, 0, None, None, "Mo-Fr 08:00-17:00"),
            "always": ("clinic", 700, 0, None, None, "24/7"),
            "odd": ("clinic", 2100, 0, None, None, "见门口告示"),
        }
    )
    doors = town.nearest([("a", "clinic", "weekday", 100), ("b", "clinic", "weekday", 1000)])
    pairs = town.pairs([("a", "weekday", 75.0), ("a", "always", 525.0), ("b", "weekday", 750.0)])
    found = town.measure(
        doors,
        people,
        facilities,
        [town.norm("clinic")],
        pairs={"clinic": pairs},
        asked=SATURDAY_NOON,
    )
    table = found.doors.set_index("id")
    assert table.loc["a", ["facility_id", "walk_s", "within"]].tolist() == ["always", 525.0, True]
    assert not table.loc["b", "within"]
    assert row_of(found, "b", "clinic").cause == "closed"
    assert found.unread_hours == ("见门口告示",)
    unasked = town.measure(doors, people, facilities, [town.norm("clinic")])
    assert unasked.doors.within.all()
    assert unasked.unread_hours == ()


def test_a_station_with_more_people_than_capacity_is_full_and_still_covers(town):
    people = town.people({"a": (0, 0, 60, 2), "b": (50, 0, 50, 1)})
    facilities = town.facilities({"f": ("clinic", 10, 0, None, 100.0)})
    doors = town.nearest([("a", "clinic", "f", 10), ("b", "clinic", "f", 40)])
    found = town.measure(doors, people, facilities, [town.norm("clinic")])
    unit = unit_of(found, "district")
    assert (unit.people_covered, unit.covered_share, unit.cause) == (110, 1.0, "full")
    facilities["capacity_people"] = 110.0
    assert (
        unit_of(town.measure(doors, people, facilities, [town.norm("clinic")]), "district").cause
        == "covered"
    )


def test_capacity_counts_the_whole_catchment_not_only_the_nearest_doors(town):
    people = town.people({"a": (0, 0, 60, 2), "b": (50, 0, 50, 1)})
    facilities = town.facilities(
        {"f": ("clinic", 0, 0, None, 100.0), "g": ("clinic", 50, 0, None, 200.0)}
    )
    doors = town.nearest([("a", "clinic", "f", 0), ("b", "clinic", "g", 0)])
    pairs = town.pairs([(d, f, 10.0) for d in "ab" for f in "fg"])
    found = town.measure(doors, people, facilities, [town.norm("clinic")], pairs={"clinic": pairs})
    assert row_of(found, "a", "clinic").cause == "full"
    assert row_of(found, "b", "clinic").cause == "covered"


def test_floor_area_under_a_norm_per_facility_is_full(town):
    people = town.people({"a": (0, 0, 60, 2)})
    facilities = town.facilities({"f": ("clinic", 10, 0, 499.0)})
    doors = town.nearest([("a", "clinic", "f", 10)])
    norm = town.norm("clinic", per="facility", floor_m2_min=500.0)
    assert town.measure(doors, people, facilities, [norm]).gaps.cause.tolist() == ["full"] * 4
    unknown = facilities.assign(floor_area_m2=np.nan)
    assert town.measure(doors, people, unknown, [norm]).gaps.cause.tolist() == ["covered"] * 4


def test_a_units_cause_is_the_one_with_most_uncovered_people_and_ties_go_to_the_first(town):
    people = town.people({"far": (5000, 0, 5, 0), "cut": (900, 0, 5, 0), "ok": (0, 0, 99, 0)})
    facilities = town.facilities({"f": ("clinic", 0, 0)})
    doors = town.nearest(
        [("far", "clinic", "f", 5000), ("cut", "clinic", "f", 2500), ("ok", "clinic", "f", 0)]
    )
    norms = [town.norm("clinic")]
    assert town.measure(doors, people, facilities, norms).gaps.cause.iloc[0] == "far"
    people.loc["cut", "people"] = 6
    assert town.measure(doors, people, facilities, norms).gaps.cause.iloc[0] == "severed"


def test_a_line_that_only_touches_a_barrier_with_an_end_does_not_cross_it():
    wall = np.array([shapely.LineString([(10, -5), (10, 5)])], dtype=object)
    line, _, _ = first_crossings(np.array([[[0.0, 0.0], [10.0, 0.0]]]), wall)
    assert line.tolist() == []


def test_the_first_of_two_barriers_is_named_also_where_it_has_a_vertex():
    barriers = np.array(
        [
            shapely.LineString([(8, -5), (8, 5)]),
            shapely.LineString([(4, -5), (4, 0), (4, 5)]),
        ],
        dtype=object,
    )
    line, barrier, xy = first_crossings(np.array([[[0.0, 0.0], [10.0, 0.0]]]), barriers)
    assert (line.tolist(), barrier.tolist(), xy.tolist()) == ([0], [1], [[4.0, 0.0]])
