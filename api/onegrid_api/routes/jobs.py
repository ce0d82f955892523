"""Long work: asked for, watched, canceled, asked for again."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Body, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from onegrid.errors import InputError, Problem
from onegrid.pipeline.norm_desk import norms_named
from onegrid.pipeline.plan_import import refuse_new_departments
from onegrid.store import jobs, plans, uploads
from onegrid_api.deps import Asker, OfficeDep, PageDep, SettingsDep, VersionDep, by
from onegrid_api.forms import ERRORS, JobAnswer, JobListing
from onegrid_api.job_forms import CoverageJob, JobForm, MergeJob
from onegrid_api.runner import upload_ids

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy import Connection

    from onegrid_api.access import Who
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api/jobs", tags=["jobs"], responses=ERRORS)
JobId = Annotated[str, Path(max_length=100)]
Word = Annotated[str | None, Query(max_length=100)]
_LOOK_S: Final = 0.5
_EXAMPLE: Final = {"kind": "coverage", "plan_id": "main", "profiles": ["plain", "elder_75"]}


@router.get("")
def list_jobs(  # noqa: PLR0913, PLR0917  (a request)
    who: Asker,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    state: Word = None,
    kind: Word = None,
    plan_id: Word = None,
) -> JobListing:
    """Return one's own jobs, the newest first; administrators see everybody's."""
    owner = None if who.may("manage") else who.name
    wanted = {"state": state, "kind": kind, "plan_id": plan_id}
    with office.workspace.reading() as connection:
        every = jobs.list_jobs(connection, owner=owner)
    found = [
        one
        for one in every
        if all(value in (None, getattr(one, name)) for name, value in wanted.items())
    ]
    version.is_of(found)
    return JobListing.model_validate(page.of([asdict(one) for one in found]))


@router.post("", status_code=202)
def ask(
    form: Annotated[JobForm, Body(examples=[_EXAMPLE])],
    who: Asker,
    office: OfficeDep,
    settings: SettingsDep,
    response: Response,
) -> JobAnswer:
    """Ask for a job; it is for the whole district, so only those ask whose area that is."""
    who.refuse_part("a job is for the whole district")
    options = form.model_dump(exclude={"kind", "plan_id"})
    with office.workspace.writing() as connection:
        _refuse_absent(connection, form, who, upload_ids(options))
        head = jobs.add_job(
            connection,
            form.kind,
            form.plan_id,
            options,
            by=by(who),
            of_one_max=settings.jobs_of_one_max,
        )
    response.headers["Location"] = f"/api/jobs/{head.job_id}"
    return JobAnswer.model_validate(asdict(head))


@router.get("/{job_id}")
def read_job(job_id: JobId, who: Asker, office: OfficeDep) -> JobAnswer:
    """Return how far a job is, or how it ended."""
    with office.workspace.reading() as connection:
        return JobAnswer.model_validate(asdict(_own(connection, job_id, who)))


@router.post("/{job_id}/cancel")
def cancel(job_id: JobId, who: Asker, office: OfficeDep) -> JobAnswer:
    """Cancel a job: nothing of it is kept."""
    with office.workspace.writing() as connection:
        _own(connection, job_id, who)
        return JobAnswer.model_validate(asdict(jobs.cancel(connection, job_id, by=by(who))))


@router.post("/{job_id}/retry", status_code=202)
def retry(job_id: JobId, who: Asker, office: OfficeDep) -> JobAnswer:
    """Ask again for a job that failed or was canceled."""
    with office.workspace.writing() as connection:
        _own(connection, job_id, who)
        return JobAnswer.model_validate(asdict(jobs.retry(connection, job_id, by=by(who))))


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def events(
    job_id: JobId, who: Asker, office: OfficeDep, request: Request
) -> StreamingResponse:
    """Tell each stage of a job as it comes, until it has ended (server-sent events)."""
    await run_in_threadpool(_look, office, job_id, who)
    return StreamingResponse(
        _told(office, job_id, who, request),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store"},
    )


async def _told(office: Office, job_id: str, who: Who, request: Request) -> AsyncIterator[str]:
    last: dict[str, Any] = {}
    while not await request.is_disconnected():
        now = await run_in_threadpool(_look, office, job_id, who)
        if now != last:
            yield f"event: job\ndata: {json.dumps(now, ensure_ascii=False)}\n\n"
            last = now
        if now["state"] in jobs.ENDED or office.runner.stopping:
            return
        await asyncio.sleep(_LOOK_S)


def _look(office: Office, job_id: str, who: Who) -> dict[str, Any]:
    with office.workspace.reading() as connection:
        return asdict(_own(connection, job_id, who))


def _own(connection: Connection, job_id: str, who: Who) -> jobs.JobHead:
    """Return a job of somebody, or any for administrators; others do not learn that it is there."""
    head = jobs.job(connection, job_id)
    if head.owner != who.name and not who.may("manage"):
        raise InputError(Problem("JOB_UNKNOWN", f"no job {job_id!r}"))
    return head


def _refuse_absent(connection: Connection, form: JobForm, who: Who, sent: list[str]) -> None:
    """Raise for what is not there, be it a plan, an upload or a norm pack: before anybody waits."""
    there = [plan.plan_id for plan in plans.list_plans(connection)]
    if isinstance(form, MergeJob):
        if form.plan_id in there:
            raise InputError(Problem("PLAN_EXISTS", f"there is a plan {form.plan_id!r}"))
        refuse_new_departments(connection, form.departments)
    elif form.plan_id is not None:
        plans.plan_head(connection, form.plan_id)
    if isinstance(form, CoverageJob):
        norms_named(connection, form.standard)
    for upload_id in sent:
        if uploads.upload(connection, upload_id).owner != who.name and not who.may("manage"):
            raise InputError(Problem("UPLOAD_UNKNOWN", f"no upload {upload_id!r}"))
