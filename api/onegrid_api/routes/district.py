"""The district as the pages begin with it: its name, its box, what it has, who may walk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from onegrid.crs import to_lonlat
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.standards import kinds, profiles, signs
from onegrid_api.deps import ResultsDep, SettingsDep, VersionDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import District, KindThere, Walker

if TYPE_CHECKING:
    from onegrid_api.results import Results

router = APIRouter(prefix="/api", tags=["grid"], responses=ERRORS)


@router.get("/district")
def district(
    results: ResultsDep, settings: SettingsDep, request: Request, version: VersionDep
) -> District:
    """Return what is there: nothing but a title before a plan is published."""
    there = set(results.there())
    version.is_of(*(results.state_of(name) for name in sorted(there)))
    source = results.report().get("source") or {}
    return District(
        title=settings.title,
        synthetic=bool(settings.synthetic or source.get("synthetic")),
        accounts=request.app.state.office is not None,
        grid="grid.gpkg" in there,
        nearest={NETWORK_FILE, "facilities.gpkg"} <= there,
        box=_box(results) if "grid.gpkg" in there else None,
        kinds=_kinds(results) if "facilities.gpkg" in there else [],
        profiles=[
            Walker(
                name=p.name,
                label_zh=p.label_zh,
                label_en=p.label_en,
                speed_m_s=p.speed_m_s,
                confidence=p.confidence,
            )
            for p in profiles().values()
        ],
    )


def _box(results: Results) -> tuple[float, float, float, float]:
    west, south, east, north = to_lonlat(results.communities()).total_bounds.round(6).tolist()
    return west, south, east, north


def _kinds(results: Results) -> list[KindThere]:
    """Return the kinds that are there, elder care first, each with the sign it is drawn by."""
    counts = results.facilities()["kind"].value_counts()
    return [_told(name, int(counts[name])) for name in signs.kind_order(set(counts.index))]


def _told(name: str, count: int) -> KindThere:
    known, sign = kinds().get(name), signs.facility_sign(name)
    return KindThere(
        name=name,
        label_zh=signs.kind_label(name),
        label_en=known.label_en if known else name,
        group=sign.label,
        glyph=sign.glyph,
        colour=sign.colour,
        count=count,
    )
