"""``onegrid import``: result folders, and tables of doors and facilities, into a workspace."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onegrid import schema
from onegrid.errors import InputError, Problem
from onegrid.grids.edit import open_grid
from onegrid.grids.edit.rows import CELLS, LAYERS
from onegrid.io.sources import split_layer
from onegrid.pipeline.admissions import refuse_unadmitted
from onegrid.pipeline.case_desk import plan_in_force
from onegrid.pipeline.edit import read_grid
from onegrid.pipeline.edit_history import DEPARTMENTS_FILE, departments_beside
from onegrid.pipeline.folder import FACILITIES_FILE, PEOPLE_FILE
from onegrid.pipeline.inputs import Reader, Reading, Written, there
from onegrid.pipeline.plan_tables import GRID_FILE, RECORD_FILE, record_of, srid_of_crs
from onegrid.pipeline.stages import Run
from onegrid.store import Workspace, open_workspace, plans, results
from onegrid.store.ground import DEPARTMENT, Source, made_from, put_ground
from onegrid.store.workspace import NO_CRS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import geopandas as gpd
    from sqlalchemy import Connection

    from onegrid.grids.edit import Row
    from onegrid.store.audit import By

    Rows = Mapping[str, Mapping[str, Row]]

TABLES: Final = {"people": schema.PEOPLE, "facilities": schema.FACILITIES}
_OWN_FILES: Final = frozenset(
    {GRID_FILE, DEPARTMENTS_FILE, FACILITIES_FILE, PEOPLE_FILE, "run.json"}
)


@dataclass(frozen=True)
class ImportInputs:
    """A result folder, the id of the plan it becomes, and the tables that are not in it."""

    folder: Path
    plan_id: str
    name: str
    households: str | None = None
    facilities: str | None = None
    reading: Reading = field(default_factory=Reading)


@dataclass(frozen=True)
class _Read:
    layers: dict[str, gpd.GeoDataFrame]
    departments: dict[str, gpd.GeoDataFrame]
    tables: dict[str, tuple[str, gpd.GeoDataFrame]]  # by role: file and rows
    findings: dict[str, list[dict[str, Any]]]
    written: dict[str, Written]


def import_folder(place: str, inputs: ImportInputs, *, by: By) -> dict[str, Any]:
    """Bring a result folder into a workspace as a plan, with everything it was made from.

    Raises
    ------
    InputError
        With every problem of every file, or ``PLAN_EXISTS``; the workspace is as it was then.
    StateError
        ``ADMISSION_MISSING``, as `refuse_new_departments`.
    """
    run = Run("import")
    read, rows = _opened(inputs, run)
    with closing(open_workspace(place)) as workspace:
        kept = _write(workspace, inputs, read, rows, run=run, by=by)
    return {"workspace": place, **_told(inputs, read, rows, kept)}


def import_into(
    workspace: Workspace,
    inputs: ImportInputs,
    *,
    by: By,
    also: Callable[[Connection], None] | None = None,
) -> dict[str, Any]:
    """Bring a result folder into an open workspace; see `import_folder`.

    What ``also`` does is saved with it, or not at all if it raises.
    """
    run = Run("import")
    read, rows = _opened(inputs, run)
    kept = _write(workspace, inputs, read, rows, run=run, by=by, also=also)
    return _told(inputs, read, rows, kept)


def import_table(
    workspace: Workspace,
    role: str,
    source: str,
    *,
    by: By,
    plan_id: str | None = None,
    also: Callable[[Connection], None] | None = None,
) -> dict[str, Any]:
    """Put a table of doors (``people``) or ``facilities`` in place of a plan's.

    Without a plan it is for every one. What ``also`` does is saved with it, or not at all if it
    raises.

    Raises
    ------
    InputError
        With every problem of the file; ``WORKSPACE_EMPTY`` before the first plan.
    """
    if workspace.srid == NO_CRS:
        raise InputError(Problem("WORKSPACE_EMPTY", "no plan yet", remedy="merge or import first"))
    reader = Reader(Reading())
    frame = reader.read(role, source, TABLES[role], crs=f"EPSG:{workspace.srid}")
    reader.check()
    found = tuple(reader.notes()["findings"].get(role, ()))
    written = reader.written[role]
    path = Path(split_layer(source)[0])
    with workspace.writing() as connection:
        kept = Source(role, path.name, _hash(path), found, **vars(written))
        put_ground(connection, plan_id, there(frame), kept, by=by)
        if also is not None:
            also(connection)
    return {role: len(there(frame)), "findings": list(found)}


def refuse_new_departments(connection: Connection, departments: Iterable[str]) -> None:
    """Raise ``ADMISSION_MISSING`` for departments that were not let onto the grid in force.

    The first grid is made of whatever departments there are; from then on the grid is one, and
    what is new on it needs an approval (准入制), over HTTP as at the machine itself.
    """
    in_force = plan_in_force(connection)
    if in_force is not None:
        refuse_unadmitted(connection, in_force.plan_id, departments)


def _opened(inputs: ImportInputs, run: Run) -> tuple[_Read, Rows]:
    with run.stage("读取"):
        read = _read(inputs)
        board = open_grid({n: f for n, f in read.layers.items() if n in LAYERS}).board
    return read, board.rows


def _write(  # noqa: PLR0913  (what was read, and how it is saved)
    workspace: Workspace,
    inputs: ImportInputs,
    read: _Read,
    rows: Rows,
    *,
    run: Run,
    by: By,
    also: Callable[[Connection], None] | None = None,
) -> list[str]:
    head = plans.PlanHead(inputs.plan_id, inputs.name, plans.DRAFT, 0, None, None, by.at, by.author)
    with run.stage("写入", cells=len(rows[CELLS])):
        workspace.use_crs(srid_of_crs(read.layers[CELLS].crs, str(inputs.folder / GRID_FILE)))
        with workspace.writing() as connection:
            refuse_new_departments(connection, read.departments)
            every = (row for layer in rows.values() for row in layer.values())
            plans.add_plan(connection, head, every, srid=workspace.srid, by=by)
            _put_ground(connection, inputs, read, by)
            kept = _put_results(connection, inputs, read.layers)
            if also is not None:
                also(connection)
    return kept


def _told(inputs: ImportInputs, read: _Read, rows: Rows, kept: list[str]) -> dict[str, Any]:
    return {
        "plan": inputs.plan_id,
        **{layer: len(found) for layer, found in rows.items()},
        "departments": {name: len(frame) for name, frame in sorted(read.departments.items())},
        **{role: len(frame) for role, (_, frame) in sorted(read.tables.items())},
        "results": kept,
        "findings": read.findings,
    }


def _read(inputs: ImportInputs) -> _Read:
    grid = str(inputs.folder / GRID_FILE)
    reader = Reader(inputs.reading)
    layers = reader.attempt(read_grid, grid)
    old = None
    if (inputs.folder / DEPARTMENTS_FILE).is_file():
        old = reader.attempt(departments_beside, grid)
    crs = None if layers is None else layers[CELLS].crs.to_string()
    tables = {}
    for role, source in (
        ("people", inputs.households or _beside(inputs, PEOPLE_FILE)),
        ("facilities", inputs.facilities or _beside(inputs, FACILITIES_FILE)),
    ):
        frame = reader.read(role, source, TABLES[role], crs=crs) if source else None
        if source and frame is not None:
            tables[role] = (source, frame)
    reader.check()
    return _Read(there(layers), old or {}, tables, reader.notes()["findings"], reader.written)


def _beside(inputs: ImportInputs, name: str) -> str | None:
    path = inputs.folder / name
    return str(path) if path.is_file() else None


def _put_ground(connection: Connection, inputs: ImportInputs, read: _Read, by: By) -> None:
    file = inputs.folder / DEPARTMENTS_FILE
    for name, frame in sorted(read.departments.items()):
        written = Written(frame.crs.to_string(), "utf-8")  # as every GeoPackage
        source = Source(DEPARTMENT, file.name, _hash(file), (), name, **vars(written))
        put_ground(connection, inputs.plan_id, frame, source, by=by)
    for role, (place, frame) in sorted(read.tables.items()):
        path = Path(split_layer(place)[0])
        found = tuple(read.findings.get(role, ()))
        source = Source(role, path.name, _hash(path), found, **vars(read.written[role]))
        put_ground(connection, inputs.plan_id, frame, source, by=by)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _put_results(
    connection: Connection, inputs: ImportInputs, layers: Mapping[str, gpd.GeoDataFrame]
) -> list[str]:
    """Keep the other files of the folder, and the layers of the grid that are no plan's rows."""
    files = {
        path.name: path.read_bytes()
        for path in sorted(inputs.folder.iterdir())
        if path.is_file() and path.name not in _OWN_FILES and not path.name.startswith(".")
    }
    others = {name: frame for name, frame in layers.items() if name not in LAYERS}
    if others:
        files[RECORD_FILE] = record_of(others)
    ground = made_from(connection, inputs.plan_id)
    for name, content in files.items():
        results.put_result(connection, inputs.plan_id, name, content, revision=0, made_from=ground)
    return sorted(set(files) - {RECORD_FILE})
