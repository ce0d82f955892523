"""Servers to ask: a workspace in a file or in PostGIS, each served by one process."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg

from onegrid.grids.edit import open_grid
from onegrid.pipeline.plan_import import ImportInputs, import_folder
from onegrid.pipeline.workspace import init
from onegrid.store import logins, open_workspace, plans, users
from onegrid.store.audit import by_now

sys.path.append(str(Path(__file__).parents[2] / "tests"))
import edits  # the lattices and random edits that the tests prove

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from onegrid.grids.edit import OpenGrid

_START_S = 180  # on a machine that does other things too
TICKS_S = os.sysconf("SC_CLK_TCK")
BY = by_now("benchmark")


@dataclass(frozen=True)
class Served:
    """A process that serves."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """Return the CPU seconds it has used, all its threads together."""
        return sum(map(int, process_fields(self.pid)[11:13])) / TICKS_S

    def peak_mb(self) -> float:
        """Return the most memory it has held."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def process_fields(pid: int) -> list[str]:
    """Return what the kernel counts of a process, from its state on (``man proc``)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def filled(place: str, results: Path, side: int, people: int) -> list[dict[str, str]]:
    """Fill a workspace with a published plan of `results` and a lattice to be edited.

    Returns for each of `people` who may edit the headers of a browser.
    """
    init(place, name="benchmark", crs=None)
    import_folder(place, ImportInputs(results, "shown", ""), by=BY)
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        plans.set_status(connection, "shown", base=0, was=plans.DRAFT, to=plans.PUBLISHED)
        add_lattice(connection, "edited", side, srid=workspace.srid)
        return [planner(connection, f"planner-{number}") for number in range(people)]


def add_lattice(connection: Connection, plan: str, side: int, *, srid: int) -> OpenGrid:
    """Add a draft that is a lattice of about ``side × side`` cells, and return it."""
    tables, doors = edits.lattice(side, side, doors=side * side)
    opened = open_grid(tables, people=doors)
    rows = [row for layer in opened.board.rows.values() for row in layer.values()]
    head = plans.PlanHead(plan, "", plans.DRAFT, 0, None, None, BY.at, BY.author)
    plans.add_plan(connection, head, rows, srid=srid, by=BY)
    return opened


def planner(connection: Connection, name: str) -> dict[str, str]:
    """Add somebody who may edit, and return the headers of their browser."""
    users.add_user(connection, users.Person(name, name, "planner", ("district",)), by=BY)
    token, csrf = logins.log_in(connection, name, agent="", by=by_now(name))
    return {"Cookie": f"onegrid_session={token}", "X-CSRF-Token": csrf}


@contextmanager
def served(place: str, *, kept: bool = True) -> Iterator[Served]:
    """Serve a workspace by one process until the block ends; not `kept`: every tile is cut anew."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    where = ["--database", place] if "://" in place else ["--workspace", place]
    program = [str(Path(sys.executable).parent / "onegrid"), "serve", *where]
    process = subprocess.Popen(  # noqa: S603  (our own program)
        [
            *(program if kept else [sys.executable, "-m", "bench.unkept", place]),
            "--port",
            str(port),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[1],
    )
    try:
        _await(port)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _await(port: int) -> None:
    until = time.monotonic() + _START_S
    while time.monotonic() < until:
        try:
            httpx.get(f"http://127.0.0.1:{port}/api/health", timeout=_START_S)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return
    msg = "the service does not answer"
    raise TimeoutError(msg)


@contextmanager
def postgis() -> Iterator[str]:
    """Run a private PostgreSQL with PostGIS and its usual care for what is saved; give its URL."""
    user = pwd.getpwnam("postgres") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"))
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    who: dict[str, Any] = {"cwd": folder, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}
    if os.geteuid() == 0:
        who |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    data = str(folder / "data")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    control = [str(programs / "pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w", "-s"]
    options = f"-p {port} -c unix_socket_directories={folder} -c listen_addresses=127.0.0.1"
    begin = [str(programs / "initdb"), "-D", data, "-U", "bench", "-A", "trust"]
    subprocess.run([*begin, "-E", "UTF8", "--locale=C.UTF-8"], check=True, **who)  # noqa: S603
    try:
        subprocess.run([*control, "-o", options, "start"], check=True, **who)  # noqa: S603
        address = f"bench@127.0.0.1:{port}/postgres"
        with psycopg.connect(f"postgresql://{address}", autocommit=True) as connection:
            connection.execute("CREATE EXTENSION postgis")
        yield f"postgresql+psycopg://{address}"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, **who)  # noqa: S603
        shutil.rmtree(folder, ignore_errors=True)
