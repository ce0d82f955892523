"""Fit communities into subdistricts: the levels a cell may never cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.layers.clean import clean_layer
from onegrid.layers.ledger import Repair, doubtful_of, ledger_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LAYER: Final = "communities"


@dataclass(frozen=True)
class Nested:
    """Communities that tile without overlap, sorted by id, each in one subdistrict.

    ``ledger`` and ``doubtful`` are those of their repair (see `onegrid.layers.clean.Cleaned`).
    """

    communities: gpd.GeoDataFrame
    ledger: pd.DataFrame
    doubtful: pd.DataFrame


def nest_communities(communities: gpd.GeoDataFrame) -> Nested:
    """Repair the communities of a district so that they do not overlap and share their borders.

    Rows with the same ``community_id`` become one community of several parts. Gaps between
    communities narrower than the tolerance are closed; wider ones belong to nobody. A community
    whose parts name several subdistricts goes with the larger area, one that names none with the
    neighbour it shares the longest border with; both are asked about. A subdistrict has one name,
    the one given most often.
    """
    coded = communities.assign(code=communities.index.astype(str)).reset_index(drop=True)
    cleaned = clean_layer(coded, department=_LAYER, close_open_gaps=True)
    layer = cleaned.layer
    parent, repairs = _subdistricts(layer)
    # the first row that says something, part by part; "" says nothing
    texts = layer.drop(columns="geometry").replace("", None)
    first = texts.groupby("code", sort=True).first()
    shapes = {code: _union(part) for code, part in layer.groupby("code")["geometry"]}
    frame = gpd.GeoDataFrame(
        first, geometry=[shapes[code] for code in first.index], crs=communities.crs
    )
    frame.index.name = "community_id"
    frame["subdistrict_id"] = parent.reindex(frame.index).to_numpy(dtype=object)
    frame, found = _with_parents(frame)
    names = _names(texts.assign(subdistrict_id=parent.reindex(layer["code"]).to_numpy()))
    frame["subdistrict_name"] = np.array(
        [names.get(s, "") for s in frame["subdistrict_id"]], dtype=object
    )
    repairs += found
    return Nested(
        frame,
        _sorted(cleaned.ledger, ledger_of(repairs, department=_LAYER)),
        _sorted(cleaned.doubtful, doubtful_of(repairs, department=_LAYER)),
    )


def _sorted(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    if second.empty:
        return first
    both = pd.concat([f for f in (first, second) if len(f)], ignore_index=True)
    order = ["kind", "code", "moved_area_m2"]
    return both.sort_values(order, kind="stable", ignore_index=True)


def _subdistricts(layer: gpd.GeoDataFrame) -> tuple[pd.Series[str], list[Repair]]:
    """Return the subdistrict of each community ("" for none): the one with most of its area."""
    table = pd.DataFrame(
        {
            "code": layer["code"].to_numpy(dtype=object),
            "parent": layer["subdistrict_id"].fillna("").astype(str).str.strip().to_numpy(object),
            "area_m2": shapely.area(layer.geometry.to_numpy()),
        }
    )
    given = table[table["parent"] != ""]
    sums = given.groupby(["code", "parent"], sort=True)["area_m2"].sum().reset_index()
    sums = sums.sort_values(["code", "area_m2", "parent"], ascending=[True, False, True])
    best = sums.drop_duplicates("code").set_index("code")["parent"]
    repairs = []
    for code in sorted(sums["code"][sums["code"].duplicated()].unique()):  # few, if any
        others = "、".join(sums["parent"][sums["code"] == code])
        ask = f"同一社区写有多个街道（{others}），已归入 {best[code]}，请确认"
        repairs.append(Repair(code, "two_subdistricts", 0.0, ask))
    return best.reindex(sorted(set(table["code"])), fill_value=""), repairs


def _with_parents(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Repair]]:
    """Give communities without a subdistrict that of the neighbour with the longest border."""
    parent = frame["subdistrict_id"].to_numpy(dtype=object).copy()
    shapes = frame.geometry.to_numpy()
    repairs = []
    missing = np.flatnonzero(parent == "")
    if not len(missing) or len(missing) == len(frame):
        return frame, []
    for k in missing:
        known = np.flatnonzero(frame["subdistrict_id"].to_numpy() != "")
        shared = shapely.intersection(shapely.boundary(shapes[k]), shapely.boundary(shapes[known]))
        near = np.lexsort(
            (known, shapely.distance(shapes[k], shapes[known]), -shapely.length(shared))
        )
        parent[k] = parent[known[near[0]]]
        ask = f"社区没有写街道，已归入相邻的 {parent[k]}，请确认"
        repairs.append(Repair(str(frame.index[k]), "missing_subdistrict", 0.0, ask))
    return frame.assign(subdistrict_id=parent), repairs


def _names(rows: pd.DataFrame) -> dict[str, str]:
    """Return the name given most often to each subdistrict; ties go to the first in order."""
    named = rows.dropna(subset=["subdistrict_name"])
    counts = named.groupby(["subdistrict_id", "subdistrict_name"]).size().reset_index(name="times")
    counts = counts.sort_values(
        ["subdistrict_id", "times", "subdistrict_name"], ascending=[True, False, True]
    ).drop_duplicates("subdistrict_id")
    return dict(zip(counts["subdistrict_id"], counts["subdistrict_name"], strict=True))


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
