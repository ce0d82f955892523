"""Cells of a plan written by other programs, as OGC API Features Part 4 says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from urllib.parse import quote

import shapely
from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from onegrid.errors import InputError, Problem
from onegrid.grids.edit import read_edits
from onegrid.pipeline.plan_board import Ask
from onegrid.pipeline.plan_items import Edits, creating, deleting, replacing
from onegrid.store import plans
from onegrid.store.rows import read_layer
from onegrid_api import ogc
from onegrid_api.deps import Editor, Office, OfficeDep, SettingsDep, address, by
from onegrid_api.errors import ItemStaleError, KindError, NotThereError
from onegrid_api.forms import ERRORS
from onegrid_api.ogc_api import GEOJSON
from onegrid_api.ogc_crs import CRS84, xy_of
from onegrid_api.plan_sources import PlanView
from onegrid_api.routes.features import WRITTEN, ItemId
from onegrid_api.routes.plans import PlanId

if TYPE_CHECKING:
    from pydantic.config import JsonDict

_EXAMPLE: Final[JsonDict] = {"type": "Feature", "properties": {"name": "第一网格", "locked": True}}
_GEOJSON: Final[dict[str, Any]] = {
    "requestBody": {
        "content": {
            GEOJSON: {"schema": {"$ref": "#/components/schemas/ItemForm"}, "example": _EXAMPLE}
        }
    }
}
_STALE: Final[dict[int | str, dict[str, Any]]] = {
    412: {"description": "it has changed since"},
    415: {"description": "no GeoJSON"},
}
_KIND: Final = re.compile(r"application/([\w.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
router = APIRouter(
    prefix=f"/ogc/plans/{{plan_id}}/collections/{WRITTEN}/items",
    tags=["ogc"],
    responses=ERRORS | _STALE,
)
Tag = Annotated[str, Header(alias="If-Match", max_length=200)]
Crs = Annotated[str, Header(alias="Content-Crs", max_length=200)]


class ItemForm(BaseModel):
    """A GeoJSON feature; of a change, what is left out stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})
    type: Literal["Feature"] = "Feature"
    id: str | int | None = None
    geometry: dict[str, Any] | None = None
    properties: dict[str, Any] | None = Field(default=None, max_length=200)


@dataclass(frozen=True)
class Writing:
    """One change of a cell: whose, of which plan, and how what is sent is to be read."""

    office: Office
    plan_id: str
    who: Editor
    tag: str
    crs: str

    def save(self, item_id: str | None, lead: Any) -> Edits:  # noqa: ANN401  (rows to edits)
        """Save the edits that lead to what was sent, made from the plan as it stands.

        Raises
        ------
        NotThereError
            If there is no such cell.
        ItemStaleError
            If it is not as whoever changes it has read it.
        """
        with self.office.workspace.reading() as connection:
            revision = plans.plan_head(connection, self.plan_id).revision
            cells = read_layer(connection, self.plan_id, WRITTEN)
        if item_id is not None and item_id not in cells:
            msg = f"no cell {item_id!r}"
            raise NotThereError(msg)
        if item_id is not None and self.tag not in ("", "*"):
            frame = PlanView(self.office, self.plan_id, self.who).rows(WRITTEN)
            if ogc.tag_of(ogc.item_of(frame, item_id)) != self.tag:
                what = "the cell has changed since it was read"
                raise ItemStaleError(Problem("ITEM_STALE", what, "", item_id, "read it again"))
        edits: Edits = lead(cells)
        if edits:
            ask = Ask(self.plan_id, revision, read_edits({"edits": edits}), drawn=True)
            self.office.desk.edit(ask, by=by(self.who, "OGC"), check=self.who.refuse_elsewhere)
        return edits

    def shape(self, form: ItemForm) -> shapely.Geometry | None:
        """Return what was drawn in the CRS of the grid."""
        if form.geometry is None:
            return None
        try:
            drawn = shapely.from_geojson(json.dumps(form.geometry))
        except shapely.GEOSException:
            raise InputError(Problem("ITEM_SHAPE", "no geometry of GeoJSON")) from None
        if drawn is None or drawn.is_empty:
            raise InputError(Problem("ITEM_SHAPE", "no geometry of GeoJSON"))
        crs = self.crs.strip("<> ") or CRS84
        return xy_of(shapely.force_2d(drawn), crs, f"EPSG:{self.office.workspace.srid}")


def _writing(
    request: Request, plan_id: PlanId, who: Editor, office: OfficeDep, tag: Tag = "", crs: Crs = ""
) -> Writing:
    kind = request.headers.get("Content-Type")
    if kind is not None and not _KIND.fullmatch(kind):
        raise KindError(Problem("KIND", "the body is no GeoJSON", "", "", f"send {GEOJSON}"))
    return Writing(office, plan_id, who, tag, crs)


WritingDep = Annotated[Writing, Depends(_writing)]


@router.post("", status_code=201, response_class=Response, openapi_extra=_GEOJSON)
def create(
    form: ItemForm, who: Editor, writing: WritingDep, request: Request, settings: SettingsDep
) -> Response:
    """Cut a new cell out of the one it lies in."""
    del who
    named = form.properties or {}
    wanted = form.id if form.id is not None else named.get("cell_id")
    shape = writing.shape(form)
    if shape is None:
        raise InputError(Problem("ITEM_SHAPE", "a new cell has an outline"))

    def lead(cells: Any) -> Edits:  # noqa: ANN401
        edits = creating(cells, None if wanted is None else str(wanted), shape)
        name = named.get("name")
        made = next(i for i in edits[0]["new_ids"] if i != edits[0]["cell_id"])
        return edits + ([{"op": "rename", "cell_id": made, "name": name}] if name else [])

    edits = writing.save(None, lead)
    made = next(i for i in edits[0]["new_ids"] if i != edits[0]["cell_id"])
    path = f"/ogc/plans/{quote(writing.plan_id, safe='')}/collections/{WRITTEN}/items/{quote(made)}"
    return Response(status_code=201, headers={"Location": address(request, settings, path)})


@router.put("/{item_id:path}", status_code=204, openapi_extra=_GEOJSON)
def replace(item_id: ItemId, form: ItemForm, who: Editor, writing: WritingDep) -> None:
    """Give a cell another name, lock or outline; a neighbour's border moves with it."""
    del who
    shape = writing.shape(form)
    named = form.properties or {}
    writing.save(item_id, lambda cells: replacing(cells[item_id], named, shape))


@router.patch("/{item_id:path}", status_code=204, openapi_extra=_GEOJSON)
def change(item_id: ItemId, form: ItemForm, who: Editor, writing: WritingDep) -> None:
    """Change a cell as `replace` does: there, too, what is left out stays."""
    replace(item_id, form, who, writing)


@router.delete("/{item_id:path}", status_code=204)
def delete(item_id: ItemId, who: Editor, writing: WritingDep) -> None:
    """Give a cell's ground to the neighbour with the longest common border."""
    del who
    writing.save(item_id, lambda cells: deleting(cells, item_id))
