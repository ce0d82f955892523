"""Vector tiles of a workspace, on both stores: to whom, and which change with an edit."""

import geopandas as gpd
import pytest
import shapely

from onegrid.crs import to_lonlat
from onegrid.io.files import write_layers
from onegrid.maps.tile_grid import tiles_over
from onegrid.pipeline.folder import WATER_FILE
from onegrid.store import plans, results
from onegrid.store.rows import frame_of, read_layer
from service import Browser, rename

pytestmark = pytest.mark.integration
ZOOM = 19


@pytest.fixture
def planner(app):
    return Browser(app, "planner")


def cells_of(app):
    with app.state.office.workspace.reading() as connection:
        return frame_of("cells", read_layer(connection, "main", "cells").values(), crs="EPSG:4547")


def tiles_of(frame, zoom=ZOOM):
    return tiles_over(tuple(frame.to_crs(3857).total_bounds), zoom)


def address(tile, layer="cells"):
    return f"/api/plans/main/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"


def tags_of(browser, tiles, layer="cells"):
    return {tile: browser.get(address(tile, layer)).headers["etag"] for tile in tiles}


def test_an_edit_changes_only_the_tiles_it_touches(app, planner):
    cells = cells_of(app)
    tiles = tiles_of(cells)
    before = tags_of(planner, tiles)
    assert len(tiles) > 20
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    after = tags_of(planner, tiles)
    changed = {tile for tile in tiles if after[tile] != before[tile]}
    renamed = cells.loc[["c0000"]].to_crs(3857).geometry.iloc[0]
    near = {tile for tile in tiles if shapely.box(*tile.box(64)).intersects(renamed)}
    assert 0 < len(changed) < len(tiles)
    assert changed == near
    for tile, tag in before.items():
        answer = planner.get(address(tile), headers={"If-None-Match": tag})
        assert answer.status_code == (200 if tile in changed else 304)


def test_undoing_an_edit_brings_the_same_tiles_back(app, planner):
    tiles = tiles_of(cells_of(app))
    before = tags_of(planner, tiles)
    planner.edit(rename("c0000", "甲"), base=0)
    assert tags_of(planner, tiles) != before
    planner.post("/api/plans/main/undo", {"base_revision": 1})
    assert tags_of(planner, tiles) == before


def read_with_gdal(content, layer, tmp_path):
    """Return the features of a tile as an independent reader finds them; coordinates are steps."""
    path = tmp_path / "tile.mvt"
    path.write_bytes(content)
    return gpd.read_file(path, layer=layer)


def test_one_sees_the_borders_of_neighbours_without_their_figures(app, tmp_path):
    tile = tiles_of(cells_of(app), 12)[0]
    own = Browser(app, "own").get(address(tile))
    found = read_with_gdal(own.content, "cells", tmp_path).set_index("cell_id")
    cells = cells_of(app)
    assert sorted(found.index) == sorted(cells.index)
    mine = cells["community_id"] == "m0-0"
    shown = found["people"].reindex(cells.index)
    assert shown[~mine].isna().all()
    assert (shown[mine] == cells["people"][mine]).all()


def test_rows_of_people_are_in_tiles_for_those_who_may_read_them_and_on_record(app, tmp_path):
    tile = tiles_of(cells_of(app), 14)[0]
    worker, own = Browser(app, "worker"), Browser(app, "own")
    assert worker.get(address(tile, "people")).status_code == 404
    assert worker.get(address(tile, "buildings")).status_code == 200
    assert "people" not in [
        one["layer"] for one in worker.get("/api/plans/main/tiles").json()["items"]
    ]
    layers = [one["layer"] for one in own.get("/api/plans/main/tiles").json()["items"]]
    assert "people" in layers
    found = read_with_gdal(own.get(address(tile, "people")).content, "people", tmp_path)
    homes = own.get("/api/plans/main/people?limit=999").json()["features"]
    assert sorted(found["id"]) == sorted(f["id"] for f in homes)
    own.get(address(tile, "people"))
    rows = Browser(app, "admin").get("/api/audit?action=read people").json()["items"]
    assert [row["details"] for row in rows].count({"tiles": True}) == 1


