"""Edits: the shared cases, exact inverses, and refusals that say why and where."""

import json
from importlib import resources

import jsonschema
import pytest
import shapely

import edits
from onegrid.errors import InputError
from onegrid.grids.edit import (
    Code,
    EditError,
    change_from_json,
    open_grid,
    perform,
    plan,
    read_edit,
    read_edits,
)

SCHEMA = json.loads(
    resources.files("onegrid_data").joinpath("schema/edits.schema.json").read_text("utf-8")
)


def run(grid, *objects):
    return [perform(grid.board, read_edit(one)) for one in objects]


def refused(grid, one):
    with pytest.raises(EditError) as error:
        plan(grid.board, read_edit(one))
    return error.value.problems[0]


def same_row(row, expected, layer):
    attributes = {k: v for k, v in expected.items() if k not in ("rings", edits.IDS[layer])}
    assert {name: row.attributes[name] for name in attributes} == pytest.approx(attributes)
    if "rings" in expected:
        assert shapely.normalize(row.shape) == shapely.normalize(edits.polygon(expected["rings"]))


@pytest.mark.parametrize("path", edits.CASES, ids=lambda path: path.stem)
def test_a_shared_case_ends_as_its_file_says(path):
    case = edits.load(path)
    grid = open_grid(edits.layers_of(case), people=edits.doors_of(case))
    before = {layer: dict(rows) for layer, rows in grid.board.rows.items()}
    if "refusal" in case:
        last = case["refusal"]["edit"]
        run(grid, *case["edits"][:last])
        with pytest.raises(EditError) as error:
            run(grid, case["edits"][last])
        assert error.value.problems[0].code == case["refusal"]["code"]
        return
    for one in read_edits({"edits": case["edits"]}):
        perform(grid.board, one)
    expected, removed = case["expected"], case["expected"].get("removed", {})
    for layer in edits.IDS:
        now = grid.board.rows.get(layer, {})
        changed = {row[edits.IDS[layer]]: row for row in expected.get(layer, [])}
        assert set(now) == (set(before.get(layer, {})) | set(changed)) - set(removed.get(layer, []))
        for name, row in now.items():
            if name in changed:
                same_row(row, changed[name], layer)
            else:
                assert row == before[layer][name]
    assert edits.faults(grid.tables()) == []


def test_the_shared_cases_show_every_operation_and_every_refusal_of_the_contract():
    cases = [edits.load(path) for path in edits.CASES]
    operations = {one["op"] for case in cases if "expected" in case for one in case["edits"]}
    codes = {case["refusal"]["code"] for case in cases if "refusal" in case}
    assert len(operations) == 11
    assert codes == {str(code) for code in Code} - {Code.RESOLVED, Code.STALE}


@pytest.mark.parametrize("path", edits.CASES, ids=lambda path: path.stem)
def test_the_schema_and_the_reader_agree_on_a_shared_case(path):
    document = {"edits": edits.load(path)["edits"]}
    valid = jsonschema.Draft202012Validator(SCHEMA).is_valid(document)
    assert valid == (path.stem != "syntax")


WRONG = [
    5,
    {"op": "explode"},
    {"op": ["split"]},
    {"op": "rename", "cell_id": "a"},
    {"op": "rename", "cell_id": "", "name": "x"},
    {"op": "rename", "cell_id": 7, "name": "x"},
    {"op": "rename", "cell_id": "a", "name": " "},
    {"op": "rename", "cell_id": "a", "name": "x", "colour": "red"},
    {"op": "rename", "cell_id": "a", "name": "x" * 201},
    {"op": "split", "cell_id": "a", "line": [[0, 0]], "new_ids": ["b", "c"]},
    {"op": "split", "cell_id": "a", "line": [[0, 0], [1]], "new_ids": ["b", "c"]},
    {"op": "split", "cell_id": "a", "line": [[0, 0], [1, "1"]], "new_ids": ["b", "c"]},
    {"op": "split", "cell_id": "a", "line": [[0, 0], [1, True]], "new_ids": ["b", "c"]},
    {"op": "split", "cell_id": "a", "line": [[0, 0], [1, 1e9]], "new_ids": ["b", "c"]},
    {"op": "split", "cell_id": "a", "line": [[0, 0], [1, 1]], "new_ids": ["b"]},
    {"op": "split_k", "cell_id": "a", "k": 1, "new_ids": ["b", "c"]},
    {"op": "split_k", "cell_id": "a", "k": 2.5, "new_ids": ["b", "c"]},
    {"op": "merge", "cell_ids": ["a"], "new_id": "b"},
    {"op": "lock", "cell_id": "a", "locked": 1},
    {"op": "resolve", "conflict_id": "a", "choice": "ignore"},
    {"op": "resolve", "conflict_id": "a", "choice": "take"},
    {"op": "resolve", "conflict_id": "a", "choice": "redraw"},
    {"op": "lock", "cell_id": "a", "locked": True, "base_revision": "7"},
]


