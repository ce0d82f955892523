"""What may be published: counts of few people, and what would give them back, are left out.

A count of 1 to 9 people is suppressed. Where units add up to a published total, one suppressed
unit could be found by subtraction, so the smallest of its neighbours goes too, until at least two
units that together hold ten people are hidden; if no neighbour is left, the total itself goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_LEVELS = ("cell", "community", "subdistrict", "district")
_COVERED = (("people", "people_covered"), ("elders_60", "elders_60_covered"))


def hidden_units(
    counts: Sequence[pd.Series], parents: pd.Series, *, below_people: float
) -> pd.Series:
    """Return which units of a hierarchy must not show a count.

    Parameters
    ----------
    counts
        Series over all units of all levels, index unit; more than one when a published figure
        tells several counts at once (people reached, and people not reached).
    parents
        For each unit the unit its count is part of; missing for the topmost.
    below_people
        Counts above 0 and below this are hidden.

    Returns
    -------
    hidden
        True for hidden units, index of `counts`. Ties go to the unit that comes first.

    Examples
    --------
    >>> counts = pd.Series({"a": 4, "b": 30, "c": 50, "all": 84})
    >>> parents = pd.Series({"a": "all", "b": "all", "c": "all", "all": None})
    >>> hidden_units([counts], parents, below_people=10).to_dict()
    {'a': True, 'b': True, 'c': False, 'all': False}
    """
    table = np.column_stack([series.to_numpy(float) for series in counts])
    index = counts[0].index
    parent = index.get_indexer(pd.Index(parents.reindex(index).to_numpy()))
    hidden = np.asarray(((table > 0) & (table < below_people)).any(axis=1))
    while True:
        added = _give_away(table, parent, hidden, below_people)
        if not added.any():
            return pd.Series(hidden, index=index)
        hidden |= added


def _give_away(
    table: np.ndarray, parent: np.ndarray, hidden: np.ndarray, below_people: float
) -> np.ndarray:
    """Return the units to hide next: one more in each family that still tells too much."""
    units = len(table)
    inner = parent >= 0
    family = parent[inner]
    hidden_children = np.bincount(family[hidden[inner]], minlength=units)
    sums = [
        np.bincount(family, weights=np.where(hidden[inner], column[inner], 0), minlength=units)
        for column in table.T
    ]
    few = np.min(sums, axis=0) < below_people
    tells_child = ~hidden & (hidden_children > 0) & ((hidden_children == 1) | few)
    tells_total = hidden & (hidden_children == 0)  # its parts would add up to it
    need = tells_child | tells_total
    size = table[:, 0]
    candidates = np.flatnonzero(inner & ~hidden & (size > 0) & need[parent])
    order = candidates[np.lexsort((candidates, size[candidates], parent[candidates]))]
    families, first = np.unique(parent[order], return_index=True)
    added = np.zeros(units, dtype=bool)
    added[order[first]] = True
    lost = tells_child.copy()
    lost[families] = False
    return np.asarray(added | lost)


def public_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells with counts that may be published; the others are missing (`pandas.NA`).

    Parameters
    ----------
    cells
        The CELLS table.

    Returns
    -------
    public
        Same rows and columns; `households`, `people` and `elders_60` are nullable whole numbers.
    """
    below = number("suppress_below_people")
    parents, units = _cell_tree(cells)
    public = cells.copy()
    for column, whole in (("households", None), ("people", None), ("elders_60", "people")):
        if column not in cells:
            continue
        count = _totals(cells, cells[column], units)
        counts = [count]
        if whole in cells:
            counts.append(_totals(cells, cells[whole], units) - count)
        hidden = hidden_units(counts, parents, below_people=below)
        mask = hidden.loc[[f"cell/{i}" for i in cells.index]].to_numpy()
        public[column] = cells[column].astype("Int64").mask(mask)
    return public


def _cell_tree(cells: gpd.GeoDataFrame) -> tuple[pd.Series, list[str]]:
    """Return the parent of every unit, units named ``level/id``."""
    parents: dict[str, str | None] = {}
    for cell, community in zip(cells.index, cells["community_id"], strict=True):
        parents[f"cell/{cell}"] = f"community/{community}"
    subdistrict_of = dict(zip(cells["community_id"], cells["subdistrict_id"], strict=True))
    for community, subdistrict in subdistrict_of.items():
        parents[f"community/{community}"] = f"subdistrict/{subdistrict}"
        parents[f"subdistrict/{subdistrict}"] = "district/"
    parents["district/"] = None
    return pd.Series(parents, dtype=object), list(parents)


def _totals(cells: gpd.GeoDataFrame, values: pd.Series, units: list[str]) -> pd.Series:
    parts = [
        pd.Series(values.to_numpy(float), [f"cell/{i}" for i in cells.index]),
        *(
            values.groupby(cells[f"{level}_id"].to_numpy()).sum().add_prefix(f"{level}/")
            for level in ("community", "subdistrict")
        ),
        pd.Series({"district/": float(values.sum())}),
    ]
    total: pd.Series = pd.concat(parts).reindex(units).astype(float)
    return total


def public_gaps(gaps: pd.DataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the gaps table with figures that may be published; the others are empty.

    Parameters
    ----------
    gaps
        The table that ``coverage`` writes: one row per level, unit and kind.
    cells
        The CELLS table the units come from.

    Returns
    -------
    public
        Same rows and columns. Where a count of people, of people reached or of people not reached
        is hidden, so is the share; where people are hidden, so is the floor area they require.
    """
    parents, _ = _cell_tree(cells)
    public = gaps.copy()
    for column in (*(c for pair in _COVERED for c in pair), "covered_share"):
        public[column] = public[column].astype(float)
    for _, rows in gaps.groupby("kind", sort=True):
        masks = _masks(rows, parents)
        for column, mask in masks.items():
            public.loc[rows.index[mask], column] = np.nan
    return public


def _masks(rows: pd.DataFrame, parents: pd.Series) -> dict[str, np.ndarray]:
    """Return, for the rows of one kind, which figures to leave out."""
    below = number("suppress_below_people")
    whole_district = (rows["level"] == _LEVELS[-1]).to_numpy()
    ids = rows["id"].astype(str).mask(whole_district, "")
    units = pd.Index(rows["level"].astype(str) + "/" + ids)
    people, reached, elders, elders_reached = (
        pd.Series(rows[c].fillna(0).to_numpy(float), units) for pair in _COVERED for c in pair
    )
    up = parents.reindex(units)
    hide_people = hidden_units([people], up, below_people=below)
    hide_elders = hidden_units([elders, people - elders], up, below_people=below)
    hide_reached = hide_people | hidden_units([reached, people - reached], up, below_people=below)
    hide_elders_reached = hide_elders | hidden_units(
        [elders_reached, elders - elders_reached], up, below_people=below
    )
    masks = {
        "people": hide_people,
        "people_covered": hide_reached,
        "elders_60": hide_elders,
        "elders_60_covered": hide_elders_reached,
        "covered_share": hide_reached,
        "required_floor_area_m2": hide_people,
    }
    return {name: mask.to_numpy() for name, mask in masks.items() if name in rows}
