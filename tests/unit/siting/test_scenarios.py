"""Scenarios: what a change does to facilities, and what it does to people."""

import dataclasses

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from onegrid.errors import InputError
from onegrid.network.build import build_network
from onegrid.pipeline.coverage import CoverageTables, measure
from onegrid.siting.public import public_groups, public_scenarios
from onegrid.siting.scenarios import Scenario, Size, changed_facilities, side_by_side
from onegrid.standards import Norm, profile

TEXT = {"name": "", "opening_hours": "", "phone": "", "address": ""}


def facilities(**xy):
    rows = [{"kind": "clinic", "floor_area_m2": 90.0, "capacity_people": 50.0, **TEXT} for _ in xy]
    points = [shapely.Point(p) for p in xy.values()]
    return gpd.GeoDataFrame(rows, index=list(xy), geometry=points, crs=4547)


def test_facilities_are_added_moved_enlarged_and_closed():
    today = facilities(a=(0, 0), b=(10, 0), c=(20, 0))
    changed = changed_facilities(
        today,
        Scenario(
            "plan",
            added=facilities(d=(99, 0)),
            moved={"a": shapely.Point(5, 5)},
            enlarged={"b": Size(capacity_people=80)},
            closed=("c",),
        ),
    )
    assert changed.index.tolist() == ["a", "b", "d"]
    assert changed.geometry["a"].equals(shapely.Point(5, 5))
    assert changed.loc["b", ["floor_area_m2", "capacity_people"]].tolist() == [90, 80]
    assert today.geometry["a"].equals(shapely.Point(0, 0))


def test_every_impossible_change_is_named():
    today = facilities(a=(0, 0))
    wrong = Scenario(
        "plan", added=facilities(a=(9, 9)), moved={"x": shapely.Point()}, closed=("y",)
    )
    with pytest.raises(InputError) as told:
        changed_facilities(today, wrong)
    assert [problem.code for problem in told.value.problems] == ["UNKNOWN_ID", "DUPLICATE_ID"]
    assert told.value.problems[0].where == "at x, y"


def test_a_facility_moved_to_the_far_end_serves_the_far_door():
    street = gpd.GeoDataFrame(
        {"highway": ["residential"]}, geometry=[shapely.LineString([(0, 0), (3000, 0)])], crs=4547
    )
    people = gpd.GeoDataFrame(
        {"households": [4, 6], "people": [9, 20], "elders_60": [3, 8], "elders_80": 0,
         "elders_alone": 0},
        index=["near", "far"], geometry=gpd.points_from_xy([100, 2900], [5, 5]), crs=4547,
    )  # fmt: skip
    cells = gpd.GeoDataFrame(
        {"community_id": ["c", "c"], "subdistrict_id": ["s", "s"]},
        index=["west", "east"],
        geometry=[shapely.box(0, -50, 1500, 50), shapely.box(1500, -50, 3000, 50)],
        crs=4547,
    )
    walk = profile()
    today = CoverageTables(
        build_network(street)[0], facilities(a=(50, 0)), people, cells,
        (Norm("own", "clinic", 15.0),), {}, [],
    )  # fmt: skip
    moved = Scenario("moved", moved={"a": shapely.Point(2950, 0)})
    after = dataclasses.replace(today, facilities=changed_facilities(today.facilities, moved))
    both = side_by_side(
        {
            name: measure(t, profile=walk)[0].gaps
            for name, t in {"today": today, "moved": after}.items()
        }
    )
    cells_moved = both[(both["level"] == "cell") & (both["scenario"] == "moved")].set_index("id")
    assert cells_moved["people_change"].to_dict() == {"west": -9, "east": 20}
    assert cells_moved["elders_60_change"].to_dict() == {"west": -3, "east": 8}
    assert cells_moved["cause_before"].to_dict() == {"west": "covered", "east": "far"}
    assert (both.loc[both["scenario"] == "today", "people_change"] == 0).all()


