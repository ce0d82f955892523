"""Departments on the one grid: their issues, their layers, and registers when it is redrawn."""

from datetime import UTC, datetime

import icalendar
import pytest

import service
from onegrid.errors import StateError
from onegrid.grids.locate import locate
from onegrid.io.files import write_layers
from onegrid.pipeline.edit_history import DEPARTMENTS_FILE
from onegrid.pipeline.plan_import import ImportInputs, import_folder
from onegrid.pipeline.workspace import write_plan
from onegrid.store import plans
from onegrid.store.rows import frame_of, read_layer
from service import Browser, told

pytestmark = [
    pytest.mark.integration,
    pytest.mark.usefixtures("published"),
    pytest.mark.parametrize("place", ["file"], indirect=True),  # both stores are asked elsewhere
]


def move(browser, number, kind, base, to="", note="好"):
    body = {"move_id": f"move-{number:04d}-{base:04d}-{kind}", "base_revision": base, "kind": kind,
            "to": to, "note": note}  # fmt: skip
    return browser.post(f"/api/issues/issue-{number:012d}/moves", body)


def test_a_department_sees_and_moves_its_issues_and_no_others(app):
    service.report(app, 1, duty="hazards")
    service.report(app, 2, duty="pollution")
    service.report(app, 3, "c0300", duty="hazards")
    fire, own, office = Browser(app, "fire"), Browser(app, "own"), Browser(app, "office")
    rows = fire.get("/api/issues").json()["items"]
    assert {one["case_id"][-1] for one in rows} == {"1", "3"}
    assert fire.get("/api/issue-statistics?by=department").json()["items"][0]["cases"] == 2
    assert told(fire.get("/api/issues/issue-000000000002")) == (403, "OTHER_AREA")
    assert told(move(fire, 2, "advance", 1, "dispatched")) == (403, "OTHER_AREA")
    assert move(own, 1, "advance", 1, "dispatched").status_code == 200
    assert told(move(fire, 1, "advance", 2, "handled")) == (403, "MOVE_ROLE")  # not its tier yet
    assert move(own, 1, "escalate", 2).status_code == 200
    assert move(own, 1, "escalate", 3).status_code == 200  # to the subdistrict
    assert move(office, 1, "escalate", 4).status_code == 200  # to the department
    assert move(fire, 1, "advance", 5, "handled").json()["state"] == "handled"
    assert told(fire.get("/api/issues/issue-000000000001/contact")) == (403, "FORBIDDEN")
    assert fire.get("/api/round").json()["cells"] == []
    assert fire.get("/api/registers/needs").json()["total"] == 0
    assert told(fire.get("/api/ledger/cell/c0000")) == (403, "OTHER_AREA")
    assert told(fire.post("/api/jobs", {"kind": "map", "plan_id": "main"})) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("role", "area"),
    [("department", "district"), ("department", "department/nothing"),
     ("community", "department/emergency"), ("department", "community/m0-0")],
)  # fmt: skip
def test_a_department_has_its_department_for_an_area_and_nobody_else_has(app, role, area):
    body = {"user_id": "new", "name": "新", "role": role, "areas": [area]}
    assert told(Browser(app, "admin").post("/api/users", body)) == (422, "AREA_UNKNOWN")


def test_a_new_department_is_merged_only_after_its_layer_was_admitted(app):
    fire, office, planner = Browser(app, "fire"), Browser(app, "office"), Browser(app, "planner")
    key = "0" * 16
    merge = {"kind": "merge", "plan_id": "next", "name": "新", "departments": {"emergency": key},
             "communities": key, "households": key}  # fmt: skip
    refused = planner.post("/api/jobs", merge)
    assert told(refused) == (409, "ADMISSION_MISSING")
    assert "emergency" in refused.text
    body = {"case_id": "admission-0000000001", "kind": "layer", "title": "应急老网格",
            "details": {"department": "emergency"}}  # fmt: skip
    asked = fire.post("/api/cases/admissions", body)
    assert asked.status_code == 201, asked.text
    assert told(planner.post("/api/jobs", merge)) == (409, "ADMISSION_MISSING")
    for base, (who, to) in enumerate([(office, "reviewed"), (planner, "admitted")], 1):
        step = {"move_id": f"admission-move-{base:04d}", "base_revision": base, "kind": "advance",
                "to": to, "note": "可"}  # fmt: skip
        found = who.post("/api/cases/admissions/admission-0000000001/moves", step)
        assert found.json()["state"] == to, found.text
    assert told(planner.post("/api/jobs", merge)) == (404, "UPLOAD_UNKNOWN")  # now for its files
    two = merge | {"departments": {"emergency": key, "ecology": key}}
    assert told(planner.post("/api/jobs", two)) == (409, "ADMISSION_MISSING")