@pytest.mark.parametrize("one", WRONG, ids=str)
def test_schema_and_reader_refuse_the_same(one):
    assert not jsonschema.Draft202012Validator(SCHEMA).is_valid({"edits": [one]})
    with pytest.raises(EditError) as error:
        read_edits({"edits": [one]})
    assert {p.code for p in error.value.problems} == {"EDIT_SYNTAX"}
    assert error.value.problems[0].where == "edits[0]"


def test_every_fault_of_a_file_is_told_with_the_index_of_its_edit():
    with pytest.raises(EditError) as error:
        read_edits({"edits": [WRONG[0], {"op": "lock", "cell_id": "a", "locked": True}, WRONG[4]]})
    assert [p.where for p in error.value.problems] == ["edits[0]", "edits[2]"]


@pytest.mark.parametrize("document", [None, [], {}, {"edits": {}}, {"edits": [], "more": 1}])
def test_what_is_no_edit_file_is_refused(document):
    with pytest.raises(EditError, match="EDIT_SYNTAX"):
        read_edits(document)


def test_parts_and_new_ids_must_be_as_many():
    one = {"op": "split_k", "cell_id": "a", "k": 3, "new_ids": ["b", "c"]}
    with pytest.raises(EditError, match="k is 3, but new_ids are 2"):
        read_edit(one)


W, S = edits.WEST_M, edits.SOUTH_M
SPLIT = {
    "op": "split",
    "cell_id": "c0200",
    "line": [[W + 200, S + 50.5], [W + 300, S + 51.7]],
    "new_ids": ["n1", "n2"],
}


def wide(one):
    (x1, y1), (x2, y2) = one["line"]
    return one | {"line": [[x1 - 60, y1], [x2 + 60, y2]]}


def test_split_then_move_moves_both_neighbours_and_the_partition_stays_valid():
    tables, _ = edits.lattice(6, 3)
    grid = open_grid(tables)
    run(grid, wide(SPLIT))
    cells = grid.tables()["cells"]
    both = shapely.intersection(cells.geometry["n1"], cells.geometry["c0100"])
    other = shapely.intersection(cells.geometry["n2"], cells.geometry["c0100"])
    junction = shapely.get_coordinates(shapely.intersection(both, other))[0].tolist()
    to = [junction[0] + 4, junction[1] + 3]
    run(grid, {"op": "move_border", "from": junction, "to": to})
    after = grid.tables()
    for name in ("n1", "n2", "c0100"):
        assert to in shapely.get_coordinates(after["cells"].geometry[name]).round(3).tolist()
    assert edits.faults(after) == []


def test_an_edit_that_would_overlap_is_refused_with_the_place_and_leaves_all_as_it_was():
    tables, _ = edits.lattice(3, 3)
    grid = open_grid(tables)
    before = edits.state(grid.tables())
    ring = shapely.get_coordinates(tables["cells"].geometry["c0100"]).tolist()
    meeting = next(p for p in ring if tables["cells"].dwithin(shapely.Point(p), 0).sum() > 2)
    told = refused(grid, {"op": "move_border", "from": meeting, "to": [W + 270, S + 290]})
    assert told.code in ("EDIT_OVERLAP", "EDIT_MULTIPART")
    assert told.where.startswith("at x=")
    assert edits.state(grid.tables()) == before


