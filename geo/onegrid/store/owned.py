"""Rows that somebody has asked for or sent: listed, the newest first, and found by their key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from sqlalchemy import Connection, RowMapping

    from onegrid.store.models import Base


def listed(
    connection: Connection, model: type[Base], *, newest_by: str, owner: str | None
) -> list[RowMapping]:
    """Return the rows of an owner, or of all where it is None."""
    table: Any = model.__table__
    query = select(table).order_by(table.c[newest_by].desc(), *table.primary_key.columns)
    if owner is not None:
        query = query.where(table.c.owner == owner)
    return list(connection.execute(query).mappings())


def named(connection: Connection, model: type[Base], key: str, *, what: str) -> RowMapping:
    """Return the row of a key.

    Raises
    ------
    InputError
        ``JOB_UNKNOWN`` for a ``job``.
    """
    table: Any = model.__table__
    (column,) = table.primary_key.columns
    row = connection.execute(select(table).where(column == key)).mappings().one_or_none()
    if row is None:
        raise InputError(Problem(f"{what.upper()}_UNKNOWN", f"no {what} {key!r}"))
    return row
