"""Projects, admissions, ledgers and what is due, over the real service, on both stores."""

from datetime import date

import pytest

import service
from service import Browser, told

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("published")]
STEPS = ("proposed", "discussed", "resolved", "resolution_published", "filed", "carried_out",
         "result_published")  # fmt: skip
CASE = "project-0000000001"


def step(browser, to, base, register="projects", case=CASE, **more):
    body = {"move_id": f"{register}-step-{to}-{base:06d}", "base_revision": base,
            "kind": "advance", "to": to, "note": "会议纪要", **more}  # fmt: skip
    return browser.post(f"/api/cases/{register}/{case}/moves", body)


def test_a_project_is_published_filed_and_done_in_that_order(app):
    own, office, other = Browser(app, "own"), Browser(app, "office"), Browser(app, "other")
    body = {"case_id": CASE, "kind": "elevator", "title": "加装电梯", "community_id": "m0-0"}
    assert own.post("/api/cases/projects", body).json()["state"] == "opinions_sought"
    assert own.post("/api/cases/projects", body).json()["revision"] == 1
    assert told(own.post("/api/cases/projects", body | {"title": "别的"})) == (409, "CASE_EXISTS")
    far = body | {"case_id": "project-0000000002", "community_id": "m1-0"}
    assert told(own.post("/api/cases/projects", far)) == (403, "MOVE_ROLE")
    assert told(own.post("/api/cases/projects", far | {"community_id": None})) == (422, "PLACE")
    for base, to in enumerate(STEPS, 1):
        for late in STEPS[base:]:
            assert told(step(office, late, base)) == (409, "MOVE_STATE")
        if to == "filed":
            assert told(step(own, to, base)) == (403, "MOVE_ROLE")
        assert told(step(other, to, base)) == (403, "OTHER_AREA")
        assert step(office if to == "filed" else own, to, base).json()["state"] == to
    counts = own.get("/api/cases/projects/counts?by=kind").json()["items"]
    assert [(one["name"], one["cases"], one["open"]) for one in counts] == [("elevator", 1, 0)]
    assert other.get("/api/cases/projects").json()["total"] == 0
    assert own.get("/api/cases/projects?state=result_published").json()["total"] == 1
    assert own.get("/api/issues").json()["total"] == 0


def test_what_a_department_puts_on_the_grid_is_let_in_by_the_district(app):
    office, planner = Browser(app, "office"), Browser(app, "planner")
    case = "admission-00000001"
    body = {
        "case_id": case,
        "kind": "task",
        "title": "消防巡查",
        "details": {"department": "emergency"},
    }
    assert told(Browser(app, "own").post("/api/cases/admissions", body)) == (403, "MOVE_ROLE")
    bad = office.post("/api/cases/admissions", body | {"kind": "party"})
    assert told(bad) == (422, "ADMISSION_KIND")
    assert office.post("/api/cases/admissions", body).status_code == 201
    lon, lat = service.spot("c0000")
    issue = {"issue_id": "issue-000000000001", "duty": "消防巡查", "text": "通道堵塞", "lon": lon,
             "lat": lat}  # fmt: skip
    assert told(Browser(app).post("/api/issues", issue)) == (422, "DUTY_UNKNOWN")
    assert told(step(planner, "admitted", 1, "admissions", case)) == (409, "MOVE_STATE")
    assert step(office, "reviewed", 1, "admissions", case).status_code == 200
    assert told(step(office, "admitted", 2, "admissions", case)) == (403, "MOVE_ROLE")
    assert step(planner, "admitted", 2, "admissions", case).json()["due_at"] is None
    worker = Browser(app, "worker")
    assert worker.get("/api/cases/admissions").json()["total"] == 1
    assert worker.get("/api/flows").json()["admitted"] == {"消防巡查": "emergency"}
    assert worker.post("/api/issues", issue).status_code == 201
    assert worker.get("/api/issues").json()["items"][0]["department"] == "emergency"


def test_a_ledger_tells_all_of_a_unit_and_names_to_those_who_may_know(app):
    own, worker, other = Browser(app, "own"), Browser(app, "worker"), Browser(app, "other")
    lon, lat = service.spot("c0000")
    own.put(
        "/api/posts/post-0000000000001",
        {"base_revision": 0, "kind": "grid_lead", "title": "<张三>", "lon": lon, "lat": lat},
    )
    own.put(
        "/api/registers/needs/need-0000000000001",
        {"base_revision": 0, "kind": "meal", "title": "午餐", "lon": lon, "lat": lat},
    )
    own.post("/api/issues", {"issue_id": "issue-000000000001", "duty": "hazards", "text": "井盖",
                             "lon": lon, "lat": lat})  # fmt: skip
    for level, unit in (("cell", "c0000"), ("community", "m0-0")):
        found = own.get(f"/api/ledger/{level}/{unit}").json()
        assert found["names"] == [{"post": "grid_lead", "name": "<张三>"}]
        assert (found["issues"], found["needs"]) == ({"discovered": 1}, {"meal": 1})
        lead = next(one for one in found["staff"] if one["post"] == "grid_lead")
        assert lead["needed"] - lead["missing"] == lead["there"] == 1
        cells = own.get("/api/plans/main/layers/cells?limit=999").json()["features"]
        mine = [c["properties"]["households"] for c in cells if unit in (c["id"], "m0-0")]
        assert found["people"]["households"] == sum(mine)
        hidden = worker.get(f"/api/ledger/{level}/{unit}").json()
        assert hidden == found | {"names": []}
        page = own.get(f"/api/ledger/{level}/{unit}/page")
        assert page.headers["content-type"].startswith("text/html")
        assert "&lt;张三&gt;" in page.text
        assert "张三" not in worker.get(f"/api/ledger/{level}/{unit}/page").text
        assert told(other.get(f"/api/ledger/{level}/{unit}")) == (403, "OTHER_AREA")
    assert told(own.get("/api/ledger/cell/nowhere")) == (404, "UNIT_UNKNOWN")


def test_what_is_due_is_listed_until_it_was_held(app):
    own = Browser(app, "own")
    every = own.get("/api/due?year=2026&limit=99").json()["items"]
    assert len(every) == 12  # a month each, of one community
    body = {"base_revision": 0, "kind": "community_committee", "title": "三月例会",
            "community_id": "m0-0", "from_at": "2026-03-05T09:00:00Z"}  # fmt: skip
    saved = own.put("/api/registers/meetings/meeting-00000001", body)
    assert saved.status_code == 200, saved.text
    held = [one["due"] for one in own.get("/api/due?year=2026").json()["items"] if one["held"]]
    assert held == ["2026-03-31"]
    bad = own.put("/api/registers/meetings/meeting-00000002", body | {"kind": "party"})
    assert told(bad) == (422, "MEETING_UNKNOWN")
    feed = Browser(app).get("/api/calendar.ics?year=2026&community_id=m0-0")
    assert feed.headers["content-type"].startswith("text/calendar")
    days = [line[-8:] for line in feed.text.split("\r\n") if line.startswith("DTSTART")]
    assert len(days) == 11
    assert date(2026, 3, 31).strftime("%Y%m%d") not in days
    whole = Browser(app, "admin").get("/api/due?year=2026&limit=99").json()
    assert whole["total"] == 2 * 12 + 2 * 4 + 2 * 2
