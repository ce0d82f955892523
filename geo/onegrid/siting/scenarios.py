"""Named sets of changes, and their gaps side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.errors import InputError, Problem
from onegrid.schema import FACILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import shapely

    from onegrid.standards import Norm, Profile

_UNIT: Final = ["level", "id", "kind"]
_COUNTS: Final = ["people_covered", "elders_60_covered"]
_SHOWN = 5


@dataclass(frozen=True)
class Size:
    """The size of a facility after a change; None leaves a figure as it is."""

    floor_area_m2: float | None = None
    capacity_people: float | None = None


@dataclass(frozen=True, eq=False)
class Scenario:
    """What is different from today.

    ``added`` are rows of a FACILITIES table; ``moved``, ``enlarged`` and ``closed`` name
    facilities by id. ``opened`` are places on closed streets that open, ``links``
    new streets. ``profile`` and ``norms`` stand in for today's; None is as today.
    """

    name: str
    added: gpd.GeoDataFrame | None = None
    moved: Mapping[str, shapely.Point] = field(default_factory=dict)
    enlarged: Mapping[str, Size] = field(default_factory=dict)
    closed: tuple[str, ...] = ()
    opened: tuple[shapely.Point, ...] = ()
    links: tuple[shapely.LineString, ...] = ()
    profile: Profile | None = None
    norms: tuple[Norm, ...] | None = None

    @property
    def streets(self) -> bool:
        """Whether streets are others than today's."""
        return bool(self.opened or self.links)


def changed_facilities(facilities: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    """Return the facilities of a scenario; moved points and added rows are in the same CRS.

    Raises
    ------
    InputError
        If a change names a facility that is not there, an added id is taken, an added table has
        another CRS, or a changed row breaks the schema.
    """
    _check(facilities, scenario)
    changed = facilities.drop(index=list(scenario.closed))
    name = changed.geometry.name
    for facility, point in scenario.moved.items():  # a few
        changed.loc[[facility], name] = [point]
    for facility, size in scenario.enlarged.items():
        for column in ("floor_area_m2", "capacity_people"):
            figure = getattr(size, column)
            if figure is not None:
                changed.loc[facility, column] = float(figure)
    if scenario.added is not None:
        added = scenario.added.reindex(columns=changed.columns)
        added = added.astype({c: changed[c].dtype for c in changed if c != name})
        changed = pd.concat([changed, added])
    return FACILITIES.check(changed)


def _check(facilities: gpd.GeoDataFrame, scenario: Scenario) -> None:
    named = {*scenario.moved, *scenario.enlarged, *scenario.closed}
    problems = [
        Problem("UNKNOWN_ID", "no such facility", scenario.name, f"at {', '.join(few)}")
        for few in [sorted(name for name in named if name not in facilities.index)[:_SHOWN]]
        if few
    ]
    both = sorted({*scenario.moved, *scenario.enlarged} & set(scenario.closed))
    if both:
        what = "a closed facility is moved or enlarged"
        problems.append(Problem("SCENARIO", what, scenario.name, f"at {', '.join(both)}"))
    if scenario.added is not None:
        taken = sorted(name for name in scenario.added.index if name in facilities.index)
        if taken:
            what, where = "id of an added facility is taken", f"at {', '.join(taken[:_SHOWN])}"
            problems.append(Problem("DUPLICATE_ID", what, scenario.name, where))
        names = scenario.added.geometry.name, facilities.geometry.name
        if scenario.added.crs != facilities.crs or len(set(names)) > 1:
            what = "added facilities are in another CRS or geometry column"
            problems.append(Problem("CRS_MISMATCH", what, scenario.name))
    if problems:
        raise InputError(*problems)


def side_by_side(gaps: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the gaps of several scenarios in one table, with the change against the first.

    Parameters
    ----------
    gaps
        ``gaps.csv`` tables by scenario, the first being today's.

    Returns
    -------
    compared
        A row per unit, kind and scenario, in the order given: ``level, id, kind, scenario,
        profile, people, people_covered, elders_60, elders_60_covered, covered_share, cause``,
        ``people_change`` and ``elders_60_change`` against the first scenario (a kind that it does
        not have counts as covering nobody), and ``cause_before``. An office table.

    Examples
    --------
    >>> row = {"level": "cell", "id": "1", "kind": "clinic", "people": 9, "people_covered": 2,
    ...     "elders_60": 3, "elders_60_covered": 1, "covered_share": 0.2, "cause": "far"}
    >>> more = {**row, "people_covered": 9, "elders_60_covered": 3, "cause": "covered"}
    >>> both = side_by_side({"today": pd.DataFrame([row]), "new": pd.DataFrame([more])})
    >>> both[["scenario", "people_change", "elders_60_change", "cause_before"]].values.tolist()
    [['today', 0, 0, 'far'], ['new', 7, 2, 'far']]
    """
    first = next(iter(gaps.values())).set_index(_UNIT)
    parts = []
    for name, table in gaps.items():
        before = first.reindex(pd.MultiIndex.from_frame(table[_UNIT]))
        counts = before[_COUNTS].fillna(0).to_numpy(np.int64)
        change = table[_COUNTS].to_numpy(np.int64) - counts
        parts.append(
            table[[*_UNIT]].assign(
                scenario=name,
                **({"profile": table["profile"]} if "profile" in table else {}),
                people=table["people"],
                people_covered=table["people_covered"],
                elders_60=table["elders_60"],
                elders_60_covered=table["elders_60_covered"],
                covered_share=table["covered_share"],
                cause=table["cause"],
                people_change=change[:, 0],
                elders_60_change=change[:, 1],
                cause_before=before["cause"].to_numpy(object),
            )
        )
    return pd.concat(parts, ignore_index=True)
