"""What plans are made from: departments' grids, residents by door, facilities; with their files.

Every import is a batch of rows, and a plan names the batches it is made from: plans of two
districts, or of two years, keep their own. A branch shares those of its plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import TableClause, column, delete, func, insert, literal, select

from onegrid.store.geopackage import UNTOUCHED
from onegrid.store.models import Batch, DepartmentGrid, Door, Facility, Plan, PlanGround

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Connection, Select, Table

    from onegrid.store.audit import By

DEPARTMENT: Final = "department"
PEOPLE: Final = "people"
FACILITIES: Final = "facilities"
# role of an import: its table, and the name of the table's index where it is one
_TABLES: Final = {DEPARTMENT: DepartmentGrid, PEOPLE: Door, FACILITIES: Facility}
_INDEX: Final = {PEOPLE: "id", FACILITIES: "facility_id"}
_CONTENTS: Final = TableClause("gpkg_contents", column("table_name"), column("last_change"))


@dataclass(frozen=True)
class Source:
    """Where imported rows come from: a file, its hash, and what the import found in it.

    ``crs`` and ``encoding`` are the file's own, None where nobody knows.
    """

    role: str
    file: str
    sha256: str
    findings: tuple[Mapping[str, Any], ...] = ()
    department: str = ""
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class BatchHead:
    """A batch that a plan is made from; ``name`` is the department's, ``rows`` as imported.

    ``touched`` is when another program last edited its table in the file; empty if none did.
    """

    role: str
    name: str
    batch_id: int
    revision: int
    source: str
    rows: int
    imported_at: str
    sha256: str
    crs: str | None
    encoding: str | None
    touched: str


def put_ground(
    connection: Connection,
    plan_id: str | None,
    frame: gpd.GeoDataFrame,
    source: Source,
    *,
    by: By,
) -> None:
    """Make a plan from a table, in place of the one of that role and department.

    Parameters
    ----------
    plan_id
        Other plans keep what they are made from; None is for every plan.
    """
    table = _table(source.role)
    batch_id = _add_batch(connection, source, rows=len(frame), by=by)
    fixed: dict[str, Any] = {"batch_id": batch_id}
    fixed |= {"department": source.department} if source.department else {}
    records = _records(frame, table, fixed, _INDEX.get(source.role))
    if records:
        connection.execute(insert(table), records)
    _link(connection, plan_id, source, batch_id)
    used = select(PlanGround.batch_id)
    connection.execute(delete(table).where(table.c.batch_id.not_in(used)))


def put_empty(connection: Connection, plan_id: str, source: Source, *, by: By) -> int:
    """Make a plan from a table without rows, to be filled one by one; return its batch."""
    batch_id = _add_batch(connection, source, rows=0, by=by)
    _link(connection, plan_id, source, batch_id)
    return batch_id


def share_ground(connection: Connection, plan_id: str, *, to: str) -> None:
    """Make another plan from what a plan is made from."""
    links = PlanGround.__table__.c
    found = select(links.role, links.name, links.batch_id).where(links.plan_id == plan_id)
    rows = [{"plan_id": to, **row} for row in connection.execute(found).mappings()]
    if rows:
        connection.execute(insert(PlanGround), rows)


def ground(
    connection: Connection, plan_id: str, role: str, *, department: str = ""
) -> gpd.GeoDataFrame:
    """Return a table that a plan is made from, in the order of its file; empty if there is none."""
    table = _table(role)
    query = select(table).where(table.c.batch_id.in_(batch_ids(plan_id, role, name=department)))
    rows = connection.execute(query.order_by(table.c.fid)).mappings().all()
    names = [c.name for c in table.columns if c.name not in ("fid", "batch_id", "shape")]
    shapes = np.array([row["shape"] for row in rows], dtype=object)
    srid = int(shapely.get_srid(shapes[0])) if len(shapes) else None
    data = pd.DataFrame([{n: row[n] for n in names} for row in rows], columns=names)
    frame = gpd.GeoDataFrame(data, geometry=shapely.set_srid(shapes, 0), crs=srid)
    index = _INDEX.get(role)
    return frame.set_index(index) if index else frame.drop(columns="department")


def batch_ids(plan_id: str, role: str, *, name: str = "") -> Select[int]:
    """Return the query for the batch that a plan is made from."""
    return select(PlanGround.batch_id).where(
        PlanGround.plan_id == plan_id, PlanGround.role == role, PlanGround.name == name
    )


def batches_of(connection: Connection, plan_id: str, role: str) -> list[BatchHead]:
    """Return the batches of a role that a plan is made from, by department."""
    batch, touched = Batch.__table__.c, _touched(connection, role)
    query = (
        select(*(batch.get(name, touched) for name in BatchHead.__dataclass_fields__))
        .join(PlanGround.__table__, PlanGround.batch_id == batch.batch_id)
        .where(PlanGround.plan_id == plan_id, PlanGround.role == role)
        .order_by(batch.name)
    )
    return [BatchHead(**row) for row in connection.execute(query).mappings()]


def made_from(connection: Connection, plan_id: str) -> str:
    """Return which doors and facilities a plan is made from, as its results remember it."""
    found = [one for role in (PEOPLE, FACILITIES) for one in batches_of(connection, plan_id, role)]
    return " ".join(f"{one.role}:{one.batch_id}@{one.revision}{one.touched}" for one in found)


def _touched(connection: Connection, role: str) -> ColumnElement[str]:
    """Return when another program edited a table: GDAL and QGIS write it down, and we do not."""
    if connection.dialect.name != "sqlite":
        return literal("").label("touched")
    last = _CONTENTS.c.last_change
    edited = select(last).where(_CONTENTS.c.table_name == _table(role).name, last != UNTOUCHED)
    return func.coalesce(edited.scalar_subquery(), "").label("touched")


def departments(connection: Connection, plan_id: str) -> list[str]:
    """Return the names of the departments whose grids a plan is made from."""
    return [one.name for one in batches_of(connection, plan_id, DEPARTMENT)]


def _add_batch(connection: Connection, source: Source, *, rows: int, by: By) -> int:
    batch = {
        "role": source.role,
        "name": source.department,
        "source": source.file,
        "sha256": source.sha256,
        "rows": rows,
        "imported_at": by.at,
        "author": by.author,
        "findings": [dict(finding) for finding in source.findings],
        "revision": 0,
        "crs": source.crs,
        "encoding": source.encoding,
    }
    made = insert(Batch).values(batch).returning(Batch.batch_id)
    return int(connection.execute(made).scalar_one())


def _link(connection: Connection, plan_id: str | None, source: Source, batch_id: int) -> None:
    """Make a plan, or every one, from a batch in place of the one of that role and department."""
    plans = list(connection.scalars(select(Plan.plan_id))) if plan_id is None else [plan_id]
    link = {"role": source.role, "name": source.department}
    old = PlanGround.role == source.role, PlanGround.name == source.department
    connection.execute(delete(PlanGround).where(*old, PlanGround.plan_id.in_(plans)))
    if plans:
        rows = [{"plan_id": plan, **link, "batch_id": batch_id} for plan in plans]
        connection.execute(insert(PlanGround), rows)


def _table(role: str) -> Table:
    table: Table = _TABLES[role].__table__  # type: ignore[assignment]  # a model
    return table


def _records(
    frame: gpd.GeoDataFrame, table: Table, fixed: Mapping[str, Any], index: str | None
) -> list[dict[str, Any]]:
    whole = frame.reset_index() if index else frame
    srid = whole.crs.to_epsg()
    columns = {
        c.name: whole[c.name].astype(object).where(whole[c.name].notna(), None).tolist()
        for c in table.columns
        if c.name in whole
    }
    shapes = shapely.set_srid(whole.geometry.to_numpy(), srid)
    return [
        dict(fixed) | {name: values[i] for name, values in columns.items()} | {"shape": shapes[i]}
        for i in range(len(whole))
    ]
