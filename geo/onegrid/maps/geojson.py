"""Tables to small GeoJSON: simplified in metres, rounded in degrees, sorted as the table is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from onegrid.crs import to_lonlat

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_DECIMALS = 6  # of a degree: 0.1 m


def feature_collection(
    frame: gpd.GeoDataFrame,
    columns: Sequence[str] = (),
    *,
    simplify_m: float = 0,
    decimals: int = _DECIMALS,
) -> dict[str, Any]:
    """Return a GeoJSON feature collection in lon/lat.

    Parameters
    ----------
    frame
        Any CRS, the index is the feature id.
    columns
        Properties to keep; missing values become null.
    simplify_m
        Largest move of a border, in metres, in the CRS of `frame`; a valid coverage stays one.
    decimals
        Decimals of a degree to keep.

    Returns
    -------
    collection
        Features in the order of `frame`; rows without geometry, or with none left, are skipped.

    Examples
    --------
    >>> import geopandas as gpd
    >>> door = gpd.GeoDataFrame(
    ...     {"kind": ["clinic"]}, index=["f1"], geometry=[shapely.Point(116.84, 38.3)], crs=4326)
    >>> feature_collection(door, ["kind"])["features"][0]["geometry"]
    {'type': 'Point', 'coordinates': (116.84, 38.3)}
    """
    shapes = lonlat_shapes(frame, simplify_m=simplify_m, decimals=decimals)
    rows = [{name: plain(value) for name, value in row.items()} for row in _rows(frame, columns)]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "id": str(i), "properties": row, "geometry": _mapping(shape)}
            for i, row, shape in zip(frame.index, rows, shapes, strict=True)
            if shape is not None and not shape.is_empty
        ],
    }


def lonlat_shapes(
    frame: gpd.GeoDataFrame, *, simplify_m: float = 0, decimals: int = _DECIMALS
) -> np.ndarray:
    """Return the geometries of `frame` in lon/lat, simplified in its own CRS and rounded."""
    shapes = frame.geometry.to_numpy()
    if simplify_m and len(shapes):
        shapes = _simplified(shapes, simplify_m)
    lonlat = to_lonlat(frame.set_geometry(shapes, crs=frame.crs)).geometry.to_numpy()
    rounded: np.ndarray = shapely.transform(lonlat, lambda xy: np.round(xy, decimals))
    return rounded


def _simplified(shapes: np.ndarray, simplify_m: float) -> np.ndarray:
    areal = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (polygons)
    tiles = bool(areal.all()) and shapely.coverage_is_valid(shapes)
    simplify = shapely.coverage_simplify if tiles else shapely.simplify
    simplified: np.ndarray = simplify(shapes, simplify_m)
    return simplified


def _rows(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> list[dict[str, Any]]:
    if not columns:
        return [{} for _ in range(len(frame))]
    kept = pd.DataFrame(frame[list(columns)])
    return [dict(zip(columns, row, strict=True)) for row in kept.itertuples(index=False)]


def plain(value: Any) -> str | float | int | bool | None:  # noqa: ANN401  (any cell of a table)
    """Return a value that JSON has; numpy scalars become Python's, missing becomes None."""
    if value is None or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, np.generic):
        return plain(value.item())
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _mapping(shape: shapely.Geometry) -> dict[str, Any]:
    return dict(shapely.geometry.mapping(shape))
