"""Suspicions about where a file says it is: wrong zone, missing CRS, shifted web-map datum.

A suspicion is a finding, never an action: coordinates are changed only when somebody declares what
they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from onegrid import standards
from onegrid.crs import in_crs, metric_crs_of
from onegrid.errors import CrsError
from onegrid.io.datum import DATUMS
from onegrid.io.findings import Finding
from onegrid.io.placing import from_datum, hint, misplaced, to_lonlat_transformer
from onegrid.io.tables import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Shapes = NDArray[np.object_]

_SAMPLES = 1500
_HALVED = 0.5  # a datum is suspected when the distance to the reference at least halves …
_WORSE = 1.2  # … and no other measure grows by more than this
_OUTSIDE_SHARE = 0.02
_OUTSIDE_KEPT = 0.25
_DATUM_REACH_M = 5000.0  # farther away it is not a datum
_LABELS: Final = {"gcj02": "GCJ-02（火星坐标）", "bd09": "BD-09（百度坐标）"}
# first EPSG code at 75 degrees east and zone width: CGCS2000 zones of 3 degrees without and with
# zone number, of 6 degrees without and with, UTM
_FAMILIES: Final = ((4534, 3), (4513, 3), (4502, 6), (4491, 6), (32643, 6))
_FIRST_MERIDIAN_DEG, _LAST_MERIDIAN_DEG, _ZONE_REACH_DEG = 75, 135, 4.5
_DEGREES: Final = 4490


def crs_findings(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame | None) -> list[Finding]:
    """Report a missing CRS, one the coordinates do not fit, and one far from the reference.

    Parameters
    ----------
    frame
        Layer with usable geometry; CRS as declared or None; index = labels.
    reference
        A layer known to be right, or None.
    """
    bounds = shapely.bounds(frame.geometry.to_numpy())
    if frame.crs is None:
        fits = _fitting(bounds, reference)
        advice = f"坐标与参照文件相合的是 {fits}" if fits else f"提示：{hint(bounds, None)}"
        remedy = f"文件没有坐标系；请声明后再用，修复只补声明，不改坐标。{advice}"
        return [Finding("CRS_MISSING", 1, "", remedy)]
    try:
        wrong, _, _ = misplaced(frame)
    except CrsError as error:
        remedy = "坐标系在地球上的位置未知（地方独立坐标系）；请按测绘部门的参数转换为 CGCS2000"
        return [Finding("CRS_UNUSABLE", len(frame), error.problems[0].what, remedy)]
    if wrong.any():
        where = shown(frame.index.to_numpy()[wrong])
        fits = _fitting(bounds[wrong], reference)
        advice = f"坐标与参照文件相合的是 {fits}" if fits else hint(bounds[wrong], frame.crs)
        remedy = f"坐标落在所声明坐标系之外；改正声明，不改坐标。提示：{advice}"
        return [Finding("CRS_MISMATCH", int(wrong.sum()), where, remedy)]
    if reference is None or reference.crs is None:
        return []
    away_m = _apart_m(frame, reference)
    if away_m < standards.number("reference_far_m"):
        return []
    fits = _fitting(bounds, reference)
    advice = f"，按 {fits} 则与参照文件相合" if fits else ""
    remedy = f"改正坐标系声明（分带）{advice}；不改坐标"
    where = f"距参照文件 {away_m / 1000:.0f} km"
    return [Finding("CRS_MISMATCH", len(frame), where, remedy)]


def datum_findings(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> list[Finding]:
    """Report a layer that fits the reference clearly better once a web-map datum is taken out.

    Two ways to fit are measured, whichever the geometry allows: distances between borders (and
    between the outlines of both layers), and points outside the other layer's area. Sound layers
    drawn with metres of noise are far below the thresholds.
    """
    if _apart_m(frame, reference) > _DATUM_REACH_M:
        return []
    crs = metric_crs_of(reference)
    fixed = in_crs(reference, crs)
    before = dict(_measures(in_crs(frame, crs), fixed))
    best: tuple[float, str, str] | None = None
    for datum in DATUMS:
        after = dict(_measures(in_crs(from_datum(frame, datum), crs), fixed))
        gain = _gain(before, after)
        if gain is not None and (best is None or gain[0] < best[0]):
            best = (gain[0], datum, gain[1])
    if best is None:
        return []
    _, datum, said = best
    remedy = f"疑为 {_LABELS[datum]}；确认后声明 {datum} 再导入，将换算为 CGCS2000，整体移动数百米"
    return [Finding("DATUM_SUSPECT", len(frame), said, remedy)]


@dataclass(frozen=True)
class _Fit:
    """How badly two layers fit: `value` in metres, or a share of points."""

    value: float
    is_share: bool


def _gain(before: dict[str, _Fit], after: dict[str, _Fit]) -> tuple[float, str] | None:
    """Return the remaining misfit and its description if `after` is clearly better."""
    clear: list[tuple[float, str]] = []
    for name, was in before.items():
        now = after[name]
        if was.is_share:
            if was.value >= _OUTSIDE_SHARE and now.value <= _OUTSIDE_KEPT * was.value:
                text = f"{name} {was.value:.1%} → {now.value:.1%}"
                clear.append((now.value / was.value, text))
            continue
        gain_m = standards.number("datum_gain_m")
        if now.value > _WORSE * was.value + gain_m:
            return None
        if was.value - now.value >= gain_m and now.value <= _HALVED * was.value:
            text = f"{name} {was.value:.0f} m → {now.value:.0f} m"
            clear.append((now.value / was.value, text))
    return min(clear) if clear else None


def _measures(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> Iterator[tuple[str, _Fit]]:
    ours, theirs = frame.geometry.to_numpy(), reference.geometry.to_numpy()
    for name, a, b in (
        ("边界", _lines(ours), _lines(theirs)),
        ("外边界", *_outlines(ours, theirs)),
    ):
        if len(a) and len(b):
            yield f"到参照{name}的距离", _Fit(_median_m(a, b), is_share=False)
            yield f"参照{name}到本层的距离", _Fit(_median_m(b, a), is_share=False)
    for name, points, areas in (
        ("落在参照之外的点", ours, theirs),
        ("参照落在本层之外的点", theirs, ours),
    ):
        dots = points[shapely.get_type_id(points) == shapely.GeometryType.POINT]
        if len(dots) and _is_area(areas).all():
            yield name, _Fit(_outside_share(dots, areas), is_share=True)


def _is_area(shapes: Shapes) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_dimensions(shapes) == 2, dtype=np.bool_)  # noqa: PLR2004  (areas)


def _lines(shapes: Shapes) -> Shapes:
    """Return the border segments of polygons and the segments of lines, one by one."""
    area = _is_area(shapes)
    lines = np.concatenate([shapely.boundary(shapes[area]), shapes[~area]])
    lines = shapely.get_parts(lines)
    lines = lines[shapely.get_dimensions(lines) == 1]
    xy, line = shapely.get_coordinates(lines, return_index=True)
    inside = line[1:] == line[:-1]
    pairs = np.stack([xy[:-1], xy[1:]], axis=1)[inside]
    return np.asarray(shapely.linestrings(pairs)) if len(pairs) else np.empty(0, np.object_)


def _outlines(ours: Shapes, theirs: Shapes) -> tuple[Shapes, Shapes]:
    """Return the outer borders of both layers where both have areas; holes and gaps left out."""
    if not (_is_area(ours).all() and _is_area(theirs).all()):
        return np.empty(0, np.object_), np.empty(0, np.object_)
    return _outline(ours), _outline(theirs)


def _outline(shapes: Shapes) -> Shapes:
    parts = shapely.get_parts(shapely.union_all(shapely.make_valid(shapes)))
    rings = shapely.get_exterior_ring(parts[_is_area(parts)])
    return _lines(np.asarray(rings, dtype=np.object_))


def _median_m(a: Shapes, b: Shapes) -> float:
    """Return the median distance from places evenly spread over `a` to the nearest of `b`."""
    length = shapely.length(a)
    ends = np.cumsum(length)
    if not len(ends) or ends[-1] == 0:
        return 0.0
    along = (np.arange(_SAMPLES) + 0.5) * ends[-1] / _SAMPLES
    at = np.searchsorted(ends, along)
    places = shapely.line_interpolate_point(a[at], along - (ends[at] - length[at]))
    _, distance_m = shapely.STRtree(b).query_nearest(
        places, all_matches=False, return_distance=True
    )
    return float(np.median(distance_m))


def _outside_share(points: Shapes, areas: Shapes) -> float:
    step = max(1, len(points) // (4 * _SAMPLES))
    some = points[::step]
    inside, _ = shapely.STRtree(shapely.make_valid(areas)).query(some, predicate="intersects")
    return 1 - len(np.unique(inside)) / len(some)


def _box(frame: gpd.GeoDataFrame) -> Floats:
    bounds = shapely.bounds(frame.geometry.to_numpy())
    change = to_lonlat_transformer(frame.crs)
    total = (bounds[:, 0].min(), bounds[:, 1].min(), bounds[:, 2].max(), bounds[:, 3].max())
    return np.array(change.transform_bounds(*total))


def _apart_m(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> float:
    """Return the geodesic distance between the boxes of two layers, 0 where they overlap."""
    return _boxes_apart_m(_box(frame), _box(reference))


def _boxes_apart_m(a: Floats, b: Floats) -> float:
    lon = _nearest(a[0], a[2], b[0], b[2])
    lat = _nearest(a[1], a[3], b[1], b[3])
    if not np.isfinite([*lon, *lat]).all():
        return float("inf")
    _, _, distance_m = pyproj.Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])
    return float(distance_m)


def _nearest(low: float, high: float, other_low: float, other_high: float) -> tuple[float, float]:
    if high < other_low:
        return high, other_low
    if other_high < low:
        return low, other_high
    middle = (max(low, other_low) + min(high, other_high)) / 2
    return middle, middle


def _fitting(bounds: Floats, reference: gpd.GeoDataFrame | None) -> str:
    """Return the first CRS in which the coordinates land on the reference, or ""."""
    if reference is None or reference.crs is None:
        return ""
    goal = _box(reference)
    middle = np.median(bounds, axis=0)
    for code in _candidates((goal[0] + goal[2]) / 2):
        change = to_lonlat_transformer(code)
        west, south = change.transform(middle[0], middle[1])
        east, north = change.transform(middle[2], middle[3])
        if _boxes_apart_m(np.array([west, south, east, north]), goal) < _DATUM_REACH_M:
            return f"EPSG:{code}"
    return ""


def _candidates(lon_deg: float) -> list[int]:
    """Return the CRS that data at a longitude comes in: zones whose meridian is near, degrees."""
    found: list[int] = []
    for first, width_deg in _FAMILIES:
        meridians = range(_FIRST_MERIDIAN_DEG, _LAST_MERIDIAN_DEG + 1, width_deg)
        near = (i for i, m in enumerate(meridians) if abs(m - lon_deg) <= _ZONE_REACH_DEG)
        found.extend(first + i for i in near)
    return [*found, _DEGREES]
