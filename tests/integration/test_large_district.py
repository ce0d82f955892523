"""An invented district like the one the benchmarks measure, a quarter of its size."""

import pytest

from onegrid.grids.check import partition_problems
from onegrid.grids.options import AssignOptions
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.pipeline.merge import MergeInputs, merge_tables, read_merge, report_of
from onegrid.pipeline.stages import Run

pytestmark = pytest.mark.slow
QUARTER = DistrictOptions(subdistricts=3, communities=34, cells=141, households=56_250)
DEPARTMENTS = ("politics_law", "emergency", "urban_management", "ecology")


@pytest.fixture(scope="module")
def merged(tmp_path_factory):
    paths = write_district(tmp_path_factory.mktemp("district"), QUARTER)
    inputs = MergeInputs(
        {name: str(paths.departments[name]) for name in DEPARTMENTS},
        str(paths.communities),
        str(paths.households),
        str(paths.roads),
    )
    tables = read_merge(inputs)
    run = Run("test")
    found = merge_tables(tables, options=AssignOptions(), run=run)
    return tables, found, report_of(found, tables), run


def test_it_is_a_nested_partition_without_gap_or_overlap(merged):
    tables, found, report, _ = merged
    assert partition_problems(found.grid.cells, found.grid.communities) == []
    assert report["gap_m2"] == report["overlap_m2"] == 0
    assert report["communities"] == len(tables.communities) == 34
    assert report["subdistricts"] == 3


def test_every_household_is_in_exactly_one_cell(merged):
    tables, found, report, _ = merged
    assert report["points_outside"] == []
    assert (found.grid.cell_of >= 0).all()
    assert found.grid.cells["households"].sum() == tables.people["households"].sum()


def test_it_keeps_the_band_and_the_old_borders(merged):
    report = merged[2]
    assert report["in_band_share"] >= 0.85
    assert report["border_reuse_share"] >= 0.9
    assert min(report["preserved_share"].values()) >= 0.65


def test_most_communities_are_solved_with_a_proven_gap(merged):
    gaps = [entry["gap"] for entry in merged[2]["solver"].values()]
    assert all(gap >= 0 for gap in gaps)
    assert sum(gap <= 0.01 for gap in gaps) / len(gaps) >= 0.95
    for entry in merged[2]["solver"].values():
        assert entry["bound"] <= entry["objective"] + 1e-3


def test_every_planted_fault_is_on_record(merged):
    repairs = merged[1].repairs
    kinds = {(row.department, row.kind) for row in repairs.itertuples()}
    assert ("emergency", "invalid_ring") in kinds
    assert ("politics_law", "duplicate_code") in kinds
    assert ("urban_management", "duplicate_feature") in kinds
    assert (repairs["moved_area_m2"] >= 0).all()
    assert repairs["code"].ne("").all()
