"""What of a comparison of scenarios may be published: no count of few, nor what tells one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from onegrid.coverage.suppress import in_tens, suppress
from onegrid.standards import number

if TYPE_CHECKING:
    import geopandas as gpd

_UNIT = ["level", "id", "kind"]
_PLAN = "scenario/"  # before a scenario's name, where it stands among walking profiles
_GROUP = ["total", "covered", "change"]
_ELDERS = {"elders_60": "total", "elders_60_covered": "covered", "elders_60_change": "change"}
_CHANGES = {"people_change": "people_covered", "elders_60_change": "elders_60_covered"}


def suppress_beside(
    gaps: pd.DataFrame | None, scenarios: pd.DataFrame | None, cells: gpd.GeoDataFrame
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Return gaps and scenarios, today first, as they may be published beside each other.

    The gaps hide what they hide by themselves, today what it must beside them, and the plans what
    they must beside both: each is one more pace, since the steps between them are counts too.

    Raises
    ------
    InputError
        As `onegrid.coverage.suppress.suppress`.
    """
    frames, turns = [], []
    if gaps is not None:
        frames.append(gaps)
        turns.append(set(gaps["profile"]))
    if scenarios is not None:
        plans = scenarios.assign(profile=_PLAN + scenarios["scenario"])
        frames.append(plans)
        turns.append(set(plans["profile"].head(1)))
    if not frames:
        return None, None
    told = suppress(pd.concat(frames, ignore_index=True), cells, earlier=turns)
    first = 0 if gaps is None else len(gaps)
    return (
        None if gaps is None else _as(gaps, told[:first]),
        None if scenarios is None else _as(scenarios, told[first:]),
    )


def _as(given: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Return the rows told of a table with its own index, columns and profiles."""
    own = told.set_axis(given.index)[list(given)]
    return own.assign(profile=given["profile"]) if "profile" in given else own


def public_scenarios(
    compared: pd.DataFrame, cells: gpd.GeoDataFrame, *, beside: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the scenarios side by side with what tells few people emptied.

    A change is shown in tens, and the counts of a scenario follow from it: beside figures at other
    paces, or of other scenarios, the last digit would tell who is in between.

    Parameters
    ----------
    compared
        What `onegrid.siting.scenarios.side_by_side` returns, the first scenario being today.
    cells
        The grid's cells.
    beside
        Gaps of the same grid that are published too.
    """
    told = cast("pd.DataFrame", suppress_beside(beside, compared, cells)[1])
    first = str(compared["scenario"].iloc[0])
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
    return told


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
