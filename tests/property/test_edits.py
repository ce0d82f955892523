"""Whatever is edited, the grid stays a nested partition, and every edit can be taken back."""

import time
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import edits
from onegrid.grids.edit import EditError, open_grid, plan
from onegrid.grids.edit.rings import rings_of


def edited(grid, rng, count):
    """Apply `count` random edits and return the changes, and how often each went well."""
    done, well = [], {}
    for number in range(count):
        one = edits.random_edit(grid.board, rng, number)
        try:
            change = plan(grid.board, one)
        except EditError:
            continue
        grid.board.apply(change)
        done.append(change)
        well[one.op] = well.get(one.op, 0) + 1
    return done, well


@settings(max_examples=6)
@given(seed=st.integers(0, 10_000), doors=st.sampled_from([0, 300]))
def test_random_edits_keep_the_partition_and_can_be_taken_back(seed, doors):
    tables, people = edits.lattice(6, 3, seed=seed, doors=doors)
    grid = open_grid(tables, people=people)
    start = edits.state(grid.tables())
    done, _ = edited(grid, np.random.default_rng(seed), 25)
    end = grid.tables()
    if not doors:
        assert edits.faults(end) == []
        counts = ["households", "people", "elders_60"]
        assert (end["cells"][counts].sum() == tables["cells"][counts].sum()).all()
    for change in reversed(done):
        grid.board.apply(change.inverse())
    assert edits.state(grid.tables()) == start
    for change in done:
        grid.board.apply(change)
    assert edits.state(grid.tables()) == edits.state(end)


@pytest.mark.slow
def test_hundreds_of_edits_of_every_kind_keep_the_partition():
    tables, _ = edits.lattice(9, 9, seed=5)
    grid = open_grid(tables)
    rng = np.random.default_rng(5)
    well = {}
    for _ in range(8):
        for op, count in edited(grid, rng, 60)[1].items():
            well[op] = well.get(op, 0) + count
        assert edits.faults(grid.tables()) == []
    assert set(well) >= set(edits.OPERATIONS) - {"resolve"}
    assert sum(well.values()) > 200


def test_counts_after_edits_are_those_of_the_doors_inside():
    tables, people = edits.lattice(6, 6, seed=3, doors=900)
    grid = open_grid(tables, people=people)
    # the table's own counts are not the doors': only cells whose ground changed are compared
    done, _ = edited(grid, np.random.default_rng(3), 60)
    cells = grid.tables()["cells"]
    recounted = {
        row.key.id
        for change in done
        if change.counts == "points"
        for row in change.after
        if row.key.layer == "cells" and row.key.id in change.ids
    } & set(cells.index)
    touching = shapely.intersects(
        cells.geometry.to_numpy()[:, None], people.geometry.to_numpy()[None, :]
    )
    first = np.where(touching.any(axis=0), touching.argmax(axis=0), -1)
    inside = np.bincount(first[first >= 0], people["households"][first >= 0], len(cells))
    compared = [name for name in recounted if name in cells.index]
    assert len(compared) > 10
    for name in compared:
        assert cells["households"][name] == inside[cells.index.get_loc(name)], name


@pytest.mark.slow
def test_an_edit_takes_no_longer_in_a_large_grid_than_in_a_small_one():
    seconds = {}
    for side in (4, 33):  # 12 and about 1,000 cells
        grid = open_grid(edits.lattice(side, side)[0])
        times = []
        rng = np.random.default_rng(1)
        for number in range(150):
            one = edits.random_edit(grid.board, rng, number)
            started = time.thread_time()
            try:
                plan(grid.board, one)
            except EditError:
                continue
            times.append(time.thread_time() - started)
        seconds[side] = np.percentile(times, [50, 99])
    # the aim is 20 ms and 1.5 times; a machine at work on other things gets room
    assert seconds[33][1] < 0.06
    assert seconds[33][0] < 3 * seconds[4][0]


def test_pieces_of_a_split_share_every_node_with_all_neighbours():
    tables, _ = edits.lattice(6, 3, seed=9)
    grid = open_grid(tables)
    done, _ = edited(grid, np.random.default_rng(9), 12)
    rings = [ring for shape in grid.tables()["cells"].geometry for ring in rings_of(shape)]
    edges = [edge for ring in rings for edge in pairwise([*ring, ring[0]])]
    nodes = {place for edge in edges for place in edge}
    assert done
    lines = shapely.linestrings(np.array(edges))
    line, node = shapely.STRtree(points := shapely.points(sorted(nodes))).query(
        lines, predicate="dwithin", distance=1e-4
    )
    at = shapely.get_coordinates(points[node])
    ends = np.array(edges)[line]
    assert ((at == ends[:, 0]).all(axis=1) | (at == ends[:, 1]).all(axis=1)).all()
