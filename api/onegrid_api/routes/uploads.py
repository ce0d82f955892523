"""Files for jobs: sent, looked through by the import doctor, kept."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from onegrid.errors import InputError, Problem
from onegrid.store import uploads
from onegrid_api import intake
from onegrid_api.deps import OfficeDep, PageDep, Sender, SettingsDep, VersionDep, by, sent_parts
from onegrid_api.forms import ERRORS, UploadAnswer, UploadListing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Who
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api/uploads", tags=["uploads"], responses=ERRORS)
UploadId = Annotated[str, InPath(max_length=100)]
_KEPT_OF_ONE: Final = 5  # times the largest upload
_FILE_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("")
def list_uploads(
    who: Sender, office: OfficeDep, page: PageDep, version: VersionDep
) -> UploadListing:
    """Return one's own files, the newest first; administrators see everybody's."""
    owner = None if who.may("manage") else who.name
    with office.workspace.reading() as connection:
        found = uploads.list_uploads(connection, owner=owner)
    version.is_of(found)
    return UploadListing.model_validate(page.of([asdict(one) for one in found]))


@router.post("", status_code=201, openapi_extra=_FILE_BODY)
async def send(
    request: Request,
    who: Sender,
    office: OfficeDep,
    settings: SettingsDep,
    file: Annotated[str, Query(max_length=200, description="its name, with the suffix")],
) -> UploadAnswer:
    """Send a file as the body; the answer says what is in it and what is wrong with it."""
    most = settings.upload_bytes_max
    with tempfile.TemporaryDirectory(prefix="onegrid-upload-") as folder:
        path = Path(folder) / f"sent{Path(file).suffix.lower()[:10]}"
        with path.open("wb") as sent:
            async for part in sent_parts(request, most):
                await run_in_threadpool(sent.write, part)
        return await run_in_threadpool(_keep, path, file, who, office, most)


@router.get("/{upload_id}")
def read_upload(upload_id: UploadId, who: Sender, office: OfficeDep) -> UploadAnswer:
    """Return what is known of a file."""
    with office.workspace.reading() as connection:
        return UploadAnswer.model_validate(asdict(_own(connection, upload_id, who)))


@router.delete("/{upload_id}", status_code=204)
def drop(upload_id: UploadId, who: Sender, office: OfficeDep) -> None:
    """Delete a file."""
    with office.workspace.writing() as connection:
        _own(connection, upload_id, who)
        uploads.drop_upload(connection, upload_id, by=by(who))


def _keep(path: Path, name: str, who: Who, office: Office, most: int) -> UploadAnswer:
    with office.workspace.reading() as connection:
        uploads.refuse_more(connection, who.name, bytes_max=_KEPT_OF_ONE * most)
    intake.refuse_hostile(path, name)
    told = intake.preview(path)
    with office.workspace.writing() as connection:
        head = uploads.add_upload(connection, name, path.read_bytes(), told, by=by(who))
    return UploadAnswer.model_validate(asdict(head))


def _own(connection: Connection, upload_id: str, who: Who) -> uploads.UploadHead:
    """Return a file of somebody, or any for administrators; others do not learn of it."""
    head = uploads.upload(connection, upload_id)
    if head.owner != who.name and not who.may("manage"):
        raise InputError(Problem("UPLOAD_UNKNOWN", f"no upload {upload_id!r}"))
    return head