def test_a_folder_brought_in_at_the_machine_needs_the_same_admission(app, place, tmp_path):
    workspace, folder = app.state.office.workspace, tmp_path / "result"
    folder.mkdir()
    write_plan(workspace, "main", folder)
    ground = frame_of("cells", service.grid().board.rows["cells"].values(), crs=service.SRID)
    old = ground[["geometry"]].assign(code=ground.index, name="", lead="", workers="")
    write_layers(folder / DEPARTMENTS_FILE, {"emergency": old.reset_index(drop=True)})
    inputs = ImportInputs(folder, "next", "新")
    with pytest.raises(StateError) as refused:
        import_folder(place, inputs, by=service.BY)
    assert [one.code for one in refused.value.problems] == ["ADMISSION_MISSING"]
    with workspace.reading() as connection:
        assert [one.plan_id for one in plans.list_plans(connection)] == ["main"]
    body = {"case_id": "admission-0000000002", "kind": "layer", "title": "应急老网格",
            "details": {"department": "emergency"}}  # fmt: skip
    Browser(app, "fire").post("/api/cases/admissions", body)
    for base, (who, to) in enumerate([("office", "reviewed"), ("planner", "admitted")], 1):
        step = {"move_id": f"admission-step-{base:04d}", "base_revision": base, "kind": "advance",
                "to": to, "note": "可"}  # fmt: skip
        url = "/api/cases/admissions/admission-0000000002/moves"
        assert Browser(app, who).post(url, step).status_code == 200
    assert import_folder(place, inputs, by=service.BY)["departments"] == {"emergency": len(old)}


def test_posts_needs_and_resources_follow_a_redrawn_grid(app):
    own, planner = Browser(app, "own"), Browser(app, "planner")
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        cell = read_layer(connection, "main", "cells")["c0000"].shape
    west, south, east, north = cell.bounds
    lon, lat = service.spot("c0000")
    row = {"base_revision": 0, "kind": "meal", "title": "午餐"}
    inside = {"lon": lon, "lat": lat}
    for path, more in (
        ("registers/needs/need-0000000000001", inside),
        ("registers/resources/resource-000000001", inside),
        ("posts/post-0000000000001", {"kind": "grid_lead", "cell_id": "c0000"}),
        ("posts/post-0000000000002", {"kind": "community_worker", "community_id": "m0-0"}),
    ):
        answer = own.put(f"/api/{path}", row | more)
        assert answer.status_code == 200, answer.text
    planner.post("/api/plans/main/branches", {"plan_id": "next", "name": "新"})
    x = (west + east) / 2
    cut = {"op": "split", "cell_id": "c0000", "new_ids": ["left", "right"],
           "line": [[x, south - 9], [x, north + 9]]}  # fmt: skip
    assert planner.edit(cut, base=0, plan="next").status_code == 200
    service.publish(app, "next", old="main", base=1)
    with workspace.reading() as connection:
        now = read_layer(connection, "next", "cells")
    halves = ("left", "right")
    there = int(locate([cell.representative_point()], [now[name].shape for name in halves])[0])
    (need,) = own.get("/api/registers/needs").json()["items"]
    (resource,) = own.get("/api/registers/resources").json()["items"]
    assert need["cell_id"] == resource["cell_id"] == halves[there]
    posts = {one["kind"]: one for one in own.get("/api/posts").json()["items"]}
    assert posts["grid_lead"]["cell_id"] in halves
    assert posts["grid_lead"]["revision"] == 2
    assert posts["community_worker"]["cell_id"] is None
    assert posts["community_worker"]["revision"] == 1
    gaps = own.get("/api/staffing?limit=999").json()["items"]
    lead = {one["id"]: one["there"] for one in gaps if one["post"] == "grid_lead"}
    assert lead[posts["grid_lead"]["cell_id"]] == 1
    stale = own.put("/api/registers/needs/need-0000000000001",
                    row | inside | {"base_revision": 1, "active": False})  # fmt: skip
    assert told(stale) == (409, "STALE_REVISION")


def test_the_calendar_is_read_by_a_program_that_knows_the_standard(app):
    year = datetime.now(UTC).year
    text = Browser(app).get(f"/api/calendar.ics?year={year}").text
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    listed = Browser(app, "admin").get(f"/api/due?year={year}&limit=999").json()["items"]
    assert len(events) == len(listed) == len({str(one["UID"]) for one in events})
    told_days = sorted((str(one.decoded("DTSTART")), str(one["SUMMARY"])) for one in events)
    assert told_days == sorted((one["due"], f"{one['name']} {one['label']}") for one in listed)
