"""Whatever a district looks like, the merged grid is a valid nested partition."""

import functools
import logging
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onegrid.errors import InputError
from onegrid.grids.check import gap_and_overlap_m2, partition_problems
from onegrid.grids.keep import Previous
from onegrid.grids.options import AssignOptions
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.pipeline.merge import MergeInputs, MergeTables, merge_tables, read_merge
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow
logging.getLogger("onegrid").setLevel(logging.WARNING)


@functools.cache
def tables_of(folder, seed):
    options = DistrictOptions(
        seed=seed, subdistricts=1, communities=3, cells=12, households=4_500, buildings=500
    )
    paths = write_district(folder, options)
    inputs = MergeInputs(
        {name: str(path) for name, path in paths.departments.items()},
        str(paths.communities),
        str(paths.households),
        str(paths.roads),
    )
    return read_merge(inputs)


def merged(tables, **options):
    return merge_tables(tables, options=AssignOptions(**options), run=Run("test"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return functools.cache(lambda seed: tmp_path_factory.mktemp(f"district{seed}"))


few = settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])


@few
@given(seed=st.integers(0, 2), roads=st.booleans(), people=st.floats(0.05, 1.0))
def test_any_district_becomes_a_nested_partition(folders, seed, roads, people):
    tables = tables_of(folders(seed), seed)
    kept = tables.people.iloc[: max(1, int(len(tables.people) * people))]
    fewer = MergeTables(
        tables.communities,
        kept,
        tables.departments,
        tables.roads if roads else None,
        tables.findings,
        tables.skipped,
    )
    found = merged(fewer)
    cells, communities = found.grid.cells, found.grid.communities
    assert partition_problems(cells, communities) == []
    assert gap_and_overlap_m2(cells, communities) == (0, 0)
    assert cells["code"].is_unique
    assert cells.geom_type.eq("Polygon").all()
    assert set(cells["community_id"]) == set(tables.communities.index)
    moved = shapely.area(
        shapely.symmetric_difference(
            communities.geometry.to_numpy(),
            tables.communities.geometry.reindex(communities.index).to_numpy(),
        )
    )
    assert (moved < 1e-4 * communities.area).all()
    assert cells["households"].sum() == kept["households"].sum()
    assert not found.points_outside
    by_atom = found.grid.atoms.groupby("cell_id")
    assert by_atom["households"].sum().equals(cells["households"].rename("households"))
    tiled = by_atom["geometry"].apply(lambda part: shapely.area(np.asarray(part)).sum())
    assert np.allclose(tiled, cells.area)
    sums = found.crosswalk.groupby(["department", "cell_id"])[["area_share", "household_share"]]
    assert np.allclose(sums.sum()["area_share"], 1, atol=1e-7)
    populated = cells.index[cells["households"] > 0]
    shares = sums.sum(min_count=1)["household_share"].unstack(0)
    assert np.allclose(shares.loc[populated], 1, atol=1e-7)
    assert shares.drop(populated).isna().all(axis=None)


@few
@given(seed=st.integers(0, 2), order=st.permutations(range(4)))
def test_the_order_of_departments_does_not_matter(folders, seed, order):
    tables = tables_of(folders(seed), seed)
    names = sorted(tables.departments)[:4]
    turned = MergeTables(
        tables.communities,
        tables.people,
        {names[i]: tables.departments[names[i]] for i in order},
        tables.roads,
        tables.findings,
        tables.skipped,
    )
    straight = MergeTables(
        tables.communities,
        tables.people,
        {name: tables.departments[name] for name in names},
        tables.roads,
        tables.findings,
        tables.skipped,
    )
    assert merged(turned).grid.cells.equals(merged(straight).grid.cells)


def test_merging_the_result_again_changes_nothing(folders):
    tables = tables_of(folders(1), 1)
    first = merged(tables).grid
    again = merged(
        MergeTables(
            first.communities.assign(subdistrict_name="街道"),
            tables.people,
            {"merged": first.cells[["code", "geometry"]].reset_index(drop=True)},
            tables.roads,
            {},
            {},
        )
    ).grid
    assert len(again.cells) == len(first.cells)
    moved = shapely.area(
        shapely.symmetric_difference(
            again.cells.geometry.to_numpy(), first.cells.geometry.to_numpy()
        )
    )
    assert moved.sum() < 1e-3 * first.cells.area.sum()


