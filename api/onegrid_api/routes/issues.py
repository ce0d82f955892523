"""Issues on the grid: reported by anybody, moved on by those who work where they are."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from onegrid.errors import InputError, OnegridError, Problem
from onegrid.io.photos import read_photo
from onegrid.operations.flows import ISSUE, flow_of
from onegrid.operations.moves import Move
from onegrid.pipeline import case_desk
from onegrid.pipeline.following import bring_up_to_date
from onegrid.store import case_lists, cases, claims, reporters, results
from onegrid.store.audit import by_now
from onegrid.store.reporters import Reporter
from onegrid_api.case_forms import (
    CaseAnswer,
    CaseListing,
    ContactAnswer,
    MoveForm,
    Receipt,
    ReportForm,
    Similar,
    SyncAnswer,
    SyncedOne,
    SyncForm,
)
from onegrid_api.cases_shown import (
    areas_of,
    case_answer,
    case_rows,
    refuse_elsewhere,
    workers_at,
    works_at,
)
from onegrid_api.deps import (
    Anybody,
    OfficeDep,
    PageDep,
    PeopleReader,
    VersionDep,
    Worker,
    by,
)
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS
from onegrid_api.routes.layers import box_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Who
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api/issues", tags=["issues"], responses=ERRORS)
IssueId = Annotated[str, Path(max_length=100)]
Value = Annotated[str | None, Query(max_length=100)]
_CACHE_S = 300


@router.get("")
def list_issues(  # noqa: PLR0913, PLR0917  (a request)
    who: Worker,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    bbox: Annotated[
        str | None, Query(max_length=100, description="west,south,east,north in degrees")
    ] = None,
    flow: Value = None,
    state: Value = None,
    tier: Value = None,
    duty: Value = None,
    cell_id: Value = None,
    community_id: Value = None,
    status: Literal["open", "ended", "overdue"] | None = None,
) -> CaseListing:
    """Return the issues of one's areas, the newest first; as a list or, by `bbox`, for the map."""
    now = by_now("").at
    bring_up_to_date(office.workspace, now=now)
    asked = {"flow": flow, "state": state, "tier": tier, "kind": duty, "cell_id": cell_id,
             "community_id": community_id}  # fmt: skip
    wanted = case_lists.Wanted(
        ISSUE,
        tuple((name, value) for name, value in asked.items() if value is not None),
        areas_of(who),
        None if bbox is None else box_of(bbox),
        None if status is None else status != "ended",
        now if status == "overdue" else None,
    )
    with office.workspace.reading() as connection:
        late = now if status == "overdue" else now[:13]  # what is overdue changes by the hour
        version.is_of(who.name, case_lists.last_change(connection), late)
        total, found = case_lists.page_of_cases(connection, wanted, page.rows)
    rows = case_rows(found, now=now)
    return CaseListing(total=total, items=rows, next=page.next(total))


@router.post("", status_code=201)
def report(form: ReportForm, who: Anybody, office: OfficeDep, request: Request) -> Receipt:
    """Report an issue; who is not logged in may, and what is sent again is the same one."""
    if who.person is None:
        request.app.state.brake.count(request.client.host if request.client else "")
    return _receive(form, who, office)


@router.post("/sync")
def sync(form: SyncForm, who: Worker, office: OfficeDep) -> SyncAnswer:
    """Take in what was kept without a network: reports first, then moves by their revision.

    Each stands for itself. One that is refused is not `done`: its `code` says whether to look at
    the issue again (`STALE_REVISION`, `MOVE_STATE`) or to send it later (`CASE_UNKNOWN`).
    """
    done: list[SyncedOne] = []
    for one in form.reports:
        try:
            receipt = _receive(one, who, office)
            done.append(_synced(one.issue_id, receipt.revision))
        except OnegridError as error:
            done.append(_refused(one.issue_id, error))
    for move in sorted(form.moves, key=lambda m: (m.issue_id, m.base_revision)):
        try:
            kept = _moved(move.issue_id, move, who, office)
            done.append(_synced(move.move_id, kept.revision))
        except OnegridError as error:
            done.append(_refused(move.move_id, error))
    return SyncAnswer(items=done)


@router.get("/{issue_id}")
def read_issue(
    issue_id: IssueId, who: Worker, office: OfficeDep, version: VersionDep
) -> CaseAnswer:
    """Return an issue of one's area: its words, every move, and what could be done next."""
    now = by_now("").at
    bring_up_to_date(office.workspace, now=now)
    with office.workspace.reading() as connection:
        kept = cases.case(connection, issue_id, register=ISSUE)
        refuse_elsewhere(who, kept)
        version.is_of(who.name, issue_id, kept.revision, now[:13])
        return case_answer(connection, kept, who, now=now)


