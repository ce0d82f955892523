"""The tables of a coverage run, built from arrays: doors, their causes, and the gaps of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.coverage.access import accessibility
from onegrid.coverage.causes import CAUSES, COVERED, FULL
from onegrid.coverage.demand import LEVELS
from onegrid.coverage.walks import served
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from onegrid.coverage.causes import Causes
    from onegrid.coverage.demand import Demand
    from onegrid.coverage.rules import Service
    from onegrid.coverage.sizes import Sizes, Stock
    from onegrid.coverage.walks import Walks

    Floats = npt.NDArray[np.float64]

GAP_COLUMNS: Final = (
    *("level", "id", "kind", "people", "people_covered", "elders_60", "elders_60_covered"),
    *("covered_share", "worst_walk_s", "floor_area_m2", "required_floor_area_m2", "cause"),
    *("profile", "accessibility"),
)
# beside what every reader of the file may rely on
MORE_GAP_COLUMNS: Final = ("beds", "required_beds", "unverified")
_SIZES_OF: Final = (
    ("floor_area_m2", "required_floor_area_m2", "floors"),
    ("beds", "required_beds", "beds"),
)
WALK_DECIMALS: Final = 1  # output is rounded to 0.1 s, after every decision
_AREA_DECIMALS: Final = 2


@dataclass(frozen=True)
class Measured:
    """A coverage run as arrays; doors and facilities are sorted by id, services as in the pack."""

    facilities: gpd.GeoDataFrame
    services: tuple[Service, ...]
    demand: Demand
    stock: Stock
    walks: Walks
    floors: tuple[Sizes, ...]
    beds: tuple[Sizes, ...]
    causes: Causes


def door_table(measured: Measured) -> pd.DataFrame:
    """Return ``id, kind, facility_id, walk_s, within``, a row per kind and door."""
    walks, rules, ids = measured.walks, measured.services, measured.demand.doors.index
    names = np.array([*measured.facilities.index, None], dtype=object)
    return pd.DataFrame(
        {
            "id": np.tile(ids.to_numpy(object), len(rules)),
            "kind": np.repeat(np.array([rule.kind for rule in rules], dtype=object), len(ids)),
            "facility_id": names[walks.facility.ravel()],
            "walk_s": np.round(walks.walk_s.ravel(), WALK_DECIMALS),
            "within": walks.within.ravel(),
        }
    )


def cause_table(doors: pd.DataFrame, causes: Causes, barriers: tuple[str, ...]) -> pd.DataFrame:
    """Return ``id, kind, cause, walk_air_ratio, barrier`` in the row order of `doors`.

    The ratio is empty unless the cause is ``severed``; the barrier is empty unless one is named.
    """
    found = causes.crossings
    barrier = np.full(causes.cause.shape, -1, dtype=np.int64)
    barrier[found.row, found.door] = found.barrier
    return doors[["id", "kind"]].assign(
        cause=pd.Categorical.from_codes(causes.cause.ravel(), pd.Index(CAUSES)),
        walk_air_ratio=causes.ratio.ravel(),
        barrier=np.array([*barriers, ""], dtype=object)[barrier.ravel()],
    )


def gaps_table(measured: Measured, profile: str, unverified: Mapping[str, str]) -> pd.DataFrame:
    """Return `GAP_COLUMNS` and `MORE_GAP_COLUMNS`, a row per level, unit and kind.

    Sums by cell are rolled up; ``unverified`` marks the kinds whose norm nobody has checked.
    """
    demand, walks = measured.demand, measured.walks
    people = demand.doors["people"].to_numpy(np.float64)
    elders = demand.doors["elders_60"].to_numpy(np.float64)
    within = walks.within.astype(np.float64)
    everyone = np.ones_like(within)
    cause = measured.causes.cause
    sums = {
        "people": demand.by_cell(everyone * people),
        "people_covered": demand.by_cell(within * people),
        "elders_60": demand.by_cell(everyone * elders),
        "elders_60_covered": demand.by_cell(within * elders),
        "accessibility": demand.by_cell(_access(measured, people) * people),
        **{CAUSES[code]: demand.by_cell((cause == code) * people) for code in range(COVERED)},
    }
    walked = np.where((people > 0) & np.isfinite(walks.walk_s), walks.walk_s, -np.inf)
    worst = demand.by_cell_max(walked)
    parts = []
    for level in LEVELS:
        table = {name: demand.units.roll_up(values, level) for name, values in sums.items()}
        table["worst_walk_s"] = demand.units.roll_up_max(worst, level)
        for have, asked, sizes in _SIZES_OF:
            of_service = getattr(measured, sizes)
            table[have] = _stacked([size.have[level] for size in of_service], table)
            table[asked] = _stacked([size.asked[level] for size in of_service], table)
        parts.append(_level_table(level, demand.units.ids[level], measured.services, table))
    gaps = pd.concat(parts, ignore_index=True).assign(profile=profile)
    gaps["unverified"] = gaps["kind"].map(unverified)
    return gaps[[*GAP_COLUMNS, *MORE_GAP_COLUMNS]]


def facility_table(measured: Measured, profile: str) -> pd.DataFrame:
    """Return every facility of a measured kind beside what the norm asks of it, by kind and id.

    Columns ``facility_id, kind, name, cell_id, floor_area_m2, required_floor_area_m2,
    beds, required_beds, capacity_people, people_in_reach, elders_60_in_reach, use_share``
    (people in reach over capacity; empty without a capacity) and ``profile``. An office table:
    who is in reach of one facility and not of the next may be few.
    """
    stock, demand, walks = measured.stock, measured.demand, measured.walks
    mine = np.flatnonzero(stock.kind >= 0)
    row = stock.kind[mine]
    elders = demand.doors["elders_60"].to_numpy(np.float64)
    old = [served(walks, i, elders, len(stock.kind)) for i in range(len(measured.services))]
    people = measured.causes.load[row, mine]
    cells = np.array([*demand.units.ids["cell"], None], dtype=object)
    asked = {
        column: np.array([size.facility_asked for size in getattr(measured, sizes)])[row, mine]
        for _, column, sizes in _SIZES_OF
    }
    there = measured.facilities.iloc[mine]
    capacity = stock.capacity_people[mine]
    use = np.divide(people, capacity, out=np.full(len(mine), np.nan), where=capacity > 0)
    table = pd.DataFrame(
        {
            "facility_id": there.index.to_numpy(object),
            "kind": there["kind"].to_numpy(object),
            "name": there["name"].to_numpy(object),
            "cell_id": cells[stock.cell[mine]],
            "floor_area_m2": stock.floor_m2[mine],
            "required_floor_area_m2": np.round(asked["required_floor_area_m2"], _AREA_DECIMALS),
            "beds": stock.beds[mine],
            "required_beds": asked["required_beds"],
            "capacity_people": capacity,
            "people_in_reach": people.astype(np.int64),
            "elders_60_in_reach": np.array(old)[row, mine].astype(np.int64),
            "use_share": use,
            "profile": profile,
        }
    )
    return table.iloc[np.argsort(row, kind="stable")].reset_index(drop=True)


def worst_doors(measured: Measured) -> pd.DataFrame:
    """Return, for each kind, the ``worst_doors`` where people live that walk farthest.

    Columns ``kind, id, cell_id, people, elders_60, facility_id, walk_s, cause``, those that reach
    nothing first, then the longest walk, then most elders. An office table.
    """
    demand, walks = measured.demand, measured.walks
    doors = demand.doors
    lived_in = np.flatnonzero(doors["people"].to_numpy() > 0)
    elders = doors["elders_60"].to_numpy(np.float64)
    facilities = np.array([*measured.facilities.index, None], dtype=object)
    most, parts = int(number("worst_doors")), []
    for row, service in enumerate(measured.services):
        walk_s = np.nan_to_num(walks.walk_s[row, lived_in], nan=np.inf)
        order = np.lexsort((-elders[lived_in], -walk_s))[:most]
        at = lived_in[order]
        parts.append(
            pd.DataFrame(
                {
                    "kind": service.kind,
                    "id": doors.index[at],
                    "cell_id": doors["cell_id"].to_numpy(object)[at],
                    "people": doors["people"].to_numpy()[at],
                    "elders_60": doors["elders_60"].to_numpy()[at],
                    "facility_id": facilities[walks.facility[row, at]],
                    "walk_s": np.round(walks.walk_s[row, at], WALK_DECIMALS),
                    "cause": np.array(CAUSES, dtype=object)[measured.causes.cause[row, at]],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _stacked(rows: list[Floats], table: dict[str, Floats]) -> Floats:
    return np.array(rows, dtype=np.float64).reshape(table["people"].shape)


def _level_table(
    level: str, ids: tuple[str, ...], rules: tuple[Service, ...], table: dict[str, Floats]
) -> pd.DataFrame:
    """Return the rows of one level; arrays are (services, units), rows go by unit, then kind."""
    people = table["people"]
    lived_in = people > 0
    share = np.full(people.shape, np.nan)
    np.divide(table["people_covered"], people, out=share, where=lived_in)
    access = np.full(people.shape, np.nan)
    np.divide(table["accessibility"], people, out=access, where=lived_in)
    worst = np.where(np.isfinite(table["worst_walk_s"]), table["worst_walk_s"], np.nan)
    counts = {
        name: table[name].T.ravel().astype(np.int64)
        for name in ("people", "people_covered", "elders_60", "elders_60_covered")
    }
    return pd.DataFrame(
        {
            "level": level,
            "id": np.repeat(np.array(ids, dtype=object), len(rules)),
            "kind": np.tile(np.array([rule.kind for rule in rules], dtype=object), len(ids)),
            **counts,
            "covered_share": share.T.ravel(),
            "worst_walk_s": np.round(worst.T.ravel(), WALK_DECIMALS),
            **{
                name: np.round(table[name].T.ravel(), _AREA_DECIMALS)
                for have, asked, _ in _SIZES_OF
                for name in (have, asked)
            },
            "cause": _unit_cause(table).T.ravel(),
            "accessibility": access.T.ravel(),
        }
    )


def _unit_cause(table: dict[str, Floats]) -> npt.NDArray[np.object_]:
    """Return the cause with most uncovered people; None where nobody lives."""
    uncovered = np.array([table[CAUSES[cause]] for cause in range(FULL)])
    cause = uncovered.argmax(axis=0)  # the first of equals, in the order of CAUSES
    served = np.where(table["full"] > 0, FULL, COVERED)
    cause = np.where(uncovered.sum(axis=0) > 0, cause, served)
    cause[table["people"] <= 0] = len(CAUSES)
    return np.array([*CAUSES, None], dtype=object)[cause]


def _access(measured: Measured, people: Floats) -> Floats:
    """Return E2SFCA (services, doors); NaN where pairs or every capacity of a kind are missing."""
    walks, capacity = measured.walks, measured.stock.capacity_people
    values = np.full(walks.within.shape, np.nan)
    for row, rule in enumerate(measured.services):
        mine = measured.stock.kind == row
        pairs = walks.catchments[row]
        if not mine.any():
            values[row] = 0.0
        elif pairs is not None and np.isfinite(capacity[mine]).any():
            values[row] = accessibility(pairs, people, capacity, rule.limit_s)
    return values
