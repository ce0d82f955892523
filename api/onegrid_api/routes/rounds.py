"""The round of whoever works on the grid: what waits in their cells, in walking order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from onegrid.pipeline.following import bring_up_to_date
from onegrid.pipeline.ledger_desk import due_of, units_of
from onegrid.pipeline.round_desk import round_of
from onegrid.standards import number
from onegrid.store.audit import by_now
from onegrid_api.cases_shown import case_answer
from onegrid_api.deps import OfficeDep, Worker
from onegrid_api.forms import ERRORS
from onegrid_api.register_forms import (
    DueItem,
    RoundAnswer,
    RoundCell,
    RoundStop,
    UnitListing,
    UnitRow,
)
from onegrid_api.routes.ledger import due_items

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Who

router = APIRouter(prefix="/api", tags=["issues"], responses=ERRORS)
Lon = Annotated[float | None, Query(ge=-180, le=180, description="where one stands, in degrees")]
Lat = Annotated[float | None, Query(ge=-90, le=90)]


@router.get("/units")
def list_units(who: Worker, office: OfficeDep) -> UnitListing:
    """Return the communities and cells of one's areas, to choose from."""
    with office.workspace.reading() as connection:
        found = units_of(connection, mine=who.covers)
    return UnitListing(items=[UnitRow(**row) for row in found])


@router.get("/round")
def read_round(who: Worker, office: OfficeDep, lon: Lon = None, lat: Lat = None) -> RoundAnswer:
    """Return one's own cells, what waits there in walking order, and which meetings are due."""
    now = by_now("").at
    bring_up_to_date(office.workspace, now=now)
    start = None if lon is None or lat is None else (lon, lat)
    with office.workspace.reading() as connection:
        found = round_of(connection, who.name, start, mine=who.covers)
        return RoundAnswer(
            cells=[
                RoundCell(
                    cell_id=name,
                    code=row.text("code"),
                    name=row.text("name"),
                    community_id=row.text("community_id"),
                    households=row.count("households") or 0,
                )
                for name, row in found.cells.items()
            ],
            stops=[
                RoundStop(
                    **case_answer(connection, stop.case, who, now=now).model_dump(),
                    walk_s=stop.walk_s,
                )
                for stop in found.stops
            ],
            open=found.open,
            measure=found.measure,
            near_m=number("issue_near_m"),
            due=_due(connection, who, date.fromisoformat(now[:10])),
        )


def _due(connection: Connection, who: Who, today: date) -> list[DueItem]:
    """Return what of this year has begun and was not held."""
    found, names = due_of(connection, today.year, mine=who.covers)
    now = [one for one in found if one.begins <= today <= one.due and not one.held]
    return [DueItem.model_validate(item) for item in due_items(now, names)]
