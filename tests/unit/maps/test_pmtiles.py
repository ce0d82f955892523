"""An archive of tiles as another program (GDAL) reads it."""

from itertools import pairwise

import geopandas as gpd
import shapely

from onegrid.maps.pmtiles import archive, tile_id
from onegrid.maps.tile_grid import Tile
from onegrid.maps.tile_layer import TileLayer
from onegrid.pipeline.tiling import cut

BOUNDS = (113.9, 30.5, 114.4, 30.8)


def points(side):
    shapes = [
        shapely.Point(114 + x / 100, 30.5 + y / 100) for x in range(side) for y in range(side)
    ]
    return gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=4326).rename_axis("id")


def test_every_tile_of_a_large_archive_is_found_through_its_directories(tmp_path):
    frame = points(20)
    tiles = cut({"points": frame}, range(13, 14))
    assert len(tiles) > 20
    many = tiles | {
        Tile(12, x, y): b"\x1f" + bytes([x % 256, y]) for x in range(300) for y in range(70)
    }
    packed = archive(many, {"vector_layers": [{"id": "points", "fields": {"n": "Number"}}]}, BOUNDS)
    assert packed[8:16] != packed[24:32]
    path = tmp_path / "points.pmtiles"
    path.write_bytes(packed)
    found = gpd.read_file(path, layer="points")
    assert sorted(set(found["n"])) == list(range(len(frame)))
    assert found.crs.to_epsg() == 3857
    assert archive(dict(reversed(many.items())), {"vector_layers": [
        {"id": "points", "fields": {"n": "Number"}}]}, BOUNDS) == packed  # fmt: skip


def test_tiles_with_one_content_are_kept_once():
    same = {Tile(3, x, y): b"same" for x in range(8) for y in range(8)}
    assert archive(same, {}, BOUNDS).count(b"same") == 1


def test_tiles_stand_along_a_curve_that_never_jumps():
    order = sorted((Tile(4, x, y) for x in range(16) for y in range(16)), key=tile_id)
    assert [tile_id(t) for t in order] == list(range(tile_id(order[0]), tile_id(order[0]) + 256))
    steps = {abs(a.x - b.x) + abs(a.y - b.y) for a, b in pairwise(order)}
    assert steps == {1}


def test_a_tile_holds_all_layers_that_have_something_there(tmp_path):
    frame = points(2)
    tiles = cut({"a": frame, "b": frame.iloc[:1]}, range(5, 6))
    path = tmp_path / "t.pmtiles"
    layers = [{"id": name, "fields": {"n": "Number"}} for name in "ab"]
    path.write_bytes(archive(tiles, {"vector_layers": layers}, BOUNDS))
    assert [len(gpd.read_file(path, layer=name)) for name in "ab"] == [4, 1]
    assert TileLayer("a", frame).tile(next(iter(tiles)))
