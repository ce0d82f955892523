"""Fit communities into subdistricts: the levels a cell may never cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from onegrid.layers.clean import clean_layer

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Nested:
    """Communities that tile without overlap, sorted by id, and the ledger of their repair."""

    communities: gpd.GeoDataFrame
    ledger: pd.DataFrame


def nest_communities(communities: gpd.GeoDataFrame) -> Nested:
    """Repair the communities of a district so that they do not overlap and share their borders.

    Rows with the same ``community_id`` become one community of several parts. Gaps between
    communities narrower than the tolerance are closed; wider ones belong to nobody.
    """
    coded = communities.assign(code=communities.index.astype(str)).reset_index(drop=True)
    cleaned = clean_layer(coded, department="communities", close_open_gaps=True)
    layer = cleaned.layer
    first = layer.drop(columns="geometry").groupby("code", sort=True).first()
    shapes = {code: _union(part) for code, part in layer.groupby("code")["geometry"]}
    frame = gpd.GeoDataFrame(
        first, geometry=[shapes[code] for code in first.index], crs=communities.crs
    )
    frame.index.name = "community_id"
    return Nested(frame, cleaned.ledger)


def subdistricts_of(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the subdistricts that the communities add up to, sorted by id.

    Columns ``subdistrict_name``, ``communities`` (count) and geometry, in the CRS of the input.
    """
    rows = []
    for subdistrict_id, part in communities.sort_index().groupby("subdistrict_id", sort=True):
        name = part["subdistrict_name"].fillna("").iloc[0]
        rows.append((subdistrict_id, name, len(part), _union(part.geometry)))
    columns = ["subdistrict_id", "subdistrict_name", "communities", "geometry"]
    frame = gpd.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=communities.crs)
    return frame.set_index("subdistrict_id")


def _union(parts: gpd.GeoSeries | NDArray[np.object_]) -> shapely.Geometry:
    return shapely.coverage_union_all(np.asarray(parts, dtype=object))
