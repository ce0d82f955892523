"""A SQLite file that is a GeoPackage: QGIS and GDAL open and edit it while we hold it.

Three things to know. The R-tree's triggers call five functions, registered here on each connection.
And the live file must never be opened by GDAL in this process: two SQLite libraries in one process
break each other's locks. Give GDAL a `snapshot`, or another process. The layers of plans are
guarded: another program reads them, and is refused with a reason when it writes to them, for it
would prove nothing and leave no revision behind.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from pyproj import CRS
from sqlalchemy import create_engine, event

from onegrid.errors import OutputError, Problem
from onegrid.store import blob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

    from onegrid.store.shape import Layer

WRITES = "writes"  # execution option of a connection that is going to write
UNTOUCHED = "2000-01-01T00:00:00.000Z"  # of a layer that no other program has edited
_CONNECTION = """
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA busy_timeout = 10000;
"""
_TABLES = f"""
PRAGMA application_id = 1196444487;
PRAGMA user_version = 10300;
CREATE TABLE IF NOT EXISTS gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE IF NOT EXISTS gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT '{UNTOUCHED}',
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE IF NOT EXISTS gpkg_geometry_columns (
  table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents (table_name),
  column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
  scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', NULL),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', NULL);
"""  # noqa: S608  (a constant of our own)
_RTREE_PAGE = "http://www.geopackage.org/spec120/#extension_rtree"  # an identifier, never opened
# the R-tree extension of the GeoPackage specification: {t} table, {c} column, {i} key
_RTREE = """
CREATE VIRTUAL TABLE "rtree_{t}_{c}" USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER "rtree_{t}_{c}_insert" AFTER INSERT ON "{t}"
  WHEN (NEW."{c}" NOT NULL AND NOT ST_IsEmpty(NEW."{c}"))
  BEGIN {put} END;
CREATE TRIGGER "rtree_{t}_{c}_update6" AFTER UPDATE OF "{c}" ON "{t}"
  WHEN OLD."{i}" = NEW."{i}" AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
    AND (OLD."{c}" NOTNULL AND NOT ST_IsEmpty(OLD."{c}"))
  BEGIN UPDATE "rtree_{t}_{c}" SET minx = ST_MinX(NEW."{c}"), maxx = ST_MaxX(NEW."{c}"),
    miny = ST_MinY(NEW."{c}"), maxy = ST_MaxY(NEW."{c}") WHERE id = NEW."{i}"; END;
CREATE TRIGGER "rtree_{t}_{c}_update7" AFTER UPDATE OF "{c}" ON "{t}"
  WHEN OLD."{i}" = NEW."{i}" AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
    AND (OLD."{c}" ISNULL OR ST_IsEmpty(OLD."{c}"))
  BEGIN {put} END;
CREATE TRIGGER "rtree_{t}_{c}_update2" AFTER UPDATE OF "{c}" ON "{t}"
  WHEN OLD."{i}" = NEW."{i}" AND (NEW."{c}" ISNULL OR ST_IsEmpty(NEW."{c}"))
  BEGIN {drop} END;
CREATE TRIGGER "rtree_{t}_{c}_update5" AFTER UPDATE ON "{t}"
  WHEN OLD."{i}" != NEW."{i}" AND (NEW."{c}" NOTNULL AND NOT ST_IsEmpty(NEW."{c}"))
  BEGIN {drop} {put} END;
CREATE TRIGGER "rtree_{t}_{c}_update4" AFTER UPDATE ON "{t}"
  WHEN OLD."{i}" != NEW."{i}" AND (NEW."{c}" ISNULL OR ST_IsEmpty(NEW."{c}"))
  BEGIN DELETE FROM "rtree_{t}_{c}" WHERE id IN (OLD."{i}", NEW."{i}"); END;
CREATE TRIGGER "rtree_{t}_{c}_delete" AFTER DELETE ON "{t}"
  WHEN OLD."{c}" NOT NULL
  BEGIN {drop} END;
"""
_PUT = (
    'INSERT OR REPLACE INTO "rtree_{t}_{c}" VALUES (NEW."{i}", ST_MinX(NEW."{c}"), '
    'ST_MaxX(NEW."{c}"), ST_MinY(NEW."{c}"), ST_MaxY(NEW."{c}"));'
)
_DROP = 'DELETE FROM "rtree_{t}_{c}" WHERE id = OLD."{i}";'

_GUARD = """
CREATE TRIGGER "guard_{t}_{verb}" BEFORE {verb} ON "{t}"
  WHEN NOT EXISTS (SELECT 1 FROM settings WHERE name = '{key}')
  BEGIN SELECT RAISE(ABORT, '{told}'); END;
