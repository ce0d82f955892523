"""Codes of cells: 6 digits county, 3 subdistrict, 3 community, 3 sequence.

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
    import geopandas as gpd

_COUNTY, _SUBDISTRICT, _COMMUNITY = 6, 9, 12


def community_codes(communities: gpd.GeoDataFrame) -> pd.Series[str]:
    """Return the 12-digit code of each community, indexed like `communities`.

    A community whose id is such a code keeps it. Else subdistricts and communities are numbered in
    order of their ids, after the six digits all ids begin with, or six zeros.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> one = gpd.GeoDataFrame({"subdistrict_id": ["S"]}, geometry=[box(0, 0, 1, 1)], index=["C7"])
    >>> community_codes(one).tolist()
    ['000000001001']
    """
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


def cell_codes(
    cells: gpd.GeoDataFrame, community_code: pd.Series[str]
) -> tuple[pd.Series[str], pd.Series[int]]:
    """Return the code of each cell and its number in its community, indexed like `cells`.

    Cells of a community are numbered west to east, then north to south, by an inner point. The
    sequence has three digits, and more where a community holds over 999 cells.
    """
    points = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()))
    community = cells["community_id"].to_numpy()
    order = np.lexsort((-points[:, 1], points[:, 0], community))
    sequence = pd.Series(community[order]).groupby(community[order]).cumcount() + 1
    number = pd.Series(sequence.to_numpy(), index=cells.index[order]).reindex(cells.index)
    codes = [
        f"{community_code[c]}{n:03d}" for c, n in zip(cells["community_id"], number, strict=True)
    ]
    return pd.Series(codes, index=cells.index), number
