"""The round of whoever works on the grid: their cells, and what waits there in walking order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import LONLAT, in_crs
from onegrid.grids.edit.rows import CELLS
from onegrid.operations.flows import ISSUE
from onegrid.operations.rounds import walking_order
from onegrid.pipeline.case_desk import published_plan
from onegrid.pipeline.register_desk import AIR, walks_between
from onegrid.store import case_lists, cases
from onegrid.store.entries import ACCOUNT, POST, list_entries
from onegrid.store.rows import read_layer
from onegrid.store.settings import srid_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from onegrid.grids.edit import Row
    from onegrid.store.cases import Kept

STOPS_MAX: Final = 40  # more than anybody walks to in a day
_OPEN_MAX: Final = 1000


class Stop(NamedTuple):
    """A case, and the seconds on foot from the place before; None where that is not known."""

    case: Kept
    walk_s: float | None


class Round(NamedTuple):
    """Where to go, in walking order.

    ``cells`` are one's own by id; ``open`` counts all that waits there.
    """

    cells: dict[str, Row]
    stops: list[Stop]
    open: int
    measure: str


def round_of(
    connection: Connection,
    account: str,
    start: tuple[float, float] | None,
    *,
    mine: Callable[[str, str], bool],
) -> Round:
    """Return the round of an account, from where it stands, else from what is most urgent.

    Parameters
    ----------
    start
        Longitude and latitude in degrees.
    mine
        Whether a subdistrict and community are theirs; of these, the cells that a post gives to
        the account are its own, and all of them where no post names it.
    """
    plan = published_plan(connection)
    rows = sorted(read_layer(connection, plan.plan_id, CELLS).items())
    area = {
        name: row
        for name, row in rows
        if mine(row.text("subdistrict_id"), row.text("community_id"))
    }
    given = {
        row.cell_id
        for row in list_entries(connection, POST)
        if row.active and row.details.get(ACCOUNT) == account
    }
    cells = {name: row for name, row in area.items() if name in given} or area
    homes = [f"cell/{name}" for name in cells]
    if cells is area:
        homes = sorted({f"community/{row.text('community_id')}" for row in area.values()})
    wanted = case_lists.Wanted(ISSUE, areas=tuple(homes), is_open=True)
    found = case_lists.list_cases(connection, wanted, slice(0, _OPEN_MAX))
    urgent = sorted(found, key=lambda row: (row["due_at"], row["case_id"]))[:STOPS_MAX]
    kept = [cases.case(connection, row["case_id"], register=ISSUE) for row in urgent]
    stops, measure = _in_order(connection, kept, start)
    return Round(cells, stops, case_lists.count_cases(connection, wanted), measure)


def _in_order(
    connection: Connection, kept: list[Kept], start: tuple[float, float] | None
) -> tuple[list[Stop], str]:
    """Return cases in walking order, each with the seconds from the place before."""
    places = [(one.place.lon, one.place.lat) for one in kept]
    if not places:
        return [], AIR
    places = places if start is None else [start, *places]
    lonlat = np.array(places, dtype=np.float64)
    frame = gpd.GeoDataFrame(geometry=shapely.points(lonlat), index=range(len(places)), crs=LONLAT)
    there = in_crs(frame, f"EPSG:{srid_of(connection)}")
    walks = walks_between(connection, there, there)
    order = walking_order(walks.walk_s).tolist()
    steps_s = [None, *(float(walks.walk_s[a, b]) for a, b in pairwise(order))]
    first = len(places) - len(kept)
    return [
        Stop(kept[place - first], None if walk_s is None or walk_s == np.inf else walk_s)
        for place, walk_s in list(zip(order, steps_s, strict=True))[first:]
    ], walks.measure
