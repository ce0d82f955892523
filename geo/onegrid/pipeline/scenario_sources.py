"""Where what-if questions find their tables: a folder of results, or a plan of a workspace."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from onegrid import schema
from onegrid.crs import in_crs
from onegrid.errors import InputError, Problem
from onegrid.grids.edit.rows import CELLS
from onegrid.io.files import read_table
from onegrid.io.networks import read_network
from onegrid.pipeline.folder import FACILITIES_FILE, NETWORK_FILE, PEOPLE_FILE
from onegrid.pipeline.norm_desk import norms_named
from onegrid.pipeline.plan_tables import GRID_FILE
from onegrid.pipeline.scenario_desk import Grid, Source, Streets
from onegrid.store import plans, results
from onegrid.store.ground import FACILITIES, PEOPLE, batches_of, ground
from onegrid.store.rows import frame_of, read_layer

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.network.arrays import Network
    from onegrid.schema import Table
    from onegrid.standards import Norm
    from onegrid.store import Workspace

_TABLES: Final = (FACILITIES, PEOPLE)
_REMEDIES: Final = {
    NETWORK_FILE: "make a network first",
    FACILITIES_FILE: "import facilities first",
    PEOPLE_FILE: "import households first",
}


def folder_source(folder: Path) -> Source:
    """Return the tables of a folder that ``onegrid coverage`` wrote to.

    Raises
    ------
    InputError
        If files that walks are made from are not there.
    """
    names = (NETWORK_FILE, FACILITIES_FILE, PEOPLE_FILE)
    missing = [name for name in (*names, GRID_FILE) if not (folder / name).is_file()]
    if missing:
        remedy = "run `onegrid network` and `onegrid coverage` with this --out first"
        raise InputError(*(_missing(name, remedy) for name in missing))

    def streets() -> Streets:
        facilities = read_table(str(folder / FACILITIES_FILE), schema.FACILITIES).frame
        people = read_table(str(folder / PEOPLE_FILE), schema.PEOPLE).frame
        return _streets(read_network(folder / NETWORK_FILE), facilities, people)

    def grid() -> Grid:
        return Grid(read_table(f"{folder / GRID_FILE}#{CELLS}", schema.CELLS).frame.sort_index())

    keys = {name: _state(folder / name) for name in (*names, GRID_FILE)}
    return Source((str(folder), *(keys[n] for n in names)), streets, keys[GRID_FILE], grid)


def plan_source(workspace: Workspace, plan_id: str) -> Source:
    """Return the tables of a plan of a workspace, as they stand now.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``, or that the plan has no network, or the workspace no doors or facilities.
    """
    with workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        kept = {one.name: one.sha256 for one in results.list_results(connection, plan_id)}
        facilities, people = (batches_of(connection, plan_id, role) for role in _TABLES)
    found = {
        NETWORK_FILE: kept.get(NETWORK_FILE),
        FACILITIES_FILE: tuple(facilities),
        PEOPLE_FILE: tuple(people),
    }
    missing = [name for name, key in found.items() if not key]
    if missing:
        raise InputError(*(_missing(name, _REMEDIES[name]) for name in missing))

    def streets() -> Streets:
        with workspace.reading() as connection:
            content = results.content_of(connection, str(found[NETWORK_FILE]))
            tables = [ground(connection, plan_id, role) for role in _TABLES]
        places = _whole(tables[0], schema.FACILITIES)
        return _streets(network_of(content), places, tables[1])

    def grid() -> Grid:
        with workspace.reading() as connection:
            rows = read_layer(connection, plan_id, CELLS)
        return Grid(frame_of(CELLS, rows.values(), crs=f"EPSG:{workspace.srid}").sort_index())

    def norms(name: str) -> tuple[Norm, ...]:
        with workspace.reading() as connection:
            return norms_named(connection, name)

    return Source(tuple(found.values()), streets, (plan_id, head.revision), grid, norms)


def published_source(workspace: Workspace) -> Source:
    """Return the tables of the plan that is published.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN`` before one is, or as `plan_source`.
    """
    with workspace.reading() as connection:
        heads = [p for p in plans.list_plans(connection) if p.status == plans.PUBLISHED]
    if not heads:
        raise InputError(Problem("PLAN_UNKNOWN", "no plan is published"))
    return plan_source(workspace, heads[0].plan_id)


def _streets(network: Network, facilities: gpd.GeoDataFrame, people: gpd.GeoDataFrame) -> Streets:
    places = in_crs(facilities, network.crs)
    places.index = places.index.astype(object)  # looked up often, one by one
    return Streets(network, places, in_crs(people, network.crs))


def network_of(content: bytes) -> Network:
    """Return the network of a file's bytes; its arrays stay mapped when the file is gone."""
    with tempfile.TemporaryDirectory(prefix="onegrid-streets-") as folder:
        path = Path(folder) / NETWORK_FILE
        path.write_bytes(content)
        return read_network(path)


def _whole(frame: gpd.GeoDataFrame, table: Table) -> gpd.GeoDataFrame:
    """Return a table of the store as files give it: no text or amount is None."""
    texts = {n: frame[n].fillna("") for n, c in table.columns.items() if c.kind == "text"}
    amounts = {n: frame[n].astype(float) for n, c in table.columns.items() if c.kind == "amount"}
    return frame.assign(**texts, **amounts)


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_mtime_ns, state.st_size


def _missing(name: str, remedy: str) -> Problem:
    return Problem("NOT_THERE", f"no {name} to walk with", name, "", remedy)
