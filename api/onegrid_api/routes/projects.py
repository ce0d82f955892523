"""Projects and admissions: cases of the same machine, with their own tables of states."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query

from onegrid.errors import InputError, Problem
from onegrid.operations.flows import ADMISSION, PROJECT
from onegrid.pipeline import case_desk
from onegrid.pipeline.admissions import refuse_unknown_kind
from onegrid.store import case_lists, cases
from onegrid.store.audit import by_now
from onegrid.store.reporters import Reporter
from onegrid_api.case_forms import CaseAnswer, CaseListing, MoveForm, Statistics, Tally
from onegrid_api.cases_shown import (
    areas_of,
    case_answer,
    case_rows,
    refuse_elsewhere,
    works_at,
)
from onegrid_api.deps import OfficeDep, PageDep, VersionDep, Worker, by
from onegrid_api.forms import ERRORS
from onegrid_api.register_forms import CaseForm
from onegrid_api.routes.issues import case_move

if TYPE_CHECKING:
    from onegrid_api.access import Who

router = APIRouter(prefix="/api", tags=["projects"], responses=ERRORS)
Register = Literal["projects", "admissions"]
CaseId = Annotated[str, Path(max_length=100)]
Value = Annotated[str | None, Query(max_length=100)]
_REGISTERS = {"projects": PROJECT, "admissions": ADMISSION}


@router.get("/cases/{register}")
def list_cases(  # noqa: PLR0913, PLR0917  (a request)
    register: Register,
    who: Worker,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    state: Value = None,
    kind: Value = None,
) -> CaseListing:
    """Return the projects of one's areas, or what departments ask to put on the grid."""
    now = by_now("").at
    asked = {"state": state, "kind": kind}
    values = tuple((name, value) for name, value in asked.items() if value is not None)
    wanted = case_lists.Wanted(_REGISTERS[register], values, _areas(register, who))
    with office.workspace.reading() as connection:
        version.is_of(who.name, case_lists.last_change(connection), now[:13])
        total, found = case_lists.page_of_cases(connection, wanted, page.rows)
    return CaseListing(total=total, items=case_rows(found, now=now), next=page.next(total))


@router.get("/cases/{register}/counts")
def count_cases(
    register: Register, who: Worker, office: OfficeDep, by: Literal["kind", "state"] = "kind"
) -> Statistics:
    """Count them by class or by state."""
    wanted = case_lists.Wanted(_REGISTERS[register], areas=_areas(register, who))
    with office.workspace.reading() as connection:
        rows = case_lists.tallies(connection, wanted, [by], now=by_now("").at)
    items = [Tally(name=row[by], cases=row["cases"], open=row["open"]) for row in rows]
    return Statistics(by=by, exact=True, items=items)


@router.post("/cases/{register}", status_code=201)
def open_case(register: Register, form: CaseForm, who: Worker, office: OfficeDep) -> CaseAnswer:
    """Begin a project, or ask to put a layer or a task on the grid; twice is once."""
    now, kind = by(who), _REGISTERS[register]
    if kind == ADMISSION:
        refuse_unknown_kind(form.kind)
    head = cases.CaseHead(
        case_id=form.case_id,
        register=kind,
        flow=kind,
        kind=form.kind,
        title=form.title,
        body=form.text,
        role=who.role,
        author=who.name,
        opened_at=now.at,
        details=form.details,
    )
    with office.workspace.writing() as connection:
        place = cases.Place()
        if form.lon is not None and form.lat is not None:
            place = case_desk.place_at(form.lon, form.lat, srid=office.workspace.srid)
        elif form.community_id is not None:
            place = case_desk.community_place(connection, form.community_id)
        elif kind == PROJECT:
            raise InputError(Problem("PLACE", "nobody said where", "", "community_id"))
        received = case_desk.receive(
            connection,
            head,
            place,
            reporter=Reporter(),
            by=now,
            theirs=lambda found: _theirs(register, who, found),
        )
        return case_answer(connection, received.kept, who, now=now.at)


@router.get("/cases/{register}/{case_id}")
def read_case(register: Register, case_id: CaseId, who: Worker, office: OfficeDep) -> CaseAnswer:
    """Return one with its words, every step, and what could be done next."""
    with office.workspace.reading() as connection:
        kept = cases.case(connection, case_id, register=_REGISTERS[register])
        _refuse(register, who, kept)
        return case_answer(connection, kept, who, now=by_now("").at)


@router.post("/cases/{register}/{case_id}/moves")
def move_case(
    register: Register, case_id: CaseId, form: MoveForm, who: Worker, office: OfficeDep
) -> CaseAnswer:
    """Take the next step, or go back to an earlier one; a step that is sent again is the same."""
    made = by(who, form.note)
    move = case_move(form, who.role, made.at)
    sent = cases.Sent(move, form.move_id, form.base_revision, form.told_at)
    with office.workspace.writing() as connection:
        kept = case_desk.make_move(
            connection,
            case_id,
            sent,
            register=_REGISTERS[register],
            by=made,
            check=lambda found: _refuse(register, who, found),
        )
        return case_answer(connection, kept, who, now=made.at)


def _areas(register: Register, who: Who) -> tuple[str, ...] | None:
    """Return where somebody sees them: what is on the whole grid concerns everybody on it."""
    return None if register == "admissions" else areas_of(who)


def _theirs(register: Register, who: Who, place: cases.Place) -> bool:
    return register == "admissions" or works_at(who, place)


def _refuse(register: Register, who: Who, kept: cases.Kept) -> None:
    if register != "admissions":
        refuse_elsewhere(who, kept)
