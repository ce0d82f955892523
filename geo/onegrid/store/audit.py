"""Who did what: rows that are only ever added, each holding the hash of the one before it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from onegrid.store.json_text import canonical
from onegrid.store.models import AuditRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


_FIRST = "0" * 64
_HASHED = ("number", "at", "actor", "action", "target", "details", "previous")


@dataclass(frozen=True)
class By:
    """Who does something, when (ISO 8601, UTC), and what they say about it."""

    author: str
    at: str
    note: str = ""


def stamp(at: datetime) -> str:
    """Return a time as it is written down: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_now(author: str, note: str = "") -> By:
    """Return who does something at this moment."""
    return By(author, stamp(datetime.now(UTC)), note)


def note(
    connection: Connection, by: By, action: str, target: str, details: Mapping[str, Any]
) -> None:
    """Add a row to the audit, in the transaction of what it tells of."""
    if connection.dialect.name == "postgresql":  # the next number is for one writer at a time
        connection.exec_driver_sql("LOCK TABLE audit IN EXCLUSIVE MODE")
    last, previous = last_row(connection)
    row = {
        "number": last + 1,
        "at": by.at,
        "actor": by.author,
        "action": action,
        "target": target,
        "details": dict(details),
        "previous": previous,
    }
    connection.execute(insert(AuditRow), row | {"digest": _digest(row)})


def last_row(connection: Connection) -> tuple[int, str]:
    """Return the number and the digest of the last row; 0 and zeros before the first."""
    table = AuditRow.__table__.c
    query = select(table.number, table.digest).order_by(table.number.desc()).limit(1)
    last = connection.execute(query).one_or_none()
    return (0, _FIRST) if last is None else (int(last.number), str(last.digest))


def rows(
    connection: Connection, wanted: slice, *, actor: str | None = None, action: str | None = None
) -> tuple[int, list[dict[str, Any]]]:
    """Return how many rows there are, of somebody or of some action, and some, the newest first."""
    table = AuditRow.__table__
    asked = {"actor": actor, "action": action}
    rules = [table.c[name] == value for name, value in asked.items() if value is not None]
    total = connection.scalar(select(func.count()).select_from(table).where(*rules))
    query = select(table).where(*rules).order_by(table.c.number.desc())
    some = query.offset(wanted.start).limit(wanted.stop - wanted.start)
    return int(total or 0), [dict(row) for row in connection.execute(some).mappings()]


def broken_rows(connection: Connection) -> list[int]:
    """Return the numbers of rows that were changed, or that follow one that was taken out.

    An empty list proves that the audit up to its last row is as it was written; keep the last
    digest elsewhere to prove that none was cut off at the end.
    """
    query = select(AuditRow.__table__).order_by(AuditRow.number)
    broken, number, previous = [], 0, _FIRST
    for row in (dict(found) for found in connection.execute(query).mappings()):
        sound = row["number"] == number + 1 and row["previous"] == previous
        if not sound or row["digest"] != _digest(row):
            broken.append(int(row["number"]))
        number, previous = row["number"], row["digest"]
    return broken


def _digest(row: Mapping[str, Any]) -> str:
    text = canonical([row[name] for name in _HASHED])
    return hashlib.sha256(text.encode()).hexdigest()
