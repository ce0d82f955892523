"""Facilities edited one by one over HTTP, on both stores: checked, in one's area, taken back."""

import geopandas as gpd
import pytest

import service
from onegrid.store import audit, results
from onegrid.store.ground import Source, made_from, put_ground
from onegrid.store.rows import read_layer
from service import Browser, told

pytestmark = pytest.mark.integration
URL = "/api/plans/main/facilities"
OWN, THEIRS = "c0000", "c0300"  # cells of two communities


@pytest.fixture
def app(app):
    """Return the service of a plan with one facility in each of two communities, and a result."""
    with app.state.office.workspace.writing() as connection:
        cells = read_layer(connection, "main", "cells")
        points = [cells[name].shape.representative_point() for name in (OWN, THEIRS)]
        places = gpd.GeoDataFrame(
            {"kind": ["clinic", "market"], "name": ["卫生站", "菜市场"]},
            index=["f0", "f1"], geometry=points, crs=service.SRID,
        ).rename_axis("facility_id")  # fmt: skip
        source = Source("facilities", "设施.csv", "0")
        put_ground(connection, "main", places, source, by=service.BY)
        mark = made_from(connection, "main")
        results.put_result(connection, "main", "gaps.csv", b"a", revision=0, made_from=mark)
    return app


def save(browser, *edits, base, **more):
    return browser.post(f"{URL}/edits", {"base_revision": base, "edits": list(edits), **more})


def add(name, cell=OWN, **more):
    at = list(service.spot(cell))
    return {"op": "add", "facility_id": name, "kind": "pharmacy", "at": at, **more}


def change(facility_id, **said):
    return {"op": "change", "facility_id": facility_id, **said}


def listed(browser):
    body = browser.get(URL).json()
    return body["revision"], {f["id"]: f["properties"] for f in body["features"]}


def test_facilities_are_added_changed_moved_and_closed_and_every_step_is_on_record(app):
    planner = Browser(app, "planner")
    first = planner.get(URL)
    answer = save(
        planner, add("新1", capacity_people=40),
        change("f0", name="新卫生站", opening_hours="24/7"),
        {"op": "move", "facility_id": "f1", "at": list(service.spot("c0100"))},
        base=0, note="核实",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["revision"], body["stale"]) == (1, ["gaps.csv"])
    assert [(c["facility_id"], c["before"] is None) for c in body["changes"]] == [
        ("新1", True), ("f0", False), ("f1", False)]  # fmt: skip
    moved = body["changes"][2]["after"]["geometry"]["coordinates"]
    assert moved == pytest.approx(service.spot("c0100"), abs=1e-6)
    revision, there = listed(planner)
    assert (revision, sorted(there)) == (1, ["f0", "f1", "新1"])
    assert (there["f0"]["name"], there["f0"]["kind"]) == ("新卫生站", "clinic")
    assert there["新1"]["capacity_people"] == 40
    tag = {"If-None-Match": first.headers["etag"]}
    assert planner.get(URL, headers=tag).status_code == 200
    assert save(planner, {"op": "close", "facility_id": "f0"}, base=1).json()["revision"] == 2
    assert sorted(listed(planner)[1]) == ["f1", "新1"]
    history = planner.get(f"{URL}/history").json()["items"]
    assert [(one["revision"], [op["op"] for op in one["ops"]]) for one in history] == [
        (2, ["close"]), (1, ["add", "change", "move"])]  # fmt: skip
    stale = planner.get("/api/plans/main/results").json()["items"]
    assert [(one["name"], one["stale"]) for one in stale] == [("gaps.csv", True)]
    rows = Browser(app, "admin").get("/api/audit?action=save facilities").json()
    assert [(row["actor"], row["target"]) for row in rows["items"]] == [
        ("planner", "main@2"), ("planner", "main@1")]  # fmt: skip
    with app.state.office.workspace.reading() as connection:
        assert audit.broken_rows(connection) == []


def test_a_save_from_an_old_list_changes_nothing_and_says_where_it_stands(app):
    one, two = Browser(app, "planner"), Browser(app, "planner2")
    assert save(one, change("f0", name="一"), base=0).status_code == 200
    late = save(two, change("f0", name="二"), base=0)
    assert told(late) == (409, "STALE_REVISION")
    assert late.json()["revision"] == 1
    assert listed(two)[1]["f0"]["name"] == "一"


