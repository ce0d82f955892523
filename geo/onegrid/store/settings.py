"""Facts about the workspace itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select

from onegrid.errors import InputError, Problem
from onegrid.store.models import Setting

if TYPE_CHECKING:
    from sqlalchemy import Connection

NAME: Final = "name"
SRID: Final = "srid"


def setting(connection: Connection, name: str) -> str:
    """Return a setting.

    Raises
    ------
    InputError
        ``WORKSPACE_BROKEN`` if it is not there: every workspace has it from the start.
    """
    value = connection.scalar(select(Setting.value).where(Setting.name == name))
    if value is None:
        remedy = "restore a backup"
        raise InputError(Problem("WORKSPACE_BROKEN", f"setting {name!r} is missing", remedy=remedy))
    return str(value)


def srid_of(connection: Connection) -> int:
    """Return the EPSG code of every layer of the workspace."""
    return int(setting(connection, SRID))


def put_settings(connection: Connection, values: dict[str, str]) -> None:
    """Add settings to a new workspace."""
    connection.execute(insert(Setting), [{"name": n, "value": v} for n, v in values.items()])
