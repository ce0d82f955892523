"""What a planner may ask of ``onegrid merge``: weights, counts, targets, dedicated cells."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from onegrid.cli.grids import merge_text
from onegrid.maps.themes import SizeBand
from onegrid.pipeline.mapping import read_results


@pytest.fixture(scope="module")
def cells(merged):
    return gpd.read_file(merged[0] / "grid.gpkg", layer="cells").set_index("cell_id")


@pytest.fixture(scope="module")
def market(cells):
    """Two polygons well inside a cell, with the Chinese columns of a department's file."""
    first, second = cells.geometry.iloc[[1, -2]].representative_point()
    drawn = [shapely.box(p.x - 30, p.y - 25, p.x + 30, p.y + 25) for p in (first, second)]
    within = shapely.intersection(drawn, cells.geometry.iloc[[1, -2]].array)
    columns = {"类别": ["market", "school"], "名称": ["城南市场", "第一小学"]}
    return gpd.GeoDataFrame(columns, geometry=within, crs=cells.crs)


@pytest.fixture
def asked(quickly, district, merge_words, tmp_path):
    def run(*words, name="out"):
        return tmp_path / name, quickly(*merge_words(district, tmp_path / name), *words, "--json")

    return run


def read(out, layer):
    return gpd.read_file(out / "grid.gpkg", layer=layer)


def test_a_dedicated_cell_is_as_drawn_and_stays_in_the_next_merge(asked, market, tmp_path):
    market.to_file(tmp_path / "专属.gpkg")
    dedicated = ("--dedicated", tmp_path / "专属.gpkg")
    out, outcome = asked(*dedicated)
    assert outcome.code == 0, outcome.err
    assert outcome.json["dedicated"] == 2
    assert outcome.json["gap_m2"] == outcome.json["overlap_m2"] == 0
    cells = read(out, "cells").set_index("cell_id")
    own = cells[cells["locked"]]
    assert sorted(own["name"]) == ["城南市场", "第一小学"]
    drawn = market.set_index("名称").geometry[own["name"]]
    apart_m2 = shapely.area(shapely.symmetric_difference(own.geometry.array, drawn.array))
    assert (apart_m2 < 0.1 * shapely.length(drawn.array)).all()
    table = read(out, "dedicated").set_index("cell_id")
    assert (
        table["kind"][own.index].tolist() == market.set_index("名称")["类别"][own["name"]].tolist()
    )
    again, outcome = asked(*dedicated, "--previous", out / "grid.gpkg", name="again")
    assert outcome.json["kept"] == {"kept": len(cells)}
    assert read(again, "cells").equals(read(out, "cells"))
    without, outcome = asked("--previous", out / "grid.gpkg", name="without")
    assert read(without, "cells").equals(read(out, "cells"))


def test_a_dedicated_cell_makes_room_in_the_previous_grid(asked, merged, market, tmp_path):
    market.to_file(tmp_path / "专属.gpkg")
    previous = merged[0] / "grid.gpkg"
    out, outcome = asked("--dedicated", tmp_path / "专属.gpkg", "--previous", previous)
    assert outcome.code == 0, outcome.err
    kept = outcome.json["kept"]
    assert kept["dedicated"] == 2
    assert kept["kept"] == sum(kept.values()) - 2
    before, after = (gpd.read_file(p, layer="cells") for p in (previous, out / "grid.gpkg"))
    assert len(after) >= len(before) + 2
    assert after["locked"].sum() == 2
    assert len(set(before["code"]) & set(after["code"])) >= kept["kept"]


def overlapping(market):
    return pd.concat([market, market.set_geometry(market.translate(10, 0))])


def outside(market):
    return market.set_geometry(market.translate(0, 9_000))


def of_points(market):
    return market.set_geometry(market.centroid)


@pytest.mark.parametrize(
    "case",
    [
        (overlapping, "DEDICATED_OVERLAP"),
        (outside, "DEDICATED_OUTSIDE"),
        (of_points, "GEOMETRY_TYPE"),
    ],
)
def test_dedicated_cells_that_cannot_be_are_told(asked, market, tmp_path, case):
    spoil, code = case
    spoil(market).to_file(tmp_path / "bad.gpkg")
    out, outcome = asked("--dedicated", tmp_path / "bad.gpkg")
    assert (outcome.code, set(outcome.codes)) == (2, {code}), outcome.err
    assert not out.exists()


