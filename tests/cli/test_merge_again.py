"""``onegrid merge --previous``: the next year's merge, as a user runs it."""

import itertools
import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from onegrid.grids.lifecycle import read_successors

HAIR_M = 0.001  # a new node on the border of a kept cell may bend it by half a millimetre
LAYERS = ["cells", "atoms", "communities", "subdistricts", "evidence"]


@pytest.fixture(scope="module")
def grid(merged):
    return merged[0] / "grid.gpkg"


@pytest.fixture(scope="module")
def again(onegrid, district, merge_words, grid, tmp_path_factory):
    out = tmp_path_factory.mktemp("again") / "out"
    words = (*merge_words(district, out), "--previous", grid, "--date", "2026-11-22")
    outcome = onegrid(*words, "--json")
    assert outcome.code == 0, outcome.err
    return out, outcome


@pytest.fixture(scope="module")
def grown(onegrid, district, merge_words, again, tmp_path_factory):
    """Three times the households in the cell of most atoms of the grid merged again."""
    folder = tmp_path_factory.mktemp("grown")
    cells = gpd.read_file(again[0] / "grid.gpkg", layer="cells").set_index("cell_id")
    cell = gpd.read_file(again[0] / "grid.gpkg", layer="atoms")["cell_id"].value_counts().idxmax()
    people = gpd.read_parquet(district.households)
    inside = people.geometry.to_crs(cells.crs).within(cells.geometry[cell])
    people.loc[inside, "households"] *= 3
    people.to_parquet(folder / "households.parquet")
    words = [str(w) for w in merge_words(district, folder / "out")]
    words[words.index("--households") + 1] = str(folder / "households.parquet")
    words += ["--previous", str(again[0] / "grid.gpkg"), "--date", "2027-11-22"]
    outcome = onegrid(*words)
    assert outcome.code == 0, outcome.err
    return folder / "out", outcome, cell


def test_merging_again_changes_nothing(merged, again):
    out, outcome = again
    for layer in LAYERS:
        frames = [gpd.read_file(f / "grid.gpkg", layer=layer) for f in (merged[0], out)]
        assert frames[0].equals(frames[1]), layer
    told = outcome.json
    assert told["kept"] == {"kept": told["cells"]}
    assert (told["moved_households"], told["moved_share"]) == (0, 0)
    assert told["codes"] == {"issued": 0, "voided": 0}
    codes = gpd.read_file(out / "grid.gpkg", layer="codes")
    assert codes["status"].eq("valid").all()
    assert codes["issued"].isin([None, ""]).all()  # nobody said when they were issued


def test_a_crosswalk_to_the_previous_grid_says_where_everything_went(again):
    table = pd.read_csv(again[0] / "crosswalk_previous.csv", dtype={"cell_id": str})
    assert table["lineage"].eq("kept").all()
    assert table["department"].eq("previous").all()
    sums = table.groupby("cell_id")[["area_share", "household_share"]].sum()
    assert np.allclose(sums, 1)


def test_only_what_must_move_moves_and_no_code_comes_back(again, grown):
    out, outcome, cell = grown
    before, after = (
        gpd.read_file(f / "grid.gpkg", layer="cells").set_index("cell_id") for f in (again[0], out)
    )
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    moved = set(before.index) - set(after.index[after.index.isin(before.index)])
    stays = before.index.difference([*moved, cell])
    far = before.index[before["community_id"] != before["community_id"][cell]]
    off_m = shapely.hausdorff_distance(before.geometry[far].array, after.geometry[far].array)
    assert (np.asarray(off_m) <= HAIR_M).all()
    assert before.loc[stays, "code"].equals(after.loc[stays, "code"])
    assert report["kept"]["households"] == 1
    assert report["kept"]["kept"] >= len(far)
    assert report["codes"]["issued"] >= 1
    assert "户数超出范围 1" in outcome.out
    codes = gpd.read_file(out / "grid.gpkg", layer="codes").set_index("code")
    fresh = sorted(set(after["code"]) - set(before["code"]))
    assert min(fresh) > before["code"][before["community_id"] == before["community_id"][cell]].max()
    assert codes.loc[fresh, "issued"].eq("2027-11-22").all()
    void = codes[codes["status"] == "void"]
    assert not set(void.index) & set(after["code"])
    for text in void["successors"].dropna():
        assert sum(read_successors(text).values()) == pytest.approx(1)


def test_a_third_generation_never_gives_a_void_code_again(
    onegrid, district, merge_words, again, grown, tmp_path
):
    words = (*merge_words(district, tmp_path / "out"), "--previous", grown[0] / "grid.gpkg")
    assert onegrid(*words).code == 0
    files = [f / "grid.gpkg" for f in (again[0], grown[0], tmp_path / "out")]
    lives = [gpd.read_file(f, layer="codes").set_index("code") for f in files]
    for older, newer in itertools.pairwise(lives):
        assert set(older.index) <= set(newer.index)
        void = older.index[older["status"] == "void"]
        assert newer.loc[void, "status"].eq("void").all()
    cells = [gpd.read_file(f, layer="cells") for f in files]
    gone = set(cells[1]["code"]) - set(cells[2]["code"])
    assert lives[2].loc[sorted(gone), "status"].eq("void").all()
    assert set(lives[2].index[lives[2]["status"] == "valid"]) == set(cells[2]["code"])


