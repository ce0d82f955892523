"""Repair one polygon layer, with a ledger of everything that was changed.

`shapely.coverage_clean` does the geometry; what it does not do is done around it here: bow-ties and
repeated features are named, vanished and shrunken polygons and detached parts are found, and every
square metre that changed hands is written down. Gaps that are open to the outside stay open unless
asked for: nobody drew anything there, and the crosswalk says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.layers.gaps import polygons_of, share_gaps

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

LEDGER_COLUMNS: Final = ("department", "code", "kind", "moved_area_m2")
_MOVED_M2 = 0.01  # less than a hand's breadth squared is rounding, not a repair
_LOOSE_M2 = 1.0
_VANISHED_SHARE, _SHRUNKEN_SHARE = 0.01, 0.5


@dataclass(frozen=True)
class Cleaned:
    """A sound layer (valid, no overlap, edge-matched) and the ledger of its repairs.

    ``ledger`` has the columns `LEDGER_COLUMNS`: one row per repair, sorted.
    """

    layer: gpd.GeoDataFrame
    ledger: pd.DataFrame


def clean_layer(
    layer: gpd.GeoDataFrame,
    *,
    department: str,
    gap_width_m: float | None = None,
    close_open_gaps: bool = False,
) -> Cleaned:
    """Repair the polygons of one department.

    Parameters
    ----------
    layer
        Polygons in a metric CRS with a text column ``code``; codes may repeat.
    department
        The name written into the ledger.
    gap_width_m
        Closed gaps between polygons narrower than this go to a neighbour.
    close_open_gaps
        Also close narrow gaps that reach the outside, each point going to the nearest polygon:
        for layers that must leave no gap, such as communities.

    Returns
    -------
    cleaned
        Rows in input order without repeated features; a polygon that is covered by others
        completely is dropped, and named in the ledger as ``vanished``.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Polygon
    >>> bow_tie = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    >>> layer = gpd.GeoDataFrame({"code": ["A"]}, geometry=[bow_tie], crs=4547)
    >>> clean_layer(layer, department="ecology").ledger.kind.tolist()
    ['invalid_ring']
    """
    width_m = standards.number("gap_width_m") if gap_width_m is None else gap_width_m
    named, unnamed_rows = _name_codes(layer)
    valid, ring_rows = _make_valid(named)
    single, repeated_rows = _drop_repeated(valid)
    sound = _coverage(single.geometry.to_numpy(), width_m)
    if close_open_gaps and len(sound):
        sound = _coverage(share_gaps(sound, width_m=width_m), width_m)
    rows = [*unnamed_rows, *ring_rows, *repeated_rows, *_moves(single, sound)]
    kept = single.set_geometry(sound)
    kept = kept[shapely.area(sound) > 0]
    ledger = pd.DataFrame(
        [(department, *row) for row in rows], columns=list(LEDGER_COLUMNS)
    ).astype({"department": object, "code": object, "kind": object, "moved_area_m2": float})
    order = ["kind", "code", "moved_area_m2"]
    return Cleaned(kept, ledger.sort_values(order, kind="stable", ignore_index=True))


Row = tuple[str, str, float]


def _name_codes(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Row]]:
    """Give a code to rows without one, and name the codes that several rows share."""
    codes = layer["code"].fillna("").astype(str).str.strip()
    empty = (codes == "").to_numpy()
    codes = codes.mask(empty, [f"#{feature}" for feature in layer.index])
    repeated = sorted(codes[codes.duplicated()].unique())
    rows: list[Row] = [(code, "missing_code", 0.0) for code in codes[empty]]
    rows += [(code, "duplicate_code", 0.0) for code in repeated]
    return layer.assign(code=codes), rows


def _make_valid(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Row]]:
    """Make every ring simple; empty geometries go, and are named."""
    before = shapely.force_2d(layer.geometry.to_numpy())
    broken = ~shapely.is_valid(before)
    after = before.copy()
    after[broken] = [polygons_of(g) for g in shapely.make_valid(before[broken])]
    # a bow-tie's signed area is the difference of its lobes: what the repair adds is the change
    change_m2 = np.abs(shapely.area(after) - shapely.area(before))
    codes = layer["code"].to_numpy()
    rows: list[Row] = [
        (codes[i], "invalid_ring", round(float(change_m2[i]), 2)) for i in np.flatnonzero(broken)
    ]
    empty = shapely.is_missing(after) | (shapely.area(after) <= 0)
    rows += [(codes[i], "empty_geometry", 0.0) for i in np.flatnonzero(empty)]
    return layer.set_geometry(after)[~empty], rows


def _drop_repeated(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Row]]:
    """Drop features that are drawn twice, whatever code they carry; the first one stays."""
    keys = pd.Series(shapely.to_wkb(shapely.normalize(layer.geometry.to_numpy())))
    repeated = keys.duplicated().to_numpy()
    codes = layer["code"].to_numpy()[repeated]
    areas_m2 = shapely.area(layer.geometry.to_numpy()[repeated])
    rows: list[Row] = [
        (code, "duplicate_feature", round(float(area), 2))
        for code, area in zip(codes, areas_m2, strict=True)
    ]
    return layer[~repeated], rows


def _coverage(polygons: NDArray[np.object_], gap_width_m: float) -> NDArray[np.object_]:
    """Return edge-matched polygons without overlap and without closed gaps up to the width.

    A polygon that automatic snapping swallows is cleaned without snapping.
    """
    if not len(polygons):
        return polygons
    cleaned = shapely.coverage_clean(polygons, gap_width=gap_width_m)
    if _vanished(polygons, cleaned).any():
        with suppress(shapely.GEOSException):  # unsnapped noding may fail, then snapped stands
            unsnapped = shapely.coverage_clean(polygons, gap_width=gap_width_m, snapping_distance=0)
            if _vanished(polygons, unsnapped).sum() < _vanished(polygons, cleaned).sum():
                cleaned = unsnapped
    return np.array([polygons_of(g) for g in cleaned], dtype=object)


def _vanished(before: NDArray[np.object_], after: NDArray[np.object_]) -> NDArray[np.bool_]:
    gone: NDArray[np.bool_] = shapely.area(after) < _VANISHED_SHARE * shapely.area(before)
    return gone


def _moves(layer: gpd.GeoDataFrame, after: NDArray[np.object_]) -> list[Row]:
    """Say for each polygon what the cleaning moved, and whether it lost itself on the way."""
    before = layer.geometry.to_numpy()
    moved_m2 = shapely.area(shapely.symmetric_difference(before, after))
    left = shapely.area(after) / shapely.area(before)
    more_parts = shapely.get_num_geometries(after) > shapely.get_num_geometries(before)
    rows: list[Row] = []
    for i, code in enumerate(layer["code"]):
        area_m2 = round(float(moved_m2[i]), 2)
        if left[i] < _VANISHED_SHARE:
            rows.append((code, "vanished", area_m2))
        elif left[i] < _SHRUNKEN_SHARE:
            rows.append((code, "shrunken", area_m2))
        elif moved_m2[i] > _MOVED_M2:
            rows.append((code, "border_moved", area_m2))
        if more_parts[i] and left[i] >= _VANISHED_SHARE:
            loose_m2 = float(np.sort(shapely.area(shapely.get_parts(after[i])))[:-1].sum())
            if loose_m2 > _LOOSE_M2:
                rows.append((code, "detached_part", round(loose_m2, 2)))
    return rows