def test_ones_own_last_save_is_taken_back_and_done_again_and_nobody_elses(app):
    one, two = Browser(app, "planner"), Browser(app, "planner2")
    before = listed(one)[1]
    save(one, add("新1"), change("新1", name="药房"), {"op": "close", "facility_id": "f1"}, base=0)
    after = listed(one)[1]
    assert told(two.post(f"{URL}/undo", {"base_revision": 1})) == (409, "UNDO_OTHERS")
    assert one.post(f"{URL}/undo", {"base_revision": 1}).json()["revision"] == 2
    assert listed(one) == (2, before)
    assert told(one.post(f"{URL}/undo", {"base_revision": 2})) == (409, "NOTHING_TO_UNDO")
    assert told(one.post(f"{URL}/redo", {"base_revision": 1})) == (409, "STALE_REVISION")
    assert one.post(f"{URL}/redo", {"base_revision": 2}).json()["revision"] == 3
    assert listed(one) == (3, after)


def test_one_edits_facilities_in_ones_own_area_only(app):
    own = Browser(app, "own")
    assert save(own, change("f0", phone="1"), base=0).status_code == 200
    away = {"op": "move", "facility_id": "f0", "at": list(service.spot(THEIRS))}
    for edit in (change("f1", phone="1"), {"op": "close", "facility_id": "f1"}, away,
                 add("n", THEIRS), {"op": "add", "facility_id": "n", "kind": "clinic",
                                    "at": [114.0, 30.0]}):  # fmt: skip
        assert told(save(own, edit, base=1)) == (403, "OTHER_AREA")
    worker = Browser(app, "worker")
    assert told(save(worker, change("f0", phone="1"), base=1)) == (403, "FORBIDDEN")
    assert told(save(Browser(app), change("f0", phone="1"), base=1)) == (401, "LOGIN")
    assert listed(own)[0] == 1


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_what_an_import_would_refuse_is_refused_with_every_reason(app):
    planner = Browser(app, "planner")
    wrong = save(
        planner, add("f0"), change("none", name="x"), change("f0", kind="喷泉"),
        add("b", kind="clinic"), base=0,
    )  # fmt: skip
    assert wrong.status_code in (404, 422)
    assert [(d["code"], d["where"]) for d in wrong.json()["details"]] == [
        ("FACILITY_EXISTS", "edits[0]"), ("FACILITY_UNKNOWN", "edits[1]"),
        ("KIND_UNKNOWN", "edits[2]")]  # fmt: skip
    far = add("c") | {"at": [10.0, 50.0]}
    assert told(save(planner, far, base=0)) == (422, "COORDINATES")
    for bad in (change("f0"), change("f0", floor_area_m2=-1), change("f0", colour="red"),
                {"op": "dig", "facility_id": "f0"}, add("d") | {"at": [200, 1]}):  # fmt: skip
        assert save(planner, bad, base=0).status_code == 422
    assert save(planner, change("f0", kind="药房"), base=0).json()["revision"] == 1
    assert listed(planner)[1]["f0"]["kind"] == "pharmacy"
    assert told(planner.get("/api/plans/none/facilities")) == (404, "PLAN_UNKNOWN")


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_branch_shares_the_list_and_a_plan_without_one_begins_it(app):
    planner = Browser(app, "planner")
    planner.post("/api/plans/main/branches", {"plan_id": "try", "name": "试"})
    save(planner, {"op": "close", "facility_id": "f1"}, base=0)
    shared = planner.get("/api/plans/try/facilities").json()
    assert (shared["revision"], shared["total"]) == (1, 1)
    made = planner.get("/api/plans/main/ground").json()
    assert (made["facilities"]["file"], made["facilities"]["revision"]) == ("设施.csv", 1)
    assert made["people"]["rows"] > 0
    assert [(k["name"], k["count"], k["label_zh"]) for k in made["kinds"]] == [
        ("clinic", 1, made["kinds"][0]["label_zh"])]  # fmt: skip
    with app.state.office.workspace.writing() as connection:
        connection.exec_driver_sql("DELETE FROM plan_grounds WHERE plan_id = 'try'")
    assert planner.get("/api/plans/try/ground").json()["facilities"] is None
    url = "/api/plans/try/facilities/edits"
    answer = planner.post(url, {"base_revision": 0, "edits": [add("x")]})
    assert answer.json()["revision"] == 1
    assert planner.get("/api/plans/try/facilities").json()["total"] == 1
    assert planner.get(URL).json()["total"] == 1
    assert answer.json()["changes"][0]["after"]["id"] == "x"


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_residents_see_a_facility_that_closed_gone_at_once(app):
    service.publish(app)
    anybody, planner = Browser(app), Browser(app, "planner")
    assert anybody.get("/api/facilities").json()["total"] == 2
    save(planner, {"op": "close", "facility_id": "f1"}, base=0)
    app.state.office.published._asked -= 2  # noqa: SLF001  (a second later)
    assert anybody.get("/api/facilities").json()["total"] == 1
