"""Floor area: what stands in each unit, what the norm asks, and where it falls short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onegrid.coverage.demand import LEVELS
from onegrid.coverage.walks import sums

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from onegrid.coverage.demand import Demand
    from onegrid.coverage.rules import FloorRule, Service

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_HOUSEHOLDS_PER_RATE, _ELDERS_PER_RATE = 100.0, 1000.0


@dataclass(frozen=True)
class Stock:
    """Facilities as arrays: ``kind`` (service position, -1 none), ``cell`` (-1 outside), areas.

    ``floor_m2`` and ``capacity_people`` are float64 (facilities), NaN where not known.
    """

    kind: Ints
    cell: Ints
    floor_m2: Floats
    capacity_people: Floats


@dataclass(frozen=True)
class Floors:
    """Floor area of one service.

    ``area_m2[level]`` and ``required_m2[level]`` are float64 (units), NaN where the norm does not
    bind or nothing is known. ``facility_share`` is float64 (facilities), the part of its required
    area that a facility has; ``unit_share[level]`` the same for the units a rule binds. A share
    is 1 where the norm is met or where an area is not known: no fault is claimed without a figure.
    """

    area_m2: Mapping[str, Floats]
    required_m2: Mapping[str, Floats]
    facility_share: Floats
    unit_share: Mapping[str, Floats]

    def door_share(self, demand: Demand) -> Floats:
        """Return the least share among the units each door lies in, float64 (doors)."""
        share = np.ones(len(demand.cell))
        for level, of_unit in self.unit_share.items():
            share = np.minimum(share, np.append(of_unit, 1.0)[demand.unit(level)])
        return share


def measure_floors(service: Service, row: int, stock: Stock, demand: Demand) -> Floors:
    """Compare the floor area of one service with its rules.

    A unit above the level of a rule owes the sum of what the units in it owe; with rules at
    several levels, the larger sum. A unit below the level shows nothing, nor does a unit without
    any facility under a rule that binds facilities only.
    """
    mine = stock.kind == row
    known = mine & np.isfinite(stock.floor_m2)
    area = {
        level: _sum(np.where(known, stock.floor_m2, 0), stock, demand, level) for level in LEVELS
    }
    count = {level: _sum(mine.astype(float), stock, demand, level) for level in LEVELS}
    unknown = {level: _sum((mine & ~known) * 1.0, stock, demand, level) for level in LEVELS}
    required = {level: np.full(len(area[level]), np.nan) for level in LEVELS}
    facility_share, unit_share = np.ones(len(mine)), {}
    for bound in dict.fromkeys(rule.level for rule in service.floors):
        rules = [rule for rule in service.floors if rule.level == bound]
        if bound == "facility":
            least_m2 = max(rule.minimum_m2 for rule in rules)
            if least_m2 > 0:
                share = stock.floor_m2[known] / least_m2
                facility_share[known] = np.minimum(share, 1.0)
            owed = {lv: np.where(n > 0, n * least_m2, np.nan) for lv, n in count.items()}
        else:
            owed = _owed_by_level(rules, demand)
            unit_share[bound] = _share(area[bound], owed[bound], unknown[bound])
        for level, asked in owed.items():
            required[level] = np.fmax(required[level], asked)
    for level in LEVELS:
        nothing_known = (unknown[level] > 0) & (unknown[level] == count[level])
        area[level] = np.where(np.isnan(required[level]) | nothing_known, np.nan, area[level])
    return Floors(area, required, facility_share, unit_share)


def _sum(by_facility: Floats, stock: Stock, demand: Demand, level: str) -> Floats:
    unit = np.append(demand.units.of_cell[level], -1)[stock.cell]
    there = unit >= 0
    size = len(demand.units.ids[level])
    return sums(unit[there], by_facility[there], size)


def _owed_by_level(rules: list[FloorRule], demand: Demand) -> dict[str, Floats]:
    """Return what each unit owes, at the level of the rules and above; NaN where none binds."""
    units, bound = demand.units, rules[0].level
    names = ["households", "elders_60", "people"]
    counts = demand.doors[names].to_numpy(np.float64).T
    households, elders, people = units.roll_up(demand.by_cell(counts), bound)
    owed = np.full(len(units.ids[bound]), np.nan)
    for rule in rules:
        asked = np.maximum(
            np.maximum(
                rule.minimum_m2, households / _HOUSEHOLDS_PER_RATE * rule.m2_per_100_households
            ),
            elders / _ELDERS_PER_RATE * rule.m2_per_1000_elders,
        )
        binds = (households >= rule.households_from) & (people >= rule.people_from)
        owed = np.fmax(owed, np.where(binds, asked, np.nan))
    result = {bound: owed}
    for level in LEVELS[LEVELS.index(bound) + 1 :]:
        parent = np.full(len(owed), -1, dtype=np.int64)
        inside = units.of_cell[bound] >= 0
        parent[units.of_cell[bound][inside]] = units.of_cell[level][inside]
        there = (parent >= 0) & ~np.isnan(owed)
        size = len(units.ids[level])
        some = np.bincount(parent[there], minlength=size) > 0
        result[level] = np.where(some, sums(parent[there], owed[there], size), np.nan)
    return result


def _share(area: Floats, owed: Floats, unknown: Floats) -> Floats:
    binding = (owed > 0) & (unknown == 0)
    share = np.divide(area, owed, out=np.ones(len(area)), where=binding)
    return np.minimum(share, 1.0)
