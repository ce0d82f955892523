"""A disk that is full or can only be read, and a clock that jumps: all said, and nothing lost."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
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
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))  # as of a read-only disk
none = me.edit(service.rename("c0000", "none"), base=len(told))
sent = me.ask("POST", "/api/uploads", params={"file": "a.csv"}, content=b"lon,lat\\n1,2")
nothing = [(a.status_code, a.json()["code"]) for a in (none, sent)]
still = me.get("/api/plans/main").json()["revision"]
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
again = me.edit(service.rename("c0000", "again"), base=len(told)).status_code
print(json.dumps({"told": told, "refused": refused, "read": read, "again": again,
    "nothing": nothing, "still": still}))
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
    assert told["nothing"] == [[503, "WORKSPACE_UNWRITABLE"]] * 2
    assert told["still"] == len(told["told"])
    assert (told["read"], told["again"]) == (200, 200)
    workspace = open_workspace(place)
    with workspace.reading() as connection:
        assert plans.plan_head(connection, "main").revision == len(told["told"]) + 1
        assert edits.faults(frames_of(connection, "main", srid=workspace.srid)) == []
        assert audit.broken_rows(connection) == []
    workspace.close()


@pytest.mark.parametrize("place", ["postgis"], indirect=True)
@pytest.mark.parametrize("how", ["read-only", "full"])
def test_a_database_that_takes_nothing_any_more_is_said_so_and_loses_nothing(app, how, place):
    me = Browser(app, "planner")
    assert me.edit(rename("c0000", "one"), base=0).status_code == 200
    stop, go_on = _STOPS[how]
    _order(place, *stop)
    try:
        answer = me.edit(rename("c0000", "two"), base=1)
        assert service.told(answer) == (503, "WORKSPACE_UNWRITABLE")
        assert me.get("/api/plans/main").json()["revision"] == 1
    finally:
        _order(place, *go_on)
    assert me.edit(rename("c0000", "three"), base=1).json()["revision"] == 2
    with app.state.office.workspace.reading() as connection:
        assert audit.broken_rows(connection) == []


_ANEW = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
_NO_ROOM = (
    "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    " RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';"
    " END $$"
)
_STOPS = {
    "read-only": (  # as a standby after a failover
        ["ALTER DATABASE onegrid SET default_transaction_read_only = on", _ANEW],
        [
            "SET default_transaction_read_only = off",
            "ALTER DATABASE onegrid RESET default_transaction_read_only",
            _ANEW,
        ],
    ),
    "full": (  # what the server says when its disk is full, in the middle of a save
        [
            _NO_ROOM,
            "CREATE TRIGGER full_disk BEFORE INSERT ON audit EXECUTE FUNCTION full_disk()",
        ],
        ["DROP TRIGGER full_disk ON audit", "DROP FUNCTION full_disk"],
    ),
}


def _order(place, *orders):
    address = place.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        for order in orders:
            connection.execute(order)


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
