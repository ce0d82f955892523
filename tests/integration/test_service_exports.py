"""A plan is taken away as one file of each kind, and other programs open it."""

import io
import json
import zipfile

import geopandas as gpd
import openpyxl
import pytest
import shapely

import service


@pytest.fixture(scope="module")
def planner(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("exports") / "district")
    service.fill(place)
    app, close = service.service(place)
    yield service.Browser(app, "planner")
    close()


@pytest.fixture(scope="module")
def cells():
    rows = service.grid().board.rows["cells"]
    return gpd.GeoSeries({name: row.shape for name, row in rows.items()}, crs=service.SRID)


def taken(planner, **asked):
    answer = planner.get("/api/plans/main/export", params=asked)
    assert answer.status_code == 200, answer.text
    again = planner.get("/api/plans/main/export", params=asked)
    assert answer.content == again.content
    return answer.content


def test_a_geopackage_has_every_layer(planner, cells, tmp_path):
    path = tmp_path / "main.gpkg"
    path.write_bytes(taken(planner, format="gpkg"))
    found = gpd.read_file(path, layer="cells").set_index("cell_id")
    assert found.crs.to_epsg() == service.SRID
    assert set(found.index) == set(cells.index)
    assert {"atoms", "communities"} <= set(gpd.list_layers(path)["name"])


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_shapefiles_hold_chinese_names_in_either_code_page(planner, cells, tmp_path, encoding):
    packed = zipfile.ZipFile(io.BytesIO(taken(planner, format="shp", encoding=encoding)))
    packed.extractall(tmp_path)
    found = gpd.read_file(tmp_path / "subdistricts.shp")
    assert set(found["subd_name"]) == {"街道"}
    assert "街道".encode(encoding) in (tmp_path / "subdistricts.dbf").read_bytes()
    shapes = gpd.read_file(tmp_path / "cells.shp").set_index("cell_id").geometry
    assert shapes.crs.to_epsg() == service.SRID
    assert shapes.normalize().geom_equals_exact(cells[shapes.index].normalize(), 1e-6).all()


def test_a_name_that_gbk_lacks_is_refused_by_name(planner):
    named = planner.edit(service.rename("c0100", "𠮷家里"), base=0)
    assert named.status_code == 200, named.text
    answer = planner.get("/api/plans/main/export", params={"format": "shp", "encoding": "gbk"})
    assert answer.status_code == 422
    assert "𠮷" in answer.json()["details"][0]["what"]
    assert taken(planner, format="shp", encoding="utf-8")


def test_geojson_is_in_degrees_and_without_a_gap(planner, cells):
    found = json.loads(taken(planner, format="geojson"))
    shapes = [shapely.geometry.shape(one["geometry"]) for one in found["features"]]
    assert {one["id"] for one in found["features"]} == set(cells.index)
    assert shapely.coverage_is_valid(shapes)
    back = gpd.GeoSeries(shapes, crs=4326).to_crs(service.SRID).union_all()
    assert back.symmetric_difference(cells.union_all()).area < 1e-3 * cells.union_all().area


def test_a_drawing_has_each_level_on_a_layer_and_the_codes(planner, cells, tmp_path):
    path = tmp_path / "main.dxf"
    path.write_bytes(taken(planner, format="dxf"))
    found = gpd.read_file(path)
    lines = found[found.geometry.geom_type == "LineString"]
    drawn = lines[lines["Layer"] == "CELLS"].geometry.map(shapely.Polygon)
    assert len(drawn) == len(cells)
    assert drawn.area.sum() == pytest.approx(cells.area.sum(), abs=1)
    assert {"CELLS", "COMMUNITIES", "SUBDISTRICTS"} == set(lines["Layer"])
    assert set(found["Text"].dropna()) >= {"c0100"}


def test_a_workbook_and_sheets_of_paper_are_made_of_the_plan(planner, cells):
    book = openpyxl.load_workbook(io.BytesIO(taken(planner, format="xlsx")))
    text = {str(value) for sheet in book for row in sheet.values for value in row}
    assert set(cells.index) <= text
    page = taken(planner, format="sheets").decode()
    assert page.count("c0100") > 0
    assert "@page" in page


def test_tiles_for_a_web_map_are_an_archive(planner):
    assert taken(planner, format="pmtiles").startswith(b"PMTiles")


def test_who_has_a_part_of_the_district_takes_nothing_of_it_all(planner):
    office = service.Browser(planner.app, "office")
    answer = office.get("/api/plans/main/export", params={"format": "geojson"})
    assert answer.status_code == 403
