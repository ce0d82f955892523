"""OGC API Features: the published layers, and those of plans, for QGIS and other programs.

``/ogc`` is for anybody and reads only. ``/ogc/plans/{plan_id}`` is a plan that somebody works on:
its cells can be written while it is a draft.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, cast
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from onegrid.errors import Problem
from onegrid.store import plans
from onegrid.store.audit import by_now
from onegrid_api import ogc
from onegrid_api.deps import (
    READER,
    OfficeDep,
    Reader,
    ResultsDep,
    SettingsDep,
    VersionDep,
    address,
)
from onegrid_api.errors import NotThereError, QueryError, UnchangedError
from onegrid_api.forms import ERRORS
from onegrid_api.ogc_api import GEOJSON, JSON, OPENAPI, SCHEMA, description, query_parameters
from onegrid_api.ogc_crs import CRS84
from onegrid_api.plan_sources import plan_sources
from onegrid_api.routes.plans import PlanId
from onegrid_api.sources import public_sources, source_of
from onegrid_api.tiles import Source

Name = Annotated[str, Path(max_length=100, examples=["cells"])]
ItemId = Annotated[str, Path(max_length=300)]
WRITTEN: Final = "cells"  # the only layer whose rows can be written: the others follow from it


@dataclass(frozen=True)
class Site:
    """One landing page: where it is, whose layers it has, whether they can be written."""

    base: str
    title: str
    sources: dict[str, Source]
    writing: bool
    page_size_max: int


def _public(request: Request, results: ResultsDep, settings: SettingsDep) -> None:
    base = address(request, settings, "/ogc")
    sources = public_sources(results)
    most = settings.page_size_max
    request.state.site = Site(base, settings.title, sources, writing=False, page_size_max=most)


def _plan(
    plan_id: PlanId, who: Reader, office: OfficeDep, request: Request, settings: SettingsDep
) -> None:
    sources = plan_sources(office, plan_id, who)
    sources.pop("people", None)  # their reading is on record row by row: /api/plans/…/people
    with office.workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
    base = address(request, settings, f"/ogc/plans/{quote(plan_id, safe='')}")
    writing = head.status == plans.DRAFT and who.may("edit")
    title = head.name or plan_id
    request.state.site = Site(base, title, sources, writing, settings.page_size_max)


def _site(request: Request) -> Site:
    site = getattr(request.state, "site", None)
    if site is None:  # the address itself is not understood: FastAPI asks what depends on it too
        msg = "no such address"
        raise NotThereError(msg)
    return cast("Site", site)


SiteDep = Annotated[Site, Depends(_site)]


def _unasked(request: Request, site: SiteDep) -> Site:
    """Refuse parameters where there are none, as the standard wants it."""
    if request.query_params:
        problems = [
            Problem("QUERY", "no such parameter", "", name) for name in request.query_params
        ]
        raise QueryError(*problems)
    return site


UnaskedDep = Annotated[Site, Depends(_unasked)]
public = APIRouter(prefix="/ogc", tags=["ogc"], responses=ERRORS, dependencies=[Depends(_public)])
office = APIRouter(
    prefix="/ogc/plans/{plan_id}",
    tags=["ogc"],
    responses=ERRORS,
    dependencies=[READER, Depends(_plan)],
)


def landing(site: UnaskedDep) -> dict[str, Any]:
    """Return where everything is."""
    link, base = ogc.link, site.base
    return {
        "title": site.title,
        "description": "Grid, life circles and service gaps of one district.",
        "links": [
            link("self", base, JSON),
            link("service-desc", f"{base}/api", OPENAPI),
            link("service-doc", f"{base.partition('/ogc')[0]}/api/docs", "text/html"),
            link("conformance", f"{base}/conformance", JSON),
            link("http://www.opengis.net/def/rel/ogc/1.0/conformance", f"{base}/conformance",
                 JSON),
            link("data", f"{base}/collections", JSON),
        ],
    }  # fmt: skip


def conformance(site: UnaskedDep) -> dict[str, list[str]]:
    """Return what the service conforms to."""
    return {"conformsTo": ogc.CONFORMANCE + (ogc.WRITING if site.writing else [])}


def describe(site: UnaskedDep) -> Response:
    """Describe this interface as OpenAPI 3.0."""
    told = description(site.base, site.title, writing=site.writing)
    return JSONResponse(told, media_type=OPENAPI)


def collections(site: UnaskedDep) -> dict[str, Any]:
    """Return the layers."""
    found = [ogc.collection(source, site.base) for source in site.sources.values()]
    crs = sorted({uri for one in found for uri in one["crs"]} - {CRS84})
    here = ogc.link("self", f"{site.base}/collections", JSON)
    return {"links": [here], "collections": found, "crs": [CRS84, *crs]}


def collection(name: Name, site: UnaskedDep) -> dict[str, Any]:
    """Return one layer."""
    return ogc.collection(source_of(site.sources, name), site.base)


def queryables(name: Name, site: UnaskedDep) -> Response:
    """Return what the items of a layer can be asked by."""
    told = ogc.queryables(source_of(site.sources, name), site.base)
    return JSONResponse(told, media_type=SCHEMA)


def items(name: Name, site: SiteDep, request: Request, version: VersionDep) -> Response:
    """Return items of a layer as GeoJSON; every property can be asked for by its value."""
    source = source_of(site.sources, name)
    version.is_of(source.key, source.state)
    frame = source.frame()
    asked = dict(request.query_params.multi_items())
    query = ogc.read_query(asked.items(), frame, site.page_size_max)
    found = ogc.picked(frame, query)
    page = found.iloc[query.offset : query.offset + query.limit]
    here = f"{site.base}/collections/{quote(name)}/items"
    body = {
        "type": "FeatureCollection",
        "features": ogc.features(page, query.crs),
        "links": ogc.page_links(here, asked, query, len(found)),
        "timeStamp": by_now("").at,
        "numberMatched": len(found),
        "numberReturned": len(page),
    }
    return JSONResponse(body, media_type=GEOJSON, headers=_headers(version.headers, query.crs))


def item(name: Name, item_id: ItemId, site: SiteDep, request: Request) -> Response:
    """Return one item of a layer."""
    frame = source_of(site.sources, name).frame()
    query = ogc.read_query(request.query_params.multi_items(), frame, 1)
    row = ogc.item_of(frame, item_id)
    tag = ogc.tag_of(row)
    if request.headers.get("If-None-Match") == tag:
        raise UnchangedError(tag)
    (body,) = ogc.features(row, query.crs)
    here = f"{site.base}/collections/{quote(name)}"
    body["links"] = [
        ogc.link("self", f"{here}/items/{quote(item_id)}", GEOJSON),
        ogc.link("collection", here, JSON),
    ]
    headers = _headers({"ETag": tag, "Cache-Control": "private, no-cache"}, query.crs)
    return JSONResponse(body, media_type=GEOJSON, headers=headers)


def allowed(name: Name, site: SiteDep) -> Response:
    """Say which methods a layer knows: whoever draws offers to add what can be added."""
    return _allow(["POST"] if site.writing and name == WRITTEN else [])


def allowed_of_one(name: Name, item_id: ItemId, site: SiteDep) -> Response:
    """Say which methods an item knows: whoever draws offers to edit what can be written."""
    del item_id
    return _allow(["PUT", "PATCH", "DELETE"] if site.writing and name == WRITTEN else [])


def _allow(methods: list[str]) -> Response:
    return Response(status_code=204, headers={"Allow": ", ".join(["GET", "OPTIONS", *methods])})


def _headers(headers: dict[str, str], crs: str) -> dict[str, str]:
    return headers | {"Content-Crs": f"<{crs}>"}


_HERE: Final = "/collections/{name}"
_GEOJSON: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {GEOJSON: {}}}}
for _router in (public, office):
    _router.add_api_route("", landing)
    _router.add_api_route("/", landing, include_in_schema=False)
    _router.add_api_route("/conformance", conformance)
    _router.add_api_route("/api", describe, response_class=Response)
    _router.add_api_route("/collections", collections)
    _router.add_api_route(_HERE, collection)
    _router.add_api_route(f"{_HERE}/queryables", queryables, response_class=Response)
    _router.add_api_route(
        f"{_HERE}/items",
        items,
        response_class=Response,
        responses=_GEOJSON,
        openapi_extra={"parameters": query_parameters()},
    )
    _router.add_api_route(f"{_HERE}/items", allowed, methods=["OPTIONS"], status_code=204)
    _router.add_api_route(
        f"{_HERE}/items/{{item_id:path}}", allowed_of_one, methods=["OPTIONS"], status_code=204
    )
    _router.add_api_route(
        f"{_HERE}/items/{{item_id:path}}", item, response_class=Response, responses=_GEOJSON
    )
