"""Questions that were answered before a grid was merged again stay answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

ACCEPTED: Final = "accepted"
_SAME_SHARE: Final = 0.9  # of two strips must be common ground for them to be one question


def still_accepted(conflicts: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the conflicts, those accepted that were accepted before.

    Parameters
    ----------
    conflicts, before
        Tables of `onegrid.grids.conflicts.find_conflicts`, now and of the previous grid. It is the
        same question if kind and sides of the border are the same and 90 % of the ground of both
        is common: a department that drew something else asks anew.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> row = {"kind": ["border_shift"], "between": ["a;b"]}
    >>> asked = gpd.GeoDataFrame({**row, "status": ["accepted"]}, geometry=[box(0, 0, 9, 3)])
    >>> again = gpd.GeoDataFrame({**row, "status": ["open"]}, geometry=[box(0, 0, 9, 3.1)])
    >>> still_accepted(again, asked)["status"].tolist()
    ['accepted']
    """
    asked = before[(before["status"] == ACCEPTED).to_numpy()]
    keys = ["kind", "between"]
    now, old = (
        pd.DataFrame(f[keys].astype(str)).reset_index(drop=True).assign(row=np.arange(len(f)))
        for f in (conflicts, asked)
    )
    pairs = now.merge(old, on=keys, suffixes=("", "_before"))
    one = conflicts.geometry.to_numpy()[pairs["row"]]
    other = asked.geometry.to_numpy()[pairs["row_before"]]
    common_m2 = shapely.area(shapely.intersection(one, other))
    larger_m2 = np.maximum(shapely.area(one), shapely.area(other))
    status = conflicts["status"].to_numpy().copy()
    status[pairs["row"][common_m2 >= _SAME_SHARE * larger_m2]] = ACCEPTED
    return conflicts.assign(status=status)
