"""Approved maps: a change of any border or circle shows as a diff that a person reads."""

import geopandas as gpd
import pytest
import shapely
from shapely import LineString, Point, box

from onegrid.circles.shape import life_circles
from onegrid.grids.options import AssignOptions
from onegrid.network.build import build_network
from onegrid.pipeline.merge import MergeTables, merge_tables
from onegrid.pipeline.stages import Run
from onegrid.standards import profile

CRS = "EPSG:4547"
X, Y = 500_000, 3_380_000
BLOCK_M = 100


@pytest.fixture(scope="module")
def streets():
    """Six by four blocks, each street bent a little, one of them missing in the middle."""
    xy = {
        (i, j): (X + i * BLOCK_M + 3 * (j % 2), Y + j * BLOCK_M) for i in range(7) for j in range(5)
    }
    lines = [[xy[i, j] for j in range(5)] for i in range(7)]
    lines += [[xy[i, j] for i in range(7)] for j in range(5)]
    pieces = [LineString(line[k : k + 2]) for line in lines for k in range(len(line) - 1)]
    del pieces[10]
    tags = dict.fromkeys(("railway", "waterway", "barrier"))
    return gpd.GeoDataFrame(
        {"highway": "residential", **tags}, geometry=pieces, crs=CRS, index=range(len(pieces))
    )


def test_a_town_that_two_departments_drew(golden, streets):
    west, east = box(X, Y, X + 300, Y + 400), box(X + 300, Y, X + 600, Y + 400)
    names = {"name": ["东社区", "西社区"], "subdistrict_id": "420103001", "subdistrict_name": "街"}
    towns = gpd.GeoDataFrame(
        names, geometry=[east, west], index=["420103001002", "420103001001"], crs=CRS
    )
    towns.index.name = "community_id"
    doors = [Point(X + 30 + 60 * i, Y + 25 + 70 * j) for i in range(10) for j in range(6)]
    counts = {"households": 40, "people": 100, "elders_60": 24}
    people = gpd.GeoDataFrame(counts, index=[f"h{i}" for i in range(60)], geometry=doors, crs=CRS)
    halves = [box(X - 4, Y - 3, X + 205, Y + 395), box(X + 205, Y, X + 600, Y + 401)]
    rows = [box(X, Y, X + 600, Y + 193), box(X, Y + 196, X + 600, Y + 400)]
    departments = {
        "emergency": gpd.GeoDataFrame({"code": ["E1", "E2"]}, geometry=halves, crs=CRS),
        "ecology": gpd.GeoDataFrame({"code": ["N", "S"]}, geometry=rows[::-1], crs=CRS),
    }
    tables = MergeTables(towns, people, departments, streets, {}, {})
    merged = merge_tables(tables, options=AssignOptions(), run=Run("golden"))
    columns = ["code", "name", "community_id", "households", "base_code", "geometry"]
    golden("merged_town", merged.grid.cells[columns])
    golden("conflicts_town", merged.conflicts)


@pytest.mark.parametrize("method", ["edges", "raster"])
def test_a_life_circle_on_its_streets(golden, streets, method):
    network, _ = build_network(streets)
    clinic = gpd.GeoDataFrame(index=["clinic"], geometry=[Point(X + 250, Y + 108)], crs=CRS)
    drawn = life_circles(
        network, clinic, minutes=(2.0, 4.0), profile=profile("elder_75"), method=method
    )
    shapes = shapely.simplify(drawn.geometry.to_numpy(), 0.5)
    golden(f"life_circle_{method}", drawn.set_geometry(shapes).drop(columns="area_m2"))
