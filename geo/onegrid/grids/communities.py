"""Are communities of a size one committee can serve? Splits and merges along cell borders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.groups import balanced_groups
from onegrid.layers.borders import borders_of, neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHECK_COLUMNS: Final = (
    "name",
    "subdistrict_id",
    "households",
    "cells",
    "size",
    "proposal",
    "with",
    "result_households",
    "note",
)
PROPOSAL_COLUMNS: Final = (
    "proposal",
    "community_ids",
    "part",
    "cell_ids",
    "households",
    "geometry",
)


@dataclass(frozen=True)
class CommunityCheck:
    """Sizes of all communities, and the proposals for those out of the band.

    ``table`` has `CHECK_COLUMNS`, by ``community_id``; ``size`` is ``fits, too_small, too_big`` or
    ``unknown`` (no households at all are given). ``proposals`` has `PROPOSAL_COLUMNS`, one row per
    community that would result, with its geometry.
    """

    table: pd.DataFrame
    proposals: gpd.GeoDataFrame

    def report(self) -> dict[str, int]:
        """Return what ``report.json`` says of it."""
        sizes = self.table["size"].value_counts()
        proposals = self.table["proposal"].value_counts()
        return {
            "fits": int(sizes.get("fits", 0)),
            "too_small": int(sizes.get("too_small", 0)),
            "too_big": int(sizes.get("too_big", 0)),
            "split_proposed": int(proposals.get("split", 0)),
            "merge_proposed": int(proposals.get("merge", 0)),
        }


def check_communities(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> CommunityCheck:
    """Compare every community with the band of households, and propose what to do.

    A community above the band is split into the fewest groups of neighbouring cells that may fit,
    as equal as can be. One below is merged with the neighbour of its subdistrict that brings the
    two into the band (longest common border first), and on until it is reached; no merge is
    proposed that leaves the band above.

    Parameters
    ----------
    cells
        Table CELLS, edge-matched, metric CRS.
    communities
        Communities by id with ``name`` and ``subdistrict_id``.

    **Source**: 1,500–3,000 households, see ``community_households_min`` and ``_max``.
    """
    low, high = (standards.number(f"community_households_{end}") for end in ("min", "max"))
    ids = communities.index.astype(str)
    row = pd.Series(np.arange(len(ids)), index=ids)
    home = row.reindex(cells["community_id"].astype(str)).to_numpy().astype(np.int64)
    weights = cells["households"].to_numpy().astype(np.float64)
    total = np.bincount(home, weights, minlength=len(ids)).astype(np.float64)
    size = np.select([total < low, total > high], ["too_small", "too_big"], "fits").astype(object)
    if not total.any():
        size[:] = "unknown"
    table = pd.DataFrame(
        {
            "name": communities["name"].fillna("").astype(str).to_numpy(),
            "subdistrict_id": communities["subdistrict_id"].fillna("").astype(str).to_numpy(),
            "households": np.rint(total).astype(np.int64),
            "cells": np.bincount(home, minlength=len(ids)),
            "size": size,
            **dict.fromkeys(("proposal", "with", "result_households", "note"), ""),
        },
        index=ids.rename("community_id"),
    )
    found: list[Proposal] = []
    pairs, length_m = _adjacent(cells)
    inside = home[pairs[:, 0]] == home[pairs[:, 1]]
    for k in np.flatnonzero(size == "too_big"):
        found += _split(int(k), (home, weights, total), pairs[inside], length_m[inside], high)
    across = _between(pairs[~inside], length_m[~inside], home)
    found += _merges(table, total, across, (low, high))
    return _checked(table, found, cells, home)


@dataclass(frozen=True)
class Proposal:
    """One community that would result: whose, which cells (rows) and how many households."""

    kind: str
    members: tuple[int, ...]
    part: int
    cells: tuple[int, ...]
    households: int


def _adjacent(cells: gpd.GeoDataFrame) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    adjacency = neighbours(borders_of(cells.geometry.to_numpy()))
    return adjacency.pairs.reshape(-1, 2), adjacency.length_m


def _between(
    pairs: NDArray[np.int64], length_m: NDArray[np.float64], home: NDArray[np.int64]
) -> dict[int, dict[int, float]]:
    """Return the length of the border between each two communities."""
    shared: dict[int, dict[int, float]] = {}
    for (a, b), length in zip(home[pairs].tolist(), length_m.tolist(), strict=True):
        for one, other in ((a, b), (b, a)):
            near = shared.setdefault(one, {})
            near[other] = near.get(other, 0.0) + length
    return shared


def _split(
    community: int,
    counts: tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]],
    pairs: NDArray[np.int64],
    length_m: NDArray[np.float64],
    most: float,
) -> list[Proposal]:
    """Split one community into balanced groups of neighbouring cells."""
    home, weights, total = counts
    mine = np.flatnonzero(home == community)
    parts = min(int(np.ceil(total[community] / most)), len(mine))
    if parts < 2:  # noqa: PLR2004  (nothing to split)
        return []
    place = np.full(len(home), -1)
    place[mine] = np.arange(len(mine))
    own = home[pairs[:, 0]] == community
    label = balanced_groups(weights[mine], place[pairs[own]], border_m=length_m[own], groups=parts)
    return [
        Proposal(
            "split",
            (community,),
            g + 1,
            tuple(mine[label == g].tolist()),
            round(float(weights[mine][label == g].sum())),
        )
        for g in range(parts)
    ]


def _merges(
    table: pd.DataFrame,
    total: NDArray[np.float64],
    near: dict[int, dict[int, float]],
    band: tuple[float, float],
) -> list[Proposal]:
    """Join small communities with neighbours of their subdistrict, the smallest first."""
    low, high = band
    subdistrict, size = table["subdistrict_id"].to_numpy(), table["size"].to_numpy()
    free = set(np.flatnonzero(size != "too_big").tolist())
    found = []
    for first in np.argsort(total, kind="stable").tolist():
        if size[first] != "too_small" or first not in free:
            continue
        group, households = [first], float(total[first])
        while households < low:
            border: dict[int, float] = {}
            for member in group:
                for other, length in near.get(member, {}).items():
                    border[other] = border.get(other, 0.0) + length
            fitting = [
                other
                for other in sorted(border)
                if other in free
                and other not in group
                and subdistrict[other] == subdistrict[first]
                and households + total[other] <= high
            ]
            if not fitting:
                break
            # into the band first, then the longest border; earlier ids win ties
            best = max(fitting, key=lambda o: (households + total[o] >= low, border[o]))
            group.append(best)
            households += float(total[best])
        if len(group) > 1:
            free -= set(group)
            found.append(Proposal("merge", tuple(group), 1, (), round(households)))
    return found


def _checked(
    table: pd.DataFrame, found: list[Proposal], cells: gpd.GeoDataFrame, home: NDArray[np.int64]
) -> CommunityCheck:
    ids, shapes = table.index.to_numpy(), cells.geometry.to_numpy()
    told = {
        name: table[name].tolist() for name in ("proposal", "with", "result_households", "note")
    }
    rows = []
    for p in found:
        part = np.array(p.cells) if p.cells else np.flatnonzero(np.isin(home, p.members))
        members = ";".join(ids[list(p.members)])
        cell_ids = ";".join(cells.index[part].astype(str))
        shape = shapely.coverage_union_all(shapes[part])
        rows.append((p.kind, members, p.part, cell_ids, p.households, shape))
        for k in p.members:
            told["proposal"][k] = p.kind
            told["with"][k] = ";".join(i for i in ids[list(p.members)] if i != ids[k])
            before = told["result_households"][k]
            told["result_households"][k] = (
                f"{before};{p.households}" if before else str(p.households)
            )
    for k, size in enumerate(table["size"]):
        told["note"][k] = _note(size, told["proposal"][k], told["result_households"][k])
    proposals = gpd.GeoDataFrame(
        rows, columns=list(PROPOSAL_COLUMNS), geometry="geometry", crs=cells.crs
    )
    proposals.index = pd.Index([f"P{k + 1:03d}" for k in range(len(rows))], name="proposal_id")
    return CommunityCheck(table.assign(**told)[list(CHECK_COLUMNS)], proposals)


def _note(size: str, proposal: str, result: str) -> str:
    """Say in Chinese what is the matter and what is proposed."""
    low, high = (standards.number(f"community_households_{end}") for end in ("min", "max"))
    counts = result.replace(";", "、")
    if proposal == "split":
        return f"超过{high:.0f}户，建议沿网格界线拆分为{counts}户"
    if proposal == "merge" and size == "too_small":
        return f"不足{low:.0f}户，建议与同街道相邻社区合并，合并后{counts}户"
    if proposal == "merge":
        return f"建议接收同街道相邻的小社区，合并后{counts}户"
    if size == "too_big":
        return f"超过{high:.0f}户，但只有一个网格，无法沿网格界线拆分"
    if size == "too_small":
        return f"不足{low:.0f}户，同街道没有合并后不超过{high:.0f}户的相邻社区，建议调入相邻网格"
    return ""
