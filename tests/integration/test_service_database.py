"""The database dies in the middle of edits: what was acknowledged is there when it is back."""

import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import psycopg
import pytest

import edits
import service
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import audit, jobs, plans
from service import Browser

pytestmark = pytest.mark.integration
EDITS = 200


class Database:
    """A private PostgreSQL that can be killed and begun anew, as its own user."""

    def __init__(self, url):
        address = url.replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            (folder,) = connection.execute("SHOW data_directory").fetchone()
        self._folder = Path(folder)
        self._address = address
        owner = self._folder.stat()
        self._user = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}

    def kill(self):
        pid = int((self._folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            os.kill(one, signal.SIGKILL)

    def begin(self):
        command = (self._folder / "postmaster.opts").read_text().strip()
        for number in range(200):
            if number % 10 == 0:  # the dead one's lock may stand for a moment
                shell = ["/bin/sh", "-c", f"{command} >/dev/null 2>&1 &"]
                subprocess.run(shell, check=True, cwd=self._folder, **self._user)  # noqa: S603
            try:
                psycopg.connect(self._address).close()
            except psycopg.OperationalError:
                time.sleep(0.2)
            else:
                return
        pytest.fail("the database does not come back")


def test_a_database_killed_in_the_middle_of_200_edits_loses_none_that_was_acknowledged(database):
    url = f"{database}?options=-csynchronous_commit%3Don"  # off in the server of the tests
    service.fill(url)
    app, close = service.service(url)
    me, server = Browser(app, "planner"), Database(database)
    there = service.bowed(service.grid().board.rows["cells"]["c0101"])
    back = {"op": "move_border", "from": there["to"], "to": there["from"]}
    moments = set(np.random.default_rng(8).choice(EDITS - 20, 2, replace=False) + 10)
    saved, refused = 0, 0
    while saved < EDITS:
        if saved in moments:
            moments.remove(saved)
            killer = threading.Thread(target=server.kill)
            killer.start()  # while the next edit is under way
        answer = me.edit(back if saved % 2 else there, base=saved)
        if answer.status_code == 200:
            saved = answer.json()["revision"]
            continue
        refused += 1
        assert (answer.status_code, answer.json()["code"]) == (503, "WORKSPACE_UNREACHABLE")
        killer.join()
        server.begin()
        now = me.get("/api/plans/main").json()["revision"]
        assert now in (saved, saved + 1)  # one may be saved and its answer lost
        saved = now
    assert refused == 2
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        assert audit.broken_rows(connection) == []
        assert len(plans.history(connection, "main")) == saved
        assert edits.faults(frames_of(connection, "main", srid=workspace.srid)) == []
    close()


def test_a_database_killed_in_the_middle_of_a_job_ends_it_once_with_its_result(database):
    url = f"{database}?options=-csynchronous_commit%3Don"
    service.fill(url)
    app, close = service.service(url)
    me, server = Browser(app, "planner"), Database(database)
    job_id = me.post("/api/jobs", {"kind": "map", "plan_id": "main"}).json()["job_id"]
    app.state.office.runner.start()
    while me.get(f"/api/jobs/{job_id}").json()["state"] != "running":
        time.sleep(0.05)
    server.kill()
    time.sleep(1)
    server.begin()
    until = time.monotonic() + 60
    job = {"state": ""}
    while job["state"] not in jobs.ENDED and time.monotonic() < until:
        time.sleep(0.3)
        job = me.get(f"/api/jobs/{job_id}").json()
    assert (job["state"], job["problems"]) == ("done", [])
    listed = me.get("/api/plans/main/results").json()["items"]
    assert [one["name"] for one in listed] == ["map.html"]
    done = Browser(app, "admin").get("/api/audit?action=done map").json()
    assert done["total"] == 1
    close()
