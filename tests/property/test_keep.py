"""A grid merged again: only what must move moves, and codes live on."""

import dataclasses
import functools
import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.affinity import translate

from onegrid.errors import InputError
from onegrid.grids.atoms import make_atoms
from onegrid.grids.cells import build_grid
from onegrid.grids.check import gap_and_overlap_m2, partition_problems
from onegrid.grids.evidence import Bands, evidence_of
from onegrid.grids.keep import Previous, plan_kept
from onegrid.grids.lifecycle import issue_codes, renew_codes
from onegrid.grids.options import AssignOptions
from onegrid.grids.overlaps import overlaps
from onegrid.grids.stay import divide_anew
from onegrid.grids.succession import continued_names
from onegrid.io.files import write_layers
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.layers.clean import clean_layer
from onegrid.layers.nest import nest_communities
from onegrid.pipeline.inputs import Reader, Reading
from onegrid.pipeline.merge import MergeInputs, merge_tables, read_merge
from onegrid.pipeline.previous import read_previous
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow
logging.getLogger("onegrid").setLevel(logging.WARNING)
OPTIONS = AssignOptions()
HAIR_M = 0.001  # a node on the border of a kept cell may bend it by half a millimetre


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    """Return the inputs of a district, and the grid merged from them as read from its file."""
    folder = tmp_path_factory.mktemp("town")
    shape = DistrictOptions(
        seed=5, subdistricts=2, communities=5, cells=20, households=7_500, buildings=900
    )
    paths = write_district(folder, shape)
    names = sorted(paths.departments)[:4]
    departments = {name: str(paths.departments[name]) for name in names}
    tables = read_merge(
        MergeInputs(departments, str(paths.communities), str(paths.households), str(paths.roads))
    )
    merged = merge_tables(tables, options=OPTIONS, run=Run("test"))
    layers = {
        "cells": merged.grid.cells,
        "atoms": merged.grid.atoms,
        "codes": issue_codes(merged.grid.cells, date="2024-01-01"),
        "evidence": evidence_of(merged.layers),
    }
    write_layers(folder / "grid.gpkg", layers)
    reader = Reader(Reading())
    previous = read_previous(reader, str(folder / "grid.gpkg"), crs=tables.people.crs.to_string())
    reader.check()
    return tables, merged, previous


@pytest.fixture(scope="module")
def shown(town):
    return lambda: town  # what a failing example prints stays short


def again(previous, tables, options=OPTIONS):
    layers = {
        name: clean_layer(tables.departments[name], department=name).layer
        for name in sorted(tables.departments)
    }
    communities = nest_communities(tables.communities).communities
    bands = Bands(options.size, OPTIONS.size)
    kept = plan_kept(previous, communities, layers, tables.people, bands=bands)
    divide = functools.partial(
        make_atoms,
        departments=layers,
        people=tables.people,
        roads=tables.roads,
        households_max=options.size[1],
    )
    tiles, cell, _ = divide_anew(kept, options=options, divide=divide, names=layers)
    names = continued_names(previous, tables.people)
    grid = build_grid(tiles, cell, communities, tables.people, name=names)
    codes = renew_codes(
        previous.codes,
        previous.cells,
        grid.cells,
        overlaps(previous.cells, grid.cells, tables.people),
        date="2025-01-01",
    )
    return grid, kept, Previous(grid.cells, grid.atoms, codes, evidence_of(layers))


def same(left, right):
    return (
        left.index.equals(right.index)
        and (left["code"].to_numpy() == right["code"].to_numpy()).all()
        and (shapely.to_wkb(left.geometry.array) == shapely.to_wkb(right.geometry.array)).all()
    )


def redrawn(tables, name, community, strips):
    """Return the tables with one department dividing one community into strips."""
    shape = tables.communities.geometry[community]
    layer = tables.departments[name]
    drawn = shapely.make_valid(layer.geometry.to_numpy())
    apart = shapely.area(shapely.intersection(drawn, shape)) < 0.5 * shapely.area(drawn)
    west, south, east, north = shape.bounds
    edges = np.linspace(south, north, strips + 1)
    parts = [
        shapely.intersection(shape, shapely.box(west, edges[k], east, edges[k + 1])).buffer(0)
        for k in range(strips)
    ]
    new = gpd.GeoDataFrame(
        {"code": [f"N{k}" for k in range(strips)]},
        geometry=parts,
        crs=layer.crs,
        index=[f"n{k}" for k in range(strips)],
    ).reindex(columns=layer.columns)
    whole = pd.concat([layer[apart], new.astype({"code": object})])
    return dataclasses.replace(tables, departments={**tables.departments, name: whole})


