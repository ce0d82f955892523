"""Jobs: they end with all their results or none, whoever is killed meanwhile."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile

import httpx
import pytest
import shapely
from sqlalchemy import text

import edits
import service
from onegrid.grids.edit import EditError, plan, read_edit
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import audit, jobs, open_workspace
from onegrid.store.audit import By
from onegrid.store.ground import ground
from onegrid.store.results import list_results
from service import Browser

pytestmark = pytest.mark.integration
MAP = {"kind": "map", "plan_id": "main"}
EDITS = 200
NOW = "2026-01-01T00:00:00Z"


def ended(browser, job_id, *, within_s=90):
    """Wait until a job has ended and return it."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        job = browser.get(f"/api/jobs/{job_id}").json()
        if job["state"] in jobs.ENDED:
            return job
        time.sleep(0.3)
    pytest.fail(f"not ended: {job}")


def ask(browser, body=MAP):
    answer = browser.post("/api/jobs", body)
    assert answer.status_code == 202, answer.text
    return answer.json()["job_id"]


def test_a_job_ends_with_its_results_which_are_read_on_record(app):
    planner = Browser(app, "planner")
    app.state.office.runner.start()
    job = ended(planner, ask(planner))
    assert (job["state"], job["problems"]) == ("done", [])
    assert job["result"]["file"] == "map.html"
    listed = planner.get("/api/plans/main/results").json()["items"]
    assert [(r["name"], r["stale"]) for r in listed] == [("map.html", False)]
    page = planner.get("/api/plans/main/results/map.html")
    assert page.content.startswith(b"<!DOCTYPE html>")
    assert "attachment" in page.headers["Content-Disposition"]
    packed = planner.get("/api/plans/main/export").content
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert {"grid.gpkg", "map.html"} <= set(archive.namelist())
    rows = Browser(app, "admin").get("/api/audit?action=export").json()
    assert [r["actor"] for r in rows["items"]] == ["planner", "planner"]
    events = planner.get(f"/api/jobs/{job['job_id']}/events").text
    assert json.loads(events.split("data: ")[-1])["state"] == "done"


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_job_that_cannot_be_done_says_why_and_leaves_nothing(app):
    planner = Browser(app, "planner")
    app.state.office.runner.start()
    job = ended(planner, ask(planner, {"kind": "circles", "plan_id": "main"}))
    assert (job["state"], [p["code"] for p in job["problems"]]) == ("failed", ["NETWORK_MISSING"])
    assert planner.get("/api/plans/main/results").json()["total"] == 0
    again = planner.post(f"/api/jobs/{job['job_id']}/retry", {})
    assert again.status_code == 202
    assert ended(planner, job["job_id"])["state"] == "failed"


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_job_can_be_canceled_while_it_waits_and_while_it_runs(app):
    planner = Browser(app, "planner")
    first = ask(planner)
    assert planner.post(f"/api/jobs/{first}/cancel", {}).json()["state"] == "canceled"
    twice = planner.post(f"/api/jobs/{first}/cancel", {})
    assert (twice.status_code, twice.json()["code"]) == (409, "JOB_ENDED")
    second = ask(planner)
    app.state.office.runner.start()
    while planner.get(f"/api/jobs/{second}").json()["state"] == "queued":
        time.sleep(0.1)
    assert planner.post(f"/api/jobs/{second}/cancel", {}).json()["state"] == "canceling"
    assert ended(planner, second)["state"] == "canceled"
    assert planner.get("/api/plans/main/results").json()["total"] == 0
    assert planner.post(f"/api/jobs/{second}/retry", {}).status_code == 202
    assert ended(planner, second)["state"] == "done"


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_tiles_of_a_plan_are_cut_by_a_job_into_one_file(app):
    planner = Browser(app, "planner")
    app.state.office.runner.start()
    job = ended(planner, ask(planner, {"kind": "tiles", "plan_id": "main"}))
    assert (job["state"], job["problems"]) == ("done", [])
    kept = planner.get(f"/api/plans/main/results/{job['result']['file']}").content
    assert kept == planner.get("/api/plans/main/export?format=pmtiles").content


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_nobody_has_more_jobs_waiting_than_one_may_and_others_jobs_are_not_seen(app):
    planner, other = Browser(app, "planner"), Browser(app, "planner2")
    found = [ask(planner) for _ in range(3)]
    more = planner.post("/api/jobs", MAP)
    assert (more.status_code, more.json()["code"]) == (429, "JOB_QUOTA")
    assert ask(other)
    assert other.get(f"/api/jobs/{found[0]}").json()["code"] == "JOB_UNKNOWN"
    listed = other.get("/api/jobs")
    assert listed.json()["total"] == 1
    tag = {"If-None-Match": listed.headers["etag"]}
    assert other.get("/api/jobs", headers=tag).status_code == 304
    for query, total in (("state=queued&kind=map", 3), ("kind=coverage", 0), ("plan_id=no", 0)):
        assert planner.get(f"/api/jobs?{query}").json()["total"] == total
    assert Browser(app, "admin").get("/api/jobs").json()["total"] == 4
    assert planner.post("/api/jobs", {"kind": "map", "plan_id": "no"}).status_code == 404
    assert planner.post("/api/jobs", {"kind": "dig", "plan_id": "main"}).status_code == 422
    office = Browser(app, "office").post("/api/jobs", MAP)
    assert (office.status_code, office.json()["code"]) == (403, "OTHER_AREA")
    foreign = planner.post("/api/jobs", {"kind": "network", "plan_id": "main", "source": "0" * 16})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "UPLOAD_UNKNOWN")


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_facilities_are_imported_from_a_file_that_was_sent(app):
    planner = Browser(app, "planner")
    csv = "facility_id,kind,name,lon,lat\nf1,pharmacy,药房,114.001,30.541\n".encode()
    sent = planner.ask("POST", "/api/uploads?file=设施.csv", content=csv)
    assert sent.status_code == 201, sent.text
    assert sent.json()["preview"]["layers"][0]["features"] == 1
    app.state.office.runner.start()
    body = {"kind": "import", "role": "facilities", "source": sent.json()["upload_id"]}
    job = ended(planner, ask(planner, body))
    assert (job["state"], job["problems"]) == ("done", [])
    with app.state.office.workspace.reading() as connection:
        assert ground(connection, "main", "facilities")["name"].to_dict() == {"f1": "药房"}


