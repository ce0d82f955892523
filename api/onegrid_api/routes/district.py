"""What the pages begin with: the district, its name, box and kinds; and what the standards know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from onegrid.crs import to_lonlat
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.norm_desk import bundled_heads, own_heads
from onegrid.standards import departments, profiles
from onegrid_api.deps import ResultsDep, SettingsDep, VersionDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import District, KindThere, Standards, Walker
from onegrid_api.signs import department_named, kinds_known, kinds_there, pack_known

if TYPE_CHECKING:
    from onegrid_api.deps import Office
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
        provider=None if settings.oidc is None else settings.oidc.label,
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


@router.get("/standards")
def standards(request: Request, version: VersionDep) -> Standards:
    """Return the kinds, departments and norm packs there are; the same for every plan."""
    office: Office | None = request.app.state.office
    heads = [*bundled_heads()]
    if office is not None:
        with office.workspace.reading() as connection:
            heads += own_heads(connection)
    told = Standards(
        kinds=kinds_known(),
        departments=[department_named(name) for name in departments()],
        packs=[pack_known(head) for head in heads],
    )
    version.is_of(told.model_dump_json())
    return told


def _box(results: Results) -> tuple[float, float, float, float]:
    def make() -> tuple[float, float, float, float]:
        west, south, east, north = to_lonlat(results.communities()).total_bounds.round(6).tolist()
        return west, south, east, north

    return results.made("box", ("grid.gpkg",), make)


def _kinds(results: Results) -> list[KindThere]:
    def make() -> list[KindThere]:
        return kinds_there(results.facilities()["kind"])

    return results.made("kinds", ("facilities.gpkg",), make)
