"""What changes of facilities and streets do to everybody, told cell by cell, in milliseconds.

People are counted as whoever asks may know them. Where that is only what is published, a cell's
published figure is spread evenly over its doors: then an answer is made from nothing but public
figures, and no number of questions, however they are put, tells more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from onegrid.circles.settling import found_labels
from onegrid.circles.standing import Kind
from onegrid.coverage.walks import sums, within_limit
from onegrid.network.graph import US_PER_S, door_rows, towards
from onegrid.network.kernel import FAR, limit_us
from onegrid.network.nearest import searched
from onegrid.standards import number

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.circles.moves import Plan

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

GROUPS: Final = ("people", "elders_60")
_ROUND_TO: Final = 10  # people: what is not exact is told in tens
_SAME_S: Final = 0.05  # walks differ from here on, as they are written


@dataclass(frozen=True, eq=False)
class Counting:
    """How many live behind each door of a plan, as whoever asks may know it.

    ``cell`` is int64 (doors), -1 outside every cell; ``counts`` float64 (groups, doors) of
    `GROUPS`; ``exact`` bool (cells) tells where the counts are those of the doors themselves.
    """

    cell: Ints
    counts: Floats
    exact: Bools

    @property
    def whole(self) -> bool:
        """Whether every count is exact."""
        return bool(self.exact.all())


def counting(cell: Ints, counts: Floats, *, published: Floats, exact: Bools) -> Counting:
    """Return what somebody may count by.

    Parameters
    ----------
    cell
        int64 (doors): the cell of each door, -1 for none.
    counts
        float64 (groups, doors): how many live behind each door.
    published
        float64 (groups, cells): what everybody may know of a cell, NaN where it is hidden.
    exact
        bool (cells): where whoever asks may read doors.

    Returns
    -------
    counting
        In the other cells each door has an equal part of what is published; in those that are
        hidden it counts nobody, so that not even the number of their doors is told. Doors outside
        every cell count where all cells are exact.

    Examples
    --------
    >>> may = counting(np.array([0, 0, 1]), np.array([[5.0, 1.0, 7.0]] * 2),
    ...     published=np.array([[20.0, np.nan]] * 2), exact=np.array([False, False]))
    >>> may.counts[0].tolist()
    [10.0, 10.0, 0.0]
    """
    doors = np.bincount(cell[cell >= 0], minlength=len(exact))
    each = np.nan_to_num(published) / np.maximum(doors, 1)
    spread = np.where(cell >= 0, each[:, cell], 0.0)
    own = np.append(exact, exact.all())[cell]
    return Counting(cell, np.where(own, counts, spread), exact)


@dataclass(frozen=True, eq=False)
class Both:
    """Everybody's walk to a kind, and how long it may be, before and after.

    Seconds are float64 (doors), inf where nothing is reached.
    """

    kind: str
    before_s: Floats
    after_s: Floats
    limits_s: tuple[float, float]

    @property
    def within(self) -> tuple[Bools, Bools]:
        """Return who keeps the limit, before and after."""
        was, now = self.limits_s
        return within_limit(self.before_s, was), within_limit(self.after_s, now)


def walk_seconds(plan: Plan, kind: str) -> Floats:
    """Return everybody's seconds to the nearest facility of a kind, float64 (doors), inf: none."""
    if kind not in plan.kinds:
        return np.full(len(plan.people.ids), np.inf)
    found = plan.kinds[kind].found
    return np.where(found == FAR, np.inf, (found >> plan.bits.rank) / US_PER_S)


def seconds_to(plan: Plan, facility_id: str, limit_s: float) -> Floats | None:
    """Return everybody's seconds to one facility, float64 (doors), inf beyond a limit.

    None where the facility joins no street.
    """
    kind = next(k for k in plan.kinds.values() if facility_id in k.ids)
    at = np.flatnonzero(kind.ids == facility_id)
    if kind.sources.edge[at[0]] < 0:
        return None
    sources, rank = door_rows(kind.sources, at), np.zeros(1, dtype=np.int64)
    limit = limit_us(limit_s, plan.bits)
    labels = searched(towards(plan.graph), sources, rank, plan.bits, limit)
    alone = Kind(kind.ids[at], kind.points[at], sources, labels, np.empty(0, np.int64))
    found = found_labels(plan, alone, np.arange(len(plan.people.ids)))
    return np.where(found == FAR, np.inf, (found >> plan.bits.rank) / US_PER_S)


