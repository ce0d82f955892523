"""How the covered share of one's own area went from plan to plan."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query
from pydantic import BaseModel

from onegrid.store import plans, results
from onegrid_api.deps import OfficeDep, Reader
from onegrid_api.forms import ERRORS
from onegrid_api.results import GAP_TYPES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Who

router = APIRouter(prefix="/api", tags=["coverage"], responses=ERRORS)
_SHOWN = ("published", "retired")
_GAPS = "gaps.csv"
_LEVELS = ("district", "subdistrict", "community")


class Trend(BaseModel):
    """Plans that were published, the oldest first, and the covered shares of units in each."""

    plans: list[dict[str, str]]
    units: list[dict[str, Any]]


@router.get("/trend")
def trend(
    who: Reader,
    office: OfficeDep,
    kind: Annotated[str, Query(max_length=100)],
    profile: Annotated[str, Query(max_length=100)],
) -> Trend:
    """Return the covered shares of one's own area in every plan that was published."""
    with office.workspace.reading() as connection:
        heads = [head for head in plans.list_plans(connection) if head.status in _SHOWN]
        heads.sort(key=lambda head: (head.created_at, head.plan_id))
        found = {head.plan_id: _shares(connection, head.plan_id, kind, profile) for head in heads}
    told = [head for head in heads if not found[head.plan_id].empty]
    if not told:
        return Trend(plans=[], units=[])
    table = pd.concat({head.plan_id: found[head.plan_id] for head in told}, axis=1)
    units = [
        {"level": level, "id": unit, "shares": [None if pd.isna(v) else float(v) for v in row]}
        for (level, unit), row in zip(table.index, table.to_numpy(), strict=True)
        if _may_see(who, level, unit)
    ]
    named = [{"plan_id": p.plan_id, "name": p.name, "created_at": p.created_at} for p in told]
    return Trend(plans=named, units=units)


def _shares(connection: Connection, plan_id: str, kind: str, profile: str) -> pd.Series[float]:
    """Return the covered shares of a plan by level and unit, nothing where it has none."""
    kept = {one.name: one for one in results.list_results(connection, plan_id)}.get(_GAPS)
    if kept is None:
        return pd.Series(dtype=float)
    gaps = pd.read_csv(io.BytesIO(results.content_of(connection, kept.sha256)), dtype=GAP_TYPES)
    asked = (gaps["kind"] == kind) & (gaps["profile"] == profile) & gaps["level"].isin(_LEVELS)
    return gaps[asked].set_index(["level", "id"])["covered_share"]


def _may_see(who: Who, level: str, unit: str) -> bool:
    if level == "subdistrict":
        return who.covers(unit)
    return who.everywhere or (level == "community" and who.covers("", unit))
