"""Registers at work: where a row belongs, who is missing, who looks after what, who serves whom."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.circles.reach import reach
from onegrid.crs import LONLAT, in_crs
from onegrid.errors import InputError, Problem
from onegrid.grids.edit.rows import CELLS, COMMUNITIES
from onegrid.grids.locate import locate
from onegrid.grids.staffing import staffing
from onegrid.operations.matching import match
from onegrid.operations.staffing import propose, staff_gaps
from onegrid.pipeline.case_desk import grid_of, published_plan
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.plan_tables import frames_of
from onegrid.pipeline.scenario_sources import network_of
from onegrid.standards import DEFAULT_PROFILE, profile
from onegrid.store import results
from onegrid.store.entries import POST, list_entries
from onegrid.store.ground import PEOPLE, ground
from onegrid.store.rows import read_layer
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from onegrid.operations.matching import Matches
    from onegrid.operations.staffing import Proposal
    from onegrid.store.entries import Row

WALK: Final = "walk"  # along the streets of the plan's network
AIR: Final = "air"  # straight on, where the plan has no network: shorter than any walk
_LIMIT_S: Final = 3600.0


class Walks(NamedTuple):
    """Seconds on foot, float64 (from, to), infinite where nobody walks, and how they were told."""

    walk_s: NDArray[np.float64]
    measure: str


class Proposed(NamedTuple):
    """Which worker each cell of a community best has: cells and workers by position."""

    cells: list[str]
    workers: list[Row]
    found: Proposal
    measure: str


def at_home(connection: Connection, row: Row) -> Row:
    """Return a row with the cell, community and subdistrict it belongs to.

    Raises
    ------
    InputError
        ``OUTSIDE`` if its place is in no cell, ``CELL_UNKNOWN``, ``COMMUNITY_UNKNOWN``.
    """
    plan = published_plan(connection)
    cells = dict(sorted(read_layer(connection, plan.plan_id, CELLS).items()))
    name = row.cell_id
    if row.lon is not None and row.lat is not None:
        crs = _crs(connection)
        there = in_crs(_points([(row.lon, row.lat)], ["it"]), crs).geometry.to_numpy()
        place = int(locate(there, np.array([one.shape for one in cells.values()]))[0])
        if place < 0:
            raise InputError(Problem("OUTSIDE", "the place lies in no cell"))
        name = list(cells)[place]
    if name is None:
        homes = {c.text("community_id"): c.text("subdistrict_id") for c in cells.values()}
        if row.community_id not in homes:
            what = f"no community {row.community_id!r} with cells"
            raise InputError(Problem("COMMUNITY_UNKNOWN", what))
        return replace(row, subdistrict_id=homes[row.community_id])
    if name not in cells:
        raise InputError(Problem("CELL_UNKNOWN", f"no cell {name!r}"))
    home = cells[name]
    return replace(
        row,
        cell_id=name,
        grid=grid_of(plan),
        community_id=home.text("community_id"),
        subdistrict_id=home.text("subdistrict_id"),
    )


def gaps_of_staff(connection: Connection) -> pd.DataFrame:
    """Return the posts that every cell and community needs, has and lacks, with their homes."""
    plan = published_plan(connection)
    tables = frames_of(connection, plan.plan_id, srid=srid_of(connection))
    cells, communities = tables[CELLS].sort_index(), tables[COMMUNITIES]
    counts = cells["households"].fillna(0).astype(np.int64)
    needed = staffing(cells.assign(households=counts), communities).table
    doors = ground(connection, plan.plan_id, PEOPLE)
    home = locate(doors.geometry.to_numpy(), cells.geometry.to_numpy())
    buildings = pd.Series([cells.index[i] for i in home if i >= 0], dtype=object).value_counts()
    there: dict[tuple[str, str], int] = {}
    for row in list_entries(connection, POST):
        if row.active:
            key = (row.kind, row.cell_id or row.community_id)
            there[key] = there.get(key, 0) + 1
    found = staff_gaps(needed, buildings, there)
    community = found["id"].map(cells["community_id"]).fillna(found["id"])
    homes = cells.drop_duplicates("community_id").set_index("community_id")["subdistrict_id"]
    return found.assign(community_id=community, subdistrict_id=community.map(homes).fillna(""))


def propose_workers(connection: Connection, community_id: str, post: str) -> Proposed:
    """Propose which worker of a community looks after each of its cells.

    Raises
    ------
    InputError
        ``STAFF_NONE`` if nobody there has that post and a place to start from, or as `propose`.
    """
    plan = published_plan(connection)
    rows = sorted(read_layer(connection, plan.plan_id, CELLS).items())
    cells = [(name, row) for name, row in rows if row.text("community_id") == community_id]
    workers = [
        row
        for row in list_entries(connection, POST)
        if row.active and row.kind == post and row.community_id == community_id
        and row.lon is not None
    ]  # fmt: skip
    if not cells or not workers:
        what = f"nobody in {community_id!r} is {post} and has a place"
        raise InputError(Problem("STAFF_NONE", what, remedy="save posts with lon and lat"))
    middles = [shapely.point_on_surface(row.shape) for _, row in cells]
    names = [name for name, _ in cells]
    crs = _crs(connection)
    doors = gpd.GeoDataFrame(geometry=middles, index=names, crs=crs)
    starts = _points([(r.lon, r.lat) for r in workers], [r.entry_id for r in workers])
    walks = walks_between(connection, doors, in_crs(starts, crs))
    load = np.array([row.count("households") for _, row in cells], dtype=np.float64)
    return Proposed(names, workers, propose(load, walks.walk_s), walks.measure)


def match_registers(
    connection: Connection,
    needs: Sequence[Row],
    resources: Sequence[Row],
    *,
    limit_s: Callable[[Row], float],
) -> tuple[Matches, str]:
    """Say which resource serves which need, and how walks were measured; all have places."""
    tables = [_register(rows) for rows in (needs, resources)]
    crs = _crs(connection)
    places = [
        in_crs(_points([(r.lon, r.lat) for r in rows], [r.entry_id for r in rows]), crs)
        for rows in (needs, resources)
    ]
    walks = walks_between(connection, *places)
    asked = tables[0].assign(limit_s=[limit_s(row) for row in needs])
    return match(asked, tables[1], walks.walk_s), walks.measure


def walks_between(connection: Connection, start: gpd.GeoDataFrame, to: gpd.GeoDataFrame) -> Walks:
    """Return seconds on foot between two sets of points, up to an hour."""
    plan = published_plan(connection)
    files = {one.name: one.sha256 for one in results.list_results(connection, plan.plan_id)}
    walker = profile(DEFAULT_PROFILE)
    if NETWORK_FILE not in files:
        air_m = shapely.distance(
            start.geometry.to_numpy()[:, None], to.geometry.to_numpy()[None, :]
        )
        walk_s = air_m / walker.speed_m_s
        return Walks(np.where(walk_s <= _LIMIT_S, walk_s, np.inf), AIR)
    network = network_of(results.content_of(connection, files[NETWORK_FILE]))
    start, to = (
        frame.set_axis(frame.index.map(str)) for frame in (start, to)
    )  # as pairs name them
    pairs = reach(network, start, to, limit_s=_LIMIT_S, profile=walker).pairs
    table = np.full((len(start), len(to)), np.inf)
    row, column = start.index.get_indexer(pairs["from_id"]), to.index.get_indexer(pairs["to_id"])
    table[row, column] = pairs["walk_s"]
    return Walks(table, WALK)


def _crs(connection: Connection) -> str:
    return f"EPSG:{srid_of(connection)}"


def _points(
    places: Sequence[tuple[float | None, float | None]], names: list[str]
) -> gpd.GeoDataFrame:
    lonlat = np.array(places, dtype=np.float64).reshape(-1, 2)
    return gpd.GeoDataFrame(geometry=shapely.points(lonlat), index=names, crs=LONLAT)


def _register(rows: Sequence[Row]) -> pd.DataFrame:
    names = ["kind", "people", "from_at", "until_at"]
    data = [[getattr(row, name) for name in names] for row in rows]
    return pd.DataFrame(data, columns=names, index=[row.entry_id for row in rows])
