"""The rows of plans that somebody works on, with their figures."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import geopandas as gpd
import numpy as np
import shapely
from fastapi import APIRouter, Depends, Query, Request

from onegrid.crs import LONLAT, in_crs
from onegrid.errors import AccessError, InputError, Problem
from onegrid.grids.edit.rows import CELLS
from onegrid.grids.locate import locate
from onegrid.maps.geojson import feature_collection
from onegrid.pipeline.plan_tables import residents
from onegrid.store import audit, plans
from onegrid.store.rows import read_layer
from onegrid_api.deps import (
    PAGE_SIZE,
    OfficeDep,
    Page,
    PageDep,
    PeopleReader,
    Reader,
    VersionDep,
    by,
)
from onegrid_api.forms import ERRORS
from onegrid_api.routes.plans import PlanId
from onegrid_api.schemas import FeaturePage
from onegrid_api.shown import Crs, features, of_area, theirs

router = APIRouter(prefix="/api/plans/{plan_id}", tags=["layers"], responses=ERRORS)
Layer = Literal["cells", "atoms", "conflicts", "communities", "subdistricts"]
BBox = Annotated[
    str | None,
    Query(
        max_length=100,
        description="west,south,east,north in degrees: rows whose box touches it",
        examples=["114.2,30.6,114.3,30.7"],
    ),
]
_LON_MAX, _LAT_MAX = 180, 90
_COUNTS = ["households", "people", "elders_60", "elders_80", "elders_alone"]


@router.get("/layers/{layer}")
def read_rows(  # noqa: PLR0913, PLR0917  (a request)
    plan_id: PlanId,
    layer: Layer,
    who: Reader,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    bbox: BBox = None,
    crs: Crs = "lonlat",
) -> FeaturePage:
    """Return rows of a layer as GeoJSON: those of one's areas."""
    srid = office.workspace.srid
    box = None if bbox is None else _box(bbox, srid)
    with office.workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        version.is_of(head.revision, who.name, () if who.person is None else who.person.areas)
        found = read_layer(connection, plan_id, layer, box=box)
        scoped = not who.everywhere and layer != CELLS
        cells = read_layer(connection, plan_id, CELLS) if scoped else found
    rows = of_area(who, layer, found.values(), cells=cells)
    made = features(rows[page.rows], crs=crs, srid=srid)
    return FeaturePage(
        type="FeatureCollection", total=len(rows), features=made, next=page.next(len(rows))
    )


def _whole(
    request: Request,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=10**9)] = PAGE_SIZE,
) -> Page:
    """Return a page as long as one asks: one reading is one answer, and one row of the audit."""
    return Page(request.url, offset, limit)


@router.get("/people")
def read_people(
    plan_id: PlanId,
    who: PeopleReader,
    office: OfficeDep,
    page: Annotated[Page, Depends(_whole)],
) -> FeaturePage:
    """Return doors with the counts of their residents, of one's areas; the reading is on record.

    A page may be as long as the plan is large, so that whoever needs all of them reads once.
    """
    with office.workspace.writing() as connection:
        plans.plan_head(connection, plan_id)
        people = residents(connection, plan_id)
        cells = read_layer(connection, plan_id, CELLS)
        own = theirs(who, cells)
        if not own:
            raise AccessError(Problem("OTHER_AREA", "no cell of this plan is in your area"))
        if people is not None:
            names = sorted(cells)
            home = locate(people.geometry.to_numpy(), np.array([cells[n].shape for n in names]))
            inside = [at >= 0 and names[at] in own for at in home]
            people = people[inside]
        total = 0 if people is None else len(people)
        shown = None if people is None else people.iloc[page.rows]
        read = 0 if shown is None else len(shown)
        audit.note(connection, by(who), "read people", plan_id, {"rows": read})
    made = [] if shown is None else feature_collection(shown, _COUNTS, decimals=7)["features"]
    return FeaturePage(type="FeatureCollection", total=total, features=made, next=page.next(total))


def box_of(text: str) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees.

    Raises
    ------
    InputError
        ``BBOX``.
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if not (-_LON_MAX <= west <= east <= _LON_MAX and -_LAT_MAX <= south <= north <= _LAT_MAX):
        raise InputError(Problem("BBOX", "not west,south,east,north in degrees"))
    return west, south, east, north


def _box(text: str, srid: int) -> tuple[float, float, float, float]:
    """Return the box around a box of degrees, in metres."""
    asked = gpd.GeoDataFrame(geometry=[shapely.box(*box_of(text))], crs=LONLAT)
    w, s, e, n = in_crs(asked, f"EPSG:{srid}").total_bounds.tolist()
    if not all(map(math.isfinite, (w, s, e, n))):
        raise InputError(Problem("BBOX", "too far away from the district"))
    return w, s, e, n
