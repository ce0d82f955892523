"""``onegrid edit`` as a user runs it."""

import json

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

COUNTS = ["households", "people", "elders_60"]


def write(path, *edits):
    path.write_text(json.dumps({"edits": edits}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def grid(merged):
    return merged[0] / "grid.gpkg"


@pytest.fixture(scope="module")
def largest(grid):
    cells = gpd.read_file(grid, layer="cells").set_index("cell_id")
    return cells.geometry.area.idxmax()


def halved(name):
    return {"op": "split_k", "cell_id": name, "k": 2, "new_ids": [f"{name}x", f"{name}y"]}


def test_a_grid_is_edited_and_every_layer_is_there(onegrid, grid, largest, district, tmp_path):
    edits = write(tmp_path / "e.json", halved(largest))
    words = ("edit", "--grid", grid, "--edits", edits, "--households", district.households)
    outcome = onegrid(*words, "--out", tmp_path / "new.gpkg", "--json")
    assert outcome.code == 0, outcome.err
    told = outcome.json
    assert (told["edits"], told["changes"][0]["counts"]) == (1, "points")
    before = gpd.read_file(grid, layer="cells").set_index("cell_id")
    after = gpd.read_file(tmp_path / "new.gpkg", layer="cells").set_index("cell_id")
    assert list(after.columns) == list(before.columns)
    assert len(after) == len(before) + 1 == told["cells"]
    assert (after[COUNTS].sum() == before[COUNTS].sum()).all()
    parts = after.loc[[f"{largest}x", f"{largest}y"], "households"]
    assert parts.min() > 0.4 * parts.sum()
    assert shapely.coverage_is_valid(after.geometry.to_numpy())
    names = [name for name, _ in pyogrio.list_layers(grid)]
    assert [name for name, _ in pyogrio.list_layers(tmp_path / "new.gpkg")] == names
    same = gpd.read_file(tmp_path / "new.gpkg", layer="conflicts")
    assert same.equals(gpd.read_file(grid, layer="conflicts"))
    again = onegrid(*words, "--out", tmp_path / "again.gpkg")
    assert again.code == 0
    assert (tmp_path / "again.gpkg").read_bytes() == (tmp_path / "new.gpkg").read_bytes()


def test_without_doors_it_says_how_households_were_shared(onegrid, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", halved(largest))
    outcome = onegrid("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 0
    assert "分摊" in outcome.err
    assert "完成 1 项编辑" in outcome.out


def test_a_refused_edit_leaves_nothing_behind(onegrid, grid, largest, tmp_path):
    rename = {"op": "rename", "cell_id": largest, "name": "新名"}
    edits = write(tmp_path / "e.json", rename, {"op": "move_border", "from": [0, 0], "to": [1, 1]})
    outcome = onegrid("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert (outcome.code, outcome.codes) == (2, ["EDIT_NO_VERTEX"])
    assert "edits[1]" in outcome.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.json"]


def test_all_faults_of_all_files_are_told_at_once(onegrid, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "explode"}, {"op": "lock", "cell_id": "a"})
    absent = tmp_path / "absent.gpkg"
    outcome = onegrid("edit", "--grid", absent, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 2
    assert outcome.codes.count("EDIT_SYNTAX") == 2
    assert "absent.gpkg" in outcome.err
    assert all(f"edits[{i}]" in outcome.err for i in (0, 1))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"edits": [NaN]}', "[" * 100_000, "\ufeff{}"])
def test_what_is_no_edit_file_is_told_not_traced(onegrid, grid, tmp_path, text):
    edits = tmp_path / "e.json"
    edits.write_text(text, encoding="utf-8")
    outcome = onegrid("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert (outcome.code, set(outcome.codes)) == (2, {"EDIT_SYNTAX"})


def test_the_grid_itself_is_never_written_to(onegrid, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "rename", "cell_id": largest, "name": "新名"})
    before = grid.read_bytes()
    outcome = onegrid("edit", "--grid", grid, "--edits", edits, "--out", grid)
    assert (outcome.code, outcome.codes) == (2, ["OUTPUT_IS_INPUT"])
    assert grid.read_bytes() == before


def test_a_file_without_cells_or_in_degrees_is_refused(onegrid, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "rename", "cell_id": largest, "name": "新名"})
    cells = gpd.read_file(grid, layer="cells")
    cells.to_file(tmp_path / "other.gpkg", layer="other")
    cells.to_crs(4490).to_file(tmp_path / "degrees.gpkg", layer="cells")
    for name, code in (("other", "LAYER_MISSING"), ("degrees", "CRS_UNUSABLE")):
        words = ("edit", "--grid", tmp_path / f"{name}.gpkg", "--edits", edits)
        outcome = onegrid(*words, "--out", tmp_path / "new.gpkg")
        assert (outcome.code, outcome.codes) == (2, [code])


def test_unknown_layers_and_columns_are_copied(onegrid, grid, largest, tmp_path):
    cells = gpd.read_file(grid, layer="cells").assign(负责人="张三")
    cells.to_file(tmp_path / "grid.gpkg", layer="cells")
    roads = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=cells.crs)
    roads.to_file(tmp_path / "grid.gpkg", layer="备注")
    codes = pd.DataFrame({"code": ["001"], "reason": ["撤销"]})
    pyogrio.write_dataframe(codes, tmp_path / "grid.gpkg", layer="codes", driver="GPKG")
    edits = write(tmp_path / "e.json", halved(largest))
    words = ("edit", "--grid", tmp_path / "grid.gpkg", "--edits", edits)
    outcome = onegrid(*words, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 0, outcome.err
    table = pyogrio.read_dataframe(tmp_path / "new.gpkg", layer="codes")
    assert table.to_dict("list") == codes.to_dict("list")
    assert ["codes", None] in pyogrio.list_layers(tmp_path / "new.gpkg").tolist()
    assert gpd.read_file(tmp_path / "new.gpkg", layer="cells")["负责人"].eq("张三").all()
    assert gpd.read_file(tmp_path / "new.gpkg", layer="备注")["a"].tolist() == [1]
