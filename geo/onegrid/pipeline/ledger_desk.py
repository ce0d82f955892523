"""The ledger of a unit, put together from everything that is kept of it."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from onegrid.errors import InputError, Problem
from onegrid.grids.edit.rows import CELLS, COMMUNITIES, SUBDISTRICTS
from onegrid.grids.locate import locate
from onegrid.operations.cadence import due_in
from onegrid.operations.flows import ISSUE, PROJECT
from onegrid.operations.ledger import Ledger
from onegrid.pipeline.case_desk import published_plan
from onegrid.pipeline.register_desk import gaps_of_staff
from onegrid.store import case_lists, plans
from onegrid.store.entries import MEETING, NEED, POST, RESOURCE, list_entries
from onegrid.store.ground import FACILITIES, ground
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from onegrid.grids.edit import Row
    from onegrid.operations.cadence import Due

_FIGURES: Final = ("households", "people", "elders_60")
_NEWEST: Final = 20


def homes_of(connection: Connection, level: str, unit: str) -> tuple[str, str]:
    """Return the subdistrict and the community of a cell or a community.

    Raises
    ------
    InputError
        ``UNIT_UNKNOWN``.
    """
    cells = _cells(connection, level, unit)
    home = next(iter(cells.values()))
    return home.text("subdistrict_id"), home.text("community_id")


def ledger_of(connection: Connection, level: str, unit: str, *, names: bool, now: str) -> Ledger:
    """Return the ledger of a cell or a community of the plan in force.

    Parameters
    ----------
    names
        Whether it may tell who has which post.

    Raises
    ------
    InputError
        ``UNIT_UNKNOWN``.
    """
    plan = published_plan(connection)
    cells = _cells(connection, level, unit)
    community_id = homes_of(connection, level, unit)[1]
    towns = read_layer(connection, plan.plan_id, COMMUNITIES)
    town = towns[community_id].text("name") if community_id in towns else community_id
    first = next(iter(cells.values()))
    gaps = gaps_of_staff(connection)
    mine = gaps[gaps["id"].isin([*cells, unit])]
    staff = mine.groupby("post", sort=False)[["needed", "there", "missing"]].sum()
    column = f"{level}_id"
    issues, projects = (
        {
            row["state"]: row["cases"]
            for row in case_lists.tallies(
                connection, case_lists.Wanted(register, ((column, unit),)), ["state"], now=now
            )
        }
        for register in (ISSUE, PROJECT)
    )
    wanted = case_lists.Wanted(ISSUE, ((column, unit),), is_open=True)
    newest = case_lists.list_cases(connection, wanted, slice(0, _NEWEST))
    there = {
        register: [
            row
            for row in list_entries(connection, register)
            if row.active and getattr(row, column) == unit
        ]
        for register in (POST, NEED, RESOURCE)
    }
    return Ledger(
        level=level,
        unit=unit,
        name=first.text("name") if level == "cell" else town,
        code=first.text("code") if level == "cell" else unit,
        community=town,
        people={name: sum(row.count(name) for row in cells.values()) for name in _FIGURES},
        facilities=_facilities(connection, cells),
        staff=[
            {"post": post, "needed": int(needed), "there": int(there_), "missing": int(missing)}
            for post, needed, there_, missing in staff.itertuples()
        ],
        names=[{"post": r.kind, "name": r.title} for r in there[POST]] if names else [],
        issues=issues,
        open_issues=[
            {n: row[n] for n in ("case_id", "state", "kind", "tier", "due_at")} for row in newest
        ],
        needs=_kinds(there[NEED]),
        resources=_kinds(there[RESOURCE]),
        projects=projects,
        history=_history(connection, plan, {*cells, unit}),
    )


def units_of(connection: Connection, *, mine: Callable[[str, str], bool]) -> list[dict[str, str]]:
    """Return the communities and cells that are somebody's: level, id, name, unit above."""
    plan = published_plan(connection)
    towns = read_layer(connection, plan.plan_id, COMMUNITIES)
    cells = sorted(read_layer(connection, plan.plan_id, CELLS).items())
    found = [
        {
            "level": "community",
            "id": name,
            "name": row.text("name") or name,
            "parent": row.text("subdistrict_id"),
        }
        for name, row in sorted(towns.items())
        if mine(row.text("subdistrict_id"), name)
    ]
    return found + [
        {
            "level": "cell",
            "id": name,
            "name": row.text("name") or row.text("code") or name,
            "parent": row.text("community_id"),
        }
        for name, row in cells
        if mine(row.text("subdistrict_id"), row.text("community_id"))
    ]


def due_of(
    connection: Connection, year: int, *, mine: Callable[..., bool] | None = None
) -> tuple[list[Due], dict[str, str]]:
    """Return what is due in a year, in everybody's units or one's own, and the names of all units.

    Parameters
    ----------
    mine
        Whether a subdistrict, or a community of it, is somebody's.
    """
    plan = published_plan(connection)
    communities = read_layer(connection, plan.plan_id, COMMUNITIES)
    names = {name: row.text("name") or name for name, row in communities.items()}
    homes = {name: row.text("subdistrict_id") for name, row in communities.items()}
    offices = read_layer(connection, plan.plan_id, SUBDISTRICTS)
    names |= {name: row.text("subdistrict_name") or name for name, row in offices.items()}
    units = {
        "community": [n for n, home in homes.items() if mine is None or mine(home, n)],
        "subdistrict": [n for n in set(homes.values()) if mine is None or mine(n)],
    }
    held = [
        (row.kind, unit, date.fromisoformat(row.from_at[:10]))
        for row in list_entries(connection, MEETING)
        if row.active and row.from_at
        for unit in (row.community_id, row.subdistrict_id)
    ]
    return due_in(year, units, held), names


def _cells(connection: Connection, level: str, unit: str) -> dict[str, Row]:
    rows = read_layer(connection, published_plan(connection).plan_id, CELLS)
    found = {
        name: row
        for name, row in sorted(rows.items())
        if unit == (name if level == "cell" else row.text("community_id"))
    }
    if not found:
        raise InputError(Problem("UNIT_UNKNOWN", f"no {level} {unit!r} in the plan in force"))
    return found


def _facilities(connection: Connection, cells: Mapping[str, Row]) -> list[dict[str, Any]]:
    table = ground(connection, published_plan(connection).plan_id, FACILITIES)
    if not len(table):
        return []
    shapes = table.geometry.centroid.to_numpy()
    inside = locate(shapes, np.array([row.shape for row in cells.values()], dtype=object)) >= 0
    rows = table[inside][["kind", "name"]].fillna("").reset_index().to_dict("records")
    return [dict(row) for row in rows]


def _kinds(rows: list[Any]) -> dict[str, int]:
    return dict(sorted(Counter(row.kind for row in rows).items()))


def _history(connection: Connection, plan: plans.PlanHead, units: set[str]) -> list[dict[str, Any]]:
    """Return what was done to a unit, the newest first, in the plan and those it came from."""
    found: list[dict[str, Any]] = []
    head: plans.PlanHead | None = plan
    while head is not None and len(found) < _NEWEST:
        found += [
            {"at": one.saved_at, "revision": one.revision, "plan": head.plan_id,
             "what": ", ".join(sorted({op["op"] for op in one.ops}))}
            for one in plans.history(connection, head.plan_id)
            if any(units.intersection(op["ids"]) for op in one.ops)
        ]  # fmt: skip
        head = None if head.parent_id is None else plans.plan_head(connection, head.parent_id)
    return found[:_NEWEST]
