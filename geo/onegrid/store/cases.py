"""Cases and their moves: each write is known by an id its sender made, so that twice is once.

All functions work inside the caller's transaction. Times are ISO 8601 texts in UTC.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from onegrid.errors import InputError, Problem, StaleError, StateError
from onegrid.operations.moves import Standing
from onegrid.store import audit
from onegrid.store.json_text import canonical
from onegrid.store.operation_models import Case, CaseMove
from onegrid.store.reporters import Reporter, keep_reporter

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely
    from sqlalchemy import Connection

    from onegrid.operations.moves import Move
    from onegrid.store.audit import By

OPEN: Final = "open"
FOLLOW: Final = "follow"  # the cell under a case was split or merged
_STANDING: Final = ("flow", "state", "tier", "reopened", "score")


@dataclass(frozen=True)
class Place:
    """Where a case is: the cell of a grid, what it lies in, the old cell of the department.

    ``shape`` is in the CRS of the workspace, ``lon`` and ``lat`` say the same in degrees.
    """

    cell_id: str | None = None
    community_id: str | None = None
    subdistrict_id: str | None = None
    department: str | None = None
    old_code: str | None = None
    grid: str | None = None
    lon: float | None = None
    lat: float | None = None
    shape: shapely.Point | None = None


@dataclass(frozen=True)
class CaseHead:
    """What a case is about, who opened it in which role; ``photo`` is the hash of its bytes."""

    case_id: str
    register: str
    flow: str
    kind: str
    title: str
    body: str
    role: str
    author: str
    opened_at: str
    photo: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A case as it stands."""

    head: CaseHead
    place: Place
    standing: Standing
    revision: int
    asked: str


@dataclass(frozen=True)
class Sent:
    """A move as it was sent: its id, the revision it was made from, the device's time."""

    move: Move
    move_id: str
    base: int
    told_at: str | None = None


def open_case(
    connection: Connection,
    head: CaseHead,
    place: Place,
    standing: Standing,
    *,
    by: By,
    reporter: Reporter,
) -> None:
    """Add a case; its opening is its first move."""
    placed = {name: getattr(place, name) for name in Place.__dataclass_fields__}
    record = {**vars(head), **placed, **_columns(standing), "revision": 1}
    asked = asked_hash(head, place, reporter)
    connection.execute(insert(Case), {**record, "details": dict(head.details), "asked": asked})
    keep_reporter(connection, head.case_id, reporter)
    told = {"move_id": f"{OPEN}/{head.case_id}", "kind": OPEN, "role": head.role}
    _add_move(connection, head.case_id, 1, standing, by=by, told=told)
    audit.note(connection, by, f"open {head.register}", head.case_id, {"flow": standing.flow})


def asked_hash(head: CaseHead, place: Place, reporter: Reporter) -> str:
    """Return the hash of what somebody sent: the same for the same report, whenever it comes."""
    where: list[Any] = [place.community_id, place.subdistrict_id]
    if place.shape is not None:  # the rest follows from it
        where = [round(v, 3) for v in place.shape.coords[0]]
    told = [
        head.register,
        head.flow,
        head.kind,
        head.title,
        head.body,
        head.photo,
        dict(head.details),
    ]
    return _hash([*told, where, reporter.key, reporter.contact])


def find_case(connection: Connection, case_id: str) -> Kept | None:
    """Return a case as it stands, None if there is none."""
    query = select(Case.__table__).where(Case.case_id == case_id)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else _kept(dict(row))


def case(connection: Connection, case_id: str, *, register: str) -> Kept:
    """Return a case of a register.

    Raises
    ------
    InputError
        ``CASE_UNKNOWN``.
    """
    found = find_case(connection, case_id)
    if found is None or found.head.register != register:
        raise InputError(Problem("CASE_UNKNOWN", f"no {register} {case_id!r}"))
    return found


def repeated(connection: Connection, case_id: str, sent: Sent) -> bool:
    """Return whether a move is there already, as it was sent.

    Raises
    ------
    StateError
        ``MOVE_EXISTS`` if another move has its id.
    """
    query = select(CaseMove.asked).where(CaseMove.move_id == sent.move_id)
    asked = connection.scalar(query)
    if asked is not None and asked != _hash_of(case_id, sent.move):
        what = f"there is another move {sent.move_id!r}"
        raise StateError(Problem("MOVE_EXISTS", what, remedy="make an id for each move"))
    return asked is not None


def refuse_stale(kept: Kept, base: int) -> None:
    """Raise ``STALE_REVISION`` if a case has moved on since the revision somebody saw."""
    if base != kept.revision:
        raise _stale(kept.head.case_id, base, kept.revision)


