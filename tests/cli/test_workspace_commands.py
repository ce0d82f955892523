"""A workspace as a user has it: init, import, export, backup, restore, audit."""

import shutil

import geopandas as gpd
import pytest
from sqlalchemy import text

from onegrid.grids.edit import open_grid, perform, read_edit
from onegrid.pipeline.edit import read_grid
from onegrid.store import open_workspace, plans
from onegrid.store.audit import By
from onegrid.store.rows import read_rows

LAYERS = ("cells", "atoms", "conflicts", "communities", "subdistricts", "codes", "evidence")


@pytest.fixture(scope="module")
def imported(onegrid, merged, district, tmp_path_factory):
    place = tmp_path_factory.mktemp("imported") / "区"
    assert onegrid("init", place).code == 0
    words = ("--households", district.households, "--author", "规划科")
    outcome = onegrid("import", merged[0], "--workspace", place, *words, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["cells"] == len(gpd.read_file(merged[0] / "grid.gpkg", layer="cells"))
    assert outcome.json["people"] > 0
    return place


@pytest.fixture
def workspace(imported, tmp_path):
    return shutil.copytree(imported, tmp_path / imported.name)


def test_what_goes_in_comes_out_the_same(onegrid, workspace, merged, tmp_path):
    out = tmp_path / "out"
    outcome = onegrid("export", "--workspace", workspace, "--out", out, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["stale"] == []
    for layer in LAYERS:
        was = gpd.read_file(merged[0] / "grid.gpkg", layer=layer)
        now = gpd.read_file(out / "grid.gpkg", layer=layer)
        plain = was.columns.drop("geometry")
        assert sorted(now.columns) == sorted(was.columns)
        assert now[plain].equals(was[plain]), layer
        assert (now.geometry.normalize() == was.geometry.normalize()).all(), layer
    for name in ("crosswalk.csv", "repairs.csv", "report.json"):
        assert (out / name).read_bytes() == (merged[0] / name).read_bytes(), name


def test_after_an_edit_codes_and_crosswalk_follow_and_old_results_stay_away(
    onegrid, workspace, tmp_path
):
    opened = open_workspace(str(workspace))
    with opened.reading() as connection:
        rows = read_rows(connection, "main")
    cell = max(rows["cells"].values(), key=lambda row: row.shape.area).key.id
    board = open_grid(read_grid(str(exported(onegrid, workspace, tmp_path / "before")))).board
    split = {"op": "split_k", "cell_id": cell, "k": 2, "new_ids": [f"{cell}x", f"{cell}y"]}
    change = perform(board, read_edit(split))
    with opened.writing() as connection:
        plans.save(connection, "main", [change], base=0, by=By("x", "2026-01-01T00:00:00Z"))
    opened.close()
    outcome = onegrid("export", "--workspace", workspace, "--out", tmp_path / "after", "--json")
    assert outcome.json["revision"] == 1
    assert "report.json" in outcome.json["stale"]
    assert not (tmp_path / "after" / "report.json").exists()
    grid = tmp_path / "after" / "grid.gpkg"
    assert {f"{cell}x", f"{cell}y"} <= set(gpd.read_file(grid, layer="cells")["cell_id"])
    codes = gpd.read_file(grid, layer="codes").set_index("code")
    assert (codes.loc[cell, "status"], codes.loc[cell, "reason"]) == ("void", "split")
    assert f"{cell}x" in (tmp_path / "after" / "crosswalk.csv").read_text(encoding="utf-8")


def exported(onegrid, workspace, out):
    assert onegrid("export", "--workspace", workspace, "--out", out).code == 0
    return out / "grid.gpkg"


def test_a_backup_brings_a_workspace_back(onegrid, workspace, tmp_path):
    backup, again = tmp_path / "b.gpkg", tmp_path / "again"
    assert onegrid("backup", backup, "--workspace", workspace).code == 0
    assert onegrid("backup", backup, "--workspace", workspace).codes == ["OUTPUT_EXISTS"]
    assert onegrid("restore", backup, "--workspace", again, "--json").json["plans"] == 1
    assert onegrid("restore", backup, "--workspace", again).codes == ["WORKSPACE_EXISTS"]
    one, two = (exported(onegrid, place, tmp_path / f"x{n}") for n, place in
                enumerate((workspace, again)))  # fmt: skip
    assert one.read_bytes() == two.read_bytes()


def test_a_changed_audit_is_found(onegrid, workspace):
    assert onegrid("audit", "verify", "--workspace", workspace, "--json").json["broken"] == []
    opened = open_workspace(str(workspace))
    with opened.writing() as connection:
        connection.execute(text("UPDATE audit SET actor = '别人'"))
    opened.close()
    outcome = onegrid("audit", "verify", "--workspace", workspace)
    assert (outcome.code, outcome.codes) == (2, ["AUDIT_BROKEN"])


def test_wrong_uses_are_told_in_one_line_each(quickly, merged, tmp_path):
    assert quickly("init").codes == ["USAGE"]
    assert quickly("init", tmp_path / "w", "--database", "postgresql://x").codes == ["USAGE"]
    assert quickly("init", tmp_path / "w", "--crs", "EPSG:4326").codes == ["CRS_UNUSABLE"]
    assert quickly("init", tmp_path / "w", "--crs", "nonsense").codes == ["CRS_UNKNOWN"]
    nothing = tmp_path / "nothing"
    assert quickly("export", "--workspace", nothing).codes == ["WORKSPACE_MISSING"]
    assert quickly("import", nothing, "--workspace", nothing).codes == ["FILE_MISSING"]
    assert quickly("audit", "burn", "--workspace", nothing).codes == ["USAGE"]
    assert quickly("init", tmp_path / "w", "--crs", "EPSG:4547").code == 0
    other_zone = quickly("import", merged[0], "--workspace", tmp_path / "w")
    assert other_zone.codes == ["CRS_MISMATCH"]
