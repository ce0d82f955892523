"""Files that belong to a plan: kept once for every content, each with the revision it is of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from onegrid.store.models import Blob, Result

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class ResultHead:
    """A result as lists show it."""

    name: str
    revision: int
    sha256: str
    size: int
    made_from: str | None


def put_result(
    connection: Connection,
    plan_id: str,
    name: str,
    content: bytes,
    *,
    revision: int,
    made_from: str | None = None,
) -> str:
    """Keep a file of a plan in place of the one of that name; return the hash of its content."""
    sha256 = put_content(connection, content)
    link(connection, plan_id, ResultHead(name, revision, sha256, len(content), made_from))
    return sha256


def put_content(connection: Connection, content: bytes) -> str:
    """Keep bytes once; return their hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    if connection.scalar(select(Blob.sha256).where(Blob.sha256 == sha256)) is None:
        record = {"sha256": sha256, "size": len(content), "content": content}
        connection.execute(insert(Blob), record)
    return sha256


def link(connection: Connection, plan_id: str, head: ResultHead) -> None:
    """Make a content that is kept a file of a plan, in place of the one of that name."""
    old = delete(Result).where(Result.plan_id == plan_id, Result.name == head.name)
    connection.execute(old)
    made = {name: value for name, value in vars(head).items() if name != "size"}
    connection.execute(insert(Result), {"plan_id": plan_id, **made})


def list_results(connection: Connection, plan_id: str) -> list[ResultHead]:
    """Return the files of a plan by name."""
    query = (
        select(Result.name, Result.revision, Result.sha256, Blob.size, Result.made_from)
        .join(Blob, Blob.sha256 == Result.sha256)
        .where(Result.plan_id == plan_id)
        .order_by(Result.name)
    )
    return [ResultHead(**record) for record in connection.execute(query).mappings()]


def content_of(connection: Connection, sha256: str) -> bytes:
    """Return the bytes of a content that is kept."""
    found: bytes = connection.execute(
        select(Blob.content).where(Blob.sha256 == sha256)
    ).scalar_one()
    return found
