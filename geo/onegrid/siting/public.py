"""What of a comparison of scenarios may be published: no count of few, nor what tells one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.coverage.suppress import in_tens, suppress
from onegrid.standards import number

if TYPE_CHECKING:
    import geopandas as gpd

_UNIT = ["level", "id", "kind"]
_CHANGES = {"people_change": "people_covered", "elders_60_change": "elders_60_covered"}


def public_scenarios(compared: pd.DataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the scenarios side by side with what tells few people emptied.

    Scenarios hide together as walking profiles do: the steps between them are counts too. A change
    is shown where both counts are, in tens, and the counts of a scenario follow from it: beside
    figures at other paces, or of other scenarios, the last digit would tell who is in between.

    Parameters
    ----------
    compared
        What `onegrid.siting.scenarios.side_by_side` returns, the first scenario being today.
    cells
        The grid's cells.
    """
    told = suppress(compared.assign(profile=compared["scenario"]), cells)
    today = told[told["scenario"] == told["scenario"].iloc[0]].set_index(_UNIT)
    before = today.reindex(pd.MultiIndex.from_frame(told[_UNIT]))
    known = before.index.isin(today.index)
    for change, count in _CHANGES.items():
        was = before[count].where(known, 0)
        base = pd.Series(was.to_numpy(), told.index, dtype="Int64")
        told[change] = in_tens(told[count] - base)
        told[count] = base + told[change]
    told["covered_share"] = _shares(told)
    told["cause_before"] = before["cause"].to_numpy(object)
    columns = {"profile": compared["profile"]} if "profile" in compared else {}
    return told.drop(columns="profile").assign(**columns)[list(compared)]


def _shares(told: pd.DataFrame) -> pd.Series[float]:
    """Return the shares that follow from the counts as they are told; empty where one is hidden."""
    counts = (told[name].astype("Float64") for name in ("people_covered", "people"))
    covered, people = counts
    share = (covered / people).where(people > 0).clip(0, 1)
    return share.mask(told["covered_share"].isna()).astype(float)


def public_groups(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the district's groups with counts, and steps between scenarios, of few emptied.

    Steps are told in tens, and counts follow from them, as in `public_scenarios`.

    Parameters
    ----------
    groups
        ``level, id, kind, group, scenario, total, covered, change`` as `onegrid scenario` makes it.

    Examples
    --------
    >>> row = {"level": "district", "id": "d", "kind": "clinic", "group": "children", "total": 90,
    ...     "change": 0}
    >>> told = public_groups(pd.DataFrame([row | {"scenario": "today", "covered": 40},
    ...     row | {"scenario": "plan", "covered": 44, "change": 4}]))
    >>> told[["covered", "change"]].values.tolist()
    [[40, 0], [<NA>, <NA>]]
    """
    few = number("suppress_below_people")
    told = groups[groups["level"] == "district"].copy()
    counts = ["total", "covered", "change"]
    told[counts] = told[counts].astype("Int64")
    for _, rows in told.groupby(["kind", "group"], sort=False):  # few kinds and groups
        total, covered = rows["total"].to_numpy(np.int64), rows["covered"].to_numpy(np.int64)
        parts = np.column_stack([total, covered, total - covered])
        hidden = np.asarray(((parts > 0) & (parts < few)).any(axis=1))
        steps = np.abs(covered[:, None] - covered[None, :])
        close = (steps > 0) & (steps < few)
        hidden[1:] |= close[1:].any(axis=1)  # today stands where it may
        hidden |= np.full(len(rows), bool(((total > 0) & (total < few)).any()))
        told.loc[rows.index[hidden], ["covered", "change"]] = pd.NA
        told.loc[rows.index[(total > 0) & (total < few)], "total"] = pd.NA
        if hidden[0]:
            told.loc[rows.index, "change"] = pd.NA
        shown = rows.index[1:][~hidden[1:]]
        told.loc[shown, "change"] = in_tens(told.loc[shown, "change"])
        if not hidden[0]:
            told.loc[shown, "covered"] = covered[0] + told.loc[shown, "change"]
    return told
