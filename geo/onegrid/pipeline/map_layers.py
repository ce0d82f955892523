"""Tables of results as layers that maps and other programs are given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

_GAPS: Final = ["kind", "profile", "people", "people_covered", "elders_60", "elders_60_covered",
                "covered_share", "worst_walk_s", "cause", "accessibility"]  # fmt: skip


def department_grids(grids: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    """Return the grids of all departments as one layer, without the names of their workers."""
    parts = [
        frame[["code", "name", "geometry"]].assign(department=name) for name, frame in grids.items()
    ]
    found = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    return found.set_index(found["department"] + "/" + (found.index + 1).astype(str)).rename_axis(
        "department_grid_id"
    )


def road_lines(streets: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return streets as a layer."""
    found = streets[["name", "highway", "barrier", "geometry"]]
    return found.set_index(found.index.astype(str)).rename_axis("road_id")


def water_areas(water: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return rivers and lakes as a layer, with names if they have some."""
    found = water.reindex(columns=["name", "geometry"])
    return found.set_index(found.index.astype(str)).rename_axis("water_id")


def life_circles(circles: gpd.GeoDataFrame, kinds: pd.Series | None) -> gpd.GeoDataFrame:
    """Return life circles as a layer, each with the kind of its facility; the largest first."""
    found = circles[["facility_id", "minutes", "area_m2", "geometry"]]
    found = found.assign(kind=None if kinds is None else found["facility_id"].map(kinds))
    found = found.sort_values("minutes", ascending=False, kind="stable")  # small ones on top
    names = found["facility_id"].astype(str) + "/" + found["minutes"].map("{:g}".format)
    return found.set_index(names).rename_axis("circle_id")


def gaps_of_cells(gaps: pd.DataFrame, cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the gaps of cells as a layer: a row for each cell, kind and walking profile."""
    found = gaps[(gaps["level"] == "cell") & gaps["id"].isin(cells.index)]
    names = found["id"] + "/" + found["kind"] + "/" + found["profile"].fillna("")
    shapes = cells.geometry.loc[found["id"]].to_numpy()
    columns = found[[c for c in _GAPS if c in found]].assign(cell_id=found["id"])
    return gpd.GeoDataFrame(columns.set_index(names), geometry=shapes, crs=cells.crs).rename_axis(
        "gap_id"
    )
