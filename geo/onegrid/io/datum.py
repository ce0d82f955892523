"""Shifted Chinese web-map coordinates (GCJ-02, BD-09) to and from WGS 84.

WGS 84 and CGCS2000 agree to centimetres and are taken as equal. Nothing here is applied unless a
file is declared to be in such a datum: a guess would move every border by half a kilometre.

**Source**: the widely published reconstruction of the GCJ-02 offset (Krasovsky 1940 ellipsoid) and
of Baidu's second offset; neither has an official publication, so both are as good as their
round trip and their fit to known points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pair = tuple[Floats, Floats]

DATUMS: Final = ("gcj02", "bd09")
_AXIS_M, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323
_ORIGIN_LON_DEG, _ORIGIN_LAT_DEG = 105.0, 35.0
_WEST_DEG, _EAST_DEG, _SOUTH_DEG, _NORTH_DEG = 72.004, 137.8347, 0.8293, 55.8271
_BAIDU_TURN = np.pi * 3000 / 180
_BAIDU_LON_DEG, _BAIDU_LAT_DEG = 0.0065, 0.006
_CONVERGED_DEG = 1e-11
_MAX_ROUNDS = 60


def wgs84_to_gcj02(lon_deg: Floats, lat_deg: Floats) -> Pair:
    """Return WGS 84 positions as GCJ-02.

    Parameters
    ----------
    lon_deg, lat_deg
        float64 (n,), degrees. Outside China's bounding box they come back unchanged.

    Returns
    -------
    lon_deg, lat_deg
        New arrays, float64 (n,).

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(np.array([116.404]), np.array([39.915]))
    >>> round(float(lon[0]), 6), round(float(lat[0]), 6)
    (116.410244, 39.916404)
    """
    x, y = _floats(lon_deg), _floats(lat_deg)
    with np.errstate(invalid="ignore"):
        east, north = _offset(x - _ORIGIN_LON_DEG, y - _ORIGIN_LAT_DEG, np.radians(y))
    inside = _in_china(x, y)
    return np.where(inside, x + east, x), np.where(inside, y + north, y)


def gcj02_to_wgs84(lon_deg: Floats, lat_deg: Floats) -> Pair:
    """Return GCJ-02 positions as WGS 84, exact to under 1e-9 degrees (fixed-point iteration).

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(np.array([116.84]), np.array([38.3])))
    >>> round(float(lon[0]), 9), round(float(lat[0]), 9)
    (116.84, 38.3)
    """
    return _inverse(wgs84_to_gcj02, lon_deg, lat_deg)


def wgs84_to_bd09(lon_deg: Floats, lat_deg: Floats) -> Pair:
    """Return WGS 84 positions as BD-09, Baidu's offset on top of GCJ-02.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(np.array([24.9]), np.array([60.2]))  # not in China
    >>> float(lon[0]), float(lat[0])
    (24.9, 60.2)
    """
    x, y = wgs84_to_gcj02(lon_deg, lat_deg)
    with np.errstate(invalid="ignore"):
        reach = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_TURN)
        turn = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_TURN)
    inside = _in_china(_floats(lon_deg), _floats(lat_deg))
    return (
        np.where(inside, reach * np.cos(turn) + _BAIDU_LON_DEG, x),
        np.where(inside, reach * np.sin(turn) + _BAIDU_LAT_DEG, y),
    )


def bd09_to_wgs84(lon_deg: Floats, lat_deg: Floats) -> Pair:
    """Return BD-09 positions as WGS 84, exact to under 1e-9 degrees (fixed-point iteration)."""
    return _inverse(wgs84_to_bd09, lon_deg, lat_deg)


def to_wgs84(datum: str, lon_deg: Floats, lat_deg: Floats) -> Pair:
    """Return positions of a declared datum (one of `DATUMS`) as WGS 84.

    Raises
    ------
    KeyError
        If `datum` is not one of `DATUMS`.
    """
    return {"gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}[datum](lon_deg, lat_deg)


def _floats(values: Floats) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _in_china(lon_deg: Floats, lat_deg: Floats) -> NDArray[np.bool_]:
    return (
        (lon_deg >= _WEST_DEG)
        & (lon_deg <= _EAST_DEG)
        & (lat_deg >= _SOUTH_DEG)
        & (lat_deg <= _NORTH_DEG)
    )


def _offset(x: Floats, y: Floats, lat_rad: Floats) -> Pair:
    # the polynomials and sines are the published constants of the offset, in metres
    root = np.sqrt(np.abs(x))
    waves = (20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + waves
    north_m += (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    north_m += (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + waves
    east_m += (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    east_m += (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3
    flat = 1 - _ECCENTRICITY2 * np.sin(lat_rad) ** 2
    per_lon_deg = np.radians(_AXIS_M / np.sqrt(flat) * np.cos(lat_rad))
    per_lat_deg = np.radians(_AXIS_M * (1 - _ECCENTRICITY2) / (flat * np.sqrt(flat)))
    return east_m / per_lon_deg, north_m / per_lat_deg


def _inverse(forward: Callable[[Floats, Floats], Pair], lon_deg: Floats, lat_deg: Floats) -> Pair:
    goal_x, goal_y = _floats(lon_deg), _floats(lat_deg)
    x, y = goal_x.copy(), goal_y.copy()
    # the offset changes by under 1 % of a step, so each round gains two digits or more
    for _ in range(_MAX_ROUNDS):
        at_x, at_y = forward(x, y)
        with np.errstate(invalid="ignore"):
            step_x, step_y = goal_x - at_x, goal_y - at_y
        x, y = x + step_x, y + step_y
        moved = np.nanmax(np.abs([step_x, step_y]), initial=0.0)
        if moved < _CONVERGED_DEG:
            break
    return x, y
