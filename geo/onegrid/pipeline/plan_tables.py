"""A plan of a workspace as tables: its layers as they stand, and what belongs to it on record."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from onegrid.errors import CrsError, Problem
from onegrid.grids.edit import open_grid
from onegrid.io.files import write_layers
from onegrid.io.reading import list_layers
from onegrid.pipeline.edit import read_layer
from onegrid.pipeline.edit_history import drawn_borders, with_codes
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE
from onegrid.store import plans, results
from onegrid.store.ground import PEOPLE, ground
from onegrid.store.rows import frame_of, read_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from pyproj import CRS
    from sqlalchemy import Connection

    from onegrid.grids.edit import OpenGrid
    from onegrid.store.audit import By

GRID_FILE: Final = "grid.gpkg"
RECORD_FILE: Final = "record.gpkg"  # layers of a grid that are no rows of a plan: codes, evidence
CONTACTS_FILE: Final = "contacts.csv"
PLACES_FILE: Final = "places.gpkg"  # layer "places": compounds and addresses, to be found by name
# they hold whatever is edited
STANDING: Final = frozenset({RECORD_FILE, NETWORK_FILE, WATER_FILE, CONTACTS_FILE, PLACES_FILE})


def frames_of(connection: Connection, plan_id: str, *, srid: int) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a plan as they stand, those without rows left out."""
    rows = read_rows(connection, plan_id)
    crs = f"EPSG:{srid}"
    return {
        layer: frame_of(layer, found.values(), crs=crs) for layer, found in rows.items() if found
    }


def is_stale(kept: results.ResultHead, head: plans.PlanHead, ground: str) -> bool:
    """Return whether a result is of another revision, or of other doors or facilities.

    ``ground`` is what the plan is made from now (`onegrid.store.ground.made_from`).
    """
    if kept.name in STANDING:
        return False
    return kept.revision != head.revision or kept.made_from not in (None, ground)


def record_of(layers: Mapping[str, gpd.GeoDataFrame]) -> bytes:
    """Return layers that are no rows of a plan as the file that is kept beside it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RECORD_FILE
        write_layers(path, layers)
        return path.read_bytes()


def recorded(connection: Connection, plan_id: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers that are kept beside a plan, as they were when it was imported."""
    kept = {r.name: r for r in results.list_results(connection, plan_id)}.get(RECORD_FILE)
    if kept is None:
        return {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / RECORD_FILE
        path.write_bytes(results.content_of(connection, kept.sha256))
        return {
            name: read_layer(f"{path}#{name}", name, table=not kind)
            for name, kind in list_layers(str(path)).items()
        }


def residents(connection: Connection, plan_id: str) -> gpd.GeoDataFrame | None:
    """Return a plan's doors with the counts of their residents, None where there are none."""
    people = ground(connection, plan_id, PEOPLE)
    return people if len(people) else None


def opened_plan(
    connection: Connection, plan_id: str, *, srid: int, record: Mapping[str, gpd.GeoDataFrame]
) -> OpenGrid:
    """Put a plan on the board, to be edited.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``, or that its rows are no partition.
    """
    plans.plan_head(connection, plan_id)
    return open_grid(
        frames_of(connection, plan_id, srid=srid),
        people=residents(connection, plan_id),
        evidence=drawn_borders(record),
    )


def layers_of(
    connection: Connection, head: plans.PlanHead, *, srid: int
) -> dict[str, gpd.GeoDataFrame]:
    """Return every layer of a plan's grid, its codes continued from when it was imported."""
    now = frames_of(connection, head.plan_id, srid=srid)
    others = recorded(connection, head.plan_id)
    back = [c.inverse() for c in reversed(plans.changes_of_line(connection, head))]
    if not others or not back:
        return now | others
    board = open_grid(now).board
    for change in back:
        board.apply(change)
    crs = f"EPSG:{srid}"
    start = {layer: frame_of(layer, rows.values(), crs=crs) for layer, rows in board.rows.items()}
    return with_codes(start | others, now | others, people=residents(connection, head.plan_id))


def branch(connection: Connection, plan_id: str, *, to: str, name: str, by: By) -> None:
    """Copy a plan as it stands, with the results that hold for it.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN`` or ``PLAN_EXISTS``.
    """
    source = plans.plan_head(connection, plan_id)
    plans.branch_plan(connection, plan_id, to=to, name=name, by=by)
    for kept in results.list_results(connection, plan_id):
        if kept.name in STANDING or kept.revision == source.revision:
            results.link(connection, to, replace(kept, revision=0))


def srid_of_crs(crs: CRS, source: str) -> int:
    """Return the EPSG code that a workspace keeps for a CRS.

    Raises
    ------
    CrsError
        ``CRS_UNUSABLE`` if it has none.
    """
    srid = crs.to_epsg()
    if srid is None:
        remedy = "export the grid to a CRS with an EPSG code, such as CGCS2000 3-degree zones"
        raise CrsError(Problem("CRS_UNUSABLE", "the CRS has no EPSG code", source, "", remedy))
    return int(srid)
