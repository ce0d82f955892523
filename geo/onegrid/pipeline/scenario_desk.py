"""What-if questions answered at once: streets, doors and today's walks are kept between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from onegrid.circles.settling import fresh_kinds
from onegrid.compiled import in_threads
from onegrid.coverage.demand import place_points
from onegrid.coverage.privacy import public_cells
from onegrid.coverage.walks import within_limit
from onegrid.crs import in_crs
from onegrid.pipeline.recent import Recent
from onegrid.pipeline.scenario_file import scenario_of
from onegrid.pipeline.scenario_question import Limits, kinds_moving, kinds_told
from onegrid.pipeline.scenario_text import GROUP_LABELS
from onegrid.siting.answers import (
    GROUPS,
    Both,
    by_cell,
    by_group,
    counting,
    seconds_to,
    told,
    totals,
    walk_seconds,
)
from onegrid.siting.plans import Walked, plan_of_today
from onegrid.siting.scenarios import changed_facilities
from onegrid.standards import pack, profile
from onegrid.standards.signs import kind_label, kind_order

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt
    import pandas as pd

    from onegrid.circles.moves import Plan
    from onegrid.circles.standing import Kind
    from onegrid.network.arrays import Network
    from onegrid.pipeline.scenario_question import Question
    from onegrid.siting.answers import Counting
    from onegrid.siting.scenarios import Scenario
    from onegrid.standards import Norm

    Ints = npt.NDArray[np.int64]
    May = Callable[[gpd.GeoDataFrame], npt.NDArray[np.bool_]]

_GROUNDS, _PLANS, _GRIDS = 2, 4, 6  # kept
_KINDS = 120  # kept: the walks to one kind at one profile, 8 bytes for each node and each door


@dataclass(frozen=True, eq=False)
class Streets:
    """Who walks where to what, in the CRS of the network."""

    network: Network
    facilities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a plan by id."""

    cells: gpd.GeoDataFrame

    @cached_property
    def published(self) -> npt.NDArray[np.float64]:
        """What everybody may know of each cell, float64 (groups, cells), NaN where hidden."""
        public = public_cells(self.cells)[list(GROUPS)]
        return np.asarray(public.to_numpy(np.float64, na_value=np.nan).T)


@dataclass(frozen=True, eq=False)
class _Placed:
    """A grid, and doors on it.

    ``cell`` is the position of each door's cell, int64 (doors), -1 for none; ``counts`` float64
    (groups, doors) of `GROUPS`, ``groups`` a column for each other group that is counted.
    """

    grid: Grid
    cell: Ints
    counts: npt.NDArray[np.float64]
    groups: pd.DataFrame


@dataclass(frozen=True)
class Source:
    """Where the tables of a plan are read, and keys that differ whenever they do.

    ``norms`` gives the rules of a pack; without a workspace those are the bundled ones.
    """

    streets_key: Hashable
    streets: Callable[[], Streets]
    grid_key: Hashable
    grid: Callable[[], Grid]
    norms: Callable[[str], tuple[Norm, ...]] = pack


