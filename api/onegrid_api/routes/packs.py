"""Norm packs of the district's own: sent as a CSV file, looked through, kept, forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from onegrid.pipeline.norm_desk import BYTES_MAX, check_pack, keep_pack, norms_named
from onegrid.standards import packs
from onegrid.store import norm_packs
from onegrid_api.deps import OfficeDep, Reader, Sender, by, sent_parts
from onegrid_api.errors import problem_rows
from onegrid_api.forms import ERRORS, NAME
from onegrid_api.schemas import PackAnswer, PackChecked, PackRule

if TYPE_CHECKING:
    from onegrid.standards import Norm
    from onegrid_api.access import Who
    from onegrid_api.deps import Office

router = APIRouter(prefix="/api/packs", tags=["standards"], responses=ERRORS)
PackName = Annotated[str, Path(max_length=100, pattern=NAME)]
NewName = Annotated[str, Query(min_length=1, max_length=100, pattern=NAME)]
_WHOLE: Final = "a norm pack is for the whole district"
_EXAMPLE: Final = (
    "设施,分钟,单位,面积下限,文件,条款,核实\\n日间照料站,15,每个社区,300,示意数据,一(二),seen\\n"
)
_CSV_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


@router.get("/{name}")
def read_pack(name: PackName, who: Reader, office: OfficeDep) -> PackAnswer:
    """Return the rules of a norm pack, bundled or the district's own."""
    del who
    with office.workspace.reading() as connection:
        if name not in packs():
            norm_packs.norm_pack(connection, name)  # what an address names and is not there: 404
        return PackAnswer(name=name, rules=_rules(norms_named(connection, name)))


@router.post("/check", openapi_extra=_CSV_BODY)
async def check(request: Request, who: Sender) -> PackChecked:
    """Say what is in a pack file and what is doubtful with it; nothing is kept."""
    del who
    content = b"".join([part async for part in sent_parts(request, BYTES_MAX)])
    found, doubts = await run_in_threadpool(check_pack, "", content)
    return PackChecked(rules=_rules(found), doubts=problem_rows(doubts))


@router.post("", status_code=201, openapi_extra=_CSV_BODY)
async def send(request: Request, name: NewName, who: Sender, office: OfficeDep) -> PackChecked:
    """Keep a pack file as a norm pack of the district, under a name that is new.

    It never changes, so that a result that names it says what it was made with.
    """
    who.refuse_part(_WHOLE)
    content = b"".join([part async for part in sent_parts(request, BYTES_MAX)])
    return await run_in_threadpool(_keep, name, content, who, office)


@router.delete("/{name}", status_code=204)
def drop(name: PackName, who: Sender, office: OfficeDep) -> None:
    """Forget a norm pack of the district; results that were made with it stay."""
    who.refuse_part(_WHOLE)
    with office.workspace.writing() as connection:
        norm_packs.drop_pack(connection, name, by=by(who))


def _keep(name: str, content: bytes, who: Who, office: Office) -> PackChecked:
    with office.workspace.writing() as connection:
        found, doubts = keep_pack(connection, name, content, by=by(who))
    return PackChecked(rules=_rules(found), doubts=problem_rows(doubts))


def _rules(found: tuple[Norm, ...]) -> list[PackRule]:
    return [PackRule.model_validate(norm, from_attributes=True) for norm in found]
