"""How big services are: floor area and beds in each unit, what the norm asks, what is missing."""

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
    from onegrid.coverage.rules import SizeRule

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_HOUSEHOLDS_PER_RATE, _ELDERS_PER_RATE = 100.0, 1000.0


@dataclass(frozen=True)
class Stock:
    """Facilities as arrays: ``kind`` (service position, -1 none), ``cell`` (-1 outside), sizes.

    ``floor_m2``, ``beds`` and ``capacity_people`` are float64 (facilities), NaN where not known.
    """

    kind: Ints
    cell: Ints
    floor_m2: Floats
    beds: Floats
    capacity_people: Floats


@dataclass(frozen=True)
class Sizes:
    """One size of one service: floor area in m², or beds.

    ``have[level]`` and ``asked[level]`` are float64 (units), NaN where the norm does not bind or
    nothing is known; ``facility_asked`` float64 (facilities), NaN where nothing is asked of it.
    ``facility_share`` is the part of what is asked that a facility has; ``unit_share[level]`` the
    same for the units a rule binds. A share is 1 where the norm is met or where a size is not
    known: no fault is claimed without a figure.
    """

    have: Mapping[str, Floats]
    asked: Mapping[str, Floats]
    facility_asked: Floats
    facility_share: Floats
    unit_share: Mapping[str, Floats]

    def door_share(self, demand: Demand) -> Floats:
        """Return the least share among the units each door lies in, float64 (doors)."""
        share = np.ones(len(demand.cell))
        for level, of_unit in self.unit_share.items():
            share = np.minimum(share, np.append(of_unit, 1.0)[demand.unit(level)])
        return share


@dataclass(frozen=True)
class _Mine:
    """The facilities of one service among all, with the size that is measured."""

    there: Bools
    cell: Ints
    size: Floats
    beds: Floats

    @property
    def known(self) -> Bools:
        """Which of them tell their size."""
        return self.there & np.isfinite(self.size)

    def by_unit(self, values: Floats, demand: Demand, level: str) -> Floats:
        """Return the sums (units of `level`) of values by facility."""
        unit = np.append(demand.units.of_cell[level], -1)[self.cell]
        inside = unit >= 0
        return sums(unit[inside], values[inside], len(demand.units.ids[level]))


def measure_floors(rules: tuple[SizeRule, ...], row: int, stock: Stock, demand: Demand) -> Sizes:
    """Compare the floor area of the service in position `row` with its rules; see `Sizes`.

    A unit above the level of a rule owes the sum of what the units in it owe; with rules at
    several levels, the larger sum. A unit below the level shows nothing, nor does a unit without
    any facility under a rule that binds facilities only.
    """
    mine = _Mine(stock.kind == row, stock.cell, stock.floor_m2, stock.beds)
    return _measured(rules, mine, demand)


def measure_beds(rules: tuple[SizeRule, ...], row: int, stock: Stock, demand: Demand) -> Sizes:
    """Compare the beds of the service in position `row` with its rules, as `measure_floors`."""
    mine = _Mine(stock.kind == row, stock.cell, stock.beds, stock.beds)
    return _measured(rules, mine, demand)


def _measured(rules: tuple[SizeRule, ...], mine: _Mine, demand: Demand) -> Sizes:
    known, there = mine.known, mine.there
    have = {lv: mine.by_unit(np.where(known, mine.size, 0), demand, lv) for lv in LEVELS}
    count = {lv: mine.by_unit(there.astype(np.float64), demand, lv) for lv in LEVELS}
    untold = (there & ~known).astype(np.float64)
    unknown = {lv: mine.by_unit(untold, demand, lv) for lv in LEVELS}
    asked = {level: np.full(len(have[level]), np.nan) for level in LEVELS}
    each, unit_share = np.full(len(there), np.nan), {}
    for bound in dict.fromkeys(rule.level for rule in rules):
        binding = [rule for rule in rules if rule.level == bound]
        if bound == "facility":
            each = np.where(there, _owed_by_each(binding, mine.beds), np.nan)
            owed = {
                lv: np.where(n > 0, mine.by_unit(np.nan_to_num(each), demand, lv), np.nan)
                for lv, n in count.items()
            }
        else:
            owed = _owed_by_level(binding, demand)
            unit_share[bound] = _share(have[bound], owed[bound], unknown[bound])
        for level, more in owed.items():
            asked[level] = np.fmax(asked[level], more)
    for level in LEVELS:
        nothing_known = (unknown[level] > 0) & (unknown[level] == count[level])
        have[level] = np.where(np.isnan(asked[level]) | nothing_known, np.nan, have[level])
    share = _share(np.where(known, mine.size, 0), np.nan_to_num(each), untold)
    return Sizes(have, asked, np.where(each > 0, each, np.nan), share, unit_share)


def _owed_by_each(rules: list[SizeRule], beds: Floats) -> Floats:
    """Return what each facility owes: the largest minimum, or so much for each of its beds."""
    owed = np.zeros(len(beds))
    for rule in rules:
        owed = np.maximum(owed, np.fmax(rule.minimum, np.nan_to_num(beds) * rule.per_bed))
    return owed


def _owed_by_level(rules: list[SizeRule], demand: Demand) -> dict[str, Floats]:
    """Return what each unit owes, at the level of the rules and above; NaN where none binds."""
    units, bound = demand.units, rules[0].level
    names = ["households", "elders_60", "people"]
    counts = demand.doors[names].to_numpy(np.float64).T
    households, elders, people = units.roll_up(demand.by_cell(counts), bound)
    owed = np.full(len(units.ids[bound]), np.nan)
    for rule in rules:
        by_households = households / _HOUSEHOLDS_PER_RATE * rule.per_100_households
        by_elders = elders / _ELDERS_PER_RATE * rule.per_1000_elders
        asked = np.maximum(np.maximum(rule.minimum, by_households), by_elders)
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


def _share(have: Floats, owed: Floats, unknown: Floats) -> Floats:
    binding = (owed > 0) & (unknown == 0)
    share = np.divide(have, owed, out=np.ones(len(have)), where=binding)
    return np.minimum(share, 1.0)
