"""Any set of cells as a plan that the four principles can score, whoever drew it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.cells import Grid
from onegrid.grids.compare import crosswalk
from onegrid.grids.locate import locate
from onegrid.grids.score import Score, score_grid

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd


def as_plan(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return polygons with codes as cells: one row per cell, indexed by its id, sorted.

    ``cell_id`` falls back to ``code`` and the reverse; rows of one id are the parts of one cell.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> parts = [box(0, 0, 1, 1), box(1, 0, 2, 1), box(2, 0, 3, 1)]
    >>> layer = gpd.GeoDataFrame({"code": ["b", "a", "a"]}, geometry=parts, crs=4547)
    >>> as_plan(layer).area.to_dict()
    {'a': 2.0, 'b': 1.0}
    """
    empty = pd.Series(None, index=layer.index, dtype=object)
    given = layer.get("cell_id", empty)
    ids = given.where(given.notna(), layer["code"]).astype(str)
    codes = layer["code"].where(layer["code"].notna(), ids).astype(str)
    community = layer.get("community_id", empty)
    frame = layer.assign(code=codes, community_id=community.fillna(""), cell_id=ids)
    first = frame.drop_duplicates("cell_id").sort_values("cell_id").set_index("cell_id")
    if first.index.size < len(frame):
        parts = frame.groupby("cell_id")["geometry"]
        shapes = {i: shapely.union_all(np.asarray(part)) for i, part in parts}
        first = first.set_geometry([shapes[i] for i in first.index], crs=layer.crs)
    return first[["code", "community_id", "geometry"]]


def score_plan(
    plan: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    whole: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    size: tuple[float, float],
) -> Score:
    """Measure a plan that need not be a partition.

    Parameters
    ----------
    plan
        Cells as `as_plan` returns them, without overlap, in a metric CRS.
    people
        Points with ``households``.
    whole
        Polygons the plan should cover; a gap narrower than the width of a fault (0.1 m) is
        rounding of coordinates and counts as none.
    layers
        Sound old grids by name: the plan is stable where their households stay together, and
        reuses their borders.
    size
        Household band of a cell.
    """
    cell_of = locate(people.geometry.to_numpy(), plan.geometry.to_numpy())
    inside = cell_of >= 0
    homes = people["households"].to_numpy()[inside].astype(float)
    counted = np.bincount(cell_of[inside], homes, minlength=len(plan))
    cells = plan.assign(households=np.rint(counted).astype(np.int64))
    walks = {
        name: crosswalk(cells, layer, people, department=name, cell_of=cell_of)
        for name, layer in sorted(layers.items())
    }
    grid = Grid(cells, cells.iloc[:0], whole, cell_of)
    score = score_grid(grid, layers, people, crosswalks=walks, size=size)
    return replace(score, gap_m2=_gap_m2(plan, whole))


def _gap_m2(plan: gpd.GeoDataFrame, whole: gpd.GeoDataFrame) -> float:
    """Return the area the plan leaves out, without strips as thin as rounding of coordinates."""
    covered = shapely.union_all(plan.geometry.to_numpy())
    parts = shapely.get_parts(
        shapely.difference(shapely.union_all(whole.geometry.to_numpy()), covered)
    )
    area_m2, length_m = shapely.area(parts), shapely.length(parts)
    wide = 2 * area_m2 > standards.number("fault_width_m") * length_m
    return round(float(area_m2[wide].sum()), 2)
