"""Facilities added, moved, changed and closed one by one, by the rules of an import."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import schema
from onegrid.crs import LONLAT, in_crs
from onegrid.errors import Gather, InputError, Problem
from onegrid.grids.edit.rows import CELLS
from onegrid.io.placing import misplaced
from onegrid.pipeline.plan_history import last_step
from onegrid.pipeline.plan_tables import is_stale
from onegrid.standards import kind_of_category, kinds
from onegrid.store import facilities, plans, results
from onegrid.store.facilities import Change, Facts
from onegrid.store.ground import made_from
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Row
    from onegrid.store import Workspace
    from onegrid.store.audit import By

    Check = Callable[[Sequence[Change], Mapping[str, Row]], None]

SAID: Final = (
    *("kind", "name", "floor_area_m2", "capacity_people"),
    *("opening_hours", "phone", "address"),
)


@dataclass(frozen=True)
class Done:
    """A save of facilities: the revision that stands now, what was changed, what is out of date."""

    revision: int
    changes: tuple[Change, ...]
    stale: tuple[str, ...]


def edit(
    workspace: Workspace,
    plan_id: str,
    edits: Sequence[Mapping[str, Any]],
    *,
    base: int,
    by: By,
    check: Check,
) -> Done:
    """Save edits of the facilities of a plan, all of them or none.

    Parameters
    ----------
    edits
        ``add``, ``move``, ``change``, ``enlarge`` and ``close`` as in scenarios, ``at`` in degrees.
    check
        May refuse the changes; it is given the cells of the plan too.

    Raises
    ------
    InputError
        With every problem of the edits.
    StaleError
        If the facilities have moved on from `base`.
    """
    with workspace.writing() as connection:
        there = facilities.facilities(connection, plan_id)
        if facilities.revision_of(connection, plan_id) == base:
            changes = performed(there, edits, crs=f"EPSG:{workspace.srid}")
            check(changes, read_layer(connection, plan_id, CELLS))
        else:
            changes = ()
        return _saved(connection, plan_id, changes, base=base, by=by)


def undo(
    workspace: Workspace, plan_id: str, *, base: int, by: By, check: Check, again: bool = False
) -> Done:
    """Take back one's own last save, or do ``again`` what was taken back last: a new save.

    Raises
    ------
    StateError
        ``NOTHING_TO_UNDO``, or ``UNDO_OTHERS`` if somebody else has saved since.
    StaleError
        If the facilities have moved on from `base`.
    """
    with workspace.writing() as connection:
        plans.plan_head(connection, plan_id)
        last = last_step(facilities.history(connection, plan_id), by.author, again=again)
        made = facilities.changes_of(connection, plan_id, last.revision)
        back = tuple(change.inverse() for change in reversed(made))
        check(back, read_layer(connection, plan_id, CELLS))
        return _saved(connection, plan_id, back, base=base, by=by, takes_back=last.revision)


def performed(
    there: Mapping[str, Facts], edits: Sequence[Mapping[str, Any]], *, crs: str
) -> tuple[Change, ...]:
    """Return what edits change, one after the other.

    Raises
    ------
    InputError
        With every problem: ids that are there or are not, unknown kinds, impossible places.

    Examples
    --------
    >>> there = {"f1": Facts("clinic", 500_000, 3_380_000, name="旧")}
    >>> (one,) = performed(there, [{"op": "change", "facility_id": "f1", "name": "新"}],
    ...                    crs="EPSG:4547")
    >>> one.before.name, one.after.name
    ('旧', '新')
    """
    now, gather = dict(there), Gather()
    made: list[Change] = []
    for number, asked in enumerate(edits):
        name, where = str(asked["facility_id"]), f"edits[{number}]"
        before = now.get(name)
        after = gather.attempt(_after, asked, before, where=where, crs=crs)
        if asked["op"] == "close":
            now.pop(name, None)
        elif after is not None:
            now[name] = after
        made.append(Change(str(asked["op"]), name, before, after))
    gather.check()
    _prove(now, {change.facility_id for change in made}, crs=crs)
    return tuple(made)


def _after(asked: Mapping[str, Any], before: Facts | None, *, where: str, crs: str) -> Facts | None:
    """Return a facility as an edit leaves it, None where it closes."""
    op, name = asked["op"], asked["facility_id"]
    if op == "add" and before is not None:
        raise InputError(Problem("FACILITY_EXISTS", f"there is a facility {name!r}", "", where))
    if op != "add" and before is None:
        raise InputError(Problem("FACILITY_UNKNOWN", f"no facility {name!r}", "", where))
    if op == "close":
        return None
    said: dict[str, Any] = {key: asked[key] for key in SAID if key in asked}
    if "kind" in said:
        known = kind_of_category(said["kind"]) or said["kind"]
        if known not in kinds():
            remedy = "use a kind of /api/standards"
            raise InputError(Problem("KIND_UNKNOWN", f"no kind {known!r}", "", where, remedy))
        said["kind"] = known
    if "at" in asked:
        said["x_m"], said["y_m"] = _in_grid(asked["at"], where=where, crs=crs)
    return Facts(**said) if before is None else replace(before, **said)


def _in_grid(at: Sequence[float], *, where: str, crs: str) -> tuple[float, float]:
    asked = gpd.GeoDataFrame(geometry=[shapely.Point(at)], crs=LONLAT)
    (point,) = in_crs(asked, crs).geometry
    if not np.isfinite((point.x, point.y)).all():
        raise InputError(Problem("COORDINATES", "cannot be expressed in the grid's CRS", "", where))
    return float(point.x), float(point.y)


def frame_of(found: Mapping[str, Facts], *, crs: str) -> gpd.GeoDataFrame:
    """Return facilities as a table of the schema, nothing known as an empty text or NaN."""
    table = schema.FACILITIES
    data = {
        name: [getattr(facts, name) or "" for facts in found.values()]
        if column.kind == "text"
        else np.array([getattr(facts, name) for facts in found.values()], dtype=float)
        for name, column in table.columns.items()
    }
    points = shapely.points([(facts.x_m, facts.y_m) for facts in found.values()])
    index = pd.Index(list(found), name=table.id, dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=points, crs=crs)


def _prove(now: Mapping[str, Facts], touched: set[str], *, crs: str) -> None:
    """Refuse what an import would refuse or leave out."""
    if not now:
        return
    frame = schema.FACILITIES.check(frame_of(now, crs=crs))
    wrong, what, remedy = misplaced(frame)
    for name in frame.index[wrong]:
        if name in touched:
            raise InputError(Problem("COORDINATES", what, "", str(name), remedy))


def _saved(
    connection: Connection,
    plan_id: str,
    changes: tuple[Change, ...],
    *,
    base: int,
    by: By,
    takes_back: int | None = None,
) -> Done:
    made = facilities.save(connection, plan_id, changes, base=base, by=by, takes_back=takes_back)
    head, ground = plans.plan_head(connection, plan_id), made_from(connection, plan_id)
    kept = results.list_results(connection, plan_id)
    stale = tuple(one.name for one in kept if is_stale(one, head, ground))
    return Done(made, changes, stale)
