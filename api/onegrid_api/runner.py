"""Runs the jobs of a workspace, each in a process of its own, here or at a cluster's worker.

What a job made is saved in the transaction that ends it: a job is done with all its results, or it
is not done. One that was running when the service died is taken up again at the next start.
"""

from __future__ import annotations

import json
import logging
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onegrid.errors import InputError, OnegridError, Problem
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.plan_import import ImportInputs, import_into, import_table
from onegrid.store import audit, file_of, jobs, plans, results, uploads
from onegrid.store.audit import by_now
from onegrid_api.errors import problems_of
from onegrid_api.workplaces import Cluster, Processes

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid.store import Workspace
    from onegrid_api.settings import Settings
    from onegrid_api.workplaces import Workplace

log = logging.getLogger(__name__)
_LOOK_S: Final = 0.5
_AWAY: Final = "WORKSPACE_UNREACHABLE"
_BUG: Final = {
    "code": "INTERNAL",
    "what": "something went wrong on the server",
    "where": "",
    "remedy": "retry; then tell the administrator",
}


class Runner:
    """Takes up jobs that wait, as many at once as the settings say."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self._workspace, self._settings = workspace, settings
        where = settings.scheduler
        self._workplace: Workplace = Cluster(where) if where else Processes()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._lost: list[str] = []  # jobs whose end could not be saved: the store was away

    def start(self) -> None:
        """Take up again what was running when the service died, then what waits."""
        with self._workspace.writing() as connection:
            jobs.take_up_again(connection, now=by_now("").at)
        self._threads = [
            threading.Thread(target=self._loop, daemon=True)
            for _ in range(self._settings.jobs_at_once)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End: what runs is taken up again at the next start."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        self._workplace.close()

    @property
    def stopping(self) -> bool:
        """Return whether the service is about to end."""
        return self._stop.is_set()

    def _loop(self) -> None:
        while not self._stop.is_set():
            head = None
            try:
                head = self._next()
                if head is not None:
                    self._run(head)
                    continue
            except Exception:  # the loop outlives what goes wrong with one job or one query
                log.exception("a job could not be run")
                if head is not None:
                    self._lost.append(head.job_id)
            self._stop.wait(_LOOK_S)

    def _next(self) -> jobs.JobHead | None:
        if self._lost:
            with self._workspace.writing() as connection:
                for job_id in tuple(self._lost):
                    jobs.put_back(connection, job_id, now=by_now("").at)
            self._lost.clear()
        with self._workspace.reading() as connection:
            if not jobs.any_waits(connection):
                return None
        with self._workspace.writing() as connection:
            return jobs.take_up(connection, now=by_now("").at)

    def _run(self, head: jobs.JobHead) -> None:
        shared = self._settings.jobs_folder
        with tempfile.TemporaryDirectory(prefix="onegrid-job-", dir=shared) as name:
            folder = Path(name)
            try:
                told = self._work(head, folder)
                if told is not None:
                    self._end(head, folder, told)
            except OnegridError as error:
                if _away(problems_of(error)):
                    raise  # the job is not to blame, and is put back
                self._fail(head, problems_of(error))
            except Exception:  # whatever it was, the job has ended and says so
                log.exception("job %s", head.job_id)
                self._fail(head, [_BUG])

    def _work(self, head: jobs.JobHead, folder: Path) -> dict[str, Any] | None:
        """Run a job where jobs are run; return what it told, None if it was stopped."""
        with self._workspace.reading() as connection:
            sent = {u.upload_id: u.file for u in uploads.list_uploads(connection)}
        place = self._workspace.place
        asked = {key: sent.get(key, key) for key in upload_ids(head.options)}
        ask = {
            "place": place if file_of(place) is None else str(Path(place).resolve()),
            "kind": head.kind,
            "plan_id": None if head.kind in ("merge", "import") else head.plan_id,
            "options": dict(head.options),
            "uploads": asked,
        }
        (folder / "ask.json").write_text(json.dumps(ask), encoding="utf-8")
        with self._workplace.work(folder, partial(self._listen, head)) as over:
            while not over() and not self._stop.is_set() and not self._canceled(head):
                self._stop.wait(_LOOK_S)
        told = folder / "told.json"
        if self._stop.is_set() and not told.is_file():
            return None  # it stays as running, and is taken up again
        if self._canceled(head):
            self._close(head, jobs.CANCELED)
            return None
        if not told.is_file():
            return {"problems": [_BUG]}
        found: dict[str, Any] = json.loads(
            told.read_text(encoding="utf-8"), parse_constant=lambda _: None
        )
        if _away(found.get("problems", [])):
            raise InputError(Problem(_AWAY, "the store was away", head.job_id))
        return found

    def _listen(self, head: jobs.JobHead, stage: str) -> None:
        try:
            with self._workspace.writing() as connection:
                jobs.report(connection, head.job_id, stage)
        except OnegridError:  # the store is away: the next stage is told, or the end
            log.warning("a stage of job %s was not kept", head.job_id)

    def _canceled(self, head: jobs.JobHead) -> bool:
        with self._workspace.reading() as connection:
            return jobs.job(connection, head.job_id).state == jobs.CANCELING

    def _end(self, head: jobs.JobHead, folder: Path, told: dict[str, Any]) -> None:
        """Save what a job made together with its end."""
        if "problems" in told:
            self._fail(head, told["problems"])
            return
        by = by_now(head.owner)

        def ended(connection: Connection) -> None:
            done = jobs.end(connection, head.job_id, jobs.DONE, now=by.at, result=told["result"])
            if not done:
                raise _CanceledError
            audit.note(connection, by, f"done {head.kind}", head.job_id, {"plan": head.plan_id})

        try:
            if head.kind == "merge":
                inputs = ImportInputs(
                    folder / "plan",
                    str(head.plan_id),
                    str(head.options["name"]),
                    households=_sent(folder, head.options["households"]),
                )
                import_into(self._workspace, inputs, by=by, also=ended)
                return
            if head.kind == "import":
                role, source = str(head.options["role"]), _sent(folder, head.options["source"])
                import_table(self._workspace, role, source, plan_id=head.plan_id, by=by, also=ended)
                return
            with self._workspace.writing() as connection:
                self._link(connection, head, folder, told)
                ended(connection)
        except _CanceledError:
            self._close(head, jobs.CANCELED)

    def _link(
        self, connection: Connection, head: jobs.JobHead, folder: Path, told: dict[str, Any]
    ) -> None:
        plan_id = str(head.plan_id)
        plans.plan_head(connection, plan_id)
        for name in told["files"]:
            content = (folder / "plan" / name).read_bytes()
            results.put_result(
                connection,
                plan_id,
                name,
                content,
                revision=told["revision"],
                made_from=told["made_from"],
            )
        if NETWORK_FILE in told["files"]:
            audit.note(connection, by_now(head.owner), "new network", plan_id, {})

    def _fail(self, head: jobs.JobHead, problems: list[dict[str, str]]) -> None:
        self._close(head, jobs.FAILED, problems)

    def _close(
        self, head: jobs.JobHead, state: str, problems: list[dict[str, str]] | None = None
    ) -> None:
        with self._workspace.writing() as connection:
            now = by_now("").at
            jobs.end(connection, head.job_id, state, now=now, problems=problems or [])


def _away(problems: list[dict[str, str]]) -> bool:
    return any(problem["code"] == _AWAY for problem in problems)


def _sent(folder: Path, upload_id: str) -> str:
    """Return the file of an upload in the folder of a job."""
    return str(next((folder / "in" / upload_id).iterdir()))


class _CanceledError(Exception):
    """Somebody canceled the job while its results were being saved."""


def upload_ids(options: Any) -> list[str]:  # noqa: ANN401  (a JSON value)
    """Return the uploads that the options of a job speak of.

    Examples
    --------
    >>> upload_ids({"departments": {"甲": "a"}, "communities": "b", "name": "x", "roads": None})
    ['a', 'b']
    """
    named = [*options.get("departments", {}).values()]
    named += [options.get(name) for name in ("communities", "households", "roads", "source")]
    return [str(name) for name in named if name]
