"""What time and a new grid do to cases and registers, worked out when somebody looks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import LONLAT, in_crs
from onegrid.grids.edit.rows import CELLS
from onegrid.operations.moves import escalated
from onegrid.operations.places import cells_under
from onegrid.pipeline.case_desk import grid_of, plan_in_force
from onegrid.store import case_lists, cases, claims, entries
from onegrid.store.audit import By
from onegrid.store.rows import read_layer
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from onegrid.store import Workspace, plans

    Home = tuple[str, str, str]  # cell, community, subdistrict

_LOST = By("", "", "the grid was drawn anew")


def bring_up_to_date(workspace: Workspace, *, now: str) -> None:
    """Pass on what is overdue; give cases and rows of an older grid their cells of the present."""
    with workspace.reading() as connection:
        behind = bool(case_lists.overdue(connection, now=now)) or _is_behind(connection)
    if not behind:
        return
    with workspace.writing() as connection:
        claims.claim_all(connection)
        for kept in case_lists.overdue(connection, now=now):
            steps = escalated(kept.standing, datetime.fromisoformat(now))
            cases.escalate(connection, kept, steps)
        plan = plan_in_force(connection)
        if plan is not None:
            by = replace(_LOST, at=now)
            _follow_cases(connection, plan, by)
            _follow_entries(connection, plan, by)


def _is_behind(connection: Connection) -> bool:
    plan = plan_in_force(connection)
    if plan is None:
        return False
    grid = grid_of(plan)
    return bool(
        case_lists.of_other_grid(connection, grid) or entries.of_other_grid(connection, grid)
    )


def _follow_cases(connection: Connection, plan: plans.PlanHead, by: By) -> None:
    """Give every case of an older grid the cell its point lies in now."""
    grid = grid_of(plan)
    found = case_lists.of_other_grid(connection, grid)
    for kept, home in zip(found, _homes(connection, plan, [k.place.shape for k in found]),
                          strict=True):  # fmt: skip
        cell, community, subdistrict = home
        was = (kept.place.cell_id, kept.place.community_id, kept.place.subdistrict_id)
        if home != was:
            there = replace(kept.place, grid=grid, cell_id=cell, community_id=community,
                            subdistrict_id=subdistrict)  # fmt: skip
            cases.follow(connection, kept, there, by=by)
    if found:
        case_lists.keep_grid(connection, grid)


def _follow_entries(connection: Connection, plan: plans.PlanHead, by: By) -> None:
    """Give every row of a register the cell that its place, or its old cell, lies in now."""
    grid = grid_of(plan)
    found = [
        (row, point)
        for row in entries.of_other_grid(connection, grid)
        if (point := _point_of(connection, row)) is not None
    ]
    homes = _homes(connection, plan, [point for _, point in found])
    for (row, _), home in zip(found, homes, strict=True):
        entries.follow(connection, row, *home, by=by)
    entries.keep_grid(connection, grid)


def _point_of(connection: Connection, row: entries.Row) -> shapely.Point | None:
    """Return where a row is: its place, else inside its old cell; None where neither is known."""
    if row.lon is not None and row.lat is not None:
        there = gpd.GeoSeries([shapely.Point(row.lon, row.lat)], crs=LONLAT).to_frame("geometry")
        return in_crs(there.set_geometry("geometry"), f"EPSG:{srid_of(connection)}").geometry.iloc[
            0
        ]
    old_plan = (row.grid or "").rpartition("@")[0]
    cells = read_layer(connection, old_plan, CELLS)
    return shapely.point_on_surface(cells[row.cell_id].shape) if row.cell_id in cells else None


def _homes(
    connection: Connection, plan: plans.PlanHead, points: Sequence[shapely.Point]
) -> list[Home]:
    """Return the cell of a plan that each point lies in, else the nearest, and what it is in."""
    if not points:
        return []
    rows = sorted(read_layer(connection, plan.plan_id, CELLS).items())
    shapes = np.array([row.shape for _, row in rows], dtype=object)
    places = shapely.set_srid(np.array(points, dtype=object), 0)
    return [
        (rows[at][0], rows[at][1].text("community_id"), rows[at][1].text("subdistrict_id"))
        for at in cells_under(places, shapes, nearest=True)
    ]
