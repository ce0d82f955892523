"""Registers on the map: posts, needs and resources; who is missing, and who serves whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Query

from onegrid.errors import AccessError, Problem
from onegrid.operations.cadence import meeting_of
from onegrid.operations.staffing import post_of, posts
from onegrid.pipeline import register_desk
from onegrid.pipeline.following import bring_up_to_date
from onegrid.store import audit, entries
from onegrid.store.audit import by_now
from onegrid.store.entries import ACCOUNT, MEETING, NEED, POST, RESOURCE
from onegrid_api.deps import OfficeDep, PageDep, StaffKeeper, VersionDep, Worker, by
from onegrid_api.forms import ERRORS
from onegrid_api.register_forms import (
    EntryForm,
    EntryListing,
    EntryRow,
    MatchAnswer,
    MatchedNeed,
    MatchedPair,
    MatchForm,
    ProposalAnswer,
    ProposalForm,
    ProposedCell,
    StaffAnswer,
    StaffGap,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Who
    from onegrid_api.deps import Office, Page

router = APIRouter(prefix="/api", tags=["registers"], responses=ERRORS)
EntryId = Annotated[str, Path(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Kind = Annotated[str | None, Query(max_length=100)]
Register = Literal["needs", "resources", "meetings"]
_NO_PLACE = "no_place"
_DETAILS = ("note", ACCOUNT)
_REGISTERS = {"needs": NEED, "resources": RESOURCE, "meetings": MEETING}


@router.get("/posts")
def list_posts(
    who: StaffKeeper, office: OfficeDep, page: PageDep, kind: Kind = None
) -> EntryListing:
    """Return who has which post on the grid, of one's areas; the reading is on record."""
    _follow(office)
    with office.workspace.writing() as connection:
        found = _own(connection, who, POST, kind)
        audit.note(connection, by(who), "read posts", "", {"rows": len(found[page.rows])})
    return _listing(found, page, who)


@router.put("/posts/{entry_id}")
def save_post(entry_id: EntryId, form: EntryForm, who: StaffKeeper, office: OfficeDep) -> EntryRow:
    """Put somebody in a post, or out of it; what is sent again is the same save."""
    post_of(form.kind)
    return _save(entry_id, form, who, office, POST)


@router.get("/staffing")
def staff(who: Worker, office: OfficeDep, page: PageDep, version: VersionDep) -> StaffAnswer:
    """Return how many of each post the cells and communities of one's areas need, have, lack."""
    _follow(office)
    with office.workspace.reading() as connection:
        version.is_of(who.name, audit.last_row(connection)[0])
        found = register_desk.gaps_of_staff(connection)
    homes = zip(found["subdistrict_id"], found["community_id"], strict=True)
    mine = found[[who.covers(*home) for home in homes]]
    missing = mine.groupby("post")["missing"].sum()
    labels = {name: post.label_zh for name, post in posts().items()}
    items = [
        StaffGap(
            level=row["level"], id=row["id"], post=row["post"], label=labels[row["post"]],
            needed=row["needed"], there=row["there"], missing=row["missing"],
        )
        for row in mine.iloc[page.rows].to_dict("records")
    ]  # fmt: skip
    told = {name: int(missing.get(name, 0)) for name in posts()}
    return StaffAnswer(total=len(mine), items=items, missing=told, next=page.next(len(mine)))


@router.post("/staffing/proposal")
def propose(form: ProposalForm, who: StaffKeeper, office: OfficeDep) -> ProposalAnswer:
    """Propose a worker for every cell of a community: even loads first, then short walks."""
    post_of(form.post)
    _follow(office)
    with office.workspace.reading() as connection:
        made = register_desk.propose_workers(connection, form.community_id, form.post)
    home = made.workers[0]
    _refuse_elsewhere(who, home)
    names = [row.entry_id for row in made.workers]
    return ProposalAnswer(
        measure=made.measure,
        cells=[
            ProposedCell(cell_id=cell, entry_id=names[place])
            for cell, place in zip(made.cells, made.found.worker.tolist(), strict=True)
        ],
        walk_s=round(made.found.walk_s, 1),
        load=dict(zip(names, made.found.load.tolist(), strict=True)),
        heaviest_bound=made.found.bound,
    )


