"""``onegrid init, import, export, backup, restore``: between result folders and a workspace."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onegrid import schema
from onegrid.crs import metric_crs
from onegrid.errors import CrsError, InputError, Problem
from onegrid.grids.edit import open_grid
from onegrid.grids.edit.rows import CELLS, LAYERS
from onegrid.io.files import OutputFolder, write_csv, write_layers
from onegrid.io.sources import split_layer
from onegrid.pipeline.edit import read_grid
from onegrid.pipeline.edit_history import (
    DEPARTMENTS_FILE,
    crosswalk_of,
    departments_beside,
)
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.plan_tables import RECORD_FILE, STANDING, layers_of, record_of
from onegrid.pipeline.stages import Run
from onegrid.store import (
    Workspace,
    audit,
    back_up,
    create_workspace,
    logins,
    open_workspace,
    plans,
    restore_backup,
    results,
    users,
)
from onegrid.store.ground import Source, departments, ground, put_ground
from onegrid.store.workspace import NO_CRS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd
    from pyproj import CRS
    from sqlalchemy import Connection

    from onegrid.store.audit import By

GRID_FILE: Final = "grid.gpkg"
CROSSWALK_FILE: Final = "crosswalk.csv"
TABLES: Final = {"people": schema.PEOPLE, "facilities": schema.FACILITIES}
_OWN_FILES: Final = frozenset({GRID_FILE, DEPARTMENTS_FILE, "facilities.gpkg", "run.json"})


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


def init(place: str, *, name: str, crs: str | None) -> dict[str, Any]:
    """Make an empty workspace; without a CRS the first import chooses it."""
    srid = NO_CRS if crs is None else _srid_of(metric_crs(crs), "--crs")
    with closing(create_workspace(place, name=name, srid=srid)) as workspace:
        return {"workspace": place, "name": workspace.name, "epsg": _epsg(workspace)}


def import_folder(place: str, inputs: ImportInputs, *, by: By) -> dict[str, Any]:
    """Bring a result folder into a workspace as a plan, with everything it was made from.

    Raises
    ------
    InputError
        With every problem of every file, or ``PLAN_EXISTS``; the workspace is as it was then.
    """
    with closing(open_workspace(place)) as workspace:
        return {"workspace": place, **import_into(workspace, inputs, by=by)}


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
    with run.stage("读取"):
        read = _read(inputs)
        rows = open_grid({n: f for n, f in read.layers.items() if n in LAYERS}).board.rows
    head = plans.PlanHead(inputs.plan_id, inputs.name, plans.DRAFT, 0, None, None, by.at, by.author)
    with run.stage("写入", cells=len(rows[CELLS])):
        workspace.use_crs(_srid_of(read.layers[CELLS].crs, str(inputs.folder / GRID_FILE)))
        with workspace.writing() as connection:
            every = (row for layer in rows.values() for row in layer.values())
            plans.add_plan(connection, head, every, srid=workspace.srid, by=by)
            _put_ground(connection, inputs, read, by)
            kept = _put_results(connection, inputs, read.layers)
            if also is not None:
                also(connection)
    return {
        "plan": inputs.plan_id,
        **{layer: len(found) for layer, found in rows.items()},
        "departments": {name: len(frame) for name, frame in sorted(read.departments.items())},
        **{role: len(frame) for role, (_, frame) in sorted(read.tables.items())},
        "results": kept,
        "findings": read.findings,
    }


def import_table(
    workspace: Workspace,
    role: str,
    source: str,
    *,
    by: By,
    also: Callable[[Connection], None] | None = None,
) -> dict[str, Any]:
    """Put a table of doors (``people``) or ``facilities`` in place of the one that is there.

    What ``also`` does is saved with it, or not at all if it raises.

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
    path = Path(split_layer(source)[0])
    with workspace.writing() as connection:
        kept = Source(role, path.name, _hash(path), found)
        put_ground(connection, there(frame), kept, by=by)
        if also is not None:
            also(connection)
    return {role: len(there(frame)), "findings": list(found)}


def export_plan(place: str, plan_id: str, out: Path) -> dict[str, Any]:
    """Write a plan as a result folder: its grid as it stands, and the results that still hold.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``, or that there is no workspace.
    """
    run = Run("export")
    with (
        run.stage("写出"),
        closing(open_workspace(place)) as workspace,
        OutputFolder(out) as stage,
    ):
        return {**write_plan(workspace, plan_id, stage), "out": str(out)}


