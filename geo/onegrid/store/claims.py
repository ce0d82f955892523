"""Who writes to a case: one at a time, and none while all of them are brought up to date.

In a file there is one writer anyway; a database is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

_ALL: Final = 1 << 40  # no hash of an id is as large


def claim(connection: Connection, case_id: str) -> None:
    """Let nobody else write to a case, or open it, before this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(_ALL)))
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(case_id))))


def claim_all(connection: Connection) -> None:
    """Let nobody else write to any case before this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_ALL)))