def grown(tables, cell, factor):
    people = tables.people.copy()
    people.loc[people.within(cell), "households"] *= factor
    return dataclasses.replace(tables, people=people)


def with_strip_moved(tables, width_m):
    """Return the tables with a strip of the second community given to the first."""
    communities = tables.communities.copy()
    first, others = communities.index[0], communities.index[1:]
    shapes = communities.geometry
    reach = shapes[first].buffer(width_m)
    second = max(others, key=lambda i: shapely.area(shapely.intersection(shapes[i], reach)))
    strip = shapely.intersection(shapes[second], reach)
    communities.loc[second, "geometry"] = shapely.difference(shapes[second], strip)
    communities.loc[first, "geometry"] = shapely.union(shapes[first], strip)
    return dataclasses.replace(tables, communities=communities), {first, second}


def test_merging_again_with_the_same_inputs_gives_the_identical_grid(town):
    tables, merged, previous = town
    grid, kept, after = again(previous, tables)
    assert kept.counts() == {"kept": len(previous.cells)}
    assert same(grid.cells, merged.grid.cells)
    assert same(grid.atoms.assign(code=""), merged.grid.atoms.assign(code=""))
    columns = ["name", "households", "people", "elders_60", "area_m2", "workers_needed", "locked"]
    assert grid.cells[columns].equals(merged.grid.cells[columns])
    assert same(grid.communities.assign(code=""), merged.grid.communities.assign(code=""))
    assert after.codes.drop(columns="geometry").equals(previous.codes.drop(columns="geometry"))


def test_it_is_the_same_without_knowing_the_evidence(town):
    tables, _, previous = town
    grid, kept, after = again(dataclasses.replace(previous, evidence=None), tables)
    assert kept.counts() == {"unknown": len(previous.cells)}
    assert partition_problems(grid.cells, grid.communities) == []
    second, _, _ = again(after, tables)
    assert same(second.cells, grid.cells)


@pytest.mark.parametrize("number", [0, 2, 4])
def test_a_department_that_changed_in_one_community_leaves_the_others_alone(town, number):
    tables, _, previous = town
    community = tables.communities.index[number]
    changed = tables
    for name in sorted(tables.departments):  # nobody keeps the old borders there
        changed = redrawn(changed, name, community, strips=6)
    grid, kept, _ = again(previous, changed)
    assert partition_problems(grid.cells, grid.communities) == []
    assert "department" in kept.counts()
    moved = kept.reason.index[kept.reason != ""]
    away_m = previous.cells.geometry[moved].distance(tables.communities.geometry[community])
    assert (away_m <= 20).all()  # a border counts as beside within the snapping distance
    elsewhere = previous.cells.index[kept.reason == ""]
    assert set(elsewhere) <= set(grid.cells.index)
    moved_m = shapely.hausdorff_distance(
        grid.cells.geometry[elsewhere].array, previous.cells.geometry[elsewhere].array
    )
    assert (np.asarray(moved_m) <= HAIR_M).all()
    others = previous.cells["community_id"] != community
    inner = previous.cells.index[others]
    assert grid.cells.loc[inner, "code"].equals(previous.cells.loc[inner, "code"])


def test_a_border_shifted_by_a_few_metres_is_no_evidence(town):
    tables, _, previous = town
    name = min(tables.departments)
    layer = tables.departments[name]
    shifted = layer.set_geometry([translate(g, 3, 2) for g in layer.geometry], crs=layer.crs)
    departments = {**tables.departments, name: shifted}
    grid, _, _ = again(previous, dataclasses.replace(tables, departments=departments))
    assert same(grid.cells, previous.cells)


def test_a_cell_that_outgrew_the_band_is_divided_and_its_code_survives(town):
    tables, _, previous = town
    cell = previous.cells.index[7]
    grid, kept, after = again(previous, grown(tables, previous.cells.geometry[cell], 3))
    assert kept.reason[cell] == "households"
    assert set(kept.reason) <= {"", "households", "neighbour"}
    community = previous.cells["community_id"]
    assert (community[kept.reason != ""] == community[cell]).all()
    assert partition_problems(grid.cells, grid.communities) == []
    assert len(grid.cells) > len(previous.cells)
    fresh = set(grid.cells["code"]) - set(previous.cells["code"])
    assert fresh
    mates = previous.cells["code"][community == community[cell]]
    assert all(code[:12] == mates.iloc[0][:12] for code in fresh)
    assert min(fresh) > mates.max()
    assert (after.codes.loc[sorted(fresh), "issued"] == "2025-01-01").all()


