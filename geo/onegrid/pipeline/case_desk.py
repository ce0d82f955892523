"""Cases at work: a report finds its place, a move is made once, what is overdue goes up."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.crs import LONLAT, in_crs
from onegrid.errors import InputError, Problem, StateError
from onegrid.grids.edit.rows import CELLS, COMMUNITIES
from onegrid.operations.flows import ISSUE, RESIDENT, flow_of
from onegrid.operations.moves import moved, opened
from onegrid.operations.places import cells_under, near_by, old_cell
from onegrid.pipeline.admissions import department_for
from onegrid.standards import number
from onegrid.store import case_lists, cases, claims, plans, results
from onegrid.store.audit import stamp
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from onegrid.store.audit import By
    from onegrid.store.cases import CaseHead, Kept, Place, Sent
    from onegrid.store.reporters import Reporter

_CROSSWALK = "crosswalk.csv"


@dataclass(frozen=True)
class Similar:
    """A case that may be about the same thing, so many metres away."""

    case_id: str
    air_m: float


@dataclass(frozen=True)
class Received:
    """A case as it stands; ``made`` is false where it had come before."""

    kept: Kept
    made: bool
    similar: tuple[Similar, ...] = ()


def receive(
    connection: Connection,
    head: CaseHead,
    place: Place,
    *,
    reporter: Reporter,
    by: By,
    theirs: Callable[[Place], bool],
) -> Received:
    """Open a case, once however often it is sent.

    Parameters
    ----------
    place
        With a shape in the CRS of the workspace it is completed: cell, department, old cell.
    theirs
        Whether somebody works at a place; who does not reports like any resident.

    Raises
    ------
    InputError
        ``FLOW_UNKNOWN``, ``DUTY_UNKNOWN``, or ``OUTSIDE``: it lies in no cell.
    AccessError
        ``MOVE_ROLE`` if they may not open such a case there.
    StateError
        ``NO_GRID`` before a plan is published; ``CASE_EXISTS`` if another case has its id.
    """
    claims.claim(connection, head.case_id)
    flow_of(head.flow, register=head.register)
    there = cases.find_case(connection, head.case_id)
    asked = cases.asked_hash(head, place, reporter)
    if there is not None:
        if there.asked != asked:
            what = f"there is another case {head.case_id!r}"
            raise StateError(Problem("CASE_EXISTS", what, remedy="make an id for each case"))
        return Received(there, made=False)
    similar: tuple[Similar, ...] = ()
    if place.shape is not None:
        place = placed(connection, head, place)
        similar = _similar(connection, head.kind, place.shape, by.at)
    head = head if theirs(place) else replace(head, role=RESIDENT)
    standing = opened(head.flow, role=head.role, at=_time(by.at))
    cases.open_case(connection, head, place, standing, by=by, reporter=reporter)
    made = cases.case(connection, head.case_id, register=head.register)
    return Received(made, made=True, similar=similar)


def placed(connection: Connection, head: CaseHead, place: Place) -> Place:
    """Return where a case is: its cell on the published grid, the department's old cell."""
    plan = published_plan(connection)
    bare = shapely.set_srid(place.shape, 0)
    box = tuple(shapely.bounds(bare))
    rows = sorted(read_layer(connection, plan.plan_id, CELLS, box=box).items())
    shapes = np.array([row.shape for _, row in rows], dtype=object)
    found = int(cells_under(np.array([bare]), shapes)[0])
    if found < 0:
        remedy = "report it where the district's cells are"
        raise InputError(Problem("OUTSIDE", "the place lies in no cell", "", "", remedy))
    cell = rows[found][1]
    department = department_for(connection, head.kind) if head.register == ISSUE else None
    return replace(
        place,
        cell_id=cell.key.id,
        community_id=cell.text("community_id"),
        subdistrict_id=cell.text("subdistrict_id"),
        department=department,
        old_code=department and _old_code(connection, plan.plan_id, cell.key.id, department, bare),
        grid=grid_of(plan),
    )


