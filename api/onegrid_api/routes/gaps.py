"""Who does not reach what: the public gaps."""

from __future__ import annotations

from typing import Annotated, Literal

import pandas as pd
from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from onegrid_api.deps import PageDep, ResultsDep
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import Gap, GapPage

router = APIRouter(prefix="/api", tags=["coverage"], responses=ERRORS)
Level = Literal["cell", "community", "subdistrict", "district"]


@router.get("/gaps")
def gaps(
    results: ResultsDep,
    page: PageDep,
    level: Annotated[Level | None, Query()] = None,
    kind: Annotated[str | None, Query()] = None,
    profile: Annotated[str | None, Query()] = None,
) -> GapPage:
    """Return rows of the gaps, of one level, facility kind or walking profile if asked."""
    table = results.gaps()
    for column, wanted in (("level", level), ("kind", kind), ("profile", profile)):
        if wanted is not None:
            table = table[table[column] == wanted]
    rows = table.iloc[page.rows].astype(object)
    items = [Gap.model_validate(row) for row in rows.where(pd.notna(rows), None).to_dict("records")]
    return GapPage(total=len(table), items=items, next=page.next(len(table)))


@router.get("/gaps.csv")
def gaps_csv(results: ResultsDep) -> PlainTextResponse:
    """Return the whole table of public gaps for a spreadsheet."""
    text = "\ufeff" + results.gaps().to_csv(index=False)  # the mark tells Excel that it is UTF-8
    name = {"Content-Disposition": 'attachment; filename="gaps.csv"'}
    return PlainTextResponse(text, media_type="text/csv", headers=name)
