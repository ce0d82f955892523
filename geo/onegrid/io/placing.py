"""Put the geometry of a file where it belongs: right types, right CRS, right place on Earth."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

from onegrid import crs as crs_module
from onegrid.errors import CrsError, InputError, Problem
from onegrid.io import datum as datums
from onegrid.io.tables import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.schema import Table

LOWEST_M, HIGHEST_M = -500.0, 9_000.0  # heights outside are mistakes, or mean "no data"
_AREA_MARGIN_DEG = 6.0  # a neighbouring zone still measures well; degrees taken for metres do not
_SPREAD_DEG = 5.0  # a working CRS is a zone of 3 degrees: farther features are misplaced
_GK_FIRST_PREFIX, _GK_LAST_PREFIX, _GK_PREFIX_EPSG = 25, 45, 4513
_REMEDY_CRS: Final = (
    "say which CRS the coordinates are in (a .prj beside a shapefile; in QGIS: "
    "Layer > Set CRS) and save it again"
)


def flatten(
    geometry: NDArray[np.object_], table: Table, *, heights: bool = False
) -> NDArray[np.object_]:
    """Return geometry in the simplest form that `table` may take, types otherwise untouched.

    Multi-geometries and collections of one part become that part, polygons become points where
    the table wants points; invalid rings stay as they are, merging repairs them in its ledger.
    With ``heights`` features keep theirs, if every one of them can be true on Earth.
    """
    flat = np.array(shapely.force_2d(geometry), dtype=object)
    if heights:
        high = np.flatnonzero(_plausible_heights(geometry))
        flat[high] = shapely.force_3d(geometry[high])  # drops a measure, keeps z
    single = (shapely.get_type_id(flat) >= shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(flat) == 1
    )
    flat[single] = shapely.get_geometry(flat[single], 0)
    kinds = shapely.get_type_id(flat)
    if table.geometry == ("Point",) and table.points_from_polygons:
        area = np.isin(kinds, (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON))
        valid = shapely.make_valid(flat[area])
        flat[area] = shapely.point_on_surface(valid)
    return flat


def _plausible_heights(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries have heights in metres that are on Earth, all of them."""
    xyz, row = shapely.get_coordinates(geometry, include_z=True, return_index=True)
    good = shapely.has_z(geometry)
    good[row[~((xyz[:, 2] > LOWEST_M) & (xyz[:, 2] < HIGHEST_M))]] = False
    return np.asarray(good)


def wrong_types(geometry: NDArray[np.object_], table: Table) -> NDArray[np.bool_]:
    """Return which geometries are of a type that `table` does not take."""
    allowed = [shapely.GeometryType[name.upper()] for name in table.geometry]
    wrong: NDArray[np.bool_] = np.isin(shapely.get_type_id(geometry), allowed, invert=True)
    return wrong