def continued(tables, found, **more):
    previous = Previous(found.grid.cells, found.grid.atoms, found.codes, found.evidence)
    return merged(replace(tables, previous=previous, **more))


@few
@given(seed=st.integers(0, 2), people=st.sampled_from([0.3, 1.0]), units=st.booleans())
def test_the_next_merge_of_the_same_files_is_the_same_grid(folders, seed, people, units):
    tables = tables_of(folders(seed), seed)
    departments = {n: d for n, d in tables.departments.items() if units or n != "urban_units"}
    homes = tables.people.iloc[: int(len(tables.people) * people)]
    same = replace(tables, people=homes, departments=departments)
    first = merged(same)
    second = continued(same, first)
    assert second.grid.cells.equals(first.grid.cells)
    assert second.grid.atoms.equals(first.grid.atoms)
    assert second.codes.equals(first.codes)
    assert second.continued.moved.households == 0
    assert set(second.continued.kept) == {"kept"}


@few
@given(
    seed=st.integers(0, 2),
    at=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=4),
    half_m=st.floats(4, 60),
)
def test_dedicated_cells_are_cells_wherever_they_lie(folders, seed, at, half_m):
    tables = tables_of(folders(seed), seed)
    towns = tables.communities.geometry
    west, south, east, north = towns.iloc[0].bounds
    boxes = [
        shapely.Point(west + x * (east - west), south + y * (north - south)).buffer(half_m, 2)
        for x, y in at
    ]
    drawn = gpd.GeoDataFrame(
        {"kind": "market", "name": [f"市场{k}" for k in range(len(boxes))]},
        geometry=boxes,
        crs=towns.crs,
    )
    try:
        found = merged(replace(tables, dedicated=drawn))
    except InputError as error:
        codes = {p.code for p in error.problems}
        assert codes <= {"DEDICATED_OVERLAP", "DEDICATED_OUTSIDE", "DEDICATED_PARTS"}
        return
    cells, communities = found.grid.cells, found.grid.communities
    assert partition_problems(cells, communities) == []
    assert gap_and_overlap_m2(cells, communities) == (0, 0)
    own = cells[cells["locked"]].set_index("name").geometry
    assert sorted(own.index) == sorted(drawn["name"])
    inside = shapely.intersection(drawn.set_index("name").geometry[own.index].array, own.array)
    kept_m2 = shapely.area(found.dedicated.set_index("name").geometry[own.index].array)
    assert (shapely.area(inside) > kept_m2 - 0.1 * shapely.length(own.array)).all()
    again = continued(tables, found, dedicated=drawn)
    assert again.grid.cells.equals(cells)


def test_a_district_in_degrees_is_the_same_grid(folders, tmp_path):
    tables = tables_of(folders(1), 1)
    files = {}
    layers = {"communities": tables.communities, "people": tables.people, **tables.departments}
    for name, layer in layers.items():
        files[name] = str(tmp_path / f"{name}.gpkg")
        layer.to_crs(4490).to_file(files[name], layer=name)
    departments = {name: files[name] for name in tables.departments}
    inputs = MergeInputs(departments, files["communities"], files["people"])
    degrees = merged(read_merge(inputs)).grid
    metres = merged(replace(tables, roads=None)).grid
    assert degrees.cells.crs == metres.cells.crs
    assert partition_problems(degrees.cells, degrees.communities) == []
    assert degrees.cells["households"].sum() == metres.cells["households"].sum()
    assert degrees.cells["code"].tolist() == metres.cells["code"].tolist()
    apart_m2 = shapely.area(
        shapely.symmetric_difference(degrees.cells.geometry.array, metres.cells.geometry.array)
    )
    assert apart_m2.sum() < 1e-3 * metres.cells.area.sum()
