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
_GROUP = ["total", "covered", "change"]
_ELDERS = {"elders_60": "total", "elders_60_covered": "covered", "elders_60_change": "change"}
_CHANGES = {"people_change": "people_covered", "elders_60_change": "elders_60_covered"}


def public_scenarios(compared: pd.DataFrame, cells: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the scenarios side by side with what tells few people emptied.

    Today is no step: it is shown wherever it may be by itself. The scenarios hide together as
    walking profiles do, since the steps between them are counts too. A change is shown in tens, and
    the counts of a scenario follow from it: beside figures at other paces, or of other scenarios,
    the last digit would tell who is in between.

    Parameters
    ----------
    compared
        What `onegrid.siting.scenarios.side_by_side` returns, the first scenario being today.
    cells
        The grid's cells.
    """
    first = str(compared["scenario"].iloc[0])
    told = suppress(compared.assign(profile=compared["scenario"]), cells, apart=first)
    today = told[told["scenario"] == first].set_index(_UNIT)
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


def public_groups(groups: pd.DataFrame, public: pd.DataFrame) -> pd.DataFrame:
    """Return the district's groups with counts, and steps between scenarios, of few emptied.

    Steps are told in tens, and counts follow from them, as in `public_scenarios`, from which the
    elders from 60 are taken: the same people are told or hidden in both.

    Parameters
    ----------
    groups
        ``level, id, kind, group, scenario, total, covered, change`` as `onegrid scenario` makes it.
    public
        What `public_scenarios` returns for the same scenarios.

    Examples
    --------
    >>> row = {"level": "district", "id": "d", "kind": "clinic", "group": "children", "total": 90,
    ...     "change": 0}
    >>> told = public_groups(pd.DataFrame([row | {"scenario": "today", "covered": 40},
    ...     row | {"scenario": "plan", "covered": 44, "change": 4}]), pd.DataFrame())
    >>> told[["covered", "change"]].astype(object).to_numpy().tolist()
    [[40, 0], [<NA>, <NA>]]
    """
    told = groups[groups["level"] == "district"].copy()
    told[_GROUP] = told[_GROUP].astype("Int64")
    parts = [_few_hidden(rows) for _, rows in told.groupby(["kind", "group"], sort=False)]
    told[_GROUP] = pd.concat(parts) if parts else told[_GROUP]
    if public.empty:
        return told
    same = public[public["level"] == "district"].set_index(["kind", "scenario"])
    keys = pd.MultiIndex.from_frame(told[["kind", "scenario"]])
    for row, group in _ELDERS.items():
        there = same[row].astype("Int64").reindex(keys).set_axis(told.index)
        told[group] = told[group].mask(told["group"] == "elders_60", there)
    return told


def _few_hidden(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of one group in all scenarios, today first, as they may be published."""
    few = number("suppress_below_people")
    told, total, covered = rows[_GROUP].copy(), rows["total"], rows["covered"].to_numpy(np.int64)
    small = (total > 0) & (total < few)
    parts = np.column_stack([covered, total.to_numpy(np.int64) - covered])
    hidden = np.asarray(((parts > 0) & (parts < few)).any(axis=1)) | bool(small.any())
    steps = np.abs(covered[:, None] - covered[None, :])
    close = (steps > 0) & (steps < few)
    hidden[1:] |= bool(close.any()) | bool(hidden.any())  # today stands where it may
    told["total"] = told["total"].mask(small)
    told["change"] = in_tens(told["change"]).mask(hidden)
    told["covered"] = (covered[0] + told["change"]).mask(hidden)
    return told
