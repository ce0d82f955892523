"""Over hundreds of small dirty districts: what is always true of a merged grid."""

import logging
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import shapely

import districts
from onegrid.grids.check import gap_and_overlap_m2, partition_problems
from onegrid.grids.edit import EditError, open_grid, perform, plan, read_edit
from onegrid.grids.keep import Previous
from onegrid.grids.needles import needles_left
from onegrid.grids.options import AssignOptions
from onegrid.pipeline.merge import merge_tables
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow
logging.getLogger("onegrid").setLevel(logging.WARNING)
SIZE = (100, 200)
NEEDLE_M = 3.0
SEEDS = range(200)
NEAR_TWINS = (262, 315)  # borders of communities that all but touch: merged again they moved once


def merged(tables, **options):
    return merge_tables(tables, options=AssignOptions(size=SIZE, **options), run=Run("test"))


@pytest.fixture(scope="module", params=[*SEEDS, *NEAR_TWINS])
def district(request):
    """Return a district and what its merge finds: made once for all that is asked of it."""
    tables = districts.dirty_district(request.param)
    return tables, merged(tables)


def turned(tables):
    """Return the same tables with the departments the other way round."""
    return replace(tables, departments=dict(reversed(list(tables.departments.items()))))


def same(one, other):
    return one.reset_index().equals(other.reset_index())


def tails(cells):
    """Return which cells have a tail under 3 m wide, by rounded openings instead of mitred ones.

    A corner of 5.2 degrees, which is none, leaves 36 m of itself.
    """
    shapes = cells.geometry.to_numpy()
    body = shapely.buffer(shapely.buffer(shapes, -NEEDLE_M / 2), NEEDLE_M / 2 + 0.05)
    parts, cell = shapely.get_parts(shapely.difference(shapes, body), return_index=True)
    box = shapely.minimum_rotated_rectangle(parts)
    long_m = shapely.length(box) / 2
    return set(cells.index[cell[long_m > 12 * NEEDLE_M]])


def test_the_grid_is_a_nested_partition_that_loses_nobody(district):
    tables, found = district
    cells, atoms, communities = found.grid.cells, found.grid.atoms, found.grid.communities
    assert partition_problems(cells, communities) == []
    assert gap_and_overlap_m2(cells, communities) == (0, 0)
    assert shapely.coverage_is_valid(atoms.geometry.to_numpy())
    assert cells["code"].is_unique
    assert cells.index.is_unique
    assert cells.groupby("community_id")["subdistrict_id"].nunique().eq(1).all()
    inside = ~tables.people.index.isin(found.points_outside)
    assert cells["households"].sum() == tables.people["households"][inside].sum()
    assert atoms.groupby("cell_id")["households"].sum().equals(cells["households"])
    shares = found.crosswalk.groupby(["department", "cell_id"])[["area_share", "household_share"]]
    sums = shares.sum(min_count=1)
    assert np.allclose(sums["area_share"], 1, atol=1e-6)
    populated = sums["household_share"].notna()
    assert np.allclose(sums["household_share"][populated], 1, atol=1e-6)
    assert len(sums) == len(cells) * len(tables.departments)
    assert tails(cells) <= {row["cell_id"] for row in needles_left(cells)}


def test_merging_again_changes_nothing_whatever_the_order_of_departments(district):
    tables, first = district
    again = merged(replace(turned(tables), previous=previous_of(first)))
    assert same(first.grid.cells, again.grid.cells)
    assert same(first.grid.atoms, again.grid.atoms)
    assert same(first.codes, again.codes)
    assert set(again.continued.kept) == {"kept"}
    assert again.continued.moved.households == 0


@pytest.mark.parametrize("district", SEEDS[::4], indirect=True)
def test_the_order_of_departments_changes_nothing_nor_does_a_second_run(district):
    tables, first = district
    other = merged(turned(tables))
    assert same(first.grid.cells, other.grid.cells)
    assert same(first.grid.atoms, other.grid.atoms)
    assert first.crosswalk.equals(other.crosswalk)
    assert same(first.conflicts, other.conflicts)


def grid_of(found):
    """Return the layers of a merged grid, as a file has them."""
    return {
        "cells": found.grid.cells,
        "atoms": found.grid.atoms,
        "communities": found.grid.communities,
        "subdistricts": found.subdistricts,
        "conflicts": found.conflicts,
    }


def previous_of(found):
    return Previous(
        found.grid.cells, found.grid.atoms, found.codes, found.evidence, found.conflicts, SIZE
    )


def test_every_choice_on_offer_is_accepted_and_can_be_taken_back(district):
    _, found = district
    opened = open_grid(grid_of(found), evidence=found.evidence)
    start = opened.tables()
    for name, choices in found.conflicts["choices"].items():
        for choice in choices.split(";"):
            kind, _, department = choice.partition(":")
            if kind == "redraw":
                continue  # needs a line of somebody's own
            fields = {"conflict_id": name, "choice": kind}
            who = {"department": department} if department else {}
            change = plan(opened.board, read_edit({"op": "resolve", **fields, **who}))
            opened.board.apply(change)
            opened.board.apply(change.inverse())
    after = opened.tables()
    assert all(same(start[name], after[name]) for name in start)


@pytest.mark.parametrize("district", NEAR_TWINS, indirect=True)
def test_a_grid_whose_communities_edits_moved_is_continued_as_it_is(district):
    tables, found = district
    opened = open_grid(grid_of(found), evidence=found.evidence, people=tables.people)
    nodes, node_of = np.unique(
        shapely.get_coordinates(found.grid.communities.geometry), axis=0, return_inverse=True
    )
    shared = nodes[np.bincount(node_of.ravel()) > 1]
    moved = 0
    for place in shared[:: len(shared) // 20].tolist():
        to = [place[0] + 4, place[1] + 3]
        edit = {"op": "move_border", "from": place, "to": to, "with_parents": True}
        with suppress(EditError):  # the outer border stays, and no border may cross another
            moved += bool(perform(opened.board, read_edit(edit)).after)
    after = opened.tables()
    cells, communities = after["cells"], after["communities"]
    assert moved > 3
    assert partition_problems(cells, communities) == []
    previous = replace(previous_of(found), cells=cells, atoms=after["atoms"])
    again = merged(replace(tables, communities=communities, previous=previous))
    assert set(again.continued.kept) == {"kept"}
    assert same(again.grid.communities.normalize(), communities.normalize())
