import json
import shutil
import stat

import geopandas as gpd
import pandas as pd
import pytest

from onegrid import schema
from onegrid.io.files import read_table

GAPS = [
    "level",
    "id",
    "kind",
    "people",
    "people_covered",
    "elders_60",
    "elders_60_covered",
    "covered_share",
    "worst_walk_s",
    "floor_area_m2",
    "required_floor_area_m2",
    "cause",
    "profile",
    "accessibility",
]
CAUSES = {"covered", "far", "severed", "closed", "full", "none"}


@pytest.fixture(scope="module")
def covered(onegrid, district, streets, merged, tmp_path_factory):
    out = tmp_path_factory.mktemp("covered") / "out"
    outcome = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--profile", "plain", "--profile", "elder_75", "--out", out, "--json"),
    )
    assert outcome.code == 0, outcome.err
    return out, outcome.json


def test_coverage_writes_the_contract_tables(covered):
    out, told = covered
    gaps = pd.read_csv(out / "gaps.csv")
    assert list(gaps.columns) == [*GAPS, "beds", "required_beds", "unverified"]
    assert set(gaps["level"]) == {"cell", "community", "subdistrict", "district"}
    assert set(gaps["profile"]) == {"plain", "elder_75"}
    assert set(gaps["cause"].dropna()) <= CAUSES
    doors = pd.read_parquet(out / "doors.parquet")
    asked = ["id", "kind", "facility_id", "walk_s", "within"]
    assert list(doors.columns) == [*asked, "cause", "walk_air_ratio", "barrier"]
    severed = doors["cause"] == "severed"
    assert (doors["walk_air_ratio"].notna() == severed).all()
    assert set(doors.loc[doors["within"], "cause"]) <= {"covered", "full"}
    assert not doors.duplicated(["id", "kind"]).any()
    fixes = pd.read_csv(out / "fixes.csv")
    assert set(fixes["fix"]) <= {"open_link", "enlarge", "new_site"}
    assert {"households", "people", "elders_60"} <= set(told["missing_counts"])


def test_what_a_fix_changes_in_its_cells_is_what_it_gains(covered):
    fixes, cells = (pd.read_csv(covered[0] / f"{name}.csv") for name in ("fixes", "fix_cells"))
    gained = cells.assign(
        people=cells["people_after"] - cells["people_before"],
        elders=cells["elders_60_after"] - cells["elders_60_before"],
    )
    sums = gained.groupby("rank")[["people", "elders"]].sum()
    assert list(sums.index) == list(range(1, len(fixes) + 1))
    assert sums["people"].tolist() == fixes["people_gained"].tolist()
    assert sums["elders"].tolist() == fixes["elders_60_gained"].tolist()
    assert (cells["people_before"] >= 0).all()
    assert (cells["people_after"] <= cells["people"]).all()


def test_every_facility_stands_beside_what_is_asked_of_it(covered):
    checks = pd.read_csv(covered[0] / "facility_checks.csv")
    assert set(checks["profile"]) == {"plain", "elder_75"}
    station = checks[checks["kind"] == "community_service_station"]
    assert (station["required_floor_area_m2"] == 500).all()
    used = checks["people_in_reach"] / checks["capacity_people"]
    assert used.equals(checks["use_share"])


def test_the_doors_worst_off_come_first_and_marks_stand_in_every_csv(covered):
    worst = pd.read_csv(covered[0] / "worst_doors.csv")
    doors = pd.read_parquet(covered[0] / "doors.parquet")
    for kind, rows in worst.groupby("kind"):
        assert 0 < len(rows) <= 20
        assert rows["walk_s"].fillna(float("inf")).is_monotonic_decreasing
        asked = doors[doors["kind"] == kind].set_index("id")["walk_s"]
        assert asked[rows["id"].astype(str)].tolist() == pytest.approx(
            rows["walk_s"].tolist(), nan_ok=True
        )
    for name in ("gaps", "fixes", "facility_checks", "elder_fixes"):
        assert pd.read_csv(covered[0] / f"{name}.csv")["unverified"].isna().all()  # all are seen


def test_every_level_adds_up_to_the_same_people(covered):
    gaps = pd.read_csv(covered[0] / "gaps.csv")
    sums = gaps.groupby(["profile", "kind", "level"])[["people", "people_covered"]].sum()
    for _, rows in sums.groupby(["profile", "kind"]):
        assert len(set(rows["people"])) == 1
        assert len(set(rows["people_covered"])) == 1


def test_an_elder_reaches_no_more_than_the_planner_supposes(covered):
    gaps = pd.read_csv(covered[0] / "gaps.csv")
    district = gaps[gaps["level"] == "district"]
    reached = district.set_index(["kind", "profile"])["people_covered"].unstack()  # noqa: PD010
    assert (reached["elder_75"] <= reached["plain"]).all()
    assert (reached["elder_75"] < reached["plain"]).any()


def test_tables_with_doors_or_small_counts_are_for_the_office_only(covered):
    private = (
        "doors.parquet",
        "gaps.csv",
        "fixes.csv",
        "fix_cells.csv",
        "facility_checks.csv",
        "worst_doors.csv",
    )
    for name in private:
        mode = stat.S_IMODE((covered[0] / name).stat().st_mode)
        assert mode == 0o600, name


