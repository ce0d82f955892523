"""Files that are not what they seem: each one is an InputError that names the file."""

from __future__ import annotations

import json
import shutil
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import GeometryCollection, Point, box

from onegrid import schema
from onegrid.errors import InputError
from onegrid.io.doctor import check_file
from onegrid.io.files import read_table

if TYPE_CHECKING:
    from pathlib import Path


def cells(count: int = 200) -> gpd.GeoDataFrame:
    shapes = [box(i, 0, i + 1, 1).buffer(0) for i in range(count)]
    frame = gpd.GeoDataFrame({"code": [f"K{i}" for i in range(count)]}, geometry=shapes, crs=4548)
    return frame.set_geometry(frame.translate(486000, 4240000))


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def cut(path: Path, share: float) -> Path:
    return write(path, path.read_bytes()[: int(path.stat().st_size * share)])


def missing(folder: Path) -> Path:
    return folder / "missing.gpkg"


def a_folder(folder: Path) -> Path:
    cells().to_file(folder / "inside.gpkg")
    return folder


def empty(folder: Path) -> Path:
    return write(folder / "empty.gpkg", b"")


def blank(folder: Path) -> Path:
    return write(folder / "blank.geojson", b"\xef\xbb\xbf \n")


def truncated_gpkg(folder: Path) -> Path:
    cells().to_file(folder / "t.gpkg")
    return cut(folder / "t.gpkg", 0.7)


def gpkg_header_only(folder: Path) -> Path:
    cells().to_file(folder / "t.gpkg")
    return write(folder / "t.gpkg", (folder / "t.gpkg").read_bytes()[:600])


def truncated_shp(folder: Path) -> Path:
    cells().to_file(folder / "t.shp")
    return cut(folder / "t.shp", 0.7)


def truncated_dbf(folder: Path) -> Path:
    cells().to_file(folder / "t.shp")
    cut(folder / "t.dbf", 0.7)
    return folder / "t.shp"


def truncated_fgb(folder: Path) -> Path:
    cells().to_file(folder / "t.fgb")
    return cut(folder / "t.fgb", 0.7)


def truncated_geojson(folder: Path) -> Path:
    cells().to_crs(4326).to_file(folder / "t.geojson")
    return cut(folder / "t.geojson", 0.7)


def truncated_parquet(folder: Path) -> Path:
    cells().to_parquet(folder / "t.parquet")
    return cut(folder / "t.parquet", 0.7)


def text_named_shp(folder: Path) -> Path:
    return write(folder / "text.shp", "this is no shapefile\n" * 20)


def shp_without_dbf(folder: Path) -> Path:
    cells().to_file(folder / "t.shp")
    (folder / "t.dbf").unlink()
    return folder / "t.shp"


def shp_without_shx(folder: Path) -> Path:
    cells().to_file(folder / "t.shp")
    (folder / "t.shx").unlink()
    return folder / "t.shp"