def test_a_dedicated_cell_of_two_parts_is_told(asked, market, tmp_path):
    x, y = market.geometry[0].centroid.coords[0]
    parts = [shapely.box(x + k, y - 5, x + k + 8, y + 5) for k in (-20, 0)]
    both = market.iloc[:1].set_geometry([shapely.MultiPolygon(parts)], crs=market.crs)
    both.to_file(tmp_path / "bad.gpkg")
    out, outcome = asked("--dedicated", tmp_path / "bad.gpkg")
    assert (outcome.code, outcome.codes) == (2, ["DEDICATED_PARTS"]), outcome.err
    assert not out.exists()


def test_a_dedicated_cell_in_a_locked_one_is_told(asked, merged, market, tmp_path):
    market.to_file(tmp_path / "专属.gpkg")
    locked = read(merged[0], "cells").assign(locked=True)
    locked.to_file(tmp_path / "old.gpkg", layer="cells")
    words = ("--dedicated", tmp_path / "专属.gpkg", "--previous", tmp_path / "old.gpkg")
    _, outcome = asked(*words)
    assert (outcome.code, outcome.codes) == (2, ["DEDICATED_LOCKED"] * 2)


def test_a_community_gets_the_number_of_cells_asked_for(asked, cells):
    counts = cells["community_id"].value_counts().sort_index()
    community, count = counts.index[0], int(counts.iloc[0])
    out, outcome = asked("--target", f"{community}={count + 1}")
    assert outcome.code == 0, outcome.err
    found = read(out, "cells")["community_id"].value_counts()
    assert found[community] == count + 1
    again, outcome = asked(
        "--target", f"{community}={count}", "--previous", out / "grid.gpkg", name="again"
    )
    assert outcome.code == 0, outcome.err
    assert read(again, "cells")["community_id"].value_counts()[community] == count
    assert outcome.json["kept"]["target"] == count + 1
    assert outcome.json["codes"]["voided"] >= 1


def test_people_or_elders_are_counted_instead_of_households(asked):
    out, outcome = asked("--count-by", "people", "--size", "900:1500")
    assert outcome.code == 0, outcome.err
    people = read(out, "cells")["people"]
    share = people.between(900, 1500)[people > 0].mean()
    assert outcome.json["in_band_share"] == pytest.approx(share, abs=1e-4)
    assert share >= 0.75
    settings = read(out, "settings").set_index("name")["value"].to_dict()
    assert settings == {"count_by": "people", "size_max": "1500", "size_min": "900"}
    assert outcome.json["count_by"] == "people"
    assert read_results(out).band == SizeBand(900, 1500, "people")
    assert "人数达标" in merge_text(outcome.json, out)
    assert "户数达标" not in merge_text(outcome.json, out)


def test_a_department_with_more_weight_is_followed_more(asked, merged):
    _, outcome = asked("--weight", "urban_management=8", "--weight", "urban_units=0")
    assert outcome.code == 0, outcome.err
    before, after = (
        j["preserved_share"]["urban_management"] for j in (merged[1].json, outcome.json)
    )
    assert after >= before


@pytest.mark.parametrize(
    "case",
    [
        (("--target", "nowhere=3"), "TARGET_UNKNOWN"),
        (("--target", "130999001001=900"), "TARGET_IMPOSSIBLE"),
        (("--target", "130999001001=0"), "USAGE"),
        (("--target", "130999001001=2.5"), "USAGE"),
        (("--target", "130999001001=-1"), "USAGE"),
        (("--target", "130999001001=99999999999"), "USAGE"),
        (("--count-by", "dogs"), "USAGE"),
        (("--count-by", "elders"), "USAGE"),
        (("--dedicated", "absent.gpkg"), "FILE_MISSING"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told(asked, case):
    words, code = case
    out, outcome = asked(*words)
    assert (outcome.code, set(outcome.codes)) == (2, {code}), outcome.err
    assert not out.exists()
