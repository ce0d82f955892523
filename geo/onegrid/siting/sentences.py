"""The layer ``sites``: every chosen candidate with its figures, and why, in a Chinese sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.siting.explain import Explained

WEIGHT_LABELS: Final = {
    "people": "居民",
    "households": "户",
    "elders_60": "60岁以上老人",
    "elders_80": "80岁以上老人",
    "elders_alone": "独居老人",
}
_NAMED = 3  # communities in a sentence


def site_table(
    candidates: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    explained: Explained,
    *,
    communities: pd.Series[str] | None = None,
    labels: tuple[str, float, str],
) -> gpd.GeoDataFrame:
    """Return chosen sites in order of choice, indexed by ``candidate_id``.

    Parameters
    ----------
    candidates, people
        The tables the situation was made from, in its order.
    explained
        What `explain` says of the choice.
    communities
        Name of the community of each door, to say where the newly served live.
    labels
        Walking profile, minutes, and the column that is the weight.

    Returns
    -------
    sites
        ``order`` from 1, ``gained`` (of the weight), ``people_gained``, ``elders_60_gained`` (of
        the doors that newly have any of the kinds), ``lost_without``, ``next_best`` and
        ``next_best_less`` (see `explain`), cost, floor area, ``profile, minutes, weight, why``.
        An office table: gains may be small.
    """
    profile, minutes, weight = labels
    found = explained.sites
    site = found["site"].to_numpy(np.int64)
    newly = explained.newly.assign(door=explained.newly["need"] % max(1, len(people)))
    newly = newly[~newly.duplicated(["order", "door"])]
    table = candidates.iloc[site].assign(
        order=np.arange(1, len(site) + 1),
        gained=found["gained"].to_numpy(np.float64),
        people_gained=_sums(newly, people["people"], len(site)),
        elders_60_gained=_sums(newly, people["elders_60"], len(site)),
        lost_without=found["lost_without"].to_numpy(np.float64),
        next_best=_names(candidates.index, found["next_best"].to_numpy(np.int64)),
        next_best_less=found["next_best_less"].to_numpy(np.float64),
        profile=profile,
        minutes=float(minutes),
        weight=weight,
    )
    where = _where(newly, people["people"], communities, len(site))
    rows = table.drop(columns=table.geometry.name).to_dict("records")
    label = WEIGHT_LABELS[weight]
    return table.assign(why=[_why(row, at, label) for row, at in zip(rows, where, strict=True)])


def _sums(newly: pd.DataFrame, count: pd.Series[int], sites: int) -> np.ndarray:
    values = count.to_numpy(np.int64)[newly["door"]]
    return np.bincount(newly["order"], weights=values, minlength=sites).astype(np.int64)


def _names(index: pd.Index, position: np.ndarray) -> np.ndarray:
    names: np.ndarray = np.array([*index.astype(str), ""], dtype=object)[position]
    return names


def _where(
    newly: pd.DataFrame, people: pd.Series[int], communities: pd.Series[str] | None, sites: int
) -> list[str]:
    """Return for each site the communities with most people newly served."""
    if communities is None:
        return [""] * sites
    table = pd.DataFrame(
        {
            "order": newly["order"].to_numpy(),
            "name": communities.to_numpy(object)[newly["door"]],
            "people": people.to_numpy(np.int64)[newly["door"]],
        }
    )
    sums = table[table["name"] != ""].groupby(["order", "name"])["people"].sum().reset_index()
    ranked = sums[sums["people"] > 0].sort_values(
        ["order", "people", "name"], ascending=[True, False, True]
    )
    found = [""] * sites
    for order, rows in ranked.groupby("order"):
        top = rows.head(_NAMED)
        found[int(str(order))] = "、".join(
            f"{name}{count}人" for name, count in zip(top["name"], top["people"], strict=True)
        )
    return found


def _why(row: dict[str, object], where: str, label: str) -> str:
    gained, lost, less = (float(str(row[k])) for k in ("gained", "lost_without", "next_best_less"))
    first = f"第{row['order']}处：新增覆盖{label}{gained:g}（居民{row['people_gained']}人，"
    first += f"其中60岁以上{row['elders_60_gained']}人）"
    parts = [first]
    if where:
        parts.append(f"主要在{where}")
    parts.append(f"若不建，{lost:g}无别处可去")
    if row["next_best"]:
        swap = "覆盖同样多" if less == 0 else f"{'少' if less > 0 else '多'}覆盖{abs(less):g}"
        parts.append(f"次优备选{row['next_best']}，改建在那里{swap}")
    return "；".join(parts) + "。"