@router.post("/{issue_id}/moves")
def move_issue(issue_id: IssueId, form: MoveForm, who: Worker, office: OfficeDep) -> CaseAnswer:
    """Move an issue on, pass it up, or open it again; a move that is sent again is the same one."""
    kept = _moved(issue_id, form, who, office)
    with office.workspace.reading() as connection:
        return case_answer(connection, kept, who, now=by_now("").at)


@router.get("/{issue_id}/contact")
def read_contact(issue_id: IssueId, who: PeopleReader, office: OfficeDep) -> ContactAnswer:
    """Return how to call whoever reported an issue; the reading is on record."""
    with office.workspace.writing() as connection:
        refuse_elsewhere(who, cases.case(connection, issue_id, register=ISSUE))
        return ContactAnswer(contact=reporters.contact_of(connection, issue_id, by=by(who)))


@router.get("/{issue_id}/photo", response_class=Response)
def read_photo_of(issue_id: IssueId, who: Worker, office: OfficeDep) -> Response:
    """Return the photo of an issue; it says no more than it shows."""
    with office.workspace.reading() as connection:
        kept = cases.case(connection, issue_id, register=ISSUE)
        refuse_elsewhere(who, kept)
        if kept.head.photo is None:
            msg = f"issue {issue_id} has no photo"
            raise NotThereError(msg)
        content = results.content_of(connection, kept.head.photo)
    headers = {"Cache-Control": f"private, max-age={_CACHE_S}"}
    return Response(content, media_type="image/jpeg", headers=headers)


def _receive(form: ReportForm, who: Who, office: Office) -> Receipt:
    now = by(who)
    photo = None if form.photo is None else read_photo(_bytes(form.photo))
    place = (form.lon, form.lat)
    if None in place:
        place = (None, None) if photo is None or photo.place is None else photo.place
    if place[0] is None or place[1] is None:
        remedy = "send lon and lat, or a photo that tells its place"
        raise InputError(Problem("PLACE", "nobody said where", "", "lon", remedy))
    there = case_desk.place_at(place[0], place[1], srid=office.workspace.srid)
    with office.workspace.writing() as connection:
        claims.claim(connection, form.issue_id)
        kept_photo = None if photo is None else results.put_content(connection, photo.jpeg)
        head = cases.CaseHead(
            case_id=form.issue_id,
            register=ISSUE,
            flow=form.flow,
            kind=form.duty,
            title="",
            body=form.text,
            role=who.role,
            author=who.name,
            opened_at=now.at,
            photo=kept_photo,
        )
        received = case_desk.receive(
            connection,
            head,
            there,
            reporter=Reporter(form.key, form.contact),
            by=now,
            theirs=lambda found: works_at(who, found),
        )
        return _receipt(connection, received, who)


def _receipt(connection: Connection, received: case_desk.Received, who: Who) -> Receipt:
    kept, works = received.kept, works_at(who, received.kept.place)
    state = flow_of(kept.head.flow).state(kept.standing.state)
    near = received.similar if works else ()
    return Receipt(
        issue_id=kept.head.case_id,
        revision=kept.revision,
        state=state.state,
        label=state.label_zh,
        made=received.made,
        cell_id=kept.place.cell_id,
        community_id=kept.place.community_id,
        similar=[Similar(issue_id=one.case_id, air_m=one.air_m) for one in near],
        workers=workers_at(connection, kept.place) if works else [],
    )


def _moved(issue_id: str, form: MoveForm, who: Who, office: Office) -> cases.Kept:
    made = by(who, form.note)
    bring_up_to_date(office.workspace, now=made.at)
    sent = cases.Sent(case_move(form, who.role, made.at), form.move_id, form.base_revision,
                      form.told_at)  # fmt: skip
    with office.workspace.writing() as connection:
        return case_desk.make_move(
            connection,
            issue_id,
            sent,
            register=ISSUE,
            by=made,
            check=lambda kept: refuse_elsewhere(who, kept),
        )


def case_move(form: MoveForm, role: str, at: str) -> Move:
    """Return what a form asks for."""
    return Move(form.kind, role, datetime.fromisoformat(at), form.to, form.note)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise InputError(Problem("PHOTO", "not base 64", "", "photo")) from None


def _synced(name: str, revision: int) -> SyncedOne:
    return SyncedOne(id=name, done=True, revision=revision, code="", what="")


def _refused(name: str, error: OnegridError) -> SyncedOne:
    first = error.problems[0]
    return SyncedOne(id=name, done=False, revision=None, code=first.code, what=first.what)
