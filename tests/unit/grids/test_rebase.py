"""Edits of two people from one state: what goes together is merged, what does not is told."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import edits
from onegrid.grids.edit import EditError, open_grid, perform, read_edit
from onegrid.grids.edit.rebase import rebase


def town():
    return open_grid(edits.lattice(6, 3, seed=4)[0])


def rename(cell, name):
    return read_edit({"op": "rename", "cell_id": cell, "name": name})


def move(xy, by_m):
    return read_edit({"op": "move_border", "from": list(xy), "to": [xy[0] + by_m, xy[1]]})


def codes(rebased):
    return [(clash.index, clash.error.problems[0].code) for clash in rebased.clashes]


def test_edits_of_different_cells_and_of_different_attributes_go_together():
    grid = town()
    theirs = [perform(grid.board, rename("c0000", "甲"))]
    lock = read_edit({"op": "lock", "cell_id": "c0000", "locked": True})
    found = rebase(grid.board, [rename("c0100", "乙"), lock], theirs)
    assert codes(found) == []
    cells = grid.tables()["cells"]
    assert (cells.loc["c0000", "name"], cells.loc["c0100", "name"]) == ("甲", "乙")
    assert cells.loc["c0000", "locked"]


def test_two_names_for_one_cell_clash_and_the_saved_one_stays():
    grid = town()
    theirs = [perform(grid.board, rename("c0000", "甲"))]
    found = rebase(grid.board, [rename("c0000", "乙"), rename("c0000", "甲")], theirs)
    assert codes(found) == [(0, "EDIT_STALE")]  # the same name twice is no clash
    assert grid.tables()["cells"].loc["c0000", "name"] == "甲"


def test_a_border_that_has_moved_is_not_moved_again_but_others_are():
    grid = town()
    tables = grid.tables()
    inside = shapely.buffer(tables["communities"].geometry["m0-0"], -1)
    first, second = [
        xy
        for xy in tables["cells"].geometry["c0100"].exterior.coords[:-1]
        if inside.contains(shapely.Point(xy))
    ][:2]
    done = [perform(grid.board, move(first, 0.5))]
    found = rebase(grid.board, [move(first, 0.7), move(second, 0.4)], done)
    assert codes(found) == [(0, "EDIT_NO_VERTEX")]
    assert edits.faults(grid.tables()) == []


def test_a_cell_that_was_merged_away_cannot_be_edited():
    grid = town()
    near = grid.tables()["cells"]
    mates = near.index[near.touches(near.geometry["c0000"]) & (near["community_id"] == "m0-0")]
    merge = {"op": "merge", "cell_ids": ["c0000", mates[0]], "new_id": "new"}
    theirs = [perform(grid.board, read_edit(merge))]
    assert codes(rebase(grid.board, [rename("c0000", "乙")], theirs)) == [(0, "EDIT_UNKNOWN_ID")]


@pytest.mark.slow
@settings(max_examples=8)
@given(seed=st.integers(0, 10_000))
def test_whatever_two_people_do_the_merged_grid_is_a_partition(seed):
    rng = np.random.default_rng(seed)
    mine, grid = town(), town()
    asked = []
    for number in range(8):
        one = edits.random_edit(mine.board, rng, number)
        try:
            perform(mine.board, one)
        except EditError:
            continue
        asked.append(one)
    theirs = []
    for number in range(8):
        try:
            theirs.append(perform(grid.board, edits.random_edit(grid.board, rng, 100 + number)))
        except EditError:
            continue
    start = edits.state(grid.tables())
    found = rebase(grid.board, asked, theirs)
    assert len(found.changes) + len(found.clashes) == len(asked)
    assert edits.faults(grid.tables()) == []
    for change in reversed(found.changes):
        grid.board.apply(change.inverse())
    assert edits.state(grid.tables()) == start
