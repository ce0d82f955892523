import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

CELL_COLUMNS = [
    "cell_id",
    "code",
    "name",
    "community_id",
    "subdistrict_id",
    "households",
    "people",
    "elders_60",
    "area_m2",
    "base_code",
    "workers_needed",
    "locked",
    "geometry",
]


def test_the_folder_holds_what_the_contract_names(merged):
    out, outcome = merged
    names = {layer for layer, _ in pyogrio.list_layers(out / "grid.gpkg")}
    described = {"cells", "atoms", "conflicts", "communities", "subdistricts"}
    assert names == described | {"codes", "evidence", "settings"}
    cells = gpd.read_file(out / "grid.gpkg", layer="cells")
    assert list(cells.columns) == CELL_COLUMNS
    assert cells.crs.to_epsg() == 4548
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert report["merge"]["gap_m2"] == report["gap_m2"] == 0
    assert report["overlap_m2"] == 0
    assert outcome.json == report["merge"]
    repairs = pd.read_csv(out / "repairs.csv")
    assert list(repairs.columns) == ["department", "code", "kind", "moved_area_m2"]
    assert not list(out.glob(".*"))


def test_files_that_count_few_people_are_the_offices_own_and_the_others_count_none(merged):
    out, _ = merged
    internal = {p.name for p in out.iterdir() if p.stat().st_mode & 0o077 == 0}
    counts = {"grid.gpkg", "departments.gpkg", "crosswalk.csv", "staffing.csv"}
    assert internal == counts | {"communities_check.csv", "communities_check.gpkg"}
    layers = {layer for layer, _ in pyogrio.list_layers(out / "grid_public.gpkg")}
    assert layers == {"cells", "communities", "subdistricts"}
    public, cells = (
        gpd.read_file(out / name, layer="cells") for name in ("grid_public.gpkg", "grid.gpkg")
    )
    assert list(public.columns) == CELL_COLUMNS
    assert public.geometry.equals(cells.geometry)
    assert not public[["households", "people", "elders_60"]].isin(range(1, 10)).any(axis=None)
    walk = pd.read_csv(out / "crosswalk_public.csv")
    assert not [name for name in walk.columns if "household" in name]


def test_cells_in_the_file_tile_their_communities(merged):
    out, _ = merged
    cells = gpd.read_file(out / "grid.gpkg", layer="cells")
    communities = gpd.read_file(out / "grid.gpkg", layer="communities").set_index("community_id")
    assert shapely.coverage_is_valid(cells.geometry.to_numpy())
    assert cells.geom_type.eq("Polygon").all()
    whole = cells.dissolve("community_id").geometry
    moved = whole.symmetric_difference(communities.geometry.reindex(whole.index)).area
    assert (moved < 1e-6 * whole.area).all()
    assert cells["code"].is_unique
    assert (cells["code"].str[:12] == cells["community_id"]).all()


def test_codes_number_the_cells_of_a_community_from_west_to_east(merged):
    cells = gpd.read_file(merged[0] / "grid.gpkg", layer="cells")
    x = shapely.get_x(shapely.point_on_surface(cells.geometry.to_numpy()))
    for _, rows in cells.assign(x=x).groupby("community_id"):
        ordered = rows.sort_values("code")
        assert ordered["code"].str[12:].tolist() == [f"{i + 1:03d}" for i in range(len(rows))]
        assert ordered["x"].is_monotonic_increasing


def test_crosswalk_shares_sum_to_one(merged, district):
    table = pd.read_csv(merged[0] / "crosswalk.csv", dtype={"cell_id": str, "old_code": str})
    assert set(table["department"]) == set(district.departments)
    sums = table.groupby(["cell_id", "department"])[["area_share", "household_share"]].sum()
    assert np.allclose(sums["area_share"], 1, atol=1e-6)
    shares = sums["household_share"]
    assert (np.isclose(shares, 1, atol=1e-6) | (shares == 0)).all()


def test_same_input_gives_the_same_bytes(merged, onegrid, district, merge_words, tmp_path):
    (tmp_path / "again").mkdir()
    stale = tmp_path / "again" / "crosswalk_previous.csv"
    stale.write_text("of a run with --previous", encoding="utf-8")
    again = onegrid(*merge_words(district, tmp_path / "again"))
    assert again.code == 0
    for name in ("grid.gpkg", "crosswalk.csv", "repairs.csv", "report.json", "departments.gpkg"):
        assert (tmp_path / "again" / name).read_bytes() == (merged[0] / name).read_bytes(), name
    assert not stale.exists()


def test_a_base_department_is_kept_better(onegrid, district, merge_words, merged, tmp_path):
    outcome = onegrid(*merge_words(district, tmp_path / "out"), "--base", "ecology", "--json")
    before = merged[1].json["preserved_share"]["ecology"]
    assert outcome.json["preserved_share"]["ecology"] >= before - 0.02
    cells = gpd.read_file(tmp_path / "out" / "grid.gpkg", layer="cells")
    codes = set(gpd.read_file(district.departments["ecology"])["code"])
    assert set(cells["base_code"].dropna()) <= codes


def test_every_bad_input_is_told_at_once_and_nothing_is_written(onegrid, district, tmp_path):
    broken = tmp_path / "broken.gpkg"
    broken.write_text("not a database", encoding="utf-8")
    nocolumn = tmp_path / "homes.csv"
    nocolumn.write_text("lon,lat\n116.8,38.3\n", encoding="utf-8")
    outcome = onegrid(
        *("merge", "--department", f"a={broken}", "--department", f"b={tmp_path}/absent.shp"),
        *("--communities", district.communities, "--households", nocolumn),
        *("--out", tmp_path / "out"),
    )
    assert outcome.code == 2
    assert len(outcome.codes) >= 3
    assert all(name in outcome.err for name in ("broken.gpkg", "absent.shp", "homes.csv"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("--size", "500:300"),
        ("--size", "nonsense"),
        ("--base", "nobody"),
        ("--column", "households"),
        ("--column", "nonsense=户数"),
        ("--colour", "red"),
    ],
)
def test_a_wrong_option_is_told_not_traced(onegrid, district, merge_words, tmp_path, words):
    outcome = onegrid(*merge_words(district, tmp_path / "out"), *words)
    assert outcome.code == 2
    assert outcome.codes
    assert not (tmp_path / "out").exists()


def test_the_output_may_not_replace_an_input(onegrid, district, merge_words):
    outcome = onegrid(*merge_words(district, district.communities.parent), "--json")
    assert outcome.code in (0, 2)  # the folder is allowed, unless a result has an input's name
    taken = district.communities.parent / "grid.gpkg"
    if outcome.code == 0:
        taken.unlink()
