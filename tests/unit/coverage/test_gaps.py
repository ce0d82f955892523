"""The gaps table: columns, levels, sums, floor area; and the tables beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from onegrid.coverage.fixes import cheapest_fixes
from onegrid.coverage.gaps import doors_within, measure_coverage
from onegrid.coverage.rules import services
from onegrid.coverage.tables import GAP_COLUMNS, MORE_GAP_COLUMNS, facility_table
from onegrid.errors import InputError
from onegrid.standards import Norm, pack, profile

KIND = "day_care_station"


@pytest.fixture
def quarter(town):
    """Two communities in one subdistrict, three cells; one empty cell in another subdistrict."""
    cells = town.cells(
        {
            "k3": ("c2", "110101001", (200, 0, 300, 100)),
            "k2": ("c1", "110101001", (100, 0, 200, 100)),
            "k1": ("c1", "110101001", (0, 0, 100, 100)),
            "k4": ("c3", "110101002", (300, 0, 400, 100)),
        }
    )
    people = town.people(
        {
            "d": (250, 10, 90, 9),
            "a": (50, 10, 30, 3),
            "b": (100, 50, 60, 6),  # on the border of k1 and k2
            "out": (999, 50, 70, 7),
        }
    )
    return people, cells


def table_of(coverage, level, kind=KIND):
    rows = coverage.gaps[(coverage.gaps.level == level) & (coverage.gaps.kind == kind)]
    return rows.set_index("id")


def test_gaps_have_exactly_the_promised_columns_and_levels(town, quarter):
    people, cells = quarter
    found = town.measure(
        town.nearest([]), people, town.facilities({}), [town.norm(KIND)], cells=cells
    )
    assert list(found.gaps.columns) == [*GAP_COLUMNS, *MORE_GAP_COLUMNS]
    assert list(found.gaps.level + " " + found.gaps.id) == [
        *("cell k1", "cell k2", "cell k3", "cell k4", "community c1", "community c2"),
        *("community c3", "subdistrict 110101001", "subdistrict 110101002", "district 110101"),
    ]
    assert found.doors.columns.tolist() == ["id", "kind", "facility_id", "walk_s", "within"]
    assert found.gaps.profile.unique().tolist() == ["plain"]


def test_a_point_on_a_border_counts_in_the_lowest_cell_and_outsiders_in_none(town, quarter):
    people, cells = quarter
    found = town.measure(
        town.nearest([]), people, town.facilities({}), [town.norm(KIND)], cells=cells
    )
    assert table_of(found, "cell").people.to_dict() == {"k1": 90, "k2": 0, "k3": 90, "k4": 0}
    assert table_of(found, "district").people.tolist() == [180]
    assert found.measured.demand.outside == ("out",)
    assert found.measured.demand.doors.community_id.isna().tolist() == [False, False, False, True]


def test_units_without_people_have_no_share_cause_walk_or_accessibility(town, quarter):
    people, cells = quarter
    facilities = town.facilities({"f": (KIND, 50, 0, 200.0, 500.0)})
    doors = town.nearest([(i, KIND, "f", 10) for i in people.index])
    pairs = {KIND: town.pairs([(i, "f", 7.5) for i in people.index])}
    found = town.measure(doors, people, facilities, [town.norm(KIND)], cells=cells, pairs=pairs)
    empty = table_of(found, "cell").loc["k4"]
    assert empty[["covered_share", "worst_walk_s", "cause", "accessibility"]].isna().all()
    lived_in = table_of(found, "cell").loc["k1"]
    assert lived_in[["covered_share", "cause", "worst_walk_s"]].tolist() == [1.0, "covered", 7.5]
    assert lived_in.accessibility == pytest.approx(500 / 250)  # `out` shares the supply


def test_people_at_doors_without_residents_do_not_set_the_worst_walk(town):
    people = town.people({"a": (0, 0, 10, 0), "shed": (5, 0, 0, 0)})
    facilities = town.facilities({"f": (KIND, 0, 0)})
    doors = town.nearest([("a", KIND, "f", 80), ("shed", KIND, "f", 8000)])
    found = town.measure(doors, people, facilities, [town.norm(KIND)])
    assert table_of(found, "cell").worst_walk_s.tolist() == [60.0]
    assert table_of(found, "cell").cause.tolist() == ["covered"]


def test_the_limit_is_applied_before_rounding():
    doors = pd.DataFrame({"id": list("abc"), "kind": KIND, "walk_s": [900.0, 900.04, np.nan]})
    found = doors_within(doors, [Norm("", KIND, 15)])
    assert found.within.tolist() == [True, False, False]
    assert found.walk_s[:2].tolist() == [900.0, 900.0]


def test_a_float_sum_that_misses_the_limit_by_its_last_bit_keeps_it():
    walk_s = sum([1200 / 7 / (80 / 60)] * 7)
    doors = pd.DataFrame({"id": ["a"], "kind": KIND, "walk_s": [max(walk_s, 900.0000000001)]})
    assert doors_within(doors, [Norm("", KIND, 15)]).within.all()


def test_kinds_without_a_norm_are_left_out(town):
    people = town.people({"a": (0, 0, 10, 0)})
    facilities = town.facilities({"f": ("bank", 0, 0)})
    found = town.measure(
        town.nearest([("a", "bank", "f", 0)]), people, facilities, [town.norm(KIND)]
    )
    assert found.doors.kind.unique().tolist() == [KIND]


def test_a_community_norm_binds_communities_and_their_sums_above_and_no_cell(town, quarter):
    people, cells = quarter
    facilities = town.facilities(
        {"f": (KIND, 50, 50, 150.0), "g": (KIND, 150, 50, 40.0), "h": (KIND, 250, 50, 200.0)}
    )
    doors = town.nearest([(i, KIND, "f", 10) for i in people.index])
    norm = town.norm(KIND, per="community", floor_m2_min=200.0)
    found = town.measure(doors, people, facilities, [norm], cells=cells)
    areas = ["floor_area_m2", "required_floor_area_m2"]
    assert table_of(found, "cell")[areas].isna().all(axis=None)
    assert table_of(found, "community")[areas].to_numpy().tolist() == [
        [190, 200],
        [200, 200],
        [0, 200],
    ]
    assert table_of(found, "subdistrict")[areas].to_numpy().tolist() == [[390, 400], [0, 200]]
    assert table_of(found, "district")[areas].to_numpy().tolist() == [[390, 600]]
    # the doors of c1 are full by their community's sum, though none misses a facility
    assert table_of(found, "community").cause.tolist()[:2] == ["full", "covered"]
    assert table_of(found, "community").covered_share.tolist()[:2] == [1.0, 1.0]


def test_a_subdistrict_norm_shows_nothing_below_its_level(town, quarter):
    people, cells = quarter
    facilities = town.facilities({"f": ("elder_care_center", 50, 50, 800.0)})
    doors = town.nearest([(i, "elder_care_center", "f", 10) for i in people.index])
    found = town.measure(doors, people, facilities, pack(), cells=cells)
    for level in ("cell", "community"):
        rows = table_of(found, level, "elder_care_center")
        assert rows[["floor_area_m2", "required_floor_area_m2"]].isna().all(axis=None)
    rows = table_of(found, "subdistrict", "elder_care_center")
    assert rows.required_floor_area_m2.tolist() == [750.0, 750.0]
    assert rows.floor_area_m2.tolist() == [800.0, 0.0]
    assert rows.cause.iloc[0] == "covered"


def test_a_rate_asks_the_larger_of_the_minimum_and_households(town, quarter):
    people, cells = quarter
    people["households"] = [1000, 300, 200, 0]
    facilities = town.facilities({"f": (KIND, 50, 50, 100.0)})
    doors = town.nearest([(i, KIND, "f", 10) for i in people.index])
    norm = town.norm(KIND, per="community", floor_m2_min=200.0, floor_m2_per_100_households=30.0)
    found = town.measure(doors, people, facilities, [norm], cells=cells)
    assert table_of(found, "community").required_floor_area_m2.tolist() == [200.0, 300.0, 200.0]
    bare = town.norm(KIND, per="per_100_households", floor_m2_per_100_households=30.0)
    found = town.measure(doors, people, facilities, [bare], cells=cells)
    assert table_of(found, "community").required_floor_area_m2.tolist() == [150.0, 300.0, 0.0]
    elders = town.norm(KIND, per="per_1000_elders", floor_m2_min=500.0)
    found = town.measure(doors, people, facilities, [elders], cells=cells)
    assert table_of(found, "district").required_floor_area_m2.tolist() == [9.0]


def test_a_norm_per_facility_asks_it_of_each_and_an_unknown_area_is_no_fault(town, quarter):
    people, cells = quarter
    facilities = town.facilities({"f": (KIND, 50, 50, 600.0), "g": (KIND, 60, 50, np.nan)})
    doors = town.nearest([(i, KIND, "g", 10) for i in people.index])
    norm = town.norm(KIND, per="facility", floor_m2_min=500.0)
    found = town.measure(doors, people, facilities, [norm], cells=cells)
    rows = table_of(found, "cell")
    assert rows.loc["k1", ["floor_area_m2", "required_floor_area_m2"]].tolist() == [600.0, 1000.0]
    assert rows.loc["k3", ["floor_area_m2", "required_floor_area_m2"]].isna().all()
    assert set(rows.cause.dropna()) == {"covered"}


def test_beds_are_asked_of_subdistricts_by_their_elders_and_area_of_homes_by_their_beds(
    town, quarter
):
    people, cells = quarter
    people["elders_60"] = people["people"]
    facilities = town.facilities(
        {"f": (KIND, 50, 50, 600.0, 200.0), "g": (KIND, 60, 50, 900.0, 250.0)}
    ).assign(beds=[20.0, 25.0])
    doors = town.nearest([(i, KIND, "f", 10) for i in people.index])
    beds = town.norm(KIND, per="per_1000_elders", capacity="40 beds", floor_m2_per_bed=35.0)
    found = town.measure(doors, people, facilities, [beds], cells=cells)
    district = table_of(found, "district").iloc[0]
    assert district.required_beds == pytest.approx(district.elders_60 * 40 / 1000)
    assert district.beds == 45
    assert table_of(found, "community").required_beds.isna().all()
    assert district.required_floor_area_m2 == 45 * 35
    checks = facility_table(found.measured, "plain").set_index("facility_id")
    assert checks.required_floor_area_m2.to_dict() == {"f": 700.0, "g": 875.0}
    assert checks.use_share["f"] == checks.people_in_reach["f"] / 200
    # f lacks area for its beds, so that who walks there is not well served
    assert set(table_of(found, "cell").cause.dropna()) == {"full"}


def test_a_facility_with_fewer_beds_than_the_norm_is_too_small(town):
    people = town.people({"a": (0, 0, 30, 10)})
    doors = town.nearest([("a", KIND, "f", 10)])
    norm = town.norm(KIND, per="facility", capacity="不少于 50 张床")
    for beds, cause in ((40.0, "full"), (50.0, "covered"), (np.nan, "covered")):
        facilities = town.facilities({"f": (KIND, 10, 0)}).assign(beds=beds)
        found = town.measure(doors, people, facilities, [norm])
        assert table_of(found, "district").cause.tolist() == [cause]
        fixes = cheapest_fixes(found).table
        assert len(fixes) == (cause == "full")
    facilities = town.facilities({"f": (KIND, 10, 0)}).assign(beds=40.0)
    note = cheapest_fixes(town.measure(doors, people, facilities, [norm])).table.cost_note[0]
    assert note == "还缺 10 张床：现有 40，应有 50 张床"


def test_several_norms_of_a_kind_bind_by_the_strictest_figure():
    rules = services(
        [
            Norm("p", KIND, 15, "community", 200.0),
            Norm("p", KIND, 10, "community", 300.0, 20.0),
            Norm("p", KIND, 15, "facility", 500.0),
            Norm("p", "market", 8),
        ]
    )
    assert [(rule.kind, rule.limit_s) for rule in rules] == [(KIND, 600), ("market", 480)]
    assert [(f.level, f.minimum, f.per_100_households) for f in rules[0].floors] == [
        ("facility", 500.0, 0.0),
        ("community", 300.0, 20.0),
    ]


def test_the_district_is_named_by_shared_digits_only(town):
    people = town.people({"a": (0, 0, 10, 0)})
    one, two = (0, -9, 9, 9), (9, -9, 20, 9)
    for ids, name in (
        (("110101001", "110101002"), "110101"),
        (("110101001", "110102001"), "district"),
        (("s-east", "s-east"), "district"),
        (("110101001", None), "district"),
    ):
        cells = town.cells({"k1": ("c1", ids[0], one), "k2": ("c2", ids[1], two)})
        found = town.measure(
            town.nearest([]), people, town.facilities({}), [town.norm(KIND)], cells=cells
        )
        assert table_of(found, "district").index.tolist() == [name]


def test_all_problems_of_the_tables_come_at_once(town):
    people = town.people({"a": (0, 0, 10, 0)}).drop(columns="people")
    facilities = town.facilities({"f": (KIND, 0, 0)}).to_crs(4549)
    facilities["capacity_people"] = -1.0
    with pytest.raises(InputError) as caught:
        town.measure(town.nearest([]), people, facilities, [town.norm(KIND)])
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["SCHEMA_MISSING", "SCHEMA_NEGATIVE", "CRS_MISMATCH"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([("stranger", KIND, "f", 1)], "UNKNOWN_ID"),
        ([("a", KIND, "ghost", 1)], "UNKNOWN_ID"),
        ([("a", KIND, "f", 1), ("a", KIND, "f", 2)], "DOORS_REPEATED"),
    ],
)
def test_doors_that_do_not_match_the_tables_are_refused(town, rows, code):
    people, facilities = town.people({"a": (0, 0, 1, 0)}), town.facilities({"f": (KIND, 0, 0)})
    with pytest.raises(InputError) as caught:
        town.measure(town.nearest(rows), people, facilities, [town.norm(KIND)])
    assert caught.value.problems[0].code == code


def test_a_community_in_two_subdistricts_is_refused(town):
    cells = town.cells({"k1": ("c1", "s1", (0, 0, 1, 1)), "k2": ("c1", "s2", (1, 0, 2, 1))})
    people = town.people({"a": (0, 0, 1, 0)})
    with pytest.raises(InputError, match="GRID_NESTING"):
        town.measure(town.nearest([]), people, town.facilities({}), [town.norm(KIND)], cells=cells)


def test_arguments_are_not_changed(town, quarter):
    people, cells = quarter
    facilities = town.facilities({"f": (KIND, 50, 0, 10.0, 5.0)})
    doors = town.nearest([(i, KIND, "f", 10) for i in people.index])
    before = [frame.copy() for frame in (doors, people, facilities, cells)]
    measure_coverage(doors, people, facilities, cells, [town.norm(KIND)])
    for old, new in zip(before, (doors, people, facilities, cells), strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(old), pd.DataFrame(new))


def test_the_profile_decides_what_is_far_and_stands_in_every_row(town):
    people = town.people({"a": (700, 0, 10, 0)})
    facilities = town.facilities({"f": (KIND, 0, 0)})
    doors = town.nearest([("a", KIND, "f", 1600)])
    slow = town.measure(doors, people, facilities, [town.norm(KIND)], profile=profile("elder_75"))
    assert slow.gaps[["cause", "profile"]].iloc[0].tolist() == ["far", "elder_75"]
    plain = town.measure(doors, people, facilities, [town.norm(KIND)])
    assert plain.gaps.cause.iloc[0] == "severed"


def test_counts_that_are_empty_are_zero_and_counted(town):
    people = town.people({"a": (0, 0, 10, 0), "b": (1, 0, 5, 0)})
    people["people"] = [10.0, np.nan]
    found = town.measure(town.nearest([]), people, town.facilities({}), [town.norm(KIND)])
    assert found.measured.demand.missing_counts == {"households": 0, "people": 1, "elders_60": 0}
    assert table_of(found, "district").people.tolist() == [10]


def test_an_empty_pack_and_cells_without_subdistrict_give_tables_not_errors(town):
    people, facilities = town.people({"a": (0, 0, 1, 0)}), town.facilities({"f": (KIND, 0, 0)})
    doors = town.nearest([("a", KIND, "f", 1)])
    assert town.measure(doors, people, facilities, []).gaps.empty
    cells = town.one_cell().assign(subdistrict_id=None)
    found = town.measure(doors, people, facilities, [town.norm(KIND)], cells=cells)
    assert found.gaps.level.tolist() == ["cell", "community", "district"]
    outside = town.cells({"k1": ("c1", "s1", (5, 5, 6, 6))})
    found = town.measure(doors, people, facilities, [town.norm(KIND)], cells=outside)
    assert found.gaps.people.eq(0).all()
    assert found.measured.demand.outside == ("a",)