def test_a_change_of_few_people_hides_the_plan_but_not_today_and_nothing_from_the_office():
    cells = gpd.GeoDataFrame(
        {"community_id": ["c1", "c1", "c2"], "subdistrict_id": "s"},
        index=["k1", "k2", "k3"],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
        crs=4548,
    )

    def gaps(gained, kind):
        """Each unit has 100 residents a cell, of whom 50 are covered today; the gain is in k1."""
        sizes = {"k1": 1, "k2": 1, "k3": 1, "c1": 2, "c2": 1, "s": 3, "district": 3}
        return pd.DataFrame(
            {
                "level": [*["cell"] * 3, *["community"] * 2, "subdistrict", "district"],
                "id": list(sizes),
                "kind": kind,
                "people": [100 * n for n in sizes.values()],
                "people_covered": [
                    50 * n + gained * (unit in {"k1", "c1", "s", "district"})
                    for unit, n in sizes.items()
                ],
                "elders_60": [40 * n for n in sizes.values()],
                "elders_60_covered": [20 * n for n in sizes.values()],
                "covered_share": 0.5,
                "cause": "far",
            }
        )

    def both(gain, other):
        return pd.concat([gaps(gain, "clinic"), gaps(other, "pharmacy")], ignore_index=True)

    office = side_by_side({"today": both(0, 0), "plan": both(4, 30)})
    public = public_scenarios(office, cells)
    of_district = public["level"] == "district"
    few, many = (public[of_district & (public["kind"] == k)] for k in ("clinic", "pharmacy"))
    told = ["people_covered", "people_change", "covered_share", "cause"]
    assert few.loc[few["scenario"] == "plan", told].isna().all(axis=None)
    assert few.loc[few["scenario"] == "today", told].to_numpy().tolist() == [[150, 0, 0.5, "far"]]
    assert many["people_change"].tolist() == [0, 30]
    assert many["people_covered"].tolist() == [150, 180]
    full = office[(office["level"] == "district") & (office["kind"] == "clinic")]
    assert full["people_covered"].tolist() == [150, 154]
    assert full["people_change"].tolist() == [0, 4]
    row = {"level": "district", "id": "district", "group": "elders_60", "total": 120}
    groups = pd.DataFrame(
        row | {"kind": kind, "scenario": name, "covered": 60, "change": 0}
        for kind in ("clinic", "pharmacy")
        for name in ("today", "plan")
    )
    elders = public_groups(groups, public).set_index(["kind", "scenario"])["covered"]
    rows = public[of_district].set_index(["kind", "scenario"])["elders_60_covered"]
    assert elders.to_dict().items() >= {("clinic", "today"): 60, ("pharmacy", "plan"): 60}.items()
    assert elders.isna().to_dict() == rows.isna().to_dict()
    assert elders.isna().sum() == 1


def test_today_is_hidden_where_few_people_live_today_whatever_the_plans_are():
    cells = gpd.GeoDataFrame(
        {"community_id": ["c", "c", "c"], "subdistrict_id": "s"},
        index=["1", "2", "3"],
        geometry=[shapely.box(i, 0, i + 1, 1) for i in range(3)],
        crs=4548,
    )

    def gaps(*covered):
        levels = {"community": "c", "subdistrict": "s", "district": "district"}
        rows = [("cell", str(n + 1), 100, c) for n, c in enumerate(covered)]
        rows += [(level, name, 300, sum(covered)) for level, name in levels.items()]
        table = pd.DataFrame(rows, columns=["level", "id", "people", "people_covered"])
        share = table["people_covered"] / table["people"]
        counts = {"elders_60": 0, "elders_60_covered": 0}
        return table.assign(kind="clinic", covered_share=share, cause="far", **counts)

    public = public_scenarios(
        side_by_side({"today": gaps(4, 50, 60), "plan": gaps(40, 50, 67)}), cells
    )
    told = public.set_index(["scenario", "level", "id"])["people_covered"].sort_index()
    assert told["today", "cell"].isna().sum() == 2  # one of few, one beside it
    assert pd.isna(told["today", "cell", "1"])
    assert told["today", "district", "district"] == 114
    shown = told["plan"].notna()
    assert (told["today"].notna() | ~shown).all()