def test_a_locked_cell_stays_whatever_happens(town):
    tables, _, previous = town
    cell = previous.cells.index[7]
    locked = previous.cells.assign(locked=previous.cells.index == cell)
    held = dataclasses.replace(previous, cells=locked)
    changed = grown(tables, previous.cells.geometry[cell], 3)
    for name in sorted(tables.departments):
        changed = redrawn(changed, name, previous.cells["community_id"][cell], strips=6)
    grid, kept, _ = again(held, changed)
    assert kept.reason[cell] == ""
    assert grid.cells["locked"].sum() == 1
    assert grid.cells.loc[cell, "locked"]
    shapes = [frame.geometry[cell] for frame in (grid.cells, previous.cells)]
    assert shapely.hausdorff_distance(*shapes) <= HAIR_M


def test_a_locked_cell_that_left_its_community_is_told(town):
    tables, _, previous = town
    held = dataclasses.replace(previous, cells=previous.cells.assign(locked=True))
    moved, _ = with_strip_moved(tables, 60)
    with pytest.raises(InputError, match="LOCKED_CELL_TORN"):
        again(held, moved)


def test_a_community_whose_outline_moved_takes_its_cells_along(town):
    tables, _, previous = town
    moved, pair = with_strip_moved(tables, 60)
    grid, kept, _ = again(previous, moved)
    assert partition_problems(grid.cells, grid.communities) == []
    assert gap_and_overlap_m2(grid.cells, grid.communities) == (0, 0)
    assert set(kept.reason) == {"", "outline"}
    torn = set(previous.cells["community_id"][kept.reason == "outline"])
    assert pair <= torn
    wanted = nest_communities(moved.communities).communities.geometry
    off_m2 = shapely.area(
        shapely.symmetric_difference(
            grid.communities.geometry.to_numpy(), wanted[grid.communities.index].to_numpy()
        )
    )
    assert (off_m2 < 5).all()


def test_communities_that_come_and_go(town):
    tables, _, previous = town
    fewer = dataclasses.replace(tables, communities=tables.communities.iloc[1:])
    grid, _, after = again(previous, fewer)
    gone = previous.cells.index[previous.cells["community_id"] == tables.communities.index[0]]
    assert same(grid.cells, previous.cells.drop(gone))
    assert (after.codes.loc[gone, "status"] == "void").all()
    assert (after.codes.loc[gone, "reason"] == "gone").all()
    back, kept, final = again(after, tables)
    assert partition_problems(back.cells, back.communities) == []
    assert not set(back.cells["code"]) & set(gone)
    assert kept.counts() == {"kept": len(grid.cells)}
    assert set(final.codes.index) > set(gone)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.sets(st.integers(0, 3), max_size=4),
    drawn=st.tuples(st.integers(0, 4), st.integers(1, 7)),
    people=st.tuples(st.integers(0, 15), st.sampled_from([0, 1, 2, 4])),
    width_m=st.sampled_from([0, 0.05, 15, 90]),
)
def test_whatever_changes_the_grid_is_proved_and_then_stands_still(
    shown, names, drawn, people, width_m
):
    tables, _, previous = shown()
    (community, strips), (cell, factor) = drawn, people
    changed = with_strip_moved(tables, width_m)[0] if width_m else tables
    for number in sorted(names):
        name = sorted(tables.departments)[number]
        changed = redrawn(changed, name, tables.communities.index[community], strips)
    changed = grown(changed, previous.cells.geometry.iloc[cell], factor)
    grid, kept, after = again(previous, changed)
    assert partition_problems(grid.cells, grid.communities) == []
    assert grid.cells["households"].sum() == changed.people["households"].sum()
    stays = previous.cells.index[kept.reason == ""]
    off_m = shapely.hausdorff_distance(
        grid.cells.geometry[stays].array, previous.cells.geometry[stays].array
    )
    assert (np.asarray(off_m) <= HAIR_M).all()
    assert set(after.codes.index) >= set(previous.codes.index)
    second, still, _ = again(after, changed)
    assert still.counts() == {"kept": len(grid.cells)}
    assert same(second.cells, grid.cells)