def test_an_answered_question_stays_answered(quickly, district, merge_words, grid, tmp_path):
    name = gpd.read_file(grid, layer="conflicts")["conflict_id"].iloc[0]
    accept = {"edits": [{"op": "resolve", "conflict_id": name, "choice": "accept"}]}
    (tmp_path / "e.json").write_text(json.dumps(accept), encoding="utf-8")
    edit = ("edit", "--grid", grid, "--edits", tmp_path / "e.json", "--out", tmp_path / "g.gpkg")
    assert quickly(*edit).code == 0
    words = merge_words(district, tmp_path / "out")
    assert quickly(*words, "--previous", tmp_path / "g.gpkg").code == 0
    frames = [
        gpd.read_file(p, layer="conflicts")
        for p in (tmp_path / "g.gpkg", tmp_path / "out" / "grid.gpkg")
    ]
    assert frames[1].set_index("conflict_id")["status"][name] == "accepted"
    assert frames[0].equals(frames[1])


def test_a_grid_is_not_continued_into_its_own_place(quickly, district, merge_words, grid):
    before = grid.read_bytes()
    outcome = quickly(*merge_words(district, grid.parent), "--previous", grid)
    assert (outcome.code, outcome.codes) == (2, ["OUTPUT_IS_INPUT"])
    assert "读取" not in outcome.err
    assert grid.read_bytes() == before


def truncated(grid, path):
    path.write_bytes(grid.read_bytes()[: grid.stat().st_size // 3])


def moved_away(grid, path):
    cells = gpd.read_file(grid, layer="cells")
    cells.set_geometry(cells.translate(0, 40_000)).to_file(path, layer="cells")


def in_the_next_zone(grid, path):
    cells = gpd.read_file(grid, layer="cells")
    cells.to_crs(cells.crs.to_epsg() + 1).to_file(path, layer="cells")


def overlapping(grid, path):
    cells = gpd.read_file(grid, layer="cells")
    cells.loc[0, "geometry"] = shapely.buffer(cells.geometry[0], 5)
    cells.to_file(path, layer="cells")


def one_code_twice(grid, path):
    cells = gpd.read_file(grid, layer="cells")
    cells["code"] = cells["code"].iloc[0]
    cells.to_file(path, layer="cells")


def without_cells(grid, path):
    gpd.read_file(grid, layer="atoms").to_file(path, layer="atoms")


def with_settings_of_somebody_else(grid, path):
    gpd.read_file(grid, layer="cells").to_file(path, layer="cells")
    table = pd.DataFrame({"name": ["size_min"], "value": ["many"]})
    pyogrio.write_dataframe(table, path, layer="settings", driver="GPKG")


@pytest.mark.parametrize(
    "case",
    [
        (truncated, "FILE_TRUNCATED"),
        (moved_away, "PREVIOUS_ELSEWHERE"),
        (in_the_next_zone, "PREVIOUS_CRS"),
        (overlapping, "PREVIOUS_BROKEN"),
        (one_code_twice, "PREVIOUS_CODES"),
        (without_cells, "LAYER_MISSING"),
        (with_settings_of_somebody_else, "PREVIOUS_SETTINGS"),
    ],
)
def test_a_previous_grid_that_cannot_be_continued_is_told(
    quickly, district, merge_words, grid, tmp_path, case
):
    path = tmp_path / "old.gpkg"
    spoil, code = case
    spoil(grid, path)
    outcome = quickly(*merge_words(district, tmp_path / "out"), "--previous", path)
    assert (outcome.code, set(outcome.codes)) == (2, {code}), outcome.err
    assert "old.gpkg" in outcome.err
    assert not (tmp_path / "out").exists()


def test_cells_alone_can_be_continued(quickly, district, merge_words, grid, tmp_path):
    gpd.read_file(grid, layer="cells").to_file(tmp_path / "old.gpkg", layer="cells")
    none = gpd.read_file(grid, layer="conflicts").iloc[:0]
    none.to_file(tmp_path / "old.gpkg", layer="conflicts")
    words = merge_words(district, tmp_path / "out")
    outcome = quickly(*words, "--previous", tmp_path / "old.gpkg", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["kept"] == {"unknown": len(gpd.read_file(grid, layer="cells"))}


@pytest.mark.parametrize(
    "case",
    [
        (("--weight", "nobody=2"), "WEIGHT_UNKNOWN"),
        (("--weight", "ecology=-1"), "USAGE"),
        (("--weight", "ecology=nan"), "USAGE"),
        (("--weight", "ecology=inf"), "USAGE"),
        (("--weight", "ecology"), "USAGE"),
        (("--date", "22.11.2026"), "USAGE"),
        (("--date", "2026-02-30"), "USAGE"),
        (("--previous", "absent.gpkg"), "FILE_MISSING"),
    ],
)
def test_an_option_that_cannot_be_is_told(quickly, district, merge_words, tmp_path, case):
    words, code = case
    outcome = quickly(*merge_words(district, tmp_path / "out"), *words)
    assert (outcome.code, set(outcome.codes)) == (2, {code})
    assert not (tmp_path / "out").exists()


def test_a_doubtful_repair_is_told_or_refused(quickly, merged, district, merge_words, tmp_path):
    told = merged[1].json["doubtful"]
    assert [row["code"] for row in told] == ["ZZ0014"]
    assert "提示[REPAIR_DOUBTFUL]" in merged[1].err
    outcome = quickly(*merge_words(district, tmp_path / "out"), "--strict")
    assert (outcome.code, outcome.codes) == (2, ["REPAIR_DOUBTFUL"])
    assert told[0]["question"] in outcome.err
    assert "politics_law.gpkg" in outcome.err
    assert not (tmp_path / "out").exists()
