"""Long work: asked for, taken up, reported on, ended. A job that was begun is never lost."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, insert, select, true, update

from onegrid.errors import LimitError, Problem, StateError
from onegrid.store import audit
from onegrid.store.owned import listed, named
from onegrid.store.service_models import Job

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from onegrid.store.audit import By

QUEUED: Final = "queued"
RUNNING: Final = "running"
CANCELING: Final = "canceling"
DONE: Final = "done"
FAILED: Final = "failed"
CANCELED: Final = "canceled"
ENDED: Final = frozenset({DONE, FAILED, CANCELED})
_ALIVE: Final = (QUEUED, RUNNING, CANCELING)
TRIES_MAX: Final = 3


@dataclass(frozen=True)
class JobHead:
    """A job as lists show it; ``stage`` is what it is doing, in words."""

    job_id: str
    kind: str
    plan_id: str | None
    options: Mapping[str, Any]
    owner: str
    state: str = QUEUED
    stage: str = ""
    tries: int = 0
    asked_at: str = ""
    started_at: str | None = None
    ended_at: str | None = None
    result: Mapping[str, Any] | None = None
    problems: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def add_job(
    connection: Connection,
    kind: str,
    plan_id: str | None,
    options: Mapping[str, Any],
    *,
    by: By,
    of_one_max: int,
) -> JobHead:
    """Ask for a job.

    Raises
    ------
    LimitError
        ``JOB_QUOTA`` if somebody has as many waiting or running as one may have.
    """
    query = select(func.count()).where(Job.owner == by.author, Job.state.in_(_ALIVE))
    if int(connection.scalar(query) or 0) >= of_one_max:
        remedy = "wait until one has ended, or cancel one"
        what = f"{of_one_max} jobs are waiting or running already"
        raise LimitError(Problem("JOB_QUOTA", what, remedy=remedy))
    head = JobHead(secrets.token_hex(8), kind, plan_id, dict(options), by.author, asked_at=by.at)
    connection.execute(insert(Job), {**vars(head), "problems": []})
    audit.note(connection, by, f"ask {kind}", head.job_id, {"plan": plan_id})
    return head


def list_jobs(connection: Connection, *, owner: str | None = None) -> list[JobHead]:
    """Return jobs, of somebody or of all, the newest first."""
    found = listed(connection, Job, newest_by="asked_at", owner=owner)
    return [JobHead(**row) for row in found]


def job(connection: Connection, job_id: str) -> JobHead:
    """Return one job.

    Raises
    ------
    InputError
        ``JOB_UNKNOWN``.
    """
    return JobHead(**named(connection, Job, job_id, what="job"))


def any_waits(connection: Connection) -> bool:
    """Return whether a job waits to be taken up."""
    return connection.scalar(select(Job.job_id).where(Job.state == QUEUED).limit(1)) is not None


def take_up(connection: Connection, *, now: str) -> JobHead | None:
    """Return the job that has waited longest, now running; None if none waits."""
    waiting = select(Job.job_id).where(Job.state == QUEUED).order_by(Job.asked_at, Job.job_id)
    for job_id in connection.scalars(waiting).all():
        step = update(Job).where(Job.job_id == job_id, Job.state == QUEUED)
        values = {"state": RUNNING, "started_at": now, "stage": "", "tries": Job.tries + 1}
        if connection.execute(step.values(**values)).rowcount == 1:
            return job(connection, job_id)
    return None


def report(connection: Connection, job_id: str, stage: str) -> bool:
    """Say what a job is doing; return whether it is to go on."""
    step = update(Job).where(Job.job_id == job_id, Job.state == RUNNING)
    return connection.execute(step.values(stage=stage)).rowcount == 1


def end(
    connection: Connection,
    job_id: str,
    state: str,
    *,
    now: str,
    result: Mapping[str, Any] | None = None,
    problems: Sequence[Mapping[str, Any]] = (),
) -> bool:
    """End a job that runs; return whether it did, and nobody has canceled it meanwhile."""
    was = (RUNNING, CANCELING) if state != DONE else (RUNNING,)
    step = update(Job).where(Job.job_id == job_id, Job.state.in_(was))
    values = {"state": state, "ended_at": now, "result": result, "problems": list(problems)}
    return connection.execute(step.values(**values)).rowcount == 1


def cancel(connection: Connection, job_id: str, *, by: By) -> JobHead:
    """Cancel a job: at once if it waits, as soon as it hears of it if it runs.

    Raises
    ------
    StateError
        ``JOB_ENDED``.
    """
    for was, to in ((QUEUED, CANCELED), (RUNNING, CANCELING)):
        step = update(Job).where(Job.job_id == job_id, Job.state == was)
        ended = {"ended_at": by.at} if to == CANCELED else {}
        if connection.execute(step.values(state=to, **ended)).rowcount == 1:
            audit.note(connection, by, "cancel job", job_id, {})
            return job(connection, job_id)
    head = job(connection, job_id)
    if head.state == CANCELING:
        return head
    raise StateError(Problem("JOB_ENDED", f"job {job_id} is {head.state}"))


def retry(connection: Connection, job_id: str, *, by: By) -> JobHead:
    """Put a job that failed or was canceled into the queue again.

    Raises
    ------
    StateError
        ``JOB_NOT_ENDED`` if it did neither.
    """
    step = update(Job).where(Job.job_id == job_id, Job.state.in_((FAILED, CANCELED)))
    fresh = {"state": QUEUED, "tries": 0, "stage": "", "problems": [], "result": None,
             "started_at": None, "ended_at": None, "asked_at": by.at}  # fmt: skip
    if connection.execute(step.values(**fresh)).rowcount != 1:
        head = job(connection, job_id)
        raise StateError(Problem("JOB_NOT_ENDED", f"job {job_id} is {head.state}"))
    audit.note(connection, by, "retry job", job_id, {})
    return job(connection, job_id)


def put_back(connection: Connection, job_id: str, *, now: str) -> None:
    """Put a job into the queue again that lost the store while it ran; see `take_up_again`."""
    _queue_again(connection, Job.job_id == job_id, now=now)


def take_up_again(connection: Connection, *, now: str) -> None:
    """Put jobs that were running when the service died into the queue again.

    One that dies with it every time is given up.
    """
    _queue_again(connection, true(), now=now)
    canceled = update(Job).where(Job.state == CANCELING)
    connection.execute(canceled.values(state=CANCELED, ended_at=now))


def _queue_again(connection: Connection, which: ColumnElement[bool], *, now: str) -> None:
    lost = Problem("JOB_LOST", "the service died each time while it ran", remedy="retry")
    told = {"code": lost.code, "what": lost.what, "where": "", "remedy": lost.remedy}
    died = update(Job).where(Job.state == RUNNING, which)
    given_up = {"state": FAILED, "ended_at": now, "problems": [told]}
    connection.execute(died.where(Job.tries >= TRIES_MAX).values(**given_up))
    connection.execute(died.values(state=QUEUED))
