"""Whatever the files hold, ``onegrid merge`` ends in a proved grid or in a line that says why."""

import json
import sqlite3
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from onegrid.grids.check import gap_and_overlap_m2, partition_problems

CRS = "EPSG:4547"
X, Y = 500_000, 3_380_000
WHOLE = box(X, Y, X + 600, Y + 400)


def towns():
    halves = [box(X, Y, X + 300, Y + 400), box(X + 300, Y, X + 600, Y + 400)]
    table = {
        "community_id": ["420103001001", "420103001002"],
        "name": ["甲社区", "乙社区"],
        "subdistrict_id": "420103001",
        "subdistrict_name": "街",
    }
    return gpd.GeoDataFrame(table, geometry=halves, crs=CRS)


def homes():
    xy = np.random.default_rng(1).uniform((X, Y), (X + 600, Y + 400), (80, 2))
    table = {"id": [f"h{k}" for k in range(80)], "households": 15, "people": 40, "elders_60": 5}
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=CRS)


def roads():
    up = [LineString([(X + 100 * k, Y - 9), (X + 100 * k, Y + 409)]) for k in range(1, 6)]
    along = [LineString([(X - 9, Y + 100 * k), (X + 609, Y + 100 * k)]) for k in range(1, 4)]
    return gpd.GeoDataFrame({"highway": ["residential"] * 8}, geometry=up + along, crs=CRS)


