"""Vector tiles of the plans that somebody works on."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from onegrid.maps.tile_grid import Tile
from onegrid.store import audit
from onegrid_api.access import Who
from onegrid_api.deps import Office, OfficeDep, Reader, SettingsDep, VersionDep, by
from onegrid_api.forms import ERRORS
from onegrid_api.plan_sources import plan_sources
from onegrid_api.routes.plans import PlanId
from onegrid_api.routes.tiles import (
    BYTES,
    LayerName,
    Step,
    WantedQuery,
    Zoom,
    described,
    drawn,
    listed,
    template,
)
from onegrid_api.schemas import LayerList, TileJson
from onegrid_api.sources import source_of
from onegrid_api.tiles import Source

router = APIRouter(prefix="/api/plans/{plan_id}/tiles", tags=["tiles"], responses=ERRORS)


@router.get("")
def list_layers(plan_id: PlanId, who: Reader, office: OfficeDep) -> LayerList:
    """Return the layers of a plan that have tiles for whoever asks."""
    return listed(plan_sources(office, plan_id, who), f"/api/plans/{plan_id}/tiles")


@router.get("/{layer}.json")
def describe(  # noqa: PLR0913, PLR0917  (a request)
    plan_id: PlanId,
    layer: LayerName,
    who: Reader,
    office: OfficeDep,
    request: Request,
    settings: SettingsDep,
    wanted: WantedQuery,
) -> TileJson:
    """Return where the tiles of a layer of a plan are, what is in them and where."""
    source = wanted.of(_source(office, plan_id, who, layer))
    return described(source, template(request, secure=settings.secure_cookies))


@router.get("/{layer}/{z}/{x}/{y}.mvt", response_class=Response, responses=BYTES)
def tile(  # noqa: PLR0913, PLR0917  (a request)
    plan_id: PlanId,
    layer: LayerName,
    z: Zoom,
    x: Step,
    y: Step,
    who: Reader,
    office: OfficeDep,
    request: Request,
    version: VersionDep,
    wanted: WantedQuery,
) -> Response:
    """Return a tile of a plan as it stands; an edit changes only the tiles that it touches.

    Of cells elsewhere it holds the borders, not the figures. The first tile of ``people`` that a
    login reads is on record.
    """
    source = wanted.of(_source(office, plan_id, who, layer))
    if layer == "people":
        _note_reading(office, plan_id, who)
    return drawn(source, Tile(z, x, y), request, version)


def _source(office: Office, plan_id: str, who: Who, layer: str) -> Source:
    found = plan_sources(office, plan_id, who, only=layer)
    return source_of(found or plan_sources(office, plan_id, who), layer)


def _note_reading(office: Office, plan_id: str, who: Who) -> None:
    """Put the reading of people by a login on record, once: a map asks for hundreds of tiles."""
    if (who.session, plan_id) in office.readings:
        return
    with office.workspace.writing() as connection:
        audit.note(connection, by(who), "read people", plan_id, {"tiles": True})
    office.readings.add((who.session, plan_id))