def zip_without_vector(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    return folder / "z.zip"


def zip_in_zip(folder: Path) -> Path:
    inner = zip_without_vector(folder)
    with zipfile.ZipFile(folder / "outer.zip", "w") as archive:
        archive.write(inner, "inner.zip")
    return folder / "outer.zip"


def zip_that_climbs_out(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "slip.zip", "w") as archive:
        archive.writestr("../../escaped.geojson", "{}")
    return folder / "slip.zip"


def zip_of_two(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("a.geojson", "{}")
        archive.writestr("b.geojson", "{}")
    return folder / "two.zip"


def damaged_zip(folder: Path) -> Path:
    cells().to_file(folder / "t.gpkg")
    with zipfile.ZipFile(folder / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "t.gpkg", "t.gpkg")
    data = bytearray((folder / "d.zip").read_bytes())
    data[2000:2100] = b"\0" * 100
    return write(folder / "d.zip", bytes(data))


def unknown_ending(folder: Path) -> Path:
    return write(folder / "table.xyz", "1 2 3\n" * 30)


def json_of_another_kind(folder: Path) -> Path:
    return write(folder / "other.geojson", '{"households": [1, 2, 3]}')


def json_list(folder: Path) -> Path:
    return write(folder / "list.json", "[1, 2, 3]")


def no_features(folder: Path) -> Path:
    return write(folder / "none.geojson", '{"type": "FeatureCollection", "features": []}')


def only_null_geometry(folder: Path) -> Path:
    feature = {"type": "Feature", "properties": {"code": "1"}, "geometry": None}
    text = json.dumps({"type": "FeatureCollection", "features": [feature, feature]})
    return write(folder / "null.geojson", text)


def text_coordinates(folder: Path) -> Path:
    geometry = {"type": "Polygon", "coordinates": [[["x", 1], [2, 3], [4, 5], ["x", 1]]]}
    feature = {"type": "Feature", "properties": {"code": "1"}, "geometry": geometry}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    return write(folder / "xy.geojson", text)


def collections(folder: Path) -> Path:
    mixed = GeometryCollection([Point(486000, 4240000), box(486000, 4240000, 486009, 4240009)])
    frame = gpd.GeoDataFrame({"code": ["1"]}, geometry=[mixed], crs=4548)
    frame.to_file(folder / "mixed.gpkg")
    return folder / "mixed.gpkg"


def parquet_that_is_not(folder: Path) -> Path:
    return write(folder / "p.parquet", "PAR1 not really PAR1")


def csv_without_lonlat(folder: Path) -> Path:
    return write(folder / "c.csv", "code,name\n1,a\n")


def csv_that_is_binary(folder: Path) -> Path:
    return write(folder / "c.csv", bytes(range(256)) * 9)


def csv_with_ragged_rows(folder: Path) -> Path:
    return write(folder / "c.csv", 'code,lon,lat\n1,116.8,38.3\n2,"116.8,38.3\n3,4,5,6,7\n')


def csv_with_rows_longer_than_the_header(folder: Path) -> Path:
    return write(folder / "c.csv", "code,lon,lat\n1,116.8,38.3,9\n2,116.8,38.3,9\n")


def damaged_prj(folder: Path) -> Path:
    cells(3).to_file(folder / "t.shp")
    write(folder / "t.prj", (folder / "t.prj").read_text().replace("PROJCS", "PR\1JCS"))
    return folder / "t.shp"


def damaged_inside_a_zip(folder: Path) -> Path:
    cells().to_file(folder / "t.gpkg")
    with zipfile.ZipFile(folder / "d.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(folder / "t.gpkg", "t.gpkg")
    data = bytearray((folder / "d.zip").read_bytes())
    data[300:340] = b"\xff" * 40
    return write(folder / "d.zip", bytes(data))


def a_pointer_elsewhere(folder: Path) -> Path:
    text = "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource>"
    return write(folder / "v.geojson", text)


def a_name_with_a_null(folder: Path) -> Path:
    return folder / "a\0b.gpkg"


def a_broken_link(folder: Path) -> Path:
    (folder / "link.gpkg").symlink_to(folder / "nowhere.gpkg")
    return folder / "link.gpkg"


def empty_gdb(folder: Path) -> Path:
    (folder / "e.gdb").mkdir()
    return folder / "e.gdb"


HOSTILE = [
    missing, a_folder, empty, blank, truncated_gpkg, gpkg_header_only, truncated_shp,
    truncated_dbf, truncated_fgb, truncated_geojson, truncated_parquet, text_named_shp,
    shp_without_dbf, shp_without_shx, zip_without_vector, zip_in_zip, zip_that_climbs_out,
    zip_of_two, damaged_zip, unknown_ending, json_of_another_kind, json_list, no_features,
    only_null_geometry, text_coordinates, collections, parquet_that_is_not, csv_without_lonlat,
    csv_that_is_binary, csv_with_ragged_rows, csv_with_rows_longer_than_the_header,
    damaged_prj, damaged_inside_a_zip, a_pointer_elsewhere, a_name_with_a_null,
    a_broken_link, empty_gdb,
]  # fmt: skip


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_a_hostile_file_is_an_input_error_with_file_and_remedy(tmp_path, capfd, make):
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:  # a warning would be another error here
        read_table(str(path), schema.DEPARTMENT)
    for problem in caught.value.problems:
        assert problem.source == str(path)
        assert problem.what
        assert problem.remedy
        assert "\n" not in problem.line()
    out, err = capfd.readouterr()
    assert (out, err) == ("", "")


@pytest.mark.parametrize("make", HOSTILE, ids=lambda make: make.__name__)
def test_the_doctor_reads_a_hostile_file_or_refuses_it_in_words(tmp_path, make):
    path = make(tmp_path)
    try:
        said = [finding.code for finding in check_file(str(path))]
    except InputError as error:
        said = [problem.code for problem in error.problems]
    assert said or make in (no_features, text_coordinates, collections)


def test_a_zip_that_climbs_out_writes_nothing_outside(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    with pytest.raises(InputError, match="ZIP_UNSAFE"):
        read_table(str(zip_that_climbs_out(inner)), schema.DEPARTMENT)
    assert not list(tmp_path.rglob("escaped*"))


def test_a_member_is_chosen_from_a_zip_of_two_by_its_name(tmp_path):
    for name in ("a", "b"):
        cells(2).to_crs(4326).assign(code=name).to_file(tmp_path / f"{name}.geojson")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.write(tmp_path / "a.geojson", "a.geojson")
        archive.write(tmp_path / "b.geojson", "deep/b.geojson")
    loaded = read_table(f"{tmp_path / 'two.zip'}#b", schema.DEPARTMENT)
    assert set(loaded.frame.code) == {"b"}


def test_byte_order_marks_and_unclosed_rings_are_read(tmp_path):
    ring = [[116.8, 38.3], [116.81, 38.3], [116.81, 38.31]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {"code": "幸福"}, "geometry": geometry}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    path = write(tmp_path / "bom.geojson", b"\xef\xbb\xbf" + text.encode())
    loaded = read_table(str(path), schema.DEPARTMENT)
    assert list(loaded.frame.code) == ["幸福"]
    assert [f.code for f in loaded.findings] == ["INVALID_RING"]


def test_a_shapefile_with_upper_case_parts_is_complete(tmp_path):
    cells(3).to_file(tmp_path / "t.shp")
    for suffix in ("dbf", "shx", "prj", "cpg"):
        shutil.move(tmp_path / f"t.{suffix}", tmp_path / f"t.{suffix.upper()}")
    assert len(read_table(str(tmp_path / "t.shp"), schema.DEPARTMENT).frame) == 3