def test_changes_are_values_that_take_back_and_replay_exactly():
    tables, people = edits.lattice(6, 3, doors=400)
    grid = open_grid(tables, people=people)
    start = edits.state(grid.tables())
    done = run(
        grid,
        wide(SPLIT),
        {
            "op": "merge",
            "cell_ids": ["n1", "c0201"],
            "new_id": "n3",
            "author": "甲",
            "note": "因为",
        },
        {"op": "lock", "cell_id": "n3", "locked": True},
    )
    end = edits.state(grid.tables())
    written = json.loads(json.dumps([change.as_json() for change in done], allow_nan=False))
    for change in reversed(done):
        grid.board.apply(change.inverse())
    assert edits.state(grid.tables()) == start
    for one in written:
        grid.board.apply(change_from_json(one))
    assert edits.state(grid.tables()) == end
    assert (done[1].author, done[1].note, done[1].counts) == ("甲", "因为", "points")
    assert change_from_json(written[1]) == done[1]


def test_a_change_made_from_another_state_is_told_apart():
    grid = open_grid(edits.lattice(6, 3)[0])
    change = plan(grid.board, read_edit(wide(SPLIT)))
    run(grid, {"op": "rename", "cell_id": "c0200", "name": "另名"})
    with pytest.raises(EditError, match="EDIT_STALE"):
        grid.board.apply(change)


@pytest.mark.parametrize("kept", [("cells",), ("cells", "communities"), ("cells", "atoms")])
def test_the_layers_that_are_there_are_enough(kept):
    tables = edits.lattice(6, 3)[0]
    grid = open_grid({name: tables[name] for name in kept})
    run(grid, wide(SPLIT), {"op": "merge", "cell_ids": ["n1", "n2"], "new_id": "c0200"})
    assert set(grid.tables()) == set(kept)
    cells = grid.tables()["cells"]
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells["households"].sum() == tables["cells"]["households"].sum()


def test_layers_that_do_not_share_nodes_are_noded_when_they_are_opened():
    tables = edits.lattice(3, 3)[0]
    cells, towns = tables["cells"], tables["communities"]
    bare = {
        "cells": cells.set_geometry(cells.geometry.simplify_coverage(0.0)),
        "atoms": tables["atoms"],
        "communities": towns.set_geometry(towns.geometry.simplify_coverage(0.0)),
    }
    assert edits.faults(open_grid(bare).tables()) == []


def test_a_grid_that_is_no_partition_is_refused_before_any_edit():
    tables = edits.lattice(3, 3)[0]
    with pytest.raises(InputError, match="PARTITION_GAP"):
        open_grid(tables | {"cells": tables["cells"].iloc[1:]})
    with pytest.raises(InputError, match="PARTITION_ATOMS"):
        open_grid(tables | {"atoms": tables["atoms"].iloc[1:]})


def test_a_conflict_is_settled_once():
    case = edits.load(next(path for path in edits.CASES if path.stem == "resolve_take"))
    grid = open_grid(edits.layers_of(case))
    run(grid, {"op": "resolve", "conflict_id": "C1", "choice": "accept"})
    (change,) = run(grid, *case["edits"])
    assert "politics_law" in change.remark
    assert refused(grid, case["edits"][0]).code == "EDIT_RESOLVED"


def test_a_locked_neighbour_takes_a_junction_and_keeps_its_ground():
    tables = edits.lattice(6, 3)[0]
    tables["cells"].loc["c0100", "locked"] = True
    grid = open_grid(tables)
    run(grid, wide(SPLIT))
    moved = (
        grid.tables()["cells"]
        .geometry["c0100"]
        .symmetric_difference(tables["cells"].geometry["c0100"])
    )
    assert moved.area < 0.1
    vertex = shapely.get_coordinates(tables["cells"].geometry["c0100"])[0].tolist()
    assert refused(grid, {"op": "merge", "cell_ids": ["n1", "c0100"], "new_id": "x"}).code == (
        "EDIT_LOCKED"
    )
    to = [vertex[0] + 1, vertex[1]]
    assert refused(grid, {"op": "move_border", "from": vertex, "to": to}).code == "EDIT_LOCKED"
