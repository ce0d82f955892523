"""What plans are made from: departments' grids, residents by door, facilities; with their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import delete, func, insert, select

from onegrid.store.models import Batch, DepartmentGrid, Door, Facility

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

    from onegrid.store.audit import By

# role of an import: its table, and the name of the table's index where it is one
_TABLES: Final = {"department": DepartmentGrid, "people": Door, "facilities": Facility}
_INDEX: Final = {"people": "id", "facilities": "facility_id"}


@dataclass(frozen=True)
class Source:
    """Where imported rows come from: a file, its hash, and what the import found in it."""

    role: str
    file: str
    sha256: str
    findings: tuple[Mapping[str, Any], ...] = ()
    department: str = ""


def put_ground(connection: Connection, frame: gpd.GeoDataFrame, source: Source, *, by: By) -> None:
    """Keep a table in place of the one of that role, and of that department."""
    table: Table = _TABLES[source.role].__table__  # type: ignore[assignment]  # a model
    old = delete(table)
    if source.department:
        old = old.where(table.c.department == source.department)
    connection.execute(old)
    batch = {
        "role": source.role,
        "name": source.department,
        "source": source.file,
        "sha256": source.sha256,
        "rows": len(frame),
        "imported_at": by.at,
        "author": by.author,
        "findings": [dict(finding) for finding in source.findings],
    }
    made = connection.execute(insert(Batch).values(batch).returning(Batch.batch_id)).scalar_one()
    fixed = {"batch_id": made} | ({"department": source.department} if source.department else {})
    records = _records(frame, table, fixed, _INDEX.get(source.role))
    if records:
        connection.execute(insert(table), records)


def ground(connection: Connection, role: str, *, department: str = "") -> gpd.GeoDataFrame:
    """Return a table as it was imported, by id; empty if there is none."""
    table: Table = _TABLES[role].__table__  # type: ignore[assignment]  # a model
    query = select(table).order_by(table.c.fid)
    if department:
        query = query.where(table.c.department == department)
    rows = connection.execute(query).mappings().all()
    names = [c.name for c in table.columns if c.name not in ("fid", "batch_id", "shape")]
    shapes = np.array([row["shape"] for row in rows], dtype=object)
    srid = int(shapely.get_srid(shapes[0])) if len(shapes) else None
    data = pd.DataFrame([{n: row[n] for n in names} for row in rows], columns=names)
    frame = gpd.GeoDataFrame(data, geometry=shapely.set_srid(shapes, 0), crs=srid)
    index = _INDEX.get(role)
    return frame.set_index(index) if index else frame.drop(columns="department")


def batch_of(connection: Connection, role: str) -> int | None:
    """Return the number of the last import of a role, None before the first."""
    return connection.scalar(select(func.max(Batch.batch_id)).where(Batch.role == role))


def departments(connection: Connection) -> list[str]:
    """Return the names of the departments whose grids are there."""
    query = select(DepartmentGrid.department).distinct().order_by(DepartmentGrid.department)
    return list(connection.scalars(query))


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
