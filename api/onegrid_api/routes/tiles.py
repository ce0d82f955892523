"""Vector tiles: of what everybody may see, and of the plans that somebody works on."""

from __future__ import annotations

from typing import Annotated, Any, Final

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, Field

from onegrid.crs import to_lonlat
from onegrid.errors import InputError, Problem
from onegrid.maps.tile_grid import ZOOM_MAX, Tile
from onegrid_api.deps import ResultsDep, SettingsDep, VersionDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import LayerList, TileJson
from onegrid_api.sources import narrowed, public_source, public_sources
from onegrid_api.tiles import Source, Tiles

router = APIRouter(tags=["tiles"], responses=ERRORS)
MVT: Final = "application/vnd.mapbox-vector-tile"
DRAWN_ZOOM_MAX: Final = 18  # a step is 4 cm there; maps enlarge what they have
BYTES: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {MVT: {}}}}
LayerName = Annotated[str, Path(max_length=100, examples=["cells"])]
Zoom = Annotated[int, Path(ge=0, le=ZOOM_MAX)]
Step = Annotated[int, Path(ge=0, lt=1 << ZOOM_MAX)]


class Wanted(BaseModel):
    """Which rows of a layer a map wants; None is any."""

    kind: str | None = Field(None, max_length=100, description="only this kind of facility")
    profile: str | None = Field(None, max_length=100, description="only of who walks so")
    minutes: float | None = Field(None, gt=0, le=60, description="only circles of this time")

    def of(self, source: Source) -> Source:
        """Return those rows of a layer."""
        return narrowed(source, self.model_dump())


WantedQuery = Annotated[Wanted, Query()]


@router.get("/api/tiles")
def list_layers(results: ResultsDep) -> LayerList:
    """Return the layers that have tiles."""
    return listed(public_sources(results), "/api/tiles")


@router.get("/api/tiles/{layer}.json")
def describe(
    layer: LayerName,
    results: ResultsDep,
    request: Request,
    settings: SettingsDep,
    wanted: WantedQuery,
) -> TileJson:
    """Return where the tiles of a layer are, what is in them and where, as maps want it."""
    source = wanted.of(public_source(results, layer))
    return described(source, template(request, secure=settings.secure_cookies))


@router.get("/api/tiles/{layer}/{z}/{x}/{y}.mvt", response_class=Response, responses=BYTES)
def tile(  # noqa: PLR0913, PLR0917  (a request)
    layer: LayerName,
    z: Zoom,
    x: Step,
    y: Step,
    results: ResultsDep,
    request: Request,
    version: VersionDep,
    wanted: WantedQuery,
) -> Response:
    """Return a tile of a layer; counts of few people are not in it."""
    return drawn(wanted.of(public_source(results, layer)), Tile(z, x, y), request, version)


def listed(sources: dict[str, Source], address: str) -> LayerList:
    """Return layers as a list."""
    items = [
        {"layer": one.name, "title": one.title, "tilejson": f"{address}/{one.name}.json"}
        for one in sources.values()
    ]
    return LayerList.model_validate({"items": items})


def template(request: Request, *, secure: bool) -> str:
    """Return the address of tiles, with places for zoom, column and row."""
    url = request.url.replace(scheme="https") if secure else request.url
    base = str(url.replace(query="")).removesuffix(".json")
    query = f"?{url.query}" if url.query else ""
    return base + "/{z}/{x}/{y}.mvt" + query


def described(source: Source, address: str) -> TileJson:
    """Return a layer as TileJSON."""
    frame = source.frame()
    columns = [str(frame.index.name), *(c for c in frame.columns if c != frame.geometry.name)]
    fields = {name: "String" if name == columns[0] else _field(frame[name]) for name in columns}
    west, south, east, north = (
        (-180.0, -85.0, 180.0, 85.0)
        if frame.geometry.isna().all()
        else to_lonlat(frame).total_bounds.round(6).tolist()
    )
    zooms = {"minzoom": source.zoom_min, "maxzoom": DRAWN_ZOOM_MAX}
    layer = {"id": source.name, "description": source.title, "fields": fields, **zooms}
    return TileJson.model_validate(
        {
            "name": source.title,
            "tiles": [address],
            "vector_layers": [layer],
            "bounds": [west, south, east, north],
            **zooms,
        }
    )


def drawn(source: Source, tile: Tile, request: Request, version: VersionDep) -> Response:
    """Return a tile of a layer as an answer; whoever has the same content already is told so."""
    if max(tile.x, tile.y) >= 1 << tile.z:
        raise InputError(Problem("TILE", "no such column or row at this zoom"))
    tiles: Tiles = request.app.state.tiles
    made = tiles.tile(source, tile)
    version.is_of(made.digest)
    headers = version.headers | {"Vary": "Accept-Encoding"}
    if made.content and "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(made.content, media_type=MVT, headers=headers)
    return Response(made.plain, media_type=MVT, headers=headers)


def _field(values: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(values):
        return "Boolean"
    return "Number" if pd.api.types.is_numeric_dtype(values) else "String"
