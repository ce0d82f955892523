"""QGIS and GDAL read and edit the file of a workspace while the service works on it."""

import json
import subprocess
import sys

import geopandas as gpd
import pytest
from sqlalchemy.exc import IntegrityError

import service
from onegrid.maps.tile_grid import tiles_over
from onegrid.store import file_of
from onegrid.store.geopackage import open_engine
from onegrid.store.rows import read_rows
from service import Browser, rename

pytestmark = pytest.mark.integration
GDAL = """
import json, sys
import geopandas, pyogrio, shapely
path = sys.argv[1]
doors = geopandas.read_file(path, layer="doors")
new = doors.head(1).assign(id="qgis")
pyogrio.write_dataframe(new, path, layer="doors", append=True)
cells = geopandas.read_file(path, layer="cells", where="plan_id = 'main'")
print(json.dumps({"doors": len(doors), "names": dict(zip(cells["cell_id"], cells["name"]))}))
"""


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_row_that_gdal_adds_is_there_and_edits_go_on(app, place):
    planner = Browser(app, "planner")
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    command = [sys.executable, "-c", GDAL, str(file_of(place))]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    seen = json.loads(done.stdout)
    assert seen["names"]["c0000"] == "甲"
    assert seen["doors"] == len(service.grid().board.rows["cells"])
    listed = planner.get("/api/plans/main/people?limit=1000000").json()
    assert listed["total"] == seen["doors"] + 1
    assert "qgis" in {feature["id"] for feature in listed["features"]}
    assert planner.edit(rename("c0000", "乙"), base=1).json()["revision"] == 2
    with app.state.office.workspace.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


# what QGIS does when somebody changes one row and deletes another: the C interface of GDAL
PREPARE = """
import ctypes, re, sys
import pyogrio
path, layer, key, changed, gone, column, value = sys.argv[1:]
library = re.search(r"/[^ ]*libgdal[^ ]*[.]so[^ \\n]*", open("/proc/self/maps").read()).group()
gdal = ctypes.CDLL(library)
pointer, text, whole = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_longlong
for name, result, *taken in [
    ("GDALOpenEx", pointer, text, ctypes.c_uint, pointer, pointer, pointer),
    ("GDALDatasetGetLayerByName", pointer, pointer, text),
    ("OGR_L_SetAttributeFilter", ctypes.c_int, pointer, text),
    ("OGR_L_ResetReading", None, pointer),
    ("OGR_L_GetNextFeature", pointer, pointer),
    ("OGR_F_GetFID", whole, pointer),
    ("OGR_F_GetFieldIndex", ctypes.c_int, pointer, text),
    ("OGR_F_SetFieldString", None, pointer, ctypes.c_int, text),
    ("OGR_L_SetFeature", ctypes.c_int, pointer, pointer),
    ("OGR_L_DeleteFeature", ctypes.c_int, pointer, whole),
    ("OGR_F_Destroy", None, pointer),
    ("CPLGetLastErrorMsg", text),
    ("GDALDatasetExecuteSQL", pointer, pointer, text, pointer, text),
    ("GDALClose", ctypes.c_int, pointer),
]:
    function = getattr(gdal, name)
    function.restype, function.argtypes = result, taken
def found(row):
    gdal.OGR_L_SetAttributeFilter(rows, f"{key} = '{row}'".encode())
    gdal.OGR_L_ResetReading(rows)
    return gdal.OGR_L_GetNextFeature(rows)
"""
EDIT = (
    PREPARE
    + """
file = gdal.GDALOpenEx(path.encode(), 0x04 | 0x01, None, None, None)
rows = gdal.GDALDatasetGetLayerByName(file, layer.encode())
one = found(changed)
gdal.OGR_F_SetFieldString(one, gdal.OGR_F_GetFieldIndex(one, column.encode()), value.encode())
assert gdal.OGR_L_SetFeature(rows, one) == 0
gdal.OGR_F_Destroy(one)
other = found(gone)
assert gdal.OGR_L_DeleteFeature(rows, gdal.OGR_F_GetFID(other)) == 0
gdal.OGR_F_Destroy(other)
gdal.GDALClose(file)
"""
)


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_rows_that_gdal_changes_and_deletes_are_answered_anew(app, place):
    planner = Browser(app, "planner")
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    people, ground = "/api/plans/main/people?limit=1000", "/api/plans/main/ground"
    last = max(service.grid().board.rows["cells"])
    there = gpd.GeoSeries(gpd.points_from_xy(*zip(service.spot(last), strict=True), crs=4490))
    (tile,) = tiles_over(tuple(there.to_crs(3857).total_bounds), 18)
    map_ = f"/api/plans/main/tiles/buildings/{tile.z}/{tile.x}/{tile.y}.mvt"
    before = planner.get(people).json()["total"]
    tags = {url: {"If-None-Match": planner.get(url).headers["etag"]} for url in (map_, ground)}
    assert [planner.get(url, headers=tag).status_code for url, tag in tags.items()] == [304, 304]
    words = ["doors", "id", "dc0000", f"d{last}", "people", "777"]
    command = [sys.executable, "-c", EDIT, str(file_of(place)), *words]
    subprocess.run(command, check=True)  # noqa: S603
    answers = [planner.get(url, headers=tag) for url, tag in tags.items()]
    assert [answer.status_code for answer in answers] == [200, 200]
    rows = {f["id"]: f["properties"] for f in planner.get(people).json()["features"]}
    assert rows["dc0000"]["people"] == 777
    assert f"d{last}" not in rows
    assert len(rows) == before - 1
    assert planner.edit(rename("c0000", "乙"), base=1).json()["revision"] == 2
    with app.state.office.workspace.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        boxes = connection.exec_driver_sql("SELECT count(*) FROM rtree_doors_shape").scalar()
    assert boxes == len(rows)


