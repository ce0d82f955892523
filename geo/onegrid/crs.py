"""One place that knows about coordinate reference systems.

Files and browsers speak longitude/latitude; all measuring happens in metres.
The working CRS is the CGCS2000 3-degree Gauss-Kruger zone of the layer, the one
that Chinese planning data is surveyed in (EPSG:4534 is 75 degrees east, then one per 3 degrees);
outside China it is the UTM zone. In files and in code x is always east and y north.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS, Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from pyproj.exceptions import ProjError

from onegrid.errors import CrsError, Problem

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

LONLAT = "EPSG:4326"
MERCATOR = "EPSG:3857"  # of map tiles, for drawing only: its metres grow with latitude
_FIRST_ZONE_EPSG = 4534  # central meridian 75 E
_FIRST_MERIDIAN_DEG, _LAST_MERIDIAN_DEG, _ZONE_WIDTH_DEG = 75, 135, 3
_CHINA_LON_DEG, _CHINA_LAT_DEG = (73.5, 136.5), (3.4, 53.7)
_DISTORTED = (3857, 3395, 900913)  # metres in name only


def work_crs(lon_deg: float, lat_deg: float = 35.0) -> str:
    """Return the metric working CRS for a place.

    Parameters
    ----------
    lon_deg
        Longitude of the middle of the study area, in degrees east.
    lat_deg
        Latitude of the middle of the study area, in degrees north.

    Returns
    -------
    crs
        Authority string, coordinates in metres: the CGCS2000 3-degree zone inside the longitudes
        and latitudes of China, else the WGS 84 / UTM zone.

    Raises
    ------
    CrsError
        If the place is outside what UTM covers, or not on Earth.

    Examples
    --------
    >>> work_crs(116.84)  # Cangzhou
    'EPSG:4548'
    >>> work_crs(24.94, 60.17)  # Helsinki
    'EPSG:32635'
    """
    in_china = (
        _CHINA_LON_DEG[0] <= lon_deg <= _CHINA_LON_DEG[1]
        and _CHINA_LAT_DEG[0] <= lat_deg <= _CHINA_LAT_DEG[1]
    )
    if in_china:
        zone = round((lon_deg - _FIRST_MERIDIAN_DEG) / _ZONE_WIDTH_DEG)
        zones = (_LAST_MERIDIAN_DEG - _FIRST_MERIDIAN_DEG) // _ZONE_WIDTH_DEG
        return f"EPSG:{_FIRST_ZONE_EPSG + min(max(zone, 0), zones)}"
    on_earth = abs(lon_deg) <= 180 and abs(lat_deg) <= 84  # noqa: PLR2004  (UTM ends at 84 degrees)
    area = AreaOfInterest(lon_deg, lat_deg, lon_deg, lat_deg)
    utm = query_utm_crs_info(datum_name="WGS 84", area_of_interest=area) if on_earth else []
    if not utm:
        raise CrsError(
            Problem(
                "CRS_UNUSABLE",
                f"no metric CRS for longitude {lon_deg:g}, latitude {lat_deg:g}",
                remedy="check the declared CRS and the axis order (longitude first)",
            )
        )
    return f"EPSG:{utm[0].code}"


def is_metric(crs: CRS | str | None) -> bool:
    """Return whether distances in `crs` are metres on the ground (Web Mercator's are not)."""
    if crs is None:
        return False
    parsed = CRS.from_user_input(crs)
    return (
        parsed.is_projected
        and all(axis.unit_conversion_factor == 1 for axis in parsed.axis_info[:2])
        and parsed.to_epsg() not in _DISTORTED
    )


def metric_crs(text: str) -> CRS:
    """Return the CRS that a user names, such as ``EPSG:4547``.

    Raises
    ------
    CrsError
        If there is no such CRS, or it is not in metres.
    """
    try:
        crs = CRS.from_user_input(text)
    except ProjError:
        remedy = "write EPSG:4547 or another code of a CGCS2000 3-degree zone"
        raise CrsError(Problem("CRS_UNKNOWN", f"no CRS {text!r}", remedy=remedy)) from None
    if not is_metric(crs):
        raise CrsError(Problem("CRS_UNUSABLE", f"{text} is not in metres"))
    return crs


def north_first(crs: CRS | str) -> bool:
    """Return whether the authority of a CRS writes the way north before the way east.

    Examples
    --------
    >>> north_first("EPSG:4326"), north_first("EPSG:4547"), north_first("EPSG:32650")
    (True, True, False)
    """
    return str(CRS.from_user_input(crs).axis_info[0].direction) == "north"


def metric_crs_of(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    """Return the metric CRS a layer is measured in: its own if metric, else `work_crs` of it.

    Raises
    ------
    CrsError
        If `layer` has no CRS (guessing would move every border silently), no place, or if its
        coordinates do not fit the CRS it declares.
    """
    _require_crs(layer)
    if is_metric(layer.crs):
        return str(layer.crs.to_string())
    west, south, east, north = layer.to_crs(LONLAT).total_bounds
    if not (west <= east and south <= north):  # also false for NaN: no geometry at all
        problem = Problem("EMPTY", "layer has no geometry to place")
        raise CrsError(problem)
    return work_crs((west + east) / 2, (south + north) / 2)


def district_crs(layer: gpd.GeoDataFrame) -> str:
    """Return the CRS of a district's result files: the working CRS of the middle of `layer`.

    Raises
    ------
    CrsError
        As `metric_crs_of`.
    """
    west, south, east, north = to_lonlat(layer).total_bounds
    return work_crs((west + east) / 2, (south + north) / 2)


def to_metric(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` in metres: unchanged if it is metric already, else in its working CRS.

    Raises
    ------
    CrsError
        As `metric_crs_of`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point
    >>> to_metric(gpd.GeoDataFrame(geometry=[Point(114.27, 30.6)], crs=4490)).crs.to_epsg()
    4547
    """
    return layer.to_crs(metric_crs_of(layer))


def to_lonlat(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return `layer` in longitude/latitude, the form of HTTP and of the browser."""
    _require_crs(layer)
    return layer.to_crs(LONLAT)


def in_crs(layer: gpd.GeoDataFrame, crs: CRS | str) -> gpd.GeoDataFrame:
    """Return `layer` in `crs`; a layer without CRS is refused."""
    _require_crs(layer)
    return layer.to_crs(crs)


def reprojected(
    xy: NDArray[np.float64], source: CRS | str, target: CRS | str
) -> NDArray[np.float64]:
    """Return places, x east and y north, in another CRS; what has no place there is infinite.

    For a few places that are asked for often: a table is turned by `in_crs`.

    Examples
    --------
    >>> reprojected(np.array([[114.27, 30.6]]), LONLAT, "EPSG:4547").round().tolist()
    [[525893.0, 3386659.0]]
    """
    between = _transformer(str(source), str(target))
    return np.column_stack(between.transform(xy[:, 0], xy[:, 1]))


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _require_crs(layer: gpd.GeoDataFrame | gpd.GeoSeries) -> None:
    if layer.crs is None:
        msg = "layer has no CRS; set it where the file is read"
        raise CrsError(msg)
