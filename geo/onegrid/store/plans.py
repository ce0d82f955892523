"""Plans and their revisions: every save names the revision it was made from, none is lost.

All functions work inside the caller's transaction, so that what belongs together is saved together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from onegrid.errors import InputError, Problem, StaleError
from onegrid.grids.edit import change_from_json
from onegrid.store import audit
from onegrid.store.models import LAYERS, Plan, Revision
from onegrid.store.rows import add_rows, drop_rows, read_rows, replace_rows
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Change, Key, Row
    from onegrid.store.audit import By

DRAFT: Final = "draft"


@dataclass(frozen=True)
class PlanHead:
    """A plan as lists show it."""

    plan_id: str
    name: str
    status: str
    revision: int
    parent_id: str | None
    parent_revision: int | None
    created_at: str
    author: str


@dataclass(frozen=True)
class Saved:
    """One revision as lists show it; ``ops`` names each edit and the ids it speaks of."""

    revision: int
    saved_at: str
    author: str
    note: str
    ops: tuple[dict[str, Any], ...]


def list_plans(connection: Connection) -> list[PlanHead]:
    """Return all plans by id."""
    query = select(Plan.__table__).order_by(Plan.plan_id)
    return [PlanHead(**record) for record in connection.execute(query).mappings()]


def plan_head(connection: Connection, plan_id: str) -> PlanHead:
    """Return one plan.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``.
    """
    query = select(Plan.__table__).where(Plan.plan_id == plan_id)
    record = connection.execute(query).mappings().one_or_none()
    if record is None:
        known = ", ".join(plan.plan_id for plan in list_plans(connection)) or "none yet"
        raise InputError(Problem("PLAN_UNKNOWN", f"no plan {plan_id!r}", "", f"plans: {known}"))
    return PlanHead(**record)


def add_plan(
    connection: Connection, head: PlanHead, rows: Iterable[Row], *, srid: int, by: By
) -> None:
    """Add a plan with its rows.

    Raises
    ------
    InputError
        ``PLAN_EXISTS``.
    """
    if connection.scalar(select(Plan.plan_id).where(Plan.plan_id == head.plan_id)) is not None:
        remedy = "give it another name"
        raise InputError(Problem("PLAN_EXISTS", f"there is a plan {head.plan_id!r}", remedy=remedy))
    connection.execute(insert(Plan), vars(head))
    add_rows(connection, head.plan_id, rows, srid=srid)
    audit.note(connection, by, "add plan", head.plan_id, {"parent": head.parent_id})


def branch_plan(connection: Connection, plan_id: str, *, to: str, name: str, by: By) -> PlanHead:
    """Copy a plan as it stands; the branch knows where it comes from."""
    source = plan_head(connection, plan_id)
    head = PlanHead(to, name, DRAFT, 0, plan_id, source.revision, by.at, by.author)
    rows = read_rows(connection, plan_id)
    srid = srid_of(connection)
    every = (row for layer in rows.values() for row in layer.values())
    add_plan(connection, head, every, srid=srid, by=by)
    return head


def save(
    connection: Connection, plan_id: str, changes: Sequence[Change], *, base: int, by: By
) -> int:
    """Save changes that were made from revision `base`; return the new revision.

    Raises
    ------
    StaleError
        If the plan has moved on; nothing is saved.
    InputError
        ``PLAN_UNKNOWN``.
    """
    # first of all: this row is the lock that a second writer waits for
    step = update(Plan).where(Plan.plan_id == plan_id, Plan.revision == base)
    if connection.execute(step.values(revision=base + 1)).rowcount != 1:
        now = plan_head(connection, plan_id).revision
        what = f"made from revision {base} of {plan_id!r}, which stands at {now}"
        remedy = "look at what changed, then save again"
        raise StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=now)
    _write(connection, plan_id, changes)
    ops = [{"op": change.op, "ids": list(change.ids)} for change in changes]
    record = {
        "plan_id": plan_id,
        "revision": base + 1,
        "saved_at": by.at,
        "author": by.author,
        "note": by.note,
        "ops": ops,
        "changes": [change.as_json() for change in changes],
    }
    connection.execute(insert(Revision), record)
    audit.note(connection, by, "save", f"{plan_id}@{base + 1}", {"ops": ops})
    return base + 1


def history(connection: Connection, plan_id: str) -> list[Saved]:
    """Return the revisions of a plan, the newest first."""
    table = Revision.__table__.c
    query = (
        select(table.revision, table.saved_at, table.author, table.note, table.ops)
        .where(table.plan_id == plan_id)
        .order_by(table.revision.desc())
    )
    return [
        Saved(**{**record, "ops": tuple(record["ops"])})
        for record in connection.execute(query).mappings()
    ]


def changes_since(connection: Connection, plan_id: str, revision: int) -> list[Change]:
    """Return every change after a revision, in the order they were made.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN`` or ``REVISION_UNKNOWN``.
    """
    now = plan_head(connection, plan_id).revision
    if not 0 <= revision <= now:
        what = f"plan {plan_id!r} has no revision {revision}"
        raise InputError(Problem("REVISION_UNKNOWN", what, "", f"0 to {now}"))
    query = (
        select(Revision.changes)
        .where(Revision.plan_id == plan_id, Revision.revision > revision)
        .order_by(Revision.revision)
    )
    return [change_from_json(one) for changes in connection.scalars(query) for one in changes]


def restore(connection: Connection, plan_id: str, *, to: int, base: int, by: By) -> int:
    """Save the plan as it was at an earlier revision, as a new one: nothing is forgotten.

    Raises
    ------
    StaleError, InputError
        As `save` and `changes_since`.
    """
    back = [change.inverse() for change in reversed(changes_since(connection, plan_id, to))]
    return save(connection, plan_id, back, base=base, by=by)


def _write(connection: Connection, plan_id: str, changes: Iterable[Change]) -> None:
    """Bring the rows of a plan to where a list of changes leads, each row written once."""
    was: dict[Key, bool] = {}
    now: dict[Key, Row | None] = {}
    for change in changes:
        before = {row.key for row in change.before}
        after = {row.key: row for row in change.after}
        for key in (*before, *after):
            was.setdefault(key, key in before)
            now[key] = after.get(key)
    keys = [key for layer in LAYERS for key in sorted(k for k in now if k.layer == layer)]
    drop_rows(connection, plan_id, [key for key in keys if was[key] and now[key] is None])
    there = [row for key in keys if was[key] and (row := now[key]) is not None]
    new = [row for key in keys if not was[key] and (row := now[key]) is not None]
    srid = srid_of(connection)
    replace_rows(connection, plan_id, there, srid=srid)
    add_rows(connection, plan_id, new, srid=srid)
