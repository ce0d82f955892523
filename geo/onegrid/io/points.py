"""Points from a plain table: the columns of longitude and latitude under their usual names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.crs import LONLAT
from onegrid.errors import Problem
from onegrid.io.sources import bad
from onegrid.schema import LON_LAT_ALIASES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHOWN = 5


def to_points(table: pd.DataFrame, source: str) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Return a table with points in lon/lat for its two coordinate columns.

    Rows where a coordinate is empty have no geometry; one that is not a number is a problem.

    Raises
    ------
    InputError
        If there are no such columns; the message lists those there are.

    Examples
    --------
    >>> frame, problems = to_points(pd.DataFrame({"经度": ["116.84"], "纬度": [38.3]}), "a.csv")
    >>> frame.geometry[0].wkt, problems
    ('POINT (116.84 38.3)', [])
    """
    lowered = {str(name).strip().lower(): name for name in reversed(list(table.columns))}
    lon, lat = (
        next((lowered[a] for a in aliases if a in lowered), None) for aliases in LON_LAT_ALIASES
    )
    if lon is None or lat is None:
        columns = ", ".join(str(name) for name in table.columns)
        what = f"no columns lon and lat; there are {columns}"
        remedy = "name the columns of longitude and latitude lon and lat"
        raise bad(source, "COLUMN_MISSING", what, remedy)
    problems: list[Problem] = []
    x, y = (_degrees(table[name], str(name), source, problems) for name in (lon, lat))
    points = np.full(len(table), None, dtype=object)
    known = np.isfinite(x) & np.isfinite(y)
    points[known] = shapely.points(x[known], y[known])
    rest = table.drop(columns=[lon, lat])
    return gpd.GeoDataFrame(rest, geometry=points, crs=LONLAT), problems


def _degrees(
    values: pd.Series, name: str, source: str, problems: list[Problem]
) -> NDArray[np.float64]:
    degrees = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    said = values.fillna("").astype(str).str.strip()
    wrong = np.flatnonzero(~np.isfinite(degrees) & (said != "").to_numpy())
    if len(wrong):
        what = f"{name} is {said.iloc[wrong[0]]!r}, not a number, in {len(wrong)} rows"
        where = "row " + ", ".join(str(i + 1) for i in wrong[:_SHOWN])
        remedy = "decimal degrees, for example 116.84"
        problems.append(Problem("COORDINATES", what, source, where, remedy))
    return degrees
