"""What plans have produced: files of results, and the plan itself for QGIS."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi import Path as InPath

from onegrid.io.shapefiles import Encoding
from onegrid.pipeline.exporting import Form, take_away
from onegrid.pipeline.plan_tables import RECORD_FILE, is_stale
from onegrid.store import audit, plans, results
from onegrid.store.ground import made_from
from onegrid_api.deps import Exporter, OfficeDep, PageDep, by
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS, Listing
from onegrid_api.routes.plans import PlanId

router = APIRouter(prefix="/api/plans/{plan_id}", tags=["results"], responses=ERRORS)
_WHOLE: Final = "these files are of the whole district"
_BYTES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/octet-stream": {}}}}


@router.get("/results")
def list_results(plan_id: PlanId, who: Exporter, office: OfficeDep, page: PageDep) -> Listing:
    """Return the files of a plan; ``stale`` ones are of an earlier grid, doors or facilities."""
    del who
    with office.workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        ground = made_from(connection, plan_id)
        found = [r for r in results.list_results(connection, plan_id) if r.name != RECORD_FILE]
    told = [{**asdict(one), "stale": is_stale(one, head, ground)} for one in found]
    return Listing.model_validate(page.of(told))


@router.get("/results/{name}", response_class=Response, responses=_BYTES)
def read_result(
    plan_id: PlanId,
    name: Annotated[str, InPath(max_length=100)],
    who: Exporter,
    office: OfficeDep,
) -> Response:
    """Return a file of a plan as it was made, with every figure; the reading is on record."""
    who.refuse_part(_WHOLE)
    with office.workspace.writing() as connection:
        plans.plan_head(connection, plan_id)
        found = {r.name: r for r in results.list_results(connection, plan_id)}.get(name)
        if found is None or name == RECORD_FILE:
            msg = f"no file {name!r}"
            raise NotThereError(msg)
        audit.note(connection, by(who), "export", plan_id, {"file": name})
        content = results.content_of(connection, found.sha256)
    return _file(content, name)


@router.get("/export", response_class=Response, responses=_BYTES)
def export(
    plan_id: PlanId,
    who: Exporter,
    office: OfficeDep,
    form: Annotated[Form, Query(alias="format")] = "folder",
    encoding: Annotated[Encoding, Query(description="of the texts of shapefiles")] = "utf-8",
) -> Response:
    """Return a plan as it stands as one file; the export is on record.

    ``folder`` is everything in an archive, ``gpkg`` the grid, ``shp`` an archive of shapefiles,
    ``geojson`` the cells, ``dxf`` the borders for CAD, ``xlsx`` the report with every figure,
    ``sheets`` a page of A4 for each cell; ``pmtiles`` is a map that may be published: figures of
    few people are not in it.
    """
    who.refuse_part(_WHOLE)
    taken = take_away(office.workspace, plan_id, form, encoding=encoding)
    with office.workspace.writing() as connection:
        audit.note(connection, by(who), "export", plan_id, taken.about)
    return _file(taken.content, f"{plan_id}{taken.suffix}")


def _file(content: bytes, name: str) -> Response:
    attached = f"attachment; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": attached, "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)