def test_merge_and_coverage_share_a_folder(onegrid, district, streets, merged, tmp_path):
    out = tmp_path / "both"
    shutil.copytree(merged[0], out)
    words = ("coverage", "--network", streets, "--facilities", district.facilities)
    grid = out / "grid.gpkg"
    done = onegrid(*words, "--people", district.households, "--grid", grid, "--out", out)
    assert done.code == 0, done.err
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert {"merge", "coverage"} <= set(report)
    assert report["gap_m2"] == 0
    page = tmp_path / "map.html"
    assert onegrid("map", out, "--out", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert "网格规模" in text


@pytest.mark.parametrize("pack", ["nobody-1999", "absent.csv"])
def test_an_unknown_standard_is_told(onegrid, district, streets, merged, tmp_path, pack):
    outcome = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--standard", pack, "--out", tmp_path / "out"),
    )
    assert outcome.code == 2
    assert not (tmp_path / "out").exists()


def test_a_pack_of_ones_own_is_read(onegrid, district, streets, merged, tmp_path):
    pack = tmp_path / "own.csv"
    pack.write_text("kind,minutes,per,floor_m2_min\nclinic,12,facility,300\n", encoding="utf-8")
    outcome = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--standard", pack, "--out", tmp_path / "out"),
    )
    assert outcome.code == 0, outcome.err
    gaps = pd.read_csv(tmp_path / "out" / "gaps.csv")
    assert set(gaps["kind"]) == {"clinic"}


@pytest.fixture
def odd(district, tmp_path):
    """The facilities with one of no known kind, one on no street, and one of negative size."""
    table = read_table(str(district.facilities), schema.FACILITIES).frame
    mine = table.index[table["kind"] == "day_care_station"]
    other = table.index[table["kind"] != "day_care_station"][0]
    table.loc[[mine[0]], "geometry"] = table.loc[[mine[0]], "geometry"].translate(30_000, 0)
    table["kind"] = table["kind"].astype(object)
    table.loc[other, "kind"] = "喷泉"
    return table.reset_index(), str(mine[0]), tmp_path / "odd.gpkg"


def test_facilities_off_the_streets_and_of_no_norm_are_rows_of_the_report(
    onegrid, district, streets, merged, odd, tmp_path
):
    table, lost, path = odd
    table.to_file(path)
    words = ("--people", district.households, "--grid", merged[0] / "grid.gpkg")
    out = tmp_path / "out"
    done = onegrid("coverage", "--network", streets, "--facilities", path, *words, "--out", out)
    assert done.code == 0, done.err
    told = json.loads((out / "report.json").read_text(encoding="utf-8"))["coverage"]
    assert told["facilities_off_streets"] == [lost]
    assert told["facilities_outside"] == [lost]
    assert told["facilities_without_norm"]["喷泉"] == 1
    checks = pd.read_csv(out / "facility_checks.csv").set_index("facility_id")
    assert (checks.loc[[lost], "people_in_reach"] == 0).all()
    done = onegrid("report", out, "--out", tmp_path / "r.html", "--no-cells", "--office")
    assert done.code == 0, done.err
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "百米内没有路、谁也走不到的设施：1 处" in page
    assert "标准里没有、所以没有评价的设施种类" in page


def test_negative_sizes_are_told_all_at_once(onegrid, district, streets, merged, odd, tmp_path):
    table, _, path = odd
    table.loc[table.index[0], "floor_area_m2"] = -50
    table.loc[table.index[1], "capacity_people"] = -3
    table.to_file(path)
    done = onegrid(
        *("coverage", "--network", streets, "--facilities", path),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--out", tmp_path / "out"),
    )
    assert (done.code, done.codes) == (2, ["COLUMN_VALUE", "COLUMN_VALUE"])
    assert not (tmp_path / "out").exists()


def test_a_district_where_nobody_lives_has_empty_shares_and_a_report(
    quickly, district, streets, merged, tmp_path
):
    people = gpd.read_parquet(district.households).head(60)
    people[["households", "people", "elders_60", "elders_80", "elders_alone"]] = 0
    people.to_file(tmp_path / "nobody.gpkg")
    out = tmp_path / "out"
    shutil.copytree(merged[0], out)
    done = quickly(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", tmp_path / "nobody.gpkg", "--grid", out / "grid.gpkg", "--out", out),
    )
    assert done.code == 0, done.err
    gaps = pd.read_csv(out / "gaps.csv")
    assert (gaps["people"] == 0).all()
    assert gaps[["covered_share", "cause", "accessibility"]].isna().all(axis=None)
    assert pd.read_csv(out / "fixes.csv").empty
    assert pd.read_csv(out / "fix_cells.csv").empty
    for name in ("r.xlsx", "r.docx", "r.html"):
        done = quickly("report", out, "--out", tmp_path / name, "--no-cells")
        assert done.code == 0, done.err
    assert quickly("map", out, "--out", tmp_path / "m.html").code == 0


def test_faulty_rows_of_a_pack_are_all_named(onegrid, district, streets, merged, tmp_path):
    pack = tmp_path / "bad.csv"
    pack.write_text("kind,minutes,per\nclinic,-1,\n,15,\nmarket,15,galaxy\n", encoding="utf-8")
    outcome = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--standard", pack, "--out", tmp_path / "out"),
    )
    assert outcome.code == 2
    assert [line for line in outcome.err.splitlines() if "line " in line].__len__() == 3
