"""A backup is a workspace file, whatever store it was taken from; restoring copies it back."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select

from onegrid.errors import InputError, OutputError, Problem
from onegrid.store import audit
from onegrid.store.models import Base, Setting
from onegrid.store.service_models import Attempt, Link, Login
from onegrid.store.workspace import create_workspace, file_of, open_workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

    from onegrid.store.workspace import Workspace

_ROWS_AT_ONCE: Final = 5_000
# each workspace has its own; whoever was logged in to another one logs in anew
_LEFT: Final = {model.__tablename__ for model in (Setting, Login, Link, Attempt)}


def back_up(workspace: Workspace, path: Path) -> None:
    """Write a workspace to one file as it stands at this moment; writers need not stop.

    Raises
    ------
    OutputError
        If there is a file already, or the place cannot be written.
    """
    if path.exists():
        raise OutputError(Problem("OUTPUT_EXISTS", "will not overwrite", str(path)))
    with _folder_beside(path) as folder:
        made = Path(folder) / "whole.gpkg"
        if workspace.is_file:
            workspace.copy_file(made)
        else:
            working = str(Path(folder) / "copy.gpkg")
            with closing(create_workspace(working, name=workspace.name, srid=workspace.srid)) as w:
                _copy(workspace, w)
                w.copy_file(made)
        made.replace(path)


def restore_backup(path: Path, place: str) -> Workspace:
    """Make a workspace from a backup, in a folder or in a database without one.

    Raises
    ------
    InputError
        If the file is no backup, is damaged, or its audit was changed.
    OutputError
        ``WORKSPACE_EXISTS``, or that the place cannot be written.
    """
    if not path.is_file():
        raise InputError(Problem("UNREADABLE", "no such file", str(path)))
    target = file_of(place)
    with tempfile.TemporaryDirectory() if target is None else _folder_beside(target) as folder:
        copy = Path(folder) / "copy.gpkg"  # opening a file writes to it: never to the backup
        shutil.copyfile(path, copy)
        with closing(open_workspace(str(copy))) as backup:
            _prove(backup, path)
            with closing(create_workspace(place, name=backup.name, srid=backup.srid)) as made:
                _copy(backup, made)
    return open_workspace(place)


def _folder_beside(path: Path) -> tempfile.TemporaryDirectory[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        what = error.strerror or "cannot be written"
        raise OutputError(Problem("OUTPUT", what, str(path.parent))) from None


def _prove(backup: Workspace, path: Path) -> None:
    with backup.reading() as connection:
        told = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        broken = audit.broken_rows(connection)
    remedy = "take another backup"
    if told != "ok":
        raise InputError(
            Problem("BACKUP_DAMAGED", f"the file is damaged: {told}", str(path), "", remedy)
        )
    if broken:
        where = f"row {broken[0]}"
        raise InputError(Problem("AUDIT_BROKEN", "the audit was changed", str(path), where, remedy))


def _copy(source: Workspace, target: Workspace) -> None:
    """Copy every row, in one transaction on either side."""
    tables = [t for t in Base.metadata.sorted_tables if t.name not in _LEFT]
    with source.reading() as reader, target.writing() as writer:
        for table in tables:
            query = select(table).order_by(*table.primary_key.columns)
            found = reader.execution_options(yield_per=_ROWS_AT_ONCE).execute(query).mappings()
            for rows in found.partitions():
                writer.execute(insert(table), [dict(row) for row in rows])
            _continue_numbers(writer, table)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that were copied with their numbers."""
    (key, *others) = table.primary_key.columns
    if connection.dialect.name != "postgresql" or others or key is not table.autoincrement_column:
        return
    name = f'"{table.name}"'
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence('{name}', '{key.name}'),"  # noqa: S608  (our own names)
        f' coalesce(max("{key.name}"), 0) + 1, false) FROM {name}'
    )
