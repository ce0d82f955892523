"""The round of a grid worker: what waits in their cells, in walking order, and what is due."""

from datetime import UTC, datetime

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString

import service
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.standards import DEFAULT_PROFILE, profile
from onegrid.store.results import put_result
from onegrid.store.rows import read_layer
from service import Browser, told

pytestmark = [
    pytest.mark.integration,
    pytest.mark.usefixtures("published"),
    pytest.mark.parametrize("place", ["file"], indirect=True),  # both stores are asked elsewhere
]


def test_a_round_has_the_open_issues_of_ones_cells_in_walking_order(app):
    cells = ("c0201", "c0000", "c0101", "c0300")
    for number, cell in enumerate(cells):
        service.report(app, number, cell)
    worker = Browser(app, "worker")
    lon, lat = service.spot("c0000")
    found = worker.get(f"/api/round?lon={lon}&lat={lat}").json()
    assert [one["cell_id"] for one in found["stops"]] == ["c0000", "c0101", "c0201"]
    assert found["open"] == 3  # the fourth lies in another community
    assert found["stops"][0]["walk_s"] == pytest.approx(0, abs=1)
    assert all(30 < one["walk_s"] < 3600 for one in found["stops"][1:])
    assert found["stops"][0]["body"] == "井盖"
    assert {"kind": "advance", "to": "dispatched"} in found["stops"][0]["next_moves"]
    assert len({one["cell_id"] for one in found["cells"]}) > 3
    assert [one["due"] >= str(datetime.now(UTC).date()) for one in found["due"]] == [True]
    assert Browser(app, "other").get("/api/round").json()["open"] == 1
    assert told(Browser(app).get("/api/round")) == (401, "LOGIN")


def test_a_post_gives_an_account_its_own_cells(app):
    for number, cell in enumerate(("c0000", "c0101")):
        service.report(app, number, cell)
    post = {"base_revision": 0, "kind": "specialist", "title": "张三", "cell_id": "c0101",
            "account": "worker"}  # fmt: skip
    kept = Browser(app, "own").put("/api/posts/post-0000000000001", post).json()
    assert kept["account"] == "worker"
    found = Browser(app, "worker").get("/api/round").json()
    assert [one["cell_id"] for one in found["cells"]] == ["c0101"]
    assert [one["cell_id"] for one in found["stops"]] == ["c0101"]
    elsewhere = post | {"cell_id": "c0300", "title": "李四"}
    assert Browser(app, "other").put("/api/posts/post-0000000000002", elsewhere).status_code == 200
    found = Browser(app, "worker").get("/api/round").json()
    assert [one["cell_id"] for one in found["cells"]] == ["c0101"]  # never outside one's area


def test_of_many_issues_the_most_urgent_are_walked_to(app):
    for number in range(45):
        service.report(app, number, ("c0000", "c0101", "c0201")[number % 3])
    found = Browser(app, "own").get("/api/round").json()
    assert found["open"] == 45
    assert len(found["stops"]) == 40
    steps = [one["walk_s"] for one in found["stops"]]
    assert steps[0] is None
    assert np.count_nonzero(np.array(steps[1:]) > 1) == 2  # each place is walked to once


def test_along_the_streets_of_the_plan_a_street_that_is_missing_is_gone_round(app, tmp_path):
    lower, upper, right = ("c0000", "c0100", "c0200")
    with app.state.office.workspace.writing() as connection:
        cells = read_layer(connection, "main", "cells")
        at = [cells[name].shape.representative_point() for name in (lower, upper, right)]
        way = LineString([at[0], at[2], at[1]])  # from the first to the second by the third
        streets = gpd.GeoDataFrame(geometry=[way], crs=service.SRID)
        write_network(build_network(streets)[0], tmp_path / NETWORK_FILE)
        content = (tmp_path / NETWORK_FILE).read_bytes()
        put_result(connection, "main", NETWORK_FILE, content, revision=0)
    for number, cell in enumerate((lower, upper, right)):
        service.report(app, number, cell)
    lon, lat = service.spot(lower)
    found = Browser(app, "admin").get(f"/api/round?lon={lon}&lat={lat}").json()
    assert found["measure"] == "walk"
    assert [one["cell_id"] for one in found["stops"]] == [lower, right, upper]
    walks = [at[0].distance(at[2]), at[2].distance(at[1])]
    speed_m_s = profile(DEFAULT_PROFILE).speed_m_s
    told_s = [one["walk_s"] for one in found["stops"][1:]]
    assert told_s == pytest.approx([way_m / speed_m_s for way_m in walks], rel=0.02)
