"""The import doctor: silent on sound files, and right about each fault that is put in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Polygon, box

from onegrid.errors import InputError
from onegrid.io.datum import wgs84_to_bd09, wgs84_to_gcj02
from onegrid.io.doctor import check_file
from onegrid.io.writing import write_layers, write_parquet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIDE, STEP_M = 10, 400


def mosaic(noise_m: float = 0.0, seed: int = 1) -> gpd.GeoDataFrame:
    """Crooked blocks that tile a district in Cangzhou; noise moves shared corners together."""
    at = np.arange(SIDE + 1) * STEP_M
    corner = np.stack(np.meshgrid(482_000 + at, 4_240_000 + at, indexing="ij"), axis=-1)
    corner = corner + np.random.default_rng(0).uniform(-80, 80, corner.shape)
    corner = corner + np.random.default_rng(seed).uniform(-noise_m, noise_m, corner.shape)
    shapes = [
        Polygon([corner[i, j], corner[i + 1, j], corner[i + 1, j + 1], corner[i, j + 1]])
        for i in range(SIDE)
        for j in range(SIDE)
    ]
    codes = [f"K{n:03}" for n in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4548)


def shifted(frame: gpd.GeoDataFrame, shift: Callable) -> gpd.GeoDataFrame:
    lonlat = frame.to_crs(4326)
    moved = shapely.transform(
        lonlat.geometry.to_numpy(), lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1]))
    )
    return lonlat.set_geometry(gpd.GeoSeries(moved, crs=4326))


@pytest.fixture
def reference(tmp_path: Path) -> str:
    path = tmp_path / "reference.gpkg"
    write_layers(path, {"communities": mosaic()})
    return str(path)


def codes(folder: Path, frame: gpd.GeoDataFrame, reference: str | None = None, **options) -> dict:
    path = folder / "examined.parquet"
    write_parquet(path, frame)
    findings = check_file(str(path), reference=reference, **options)
    assert all(f.where or f.code == "CRS_MISSING" for f in findings)
    assert all(f.remedy and f.count > 0 for f in findings)
    return {f.code: f for f in findings}


@pytest.mark.parametrize("role", [None, "department"])
@pytest.mark.parametrize("noise_m", [0, 1, 5, 15])
def test_a_sound_file_has_no_finding_whatever_metres_of_noise(tmp_path, reference, noise_m, role):
    assert codes(tmp_path, mosaic(noise_m, seed=noise_m), reference, role=role) == {}


@pytest.mark.parametrize("crs", [4490, 4326, 4547, 4527, 32650])
def test_a_different_but_right_crs_is_no_finding(tmp_path, reference, crs):
    assert codes(tmp_path, mosaic().to_crs(crs), reference) == {}


def test_lakes_holes_and_a_missing_subdistrict_are_no_gaps(tmp_path, reference):
    frame = mosaic().drop(index=[34, 35, 44])
    lake = frame.geometry[60].centroid.buffer(60)
    frame.loc[60, "geometry"] = frame.geometry[60].difference(lake)
    assert codes(tmp_path, frame, reference) == {}


def test_buildings_standing_apart_have_neither_gaps_nor_detached_parts(tmp_path):
    at = np.arange(20) * 25.0
    houses = [box(x, y, x + 12, y + 9) for x in 486_000 + at for y in 4_240_000 + at]
    frame = gpd.GeoDataFrame({"id": range(400), "households": 4}, geometry=houses, crs=4548)
    assert codes(tmp_path, frame) == {}


@pytest.mark.parametrize(("shift", "name"), [(wgs84_to_gcj02, "gcj02"), (wgs84_to_bd09, "bd09")])
@pytest.mark.parametrize("kind", ["polygons", "points"])
def test_a_shifted_datum_is_suspected_and_named(tmp_path, reference, shift, name, kind):
    frame = shifted(mosaic(noise_m=8, seed=5), shift)
    if kind == "points":
        frame = frame.set_geometry(frame.representative_point())
    found = codes(tmp_path, frame, reference)
    assert list(found) == ["DATUM_SUSPECT"]
    assert name in found["DATUM_SUSPECT"].remedy


def test_points_of_a_sound_file_are_not_suspected(tmp_path, reference):
    frame = mosaic()
    assert codes(tmp_path, frame.set_geometry(frame.representative_point()), reference) == {}


@pytest.mark.parametrize(
    ("true", "declared"), [(4548, 4547), (4490, 4548), (4527, 4548), (4548, 4326), (4548, 4549)]
)
def test_a_wrong_crs_is_found_and_the_right_one_proposed(tmp_path, reference, true, declared):
    frame = mosaic().to_crs(true).set_crs(declared, allow_override=True)
    found = codes(tmp_path, frame, reference)
    assert list(found) == ["CRS_MISMATCH"]
    assert f"EPSG:{true}" in found["CRS_MISMATCH"].remedy


def test_coordinates_outside_their_crs_need_no_reference(tmp_path):
    frame = mosaic().to_crs(4490).set_crs(4548, allow_override=True)
    assert list(codes(tmp_path, frame)) == ["CRS_MISMATCH"]


def test_a_missing_crs_is_a_finding_with_the_one_that_fits(tmp_path, reference):
    frame = mosaic().set_crs(None, allow_override=True)
    frame = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=frame.geometry.to_numpy())
    found = codes(tmp_path, frame, reference)
    assert list(found) == ["CRS_MISSING"]
    assert "EPSG:4548" in found["CRS_MISSING"].remedy


def test_each_fault_is_counted_and_named_by_its_code(tmp_path, reference):
    frame = mosaic()
    frame.loc[5, "code"] = "K004"
    a, b, c, d = frame.geometry[20].exterior.coords[:4]
    frame.loc[20, "geometry"] = Polygon([a, c, b, d])
    x, y = frame.geometry[77].centroid.coords[0]
    sliver = gpd.GeoDataFrame({"code": ["THIN"]}, geometry=[box(x, y, x + 2, y + 90)], crs=4548)
    frame = pd.concat([frame, frame.iloc[[7]], sliver], ignore_index=True)
    found = codes(tmp_path, frame, reference)
    assert found["DUPLICATE_CODE"].count == 1
    assert "K004" in found["DUPLICATE_CODE"].where
    assert found["DUPLICATE_FEATURE"].where == "K007 = K007"
    assert found["INVALID_RING"].count == 1
    assert "K020" in found["INVALID_RING"].where
    assert found["SLIVER"].where == "THIN"


def test_an_overlap_and_a_gap_are_found_where_they_are(tmp_path, reference):
    frame = mosaic()
    frame.loc[22, "geometry"] = frame.geometry[22].union(frame.geometry[23].buffer(-100).buffer(95))
    overlap = frame.geometry[22].intersection(frame.geometry[23]).area
    found = codes(tmp_path, frame, reference)
    assert f"K022 × K023（{overlap:.1f} m²）" in found["OVERLAP"].where
    frame = mosaic()
    shared = frame.geometry[44].intersection(frame.geometry[45])
    frame.loc[44, "geometry"] = frame.geometry[44].difference(shared.buffer(6, cap_style="flat"))
    found = codes(tmp_path, frame, reference)
    assert list(found) == ["GAP"]
    assert found["GAP"].count == 1


def test_a_detached_part_and_rows_without_geometry_are_reported(tmp_path, reference):
    frame = mosaic()
    piece = frame.geometry[50].centroid.buffer(40)
    frame.loc[50, "geometry"] = frame.geometry[50].difference(piece)
    frame.loc[55, "geometry"] = frame.geometry[55].union(piece)
    frame.loc[99, "geometry"] = None
    found = codes(tmp_path, frame, reference)
    assert set(found) == {"DETACHED_PART", "EMPTY_GEOMETRY"}
    assert "K055" in found["DETACHED_PART"].where


def test_a_role_adds_what_reading_would_stop_at(tmp_path):
    frame = mosaic().assign(households=["x"] + [None] * 99)
    found = codes(tmp_path, frame, role="people")
    assert {"COLUMN_VALUE", "MISSING_COUNT"} <= set(found)
    assert found["MISSING_COUNT"].count == 99
    assert "COLUMN_MISSING" in codes(tmp_path, mosaic(), role="communities")
    with pytest.raises(InputError, match="ROLE_UNKNOWN"):
        codes(tmp_path, mosaic(), role="streets")


def test_every_layer_of_a_file_is_examined_and_named(tmp_path, reference):
    path = tmp_path / "two.gpkg"
    broken = mosaic()
    broken.loc[5, "code"] = "K004"
    write_layers(path, {"good": mosaic(), "bad": broken})
    findings = check_file(str(path), reference=reference)
    assert [(f.code, f.where.split(":")[0]) for f in findings] == [("DUPLICATE_CODE", "bad")]


def test_a_household_at_the_same_door_is_no_copy_but_an_equal_row_is(tmp_path):
    door = shapely.Point(486_000, 4_240_000)
    rows = {"id": ["a", "b", "b"], "households": [1, 1, 1]}
    found = codes(tmp_path, gpd.GeoDataFrame(rows, geometry=[door] * 3, crs=4548), role="people")
    assert "b" in found["DUPLICATE_FEATURE"].where
    assert "DUPLICATE_CODE" not in found