REFUSED = (
    PREPARE  # noqa: S608  (what GDAL is refused)
    + """
import geopandas, json
file = gdal.GDALOpenEx(path.encode(), 0x04 | 0x01, None, None, None)
rows = gdal.GDALDatasetGetLayerByName(file, layer.encode())
told = []
def keep():
    told.append(gdal.CPLGetLastErrorMsg().decode())
one = found(changed)
gdal.OGR_F_SetFieldString(one, gdal.OGR_F_GetFieldIndex(one, column.encode()), value.encode())
assert gdal.OGR_L_SetFeature(rows, one) != 0
keep()
assert gdal.OGR_L_DeleteFeature(rows, gdal.OGR_F_GetFID(one)) != 0
keep()
gdal.OGR_F_Destroy(one)
gdal.GDALDatasetExecuteSQL(file, b"UPDATE cells SET shape = NULL", None, b"")
keep()
gdal.GDALClose(file)
cells = geopandas.read_file(path, layer=layer)
moved = cells.head(1).assign(cell_id="new", geometry=cells.geometry.head(1).translate(5, 5))
try:
    pyogrio.write_dataframe(moved, path, layer=layer, append=True)
except Exception as error:
    told.append(str(error))
print(json.dumps(told))
"""
)


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_cells_that_gdal_would_change_are_refused_with_a_reason_and_stay(app, place):
    planner = Browser(app, "planner")
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    with app.state.office.workspace.reading() as connection:
        before = read_rows(connection, "main")
    words = ["cells", "cell_id", "c0000", "", "name", "偷改"]
    command = [sys.executable, "-c", REFUSED, str(file_of(place)), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    told = json.loads(done.stdout)
    assert len(told) == 4
    assert all("/ogc" in why for why in told), told
    with app.state.office.workspace.reading() as connection:
        assert read_rows(connection, "main") == before
    assert planner.edit(rename("c0000", "乙"), base=1).json()["revision"] == 2


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_save_that_is_refused_or_copied_leaves_the_layers_guarded(app, place, tmp_path):
    planner, copy = Browser(app, "planner"), tmp_path / "copy.gpkg"
    assert planner.edit(rename("c9999", "甲"), base=0).status_code == 422
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    app.state.office.workspace.copy_file(copy)
    for path in (file_of(place), copy):
        other = open_engine(path)
        for order in (
            "UPDATE cells SET name = 'x'",
            "DELETE FROM atoms",
            "UPDATE subdistricts SET shape = NULL",
        ):
            with pytest.raises(IntegrityError, match="/ogc"), other.begin() as connection:
                connection.exec_driver_sql(order)
        other.dispose()