def told(count: float, *, exact: bool) -> int | None:
    """Return a count as it is told: whole, or in tens and None where it is of few people.

    Examples
    --------
    >>> told(7, exact=True), told(7, exact=False), told(17, exact=False), told(0, exact=False)
    (7, None, 20, 0)
    """
    if exact:
        return round(count)
    if 0 < count < number("suppress_below_people"):
        return None
    return int(count / _ROUND_TO + 0.5) * _ROUND_TO


def totals(walks: Both, by: Counting) -> dict[str, Any]:
    """Return what differs for everybody: covered before and after, gained and lost, mean walks."""
    was, now = walks.within
    found: dict[str, Any] = {}
    for name, count in zip(GROUPS, by.counts, strict=True):
        masks = {"covered_before": was, "covered_after": now, **_changes(was, now)}
        found[name] = told(float(count.sum()), exact=by.whole)
        for what, mask in masks.items():
            found[f"{name}_{what}"] = told(float(count[mask].sum()), exact=by.whole)
    everybody = np.zeros(len(by.cell), dtype=np.int64)
    for name, walk_s in (("walk_s_before", walks.before_s), ("walk_s_after", walks.after_s)):
        found[name] = _seconds(_mean(walk_s, everybody, by.counts[0], 1)[0])
    return {**found, "exact": by.whole}


def by_group(walks: Both, groups: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Return how many of each group (a column of counts by door) are covered before and after."""
    was, now = walks.within
    masks = {"total": np.ones_like(was), "covered_before": was, "covered_after": now}
    counts = {str(group): groups[group].to_numpy(np.float64, na_value=0.0) for group in groups}
    return {
        group: {what: round(float(count[mask].sum())) for what, mask in masks.items()}
        for group, count in counts.items()
    }


def by_cell(walks: Both, by: Counting) -> pd.DataFrame:
    """Return the cells where anything differs, by position: people gained and lost, mean walks.

    Examples
    --------
    >>> may = Counting(np.array([0, 1]), np.array([[30.0, 20.0], [3.0, 2.0]]), np.ones(2, bool))
    >>> walks = Both("clinic", np.array([100.0, 700]), np.array([100.0, 500]), (600.0, 600.0))
    >>> cells = by_cell(walks, may)
    >>> cells[["cell", "people_gained", "walk_s_before", "walk_s_after"]].values.tolist()
    [[1, 20, 700.0, 500.0]]
    """
    was, now = walks.within
    units = len(by.exact)
    with np.errstate(invalid="ignore"):  # inf minus inf: nothing reached, before and after
        other = (was != now) | (np.abs(walks.before_s - walks.after_s) >= _SAME_S)
    cells = np.unique(by.cell[other & (by.cell >= 0)])
    table: dict[str, Any] = {"cell": cells, "exact": by.exact[cells]}
    for name, count in zip(GROUPS, by.counts, strict=True):
        for what, differs in _changes(was, now).items():
            mask = differs & (by.cell >= 0)
            total = sums(by.cell[mask], count[mask], units)[cells]
            pairs = zip(total, by.exact[cells], strict=True)
            table[f"{name}_{what}"] = pd.array([told(n, exact=e) for n, e in pairs], dtype="Int64")
    for name, walk_s in (("walk_s_before", walks.before_s), ("walk_s_after", walks.after_s)):
        mean = _mean(walk_s, by.cell, by.counts[0], units)[cells]
        table[name] = [_seconds(value) for value in mean]
    return pd.DataFrame(table)


def _changes(was: Bools, now: Bools) -> dict[str, Bools]:
    return {"gained": now & ~was, "lost": was & ~now}


def _mean(walk_s: Floats, unit: Ints, people: Floats, units: int) -> Floats:
    """Return the mean walk of those who reach a facility, weighed by people; NaN for nobody."""
    there = np.isfinite(walk_s) & (unit >= 0)
    weight = sums(unit[there], people[there], units)
    total = sums(unit[there], people[there] * walk_s[there], units)
    mean: Floats = np.divide(total, weight, out=np.full(units, np.nan), where=weight > 0)
    return mean


def _seconds(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)
