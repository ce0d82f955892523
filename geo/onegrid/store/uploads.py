"""Files that people have sent, with what the import doctor says of each."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from onegrid.errors import LimitError, Problem
from onegrid.store import audit
from onegrid.store.models import Blob, Result
from onegrid.store.owned import listed, named
from onegrid.store.results import put_content
from onegrid.store.service_models import Upload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class UploadHead:
    """An upload as lists show it."""

    upload_id: str
    owner: str
    file: str
    size: int
    sha256: str
    sent_at: str
    preview: Mapping[str, Any]


def add_upload(
    connection: Connection, file: str, content: bytes, preview: Mapping[str, Any], *, by: By
) -> UploadHead:
    """Keep a file."""
    key, sha256 = secrets.token_hex(8), put_content(connection, content)
    head = UploadHead(key, by.author, file, len(content), sha256, by.at, dict(preview))
    connection.execute(insert(Upload), vars(head))
    audit.note(connection, by, "upload", key, {"file": file, "sha256": sha256})
    return head


def refuse_more(connection: Connection, user_id: str, *, bytes_max: int) -> None:
    """Raise ``UPLOAD_QUOTA`` if somebody keeps more than one may."""
    query = select(func.coalesce(func.sum(Upload.size), 0)).where(Upload.owner == user_id)
    if int(connection.scalar(query) or 0) >= bytes_max:
        remedy = "delete some of your uploads"
        raise LimitError(Problem("UPLOAD_QUOTA", "you keep too many files", remedy=remedy))


def list_uploads(connection: Connection, *, owner: str | None = None) -> list[UploadHead]:
    """Return uploads, of somebody or of all, the newest first."""
    found = listed(connection, Upload, newest_by="sent_at", owner=owner)
    return [UploadHead(**row) for row in found]


def upload(connection: Connection, upload_id: str) -> UploadHead:
    """Return one upload.

    Raises
    ------
    InputError
        ``UPLOAD_UNKNOWN``.
    """
    return UploadHead(**named(connection, Upload, upload_id, what="upload"))


def drop_upload(connection: Connection, upload_id: str, *, by: By) -> None:
    """Forget an upload, and its bytes unless something else holds them."""
    head = upload(connection, upload_id)
    connection.execute(delete(Upload).where(Upload.upload_id == upload_id))
    used = [
        connection.scalar(select(func.count()).where(model.sha256 == head.sha256))
        for model in (Upload, Result)
    ]
    if not any(used):
        connection.execute(delete(Blob).where(Blob.sha256 == head.sha256))
    audit.note(connection, by, "drop upload", upload_id, {"file": head.file})
