"""Codes of cells: 6 digits county, 3 subdistrict, 3 community, 3 sequence.

A code once issued is never given to another cell, also not after it is void: numbers go on after
the highest one their community, and communities after the highest one their subdistrict, ever had.

Source: 15-digit unit-grid codes (GB/T 2260 county code first) and the numbering order west to east,
north to south inside a community, as in ``grid_rules`` of the norm collection.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

_COUNTY, _SUBDISTRICT, _COMMUNITY = 6, 9, 12


def community_codes(
    communities: gpd.GeoDataFrame, *, known: Mapping[str, str] | None = None
) -> pd.Series[str]:
    """Return the 12-digit code of each community, indexed like `communities`.

    A community whose id is such a code keeps it. Else subdistricts and communities are numbered in
    order of their ids, after the six digits all ids begin with, or six zeros.

    Parameters
    ----------
    communities
        Table with ``subdistrict_id``, indexed by community id.
    known
        Codes that communities had before, by id (`known_communities`): they keep them, and no
        other community gets them, whether theirs still exists or not.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> one = gpd.GeoDataFrame({"subdistrict_id": ["S"]}, geometry=[box(0, 0, 1, 1)], index=["C7"])
    >>> community_codes(one).tolist()
    ['000000001001']
    >>> community_codes(one, known={"C3": "420103001001"}).tolist()
    ['420103002001']
    """
    before = dict(known or {})
    ids = communities.index.astype(str)
    fresh = _fresh_community_codes(communities)
    if not before:
        return fresh
    taken = set(before.values())
    head = _subdistrict_heads(communities, before, fresh)
    home = communities["subdistrict_id"].astype(str).to_numpy()
    codes = []
    for i, subdistrict in zip(
        ids, home, strict=True
    ):  # each new code depends on those given before it
        code = before.get(i)
        if code is None and i == fresh[i] and i not in taken:
            code = i
        if code is None:
            code = _next_code(head[subdistrict], taken)
        taken.add(code)
        codes.append(code)
    return pd.Series(codes, index=communities.index)


def _fresh_community_codes(communities: gpd.GeoDataFrame) -> pd.Series[str]:
    ids = communities.index.astype(str)
    if all(re.fullmatch(rf"\d{{{_COMMUNITY}}}", i) for i in ids):
        return pd.Series(ids, index=communities.index)
    heads = {i[:_COUNTY] for i in ids}
    county = heads.pop() if len(heads) == 1 else ""
    county = county if re.fullmatch(rf"\d{{{_COUNTY}}}", county) else "0" * _COUNTY
    subdistricts = communities["subdistrict_id"].astype(str)
    order = {s: k + 1 for k, s in enumerate(sorted(subdistricts.unique()))}
    rank = subdistricts.sort_index().groupby(subdistricts).cumcount() + 1
    codes = [f"{county}{order[subdistricts[i]]:03d}{rank[i]:03d}" for i in communities.index]
    return pd.Series(codes, index=communities.index)


def _subdistrict_heads(
    communities: gpd.GeoDataFrame, before: Mapping[str, str], fresh: pd.Series[str]
) -> dict[str, str]:
    """Return the nine digits new communities of each subdistrict begin with.

    They are those of a sister community that had a code before; a new subdistrict gets the next
    number of the county.
    """
    heads: dict[str, str] = {}
    taken = {code[:_SUBDISTRICT] for code in before.values()}
    for subdistrict, part in communities.sort_index().groupby("subdistrict_id", sort=True):
        known = sorted(before[i][:_SUBDISTRICT] for i in part.index if i in before)
        if known:
            heads[str(subdistrict)] = max(known, key=known.count)
            continue
        county = min(taken)[:_COUNTY] if taken else fresh.iloc[0][:_COUNTY]
        heads[str(subdistrict)] = _next_code(county, taken)
        taken.add(heads[str(subdistrict)])
    return heads


def _next_code(head: str, taken: Collection[str]) -> str:
    return f"{head}{_highest(head, taken) + 1:03d}"


def _highest(head: str, issued: Collection[str]) -> int:
    """Return the highest number that follows `head` in any code, 0 for none."""
    tails = (code[len(head) :] for code in issued if code.startswith(head))
    return max((int(tail) for tail in tails if re.fullmatch(r"\d+", tail)), default=0)


def known_communities(
    codes: NDArray[np.object_], community_ids: NDArray[np.object_]
) -> dict[str, str]:
    """Return the community code that the cell codes of each community begin with.

    Codes that do not follow the template say nothing; where several codes disagree, most win.

    Examples
    --------
    >>> known_communities(np.array(["420103001007001", "X"]), np.array(["C", "C"]))
    {'C': '420103001007'}
    """
    table = pd.DataFrame({"code": codes.astype(str), "community": community_ids.astype(str)})
    table = table[table["code"].str.fullmatch(rf"\d{{{_COMMUNITY + 3},}}")]
    heads = table["code"].str[:_COMMUNITY]
    counts = heads.groupby([table["community"], heads]).size().sort_values(kind="stable")
    return {str(community): str(head) for community, head in counts.index}


def cell_codes(
    cells: gpd.GeoDataFrame,
    community_code: pd.Series[str],
    *,
    kept: NDArray[np.object_] | None = None,
    issued: Collection[str] = (),
) -> tuple[pd.Series[str], pd.Series[int]]:
    """Return the code of each cell and its number in its community, indexed like `cells`.

    Cells of a community are numbered west to east, then north to south, by an inner point. The
    sequence has three digits, and more where a community holds over 999 cells.

    Parameters
    ----------
    cells
        Polygons with ``community_id``.
    community_code
        12-digit code by community id.
    kept
        Codes that cells already have, None for a new cell; shape (n,).
    issued
        Every code ever issued: new numbers follow the highest one of their community.
    """
    known = np.full(len(cells), None) if kept is None else kept
    new = np.array([code is None for code in known], dtype=bool)
    points = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()))
    community = cells["community_id"].to_numpy()
    order = np.lexsort((-points[:, 1], points[:, 0], community))
    order = order[new[order]]
    ever = {*issued, *known[~new]}
    last = {c: _highest(community_code[c], ever) for c in np.unique(community)}
    sequence = pd.Series(community[order]).groupby(community[order]).cumcount() + 1
    number = np.zeros(len(cells), dtype=np.int64)
    number[order] = sequence.to_numpy() + [last[c] for c in community[order]]
    codes = [
        f"{community_code[c]}{n:03d}" if fresh else code
        for c, n, fresh, code in zip(community, number, new, known, strict=True)
    ]
    return pd.Series(codes, index=cells.index), pd.Series(number, index=cells.index)
