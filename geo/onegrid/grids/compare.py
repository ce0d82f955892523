"""Crosswalk between old cells and new ones, by area and by households."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

CROSSWALK_COLUMNS: Final = (
    "cell_id",
    "department",
    "old_code",
    "area_m2",
    "area_share",
    "households",
    "household_share",
)
_CRUMB_M2 = 0.01  # overlay noise along a shared border
_SHARE_DIGITS = 9


def crosswalk(
    cells: gpd.GeoDataFrame,
    old: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    department: str,
    cell_of: NDArray[np.int64],
) -> pd.DataFrame:
    """Return which old cells each new cell is made of.

    Parameters
    ----------
    cells, old
        New cells, and the cleaned layer of one department with ``code``, in one metric CRS.
    people
        Points with ``households``; ``cell_of`` is the row of ``cells`` of each, -1 outside.

    Returns
    -------
    table
        `CROSSWALK_COLUMNS`; for each cell the shares sum to 1. Parts no old cell covers are a row
        with an empty ``old_code``; ``household_share`` is empty where a cell has no households.
    """
    area = _areas(cells, old)
    homes = _households(cells, old, people, cell_of)
    table = area.merge(homes, on=["cell_id", "old_code"], how="outer")
    table["area_m2"] = table["area_m2"].fillna(0.0)
    table["households"] = table["households"].fillna(0).astype(np.int64)
    table.insert(1, "department", department)
    by_cell = table.groupby("cell_id")
    table["area_share"] = (table["area_m2"] / by_cell["area_m2"].transform("sum")).round(
        _SHARE_DIGITS
    )
    total = by_cell["households"].transform("sum")
    table["household_share"] = (table["households"] / total.where(total > 0)).round(_SHARE_DIGITS)
    table["area_m2"] = table["area_m2"].round(2)
    ordered = table.sort_values(["cell_id", "old_code"], kind="stable", ignore_index=True)
    return ordered[list(CROSSWALK_COLUMNS)]


def crosswalk_table(walks: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the crosswalks of several departments as one table, sorted."""
    order = ["cell_id", "department", "old_code"]
    table = pd.concat(walks.values(), ignore_index=True)
    return table.sort_values(order, kind="stable", ignore_index=True)


def _areas(cells: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> pd.DataFrame:
    shapes, drawn = cells.geometry.to_numpy(), old.geometry.to_numpy()
    cell, row = shapely.STRtree(drawn).query(shapes, predicate="intersects")
    area_m2 = shapely.area(shapely.intersection(shapes[cell], drawn[row]))
    covered = np.bincount(cell, area_m2, minlength=len(shapes))
    bare = shapely.area(shapes) - covered
    table = pd.DataFrame(
        {
            "cell_id": np.append(cells.index.to_numpy()[cell], cells.index.to_numpy()),
            "old_code": np.append(old["code"].to_numpy()[row], [""] * len(cells)),
            "area_m2": np.append(area_m2, bare),
        }
    )
    table = table[table["area_m2"] > _CRUMB_M2]
    return table.groupby(["cell_id", "old_code"])["area_m2"].sum().reset_index()


def _households(
    cells: gpd.GeoDataFrame,
    old: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    cell_of: NDArray[np.int64],
) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "cell": cell_of,
            "old_code": old_codes(old, people),
            "households": people["households"].to_numpy(),
        }
    )
    table = table[(table["cell"] >= 0) & (table["households"] > 0)]
    grouped = table.groupby(["cell", "old_code"])["households"].sum().reset_index()
    grouped.insert(0, "cell_id", cells.index.to_numpy()[grouped.pop("cell")])
    return grouped


def old_codes(old: gpd.GeoDataFrame, people: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the old code of each point, empty where nobody drew a cell."""
    row = locate(people.geometry.to_numpy(), old.geometry.to_numpy())
    codes = np.append(old["code"].to_numpy().astype(object), "")
    found: NDArray[np.object_] = codes[row]
    return found


def preserved_share(table: pd.DataFrame) -> float:
    """Return the share of households that stay with the largest part of their old cell.

    Parameters
    ----------
    table
        Crosswalk of one department.
    """
    known = table[table["old_code"] != ""]
    by_code = known.groupby("old_code")["households"]
    total = float(by_code.sum().sum())
    return float(by_code.max().sum()) / total if total else 1.0


def main_codes(table: pd.DataFrame) -> pd.Series[str]:
    """Return for each cell the old code with most households (then area, then lowest code)."""
    known = table[table["old_code"] != ""]
    order = known.sort_values(
        ["cell_id", "households", "area_m2", "old_code"], ascending=[True, False, False, True]
    )
    return order.drop_duplicates("cell_id").set_index("cell_id")["old_code"]
