"""A facility is dragged and everybody's walk is told at once; scenarios are kept and compared."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely

import service
from onegrid.circles.reach import nearest
from onegrid.io.files import write_csv, write_json, write_layers, write_parquet
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import read_report
from onegrid.pipeline.jobs import Task, perform, prepare
from onegrid.standards import profile
from onegrid.store import open_workspace, results
from onegrid.store.audit import by_now
from onegrid.store.ground import Source, put_ground
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

KIND = "day_care_station"
BY = by_now("setup")


def streets(cells):
    """Return streets along the borders of cells, and through the middle of each."""
    lines = [edge for shape in cells.geometry for edge in _crosses(shape)]
    return build_network(gpd.GeoDataFrame(geometry=lines, crs=cells.crs))[0]


def _crosses(shape):
    west, south, east, north = shape.bounds
    x, y = (west + east) / 2, (south + north) / 2
    points = [(west, y), (x, south), (east, y), (x, north)]
    return [shapely.LineString([(x, y), point]) for point in points]


def stations(cells, places):
    """Return a station in the middle of some cells."""
    middles = [shapely.box(*cells.geometry[name].bounds).centroid for name in places]
    columns = {"kind": KIND, "name": "站", "floor_area_m2": 200.0, "capacity_people": 40.0}
    text = dict.fromkeys(["opening_hours", "phone", "address"], "")
    names = [f"F{i}" for i in range(len(places))]
    return gpd.GeoDataFrame(columns | text, index=names, geometry=middles, crs=cells.crs)


def district():
    """Return cells, doors, a network and facilities of the small workspace."""
    rows = service.grid().board.rows["cells"]
    cells = gpd.GeoDataFrame(
        [dict(row.attributes) for row in rows.values()],
        index=list(rows),
        geometry=[row.shape for row in rows.values()],
        crs=service.SRID,
    ).rename_axis("cell_id")
    doors = service.doors(service.grid())
    places = stations(cells, [cells.index[0]]).rename_axis("facility_id")
    return cells, doors, streets(cells), places


def lonlat(point):
    place = gpd.GeoSeries([point], crs=service.SRID).to_crs(4326).iloc[0]
    return [place.x, place.y]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("results")
    cells, doors, network, places = district()
    counts = ["households", "people", "elders_60"]
    cells = cells.assign(**{name: doors[name].to_numpy() for name in counts})
    write_layers(path / "grid.gpkg", {"cells": cells})
    write_layers(path / "facilities.gpkg", {"facilities": places})
    write_parquet(path / "people.parquet", doors, private=True)
    write_network(network, path / "streets.network")
    write_json(path / "report.json", {})
    return path


@pytest.fixture(scope="module")
def shown(folder):
    return service.Browser(create_app(Settings(workspace=folder)))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("workspace") / "district")
    service.fill(place)
    _, _, network, places = district()
    file = tmp_path_factory.mktemp("network") / "streets.network"
    write_network(network, file)
    workspace = open_workspace(place)
    with workspace.writing() as connection:
        put_ground(connection, "main", places, Source("facilities", "f.csv", "0"), by=BY)
        results.put_result(connection, "main", file.name, file.read_bytes(), revision=0)
    workspace.close()
    made, close = service.service(place)
    yield made
    close()


def moved(cells, name):
    return {"op": "move", "facility_id": "F0", "at": lonlat(cells.geometry[name].centroid)}


def ask(client, *changes, at="/api/scenarios/try", **look):
    answer = client.post(at, {"changes": list(changes), **look})
    assert answer.status_code == 200, answer.text
    return answer.json()


def within(network, places, doors, minutes):
    """Return who reaches a station, by the whole computation made anew."""
    found = nearest(network, places, doors, profile=profile()).set_index("id")["walk_s"]
    return (found.reindex(doors.index) <= minutes * 60 + 1e-6).to_numpy()


def test_whoever_may_read_doors_is_told_what_the_whole_computation_says(app):
    cells, doors, network, places = district()
    far = cells.index[-1]
    change, minutes = moved(cells, far), 3
    browser = service.Browser(app, "planner")
    told = browser.post(
        "/api/plans/main/scenarios/try", {"changes": [change], "minutes": minutes}
    ).json()
    after = places.set_geometry([cells.geometry[far].centroid], crs=places.crs)
    was, now = (within(network, p, doors, minutes) for p in (places, after))
    total = told["kinds"][0]["total"]
    assert told["exact"] is True
    assert total["people_gained"] == doors["people"][now & ~was].sum() > 0
    assert total["people_lost"] == doors["people"][was & ~now].sum() > 0
    assert total["elders_60_covered_after"] == doors["elders_60"][now].sum()
    by_cell = {row["cell_id"]: row for row in told["kinds"][0]["cells"]}
    for name in doors.index[now & ~was]:
        assert by_cell[name[1:]]["people_gained"] == doors["people"][name]
    reached = told["facilities"][0]
    assert reached["people_in_reach"] == total["people_covered_after"]
    assert reached["full"] is (reached["people_in_reach"] > 40)


def test_elsewhere_and_to_the_public_a_cell_counts_as_published(app, shown):
    cells, *_ = district()
    change = moved(cells, cells.index[-1])
    public = ask(shown, change, minutes=3)
    assert public["exact"] is False
    for row in [public["kinds"][0]["total"], *public["kinds"][0]["cells"]]:
        counts = [v for name, v in row.items() if name.startswith(("people", "elders"))]
        assert all(v is None or v % 10 == 0 for v in counts)
    own = (
        service.Browser(app, "own")
        .post("/api/plans/main/scenarios/try", {"changes": [change], "minutes": 3})
        .json()
    )
    assert {row["exact"] for row in own["kinds"][0]["cells"]} == {True, False}
    assert own["kinds"][0]["groups"] == {}


def test_no_question_tells_the_public_more_than_the_figures_that_are_published(folder, shown):
    cells, doors, *_ = district()
    questions = [[moved(cells, name)] for name in cells.index[::4]]
    before = [ask(shown, *changes, minutes=m) for changes in questions for m in (1, 3)]
    kept = (folder / "people.parquet").read_bytes()
    # others live behind the doors, as many in every cell: who asks cannot tell the two apart
    shared = doors.assign(people=doors["people"] + 1000 * np.arange(len(doors)) % 7)
    write_parquet(folder / "people.parquet", shared, private=True)
    after = [ask(shown, *changes, minutes=m) for changes in questions for m in (1, 3)]
    (folder / "people.parquet").write_bytes(kept)
    assert json.dumps(before) == json.dumps(after)


def test_a_scenario_is_kept_compared_and_forgotten(app):
    cells, *_ = district()
    browser, url = service.Browser(app, "planner"), "/api/plans/main/scenarios"
    changes = [moved(cells, cells.index[-1])]
    kept = browser.put(f"{url}/搬迁", {"base_revision": 0, "changes": changes, "note": "试"})
    assert kept.json()["revision"] == 1
    assert browser.get(f"{url}/搬迁").json()["changes"] == changes
    close = [{"op": "close", "facility_id": "F0"}]
    assert browser.put(f"{url}/关闭", {"base_revision": 0, "changes": close}).status_code == 200
    assert [one["name"] for one in browser.get(url).json()["items"]] == ["关闭", "搬迁"]
    found = browser.post(f"{url}/compare", {"names": ["搬迁", "关闭"], "minutes": 3}).json()
    moved_away, closed = found["scenarios"]
    assert closed["kinds"][0]["total"]["people_covered_after"] == 0
    assert moved_away["kinds"][0]["total"]["people_covered_after"] > 0
    assert moved_away["kinds"][0]["groups"]["elders_80"]["covered_before"] > 0
    stale = browser.put(f"{url}/搬迁", {"base_revision": 0, "changes": close})
    assert (stale.status_code, stale.json()["revision"]) == (409, 1)
    assert (
        browser.put(f"{url}/搬迁", {"base_revision": 1, "changes": close}).json()["revision"] == 2
    )
    assert browser.delete(f"{url}/搬迁?base_revision=1").status_code == 409
    assert browser.delete(f"{url}/搬迁?base_revision=2").status_code == 204
    assert browser.get(f"{url}/搬迁").status_code == 404
    worker = service.Browser(app, "worker")
    assert worker.get(url).status_code == 200
    assert worker.put(f"{url}/x", {"base_revision": 0, "changes": close}).status_code == 403
    assert service.Browser(app).get(url).status_code == 401
    assert browser.post("/api/scenarios/try", {"changes": close}).json()["code"] == "PLAN_UNKNOWN"


def test_the_norms_of_the_district_itself_set_the_limits_of_questions_and_of_coverage(
    app, tmp_path
):
    browser, url = service.Browser(app, "planner"), "/api/plans/main/scenarios/try"
    close = {"op": "close", "facility_id": "F0"}
    unknown = browser.post(url, {"changes": [close], "standard": "我区"})
    assert service.told(unknown) == (422, "PACK_UNKNOWN")
    pack = f"设施,分钟,核实\n{KIND},2.5,seen".encode("gbk")
    kept = browser.ask("POST", "/api/packs", params={"name": "我区"}, content=pack)
    assert kept.status_code == 201, kept.text
    asked = browser.post(url, {"changes": [close], "standard": "我区"}).json()
    changed = browser.post(url, {"changes": [{"op": "norm", "standard": "我区"}]}).json()
    for found in (asked, changed):
        assert {one["kind"]: one["minutes"] for one in found["kinds"]}[KIND] == 2.5
    task = Task("coverage", "main", {"standard": "我区", "profiles": ["plain"]}, tmp_path)
    prepare(app.state.office.workspace, task, {})
    perform(task)
    told = read_report(task.plan)["standard"]
    assert told["pack"] == "我区"
    assert [(one["kind"], one["minutes"], one["unverified"]) for one in told["rules"]] == [
        (KIND, 2.5, "")
    ]


@pytest.mark.parametrize(
    ("body", "code", "where"),
    [
        ({"changes": [{"op": "fly"}, {"op": "close"}]}, "SCENARIO_OP", "changes[0]"),
        ({"changes": [{"op": "close", "facility_id": "F9"}]}, "UNKNOWN_ID", "at F9"),
        ({"changes": [{"op": "norm", "standard": "/etc/x.csv"}]}, "PACK_UNKNOWN", ""),
        ({"changes": [], "kinds": ["nothing"]}, "KIND_UNKNOWN", ""),
        ({"changes": [], "profile": "runner"}, "PROFILE_UNKNOWN", None),
        ({"changes": [], "minutes": 0}, "REQUEST", None),
    ],
)
def test_a_wrong_question_is_refused_with_its_reason(shown, body, code, where):
    answer = shown.post("/api/scenarios/try", body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert where in (None, answer.json()["details"][0]["where"])


def test_a_facility_off_the_streets_serves_nobody_and_says_so(shown):
    told = ask(shown, {"op": "move", "facility_id": "F0", "at": [10.0, 10.0]})
    assert told["facilities"][0]["off_streets"] is True
    assert told["kinds"][0]["total"]["people_covered_after"] == 0


def test_a_folder_without_walks_says_what_is_missing(tmp_path):
    write_json(tmp_path / "report.json", {})
    write_csv(tmp_path / "gaps.csv", gpd.pd.DataFrame({"level": []}))
    answer = service.Browser(create_app(Settings(workspace=tmp_path))).post(
        "/api/scenarios/try", {"changes": []}
    )
    assert answer.status_code == 404
    assert "people.parquet" in answer.text
    assert str(tmp_path) not in answer.text
