"""``onegrid edit`` as a user runs it."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from onegrid.grids.check import partition_problems
from onegrid.grids.edit import change_from_json, open_grid, plan, read_edit
from onegrid.grids.edit.rows import LAYERS
from onegrid.grids.lifecycle import read_successors
from onegrid.pipeline.edit import read_grid

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


def test_without_doors_it_says_how_households_were_shared(quickly, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", halved(largest))
    outcome = quickly("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 0
    assert "分摊" in outcome.err
    assert "完成 1 项编辑" in outcome.out


def test_a_refused_edit_leaves_nothing_behind(quickly, grid, largest, tmp_path):
    rename = {"op": "rename", "cell_id": largest, "name": "新名"}
    edits = write(tmp_path / "e.json", rename, {"op": "move_border", "from": [0, 0], "to": [1, 1]})
    outcome = quickly("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert (outcome.code, outcome.codes) == (2, ["EDIT_NO_VERTEX"])
    assert "edits[1]" in outcome.err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.json"]


def test_all_faults_of_all_files_are_told_at_once(quickly, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "explode"}, {"op": "lock", "cell_id": "a"})
    absent = tmp_path / "absent.gpkg"
    outcome = quickly("edit", "--grid", absent, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 2
    assert outcome.codes.count("EDIT_SYNTAX") == 2
    assert "absent.gpkg" in outcome.err
    assert all(f"edits[{i}]" in outcome.err for i in (0, 1))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"edits": [NaN]}', "[" * 100_000, "\ufeff{}"])
def test_what_is_no_edit_file_is_told_not_traced(quickly, grid, tmp_path, text):
    edits = tmp_path / "e.json"
    edits.write_text(text, encoding="utf-8")
    outcome = quickly("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    assert (outcome.code, set(outcome.codes)) == (2, {"EDIT_SYNTAX"})


def test_the_grid_itself_is_never_written_to(quickly, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "rename", "cell_id": largest, "name": "新名"})
    before = grid.read_bytes()
    outcome = quickly("edit", "--grid", grid, "--edits", edits, "--out", grid)
    assert (outcome.code, outcome.codes) == (2, ["OUTPUT_IS_INPUT"])
    assert grid.read_bytes() == before


def test_a_file_without_cells_or_in_degrees_is_refused(quickly, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "rename", "cell_id": largest, "name": "新名"})
    cells = gpd.read_file(grid, layer="cells")
    cells.to_file(tmp_path / "other.gpkg", layer="other")
    cells.to_crs(4490).to_file(tmp_path / "degrees.gpkg", layer="cells")
    for name, code in (("other", "LAYER_MISSING"), ("degrees", "CRS_UNUSABLE")):
        words = ("edit", "--grid", tmp_path / f"{name}.gpkg", "--edits", edits)
        outcome = quickly(*words, "--out", tmp_path / "new.gpkg")
        assert (outcome.code, outcome.codes) == (2, [code])


def test_unknown_layers_and_columns_are_copied(quickly, grid, largest, tmp_path):
    cells = gpd.read_file(grid, layer="cells").assign(负责人="张三")
    cells.to_file(tmp_path / "grid.gpkg", layer="cells")
    roads = gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 2)], crs=cells.crs)
    roads.to_file(tmp_path / "grid.gpkg", layer="备注")
    codes = pd.DataFrame({"code": ["001"], "reason": ["撤销"]})
    pyogrio.write_dataframe(codes, tmp_path / "grid.gpkg", layer="codes", driver="GPKG")
    edits = write(tmp_path / "e.json", halved(largest))
    words = ("edit", "--grid", tmp_path / "grid.gpkg", "--edits", edits)
    outcome = quickly(*words, "--out", tmp_path / "new.gpkg")
    assert outcome.code == 0, outcome.err
    table = pyogrio.read_dataframe(tmp_path / "new.gpkg", layer="codes")
    assert table.to_dict("list") == codes.to_dict("list")
    assert ["codes", None] in pyogrio.list_layers(tmp_path / "new.gpkg").tolist()
    assert gpd.read_file(tmp_path / "new.gpkg", layer="cells")["负责人"].eq("张三").all()
    assert gpd.read_file(tmp_path / "new.gpkg", layer="备注")["a"].tolist() == [1]


@pytest.fixture
def edited(quickly, grid, district, tmp_path):
    """Edit the merged grid, with doors and every output."""

    def run(*edits, of=grid, name="new"):
        out = tmp_path / f"{name}.gpkg"
        words = ("edit", "--grid", of, "--edits", write(tmp_path / "e.json", *edits))
        records = ("--changes", tmp_path / f"{name}.json", "--crosswalk", tmp_path / f"{name}.csv")
        doors = ("--households", district.households) if of == grid else ()
        told = records if of == grid else records[:2]
        return out, quickly(*words, *doors, *told, "--out", out, "--date", "2026-11-22", "--json")

    return run


def cells_of(path):
    return gpd.read_file(path, layer="cells").set_index("cell_id")


def test_what_an_edit_changed_can_be_taken_back(edited, grid, largest, tmp_path):
    out, outcome = edited(halved(largest), {"op": "rename", "cell_id": largest + "x", "name": "新"})
    assert outcome.code == 0, outcome.err
    told = json.loads((tmp_path / "new.json").read_text(encoding="utf-8"))
    assert told["crs"] == cells_of(grid).crs.to_string()
    changes = [change_from_json(change) for change in told["changes"]]
    assert [change.op for change in changes] == ["split_k", "rename"]
    opened = open_grid(known(read_grid(str(out))))
    for change in reversed(changes):
        opened.board.apply(change.inverse())
    before, after = (g.tables()["cells"] for g in (open_grid(known(read_grid(str(grid)))), opened))
    assert after.equals(before)


def known(layers):
    return {name: frame for name, frame in layers.items() if name in LAYERS}


def test_codes_end_with_their_successors_and_are_never_given_again(edited, grid, largest):
    out, outcome = edited(halved(largest))
    assert outcome.code == 0, outcome.err
    codes = gpd.read_file(out, layer="codes").set_index("code")
    ended = codes.loc[cells_of(grid)["code"][largest]]
    assert (ended["status"], ended["reason"], ended["voided"]) == ("void", "split", "2026-11-22")
    shares = read_successors(ended["successors"])
    assert set(shares) == {f"{largest}x", f"{largest}y"}
    assert sum(shares.values()) == pytest.approx(1)
    homes = cells_of(out)["households"]
    assert shares[f"{largest}x"] == pytest.approx(
        homes[f"{largest}x"] / homes[[*shares]].sum(), abs=1e-4
    )
    others = codes.index.difference([ended.name, *shares])
    assert codes.loc[others, "status"].eq("valid").all()
    parts = [f"{largest}x", f"{largest}y"]
    back = {"op": "merge", "cell_ids": parts, "new_id": largest}
    again, refused = edited(back, of=out, name="again")
    assert (refused.code, refused.codes) == (2, ["EDIT_DUPLICATE_ID"])
    assert "is void" in refused.err
    assert not again.exists()


def test_the_crosswalk_of_an_edit_is_that_of_a_merge(edited, grid, largest, tmp_path):
    _, outcome = edited({"op": "rename", "cell_id": largest, "name": "新名"})
    assert outcome.code == 0, outcome.err
    merged = (grid.parent / "crosswalk.csv").read_text(encoding="utf-8")
    assert (tmp_path / "new.csv").read_text(encoding="utf-8") == merged
    _, outcome = edited(halved(largest), name="halved")
    table = pd.read_csv(tmp_path / "halved.csv", dtype={"cell_id": str})
    assert {f"{largest}x", f"{largest}y"} <= set(table["cell_id"])
    sums = table.groupby(["cell_id", "department"])[["area_share", "household_share"]].sum()
    assert (sums - 1).abs().max(axis=None) < 1e-6


def test_a_crosswalk_needs_doors_and_the_folder_of_a_merge(quickly, grid, largest, tmp_path):
    edits = write(tmp_path / "e.json", {"op": "rename", "cell_id": largest, "name": "新名"})
    words = ("edit", "--grid", grid, "--edits", edits, "--out", tmp_path / "new.gpkg")
    outcome = quickly(*words, "--crosswalk", tmp_path / "new.csv")
    assert (outcome.code, outcome.codes) == (2, ["USAGE"])
    outcome = quickly(*words, "--changes", tmp_path / "new.gpkg")
    assert (outcome.code, outcome.codes) == (2, ["OUTPUT"])
    outcome = quickly(*words, "--changes", grid)
    assert (outcome.code, outcome.codes) == (2, ["OUTPUT_IS_INPUT"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["e.json"]


@pytest.fixture(scope="module")
def conflicts(grid):
    return gpd.read_file(grid, layer="conflicts").set_index("conflict_id")


def statuses(path):
    return gpd.read_file(path, layer="conflicts").set_index("conflict_id")["status"]


def sound(path):
    cells, towns = cells_of(path), gpd.read_file(path, layer="communities")
    return partition_problems(cells, towns.set_index("community_id")) == []


def test_a_conflict_is_accepted_and_nothing_moves(edited, grid, conflicts):
    name = conflicts.index[0]
    out, outcome = edited({"op": "resolve", "conflict_id": name, "choice": "accept"})
    assert outcome.code == 0, outcome.err
    assert statuses(out).to_dict() == {**statuses(grid).to_dict(), name: "accepted"}
    assert cells_of(out).equals(cells_of(grid))


def test_taking_a_departments_border_moves_the_border_there(edited, conflicts):
    name, department = next(offered(conflicts))
    take = {"op": "resolve", "conflict_id": name, "choice": "take", "department": department}
    out, outcome = edited(take)
    assert outcome.code == 0, outcome.err
    assert sound(out)
    assert statuses(out)[name] == "taken"
    assert outcome.json["changes"][0]["ids"][0] == name


def offered(conflicts):
    """Give every border of a department that a conflict may be settled by."""
    for name, choices in conflicts["choices"].items():
        for choice in choices.split(";"):
            if choice.startswith("take:"):
                yield name, choice[5:]


def test_every_border_on_offer_can_be_taken_and_runs_where_it_was_drawn(grid, conflicts):
    layers = read_grid(str(grid))
    board = open_grid(known(layers), evidence=layers["evidence"]).board
    cells = cells_of(grid).geometry
    taken = list(offered(conflicts))
    for name, department in taken:
        take = {"conflict_id": name, "choice": "take", "department": department}
        change = plan(board, read_edit({"op": "resolve", **take}))
        pair = conflicts["between"][name].split(";")
        moved = {row.key.id: row.shape for row in change.after if row.key.layer == "cells"}
        after = [moved.get(i, cells[i]) for i in pair]
        layer = clean_layer_of(grid, department)
        assert off_share(after, layer) < off_share(list(cells[pair]), layer) + 0.01, name
    assert len(taken) > 10


def test_a_row_says_why_a_border_is_not_on_offer(conflicts):
    own = conflicts[conflicts["level"] == "cell"]
    assert own["choices"].str.startswith("accept").all()
    for row in own.itertuples():
        named = [d for d in row.departments.split(";") if f"take:{d}" not in row.choices]
        followed = row.followed.removeprefix("department:")
        assert ("不能改为" in row.reason) >= bool([d for d in named if d != followed]), row.Index


def clean_layer_of(grid, name):
    return gpd.read_file(grid.parent / "departments.gpkg", layer=name)


def off_share(pair, layer):
    """Return the share of the border between two cells that is away from any drawn one."""
    border = shapely.intersection(*shapely.boundary(pair))
    drawn = shapely.buffer(shapely.union_all(shapely.boundary(layer.geometry.array)), 0.5)
    return shapely.length(shapely.difference(border, drawn)) / shapely.length(border)


def test_the_border_of_a_community_can_only_be_accepted(edited, conflicts):
    row = conflicts[conflicts["level"] == "community"].iloc[0]
    department = row["departments"].split(";")[0]
    edit = {"op": "resolve", "conflict_id": row.name, "choice": "take", "department": department}
    out, outcome = edited(edit)
    assert (outcome.code, outcome.codes) == (2, ["EDIT_OTHER_COMMUNITY"])
    assert not out.exists()


def test_a_border_is_redrawn_and_the_conflict_remembers(edited, grid, conflicts):
    cells = cells_of(grid).geometry
    for name, between in conflicts.loc[conflicts["level"] == "cell", "between"].items():
        line = beside(*cells[between.split(";")])
        edit = {"op": "resolve", "conflict_id": name, "choice": "redraw", "line": line}
        out, outcome = edited(edit, name=name)
        if outcome.code == 0:
            break
    assert outcome.code == 0, outcome.err
    assert sound(out)
    assert statuses(out)[name] == "redrawn"
    moved = shapely.area(shapely.symmetric_difference(cells, cells_of(out).geometry))
    assert set(moved.index[moved > 1]) == set(between.split(";"))


def beside(one, other):
    """Return a line through the first cell, 12 m beside its border with the other."""
    border = shapely.line_merge(shapely.intersection(one.boundary, other.boundary))
    start, end = (
        shapely.get_coordinates(shapely.get_point(shapely.get_geometry(border, 0), i))[0]
        for i in (0, -1)
    )
    ahead = (end - start) / np.hypot(*(end - start))
    aside = np.array([-ahead[1], ahead[0]]) * 12
    middle = shapely.Point((start + end) / 2 + aside)
    shift = aside if shapely.contains(one, middle) else -aside
    return [(start + shift - 60 * ahead).tolist(), (end + shift + 60 * ahead).tolist()]
