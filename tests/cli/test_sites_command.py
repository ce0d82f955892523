"""``onegrid sites`` as an office runs it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from onegrid import schema
from onegrid.io.files import read_table


def words(district, streets, out, *more):
    return [
        *("sites", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--out", out, "--json", *more),
    ]


def test_sites_are_in_order_of_choice_and_add_up(onegrid, district, streets, tmp_path):
    out = tmp_path / "sites.gpkg"
    asked = ("--kind", "day_care_station", "--count", "3", "--minutes", "5")
    outcome = onegrid(*words(district, streets, out, *asked, "--profile", "elder_75"))
    assert outcome.code == 0, outcome.err
    told = outcome.json
    sites = gpd.read_file(out, layer="sites")
    assert sites["order"].tolist() == [1, 2, 3]
    assert sites["gained"].is_monotonic_decreasing
    assert told["covered_after"] - told["covered_before"] == sites["gained"].sum()
    assert told["covered_after"] <= told["bound"] <= told["total"]
    assert told["gap"] == pytest.approx((told["bound"] - told["covered_after"]) / told["bound"])
    assert told["gap"] <= 0.01
    assert told["seconds"] > 0
    assert [site["candidate_id"] for site in told["sites"]] == sites["candidate_id"].tolist()
    assert out.stat().st_mode & 0o077 == 0


def test_what_is_covered_is_what_reach_says(quickly, district, streets, tmp_path):
    people = read_table(str(district.households), schema.PEOPLE).frame
    places = people.iloc[::40][["geometry"]].rename_axis("candidate_id")
    candidates, out, pairs = (tmp_path / n for n in ("c.gpkg", "s.gpkg", "p.parquet"))
    places.reset_index().to_file(candidates, layer="candidates")
    clinics = read_table(str(district.facilities), schema.FACILITIES).frame.query("kind=='clinic'")
    clinics.reset_index().to_file(tmp_path / "clinics.gpkg", layer="facilities")
    asked = ("--kind", "market", "--count", "2", "--minutes", "4", "--weight", "households")
    more = ("--candidates", candidates, "--facilities", tmp_path / "clinics.gpkg")
    told = quickly(*words(district, streets, out, *asked, *more)).json
    reached = quickly(
        *("reach", "--network", streets, "--from", candidates, "--to", district.households),
        *("--minutes", "4", "--out", pairs),
    )
    assert reached.code == 0
    found = pd.read_parquet(pairs)
    chosen = [site["candidate_id"] for site in told["sites"]]
    served = found.loc[found["from_id"].isin(chosen), "to_id"].unique()
    assert told["covered_before"] == 0
    assert told["covered_after"] == people.loc[served, "households"].sum()


def test_two_kinds_share_one_building(quickly, district, streets, tmp_path):
    both = ("--kind", "day_care_station", "--kind", "elder_canteen")
    limits = ("--count", "2", "--minutes", "5")
    told = quickly(*words(district, streets, tmp_path / "s.gpkg", *both, *limits)).json
    parts = [
        quickly(*words(district, streets, tmp_path / "t.gpkg", "--kind", kind, *limits)).json
        for kind in ("day_care_station", "elder_canteen")
    ]
    assert told["covered_before"] == sum(part["covered_before"] for part in parts)
    assert told["covered_after"] <= sum(part["bound"] for part in parts)
    assert told["total"] == 2 * parts[0]["total"]


@pytest.mark.parametrize("problem", ["lscp", "p-median", "p-center"])
def test_every_problem_tells_its_objective_and_bound(quickly, district, streets, tmp_path, problem):
    asked = ("--kind", "clinic", "--count", "6", "--problem", problem)
    outcome = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked))
    assert outcome.code == 0, outcome.err
    told = outcome.json
    assert told["problem"] == problem
    assert told["objective_bound"] is None or told["objective_bound"] >= 0
    assert told["covered_before"] <= told["covered_after"] <= told["bound"]


@pytest.mark.parametrize(
    "asked", [("--problem", "lscp"), ("--problem", "p-median"), ("--capacity", "90")]
)
def test_the_gap_is_told_for_what_the_problem_makes_best(
    quickly, district, streets, tmp_path, asked
):
    few = ("--kind", "clinic", "--count", "4", "--minutes", "5", *asked)
    told = quickly(
        *[w for w in words(district, streets, tmp_path / "s.gpkg", *few) if w != "--json"]
    )
    assert told.code == 0, told.err
    assert told.out.count("差距 ") == 2  # of the coverage, and of what was asked


def test_a_second_run_writes_the_same_bytes(onegrid, district, streets, tmp_path):
    asked = ("--kind", "clinic", "--count", "3", "--minutes", "5", "--from", "corners")
    files = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    for file in files:
        assert onegrid(*words(district, streets, file, *asked)).code == 0
    assert files[0].read_bytes() == files[1].read_bytes()


def test_candidates_nobody_reaches_give_no_site_and_say_so(quickly, district, streets, tmp_path):
    far = gpd.GeoDataFrame(
        {"candidate_id": ["far"]}, geometry=[shapely.Point(100.0, 30.0)], crs=4326
    )
    far.to_file(tmp_path / "far.gpkg", layer="candidates")
    asked = ("--kind", "clinic", "--count", "3", "--candidates", tmp_path / "far.gpkg")
    outcome = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked))
    assert outcome.code == 0, outcome.err
    told = outcome.json
    assert told["sites"] == []
    assert told["covered_after"] == told["covered_before"] == told["bound"]
    assert told["unreachable"]["candidates"] == ["far"]
    assert len(gpd.read_file(tmp_path / "s.gpkg", layer="sites")) == 0


def test_a_facility_off_the_network_serves_nobody_and_is_named(
    quickly, district, streets, tmp_path
):
    there = read_table(str(district.facilities), schema.FACILITIES).frame
    off = there[there["kind"] == "clinic"].iloc[:1].translate(xoff=9_000)
    lost = there.loc[off.index].set_geometry(off)
    lost.reset_index().to_file(tmp_path / "off.gpkg", layer="facilities")
    asked = ("--kind", "clinic", "--count", "1", "--facilities", tmp_path / "off.gpkg")
    outcome = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked))
    assert outcome.json["covered_before"] == 0
    assert outcome.json["unreachable"]["facilities"] == off.index.tolist()
    assert f"离道路超过 100 米的设施：{off.index[0]}" in outcome.err


def test_nobody_to_serve_is_an_answer_not_an_error(quickly, district, streets, tmp_path):
    people = read_table(str(district.households), schema.PEOPLE).frame.assign(people=0)
    people.reset_index().to_file(tmp_path / "empty.gpkg", layer="people")
    asked = ("--kind", "clinic", "--count", "2", "--people", tmp_path / "empty.gpkg")
    told = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked)).json
    assert (told["sites"], told["bound"], told["gap"]) == ([], 0, 0.0)


def test_missing_counts_are_reported(quickly, district, streets, tmp_path):
    people = read_table(str(district.households), schema.PEOPLE).frame.astype({"people": float})
    people.iloc[:7, people.columns.get_loc("people")] = np.nan
    people.reset_index().to_file(tmp_path / "holes.gpkg", layer="people")
    asked = ("--kind", "clinic", "--count", "1", "--people", tmp_path / "holes.gpkg")
    told = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked)).json
    assert told["missing_counts"]["people"] == 7


@pytest.fixture(scope="module")
def lots(district, tmp_path_factory):
    """Every twentieth building as a lot with a cost and a floor area; the first is too small."""
    people = read_table(str(district.households), schema.PEOPLE).frame.iloc[::20]
    places = people[["geometry"]].rename_axis("candidate_id").reset_index()
    places = places.assign(造价=50.0 + np.arange(len(places)) % 7, 面积=260.0)
    places.loc[0, "面积"] = 199.0
    file = tmp_path_factory.mktemp("lots") / "lots.gpkg"
    places.to_file(file, layer="candidates")
    return file


def test_a_budget_is_kept_and_a_chinese_name_of_a_kind_is_understood(
    quickly, district, streets, lots, tmp_path
):
    out = tmp_path / "s.gpkg"
    asked = ("--kind", "日间照料站", "--budget", "160", "--candidates", lots, "--minutes", "4")
    told = quickly(*words(district, streets, out, *asked)).json
    sites = gpd.read_file(out, layer="sites")
    assert told["kinds"] == ["day_care_station"]
    assert told["cost"] == sites["cost"].sum() <= 160
    assert len(sites) == 3
    assert told["covered_after"] - told["covered_before"] == sites["gained"].sum() > 0


def test_lots_known_to_be_too_small_are_left_out_and_named(
    quickly, district, streets, lots, tmp_path
):
    asked = ("--kind", "market", "--count", "1", "--candidates", lots, "--floor-area", "200")
    outcome = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked))
    first = gpd.read_file(lots)["candidate_id"][0]
    assert outcome.json["too_small"] == [first]
    assert f"面积不够、没有选的备选点：{first}" in outcome.err


def test_sites_of_limited_capacity_serve_no_more_than_that(
    quickly, district, streets, lots, tmp_path
):
    out = tmp_path / "s.gpkg"
    asked = ("--kind", "clinic", "--count", "2", "--capacity", "90", "--minutes", "3")
    told = quickly(*words(district, streets, out, *asked, "--candidates", lots)).json
    assert told["served_after"] == told["served_bound"] == told["objective"]
    assert told["served_after"] == told["served_before"] + 180
    assert gpd.read_file(out, layer="sites")["served"].tolist() == [90, 90]


def test_blocks_of_streets_are_candidates(quickly, district, streets, tmp_path):
    asked = ("--kind", "clinic", "--count", "1", "--minutes", "5", "--from", "blocks")
    told = quickly(*words(district, streets, tmp_path / "s.gpkg", *asked)).json
    assert told["candidates"] > 3
    assert told["unreachable"]["candidates"] == []


def test_options_that_do_not_go_together_are_refused_at_once(quickly, district, tmp_path):
    outcome = quickly(
        *("sites", "--network", tmp_path / "none.network", "--facilities", district.facilities),
        *("--people", district.households, "--kind", "clinic", "--kind", "market"),
        *("--capacity", "9", "--budget", "5", "--floor-area", "10"),
        *("--from", "sky", "--out", tmp_path / "s.gpkg"),
    )
    assert outcome.code == 2
    assert outcome.codes.count("USAGE") == 5


def test_lots_without_a_cost_are_named_when_money_counts(quickly, district, tmp_path):
    lot = {"candidate_id": ["a", "b"], "cost": [3.0, None]}
    points = gpd.points_from_xy([114.2, 114.2], [30.6, 30.6])
    gpd.GeoDataFrame(lot, geometry=points, crs=4326).to_file(tmp_path / "lots.geojson")
    outcome = quickly(
        *("sites", "--network", tmp_path / "none.network", "--facilities", district.facilities),
        *("--people", district.households, "--kind", "clinic", "--problem", "lscp-cost"),
        *("--candidates", tmp_path / "lots.geojson", "--out", tmp_path / "s.gpkg"),
    )
    assert "CANDIDATE_COST" in outcome.codes
    assert "at b" in outcome.err


def test_every_mistake_is_named_at_once(quickly, district, tmp_path):
    outcome = quickly(
        *("sites", "--network", tmp_path / "none.network", "--facilities", district.facilities),
        *("--people", district.households, "--kind", "casino", "--weight", "dogs"),
        *("--problem", "guess", "--out", tmp_path / "s.gpkg"),
    )
    assert outcome.code == 2
    assert "KIND_UNKNOWN" in outcome.codes
    assert outcome.codes.count("USAGE") == 3
    assert len(outcome.codes) == 5
    assert not (tmp_path / "s.gpkg").exists()
