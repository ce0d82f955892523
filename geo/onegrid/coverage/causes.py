"""Why a door is not served, or not well: none, far, closed, severed, full, else covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from scipy.spatial import KDTree

from onegrid.coverage.walks import served
from onegrid.standards import number

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.demand import Demand
    from onegrid.coverage.rules import Service
    from onegrid.coverage.sizes import Sizes, Stock
    from onegrid.coverage.walks import Walks

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

CAUSES: Final = ("none", "far", "closed", "severed", "full", "covered")
NONE, FAR, CLOSED, SEVERED, FULL, COVERED = range(len(CAUSES))
_AT_END_M: Final = 1e-6  # a line that only begins or ends on a barrier does not cross it


@dataclass(frozen=True)
class Crossings:
    """Where straight lines from severed doors first cross a barrier, one row per such line.

    int64 positions of the service (``row``), ``door``, air-nearest ``facility`` and ``barrier``;
    ``xy`` float64 (lines, 2) is the crossing.
    """

    row: Ints
    door: Ints
    facility: Ints
    barrier: Ints
    xy: Floats


@dataclass(frozen=True)
class Causes:
    """Causes by service and door.

    ``cause`` int8 (services, doors), positions in `CAUSES`; ``ratio`` float64, walking time over
    the time in a straight line for severed doors (infinite where there is no way at all), NaN for
    others; ``load`` float64 (services, facilities), people in each catchment.
    """

    cause: npt.NDArray[np.int8]
    ratio: Floats
    load: Floats
    crossings: Crossings


@dataclass(frozen=True)
class Ground:
    """Where doors and facilities stand, metres (rows, 2), and the barriers between them."""

    doors_xy: Floats
    facilities_xy: Floats
    barriers: npt.NDArray[np.object_]
    speed_m_s: float


def find_causes(
    walks: Walks,
    services: tuple[Service, ...],
    demand: Demand,
    *,
    stock: Stock,
    sizes: tuple[tuple[Sizes, ...], ...],
    ground: Ground,
) -> Causes:
    """Return the cause of every door and service; the first that holds, in the order of `CAUSES`.

    A reached door is ``full`` when the facility it walks to has more people in its catchment than
    capacity, or less of any of the `sizes` (floor area, beds; each by service) than a facility
    must have, or when the door's own community or subdistrict has less than it must. The air line
    of a severed door goes to the facility nearest in the air, which need not be the one nearest on
    foot.
    """
    people = demand.doors["people"].to_numpy(np.float64)
    cause = np.full(walks.within.shape, COVERED, dtype=np.int8)
    ratio = np.full(walks.within.shape, np.nan)
    load = np.zeros((len(services), len(stock.kind)))
    lines = []
    for row, service in enumerate(services):
        load[row] = served(walks, row, people, len(stock.kind))
        own = [of_service[row] for of_service in sizes]
        full = _full(walks, row, load[row], stock=stock, sizes=own, demand=demand)
        cause[row, full] = FULL
        doors = np.flatnonzero(~walks.within[row])
        mine = np.flatnonzero(stock.kind == row)
        if not len(mine):
            cause[row, doors] = NONE
            continue
        air_m, nearest = _air(ground, doors, mine)
        air_s = air_m / ground.speed_m_s
        cause[row, doors] = np.where(walks.within_if_open[row, doors], CLOSED, SEVERED)
        cause[row, doors[air_s > service.limit_s]] = FAR
        cut = cause[row, doors] == SEVERED
        ratio[row, doors[cut]] = _ratio(walks.walk_s[row, doors[cut]], air_s[cut])
        named = ratio[row, doors] >= number("severed_ratio")
        lines.append((np.full(named.sum(), row), doors[named], nearest[named]))
    return Causes(cause, ratio, load, _crossings(lines, ground))


def _full(
    walks: Walks, row: int, load: Floats, *, stock: Stock, sizes: list[Sizes], demand: Demand
) -> Bools:
    facility, within = walks.facility[row], walks.within[row]
    overrun, short = load > stock.capacity_people, np.zeros(len(within), bool)  # NaN: not known
    for size in sizes:
        overrun |= size.facility_share < 1
        short |= size.door_share(demand) < 1
    full: Bools = within & (np.append(overrun, False)[facility] | short)
    return full


def _air(ground: Ground, doors: Ints, facilities: Ints) -> tuple[Floats, Ints]:
    tree = KDTree(ground.facilities_xy[facilities])
    air_m, which = tree.query(ground.doors_xy[doors])
    return air_m, facilities[which]


def _ratio(walk_s: Floats, air_s: Floats) -> Floats:
    walk_s = np.where(np.isnan(walk_s), np.inf, walk_s)
    ratio: Floats = np.divide(walk_s, air_s, out=np.full(len(walk_s), np.inf), where=air_s > 0)
    return ratio


def _crossings(lines: list[tuple[Ints, Ints, Ints]], ground: Ground) -> Crossings:
    """Return where the lines cross the first barrier on their way, dropping those that do not."""
    empty = np.empty(0, dtype=np.int64)
    parts = [np.concatenate([empty, *part]) for part in zip(*lines, strict=True)] or [empty] * 3
    row, door, facility = parts
    ends = np.stack([ground.doors_xy[door], ground.facilities_xy[facility]], axis=1)
    line, barrier, xy = first_crossings(ends, ground.barriers)
    return Crossings(row[line], door[line], facility[line], barrier, xy)


def first_crossings(ends: Floats, barriers: npt.NDArray[np.object_]) -> tuple[Ints, Ints, Floats]:
    """Find the first barrier that each straight line crosses, walking from its start.

    Parameters
    ----------
    ends
        float64 (lines, 2, 2): start and end of each line, metres.
    barriers
        Object array of LineStrings. A line that only touches one with an end does not cross it.

    Returns
    -------
    line, barrier, xy
        Positions of the lines that cross and of the barrier each crosses first (int64), and the
        places (float64, (crossing lines, 2)). Ties go to the barrier that comes first.

    Examples
    --------
    >>> river = shapely.LineString([(5, -9), (5, 9)])
    >>> first_crossings(np.array([[[0.0, 0.0], [10.0, 0.0]]]), np.array([river]))
    (array([0]), array([0]), array([[5., 0.]]))
    """
    points, owner = shapely.get_coordinates(barriers, return_index=True)
    same = owner[1:] == owner[:-1]
    # A long river is searched piece by piece: its box alone says nothing.
    pieces = shapely.linestrings(np.stack([points[:-1][same], points[1:][same]], axis=1))
    owner = owner[1:][same]
    straight = shapely.linestrings(ends)
    line, piece = shapely.STRtree(pieces).query(straight, predicate="intersects")
    starts, stops = shapely.points(ends[line, 0]), shapely.points(ends[line, 1])
    shared = shapely.intersection(straight[line], pieces[piece])
    along_m = shapely.distance(starts, shared)
    real = (along_m > _AT_END_M) & (shapely.distance(stops, shared) > _AT_END_M)
    line, barrier = line[real].astype(np.int64), owner[piece[real]].astype(np.int64)
    leg = shapely.shortest_line(starts[real], shared[real])
    order = np.lexsort((barrier, along_m[real], line))
    _, first = np.unique(line[order], return_index=True)
    chosen = order[first]
    xy = shapely.get_coordinates(leg[chosen]).reshape(-1, 2, 2)[:, 1]
    return line[chosen], barrier[chosen], xy