def usable(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries are there at all: neither null nor empty."""
    lacking: NDArray[np.bool_] = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return ~lacking


def misplaced(frame: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], str, str]:
    """Say which features cannot be where the CRS of their layer puts them.

    Returns
    -------
    wrong
        bool (n,): not finite, outside the area of the CRS, or far from all the others.
    what, remedy
        Why, and what to do about it; empty if nothing is wrong.
    """
    bounds = shapely.bounds(frame.geometry.array)
    finite = np.isfinite(bounds.sum(axis=1))
    if not finite.all():
        return ~finite, "a coordinate is not a finite number", "draw the feature again"
    lonlat = _to_lonlat(bounds, frame.crs)
    outside = _outside(lonlat, frame.crs)
    name = frame.crs.to_string() if frame.crs.to_authority() else frame.crs.name
    if outside.any():
        x, y = bounds[outside][0, :2]
        what = f"coordinates do not fit {name} (x={x:.9g}, y={y:.9g})"
        return outside, what, hint(bounds[outside], frame.crs)
    middle = np.median(lonlat[:, :2], axis=0)
    far = np.abs(lonlat[:, :2] - middle).max(axis=1) > _SPREAD_DEG
    lon, lat = lonlat[far][0, :2] if far.any() else (0.0, 0.0)
    what = f"lies at {lon:.4f}, {lat:.4f}, over {_SPREAD_DEG:g} degrees from the rest"
    return far, what, "correct or delete the feature"


def set_aside(
    frame: gpd.GeoDataFrame,
) -> tuple[gpd.GeoDataFrame, NDArray[np.object_]]:
    """Return the features that can be where they are, and the ids of the few that cannot.

    If half of them or more cannot, it is the layer that is wrong: all are returned, for
    `to_table_crs` to refuse.
    """
    kept = frame
    while frame.crs is not None and len(kept):
        try:
            wrong, _, _ = misplaced(kept)
        except CrsError:
            break
        if not wrong.any():
            return kept, frame.index.difference(kept.index, sort=False).to_numpy()
        kept = kept[~wrong]
        if 2 * len(kept) <= len(frame):
            break
    return frame, np.empty(0, dtype=object)


def hint(bounds: NDArray[np.float64], crs: pyproj.CRS | None) -> str:
    """Return what the numbers look like, as advice; it is never acted upon."""
    x = float(np.median(bounds[:, 0]))
    y = float(np.median(bounds[:, 1]))
    prefix = int(x // 1_000_000)
    if _GK_FIRST_PREFIX <= prefix <= _GK_LAST_PREFIX and y > 0:
        epsg = _GK_PREFIX_EPSG + prefix - _GK_FIRST_PREFIX
        return f"eastings begin with zone number {prefix}: the CRS is probably EPSG:{epsg}"
    if abs(x) <= 180 and abs(y) <= 90:  # noqa: PLR2004  (degrees)
        if crs is None or crs.is_projected:
            return "the numbers look like degrees: the CRS is probably EPSG:4490 or EPSG:4326"
        return "check the coordinates"
    if abs(x) <= 90 and abs(y) <= 180:  # noqa: PLR2004  (degrees)
        return "put longitude first, then latitude"
    if crs is not None and crs.is_geographic:
        return "the numbers look like metres: say which metric CRS they are in"
    return "say which CRS the coordinates are in"


def to_table_crs(
    frame: gpd.GeoDataFrame, source: str, *, crs: str | None, datum: str | None
) -> gpd.GeoDataFrame:
    """Return `frame` in metres, after checking that its coordinates fit its CRS.

    Parameters
    ----------
    frame
        Usable geometry, index = feature ids.
    source
        The file's name, for messages.
    crs
        Target metric CRS; None keeps a metric one and else takes the working CRS of the place.
    datum
        "gcj02" or "bd09" if the file is declared to be in it, else None.

    Raises
    ------
    InputError
        If there is no CRS, or coordinates do not fit it.
    """
    if frame.crs is None:
        remedy = f"{_REMEDY_CRS}; {hint(shapely.bounds(frame.geometry.array), None)}"
        raise CrsError(Problem("CRS_MISSING", "the file names no CRS", source, remedy=remedy))
    try:
        wrong, what, remedy = misplaced(frame)
        if wrong.any():
            where = shown(frame.index.to_numpy()[wrong])
            raise InputError(Problem("COORDINATES", what, source, where, remedy))
        if datum is not None:
            frame = from_datum(frame, datum, source)
        placed = crs_module.to_metric(frame) if crs is None else crs_module.in_crs(frame, crs)
    except CrsError as error:
        problems = (Problem(p.code, p.what, source, p.where, p.remedy) for p in error.problems)
        raise CrsError(*problems) from None
    lost = ~np.isfinite(shapely.bounds(placed.geometry.array)).all(axis=1)
    if lost.any():
        where = shown(frame.index.to_numpy()[lost])
        what = f"cannot be expressed in {placed.crs.to_string()}"
        raise InputError(Problem("COORDINATES", what, source, where, "check the CRS of the file"))
    return placed


def from_datum(frame: gpd.GeoDataFrame, datum: str, source: str = "") -> gpd.GeoDataFrame:
    """Return `frame` in longitude/latitude with a declared GCJ-02 or BD-09 shift taken out.

    Raises
    ------
    InputError
        If the datum is not known.
    """
    if datum not in datums.DATUMS:
        remedy = f"use one of {', '.join(datums.DATUMS)}"
        raise InputError(Problem("DATUM_UNKNOWN", f"no datum {datum!r}", source, remedy=remedy))
    lonlat = crs_module.to_lonlat(frame)
    shapes = lonlat.geometry.to_numpy()

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(datums.to_wgs84(datum, xy[:, 0], xy[:, 1]))

    return lonlat.set_geometry(
        gpd.GeoSeries(shapely.transform(shapes, shift), lonlat.index, crs=lonlat.crs)
    )


@lru_cache(maxsize=64)
def to_lonlat_transformer(crs: pyproj.CRS | int) -> pyproj.Transformer:
    """Return the way from `crs` to longitude/latitude; making one takes a tenth of a second.

    Raises
    ------
    CrsError
        If nobody knows where on Earth `crs` is, as with a local city grid.
    """
    try:
        return pyproj.Transformer.from_crs(crs, crs_module.LONLAT, always_xy=True)
    except pyproj.exceptions.ProjError:
        name = pyproj.CRS.from_user_input(crs).name
        what = f"the CRS {name!r} has no known place on Earth"
        remedy = "transform it to CGCS2000 with the parameters of the surveying office"
        raise CrsError(Problem("CRS_UNUSABLE", what, remedy=remedy)) from None


def _to_lonlat(bounds: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.float64]:
    change = to_lonlat_transformer(crs)
    west, south = change.transform(bounds[:, 0], bounds[:, 1])
    east, north = change.transform(bounds[:, 2], bounds[:, 3])
    return np.column_stack([west, south, east, north])


def _outside(lonlat: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.bool_]:
    west, south, east, north = -180.0, -90.0, 180.0, 90.0
    known = crs
    epsg = crs.to_epsg()
    if known.area_of_use is None and epsg is not None:
        known = pyproj.CRS.from_epsg(epsg)  # a .prj has the name, not the area
    area = known.area_of_use
    if area is not None and crs.is_projected and area.west < area.east:
        west, south = area.west - _AREA_MARGIN_DEG, area.south - _AREA_MARGIN_DEG
        east, north = area.east + _AREA_MARGIN_DEG, area.north + _AREA_MARGIN_DEG
    inside = (
        (lonlat[:, 0] >= west)
        & (lonlat[:, 2] <= east)
        & (lonlat[:, 1] >= south)
        & (lonlat[:, 3] <= north)
    )
    return np.logical_not(inside)  # also true for what the projection could not place
