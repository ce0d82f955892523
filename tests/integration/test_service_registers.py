"""Posts, needs and resources over the real service, on both stores."""

from collections import Counter

import pytest

import service
from onegrid.operations.staffing import posts
from onegrid.store import audit
from service import Browser, told

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("published")]


def row(cell, base=0, **more):
    lon, lat = service.spot(cell)
    return {"base_revision": base, "kind": "meal", "title": "午餐", "contact": "139", "lon": lon,
            "lat": lat, **more}  # fmt: skip


def test_who_has_a_post_is_told_to_those_who_may_know(app):
    own = Browser(app, "own")
    body = row("c0000", kind="grid_lead", title="张三")
    url = "/api/posts/post-0000000000001"
    assert own.put(url, body).json()["cell_id"] == "c0000"
    assert own.put(url, body).json()["revision"] == 1
    assert told(own.put(url, body | {"title": "李四"})) == (409, "STALE_REVISION")
    assert own.put(url, row("c0000", 1, kind="grid_lead", title="李四")).json()["revision"] == 2
    assert [one["title"] for one in own.get("/api/posts").json()["items"]] == ["李四"]
    worker, other = Browser(app, "worker"), Browser(app, "other")
    assert told(worker.get("/api/posts")) == (403, "FORBIDDEN")
    assert other.get("/api/posts").json()["total"] == 0
    assert told(other.put(url, row("c0300", 2, kind="grid_lead"))) == (403, "OTHER_AREA")
    assert told(own.put(url, row("c0300", 2, kind="grid_lead"))) == (403, "OTHER_AREA")
    assert told(own.put(url, body | {"kind": "king"})) == (422, "POST_UNKNOWN")
    assert "李四" not in worker.get("/api/staffing").text
    with app.state.office.workspace.reading() as connection:
        seen = audit.rows(connection, slice(0, 99))[1]
        assert audit.broken_rows(connection) == []
    assert "read posts" in {one["action"] for one in seen}
    assert not any("李四" in str(one["details"]) for one in seen)


def test_what_is_missing_is_what_the_rules_ask_less_who_is_there(app):
    own, admin = Browser(app, "own"), Browser(app, "admin")
    before = admin.get("/api/staffing?limit=999").json()
    need = Counter(dict.fromkeys(posts(), 0))
    for item in before["items"]:
        assert item["missing"] == item["needed"]
        need[item["post"]] += item["needed"]
    assert before["missing"] == dict(need)
    assert need["grid_lead"] == need["party_branch"] == need["building_lead"]  # a door a cell
    assert need["community_worker"] == 10  # two communities of few households
    own.put("/api/posts/post-0000000000001", row("c0000", kind="grid_lead", title="张三"))
    own.put("/api/posts/post-0000000000002",
            {"base_revision": 0, "kind": "community_worker", "title": "李四",
             "community_id": "m0-0"})  # fmt: skip
    after = admin.get("/api/staffing").json()["missing"]
    assert after == before["missing"] | {
        "grid_lead": need["grid_lead"] - 1, "community_worker": 9}  # fmt: skip
    mine = own.get("/api/staffing?limit=999").json()["items"]
    assert {item["id"] for item in mine if item["level"] == "community"} == {"m0-0"}


def test_every_cell_of_a_community_gets_one_of_its_workers(app):
    own = Browser(app, "own")
    asked = {"community_id": "m0-0", "post": "specialist"}
    assert told(own.post("/api/staffing/proposal", asked)) == (422, "STAFF_NONE")
    for number, cell in enumerate(("c0000", "c0100"), 1):
        body = row(cell, kind="specialist", title=f"专员{number}")
        own.put(f"/api/posts/post-{number:013d}", body)
    found = own.post("/api/staffing/proposal", asked).json()
    cells = own.get("/api/plans/main/layers/cells?limit=999").json()["features"]
    mine = {c["id"]: c["properties"]["households"] for c in cells}
    assert {one["cell_id"] for one in found["cells"]} == set(mine)
    load = Counter()
    for one in found["cells"]:
        load[one["entry_id"]] += mine[one["cell_id"]]
    assert load == found["load"]
    assert max(load.values()) <= max(found["heaviest_bound"] * 1.1, sum(mine.values()) / 2 * 1.1)
    assert found["measure"] == "air"
    other = Browser(app, "other")
    assert told(other.post("/api/staffing/proposal", asked)) == (403, "OTHER_AREA")


def test_needs_are_met_by_what_is_near_and_there_is_room_for(app):
    worker = Browser(app, "worker")
    for number, (cell, more) in enumerate([
        ("c0000", {"people": 3}), ("c0100", {"kind": "repair"}), ("c0100", {"people": 2}),
    ]):  # fmt: skip
        answer = worker.put(f"/api/registers/needs/need-{number:013d}", row(cell, **more))
        assert answer.status_code == 200, answer.text
    worker.put("/api/registers/resources/resource-000000001", row("c0000", people=4))
    found = worker.post("/api/matches", {}).json()
    reasons = {one["need"][-1]: (one["people_met"], one["reason"]) for one in found["needs"]}
    assert reasons == {"0": (3, "met"), "1": (0, "no_kind"), "2": (1, "full")}
    assert worker.get("/api/registers/needs").json()["items"][0]["contact"] is None
    assert Browser(app, "own").get("/api/registers/needs").json()["items"][0]["contact"] == "139"
    assert Browser(app, "other").get("/api/registers/needs").json()["total"] == 0
    same = "/api/registers/resources/need-0000000000000"
    assert told(worker.put(same, row("c0000"))) == (409, "ENTRY_EXISTS")
    lost = {"base_revision": 0, "kind": "meal", "title": "午餐", "community_id": "nowhere"}
    answer = worker.put("/api/registers/needs/need-0000000000009", lost)
    assert told(answer) == (422, "COMMUNITY_UNKNOWN")
    assert told(Browser(app).get("/api/registers/needs")) == (401, "LOGIN")
