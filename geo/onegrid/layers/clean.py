"""Repair one polygon layer, with a ledger of everything that was changed.

`shapely.coverage_clean` does the geometry; what it does not do is done around it here: bow-ties and
repeated features are named, vanished and shrunken polygons and detached parts are found, and every
square metre that changed hands is written down. Gaps that are open to the outside stay open unless
asked for: nobody drew anything there, and the crosswalk says so.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.layers.gaps import close_gaps, polygons_of, share_gaps
from onegrid.layers.ledger import LEDGER_COLUMNS, doubtful_of, ledger_of
from onegrid.layers.moves import account, hand_over_crumbs, open_gaps
from onegrid.layers.rings import drop_repeated, name_codes, simple_polygons

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["LEDGER_COLUMNS", "Cleaned", "clean_layer"]

_OTHER_WAYS: Final[tuple[dict[str, Any], ...]] = (
    {"snapping_distance": 0},
    {"merge_strategy": "min_area"},
)


@dataclass(frozen=True)
class Cleaned:
    """A sound layer (valid, no overlap, edge-matched) and the ledger of its repairs.

    ``ledger`` has the columns `LEDGER_COLUMNS`: one row per repair, sorted. Rows of
    ``invalid_ring`` say what making the ring valid changed; all other rows add up to the symmetric
    difference between the valid input and the result. ``doubtful`` lists the repairs somebody
    should decide, with a ``question`` (Chinese).
    """

    layer: gpd.GeoDataFrame
    ledger: pd.DataFrame
    doubtful: pd.DataFrame


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
    named, repairs = name_codes(layer)
    for step in (simple_polygons, drop_repeated):
        named, found = step(named)
        repairs += found
    before, codes = named.geometry.to_numpy(), named["code"].tolist()
    after = _coverage(before, width_m)
    if close_open_gaps and len(after):
        after = _coverage(share_gaps(after, width_m=width_m), width_m)
    after, found, handed_m2 = hand_over_crumbs(before, after, codes)  # last: gaps make some, too
    repairs += found
    repairs += account(before, after, codes, handed_m2=handed_m2)
    if not close_open_gaps:
        repairs += open_gaps(after, codes, width_m=width_m)
    kept = named.set_geometry(after)[shapely.area(after) > 0]
    return Cleaned(
        kept,
        ledger_of(repairs, department=department),
        doubtful_of(repairs, department=department),
    )


def _coverage(polygons: NDArray[np.object_], gap_width_m: float) -> NDArray[np.object_]:
    """Return edge-matched polygons without overlap and without closed gaps up to the width.

    A polygon that automatic snapping swallows is cleaned without snapping; where one would vanish
    under others, overlaps go to the smaller polygon: a market drawn on top of its surroundings.
    """
    if not len(polygons):
        return polygons
    cleaned = shapely.coverage_clean(polygons, gap_width=0)
    lost = _vanished(polygons, cleaned).sum()
    for other_way in _OTHER_WAYS:
        if not lost:
            break
        with suppress(shapely.GEOSException):  # unsnapped noding may fail, then the first stands
            tried = shapely.coverage_clean(polygons, gap_width=0, **other_way)
            if _vanished(polygons, tried).sum() < lost:
                cleaned, lost = tried, _vanished(polygons, tried).sum()
    shapes = np.array([polygons_of(shape) for shape in cleaned], dtype=object)
    return close_gaps(shapes, width_m=gap_width_m)


def _vanished(before: NDArray[np.object_], after: NDArray[np.object_]) -> NDArray[np.bool_]:
    share = standards.number("vanished_share")
    gone: NDArray[np.bool_] = shapely.area(after) < share * shapely.area(before)
    return gone
