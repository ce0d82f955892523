"""A public copy of the gaps: counts of few people blanked, and whatever would give them back.

Units form a tree, and each published unit tells the sum of what is blank below it. So every such
sum must hold nobody or at least k people, in every part that the columns tell apart (elders and
others, covered and not), and must be shared by two branches. Counts of one unit hide and show
together: people with elders (the same for all kinds), covered people with covered elders, share,
cause and the other figures that would betray them, of all walking profiles.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.coverage.demand import LEVELS, units_of
from onegrid.coverage.walks import known_codes
from onegrid.errors import InputError, Problem
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

# what stands and falls with the people of a unit, and with those of them who are covered
WITH_PEOPLE: Final = (*("people", "elders_60", "required_floor_area_m2", "required_beds"),)
WITH_COVERED: Final = (
    *("people_covered", "elders_60_covered", "covered_share", "worst_walk_s", "cause"),
    "accessibility",
)
_ROUND_TO: Final = 10  # people: a round figure leaves as many possible as a hidden count
_HALF_UP: Final = 0.5
_LOAD: Final = r"还缺 \d+ 人的容量：时限内有 \d+ 人"
_COUNTS: Final = ("people", "elders_60", "people_covered", "elders_60_covered")


@dataclass(frozen=True)
class Tree:
    """Units of all levels, parents before children; ``children[i]`` are positions."""

    index: pd.Index
    children: tuple[tuple[int, ...], ...]


def suppress(
    gaps: pd.DataFrame,
    cells: gpd.GeoDataFrame,
    *,
    k: float | None = None,
    earlier: Sequence[Collection[str]] = (),
) -> pd.DataFrame:
    """Return a copy of the gaps table that may be published.

    Parameters
    ----------
    gaps
        The whole gaps table: every unit of the grid for every kind and profile.
    cells
        The grid's cells: which unit is part of which.
    k
        The smallest count of people that is shown; ``suppress_below_people`` by default.
    earlier
        Profiles that are published before the others, in turns: each turn hides what it must beside
        those before it, and at least what they hide. Without, all profiles hide together.

    Returns
    -------
    public
        Same rows; suppressed figures are empty (counts become nullable whole numbers).

    Raises
    ------
    InputError
        If the table lacks a unit of the grid, repeats one, or has one that the grid has not.
    """
    smallest = number("suppress_below_people") if k is None else k
    tree = tree_of(cells)
    public = gaps.astype(dict.fromkeys(_COUNTS, "Int64"))
    key = gaps["level"].astype(object) + "/" + gaps["id"].astype(object)
    unit = known_codes(key.rename("id"), tree.index, "gaps")
    nobody = np.zeros(len(tree.index), dtype=bool)
    kinds = gaps["kind"] if "kind" in gaps else pd.Series("", index=gaps.index)
    for kind, rows in gaps.groupby(kinds.to_numpy(), sort=False).indices.items():
        walkers = _by_walker(gaps, np.asarray(rows), unit, kind=str(kind), tree=tree)
        total = _everybody(gaps, next(iter(walkers.values())), _COUNTS[:2])
        reached = {name: _everybody(gaps, order, _COUNTS[2:]) for name, order in walkers.items()}
        betrayed = hidden = hidden_units(total, tree.children, must=nobody, k=smallest)
        told: list[str] = []
        for turn in _turns(reached, earlier):
            told += turn
            parts = _parts(total, [reached[name] for name in told])
            betrayed = hidden_units(parts, tree.children, must=betrayed, k=smallest)
            for name in turn:
                public = blanked(public, walkers[name][hidden], WITH_PEOPLE)
                public = blanked(public, walkers[name][betrayed], WITH_COVERED)
    return public


def _turns(names: Collection[str], earlier: Sequence[Collection[str]]) -> Iterator[list[str]]:
    """Yield the names of each turn that are there, then those of none."""
    for turn in earlier:
        yield [name for name in names if name in turn]
    yield [name for name in names if not any(name in turn for turn in earlier)]


def _by_walker(
    gaps: pd.DataFrame, rows: Ints, unit: Ints, *, kind: str, tree: Tree
) -> dict[str, Ints]:
    """Return the rows of one kind for each profile, in the order of the tree."""
    walker = gaps["profile"].to_numpy()[rows] if "profile" in gaps else np.zeros(len(rows), int)
    found = {}
    for name in pd.unique(walker):
        places = rows[walker == name]
        order = places[np.argsort(unit[places], kind="stable")]
        if not np.array_equal(unit[order], np.arange(len(tree.index))):
            what = "not one row for each unit of the grid"
            raise InputError(Problem("GAPS_INCOMPLETE", what, "gaps", f"{kind} {name}"))
        found[str(name)] = order
    return found


def _everybody(gaps: pd.DataFrame, rows: Ints, names: tuple[str, ...]) -> Floats:
    """Return people, elders among them, and others, float64 (rows, 3)."""
    people, elders = (gaps[name].to_numpy(np.float64)[rows] for name in names)
    return np.column_stack([people, elders, people - elders])


def _parts(total: Floats, reached: list[Floats]) -> Floats:
    """Return everybody, those each profile reaches and does not, and the steps between profiles.

    Who reaches a place at a slow pace reaches it at a fast one: a published profile bounds the
    others, so that they hide together.
    """
    ranked = sorted(reached, key=lambda part: float(part[:, 0].sum()))
    more = [np.abs(fast - slow) for slow, fast in pairwise(ranked)]
    return np.hstack([total, *reached, *(total - part for part in reached), *more])


def suppress_fixes(fixes: pd.DataFrame, *, k: float | None = None) -> pd.DataFrame:
    """Return the fixes with gains of few people emptied, the others in round figures.

    The gain of a site, of a community's own area or of an only facility is a sum of what the gaps
    may hide, so that its last digit would tell. For the same reason notes say no load.

    Examples
    --------
    >>> fixes = pd.DataFrame({"people_gained": [34, 9], "elders_60_gained": [12, 0]})
    >>> suppress_fixes(fixes)["people_gained"].tolist()
    [30, <NA>]
    """
    smallest = number("suppress_below_people") if k is None else k
    names = ["people_gained", "elders_60_gained"]
    people, elders = (fixes[name] for name in names)
    few = [(count > 0) & (count < smallest) for count in (people, elders, people - elders)]
    gains, told = fixes[names].apply(in_tens), fixes
    if "cost_note" in fixes:
        notes = fixes["cost_note"].astype(object).fillna("")
        notes = notes.str.replace(_LOAD, "服务人数超过容量", regex=True)
        told = fixes.assign(cost_note=notes.mask(few[0]))
    return told.assign(
        people_gained=gains[names[0]].mask(few[0]),
        elders_60_gained=gains[names[1]].mask(few[0] | few[1] | few[2]),
    )


def in_tens(counts: pd.Series[float]) -> pd.Series[int]:
    """Return counts in tens, halves up; missing ones stay so.

    Examples
    --------
    >>> in_tens(pd.Series([34, -17, None])).tolist()
    [30, -20, <NA>]
    """
    return ((counts.astype("Float64") / _ROUND_TO + _HALF_UP) // 1 * _ROUND_TO).astype("Int64")


def hidden_units(
    counts: Floats, children: tuple[tuple[int, ...], ...], *, must: Bools, k: float
) -> Bools:
    """Return which units of a tree to hide.

    Parameters
    ----------
    counts
        float64 (units, parts), each a sum over the unit's children; column 0 is everybody.
    children
        Positions of the children of each unit; parents come before children.
    must
        bool (units): hidden whatever their counts.
    k
        Counts above 0 and below this are hidden.

    Examples
    --------
    >>> counts = np.array([[84.0], [4.0], [30.0], [50.0]])
    >>> nobody = np.zeros(4, dtype=bool)
    >>> hidden_units(counts, ((1, 2, 3), (), (), ()), must=nobody, k=10)
    array([False,  True,  True, False])
    """
    lived_in = counts[:, 0] > 0
    hidden: Bools = lived_in & (must | _few(counts, k).any(axis=1))
    families = [
        (unit, [c for c in below if lived_in[c]]) for unit, below in enumerate(children) if below
    ]
    changed = True
    while changed:  # each turn hides at least one more unit, so it ends
        changed = False
        for unit, below in families:
            missing = _missing(unit, below, counts=counts, hidden=hidden, children=children, k=k)
            if missing is not None:
                hidden[missing] = changed = True
    return hidden


def _few(counts: Floats, k: float) -> Bools:
    return (counts > 0) & (counts < k)


def _missing(
    unit: int,
    below: list[int],
    *,
    counts: Floats,
    hidden: Bools,
    children: tuple[tuple[int, ...], ...],
    k: float,
) -> int | None:
    """Return one more unit to hide so that `unit` does not tell too much, or None."""
    blank = [child for child in below if hidden[child]]
    shown = [child for child in below if not hidden[child]]
    if hidden[unit]:  # its children must not add up to it
        return _smallest(shown, counts) if not blank else None
    if not blank:
        return None
    if len(blank) == 1 and shown:
        return _smallest(shown, counts)
    total, more = np.zeros(counts.shape[1]), shown
    while blank:  # down the blank branches, to the blank leaves whose sum is told
        child = blank.pop()
        inner = [c for c in children[child] if counts[c, 0] > 0]
        if not inner:
            total += counts[child]
        blank += [c for c in inner if hidden[c]]
        more = more + [c for c in inner if not hidden[c]]
    few = _few(total, k)
    if not few.any():
        return None
    helpful = [c for c in more if counts[c, few].any()]  # others would be hidden for nothing
    return _smallest(helpful or more, counts)


def _smallest(units: list[int], counts: Floats) -> int | None:
    return min(units, key=lambda unit: (counts[unit, 0], unit), default=None)


def blanked(table: pd.DataFrame, rows: Ints, names: Iterable[str]) -> pd.DataFrame:
    """Return a table with the columns `names` emptied in some rows (positions)."""
    mask = np.zeros(len(table), dtype=bool)
    mask[rows] = True
    return table.assign(**{name: table[name].mask(mask) for name in names if name in table})


def tree_of(cells: gpd.GeoDataFrame, *, levels: tuple[str, ...] = LEVELS) -> Tree:
    """Return the units of `levels`, named from below, as a tree from the district down.

    A unit hangs on the next level that names it.
    """
    units = units_of(cells)
    levels = levels[::-1]
    keys = [f"{level}/{name}" for level in levels for name in units.ids[level]]
    start = dict(
        zip(levels, np.cumsum([0, *(len(units.ids[lv]) for lv in levels)]).tolist(), strict=False)
    )
    children: list[list[int]] = [[] for _ in keys]
    parents = np.full(len(keys), -1, dtype=np.int64)
    above = np.zeros(len(units.of_cell["cell"]), dtype=np.int64)  # the district
    for level in levels[1:]:
        code = units.of_cell[level]
        named = code >= 0
        parents[start[level] + code[named]] = above[named]
        above = np.where(named, start[level] + code, above)
    for child in np.flatnonzero(parents >= 0):
        children[parents[child]].append(int(child))
    return Tree(pd.Index(keys), tuple(map(tuple, children)))
