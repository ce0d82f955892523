"""Ledgers of cells and communities, what is due, and the calendar of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from fastapi.responses import HTMLResponse, Response

from onegrid.errors import AccessError, Problem
from onegrid.operations.cadence import calendar_text, meetings
from onegrid.operations.flows import flows
from onegrid.operations.ledger import Ledger, ledger_page
from onegrid.operations.staffing import posts
from onegrid.pipeline.following import bring_up_to_date
from onegrid.pipeline.ledger_desk import due_of, homes_of, ledger_of
from onegrid.standards import kinds
from onegrid.store.audit import by_now
from onegrid_api.deps import Anybody, OfficeDep, PageDep, Worker
from onegrid_api.forms import ERRORS
from onegrid_api.register_forms import DueListing, LedgerAnswer

if TYPE_CHECKING:
    from onegrid.operations.cadence import Due
    from onegrid_api.access import Who
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api", tags=["ledger"], responses=ERRORS)
Level = Literal["cell", "community"]
Unit = Annotated[str, Path(max_length=100)]
Year = Annotated[int, Query(ge=2000, le=2100)]
_ICS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/calendar": {}}}}
_HTML: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {}}}}


@router.get("/ledger/{level}/{unit}")
def read_ledger(level: Level, unit: Unit, who: Worker, office: OfficeDep) -> LedgerAnswer:
    """Return everything that is kept of a cell or a community of one's area, as one answer."""
    return LedgerAnswer.model_validate(asdict(_ledger(level, unit, who, office)))


@router.get("/ledger/{level}/{unit}/page", response_class=HTMLResponse, responses=_HTML)
def print_ledger(level: Level, unit: Unit, who: Worker, office: OfficeDep) -> HTMLResponse:
    """Return the ledger as one page to print."""
    found = _ledger(level, unit, who, office)
    return HTMLResponse(ledger_page(found, printed=by_now("").at[:10], labels=_labels()))


@router.get("/due")
def list_due(who: Worker, office: OfficeDep, page: PageDep, year: Year) -> DueListing:
    """Return the meetings and publications of one's areas in a year, and whether they were held."""
    with office.workspace.reading() as connection:
        found = due_of(connection, year, mine=who.covers)
    return DueListing.model_validate(page.of(due_items(*found)))


@router.get("/calendar.ics", response_class=Response, responses=_ICS)
def calendar(
    who: Anybody,
    office: OfficeDep,
    year: Year,
    community_id: Annotated[str | None, Query(max_length=100)] = None,
    subdistrict_id: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Return what is due as a calendar (iCalendar) that any program of meetings takes."""
    del who
    only = {name for name in (community_id, subdistrict_id) if name is not None}
    with office.workspace.reading() as connection:
        found, names = due_of(connection, year)
    wanted = [one for one in found if not only or one.unit in only]
    stamp = by_now("").at.replace("-", "").replace(":", "")
    text = calendar_text(wanted, names=names, title=office.workspace.name, stamp=stamp)
    return Response(text, media_type="text/calendar; charset=utf-8")


def due_items(found: list[Due], names: dict[str, str]) -> list[dict[str, Any]]:
    """Return what is due as answers tell it, with what people call the units."""
    return [
        {
            **asdict(one),
            "label": meetings()[one.meeting].label_zh,
            "label_en": meetings()[one.meeting].label_en,
            "name": names.get(one.unit, one.unit),
        }
        for one in found
    ]


def _ledger(level: str, unit: str, who: Who, office: Office) -> Ledger:
    now = by_now("").at
    bring_up_to_date(office.workspace, now=now)
    with office.workspace.reading() as connection:
        if not who.covers(*homes_of(connection, level, unit)):
            raise AccessError(Problem("OTHER_AREA", f"{unit} is not in your area", "", unit))
        return ledger_of(connection, level, unit, names=who.may("staff"), now=now)


def _labels() -> dict[str, str]:
    """Return what people call states, posts and kinds."""
    found = {s.state: s.label_zh for flow in flows().values() for s in flow.states}
    for table in (kinds(), posts()):
        found |= {name: row.label_zh for name, row in table.items()}
    return found
