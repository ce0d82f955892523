"""Fixes: what each gains, where it stands, and the order."""

from __future__ import annotations

import pandas as pd
import pytest

from onegrid.coverage.fixes import FIX_COLUMNS, candidate_points, cheapest_fixes
from onegrid.coverage.suppress import suppress_fixes
from onegrid.errors import InputError
from onegrid.siting.next_sites import next_sites

KIND = "clinic"


def test_a_new_site_gains_the_uncovered_it_reaches_and_the_next_adds_to_it(town):
    people = town.people(
        {"a": (0, 0, 40, 20), "b": (50, 0, 30, 5), "c": (900, 0, 60, 10), "d": (950, 0, 9, 9)}
    )
    doors = town.nearest([("d", KIND, "f", 100)])
    found = town.measure(
        doors, people, town.facilities({"f": (KIND, 960, 0)}), [town.norm(KIND, 5)]
    )
    candidates = candidate_points(found)
    assert candidates.index.tolist() == ["s00001", "s00002"]
    assert [p.x for p in candidates.geometry] == [0, 900]
    reached = pd.DataFrame(
        [
            *(("s00001", "a", 0.0), ("s00001", "a", 0.0), ("s00001", "b", 299.0)),
            *(("s00002", "b", 290.0), ("s00002", "c", 0.0), ("s00002", "d", 40.0)),
            *(("s00001", "c", 301.0),),
        ],
        columns=["candidate_id", "door_id", "walk_s"],
    )
    fixes = cheapest_fixes(found, sites=next_sites(found, candidates, reached)).table
    assert tuple(fixes.columns) == FIX_COLUMNS
    assert fixes[["fix", "where", "elders_60_gained", "people_gained"]].to_numpy().tolist() == [
        ["new_site", "0.0 0.0", 25, 70],
        ["new_site", "900.0 0.0", 10, 60],
    ]


def test_a_full_facility_is_to_be_enlarged_by_what_it_lacks(town):
    people = town.people({"a": (0, 0, 160, 40), "b": (50, 0, 40, 0)})
    facilities = town.facilities({"f": (KIND, 10, 0, 450.0, 150.0)})
    doors = town.nearest([("a", KIND, "f", 10), ("b", KIND, "f", 40)])
    norm = town.norm(KIND, per="facility", floor_m2_min=500.0)
    row = cheapest_fixes(town.measure(doors, people, facilities, [norm])).table.iloc[0]
    # 50 of 200 people have no place (a quarter), a tenth of the floor area is missing
    assert row[["fix", "where"]].tolist() == ["enlarge", "f"]
    assert row[["elders_60_gained", "people_gained"]].tolist() == [10, 50]
    assert "还缺 50 m²：现有 450，应有 500 m²" in row.cost_note
    assert "还缺 50 人的容量：时限内有 200 人" in row.cost_note


def test_a_community_short_of_area_enlarges_its_largest_or_gets_a_site(town):
    cells = town.cells({"k1": ("c1", "s", (0, 0, 100, 9)), "k2": ("c2", "s", (100, 0, 200, 9))})
    people = town.people({"a": (50, 5, 100, 20), "b": (150, 5, 100, 20)})
    facilities = town.facilities({"f": (KIND, 10, 5, 50.0), "g": (KIND, 20, 5, 100.0)})
    doors = town.nearest([("a", KIND, "g", 30), ("b", KIND, "g", 130)])
    norm = town.norm(KIND, per="community", floor_m2_min=200.0)
    fixes = cheapest_fixes(town.measure(doors, people, facilities, [norm], cells=cells)).table
    assert fixes[["fix", "where", "people_gained"]].to_numpy().tolist() == [
        ["new_site", "community c2", 100],
        ["enlarge", "g", 25],
    ]


def test_opening_a_gate_gains_the_doors_behind_it(town):
    people = town.people({"a": (0, 0, 12, 2), "b": (5, 0, 40, 30)})
    facilities = town.facilities({"f": (KIND, 300, 0)})
    shut = town.nearest([("a", KIND, "f", 3000), ("b", KIND, "f", 3000)])
    opened = town.nearest([("a", KIND, "f", 300), ("b", KIND, "f", 310)])
    found = town.measure(shut, people, facilities, [town.norm(KIND)], if_open=opened)
    row = cheapest_fixes(found).table.iloc[0]
    assert row[["fix", "where"]].tolist() == ["open_link", "f"]
    assert row[["elders_60_gained", "people_gained"]].tolist() == [32, 52]


def test_where_nothing_lacks_there_is_nothing_to_fix(town):
    people = town.people({"a": (0, 0, 12, 2)})
    found = town.measure(
        town.nearest([("a", KIND, "f", 0)]),
        people,
        town.facilities({"f": (KIND, 0, 0)}),
        [town.norm(KIND)],
    )
    assert cheapest_fixes(found).table.empty
    assert tuple(cheapest_fixes(found).table.columns) == FIX_COLUMNS
    assert candidate_points(found).empty


def test_unknown_candidates_are_refused(town):
    people = town.people({"a": (0, 0, 12, 2)})
    found = town.measure(town.nearest([]), people, town.facilities({}), [town.norm(KIND)])
    reached = pd.DataFrame({"candidate_id": ["x"], "door_id": ["a"], "walk_s": [1.0]})
    with pytest.raises(InputError, match="candidate_id"):
        next_sites(found, candidate_points(found), reached)


def test_public_fixes_hide_gains_of_few():
    fixes = pd.DataFrame({"people_gained": [50, 50, 50, 8], "elders_60_gained": [20, 9, 45, 0]})
    public = suppress_fixes(fixes)
    assert public.people_gained.isna().tolist() == [False, False, False, True]
    assert public.elders_60_gained.isna().tolist() == [False, True, True, True]
