"""The CRSs that items are given in, and their axes in the order of their authorities."""

from __future__ import annotations

from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import LONLAT, MERCATOR, in_crs, north_first
from onegrid.errors import Problem
from onegrid_api.errors import QueryError

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"


def crs_uris(frame: gpd.GeoDataFrame) -> dict[str, str]:
    """Return the CRSs that a layer is given in, the one of its own last, by their addresses."""
    own = frame.crs.to_epsg()
    found = {CRS84: LONLAT, f"{EPSG}4326": LONLAT, f"{EPSG}3857": MERCATOR}
    return found | {f"{EPSG}{own}": f"EPSG:{own}"}


def xy_of(shape: shapely.Geometry, crs: str, to: str) -> shapely.Geometry:
    """Return a shape that was sent in a CRS, in another one, x east before y north.

    Raises
    ------
    QueryError
        If the CRS is not one that items are given in.
    """
    known = {CRS84: LONLAT, f"{EPSG}4326": LONLAT, f"{EPSG}3857": MERCATOR}
    known |= {f"{EPSG}{to.rpartition(':')[2]}": to}
    if crs not in known:
        raise QueryError(Problem("QUERY", f"not one of {', '.join(known)}", "", "Content-Crs"))
    if _swapped(crs, known[crs]):
        shape = _turned(shape)
    return in_crs(gpd.GeoDataFrame(geometry=[shape], crs=known[crs]), to).geometry.iloc[0]


def shapes_in(frame: gpd.GeoDataFrame, crs: str) -> np.ndarray:
    """Return the shapes of rows in a CRS, axes in the order of its authority."""
    named = crs_uris(frame)[crs]
    shapes: np.ndarray = in_crs(frame, named).geometry.to_numpy()
    return _turned(shapes) if _swapped(crs, named) else shapes


def _swapped(crs: str, named: str) -> bool:
    return crs != CRS84 and north_first(named)


def _turned(shapes: Any) -> Any:  # noqa: ANN401  (one shape or many)
    return shapely.transform(shapes, lambda xy: xy[:, ::-1])


def touching(shapes: np.ndarray, box: tuple[float, ...], crs: str) -> np.ndarray:
    """Return which shapes touch a box, which may lie across the date line."""
    low1, low2, high1, high2 = box
    boxes = [shapely.box(low1, low2, high1, high2)]
    if low1 > high1 and crs == CRS84:  # across the date line
        boxes = [shapely.box(low1, low2, 180, high2), shapely.box(-180, low2, high1, high2)]
    found: np.ndarray = np.any([shapely.intersects(shapes, one) for one in boxes], axis=0)
    return found
