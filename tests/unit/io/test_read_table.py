"""Reading tables: every format, aliases, kinds of values, ids, CRS and datum."""

from __future__ import annotations

import json
import zipfile

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from shapely import MultiPoint, MultiPolygon, Point, Polygon, box

from onegrid import schema
from onegrid.crs import work_crs
from onegrid.errors import InputError
from onegrid.io.datum import wgs84_to_gcj02
from onegrid.io.doctor import check_file
from onegrid.io.files import read_table

CANGZHOU = work_crs(116.84)
POINTS = [Point(116.84, 38.30), Point(116.85, 38.31), Point(116.86, 38.32)]


def moved(xy: np.ndarray) -> np.ndarray:
    return xy + np.array([486000, 4240000])


def people(**columns: object) -> gpd.GeoDataFrame:
    data = {"id": ["a", "b", "c"], "households": [1, 2, 3]} | columns
    return gpd.GeoDataFrame(data, geometry=POINTS, crs=4490)


def problems(source: object, table: schema.Table = schema.PEOPLE, **options: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        read_table(str(source), table, **options)
    lines = [p.line() for p in caught.value.problems]
    assert all(str(source).split("#")[0] in line for line in lines)
    return lines


WIDE = {"TARGET_ARCGIS_VERSION": "ARCGIS_PRO_3_2_OR_LATER"}  # else no 64-bit numbers
FORMATS = {
    "p.gpkg": {}, "p.geojson": {}, "p.shp": {}, "p.fgb": {}, "p.parquet": None,
    "p.kml": {"driver": "KML"}, "p.gdb": {"driver": "OpenFileGDB", **WIDE},
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_table(tmp_path, name):
    path = tmp_path / name
    frame, options = people(街道=["东", "西", "南"]), FORMATS[name]
    if options is None:
        frame.to_parquet(path)
    else:
        frame.to_file(path, **options)
    loaded = read_table(str(path), schema.PEOPLE)
    assert loaded.findings == ()
    frame = loaded.frame.sort_index()  # FlatGeobuf stores features in an order of its own
    assert list(frame.index) == ["a", "b", "c"]
    assert list(frame.households) == [1, 2, 3]
    assert loaded.frame.crs.to_string() == CANGZHOU
    assert loaded.missing_counts == {
        "households": 0, "people": 3, "elders_60": 3, "elders_80": 3, "elders_alone": 3,
    }  # fmt: skip
    schema.PEOPLE.check(loaded.frame)


def test_a_zipped_shapefile_opens_whatever_its_members_are_called(tmp_path):
    folder = tmp_path / "shp"
    folder.mkdir()
    people().to_file(folder / "plain.shp")
    path = tmp_path / "people.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"数据/户数{part.suffix.upper()}")
    assert len(read_table(str(path), schema.PEOPLE).frame) == 3


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_csv_in_any_usual_encoding(tmp_path, encoding):
    path = tmp_path / "p.csv"
    text = "编号,户数,经度,纬度\n甲,12,116.84,38.3\n乙,,116.85,38.31\n"
    path.write_text(text, encoding=encoding)
    loaded = read_table(str(path), schema.PEOPLE)
    assert list(loaded.frame.index) == ["甲", "乙"]
    assert loaded.missing_counts["households"] == 1
    codes = [f.code for f in loaded.findings]
    assert ("ENCODING_GUESSED" in codes) == (encoding == "gbk")


def test_columns_are_found_by_exact_name_before_aliases_and_in_any_case(tmp_path):
    path = tmp_path / "p.geojson"
    people(户数=[7, 7, 7], 人口=[4, 5, 6], ELDERS=[1, 1, 1]).to_file(path)
    frame = read_table(str(path), schema.PEOPLE).frame
    assert list(frame.households) == [1, 2, 3]
    assert list(frame.people) == [4, 5, 6]
    assert list(frame.elders_60) == [1, 1, 1]
    mapped = read_table(str(path), schema.PEOPLE, columns={"households": "户数"}).frame
    assert list(mapped.households) == [7, 7, 7]


def test_a_mapped_column_that_is_not_there_lists_the_columns(tmp_path):
    path = tmp_path / "p.gpkg"
    people().to_file(path)
    lines = problems(path, columns={"households": "户", "nonsense": "id"})
    assert len(lines) == 2
    assert "the columns are id, households" in lines[0]
    assert "nonsense" in lines[1]


def test_counts_come_as_text_or_floats_and_missing_ones_are_counted(tmp_path):
    path = tmp_path / "p.parquet"
    people(households=["320", " 12.0 ", None], people=[320.0, np.nan, 4.0]).to_parquet(path)
    loaded = read_table(str(path), schema.PEOPLE)
    assert list(loaded.frame.households) == [320, 12, 0]
    assert list(loaded.frame.people) == [320, 0, 4]
    assert loaded.missing_counts["households"] == loaded.missing_counts["people"] == 1


def test_every_wrong_value_in_every_column_is_reported_at_once(tmp_path):
    path = tmp_path / "p.parquet"
    people(
        households=["abc", "1", "1"], people=[12.5, 1, 1], elders_60=[-1, 1, 1],
        elders_80=[np.inf, 1, 1],
    ).to_parquet(path)  # fmt: skip
    lines = problems(path)
    assert len(lines) == 4
    assert all("error[COLUMN_VALUE]" in line and "at a" in line for line in lines)


def test_numeric_ids_become_text_without_a_decimal_point(tmp_path):
    path = tmp_path / "p.gpkg"
    people(id=[130902001.0, 2.0, 3.0]).to_file(path)
    assert list(read_table(str(path), schema.PEOPLE).frame.index) == ["130902001", "2", "3"]


def test_repeated_and_empty_ids_are_both_reported(tmp_path):
    path = tmp_path / "p.parquet"
    frame = people(id=["a", "a", None])
    frame.to_parquet(path)
    empty, repeated = problems(path)
    assert "error[ID_EMPTY]" in empty
    assert "at row 3" in empty
    assert "error[ID_DUPLICATE]" in repeated
    assert "at a" in repeated


def test_department_rows_are_numbered_and_may_repeat_their_code(tmp_path):
    path = tmp_path / "d.geojson"
    cells = [box(116.8, 38.3, 116.81, 38.31), box(116.81, 38.3, 116.82, 38.31)]
    gpd.GeoDataFrame({"网格编码": ["1", "1"]}, geometry=cells, crs=4490).to_file(path)
    frame = read_table(str(path), schema.DEPARTMENT).frame
    assert list(frame.index) == ["1", "2"]
    assert list(frame.code) == ["1", "1"]
    schema.DEPARTMENT.check(frame)


def test_rows_without_geometry_are_skipped_by_id_and_their_values_do_not_matter(tmp_path):
    path = tmp_path / "p.parquet"
    frame = people(households=[1, -5, 3])
    frame.loc[1, "geometry"] = None
    frame.loc[2, "geometry"] = Point()
    frame.to_parquet(path)
    loaded = read_table(str(path), schema.PEOPLE)
    assert loaded.skipped == ("b", "c")
    assert list(loaded.frame.index) == ["a"]
    assert [f.code for f in loaded.findings] == ["EMPTY_GEOMETRY"]


def test_polygons_of_people_become_points_inside_them_even_when_invalid(tmp_path):
    path = tmp_path / "p.parquet"
    crescent = box(116.8, 38.3, 116.9, 38.4).difference(box(116.81, 38.3, 116.89, 38.39))
    bow_tie = Polygon([(116.8, 38.3), (116.9, 38.4), (116.9, 38.3), (116.8, 38.4)])
    shapes = [crescent, bow_tie, MultiPoint([(116.8, 38.3)])]
    people().set_geometry(gpd.GeoSeries(shapes, crs=4490)).to_parquet(path)
    frame = read_table(str(path), schema.PEOPLE).frame
    assert set(frame.geom_type) == {"Point"}
    assert crescent.buffer(1e-6).contains(frame.to_crs(4490).geometry["a"])


def test_heights_are_dropped_and_multipolygons_of_one_part_become_polygons(tmp_path):
    path = tmp_path / "c.gpkg"
    square = MultiPolygon([box(0, 0, 100, 100)])
    raised = shapely.force_3d([shapely.transform(square, moved)], 9.0)
    columns = {"cell_id": ["1"], "community_id": ["c"]}
    gpd.GeoDataFrame(columns, geometry=raised, crs=4548).to_file(path)
    frame = read_table(str(path), schema.CELLS).frame
    assert list(frame.geom_type) == ["Polygon"]
    assert not frame.has_z.any()
    assert frame.locked.dtype == bool


def test_invalid_rings_are_kept_for_merging_to_repair(tmp_path):
    path = tmp_path / "d.gpkg"
    bow_tie = Polygon([(0, 0), (90, 90), (90, 0), (0, 90)])
    placed = shapely.transform(bow_tie, moved)
    gpd.GeoDataFrame({"code": ["1"]}, geometry=[placed], crs=4548).to_file(path)
    assert not read_table(str(path), schema.DEPARTMENT).frame.is_valid.any()


def test_wrong_geometry_types_and_wrong_values_are_reported_together(tmp_path):
    path = tmp_path / "f.parquet"
    frame = gpd.GeoDataFrame(
        {"facility_id": ["x", "y"], "kind": [None, "clinic"], "floor_area_m2": ["1", "much"]},
        geometry=[Point(116.8, 38.3), shapely.LineString([(116.8, 38.3), (116.9, 38.3)])],
        crs=4490,
    )
    frame.to_parquet(path)
    lines = "\n".join(problems(path, schema.FACILITIES))
    assert "kind is empty, at x" in lines
    assert "floor_area_m2 is 'much'" in lines
    assert "1 of 2 features are LineString, at y" in lines


def test_facility_kinds_are_known_by_their_labels(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text(
        "facility_id,kind,lon,lat\n1,社区日间照料服务站,116.8,38.3\n2,茶馆,116.8,38.3\n", "utf-8"
    )
    assert list(read_table(str(path), schema.FACILITIES).frame.kind) == ["day_care_station", "茶馆"]


def test_required_columns_are_named_with_those_that_are_there(tmp_path):
    path = tmp_path / "c.gpkg"
    gpd.GeoDataFrame({"x": [1]}, geometry=[box(0, 0, 1, 1)], crs=4490).to_file(path)
    lines = problems(path, schema.COMMUNITIES)
    assert ["community_id" in lines[0], "subdistrict_id" in lines[1]] == [True, True]
    assert "--column" in lines[0]


# --- layers -----------------------------------------------------------------------------------


def test_layers_are_chosen_by_mark_role_or_being_the_only_one(tmp_path):
    path = tmp_path / "all.gpkg"
    people().to_file(path, layer="People")
    people(id=["x", "y", "z"]).to_file(path, layer="other")
    assert "a" in read_table(str(path), schema.PEOPLE).frame.index
    assert "x" in read_table(f"{path}#other", schema.PEOPLE).frame.index
    assert "People, other" in problems(path, schema.FACILITIES)[0]
    assert "no layer 'none'" in problems(f"{path}#none")[0]


def test_a_file_whose_name_has_a_hash_opens(tmp_path):
    path = tmp_path / "a#b.gpkg"
    people().to_file(path, layer="one")
    assert len(read_table(str(path), schema.PEOPLE).frame) == 3
    assert len(read_table(f"{path}#one", schema.PEOPLE).frame) == 3


# --- CRS and datum ----------------------------------------------------------------------------


def test_parquet_without_a_crs_is_refused_with_a_remedy(tmp_path):
    path = tmp_path / "p.parquet"
    table = {"id": ["a"], "geometry": [shapely.to_wkb(POINTS[0])]}
    pq.write_table(pa.table(table), path)
    with pytest.raises(InputError) as caught:
        read_table(str(path), schema.PEOPLE)
    assert "CRS_MISSING" in str(caught.value)
    assert "EPSG:4490" in str(caught.value)


@pytest.mark.parametrize(
    ("xy", "crs", "remedy"),
    [
        ((116.84, 38.3), 4548, "degrees"),
        ((486012.5, 4240816.7), 4326, "metres"),
        ((39486012.5, 4240816.7), 4548, "EPSG:4527"),
        ((38.3, 116.84), 4490, "longitude first"),
        ((np.inf, 38.3), 4490, "draw"),
        ((1e300, 1e300), 4548, ""),
    ],
)
def test_coordinates_that_do_not_fit_the_crs_are_refused_with_advice(tmp_path, xy, crs, remedy):
    path = tmp_path / "p.parquet"
    gpd.GeoDataFrame({"id": ["far"]}, geometry=[Point(xy)], crs=crs).to_parquet(path)
    line = problems(path)[0]
    assert "error[COORDINATES]" in line
    assert "far" in line
    assert remedy in line


def test_one_point_at_zero_zero_is_named_instead_of_moving_the_zone(tmp_path):
    path = tmp_path / "p.geojson"
    frame = people()
    frame.loc[2, "geometry"] = Point(0, 0)
    frame.to_file(path)
    assert "at c" in problems(path)[0]


@pytest.mark.parametrize("xy", [(0, 0), (999999, 999999), (-200, 38.3), (116.84, 38.3)])
def test_a_facility_that_cannot_be_there_is_listed_and_the_others_are_read(tmp_path, xy):
    path = tmp_path / "f.csv"
    rows = [f"a,pharmacy,{xy[0]},{xy[1]}", "b,pharmacy,116.85,38.3", "c,pharmacy,116.86,38.3"]
    path.write_text("\n".join(["facility_id,kind,lon,lat", *rows]), encoding="utf-8")
    loaded = read_table(str(path), schema.FACILITIES)
    wrong = [] if xy == (116.84, 38.3) else ["a"]
    assert list(loaded.skipped) == wrong
    assert [f.where for f in loaded.findings if f.code == "COORDINATES"] == [
        f"at {i}" for i in wrong
    ]
    assert list(loaded.frame.index) == [i for i in "abc" if i not in wrong]


def test_facilities_that_are_mostly_elsewhere_are_refused(tmp_path):
    path = tmp_path / "f.csv"
    rows = ["a,pharmacy,0,999", "b,pharmacy,0,999", "c,pharmacy,116.86,38.3"]
    path.write_text("\n".join(["facility_id,kind,lon,lat", *rows]), encoding="utf-8")
    with pytest.raises(InputError, match="COORDINATES"):
        read_table(str(path), schema.FACILITIES)


def test_a_right_neighbouring_zone_is_accepted_and_a_target_crs_is_obeyed(tmp_path):
    path = tmp_path / "p.gpkg"
    people().to_crs(4547).to_file(path)
    assert read_table(str(path), schema.PEOPLE).frame.crs.to_epsg() == 4547
    placed = read_table(str(path), schema.PEOPLE, crs=CANGZHOU).frame
    expected = people().to_crs(CANGZHOU).geometry.to_numpy()
    assert shapely.distance(placed.geometry.to_numpy(), expected).max() < 0.01


def test_a_declared_datum_is_taken_out_and_an_unknown_one_refused(tmp_path):
    path = tmp_path / "p.geojson"
    lon, lat = wgs84_to_gcj02(shapely.get_x(POINTS), shapely.get_y(POINTS))
    frame = people().set_geometry(gpd.points_from_xy(lon, lat, crs=4326))
    frame.to_file(path)
    placed = read_table(str(path), schema.PEOPLE, datum="gcj02").frame
    expected = people().to_crs(CANGZHOU).geometry.to_numpy()
    assert shapely.distance(placed.geometry.to_numpy(), expected).max() < 0.01
    assert "use one of gcj02, bd09" in problems(path, datum="wgs72")[0]


def test_geojson_is_lonlat_and_feature_ids_serve_as_ids(tmp_path):
    path = tmp_path / "p.geojson"
    features = [
        {"type": "Feature", "id": i, "properties": {}, "geometry": shapely.geometry.mapping(p)}
        for i, p in zip((70, 71, 72), POINTS, strict=True)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    assert list(read_table(str(path), schema.PLACES).frame.index) == ["70", "71", "72"]


def test_a_local_city_grid_is_refused_and_named(tmp_path):
    path = tmp_path / "p.gpkg"
    local = 'LOCAL_CS["city grid",UNIT["metre",1]]'
    gpd.GeoDataFrame({"id": ["a"]}, geometry=[Point(1, 2)], crs=local).to_file(path)
    assert "error[CRS_UNUSABLE]" in problems(path)[0]
    assert [f.code for f in check_file(str(path))] == ["CRS_UNUSABLE"]
