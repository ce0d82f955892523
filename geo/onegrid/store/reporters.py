"""Who reported a case: apart from it, so that it can be shown without them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from onegrid.store import audit
from onegrid.store.operation_models import CaseReporter
from onegrid.store.passwords import digest

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class Reporter:
    """Who reported a case: a key of their own making, and how to call them."""

    key: str | None = None
    contact: str = ""


def keep_reporter(connection: Connection, case_id: str, reporter: Reporter) -> None:
    """Keep how to call somebody, and their key as a hash, if they gave either."""
    if reporter.key or reporter.contact:
        key = digest(reporter.key) if reporter.key else None
        told = {"case_id": case_id, "key_sha256": key, "contact": reporter.contact}
        connection.execute(insert(CaseReporter), told)


def contact_of(connection: Connection, case_id: str, *, by: By) -> str:
    """Return how to call who reported a case; that it was read is on record."""
    query = select(CaseReporter.contact).where(CaseReporter.case_id == case_id)
    audit.note(connection, by, "read contact", case_id, {})
    return connection.scalar(query) or ""


def has_key(connection: Connection, case_id: str, key: str) -> bool:
    """Return whether a key is that of who reported a case."""
    query = select(CaseReporter.case_id).where(
        CaseReporter.case_id == case_id, CaseReporter.key_sha256 == digest(key)
    )
    return connection.scalar(query) is not None