class ScenarioDesk:
    """Answers what-if questions; one for each process."""

    def __init__(self) -> None:
        self._streets = Recent[Streets](_GROUNDS)
        self._plans: Recent[Plan] = Recent(_PLANS)
        self._kinds: Recent[dict[str, Kind]] = Recent(_KINDS)
        self._grids = Recent[_Placed](_GRIDS)

    def answer(self, source: Source, asked: Question, *, may: May) -> dict[str, Any]:
        """Return what changes do to everybody, by kind and cell.

        Parameters
        ----------
        source
            The plan.
        asked
            The changes.
        may
            Where whoever asks may read doors, bool by cell; elsewhere people are counted as
            published.

        Raises
        ------
        InputError
            With every problem of the question.
        """
        streets, scenario, changed = self._read(source, asked.changes)
        limits = Limits.of(asked, source.norms(asked.standard), scenario.norms)
        moving = kinds_moving(scenario, streets.facilities)
        walker = scenario.profile.name if scenario.profile else asked.profile
        kinds = kinds_told(asked, moving, limits, anew=walker != asked.profile or scenario.streets)
        needed = {*kinds, *moving}
        before, today = (self._plan(source, streets, p, needed) for p in (asked.profile, walker))
        after = Walked(today, None).after(scenario, streets.facilities)
        placed = self._place(source, streets, before)
        grid = placed.grid
        exact = may(grid.cells)
        by = counting(placed.cell, placed.counts, published=grid.published, exact=exact)
        groups = placed.groups if by.whole else placed.groups.iloc[:, :0]
        pair = before, after.plan
        return {
            "profile": walker,
            "standard": asked.standard,
            "exact": by.whole,
            "kinds": [
                _of_kind(_both(kind, *pair, limits), by, grid=grid, groups=groups) for kind in kinds
            ],
            "facilities": [
                _of_facility(row, after.plan, limit_s=limits.after_s(row["kind"]), by=by)
                for row in _touched(scenario, changed)
            ],
        }

    def compare(
        self, source: Source, asked: Mapping[str, Question], *, may: May
    ) -> list[dict[str, Any]]:
        """Return what each of several scenarios does, all told of the same kinds.

        Raises
        ------
        InputError
            With every problem of a question.
        """
        found = {name: self.answer(source, one, may=may) for name, one in asked.items()}
        told = kind_order({row["kind"] for one in found.values() for row in one["kinds"]})
        return [
            {"name": name, **self.answer(source, replace(one, kinds=told), may=may)}
            for name, one in asked.items()
        ]

    def check(self, source: Source, changes: Sequence[Mapping[str, Any]]) -> None:
        """Raise `InputError` with every problem of changes, and of what they name."""
        self._read(source, changes)

    def _read(
        self, source: Source, changes: Sequence[Mapping[str, Any]]
    ) -> tuple[Streets, Scenario, gpd.GeoDataFrame]:
        """Return the streets, the changes, and the facilities after them."""
        streets = self._streets.get(source.streets_key, source.streets)
        scenario = scenario_of("changes", changes, streets.facilities, norms=source.norms)
        return streets, scenario, changed_facilities(streets.facilities, scenario)

    def _plan(self, source: Source, streets: Streets, walker: str, kinds: Iterable[str]) -> Plan:
        """Return everybody's walks of today to some kinds at one profile."""
        key = source.streets_key, walker
        facilities, people = streets.facilities, streets.people

        def start() -> Plan:
            who = profile(walker)
            return plan_of_today(streets.network, facilities, people, profile=who, kinds=())

        ground = self._plans.get(key, start)

        def settle(kind: str) -> dict[str, Kind]:
            def fresh() -> dict[str, Kind]:
                return fresh_kinds(ground, facilities[facilities["kind"] == kind])

            return self._kinds.get((*key, kind), fresh)

        found = in_threads(settle, sorted(kinds))
        return replace(ground, kinds={name: kind for one in found for name, kind in one.items()})

    def _place(self, source: Source, streets: Streets, plan: Plan) -> _Placed:
        """Return the grid, and where each door lies in it."""

        def place() -> _Placed:
            grid = source.grid()
            homes = in_crs(streets.people, grid.cells.crs).loc[plan.people.ids]
            return _Placed(
                grid,
                place_points(homes.geometry.to_numpy(), grid.cells),
                np.ascontiguousarray(homes[list(GROUPS)].to_numpy(np.float64).T),
                homes[[name for name in GROUP_LABELS if name in homes]],
            )

        return self._grids.get((source.streets_key, source.grid_key), place)


def _both(kind: str, before: Plan, after: Plan, limits: Limits) -> Both:
    limits_s = limits.before_s(kind), limits.after_s(kind)
    return Both(kind, walk_seconds(before, kind), walk_seconds(after, kind), limits_s)


def _of_kind(walks: Both, by: Counting, *, grid: Grid, groups: pd.DataFrame) -> dict[str, Any]:
    """Return what differs for one kind: in all, and in the cells where anything does."""
    found = by_cell(walks, by)
    rows = found.drop(columns="cell").astype(object)
    cells = rows.where(rows.notna(), None).to_dict("records")
    ids = grid.cells.index[found["cell"]]
    return {
        "kind": walks.kind,
        "label": kind_label(walks.kind),
        "minutes": walks.limits_s[1] / 60,
        "total": totals(walks, by),
        "groups": by_group(walks, groups),
        "cells": [{"cell_id": str(i), **row} for i, row in zip(ids, cells, strict=True)],
    }


def _touched(scenario: Scenario, changed: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return the facilities that are new, moved or enlarged, as they are then."""
    added = [] if scenario.added is None else list(scenario.added.index)
    names = dict.fromkeys([*scenario.moved, *scenario.enlarged, *added])
    rows: list[dict[str, Any]] = changed.loc[list(names)].reset_index().to_dict("records")
    return rows


def _of_facility(
    row: Mapping[str, Any], plan: Plan, *, limit_s: float, by: Counting
) -> dict[str, Any]:
    """Return who lives within reach of a facility, and whether it holds them."""
    walk_s = seconds_to(plan, str(row["facility_id"]), limit_s)
    near = np.zeros(len(by.cell), dtype=bool) if walk_s is None else within_limit(walk_s, limit_s)
    people, elders = (told(float(c[near].sum()), exact=by.whole) for c in by.counts)
    capacity = _amount(row["capacity_people"])
    return {
        "facility_id": row["facility_id"],
        "kind": row["kind"],
        "people_in_reach": people,
        "elders_60_in_reach": elders,
        "capacity_people": capacity,
        "floor_area_m2": _amount(row["floor_area_m2"]),
        "off_streets": walk_s is None,
        "full": None if capacity is None or people is None else people > capacity,
    }


def _amount(value: float) -> float | None:
    """Return a figure, None where there is none."""
    return None if np.isnan(value) else float(value)
