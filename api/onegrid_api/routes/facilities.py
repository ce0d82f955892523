"""The facilities, and the nearest ones on foot."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic_core import to_json

from onegrid.standards import DEFAULT_PROFILE
from onegrid_api.deps import LatQuery, LonQuery, PageDep, ResultsDep, VersionDep
from onegrid_api.forms import ERRORS
from onegrid_api.nearby import Nearby
from onegrid_api.schemas import FeaturePage, Nearest

router = APIRouter(prefix="/api", tags=["facilities"], responses=ERRORS)
_AT_ONCE: Final = 60  # answers that others can wait for: a few milliseconds


@router.get("/facilities")
def facilities(
    results: ResultsDep,
    page: PageDep,
    version: VersionDep,
    kind: Annotated[str | None, Query()] = None,
) -> FeaturePage:
    """Return facilities as GeoJSON, of one kind if asked."""
    version.is_of(results.state_of("facilities.gpkg"))
    total, features = results.facility_features(kind, page.rows)
    return FeaturePage(
        type="FeatureCollection", total=total, features=features, next=page.next(total)
    )


@router.get("/circles")
def circles(
    results: ResultsDep,
    page: PageDep,
    version: VersionDep,
    facility_id: Annotated[str | None, Query(max_length=200)] = None,
    minutes: Annotated[float | None, Query(gt=0, le=60)] = None,
) -> FeaturePage:
    """Return life circles as GeoJSON, of one facility or one time if asked."""
    version.is_of(results.state_of("circles.gpkg"))
    total, features = results.circle_features(facility_id, minutes, page.rows)
    return FeaturePage(
        type="FeatureCollection", total=total, features=features, next=page.next(total)
    )


@router.get("/nearest", response_model=Nearest)
async def nearest(
    results: ResultsDep,
    lon: LonQuery,
    lat: LatQuery,
    kind: Annotated[list[str] | None, Query(description="all kinds if left out")] = None,
    profile: Annotated[str, Query(description="who walks")] = DEFAULT_PROFILE,
    count: Annotated[int, Query(ge=1, le=20)] = 5,
) -> Response:
    """Return the nearest facilities of each kind by walking time, with the way there."""

    def ask(nearby: Nearby) -> bytes:
        return to_json(nearby.ask(lon, lat, kinds=kind or (), count=count))

    nearby = results.nearby_at_hand(profile)
    if nearby is not None and nearby.answers(kind or (), count) <= _AT_ONCE:
        found = ask(nearby)  # a turn in a thread takes half as long as the answer
    else:
        found = await run_in_threadpool(lambda: ask(results.nearby(profile)))
    return Response(found, media_type="application/json")