def write_plan(workspace: Workspace, plan_id: str, folder: Path) -> dict[str, Any]:
    """Write a plan of an open workspace into an empty folder; see `export_plan`."""
    with workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        layers = layers_of(connection, head, srid=workspace.srid)
        write_layers(folder / GRID_FILE, layers)
        old, people = _ground_of(connection)
        if old:
            write_layers(folder / DEPARTMENTS_FILE, old)
        if old and len(people):
            write_csv(folder / CROSSWALK_FILE, crosswalk_of(layers[CELLS], old, people))
        facilities = ground(connection, "facilities")
        if len(facilities):
            write_layers(folder / "facilities.gpkg", {"facilities": facilities})
        stale = _write_results(connection, head, folder)
    return {
        "plan": plan_id,
        "revision": head.revision,
        "cells": len(layers[CELLS]),
        "stale": stale,
    }


def back_up_to(place: str, path: Path) -> dict[str, Any]:
    """Copy a workspace to one file."""
    with closing(open_workspace(place)) as workspace:
        back_up(workspace, path)
    return {"workspace": place, "file": str(path), "bytes": path.stat().st_size}


def restore_from(path: Path, place: str) -> dict[str, Any]:
    """Make a workspace from a backup."""
    with (
        closing(restore_backup(path, place)) as workspace,
        workspace.reading() as connection,
    ):
        return {"workspace": place, "plans": len(plans.list_plans(connection))}


def verify_audit(place: str) -> dict[str, Any]:
    """Say whether the audit is as it was written: ``broken`` lists the rows that are not."""
    with closing(open_workspace(place)) as workspace, workspace.reading() as connection:
        broken = audit.broken_rows(connection)
        number, digest = audit.last_row(connection)
    return {"workspace": place, "rows": number, "digest": digest, "broken": broken}


def let_in(place: str, person: users.Person) -> dict[str, Any]:
    """Add a user unless they are there; return the one-time link by which they set a password.

    Raises
    ------
    InputError
        ``ROLE_UNKNOWN`` or ``AREA_UNKNOWN``.
    """
    by = audit.by_now("onegrid account")
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        there = {one.user_id: one for one in users.users(connection)}.get(person.user_id)
        if there is None:
            users.add_user(connection, person, by=by)
        token = logins.make_link(connection, person.user_id, by=by)
    kept = there or person
    told = {"user": kept.user_id, "role": kept.role, "areas": list(kept.areas)}
    return {"workspace": place, **told, "added": there is None, "path": f"/link#{token}"}


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
        ("people", inputs.households),
        ("facilities", _facilities_of(inputs)),
    ):
        frame = reader.read(role, source, TABLES[role], crs=crs) if source else None
        if source and frame is not None:
            tables[role] = (source, frame)
    reader.check()
    return _Read(there(layers), old or {}, tables, reader.notes()["findings"])


def _facilities_of(inputs: ImportInputs) -> str | None:
    beside = inputs.folder / "facilities.gpkg"
    return inputs.facilities or (str(beside) if beside.is_file() else None)


def _put_ground(connection: Connection, inputs: ImportInputs, read: _Read, by: By) -> None:
    file = inputs.folder / DEPARTMENTS_FILE
    for name, frame in sorted(read.departments.items()):
        put_ground(connection, frame, Source("department", file.name, _hash(file), (), name), by=by)
    for role, (source, frame) in sorted(read.tables.items()):
        path = Path(split_layer(source)[0])
        found = tuple(read.findings.get(role, ()))
        put_ground(connection, frame, Source(role, path.name, _hash(path), found), by=by)


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
    for name, content in files.items():
        results.put_result(connection, inputs.plan_id, name, content, revision=0)
    return sorted(set(files) - {RECORD_FILE})


def _ground_of(connection: Connection) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    names = departments(connection)
    old = {name: ground(connection, "department", department=name) for name in names}
    return old, ground(connection, "people")


def _write_results(connection: Connection, head: plans.PlanHead, stage: Path) -> list[str]:
    """Write the results of the present revision; return the names of those left out."""
    stale = []
    for kept in results.list_results(connection, head.plan_id):
        if kept.name in (RECORD_FILE, CROSSWALK_FILE):
            continue
        if kept.revision == head.revision or kept.name in STANDING:
            (stage / kept.name).write_bytes(results.content_of(connection, kept.sha256))
        else:
            stale.append(kept.name)
    return stale


def _srid_of(crs: CRS, source: str) -> int:
    srid = crs.to_epsg()
    if srid is None:
        remedy = "export the grid to a CRS with an EPSG code, such as CGCS2000 3-degree zones"
        raise CrsError(Problem("CRS_UNUSABLE", "the CRS has no EPSG code", source, "", remedy))
    return int(srid)


def _epsg(workspace: Workspace) -> int | None:
    return None if workspace.srid == NO_CRS else workspace.srid
