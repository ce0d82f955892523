"""Facilities that say what they are by OpenStreetMap tags instead of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid.io.findings import Finding
from onegrid.standards import kind_of_tags, tag_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd


def with_kinds(
    frame: gpd.GeoDataFrame, found: Iterable[str]
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the features of a known kind, with a column ``kind`` made from their tags.

    A table with a column of kinds (one of `found`), or without any tag that the kinds table asks
    for, stays as it is. Features whose tags mean no kind are left out and counted.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> places = gpd.GeoDataFrame(
    ...     {"amenity": ["pharmacy", "bench"]}, geometry=[Point(0, 0), Point(1, 0)], crs=4547)
    >>> frame, findings = with_kinds(places, [])
    >>> frame["kind"].tolist(), findings[0].count
    (['pharmacy'], 1)
    """
    keys = [key for key in tag_keys() if key in frame.columns]
    if "kind" in set(found) or not keys:
        return frame, []
    kinds = [
        kind_of_tags(_tags(keys, row)) for row in pd.DataFrame(frame[keys]).itertuples(index=False)
    ]
    frame = frame.assign(kind=pd.Series(kinds, index=frame.index, dtype=object))
    unknown = int(frame["kind"].isna().sum())
    told = Finding("KIND_UNKNOWN", unknown, "、".join(keys), "标签不属于任何设施种类的点不参加计算")
    return frame[frame["kind"].notna()], [told] if unknown else []


def _tags(keys: list[str], row: tuple[Any, ...]) -> dict[str, str]:
    return {key: value for key, value in zip(keys, row, strict=True) if isinstance(value, str)}
