"""Tables as layers: what each database needs to know of a table beyond its columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.store import geopackage
from onegrid.store.shape import Layer, Shape

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table


def add_table(connection: Connection, table: Table, *, srid: int) -> None:
    """Make a table that was just created a layer with a spatial index.

    A geometry column of PostGIS is bound to the CRS; in a GeoPackage the table is entered in the
    contents, so that GDAL sees it.
    """
    layer = _layer_of(table, srid)
    if connection.dialect.name == "sqlite":
        if layer is None:
            geopackage.add_attributes(connection, table.name)
        else:
            geopackage.add_features(connection, table.name, layer)
    elif layer is not None:
        where = f'"{table.name}"', f'"{layer.column}"'
        if layer.srid > 0:
            connection.exec_driver_sql(
                f"ALTER TABLE {where[0]} ALTER COLUMN {where[1]}"
                f" TYPE geometry({layer.kind}, {layer.srid})"
            )
        connection.exec_driver_sql(
            f'CREATE INDEX "{index_name(table.name, layer.column)}"'
            f" ON {where[0]} USING gist ({where[1]})"
        )


def move_table(connection: Connection, table: Table, *, srid: int) -> None:
    """Give a layer without rows another CRS; a table without shapes stays as it is."""
    layer = _layer_of(table, srid)
    if layer is None:
        return
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f'DROP INDEX "{index_name(table.name, layer.column)}"')
    drop_table(connection, table)
    add_table(connection, table, srid=srid)


def drop_table(connection: Connection, table: Table) -> None:
    """Take a table that is about to be dropped out of the contents of a GeoPackage."""
    if connection.dialect.name == "sqlite":
        geopackage.drop_layer(connection, table.name, _layer_of(table, 0))


def index_name(table: str, column: str) -> str:
    """Return the name of the spatial index of a table in PostGIS."""
    return f"shape_{table}_{column}"


def _layer_of(table: Table, srid: int) -> Layer | None:
    shapes = [column for column in table.columns if isinstance(column.type, Shape)]
    if not shapes:
        return None
    (column,) = shapes  # a GeoPackage allows one geometry a layer
    (key,) = table.primary_key.columns
    return Layer(column.name, column.type.kind, srid, key.name)  # type: ignore[attr-defined]  # a Shape