def save_move(connection: Connection, kept: Kept, after: Standing, sent: Sent, *, by: By) -> None:
    """Bring a case to where a move leads; raises as `refuse_stale`."""
    case_id, move, number = kept.head.case_id, sent.move, sent.base + 1
    _step(connection, case_id, sent.base, _columns(after))
    told = {
        "move_id": sent.move_id,
        "kind": move.kind,
        "role": move.role,
        "told_at": sent.told_at,
        "score": move.score,
        "asked": _hash_of(case_id, move),
    }
    _add_move(connection, case_id, number, after, by=by, told=told)
    seen = {"kind": move.kind, "state": after.state, "tier": after.tier}
    audit.note(connection, by, f"move {kept.head.register}", f"{case_id}@{number}", seen)


def escalate(connection: Connection, kept: Kept, steps: list[Standing]) -> None:
    """Keep that a case went up a tier, or several, because nobody moved it in time."""
    case_id = kept.head.case_id
    for number, standing in enumerate(steps, kept.revision + 1):
        by = audit.By("", audit.stamp(standing.since), "overdue")
        _step(connection, case_id, number - 1, _columns(standing))
        told = {"move_id": f"overdue/{case_id}/{number}", "kind": "escalate"}
        _add_move(connection, case_id, number, standing, by=by, told=told)
        seen = {"kind": "overdue", "tier": standing.tier}
        audit.note(connection, by, f"move {kept.head.register}", f"{case_id}@{number}", seen)


def follow(connection: Connection, kept: Kept, place: Place, *, by: By) -> None:
    """Keep that a case lies in another cell now; the move tells from where to where."""
    case_id, number = kept.head.case_id, kept.revision + 1
    moved = {name: getattr(place, name) for name in Place.__dataclass_fields__ if name != "shape"}
    _step(connection, case_id, number - 1, moved)
    why = audit.By(by.author, by.at, f"{kept.place.cell_id or ''} → {place.cell_id or ''}")
    told = {"move_id": f"{FOLLOW}/{case_id}/{number}", "kind": FOLLOW}
    _add_move(connection, case_id, number, kept.standing, by=why, told=told)


def record_of(kept: Kept) -> dict[str, Any]:
    """Return a case as a row of its table."""
    place = {name: getattr(kept.place, name) for name in Place.__dataclass_fields__}
    return {**vars(kept.head), **place, **_columns(kept.standing), "revision": kept.revision}


def moves_of(connection: Connection, case_id: str) -> list[dict[str, Any]]:
    """Return every move of a case, the first one first."""
    left = {"fid", "case_id", "asked"}
    columns = [column for column in CaseMove.__table__.columns if column.name not in left]
    query = select(*columns).where(CaseMove.case_id == case_id).order_by(CaseMove.number)
    return [dict(row) for row in connection.execute(query).mappings()]


def kept_of(connection: Connection, *where: Any) -> list[Kept]:  # noqa: ANN401  (SQL)
    """Return the cases that some conditions hold of, in the order they came."""
    query = select(Case.__table__).where(*where).order_by(Case.fid)
    return [_kept(dict(row)) for row in connection.execute(query).mappings()]


def _columns(standing: Standing) -> dict[str, Any]:
    due = standing.due
    return {
        **{name: getattr(standing, name) for name in _STANDING},
        "since": audit.stamp(standing.since),
        "due_at": None if due is None else audit.stamp(due),
    }


def _step(connection: Connection, case_id: str, base: int, values: Mapping[str, Any]) -> None:
    step = update(Case).where(Case.case_id == case_id, Case.revision == base)
    if connection.execute(step.values(**values, revision=base + 1)).rowcount != 1:
        now = connection.scalar(select(Case.revision).where(Case.case_id == case_id)) or 0
        raise _stale(case_id, base, int(now))


def _stale(case_id: str, base: int, now: int) -> StaleError:
    what = f"made from revision {base} of {case_id!r}, which stands at {now}"
    remedy = "look at what happened, then move it again"
    return StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=now)


def _add_move(
    connection: Connection,
    case_id: str,
    number: int,
    standing: Standing,
    *,
    by: By,
    told: Mapping[str, Any],
) -> None:
    record = {
        "case_id": case_id,
        "number": number,
        "state": standing.state,
        "tier": standing.tier,
        "at": by.at,
        "actor": by.author,
        "note": by.note,
        "role": "",
        "told_at": None,
        "score": None,
        "asked": "",
        **told,
    }
    connection.execute(insert(CaseMove), record)


def _hash_of(case_id: str, move: Move) -> str:
    return _hash([case_id, move.kind, move.to, move.note, move.score])


def _hash(value: Any) -> str:  # noqa: ANN401  (any JSON value)
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def _kept(row: Mapping[str, Any]) -> Kept:
    head = CaseHead(**{name: row[name] for name in CaseHead.__dataclass_fields__})
    place = Place(**{name: row[name] for name in Place.__dataclass_fields__})
    standing = Standing(
        since=datetime.fromisoformat(row["since"]), **{name: row[name] for name in _STANDING}
    )
    return Kept(head, place, standing, int(row["revision"]), row["asked"])
