"""Registers: posts, needs and resources, each row saved from the revision it was seen at."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import insert, select, update

from onegrid.errors import InputError, Problem, StaleError, StateError
from onegrid.store import audit
from onegrid.store.entry_models import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from onegrid.store.audit import By

POST: Final = "post"
NEED: Final = "need"
RESOURCE: Final = "resource"
MEETING: Final = "meeting"
ACCOUNT: Final = "account"  # in the details of a post: who logs in for it


@dataclass(frozen=True)
class Row:
    """One row of a register; what it means stands with its table."""

    entry_id: str
    register: str
    kind: str
    title: str
    community_id: str
    subdistrict_id: str
    contact: str = ""
    people: int = 1
    from_at: str = ""
    until_at: str = ""
    cell_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    active: bool = True
    revision: int = 0
    saved_at: str = ""
    author: str = ""
    grid: str | None = None


def list_entries(connection: Connection, register: str) -> list[Row]:
    """Return the rows of a register by id."""
    query = select(Entry.__table__).where(Entry.register == register).order_by(Entry.entry_id)
    return [Row(**row) for row in connection.execute(query).mappings()]


def entry(connection: Connection, register: str, entry_id: str) -> Row | None:
    """Return a row of a register, None if there is none.

    Raises
    ------
    StateError
        ``ENTRY_EXISTS`` if another register has a row of that id.
    """
    query = select(Entry.__table__).where(Entry.entry_id == entry_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is not None and row["register"] != register:
        what = f"{entry_id!r} is the id of something else"
        raise StateError(Problem("ENTRY_EXISTS", what, remedy="make an id for each row"))
    return None if row is None else Row(**row)


def save_entry(connection: Connection, row: Row, *, base: int, by: By) -> Row:
    """Keep a row that was made from revision `base` of it, 0 for a new one; twice is once.

    Raises
    ------
    StaleError
        If it has moved on; nothing is saved.
    InputError
        ``ENTRY_UNKNOWN`` if there is none to change.
    """
    made = replace(row, revision=base + 1, saved_at=by.at, author=by.author)
    there = entry(connection, row.register, row.entry_id)
    if there is not None and there == replace(made, saved_at=there.saved_at):
        return there
    now = 0 if there is None else there.revision
    if there is None and base:
        raise InputError(Problem("ENTRY_UNKNOWN", f"no {row.register} {row.entry_id!r}"))
    if now != base:
        what = f"made from revision {base} of {row.entry_id!r}, which stands at {now}"
        remedy = "look at what changed, then save again"
        raise StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=now)
    record = {**vars(made), "details": dict(made.details)}
    if there is None:
        connection.execute(insert(Entry), record)
    else:
        step = update(Entry).where(Entry.entry_id == row.entry_id, Entry.revision == base)
        if connection.execute(step.values(**record)).rowcount != 1:
            raise StaleError(Problem("STALE_REVISION", "somebody saved it just now"), revision=now)
    told = {"active": row.active, "community": row.community_id}  # never the name of a person
    audit.note(connection, by, f"save {row.register}", f"{row.entry_id}@{base + 1}", told)
    return made


def of_other_grid(connection: Connection, grid: str) -> list[Row]:
    """Return the rows of all registers whose cell is of another grid than this one."""
    query = select(Entry.__table__).where(Entry.grid != grid).order_by(Entry.entry_id)
    return [Row(**row) for row in connection.execute(query).mappings()]


def follow(
    connection: Connection,
    row: Row,
    cell_id: str,
    community_id: str,
    subdistrict_id: str,
    *,
    by: By,
) -> None:
    """Keep that a row belongs to another cell now."""
    home = {"cell_id": cell_id, "community_id": community_id, "subdistrict_id": subdistrict_id}
    if all(getattr(row, name) == value for name, value in home.items()):
        return
    step = update(Entry).where(Entry.entry_id == row.entry_id, Entry.revision == row.revision)
    connection.execute(step.values(**home, revision=row.revision + 1))
    told = {"from": row.cell_id, "to": cell_id}
    audit.note(connection, by, f"follow {row.register}", f"{row.entry_id}@{row.revision + 1}", told)


def keep_grid(connection: Connection, grid: str) -> None:
    """Note that the cells of all rows are those of a grid."""
    connection.execute(update(Entry).where(Entry.grid != grid).values(grid=grid))
