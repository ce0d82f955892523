"""Cases as answers show them, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from onegrid.errors import AccessError, Problem
from onegrid.operations.moves import allowed
from onegrid.store import cases, users
from onegrid.store.users import DISTRICT
from onegrid_api.case_forms import CaseAnswer, CaseRow, MoveAnswer, NextMove

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.store.cases import Kept, Place
    from onegrid_api.access import Who

_ROWS = TypeAdapter(list[CaseRow])
_FIELD = ("grid_worker", "community")


def areas_of(who: Who) -> tuple[str, ...] | None:
    """Return the areas somebody may see cases of, None for all."""
    if who.everywhere:
        return None
    return () if who.person is None else who.person.areas


def works_at(who: Who, place: Place) -> bool:
    """Return whether somebody works where a case is, or acts for its department."""
    if not who.may("work"):
        return False
    home = who.covers(place.subdistrict_id or "", place.community_id or "")
    return home or who.answers_for(place.department)


def refuse_elsewhere(who: Who, kept: Kept) -> None:
    """Raise ``OTHER_AREA`` unless somebody works where a case is."""
    if not works_at(who, kept.place):
        what = f"{kept.head.case_id} is not in your area"
        raise AccessError(Problem("OTHER_AREA", what, "", kept.head.case_id))


def case_rows(records: Sequence[Mapping[str, Any]], *, now: str) -> list[CaseRow]:
    """Return records of cases as lists show them."""
    rows = [
        {
            **record,
            "photo": record["photo"] is not None,
            "overdue": record["due_at"] is not None and record["due_at"] < now,
        }
        for record in records
    ]
    return _ROWS.validate_python(rows)  # all at once: a thousand one by one take twice as long


def case_answer(connection: Connection, kept: Kept, who: Who, *, now: str) -> CaseAnswer:
    """Return a case with its words, its moves, and what somebody could do."""
    record = cases.record_of(kept)
    (row,) = case_rows([record], now=now)
    mine = allowed(kept.standing, who.role) if works_at(who, kept.place) else []
    return CaseAnswer(
        **row.model_dump(),
        body=kept.head.body,
        details=dict(kept.head.details),
        moves=[MoveAnswer(**one) for one in cases.moves_of(connection, kept.head.case_id)],
        next_moves=[NextMove(kind=kind, to=to) for kind, to in mine],
        workers=workers_at(connection, kept.place),
    )


def workers_at(connection: Connection, place: Place) -> list[str]:
    """Return the names of the accounts that look after a place, those of the community first."""
    home = {f"community/{place.community_id}", f"subdistrict/{place.subdistrict_id}", DISTRICT}
    found = [
        (one.areas[0].partition("/")[0], one.name)
        for one in users.users(connection)
        if one.active and one.role in _FIELD and home.intersection(one.areas)
    ]
    return [name for _, name in sorted(found)]