def make_move(
    connection: Connection,
    case_id: str,
    sent: Sent,
    *,
    register: str,
    by: By,
    check: Callable[[Kept], None],
) -> Kept:
    """Move a case, once however often it is sent.

    Parameters
    ----------
    check
        Raises where whoever moves it may not.

    Raises
    ------
    InputError, StateError, AccessError, StaleError
        As `moved` and `cases.refuse_stale`; ``CASE_UNKNOWN``, ``MOVE_EXISTS``.
    """
    claims.claim(connection, case_id)
    kept = cases.case(connection, case_id, register=register)
    check(kept)
    if cases.repeated(connection, case_id, sent):
        return kept
    cases.refuse_stale(kept, sent.base)
    after = moved(kept.standing, sent.move)
    cases.save_move(connection, kept, after, sent, by=by)
    return cases.case(connection, case_id, register=register)


def place_at(lon: float, lat: float, *, srid: int) -> Place:
    """Return a place, in degrees and in the CRS of a workspace.

    Raises
    ------
    InputError
        ``OUTSIDE`` if the CRS does not reach there.
    """
    there = gpd.GeoDataFrame(geometry=[shapely.Point(lon, lat)], crs=LONLAT)
    point = in_crs(there, f"EPSG:{srid}").geometry.iloc[0]
    if not np.isfinite(shapely.get_coordinates(point)).all():
        raise InputError(Problem("OUTSIDE", "the place is far from the district"))
    return cases.Place(lon=lon, lat=lat, shape=shapely.set_srid(point, srid))


def community_place(connection: Connection, community_id: str) -> Place:
    """Return where a case is that is about a whole community.

    Raises
    ------
    InputError
        ``COMMUNITY_UNKNOWN``.
    """
    plan = published_plan(connection)
    rows = read_layer(connection, plan.plan_id, COMMUNITIES)
    if community_id not in rows:
        raise InputError(Problem("COMMUNITY_UNKNOWN", f"no community {community_id!r}"))
    subdistrict = rows[community_id].text("subdistrict_id")
    return cases.Place(community_id=community_id, subdistrict_id=subdistrict)


def published_plan(connection: Connection) -> plans.PlanHead:
    """Return the plan that is in force.

    Raises
    ------
    StateError
        ``NO_GRID`` before one is published.
    """
    plan = plan_in_force(connection)
    if plan is None:
        raise StateError(Problem("NO_GRID", "no plan is published", remedy="publish one first"))
    return plan


def plan_in_force(connection: Connection) -> plans.PlanHead | None:
    """Return the plan that is published, None before one is."""
    heads = (one for one in plans.list_plans(connection) if one.status == plans.PUBLISHED)
    return next(heads, None)


def grid_of(plan: plans.PlanHead) -> str:
    """Return what cases and registers note of the grid that their cell is of."""
    return f"{plan.plan_id}@{plan.revision}"


def _old_code(
    connection: Connection, plan_id: str, cell_id: str, department: str, point: shapely.Point
) -> str | None:
    """Return the old cell under a point, else the one that holds most of the cell."""
    box = tuple(shapely.bounds(point))
    for code, shape in case_lists.old_cells_at(connection, plan_id, department, box):
        if shapely.intersects(shapely.set_srid(shape, 0), point):
            return code
    files = {one.name: one.sha256 for one in results.list_results(connection, plan_id)}
    if _CROSSWALK not in files:
        return None
    content = results.content_of(connection, files[_CROSSWALK])
    table = pd.read_csv(io.BytesIO(content), dtype={"cell_id": str, "old_code": str})
    return old_cell(table, cell_id, department=department)


def _similar(
    connection: Connection, kind: str, point: shapely.Point, at: str
) -> tuple[Similar, ...]:
    within_m, days = number("issue_near_m"), number("issue_near_days")
    box = tuple(shapely.bounds(point.buffer(within_m)))
    since = stamp(_time(at) - timedelta(days=days))
    found = case_lists.near(connection, kind, box, since=since)
    places = np.array([one.place.shape for one in found], dtype=object)
    return tuple(
        Similar(found[i].head.case_id, round(air_m, 1))
        for i, air_m in near_by(point, places, within_m=within_m)
    )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
