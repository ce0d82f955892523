"""Coverage of a district: every door and service against a norm, and the gaps of every unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from onegrid.coverage.causes import Ground, find_causes
from onegrid.coverage.demand import Demand, locate, place_points, same_crs
from onegrid.coverage.hours import open_at
from onegrid.coverage.rules import Service, services
from onegrid.coverage.sizes import Stock, measure_beds, measure_floors
from onegrid.coverage.tables import WALK_DECIMALS, Measured, cause_table, door_table, gaps_table
from onegrid.coverage.walks import (
    Walks,
    catchments_of,
    codes_of,
    leave_out_shut,
    nearest_arrays,
    within_limit,
)
from onegrid.errors import Gather
from onegrid.schema import FACILITIES
from onegrid.standards import profile as profile_named
from onegrid.standards.norm_packs import unverified_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import geopandas as gpd
    import numpy.typing as npt

    from onegrid.standards import Norm, Profile

    Floats = npt.NDArray[np.float64]


def _no_barriers() -> npt.NDArray[np.object_]:
    return np.empty(0, dtype=object)


@dataclass(frozen=True)
class CoverageOptions:
    """How people walk and what stands in their way.

    ``pairs`` maps a kind to its door–facility pairs within the limit (``door_id, facility_id,
    walk_s``): needed for accessibility and for full catchments. ``if_open`` is a nearest table of
    the network with every closed edge open. ``asked`` is the local time of the question; without
    it opening hours play no part. ``barrier_names`` name the ``barriers`` in their order.
    """

    profile: Profile = field(default_factory=profile_named)
    pairs: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    if_open: pd.DataFrame | None = None
    asked: datetime | None = None
    barriers: npt.NDArray[np.object_] = field(default_factory=_no_barriers)
    barrier_names: tuple[str, ...] = ()

    def barrier_label(self, barrier: int) -> str:
        """Return the name of a barrier, else its number."""
        names = self.barrier_names[barrier : barrier + 1]
        return (names and names[0]) or f"阻隔线{barrier}"


@dataclass(frozen=True)
class Coverage:
    """The tables of a coverage run, and the arrays they were made from.

    ``doors`` is ``doors.parquet``; ``gaps`` is ``gaps.csv``; ``door_causes`` has ``id, kind,
    cause, walk_air_ratio, barrier`` in the row order of ``doors``. ``unread_hours`` are the
    opening hours that nobody could read, taken as open.
    """

    doors: pd.DataFrame
    door_causes: pd.DataFrame
    gaps: pd.DataFrame
    measured: Measured
    options: CoverageOptions
    norms: tuple[Norm, ...]
    unread_hours: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[Floats, Floats]:
        """Elders and people by door, float64 (doors)."""
        doors = self.measured.demand.doors
        return np.asarray(doors["elders_60"], np.float64), np.asarray(doors["people"], np.float64)


def measure_coverage(
    doors: pd.DataFrame,
    people: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    norms: Iterable[Norm],
    *,
    options: CoverageOptions | None = None,
) -> Coverage:
    """Measure which doors reach which service within the norm, and why the others do not.

    Parameters
    ----------
    doors
        ``id, kind, facility_id, walk_s``: the nearest facility of each kind for each door, without
        a limit and not rounded; ``walk_s`` empty where nothing is reached. Absent rows reach
        nothing.
    people, facilities, cells
        PEOPLE and FACILITIES tables and grid cells, in one metric CRS.
    norms
        Rows of one norm pack; kinds without a row are not measured.

    Returns
    -------
    coverage
        Tables sorted by kind (in the order of the pack) and id; units by level, id and kind.

    Raises
    ------
    InputError
        With every problem of the tables: schema, CRS, ids that do not match, repeated rows.
    """
    chosen = options or CoverageOptions()
    gather = Gather()
    demand = gather.attempt(locate, people, cells)
    gather.attempt(FACILITIES.check, facilities)
    gather.attempt(same_crs, people=people, facilities=facilities)
    gather.check()
    assert demand is not None  # noqa: S101  (for the type checker: `check` raised otherwise)
    pack = tuple(norms)
    rules, ordered = services(pack), facilities.sort_index()
    stock = _stock(ordered, cells, rules)
    walks, unread = _walks(doors, rules, demand, facilities=ordered, options=chosen)
    floors, beds = (
        tuple(measure(getattr(r, of), i, stock, demand) for i, r in enumerate(rules))
        for of, measure in (("floors", measure_floors), ("beds", measure_beds))
    )
    ground = Ground(
        shapely.get_coordinates(demand.doors.geometry),
        shapely.get_coordinates(ordered.geometry),
        chosen.barriers,
        chosen.profile.speed_m_s,
    )
    causes = find_causes(walks, rules, demand, stock=stock, sizes=(floors, beds), ground=ground)
    measured = Measured(ordered, rules, demand, stock, walks, floors, beds, causes)
    table = door_table(measured)
    labels = tuple(chosen.barrier_label(i) for i in range(len(chosen.barriers)))
    reasons = cause_table(table, causes, labels)
    gaps = gaps_table(measured, chosen.profile.name, unverified_kinds(pack))
    return Coverage(table, reasons, gaps, measured, chosen, pack, unread)


def doors_within(doors: pd.DataFrame, norms: Iterable[Norm]) -> pd.DataFrame:
    """Return the rows of kinds that a pack has, with ``within`` decided, then seconds rounded.

    Examples
    --------
    >>> from onegrid.standards import Norm
    >>> doors = pd.DataFrame({"id": ["a", "b"], "kind": "clinic", "walk_s": [900.0, 900.04]})
    >>> doors_within(doors, [Norm("", "clinic", 15)])[["walk_s", "within"]].to_numpy().tolist()
    [[900.0, True], [900.0, False]]
    """
    limit_s = doors["kind"].map({rule.kind: rule.limit_s for rule in services(norms)})
    rows = doors[limit_s.notna()]
    walk_s = np.asarray(rows["walk_s"], np.float64)
    within = within_limit(walk_s, np.asarray(limit_s.dropna(), np.float64))
    return rows.assign(walk_s=np.round(walk_s, WALK_DECIMALS), within=within)


def _stock(
    facilities: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, rules: tuple[Service, ...]
) -> Stock:
    beds = facilities.get("beds", pd.Series(np.nan, facilities.index))
    return Stock(
        codes_of(facilities["kind"], pd.Index([rule.kind for rule in rules])),
        place_points(facilities.geometry.to_numpy(), cells),
        facilities["floor_area_m2"].to_numpy(np.float64),
        beds.to_numpy(np.float64),
        facilities["capacity_people"].to_numpy(np.float64),
    )


def _walks(
    doors: pd.DataFrame,
    rules: tuple[Service, ...],
    demand: Demand,
    *,
    facilities: gpd.GeoDataFrame,
    options: CoverageOptions,
) -> tuple[Walks, tuple[str, ...]]:
    ids, targets = demand.doors.index, facilities.index
    limits = np.array([rule.limit_s for rule in rules], dtype=np.float64).reshape(-1, 1)
    walk_s, facility = nearest_arrays(doors, rules, ids, targets)
    within = within_limit(walk_s, limits)
    open_s, open_facility = walk_s, facility
    if options.if_open is not None:
        open_s, open_facility = nearest_arrays(options.if_open, rules, ids, targets)
    within_if_open = within | within_limit(open_s, limits)
    catchments = tuple(
        catchments_of(options.pairs[rule.kind], rule.limit_s, ids, targets)
        if rule.kind in options.pairs
        else None
        for rule in rules
    )
    walks = Walks(walk_s, facility, within, within_if_open, open_facility, catchments)
    if options.asked is None:
        return walks, ()
    is_open, unread = open_at(facilities["opening_hours"].tolist(), options.asked)
    return leave_out_shut(walks, ~is_open), unread
