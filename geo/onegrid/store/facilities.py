"""The facilities of a plan, edited one by one: every save names the revision it was made from.

The list belongs to a batch, and so to a plan and its branches; ``revision`` counts its saves.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import shapely
from sqlalchemy import delete, insert, select, update

from onegrid.errors import Problem, StaleError
from onegrid.store import audit
from onegrid.store.ground import FACILITIES, Source, batch_ids, batches_of, put_empty
from onegrid.store.models import Batch, Facility, FacilitySave
from onegrid.store.plans import Saved, plan_head
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class Facts:
    """What is known of a facility; its place in metres of the workspace's CRS."""

    kind: str
    x_m: float
    y_m: float
    name: str | None = None
    floor_area_m2: float | None = None
    capacity_people: float | None = None
    opening_hours: str | None = None
    phone: str | None = None
    address: str | None = None


@dataclass(frozen=True)
class Change:
    """What one edit did to a facility: ``before`` is None where it is new, ``after`` where gone."""

    op: str
    facility_id: str
    before: Facts | None
    after: Facts | None

    def inverse(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.op, self.facility_id, self.after, self.before)


def revision_of(connection: Connection, plan_id: str) -> int:
    """Return the revision of the facilities of a plan, 0 before there are any.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``.
    """
    plan_head(connection, plan_id)
    return sum(one.revision for one in batches_of(connection, plan_id, FACILITIES))


def facilities(connection: Connection, plan_id: str) -> dict[str, Facts]:
    """Return the facilities of a plan by id, in the order they came."""
    table = Facility.__table__.c
    query = select(Facility.__table__).where(table.batch_id.in_(batch_ids(plan_id, FACILITIES)))
    return {
        row["facility_id"]: Facts(
            x_m=row["shape"].x,
            y_m=row["shape"].y,
            **{name: row[name] for name in Facts.__dataclass_fields__ if name in row},
        )
        for row in connection.execute(query.order_by(table.fid)).mappings()
    }


def save(
    connection: Connection,
    plan_id: str,
    changes: Sequence[Change],
    *,
    base: int,
    by: By,
    takes_back: int | None = None,
) -> int:
    """Save changes that were made from revision `base`; return the new revision.

    Raises
    ------
    StaleError
        If the list has moved on; nothing is saved.
    InputError
        ``PLAN_UNKNOWN``.
    """
    now = revision_of(connection, plan_id)
    found = connection.scalar(batch_ids(plan_id, FACILITIES))
    if found is None:
        found = put_empty(connection, plan_id, Source(FACILITIES, "", ""), by=by)
    step = update(Batch).where(Batch.batch_id == found, Batch.revision == base)
    if connection.execute(step.values(revision=base + 1)).rowcount != 1:
        what = f"made from revision {base} of the facilities, which stand at {now}"
        remedy = "look at what changed, then save again"
        raise StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=now)
    _write(connection, found, changes)
    record = {
        "batch_id": found,
        "revision": base + 1,
        "saved_at": by.at,
        "author": by.author,
        "note": by.note,
        "changes": [asdict(change) for change in changes],
        "takes_back": takes_back,
    }
    connection.execute(insert(FacilitySave), record)
    told = {"ops": _ops(changes)}
    audit.note(connection, by, "save facilities", f"{plan_id}@{base + 1}", told)
    return base + 1


def history(connection: Connection, plan_id: str) -> list[Saved]:
    """Return the saves of the facilities of a plan, the newest first."""
    table = FacilitySave.__table__.c
    query = select(FacilitySave.__table__).where(table.batch_id.in_(batch_ids(plan_id, FACILITIES)))
    return [
        Saved(
            row["revision"],
            row["saved_at"],
            row["author"],
            row["note"],
            tuple(_ops(map(_read, row["changes"]))),
            row["takes_back"],
        )
        for row in connection.execute(query.order_by(table.revision.desc())).mappings()
    ]


def changes_of(connection: Connection, plan_id: str, revision: int) -> list[Change]:
    """Return what a save of the facilities of a plan changed, in order."""
    table = FacilitySave.__table__.c
    query = select(table.changes).where(
        table.batch_id.in_(batch_ids(plan_id, FACILITIES)), table.revision == revision
    )
    return [_read(one) for one in connection.scalar(query) or ()]


def _read(told: dict[str, Any]) -> Change:
    before, after = (None if told[n] is None else Facts(**told[n]) for n in ("before", "after"))
    return Change(told["op"], told["facility_id"], before, after)


def _ops(changes: Iterable[Change]) -> list[dict[str, Any]]:
    return [{"op": change.op, "ids": [change.facility_id]} for change in changes]


def _write(connection: Connection, batch_id: int, changes: Iterable[Change]) -> None:
    srid = srid_of(connection)
    table = Facility.__table__.c
    for change in changes:
        there = table.batch_id == batch_id, table.facility_id == change.facility_id
        if change.after is None:
            connection.execute(delete(Facility).where(*there))
            continue
        values = asdict(change.after)
        point = shapely.Point(values.pop("x_m"), values.pop("y_m"))
        record = values | {"shape": shapely.set_srid(point, srid)}
        if change.before is None:
            key = {"batch_id": batch_id, "facility_id": change.facility_id}
            connection.execute(insert(Facility), record | key)
        else:
            connection.execute(update(Facility).where(*there).values(**record))
