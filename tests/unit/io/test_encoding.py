"""Encodings of shapefiles: declared, missing, wrong; Chinese must come out as Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
from shapely import box

from onegrid import schema
from onegrid.io.files import Loaded, read_table

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ["幸福社区", "东街", "Elm Street"]


def shapefile(folder: Path, encoding: str, cpg: str | None, ldid: int | None = None) -> str:
    path = folder / "d.shp"
    shapes = [box(i, 0, i + 1, 1) for i in range(3)]
    frame = gpd.GeoDataFrame({"编码": ["1", "2", "3"], "名称": NAMES}, geometry=shapes, crs=4548)
    frame = frame.set_geometry(frame.translate(486000, 4240000))
    frame.to_file(path, encoding=encoding)
    declared = path.with_suffix(".cpg")
    declared.unlink(missing_ok=True)
    if cpg is not None:
        declared.write_text(cpg)
    if ldid is not None:
        dbf = path.with_suffix(".dbf")
        data = bytearray(dbf.read_bytes())
        data[29] = ldid
        dbf.write_bytes(data)
    return str(path)


def guessed(loaded: Loaded) -> bool:
    return "ENCODING_GUESSED" in [f.code for f in loaded.findings]


@pytest.mark.parametrize(
    ("encoding", "cpg", "ldid", "is_guess"),
    [
        ("UTF-8", "UTF-8", None, False),
        ("UTF-8", None, None, True),
        ("GBK", None, None, True),
        ("GBK", "GBK", None, False),
        ("GBK", "936", None, False),
        ("GBK", "UTF-8", None, True),
        ("GBK", "ISO-8859-1", None, True),
        ("GBK", "nonsense", None, True),
        ("GBK", None, 0x4D, False),
        ("GBK", None, 0x57, True),
        ("UTF-8", None, 0x4D, True),
        ("UTF-8", "GBK", None, True),
    ],
)
def test_chinese_comes_out_right_and_a_guess_is_reported(tmp_path, encoding, cpg, ldid, is_guess):
    loaded = read_table(shapefile(tmp_path, encoding, cpg, ldid), schema.DEPARTMENT)
    assert list(loaded.frame.name) == NAMES
    assert list(loaded.frame.code) == ["1", "2", "3"]
    assert guessed(loaded) == is_guess


def test_western_text_in_latin_1_stays_western(tmp_path):
    path = tmp_path / "w.shp"
    frame = gpd.GeoDataFrame(
        {"code": ["1", "2"], "name": ["Café Céline", "Rue Éluard"]},
        geometry=[box(486000, 4240000, 486010, 4240010), box(486010, 4240000, 486020, 4240010)],
        crs=4548,
    )
    frame.to_file(path, encoding="ISO-8859-1")
    path.with_suffix(".cpg").write_text("ISO-8859-1")
    loaded = read_table(str(path), schema.DEPARTMENT)
    assert list(loaded.frame.name) == ["Café Céline", "Rue Éluard"]
    assert not guessed(loaded)


def test_plain_ascii_needs_no_declaration(tmp_path):
    path = tmp_path / "a.shp"
    shape = box(486000, 4240000, 486010, 4240010)
    gpd.GeoDataFrame({"code": ["1"]}, geometry=[shape], crs=4548).to_file(path)
    path.with_suffix(".cpg").unlink()
    assert read_table(str(path), schema.DEPARTMENT).findings == ()


def test_a_field_that_cuts_its_last_character_is_still_gbk(tmp_path):
    source = shapefile(tmp_path, "GBK", None)
    dbf = tmp_path / "d.dbf"
    data = dbf.read_bytes().replace("幸福社区".encode("gbk"), "幸福社".encode("gbk") + b"\xc7 ")
    dbf.write_bytes(data)
    assert read_table(source, schema.DEPARTMENT).frame.name.iloc[0].startswith("幸福社")


def test_text_that_was_once_read_as_latin_1_is_recovered_and_reported(tmp_path):
    path = tmp_path / "m.gpkg"
    wrong = ["幸福社区".encode("gbk").decode("latin-1"), "plain"]
    shapes = [box(486000, 4240000, 486010, 4240010), box(486010, 4240000, 486020, 4240010)]
    frame = gpd.GeoDataFrame({"code": ["1", "2"], "name": wrong}, geometry=shapes, crs=4548)
    frame.to_file(path)
    loaded = read_table(str(path), schema.DEPARTMENT)
    assert list(loaded.frame.name) == ["幸福社区", "plain"]
    assert guessed(loaded)


def test_geojson_in_gbk_is_read_and_reported(tmp_path):
    path = tmp_path / "g.geojson"
    shape = box(116.8, 38.3, 116.81, 38.31)
    gpd.GeoDataFrame({"code": ["幸福"]}, geometry=[shape], crs=4326).to_file(path)
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    loaded = read_table(str(path), schema.DEPARTMENT)
    assert list(loaded.frame.code) == ["幸福"]
    assert guessed(loaded)


def test_names_that_a_shapefile_cut_to_ten_bytes_are_recognised(tmp_path):
    path = tmp_path / "c.shp"
    columns = {
        "community_id": ["1"], "name": ["甲"], "subdistrict_id": ["s"], "subdistrict_name": ["乙"],
    }  # fmt: skip
    shape = box(486000, 4240000, 486010, 4240010)
    with pytest.warns(UserWarning, match="longer than 10"), pytest.warns(RuntimeWarning):
        gpd.GeoDataFrame(columns, geometry=[shape], crs=4548).to_file(path)
    frame = read_table(str(path), schema.COMMUNITIES).frame
    assert list(frame.index) == ["1"]
    assert frame.iloc[0, :3].to_list() == ["甲", "s", "乙"]


def test_chinese_names_cut_within_a_character_are_recognised(tmp_path):
    source = shapefile(tmp_path, "UTF-8", "UTF-8")
    dbf = tmp_path / "d.dbf"
    full, cut = "编码".encode(), "网格编码".encode()[:10]
    dbf.write_bytes(dbf.read_bytes().replace(full + b"\0" * 5, cut + b"\0", 1))
    assert list(read_table(source, schema.DEPARTMENT).frame.code) == ["1", "2", "3"]