def test_buildings_have_no_counts_and_begin_at_zoom_14(app, planner, tmp_path):
    cells = cells_of(app)
    assert planner.get(address(tiles_of(cells, 13)[0], "buildings")).content == b""
    answer = planner.get(address(tiles_of(cells, 14)[0], "buildings"))
    found = read_with_gdal(answer.content, "buildings", tmp_path)
    assert set(found.columns) <= {"mvt_id", "building_id", "geometry"}
    assert planner.get("/api/plans/main/tiles/buildings.json").json()["minzoom"] == 14


def test_water_lies_below_a_plan_and_stays_there_when_the_plan_is_edited(app, planner, tmp_path):
    cells = cells_of(app)
    river = gpd.GeoDataFrame({"name": ["大江"]}, geometry=[shapely.box(*cells.total_bounds)])
    write_layers(tmp_path / WATER_FILE, {"water": river.set_crs(cells.crs)})
    with app.state.office.workspace.writing() as connection:
        content = (tmp_path / WATER_FILE).read_bytes()
        results.put_result(connection, "main", WATER_FILE, content, revision=0)
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    answer = planner.get(address(tiles_of(cells, 14)[0], "water"))
    assert read_with_gdal(answer.content, "water", tmp_path)["name"].tolist() == ["大江"]
    publish(app, base=1)
    assert "water" in [one["layer"] for one in Browser(app).get("/api/tiles").json()["items"]]


def publish(app, *, base):
    with app.state.office.workspace.writing() as connection:
        plans.set_status(connection, "main", base=base, was=plans.DRAFT, to=plans.PUBLISHED)
    app.state.office.published._asked = -9  # noqa: SLF001  (a second later)


def test_the_public_sees_tiles_of_the_published_plan_only(app):
    anybody, planner = Browser(app), Browser(app, "planner")
    assert anybody.get("/api/tiles").json() == {"items": []}
    assert anybody.get("/api/tiles/cells/0/0/0.mvt").status_code == 404
    assert anybody.get("/api/plans/main/tiles/cells/0/0/0.mvt").status_code == 401
    publish(app, base=0)
    listed = [one["layer"] for one in anybody.get("/api/tiles").json()["items"]]
    assert {"cells", "communities", "buildings"} <= set(listed)
    described = anybody.get("/api/tiles/cells.json").json()
    bounds = to_lonlat(cells_of(app)).total_bounds
    assert described["bounds"] == pytest.approx(bounds.tolist(), abs=1e-5)
    assert "locked" not in described["vector_layers"][0]["fields"]
    assert planner.get(described["tiles"][0].format(z=0, x=0, y=0)).status_code == 200


def test_a_tile_is_packed_for_those_who_can_unpack_it(app, planner):
    tile = tiles_of(cells_of(app), 14)[0]
    packed = planner.get(address(tile), headers={"Accept-Encoding": "gzip"})
    plain = planner.get(address(tile), headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content  # the client unpacks
    assert packed.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("spot", ["1/2/0", "1/0/2", "23/0/0", "-1/0/0", "1/x/0"])
def test_a_place_that_is_no_tile_is_refused(planner, spot):
    assert planner.get(f"/api/plans/main/tiles/cells/{spot}.mvt").status_code == 422


def test_an_unknown_layer_or_column_is_refused(planner):
    assert planner.get("/api/plans/main/tiles/moon.json").status_code == 404
    assert planner.get("/api/plans/main/tiles/cells.json?kind=x").status_code == 422


def test_a_plan_is_exported_as_one_file_of_tiles_without_figures_of_few_people(
    app, planner, tmp_path
):
    answer = planner.get("/api/plans/main/export?format=pmtiles")
    assert answer.status_code == 200
    path = tmp_path / "plan.pmtiles"
    path.write_bytes(answer.content)
    found = gpd.read_file(path, layer="cells").drop_duplicates("cell_id").set_index("cell_id")
    cells = cells_of(app)
    assert sorted(found.index) == sorted(cells.index)
    few = cells.index[(cells["people"] > 0) & (cells["people"] < 10)]
    assert found.loc[few, "people"].isna().all()
    assert "locked" not in found
    assert Browser(app, "own").get("/api/plans/main/export?format=pmtiles").status_code == 403
