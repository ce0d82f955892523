"""Is it a partition? A list of everything that says no, instead of a yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.errors import Problem

if TYPE_CHECKING:
    import geopandas as gpd

_SAME_AREA_SHARE = 1e-6
_SHOWN = 5


def partition_problems(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Problem]:
    """Return every way in which cells fail to tile their communities; empty means proved.

    Checked: ids and codes unique, each cell one valid part, neighbours share every node, every
    cell belongs to a community, and the cells of a community add up to it exactly.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> town = gpd.GeoDataFrame(geometry=[box(0, 0, 2, 1)], index=["C"])
    >>> cell = gpd.GeoDataFrame({"community_id": ["C"]}, geometry=[box(0, 0, 1, 1)], index=["c1"])
    >>> [p.code for p in partition_problems(cell, town)]
    ['PARTITION_GAP']
    """
    return [*_identity(cells, communities), *_shapes(cells), *_tiling(cells, communities)]


def _identity(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Problem]:
    found = []
    for column, values in (("cell_id", cells.index.to_series()), ("code", cells.get("code"))):
        if values is not None and values.duplicated().any():
            ids = sorted(set(values[values.duplicated()].astype(str)))
            found.append(Problem("PARTITION_DUPLICATE", f"{column} is repeated", "", _ids(ids)))
    homeless = ~cells["community_id"].isin(communities.index)
    if homeless.any():
        ids = cells.index[homeless].astype(str).tolist()
        found.append(Problem("PARTITION_NESTING", "cell of an unknown community", "", _ids(ids)))
    return found


def _shapes(cells: gpd.GeoDataFrame) -> list[Problem]:
    shapes = cells.geometry.to_numpy()
    found = []
    wrong = (shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON) | ~shapely.is_valid(
        shapes
    )
    if wrong.any():
        ids = cells.index[wrong].astype(str).tolist()
        found.append(Problem("PARTITION_SHAPE", "cell is not one valid polygon", "", _ids(ids)))
    if not wrong.any() and not shapely.coverage_is_valid(shapes):
        faulty = shapely.length(shapely.coverage_invalid_edges(shapes)) > 0
        ids = cells.index[faulty].astype(str).tolist()
        found.append(
            Problem("PARTITION_OVERLAP", "cells overlap or do not share nodes", "", _ids(ids))
        )
    return found


def _tiling(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> list[Problem]:
    unions = {i: shapely.union_all(part) for i, part in cells.groupby("community_id")["geometry"]}
    empty = shapely.Polygon()
    tiled = np.array([unions.get(i, empty) for i in communities.index], dtype=object)
    whole = communities.geometry.to_numpy()
    allowed_m2 = _SAME_AREA_SHARE * shapely.area(whole)
    found = []
    for code, what, difference in (
        ("PARTITION_GAP", "cells do not cover their community", (whole, tiled)),
        ("PARTITION_OUTSIDE", "cells reach beyond their community", (tiled, whole)),
    ):
        over = shapely.area(shapely.difference(*difference)) > allowed_m2
        if over.any():
            ids = communities.index[over].astype(str).tolist()
            found.append(Problem(code, what, "", _ids(ids)))
    return found


def gap_and_overlap_m2(
    cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> tuple[float, float]:
    """Return the area of the communities no cell covers, and the area covered more than once."""
    shapes = cells.geometry.to_numpy()
    union = shapely.union_all(shapes)
    whole = shapely.union_all(communities.geometry.to_numpy())
    gap_m2 = float(shapely.area(shapely.difference(whole, union)))
    overlap_m2 = float(shapely.area(shapes).sum() - shapely.area(union))
    return round(gap_m2, 3) + 0.0, round(max(overlap_m2, 0.0), 3) + 0.0


def _ids(ids: list[str]) -> str:
    more = len(ids) - _SHOWN
    return "at " + ", ".join(ids[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
