"""A disk that is full or can only be read, and a clock that jumps: all said, and nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import edits
import service
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import audit, logins, open_workspace, plans
from service import Browser, rename

pytestmark = pytest.mark.integration
ROOM_BYTES = 60_000  # what the file may still grow by

FULL = """
import json, resource, signal, sys
import service
from pathlib import Path
place, room = sys.argv[1], int(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a write past the limit fails, as on a full disk
app, close = service.service(place)
me = service.Browser(app, "planner")
largest = max(path.stat().st_size for path in Path(place).iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + room, resource.RLIM_INFINITY))
told, refused = [], None
for number in range(400):
    answer = me.edit(service.rename("c0000", f"n{number}" * 40), base=number)
    if answer.status_code != 200:
        refused = answer.status_code, answer.json()["code"]
        break
    told.append(answer.json()["revision"])
read = me.get("/api/plans/main").status_code
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
again = me.edit(service.rename("c0000", "again"), base=len(told)).status_code
print(json.dumps({"told": told, "refused": refused, "read": read, "again": again}))
"""


def test_a_full_disk_is_said_so_and_what_was_acknowledged_is_there(tmp_path):
    place = str(tmp_path / "district")
    service.fill(place)
    folders = [str(Path(service.__file__).parent), *sys.path]
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", FULL, place, str(ROOM_BYTES)],
        capture_output=True, text=True, timeout=170, check=False,
        env={"PYTHONPATH": ":".join(folders), "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["told"] == list(range(1, len(told["told"]) + 1))
    assert told["refused"] == [503, "WORKSPACE_UNWRITABLE"]
    assert (told["read"], told["again"]) == (200, 200)
    workspace = open_workspace(place)
    with workspace.reading() as connection:
        assert plans.plan_head(connection, "main").revision == len(told["told"]) + 1
        assert edits.faults(frames_of(connection, "main", srid=workspace.srid)) == []
        assert audit.broken_rows(connection) == []
    workspace.close()


def test_a_workspace_that_can_only_be_read_is_said_so_and_stays_as_it_was(tmp_path):
    place = tmp_path / "district"
    service.fill(str(place))
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    for path in (*place.iterdir(), place):
        path.chmod(0o555 if path.is_dir() else 0o444)
    # root may write whatever the bits say, unless it has given that up
    humble = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] * (os.geteuid() == 0)
    if humble and shutil.which("setpriv") is None:
        pytest.skip("root here writes wherever it likes")
    program = str(Path(sys.executable).parent / "onegrid")
    command = [*humble, program, "serve", "--workspace", str(place)]
    done = subprocess.run(  # noqa: S603  (our own command)
        command, capture_output=True, text=True, timeout=170, check=False
    )
    assert done.returncode != 0
    assert "WORKSPACE_UNWRITABLE" in done.stderr
    assert "make the place writable" in done.stderr
    assert {path.name: path.read_bytes() for path in place.iterdir()} == before
    for path in (place, *place.iterdir()):
        path.chmod(0o755)
    app, close = service.service(str(place))
    assert Browser(app, "planner").edit(rename("c0000", "甲"), base=0).status_code == 200
    close()


def test_a_clock_that_was_ahead_shuts_nobody_out(app):
    now = audit.by_now("").at
    ahead = logins.later(now, seconds=400 * 86_400)
    with app.state.office.workspace.writing() as connection:
        for _ in range(logins.FAILURES_MAX["name"] + 3):
            logins.note_failure(connection, ["name own"], now=ahead)
        logins.refuse_guessing(connection, ["name own"], now=now)
    assert Browser(app).log_in("own").status_code == 200


def test_saves_follow_each_other_though_the_clock_goes_back(app):
    workspace = app.state.office.workspace
    planner = Browser(app, "planner")
    assert planner.edit(rename("c0000", "one"), base=0).status_code == 200
    early = audit.By("planner", "1999-01-01T00:00:00Z")
    with workspace.writing() as connection:
        audit.note(connection, early, "test", "clock", {})
    assert planner.edit(rename("c0000", "two"), base=1).json()["revision"] == 2
    with workspace.reading() as connection:
        assert audit.broken_rows(connection) == []
        assert [one.revision for one in plans.history(connection, "main")] == [2, 1]
