"""Plans and their revisions: every save names the revision it was made from, none is lost.

All functions work inside the caller's transaction, so that what belongs together is saved together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from onegrid.errors import InputError, Problem, StaleError, StateError
from onegrid.grids.edit import change_from_json
from onegrid.store import audit
from onegrid.store.ground import share_ground
from onegrid.store.models import LAYERS, Plan, Revision
from onegrid.store.rows import add_rows, drop_rows, net_of, read_rows, replace_rows
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Change, Row
    from onegrid.store.audit import By

DRAFT: Final = "draft"
SUBMITTED: Final = "submitted"
APPROVED: Final = "approved"
PUBLISHED: Final = "published"
RETIRED: Final = "retired"


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
    takes_back: int | None = None


@dataclass(frozen=True)
class Asked:
    """What a save was asked as: edits, or the revision that it undoes or redoes."""

    edits: Sequence[Mapping[str, Any]] | None = None
    takes_back: int | None = None


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
    """Copy a plan as it stands; the branch knows where it comes from, and shares its ground."""
    source = plan_head(connection, plan_id)
    head = PlanHead(to, name, DRAFT, 0, plan_id, source.revision, by.at, by.author)
    rows = read_rows(connection, plan_id)
    srid = srid_of(connection)
    every = (row for layer in rows.values() for row in layer.values())
    add_plan(connection, head, every, srid=srid, by=by)
    share_ground(connection, plan_id, to=to)
    return head


def save(
    connection: Connection,
    plan_id: str,
    changes: Sequence[Change],
    *,
    base: int,
    by: By,
    asked: Asked = Asked(),
) -> int:
    """Save changes that were made from revision `base`; return the new revision.

    Raises
    ------
    StaleError
        If the plan has moved on; nothing is saved.
    StateError
        ``PLAN_NOT_DRAFT``: only drafts are edited.
    InputError
        ``PLAN_UNKNOWN``.
    """
    # first of all: this row is the lock that a second writer waits for
    _step(connection, plan_id, base=base, was=DRAFT, values={"revision": base + 1})
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
        "edits": None if asked.edits is None else [dict(edit) for edit in asked.edits],
        "takes_back": asked.takes_back,
    }
    connection.execute(insert(Revision), record)
    audit.note(connection, by, "save", f"{plan_id}@{base + 1}", {"ops": ops})
    return base + 1


def set_status(connection: Connection, plan_id: str, *, base: int, was: str, to: str) -> None:
    """Bring a plan from one state to another, seen at revision `base`.

    Raises
    ------
    StaleError, StateError, InputError
        As `save`.
    """
    _step(connection, plan_id, base=base, was=was, values={"status": to})


def retire(connection: Connection, plan_id: str) -> None:
    """Retire a draft that has served its purpose; raises as `save`."""
    base = plan_head(connection, plan_id).revision
    set_status(connection, plan_id, base=base, was=DRAFT, to=RETIRED)


def _step(
    connection: Connection, plan_id: str, *, base: int, was: str, values: Mapping[str, Any]
) -> None:
    step = update(Plan).where(Plan.plan_id == plan_id, Plan.revision == base, Plan.status == was)
    if connection.execute(step.values(**values)).rowcount == 1:
        return
    head = plan_head(connection, plan_id)
    if head.revision != base:
        what = f"made from revision {base} of {plan_id!r}, which stands at {head.revision}"
        remedy = "look at what changed, then save again"
        raise StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=head.revision)
    raise not_in_state(head, was)


def not_in_state(head: PlanHead, wanted: str) -> StateError:
    """Return what somebody is told who wants of a plan what its state does not allow."""
    code = "PLAN_NOT_DRAFT" if wanted == DRAFT else "PLAN_STATE"
    remedy = "make a branch of it, or have it sent back" if wanted == DRAFT else ""
    what = f"plan {head.plan_id!r} is {head.status}, not {wanted}"
    return StateError(Problem(code, what, remedy=remedy))


def history(connection: Connection, plan_id: str) -> list[Saved]:
    """Return the revisions of a plan, the newest first."""
    table = Revision.__table__.c
    query = (
        select(
            table.revision, table.saved_at, table.author, table.note, table.ops, table.takes_back
        )
        .where(table.plan_id == plan_id)
        .order_by(table.revision.desc())
    )
    return [
        Saved(**{**record, "ops": tuple(record["ops"])})
        for record in connection.execute(query).mappings()
    ]


def edits_of(connection: Connection, plan_id: str) -> dict[int, list[dict[str, Any]] | None]:
    """Return what each revision was asked as: its edits, None where it was asked otherwise."""
    query = select(Revision.revision, Revision.edits).where(Revision.plan_id == plan_id)
    return {int(revision): edits for revision, edits in connection.execute(query)}


def changes_of_line(connection: Connection, head: PlanHead) -> list[Change]:
    """Return every change since the plan, or the one it is a branch of, was imported."""
    before: list[Change] = []
    parent, until = head.parent_id, head.parent_revision
    while parent is not None:
        before = changes_since(connection, parent, 0, until=until) + before
        source = plan_head(connection, parent)
        parent, until = source.parent_id, source.parent_revision
    return before + changes_since(connection, head.plan_id, 0)


def changes_since(
    connection: Connection, plan_id: str, revision: int, *, until: int | None = None
) -> list[Change]:
    """Return every change after a revision, up to another one, in the order they were made.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN`` or ``REVISION_UNKNOWN``.
    """
    now = plan_head(connection, plan_id).revision
    if not 0 <= revision <= now:
        what = f"plan {plan_id!r} has no revision {revision}"
        raise InputError(Problem("REVISION_UNKNOWN", what, "", f"0 to {now}"))
    last = now if until is None else until
    query = (
        select(Revision.changes)
        .where(Revision.plan_id == plan_id, Revision.revision.between(revision + 1, last))
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
    found = net_of(changes)
    keys = [key for layer in LAYERS for key in sorted(k for k in found if k.layer == layer)]
    pairs = [(key, *found[key]) for key in keys]
    drop_rows(connection, plan_id, [key for key, was, now in pairs if was and now is None])
    srid = srid_of(connection)
    there = [now for _, was, now in pairs if was and now]
    replace_rows(connection, plan_id, there, srid=srid)
    new = [now for _, was, now in pairs if was is None and now]
    add_rows(connection, plan_id, new, srid=srid)
