"""A workspace: one GeoPackage file in a folder, or one PostGIS database, and the way in and out."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, OperationalError

from onegrid.errors import CrsError, InputError, OutputError, Problem
from onegrid.store import geopackage, schema
from onegrid.store.geopackage import WRITES, open_engine
from onegrid.store.settings import NAME, SRID, put_settings, setting, srid_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

FILE_NAME: Final = "onegrid.gpkg"
NO_CRS: Final = -1  # nothing has been imported yet
_UNWRITABLE: Final = ("disk is full", "readonly", "disk I/O", "unable to open")
_UNWRITABLE_STATES: Final = frozenset({"25006", "53100", "58030"})  # read-only, full, I/O error


class Workspace:
    """An open workspace; everything in it has the CRS ``srid``, `NO_CRS` before the first import.

    Use `create_workspace` and `open_workspace`; close it when done.
    """

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self.place = place
        with self.reading() as connection:
            self.name = setting(connection, NAME)
            self._srid = srid_of(connection)

    @property
    def srid(self) -> int:
        """Return the EPSG code of every layer, `NO_CRS` before the first import."""
        if self._srid == NO_CRS:  # another process may have imported meanwhile
            with self.reading() as connection:
                self._srid = srid_of(connection)
        return self._srid

    @property
    def is_file(self) -> bool:
        """Return whether it is a GeoPackage file."""
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state throughout."""
        options = {} if self.is_file else {"isolation_level": "REPEATABLE READ"}
        with _clear_errors(self.place), self._engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection whose work is saved as a whole at the end, or not at all."""
        writer = self._engine.execution_options(**{WRITES: True})
        with _clear_errors(self.place), writer.begin() as connection:
            if self.is_file:
                geopackage.let_write(connection)
            yield connection
            if self.is_file:
                geopackage.end_write(connection)

    def use_crs(self, srid: int) -> None:
        """Choose the CRS of an empty workspace.

        Raises
        ------
        CrsError
            ``CRS_MISMATCH`` if it has another one already.
        """
        if self.srid == srid:
            return
        if self.srid != NO_CRS:
            what = f"EPSG:{srid}, while the workspace is in EPSG:{self.srid}"
            remedy = "make a workspace for each zone"
            raise CrsError(Problem("CRS_MISMATCH", what, self.place, remedy=remedy))
        with _clear_errors(self.place):
            schema.rebuild(self._engine, srid=srid)

    def copy_file(self, path: Path) -> None:
        """Copy the file of a workspace as it stands; writers need not stop."""
        geopackage.snapshot(self._engine, path)

    def close(self) -> None:
        """Let go of the database; a file then holds everything, without a log beside it."""
        if self.is_file:
            geopackage.settle(self._engine)
        self._engine.dispose()


def create_workspace(place: str, *, name: str, srid: int = NO_CRS) -> Workspace:
    """Make an empty workspace.

    Parameters
    ----------
    place
        A folder (made if it is not there), a ``.gpkg`` file, or the URL of a PostGIS database.
    name
        What people call it.
    srid
        EPSG code of a metric CRS; every layer has it. Left out, the first import chooses.

    Raises
    ------
    OutputError
        ``WORKSPACE_EXISTS``, or that the place cannot be written.
    InputError
        If the database cannot be reached.
    """
    path = file_of(place)
    if path is not None:
        if path.exists():
            raise _exists(str(path))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            what = error.strerror or "cannot be made"
            raise OutputError(Problem("OUTPUT", what, str(path.parent))) from None
    with _engine(path or place, place) as engine:
        with engine.connect() as connection:
            if schema.step_of(connection) is not None:
                raise _exists(place)
        schema.upgrade(engine, srid=srid)
        with engine.begin() as connection:
            put_settings(connection, {NAME: name, SRID: str(srid)})
        if path is not None:
            geopackage.settle(engine)
        return Workspace(engine, place)


def open_workspace(place: str) -> Workspace:
    """Open a workspace; one of an older onegrid is brought to the present form first.

    Raises
    ------
    InputError
        ``WORKSPACE_MISSING``, ``WORKSPACE_NEWER``, or that the place is no workspace.
    """
    path = file_of(place)
    remedy = "make one with onegrid init"
    if path is not None and not path.is_file():
        raise InputError(Problem("WORKSPACE_MISSING", "no workspace", str(path), remedy=remedy))
    with _engine(path or place, place) as engine:
        with engine.connect() as connection:
            if schema.step_of(connection) is None:
                raise InputError(Problem("WORKSPACE_MISSING", "no workspace", place, remedy=remedy))
            schema.refuse_newer(connection)
            srid = srid_of(connection)
        schema.upgrade(engine, srid=srid)
        return Workspace(engine, place)


@contextmanager
def _engine(where: Path | str, place: str) -> Iterator[Engine]:
    """Give an engine that is let go of if anything goes wrong with it."""
    engine = open_engine(where)
    try:
        with _clear_errors(place):
            yield engine
    except BaseException:
        engine.dispose()
        raise


def file_of(place: str) -> Path | None:
    """Return the file of a workspace, None if it is in a database.

    Examples
    --------
    >>> file_of("district").as_posix(), file_of("copy.gpkg").as_posix()
    ('district/onegrid.gpkg', 'copy.gpkg')
    """
    if "://" in place:
        return None
    return Path(place) if place.endswith(".gpkg") else Path(place) / FILE_NAME


def _exists(place: str) -> OutputError:
    remedy = "open it, or choose another place"
    return OutputError(Problem("WORKSPACE_EXISTS", "there is a workspace", place, remedy=remedy))


@contextmanager
def _clear_errors(place: str) -> Iterator[None]:
    """Turn what a database says of a broken file, a full disk or a lost server into our words."""
    try:
        yield
    except DBAPIError as error:
        what = _first_line(error)
        if _unwritable(error):
            remedy = "free space, make the place writable, or copy the file to one that is"
            raise OutputError(Problem("WORKSPACE_UNWRITABLE", what, place, remedy=remedy)) from None
        if isinstance(error, OperationalError):
            remedy = "check that the database runs and the address is right"
            raise InputError(Problem("WORKSPACE_UNREACHABLE", what, place, remedy=remedy)) from None
        if "not a database" not in what and "malformed" not in what:
            raise
        remedy = "restore a backup"
        raise InputError(Problem("WORKSPACE_BROKEN", what, place, remedy=remedy)) from None


def _unwritable(error: DBAPIError) -> bool:
    """Return whether nothing can be written: SQLite says so in words, PostgreSQL by a state."""
    state = getattr(error.orig, "sqlstate", None)
    said = isinstance(error, OperationalError) and any(s in str(error.orig) for s in _UNWRITABLE)
    return state in _UNWRITABLE_STATES or (state is None and said)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0]
