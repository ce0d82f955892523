"""Between the rows that edits work on and the tables of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import bindparam, delete, insert, select, update

from onegrid.grids.edit import Key, Row
from onegrid.store.models import LAYERS
from onegrid.store.shape import touches_box

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Table

    from onegrid.grids.edit import Change

IDS: Final[Mapping[str, str]] = {
    "cells": "cell_id",
    "atoms": "atom_id",
    "conflicts": "conflict_id",
    "communities": "community_id",
    "subdistricts": "subdistrict_id",
}
_OWN: Final = frozenset({"fid", "plan_id", "extra", "shape"})


def read_rows(connection: Connection, plan_id: str) -> dict[str, dict[str, Row]]:
    """Return every row of a plan, by layer and id, in the order they were made."""
    return {layer: read_layer(connection, plan_id, layer) for layer in LAYERS}


def read_layer(
    connection: Connection,
    plan_id: str,
    layer: str,
    *,
    box: tuple[float, float, float, float] | None = None,
) -> dict[str, Row]:
    """Return the rows of one layer of a plan by id, in the order they were made.

    Parameters
    ----------
    box
        West, south, east, north in metres: only rows whose own box touches it.
    """
    table = table_of(layer)
    query = select(table).where(table.c.plan_id == plan_id).order_by(table.c.fid)
    if box is not None:
        query = query.where(touches_box(table.c.shape, box))
    named = _columns(table, layer)
    found = {}
    for record in connection.execute(query).mappings():
        values = {name: record[name] for name in named} | record["extra"]
        name = record[IDS[layer]]
        found[name] = Row(Key(layer, name), values, shapely.set_srid(record["shape"], 0))
    return found


def frame_of(layer: str, rows: Iterable[Row], *, crs: str) -> gpd.GeoDataFrame:
    """Return rows of a layer as a table by id, columns of the plan first."""
    found = list(rows)
    names = _columns(table_of(layer), layer)
    names += sorted({name for row in found for name in row.attributes} - set(names))
    data = {name: [row.attributes.get(name) for row in found] for name in names}
    index = pd.Index([row.key.id for row in found], name=IDS[layer])
    shapes = np.array([row.shape for row in found], dtype=object)
    return gpd.GeoDataFrame(pd.DataFrame(data, index=index), geometry=shapes, crs=crs)


def add_rows(connection: Connection, plan_id: str, rows: Iterable[Row], *, srid: int) -> None:
    """Add rows to a plan."""
    by_layer: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_layer.setdefault(row.key.layer, []).append(_record(plan_id, row, srid))
    for layer, records in by_layer.items():
        connection.execute(insert(table_of(layer)), records)


def replace_rows(connection: Connection, plan_id: str, rows: Iterable[Row], *, srid: int) -> None:
    """Write rows over those of the same id; they keep their place in the order."""
    for row in rows:
        table = table_of(row.key.layer)
        column = table.c[IDS[row.key.layer]]
        query = update(table).where(table.c.plan_id == plan_id, column == row.key.id)
        connection.execute(query, _record(plan_id, row, srid))


def drop_rows(connection: Connection, plan_id: str, keys: Iterable[Key]) -> None:
    """Take rows out of a plan."""
    by_layer: dict[str, list[str]] = {}
    for key in keys:
        by_layer.setdefault(key.layer, []).append(key.id)
    for layer, names in by_layer.items():
        table = table_of(layer)
        query = delete(table).where(
            table.c.plan_id == plan_id, table.c[IDS[layer]] == bindparam("name")
        )
        connection.execute(query, [{"name": name} for name in names])


def net_of(changes: Iterable[Change]) -> dict[Key, tuple[Row | None, Row | None]]:
    """Return each row that a list of changes touches: as it was first, and as it is in the end."""
    found: dict[Key, tuple[Row | None, Row | None]] = {}
    for change in changes:
        before = {row.key: row for row in change.before}
        after = {row.key: row for row in change.after}
        for key in (*before, *after):
            first = found[key][0] if key in found else before.get(key)
            found[key] = (first, after.get(key))
    return found


def table_of(layer: str) -> Table:
    """Return the table of a layer."""
    return LAYERS[layer].__table__  # type: ignore[attr-defined,no-any-return]  # mapped classes


def _columns(table: Table, layer: str) -> list[str]:
    return [c.name for c in table.columns if c.name not in _OWN and c.name != IDS[layer]]


def _record(plan_id: str, row: Row, srid: int) -> dict[str, Any]:
    layer = row.key.layer
    columns = _columns(table_of(layer), layer)
    return {
        "plan_id": plan_id,
        IDS[layer]: row.key.id,
        **{name: row.attributes.get(name) for name in columns},
        "extra": {name: v for name, v in row.attributes.items() if name not in columns},
        "shape": shapely.set_srid(row.shape, srid),
    }