@router.post("/matches")
def match(form: MatchForm, who: Worker, office: OfficeDep) -> MatchAnswer:
    """Say which resources meet the needs of one's areas, and why the others are not met."""
    _follow(office)
    with office.workspace.reading() as connection:
        needs, resources = (
            [row for row in _own(connection, who, register, None) if row.active]
            for register in (NEED, RESOURCE)
        )
        placed = [[r for r in rows if r.lon is not None] for rows in (needs, resources)]
        found, measure = register_desk.match_registers(
            connection, *placed, limit_s=lambda _: form.minutes * 60
        )
    told = [
        MatchedNeed.model_validate(row)
        for row in found.needs.rename_axis("need").reset_index().to_dict("records")
    ]
    told += [
        MatchedNeed(need=r.entry_id, people=r.people, people_met=0, reason=_NO_PLACE)
        for r in needs
        if r.lon is None
    ]
    pairs = [MatchedPair.model_validate(row) for row in found.pairs.to_dict("records")]
    return MatchAnswer(measure=measure, pairs=pairs, needs=told)


@router.get("/registers/{register}")
def list_register(
    register: Register,
    who: Worker,
    office: OfficeDep,
    page: PageDep,
    kind: Kind = None,
) -> EntryListing:
    """Return the needs, the resources, or the meetings that were held, of one's areas."""
    _follow(office)
    with office.workspace.reading() as connection:
        return _listing(_own(connection, who, _REGISTERS[register], kind), page, who)


@router.put("/registers/{register}/{entry_id}")
def save_row(
    register: Register,
    entry_id: EntryId,
    form: EntryForm,
    who: Worker,
    office: OfficeDep,
) -> EntryRow:
    """Keep a need, a resource, or a meeting that was held; sent again it is the same save."""
    if register == "meetings":
        meeting_of(form.kind)
    return _save(entry_id, form, who, office, _REGISTERS[register])


def _follow(office: Office) -> None:
    """Give rows of an older grid their cells of the present one, before anybody looks."""
    bring_up_to_date(office.workspace, now=by_now("").at)


def _save(entry_id: str, form: EntryForm, who: Who, office: Office, register: str) -> EntryRow:
    row = entries.Row(
        entry_id=entry_id,
        register=register,
        community_id=form.community_id or "",
        subdistrict_id="",
        details={name: getattr(form, name) for name in _DETAILS},
        **form.model_dump(exclude={"base_revision", "community_id", *_DETAILS}),
    )
    _follow(office)
    with office.workspace.writing() as connection:
        there = entries.entry(connection, register, entry_id)
        if there is not None:
            _refuse_elsewhere(who, there)
        row = register_desk.at_home(connection, row)
        _refuse_elsewhere(who, row)
        made = entries.save_entry(connection, row, base=form.base_revision, by=by(who))
    return _shown(made, who)


def _own(connection: Connection, who: Who, register: str, kind: str | None) -> list[entries.Row]:
    return [
        row
        for row in entries.list_entries(connection, register)
        if who.covers(row.subdistrict_id, row.community_id) and kind in (None, row.kind)
    ]


def _refuse_elsewhere(who: Who, row: entries.Row) -> None:
    if not who.covers(row.subdistrict_id, row.community_id):
        raise AccessError(Problem("OTHER_AREA", "it is not in your area", "", row.entry_id))


def _listing(rows: list[entries.Row], page: Page, who: Who) -> EntryListing:
    items = [_shown(row, who) for row in rows[page.rows]]
    return EntryListing(total=len(rows), items=items, next=page.next(len(rows)))


def _shown(row: entries.Row, who: Who) -> EntryRow:
    fields = {n: getattr(row, n) for n in EntryRow.model_fields if n not in _DETAILS}
    details = {name: row.details.get(name, "") for name in _DETAILS}
    contact = row.contact if who.may("staff") else None
    return EntryRow(**{**fields, **details, "contact": contact})