def test_a_job_that_dies_with_the_service_each_time_is_given_up(app):
    workspace = app.state.office.workspace
    with workspace.writing() as connection:
        head = jobs.add_job(connection, "map", "main", {}, by=By("planner", NOW), of_one_max=9)
        for _ in range(jobs.TRIES_MAX):
            assert jobs.take_up(connection, now=NOW).job_id == head.job_id
            jobs.take_up_again(connection, now=NOW)
        lost = jobs.job(connection, head.job_id)
    assert (lost.state, lost.problems[0]["code"]) == ("failed", "JOB_LOST")


SERVE = """
import sys, uvicorn
from onegrid_api.app import create_app
from onegrid_api.settings import Settings
uvicorn.run(create_app(Settings(store=sys.argv[1])), port=int(sys.argv[2]), log_level="error")
"""


class Served:
    """A service in a process of its own, to be killed."""

    def __init__(self, place, port):
        command = [sys.executable, "-c", SERVE, place, str(port)]
        self.process = subprocess.Popen(command, start_new_session=True)  # noqa: S603
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        for _ in range(300):
            try:
                self.http.get("/api/health")
            except httpx.TransportError:
                time.sleep(0.1)
            else:
                return
        pytest.fail("the service does not answer")

    def log_in(self, name):
        body = {"user_id": name, "password": service.PASSWORD}
        answer = self.http.post("/api/session", json=body)
        self.http.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def kill(self):
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.http.close()


def test_a_job_survives_the_death_of_the_service(place, unused_port):
    service.fill(place)
    first = Served(place, unused_port)
    first.log_in("planner")
    job_id = first.http.post("/api/jobs", json=MAP).json()["job_id"]
    while first.http.get(f"/api/jobs/{job_id}").json()["state"] != "running":
        time.sleep(0.05)
    first.kill()
    second = Served(place, unused_port)
    try:
        second.log_in("planner")
        until = time.monotonic() + 60
        job = {"state": ""}
        while job["state"] not in jobs.ENDED and time.monotonic() < until:
            time.sleep(0.3)
            job = second.http.get(f"/api/jobs/{job_id}").json()
        assert (job["state"], job["tries"]) == ("done", 2)
    finally:
        second.kill()


def movable(cell_id):
    """Return an edit that moves a vertex of a cell inside its community, by trying."""
    opened = service.grid().board
    for x, y in shapely.get_coordinates(opened.rows["cells"][cell_id].shape):
        edit = {"op": "move_border", "from": [x, y], "to": [round(x + 3, 3), round(y + 2, 3)]}
        with contextlib.suppress(EditError):
            plan(opened, read_edit(edit))
            return edit
    return pytest.fail("no vertex can be moved")


def test_a_service_killed_in_the_middle_of_200_edits_loses_none_it_acknowledged(place, unused_port):
    service.fill(place)
    there = movable("c0000")
    back = {**there, "from": there["to"], "to": there["from"]}
    saved, killed = 0, False
    while saved < EDITS:
        served = Served(place, unused_port)
        served.log_in("planner")
        base = served.http.get("/api/plans/main").json()["revision"]
        assert base in (saved, saved + killed)  # one may be saved and its answer lost
        saved = base
        while saved < EDITS:
            asked = [(there, back)[saved % 2], service.rename("c0000", f"n{saved}")]
            body = {"base_revision": saved, "edits": asked}
            try:
                answer = served.http.post("/api/plans/main/edits", json=body)
            except httpx.TransportError:
                break
            assert answer.status_code == 200, answer.text
            saved = answer.json()["revision"]
            if saved == EDITS // 2 and not killed:
                killed = True
                threading.Timer(0.01, served.process.kill).start()  # the next one is under way
        served.kill()
    assert killed
    workspace = open_workspace(place)
    with workspace.reading() as connection:
        assert audit.broken_rows(connection) == []
        count, last = connection.execute(
            text("SELECT count(*), max(revision) FROM revisions")
        ).one()
        assert count == last == saved
        assert list_results(connection, "main") == []
        whole = frames_of(connection, "main", srid=workspace.srid)
    assert edits.faults(whole) == []
    cell = whole["cells"].loc["c0000"]
    assert cell["name"] == f"n{last - 1}"
    corners = shapely.get_coordinates(cell["geometry"])
    assert (corners == (there, back)[(last - 1) % 2]["to"]).all(axis=1).any()  # both, or neither
    workspace.close()
