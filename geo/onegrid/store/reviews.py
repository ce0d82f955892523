"""What was decided about plans, and edits that nobody has saved yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from onegrid.store import audit
from onegrid.store.service_models import Draft, Review

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class Decision:
    """One step of a plan on its way; an approval is that of one subdistrict."""

    revision: int
    step: str
    subdistrict_id: str | None
    at: str
    actor: str
    note: str


def add_decision(
    connection: Connection,
    plan_id: str,
    step: str,
    *,
    revision: int,
    by: By,
    subdistrict_id: str | None = None,
) -> None:
    """Keep a decision."""
    made = Decision(revision, step, subdistrict_id, by.at, by.author, by.note)
    connection.execute(insert(Review), {"plan_id": plan_id, **vars(made)})
    told = {"subdistrict": subdistrict_id, "note": by.note}
    audit.note(connection, by, step, f"{plan_id}@{revision}", told)


def decisions(connection: Connection, plan_id: str) -> list[Decision]:
    """Return what was decided about a plan, the newest first."""
    table = Review.__table__.c
    query = (
        select(table.revision, table.step, table.subdistrict_id, table.at, table.actor, table.note)
        .where(table.plan_id == plan_id)
        .order_by(table.review_id.desc())
    )
    return [Decision(**row) for row in connection.execute(query).mappings()]


@dataclass(frozen=True)
class Unsaved:
    """Edits that somebody has drawn on a revision of a plan and not yet saved."""

    base_revision: int
    edits: Sequence[Mapping[str, Any]]
    saved_at: str


def put_unsaved(connection: Connection, plan_id: str, user_id: str, drawn: Unsaved) -> None:
    """Keep somebody's unsaved edits of a plan in place of earlier ones."""
    drop_unsaved(connection, plan_id, user_id)
    record = {"plan_id": plan_id, "user_id": user_id, **vars(drawn)}
    connection.execute(insert(Draft), record)


def unsaved(connection: Connection, plan_id: str, user_id: str) -> Unsaved | None:
    """Return somebody's unsaved edits of a plan."""
    table = Draft.__table__.c
    query = select(table.base_revision, table.edits, table.saved_at).where(
        table.plan_id == plan_id, table.user_id == user_id
    )
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else Unsaved(**row)


def drop_unsaved(connection: Connection, plan_id: str, user_id: str) -> None:
    """Forget somebody's unsaved edits of a plan."""
    mine = (Draft.plan_id == plan_id, Draft.user_id == user_id)
    connection.execute(delete(Draft).where(*mine))