def drawn(*shapes):
    shapes = shapes or [box(X + 200 * k, Y, X + 200 * k + 200, Y + 400) for k in range(3)]
    codes = [f"甲{k}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=list(shapes), crs=CRS)


def curved(path):
    """Write a department of circular arcs, as a CAD export has them."""
    drawn().to_file(path, layer="arcs")
    with sqlite3.connect(path) as file:
        file.create_function("ST_IsEmpty", 1, lambda _: 0)
        for end in ("MinX", "MaxX", "MinY", "MaxY"):
            file.create_function(f"ST_{end}", 1, lambda _: 0.0)
        for k, shape in enumerate(drawn().geometry):
            (old,) = file.execute("select geom from arcs where fid = ?", (k + 1,)).fetchone()
            header = old[: 40 if old[3] >> 1 & 7 else 8]
            blob = header + _curve_polygon(*shape.bounds)
            file.execute("update arcs set geom = ? where fid = ?", (blob, k + 1))
        file.execute("update gpkg_geometry_columns set geometry_type_name = 'CURVEPOLYGON'")


def _curve_polygon(west, south, east, north):
    """Return the WKB of a rectangle with a round roof."""

    def line(kind, *places):
        return struct.pack("<BII", 1, kind, len(places)) + struct.pack(
            f"<{2 * len(places)}d", *np.ravel(places)
        )

    sides = line(2, (west, south), (east, south), (east, north))
    roof = line(8, (east, north), ((east + west) / 2, north + 20), (west, north))
    rest = line(2, (west, north), (west, south))
    ring = struct.pack("<BII", 1, 9, 3) + sides + roof + rest
    return struct.pack("<BII", 1, 10, 1) + ring


ANGLES = np.linspace(0, 2 * np.pi, 1_000_001)[:-1]
HOLE = box(X + 100, Y + 100, X + 200, Y + 200)
SOUND = {
    "one polygon": {"a": drawn(WHOLE)},
    "all overlapping": {"a": drawn(*(WHOLE.buffer(-2 * k) for k in range(8)))},
    "all drawn twice": {"a": pd.concat([drawn(), drawn()], ignore_index=True)},
    "one code for all": {"a": drawn().assign(code="甲")},
    "a ring of a million vertices": {
        "a": drawn(
            Polygon(
                np.column_stack([X + 300 + 250 * np.cos(ANGLES), Y + 200 + 180 * np.sin(ANGLES)])
            )
        )
    },
    "two parts and an enclave": {
        "a": drawn(
            MultiPolygon([box(X, Y, X + 90, Y + 400), box(X + 500, Y, X + 600, Y + 400)]),
            shapely.difference(box(X + 90, Y, X + 500, Y + 400), HOLE),
            HOLE,
        )
    },
    "heights": {"a": drawn().set_geometry(shapely.force_3d(drawn().geometry.array, 9.0), crs=CRS)},
    "a community with an enclave": {
        "communities": gpd.GeoDataFrame(
            pd.concat([towns(), towns().iloc[:1].assign(community_id="420103001003")])
        ).set_geometry(
            [shapely.difference(towns().geometry[0], HOLE), towns().geometry[1], HOLE], crs=CRS
        )
    },
    "a community larger than the district": {
        "communities": towns().iloc[:1].set_geometry([WHOLE.buffer(3_000)], crs=CRS)
    },
    "rivers across everything": {
        "roads": gpd.GeoDataFrame(
            {"highway": "", "waterway": ["river"] * 9},
            geometry=[
                LineString([(X - 900, Y + 41 * k), (X + 900, Y + 390 - 37 * k)]) for k in range(9)
            ],
            crs=CRS,
        )
    },
    "nobody at all": {"households": homes().assign(households=0, people=0)},
    "no count of households": {"households": homes().drop(columns="households")},
    "three systems of coordinates": {
        "a": drawn().to_crs(4490),
        "b": drawn().to_crs(4326),
        "c": drawn().to_crs(3857),
    },
}
ALL = ("communities", "households", "roads", "a")
WHOLE_CASE = {"communities": towns(), "households": homes(), "roads": roads(), "a": drawn()}
SOUND["everything in degrees"] = {n: f.to_crs(4490) for n, f in WHOLE_CASE.items()}


@pytest.fixture
def merge(quickly, tmp_path):
    def run(files, *words):
        named = []
        for name, file in (WHOLE_CASE | files).items():
            path = file
            if isinstance(file, gpd.GeoDataFrame):
                path = tmp_path / f"{name.replace(';', '')}.gpkg"
                file.to_file(path)
            role = name in ALL[:3]
            named += [f"--{name}", path] if role else ["--department", f"{name}={path}"]
        return tmp_path / "out", quickly("merge", *named, "--out", tmp_path / "out", *words)

    return run


@pytest.mark.parametrize("case", SOUND)
def test_an_odd_district_becomes_a_proved_grid(merge, case):
    out, outcome = merge(SOUND[case])
    assert outcome.code == 0, outcome.err
    cells, communities = (
        gpd.read_file(out / "grid.gpkg", layer=layer).set_index(index)
        for layer, index in (("cells", "cell_id"), ("communities", "community_id"))
    )
    assert partition_problems(cells, communities) == []
    assert gap_and_overlap_m2(cells, communities) == (0, 0)
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    given = SOUND[case].get("households", homes())
    assert cells["households"].sum() == (given["households"].sum() if "households" in given else 0)
    assert report["points_outside"] == []
    walk = pd.read_csv(out / "crosswalk.csv")
    assert np.allclose(walk.groupby(["department", "cell_id"])["area_share"].sum(), 1, atol=1e-6)
    missing = 80 if case == "no count of households" else 0
    assert report["missing_counts"].get("households", 0) == missing
    assert ("按 0 计" in outcome.out) == bool(missing)


def test_borders_of_arcs_are_read(merge, tmp_path):
    curved(tmp_path / "arcs.gpkg")
    out, outcome = merge({"a": tmp_path / "arcs.gpkg"})
    assert outcome.code == 0, outcome.err
    drawn_m2 = gpd.read_file(out / "departments.gpkg", layer="a").area.sum()
    assert drawn_m2 > WHOLE.area + 3 * 200 * 20 / 2  # the roofs are round


@pytest.mark.parametrize(
    "case",
    [
        ({"a": drawn().iloc[:0]}, "EMPTY"),
        ({"communities": towns().iloc[:0]}, "EMPTY"),
        ({"households": homes().iloc[:0]}, "EMPTY"),
        ({"a": drawn().set_crs(4548, allow_override=True)}, "DEPARTMENT_ELSEWHERE"),
        ({"a;b": drawn()}, "DEPARTMENT_NAME"),
        ({"communities": pd.concat([towns(), towns()])}, "ID_DUPLICATE"),
        ({"a": roads().assign(code="x")}, "GEOMETRY_TYPE"),
        ({"households": homes().assign(households=-3)}, "COLUMN_VALUE"),
        ({"households": homes().assign(households=10**12)}, "COLUMN_VALUE"),
    ],
)
def test_what_cannot_be_merged_is_told(merge, case):
    files, code = case
    out, outcome = merge(files)
    assert (outcome.code, set(outcome.codes)) == (2, {code}), outcome.err
    assert not out.exists()