"""
_GUARDED = ("insert", "update", "delete")
_WRITER = "writer"  # a setting that only a transaction of ours ever sees
_REFUSED = (
    "网格、社区、街道只能经 onegrid 修改：QGIS 中请连接服务的 /ogc 地址，或用规划页面。"
    "Plans are edited through onegrid (OGC API or the planner), not in the file."
)


def open_engine(place: Path | str) -> Engine:
    """Return the engine of a store: a path is a GeoPackage file, a URL with ``://`` a database.

    Examples
    --------
    >>> open_engine("district.gpkg").dialect.name
    'sqlite'
    """
    if "://" in str(place):
        # the server may have begun anew; what people are called stays out of errors and logs
        return create_engine(str(place), pool_pre_ping=True, hide_parameters=True)
    engine = create_engine(f"sqlite:///{place}", hide_parameters=True)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    for order, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, _bound(order), deterministic=True)
    connection.create_function(
        "ST_IsEmpty", 1, lambda b: None if b is None else int(blob.is_empty(b)), deterministic=True
    )
    connection.executescript(_CONNECTION)
    connection.isolation_level = None  # transactions begin where we say, also around DDL


def _begin(connection: Connection) -> None:
    """Begin at once as a writer where asked: a reader that turns writer may come too late."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _bound(order: int) -> Callable[[bytes | None], float | None]:
    def bound(value: bytes | None) -> float | None:
        box = None if value is None else blob.box_of(value)
        return None if box is None else box[order]

    return bound


def make_geopackage(connection: Connection) -> None:
    """Turn an empty SQLite file into a GeoPackage without layers."""
    for statement in _statements(_TABLES):
        connection.exec_driver_sql(statement)


def add_attributes(connection: Connection, table: str) -> None:
    """Enter a table without geometry in the contents."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, ?, ?)",
        (table, "attributes", table),
    )


def add_features(connection: Connection, table: str, layer: Layer) -> None:
    """Enter a table with geometry in the contents, with its spatial index."""
    if layer.srid > 0:  # the format itself defines -1, a plane nobody has placed yet
        crs = CRS.from_epsg(layer.srid)
        connection.exec_driver_sql(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys VALUES (?, ?, 'EPSG', ?, ?, NULL)",
            (crs.name, layer.srid, layer.srid, crs.to_wkt("WKT1_GDAL")),
        )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (table, "features", table, layer.srid),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (table, layer.column, layer.kind, layer.srid),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')",
        (table, layer.column, _RTREE_PAGE),
    )
    names = {"t": table, "c": layer.column, "i": layer.key}
    put, drop = _PUT.format(**names), _DROP.format(**names)
    for statement in _statements(_RTREE.format(**names, put=put, drop=drop)):
        connection.exec_driver_sql(statement)


def drop_layer(connection: Connection, table: str, layer: Layer | None) -> None:
    """Take a table out of the contents, with its spatial index; the table itself stays."""
    if layer is not None:
        names = {"t": table, "c": layer.column}
        for trigger in re.findall(r'TRIGGER "([^"]+)"', _RTREE):
            connection.exec_driver_sql(f'DROP TRIGGER "{trigger.format(**names)}"')
        connection.exec_driver_sql('DROP TABLE "rtree_{t}_{c}"'.format(**names))
        connection.exec_driver_sql("DELETE FROM gpkg_extensions WHERE table_name = ?", (table,))
        connection.exec_driver_sql(
            "DELETE FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
        )
    connection.exec_driver_sql("DELETE FROM gpkg_contents WHERE table_name = ?", (table,))


def guard_rows(connection: Connection, table: str) -> None:
    """Let only transactions between `let_write` and `end_write` write to a table."""
    for verb in _GUARDED:
        script = _GUARD.format(t=table, verb=verb, key=_WRITER, told=_REFUSED)
        for statement in _statements(script):
            connection.exec_driver_sql(statement)


def unguard_rows(connection: Connection, table: str) -> None:
    """Let everybody write to a table again."""
    for verb in _GUARDED:
        connection.exec_driver_sql(f'DROP TRIGGER "guard_{table}_{verb}"')


def let_write(connection: Connection) -> None:
    """Let this transaction write to guarded tables; it ends with `end_write`, or is rolled back."""
    connection.exec_driver_sql("INSERT INTO settings (name, value) VALUES (?, '')", (_WRITER,))


def end_write(connection: Connection) -> None:
    """Guard the tables again, just before the transaction is committed."""
    connection.exec_driver_sql("DELETE FROM settings WHERE name = ?", (_WRITER,))


def settle(engine: Engine) -> None:
    """Bring everything from the write-ahead log into the file: GDAL reads its header there."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _statements(script: str) -> Iterator[str]:
    """Give the statements of a script one by one, so that they join a transaction."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def snapshot(engine: Engine, path: Path) -> None:
    """Copy the live GeoPackage to a new file that GDAL may read in this process.

    Raises
    ------
    OutputError
        If there is a file at `path` already.
    """
    if path.exists():
        raise OutputError(Problem("OUTPUT_EXISTS", "will not overwrite", str(path)))
    with closing(engine.raw_connection()) as pooled, closing(sqlite3.connect(path)) as copy:
        live: Any = pooled.driver_connection
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
