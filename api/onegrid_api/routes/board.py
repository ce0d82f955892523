"""The street office's board: who reaches what, unit by unit, and what to do about it.

Anybody sees the public figures; whoever is logged in sees every figure of their own area, and
nothing of others'.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi import Path as InPath
from pydantic import BaseModel

from onegrid.reports import care
from onegrid.reports.inputs import published
from onegrid.reports.tables import norm_tables
from onegrid_api.access import Who
from onegrid_api.deps import Office, ResultsDep, who_asks
from onegrid_api.errors import NotThereError
from onegrid_api.forms import ERRORS
from onegrid_api.schemas import Figures

if TYPE_CHECKING:
    import pandas as pd

    from onegrid.reports.model import Table
    from onegrid_api.results import Results

router = APIRouter(prefix="/api", tags=["coverage"], responses=ERRORS)
_GAPS = "gaps.csv"
_MEDIA = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def viewer(request: Request) -> Who:
    """Return whoever asks; nobody where the service has no accounts."""
    office: Office | None = request.app.state.office
    return Who() if office is None else who_asks(request, office)


Viewer = Annotated[Who, Depends(viewer)]


class BoardUnit(Figures):
    """Figures of one unit for one kind and profile; what may not be published is null."""

    name: str
    parent: str
    profile: str
    unverified: str | None = None


class Board(BaseModel):
    """A board: its units, what else can be asked, and the norm; ``office``: every figure shown."""

    office: bool
    kinds: list[str]
    profiles: list[str]
    units: list[BoardUnit]
    norms: list[dict[str, Any]]


class BoardList(BaseModel):
    """A list as the report has it: columns with their form, and rows of values in their order."""

    key: str
    title: str
    note: str
    columns: list[dict[str, str]]
    rows: list[list[Any]]


class BoardLists(BaseModel):
    """What to do, in order, and the norms with how well they are known."""

    lists: list[BoardList]


@router.get("/board")
def board(
    results: ResultsDep,
    who: Viewer,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    profile: Annotated[str | None, Query(max_length=100)] = None,
) -> Board:
    """Return every unit's figures for one kind and one profile; the first of each if left out."""
    if _GAPS not in results.there():  # a board without rows: nothing is wrong
        return Board(office=who.may("read"), kinds=[], profiles=[], units=[], norms=[])
    gaps = _figures(results, who)
    kinds, profiles = (gaps[name].drop_duplicates().tolist() for name in ("kind", "profile"))
    asked = (gaps["kind"] == (kind or (kinds or [""])[0])) & (
        gaps["profile"] == (profile or (profiles or [""])[0])
    )
    rules = (results.report().get("standard") or {}).get("rules", ())
    return Board(
        office=who.may("read"),
        kinds=kinds,
        profiles=profiles,
        units=_units(results, gaps[asked]),
        norms=[rule for rule in rules if rule["kind"] == (kind or (kinds or [""])[0])],
    )


@router.get("/board/lists")
def lists(results: ResultsDep, who: Viewer) -> BoardLists:
    """Return what to do with its before and after, and the norms."""
    office, there = who.everywhere, tuple(results.there())
    return results.made(f"lists {office}", there, lambda: _lists(results, office=office))


@router.get("/board/{level}/{unit}")
def unit_board(
    results: ResultsDep,
    who: Viewer,
    level: Literal["district", "subdistrict", "community", "cell"],
    unit: Annotated[str, InPath(max_length=100)],
) -> list[BoardUnit]:
    """Return what one unit reaches: every kind for every profile."""
    gaps = _figures(results, who)
    rows = gaps[(gaps["level"] == level) & (gaps["id"] == unit)]
    if rows.empty:
        msg = f"no {level} {unit!r}"
        raise NotThereError(msg)
    return _units(results, rows)


@router.get("/report.xlsx", response_class=Response)
@router.get("/report.docx", response_class=Response)
def report(results: ResultsDep, request: Request) -> Response:
    """Return the public report as a file."""
    suffix = request.url.path.rpartition(".")[2]
    content = results.written(f".{suffix}")
    named = {"Content-Disposition": f'attachment; filename="report.{suffix}"'}
    return Response(content, media_type=_MEDIA[suffix], headers=named)


def _lists(results: Results, *, office: bool) -> BoardLists:
    told = published(replace(results.report_tables(), office=office))
    found = [*care.fix_tables(told), *norm_tables(told)]
    if told.elder_fixes is not None and len(told.elder_fixes):
        found.insert(0, care.elder_tables(told)[-1])
    return BoardLists(lists=[_told(table) for table in found])


def _figures(results: Results, who: Who) -> pd.DataFrame:
    """Return the public figures, or every figure of somebody's own area."""
    if not who.may("read"):
        return results.gaps()
    gaps, cells = results.report_tables().gaps, results.cells()
    if gaps is None:
        msg = "no coverage yet"
        raise NotThereError(msg)
    if who.everywhere:
        return gaps
    of_cell = zip(cells.index, cells["community_id"], cells["subdistrict_id"], strict=True)
    own = {("cell", cell) for cell, town, office in of_cell if who.covers(office, town)}
    towns = cells.drop_duplicates("community_id")
    pairs = zip(towns["community_id"], towns["subdistrict_id"], strict=True)
    own |= {("community", town) for town, office in pairs if who.covers(office, town)}
    own |= {("subdistrict", name) for name in cells["subdistrict_id"].unique() if who.covers(name)}
    keys = zip(gaps["level"], gaps["id"].astype(str), strict=True)
    return gaps[np.array([key in own for key in keys], dtype=bool)]


def _units(results: Results, gaps: pd.DataFrame) -> list[BoardUnit]:
    names, cells = results.report_tables().names, results.cells()
    towns = cells.drop_duplicates("community_id").set_index("community_id")["subdistrict_id"]
    parents = {"cell": cells["community_id"].to_dict(), "community": towns.to_dict()}
    rows = gaps.astype(object).where(gaps.notna(), None).to_dict("records")
    return [
        BoardUnit.model_validate(
            {
                **row,
                "name": names[row["level"]].get(row["id"], row["id"]),
                "parent": parents.get(row["level"], {}).get(row["id"], ""),
            }
        )
        for row in rows
    ]


def _told(table: Table) -> BoardList:
    fields = [column.field for column in table.columns if column.field in table.rows]
    rows = table.rows[fields].astype(object)
    return BoardList(
        key=table.key,
        title=table.title,
        note=table.note,
        columns=[
            {"field": c.field, "label": c.label, "form": c.form}
            for c in table.columns
            if c.field in fields
        ],
        rows=rows.where(rows.notna(), None).to_numpy().tolist(),
    )
