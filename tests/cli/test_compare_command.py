"""``onegrid compare`` as a user runs it."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

COLUMNS = [
    "cell_id",
    "department",
    "old_code",
    "area_m2",
    "area_share",
    "households",
    "household_share",
]


@pytest.fixture(scope="module")
def grid(merged):
    return merged[0] / "grid.gpkg"


@pytest.fixture(scope="module")
def joined(grid, tmp_path_factory):
    """Two neighbours of the merged grid are one cell, another one is only renamed."""
    cells = gpd.read_file(grid, layer="cells").set_index("cell_id")
    first = cells.index[0]
    touching = cells.boundary.intersection(cells.boundary[first]).length.drop(first)
    second = touching.idxmax()
    cells.loc[first, "geometry"] = cells.geometry[[first, second]].union_all()
    cells = cells.drop(second)
    third = cells.index[-1]
    cells.loc[third, "code"] = "X1"
    path = tmp_path_factory.mktemp("joined") / "plan.gpkg"
    cells.to_file(path, layer="cells")
    return path, first, second, third


def test_a_grid_compared_with_itself_changes_nothing(onegrid, grid, district, tmp_path):
    out = tmp_path / "out"
    told = onegrid(
        "compare", grid, grid, "--households", district.households, "--out", out, "--json"
    )
    assert told.code == 0, told.err
    assert told.json == json.loads((out / "report.json").read_text(encoding="utf-8"))["compare"]
    cells = told.json["cells"]["new"]
    assert told.json["lineage"]["kept"] == {"old": cells, "new": cells}
    assert told.json["moved_households"] == told.json["moved_area_m2"] == 0
    assert told.json["changed_border_m"] == {"old": 0, "new": 0}
    assert told.json["scores"]["old"] == told.json["scores"]["new"]
    assert told.json["scores"]["new"]["principles"]["seamless"] == 1


def test_a_merger_and_a_rename_move_nobody(onegrid, grid, joined, district, tmp_path):
    path, first, second, third = joined
    out = tmp_path / "out"
    told = onegrid(
        "compare", grid, path, "--households", district.households, "--out", out, "--json"
    )
    assert told.code == 0, told.err
    assert told.json["moved_households"] == 0
    assert told.json["lineage"]["merged"] == {"old": 2, "new": 1}
    assert told.json["lineage"]["renamed"] == {"old": 1, "new": 1}
    assert told.json["changed_border_m"]["old"] > 50
    assert told.json["changed_border_m"]["new"] == 0
    lineage = pd.read_csv(out / "lineage.csv", dtype=str).set_index("old_code")
    assert lineage.loc[[first, second], "new_code"].tolist() == [first, first]
    assert lineage.loc[third, "new_code"] == "X1"
    lines = gpd.read_file(out / "compare.gpkg", layer="changed_borders")
    cells = gpd.read_file(grid, layer="cells").set_index("cell_id").geometry
    between = cells[first].boundary.intersection(cells[second].boundary)
    assert shapely.hausdorff_distance(lines.union_all(), between) < 14


def test_the_way_back_splits_and_moves_the_smaller_part(onegrid, grid, joined, district, tmp_path):
    path, first, second, _ = joined
    out = tmp_path / "out"
    told = onegrid(
        "compare", path, grid, "--households", district.households, "--out", out, "--json"
    )
    homes = gpd.read_file(grid, layer="cells").set_index("cell_id")["households"]
    assert told.json["moved_households"] == homes[[first, second]].min()
    assert told.json["lineage"]["split"] == {"old": 1, "new": 2}
    areas = gpd.read_file(out / "compare.gpkg", layer="moved_areas")
    assert areas["households"].sum() == told.json["moved_households"]
    table = pd.read_csv(out / "crosswalk.csv", dtype={"cell_id": str, "old_code": str})
    assert list(table.columns) == COLUMNS
    assert set(table["department"]) == {"previous"}
    sums = table.groupby("cell_id")[["area_share", "household_share"]].sum()
    assert np.allclose(sums, 1, atol=1e-6)


def test_any_polygons_with_a_code_can_be_compared(onegrid, grid, district, tmp_path):
    old = district.departments["emergency"]
    words = ("compare", old, grid, "--households", district.households)
    told = onegrid(*words, "--out", tmp_path / "a", "--department", f"emergency={old}", "--json")
    assert told.code == 0, told.err
    scores = told.json["scores"]
    assert scores["old"]["preserved_share"] == {"emergency": 1.0}
    assert scores["new"]["principles"]["seamless"] == 1
    layers = {name for name, _ in pyogrio.list_layers(tmp_path / "a" / "compare.gpkg")}
    assert layers == {"moved_areas", "changed_borders"}
    assert onegrid(*words, "--out", tmp_path / "b", "--department", f"emergency={old}").code == 0
    for name in ("crosswalk.csv", "lineage.csv", "compare.gpkg", "report.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_bad_input_is_told_at_once_and_the_folder_of_a_grid_is_left_alone(
    onegrid, grid, district, tmp_path
):
    told = onegrid("compare", "absent.gpkg", grid, "--households", "lost.csv", "--out", tmp_path)
    assert told.code == 2
    assert told.codes == ["FILE_MISSING", "FILE_MISSING"]
    before = (grid.parent / "crosswalk.csv").read_bytes()
    told = onegrid("compare", grid, grid, "--households", district.households, "--out", grid.parent)
    assert (told.code, told.codes) == (2, ["OUTPUT"])
    assert (grid.parent / "crosswalk.csv").read_bytes() == before
