"""``onegrid init, export, backup, restore, account``: a workspace made, written out, copied."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from onegrid.crs import metric_crs
from onegrid.grids.edit.rows import CELLS
from onegrid.io.files import OutputFolder, write_csv, write_layers
from onegrid.pipeline.edit_history import (
    DEPARTMENTS_FILE,
    crosswalk_of,
)
from onegrid.pipeline.folder import FACILITIES_FILE
from onegrid.pipeline.plan_tables import GRID_FILE, RECORD_FILE, is_stale, layers_of, srid_of_crs
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
from onegrid.store.ground import DEPARTMENT, FACILITIES, PEOPLE, departments, ground, made_from
from onegrid.store.workspace import NO_CRS

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd
    from sqlalchemy import Connection

    from onegrid.store.audit import By


CROSSWALK_FILE: Final = "crosswalk.csv"


def init(place: str, *, name: str, crs: str | None) -> dict[str, Any]:
    """Make an empty workspace; without a CRS the first import chooses it."""
    srid = NO_CRS if crs is None else srid_of_crs(metric_crs(crs), "--crs")
    with closing(create_workspace(place, name=name, srid=srid)) as workspace:
        return {"workspace": place, "name": workspace.name, "epsg": _epsg(workspace)}


def export_plan(place: str, plan_id: str, out: Path, *, by: By) -> dict[str, Any]:
    """Write a plan as a result folder: its grid as it stands, and the results that still hold.

    Who did so is on record before the folder is there.

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
        told = write_plan(workspace, plan_id, stage)
        with workspace.writing() as connection:
            detail = {"revision": told["revision"], "cells": told["cells"]}
            audit.note(connection, by, "export", plan_id, detail)
        return {**told, "out": str(out)}


def write_plan(workspace: Workspace, plan_id: str, folder: Path) -> dict[str, Any]:
    """Write a plan of an open workspace into an empty folder; see `export_plan`."""
    with workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        layers = layers_of(connection, head, srid=workspace.srid)
        write_layers(folder / GRID_FILE, layers)
        old, people = _ground_of(connection, plan_id)
        if old:
            write_layers(folder / DEPARTMENTS_FILE, old)
        if old and len(people):
            write_csv(folder / CROSSWALK_FILE, crosswalk_of(layers[CELLS], old, people))
        facilities = ground(connection, plan_id, FACILITIES)
        if len(facilities):
            write_layers(folder / FACILITIES_FILE, {"facilities": facilities})
        kept = _write_results(connection, head, folder)
    return {"plan": plan_id, "revision": head.revision, "cells": len(layers[CELLS]), **kept}


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


def _ground_of(
    connection: Connection, plan_id: str
) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    names = departments(connection, plan_id)
    old = {name: ground(connection, plan_id, DEPARTMENT, department=name) for name in names}
    return old, ground(connection, plan_id, PEOPLE)


def _write_results(
    connection: Connection, head: plans.PlanHead, stage: Path
) -> dict[str, list[str]]:
    """Write the results of the present revision; return the names of those that do not hold.

    What is of another grid is ``stale`` and left out; what is of the present grid and of older
    doors or facilities is ``outdated`` and written: until it is made anew nobody has better.
    """
    now = made_from(connection, head.plan_id)
    told: dict[str, list[str]] = {"stale": [], "outdated": []}
    for kept in results.list_results(connection, head.plan_id):
        if kept.name in (RECORD_FILE, CROSSWALK_FILE):
            continue
        aside = is_stale(kept, head, now)
        if aside and kept.revision != head.revision:
            told["stale"].append(kept.name)
            continue
        if aside:
            told["outdated"].append(kept.name)
        (stage / kept.name).write_bytes(results.content_of(connection, kept.sha256))
    return told


def _epsg(workspace: Workspace) -> int | None:
    return None if workspace.srid == NO_CRS else workspace.srid
