"""Vector tiles as an independent reader (GDAL) finds them."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from onegrid.crs import MERCATOR
from onegrid.maps.tile_grid import EXTENT, Tile, tiles_over
from onegrid.maps.tile_layer import TileLayer

TILE = Tile(14, 13380, 6731)
WEST, SOUTH, EAST, NORTH = TILE.box()
STEP_M = (EAST - WEST) / EXTENT


def frame(shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=MERCATOR).rename_axis("id")


def at(x, y):
    """Return a place by steps from the north-west corner of the tile."""
    return WEST + x * STEP_M, NORTH - y * STEP_M


def area(*steps, holes=()):
    return shapely.Polygon([at(*s) for s in steps], [[at(*s) for s in hole] for hole in holes])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("tiles")


def read(content, folder, layer="l"):
    """Return features as GDAL reads them, coordinates in steps from the north-west corner."""
    path = folder / "tile.mvt"
    path.write_bytes(content)
    found = gpd.read_file(path, layer=layer).sort_values("id")
    turned = shapely.transform(found.geometry.to_numpy(), lambda xy: xy * (1, -1) + (0, EXTENT))
    return found.set_geometry(turned)


SQUARE = [(10, 10), (110, 10), (110, 110), (10, 110)]
HOLE = [(40, 40), (60, 40), (60, 60), (40, 60)]


def test_areas_lines_and_points_come_back_as_they_were(folder):
    shapes = [
        area(*SQUARE, holes=[HOLE]),
        shapely.LineString([at(5, 5), at(9, 5), at(9, 30)]),
        shapely.MultiPoint([at(1, 2), at(3, 4)]),
        shapely.MultiPolygon([area(*SQUARE), area((200, 200), (210, 200), (200, 230))]),
        shapely.MultiLineString([[at(0, 0), at(7, 7)], [at(20, 0), at(20, 9)]]),
    ]
    found = read(TileLayer("l", frame(shapes)).tile(TILE), folder)
    back = [
        shapely.transform(s, lambda xy: (xy - (WEST, NORTH)) / (STEP_M, -STEP_M)) for s in shapes
    ]
    for one, wanted in zip(found.geometry, back, strict=True):
        assert shapely.equals(shapely.set_precision(wanted, 0.5), one), (one, wanted)


def test_a_ring_that_runs_the_other_way_is_turned(folder):
    back = area(*SQUARE[::-1], holes=[HOLE])
    found = read(TileLayer("l", frame([back, shapely.normalize(back)])).tile(TILE), folder)
    assert found.geometry.area.tolist() == [100**2 - 20**2] * 2


def test_attributes_come_back_and_missing_ones_are_not_there(folder):
    columns = {
        "name": ["甲", None, "丙"],
        "people": [12, 13, 13],
        "share": [0.5, np.nan, -1e300],
        "locked": [True, False, None],
    }
    points = [shapely.Point(at(i, i)) for i in range(3)]
    found = read(TileLayer("l", frame(points, **columns)).tile(TILE), folder)
    assert found["name"].fillna("").tolist() == ["甲", "", "丙"]
    assert found["people"].tolist() == [12, 13, 13]
    assert found["share"][:1].tolist() + found["share"][2:].tolist() == [0.5, -1e300]
    assert found["share"].isna().tolist() == [False, True, False]
    assert found["locked"].isna().tolist() == [False, False, True]


def test_what_is_smaller_than_a_step_or_elsewhere_is_left_out():
    tiny = area((1, 1), (1.2, 1), (1.1, 1.2))
    elsewhere = area((9000, 9000), (9100, 9000), (9100, 9100))
    assert TileLayer("l", frame([tiny, elsewhere])).tile(TILE) == b""
    assert TileLayer("l", frame([])).tile(TILE) == b""
    assert TileLayer("l", frame([None, shapely.Point()])).tile(TILE) == b""
    assert TileLayer("l", frame([area(*SQUARE)]), zoom_min=15).tile(TILE) == b""


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(-6000, 9000), st.integers(-6000, 9000)), min_size=3,
                max_size=12, unique=True))  # fmt: skip
def test_an_area_is_cut_to_its_tile_and_keeps_its_size_there(folder, steps):
    shape = shapely.convex_hull(shapely.MultiPoint([at(*s) for s in steps]))
    content = TileLayer("l", frame([shape])).tile(TILE)
    seen = shapely.intersection(shape, shapely.box(*TILE.box())).area / STEP_M**2
    drawn = read(content, folder).geometry.area.sum() if content else 0
    assert drawn == pytest.approx(seen, abs=4 * EXTENT)  # half a step along its outline


def test_neighbouring_tiles_draw_the_same_border():
    cells = [
        shapely.box(WEST - 50, SOUTH, EAST + 50, NORTH - 99.37),
        shapely.box(WEST, SOUTH, EAST, NORTH),
    ]
    layer = TileLayer("l", frame(cells))
    across = tiles_over((WEST, SOUTH, EAST + 1, NORTH - 1), 14)
    assert TILE in across
    assert all(layer.tile(tile) for tile in across if tile.y == TILE.y)


def test_same_rows_make_the_same_bytes_and_differences_are_found_where_they_are():
    shapes = [area(*SQUARE), area((300, 300), (400, 300), (400, 400))]
    one = TileLayer("l", frame(shapes, name=["a", "b"]))
    again = TileLayer("l", frame(shapes, name=["a", "b"]))
    other = TileLayer("l", frame(shapes, name=["a", "c"]))
    assert one.tile(TILE) == again.tile(TILE) != other.tile(TILE)
    assert one.differing(again) == []
    assert {tuple(box) for box in one.differing(other)} == {shapes[1].bounds}


def test_a_tile_knows_its_place_in_the_world():
    assert tiles_over(Tile(3, 5, 2).box(-1), 3) == [Tile(3, 5, 2)]
    assert tiles_over((-3e7, -3e7, 3e7, 3e7), 2) == [
        Tile(2, x, y) for x in range(4) for y in range(4)
    ]
