"""E2SFCA accessibility: supply per person in each catchment, nearer supply counting more.

**Source** W. Luo and Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method
for measuring spatial accessibility to primary care physicians, Health & Place 15(4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.coverage.walks import Catchments, catchments_of, sums, within_limit
from onegrid.standards import numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def e2sfca(
    pairs: pd.DataFrame, demand: pd.Series[float], capacity: pd.Series[float], *, limit_s: float
) -> pd.Series[float]:
    """Return the accessibility of each door: places per person within reach, weighted by zone.

    The limit is cut into equal zones (upper ends inclusive), one per weight of
    ``e2sfca_weights``. A facility without a capacity (NaN) supplies nothing. A facility that
    nobody demands has no ratio and counts as 0.

    Parameters
    ----------
    pairs
        ``door_id, facility_id, walk_s``; pairs beyond the limit are left out.
    demand
        People by door id; its index decides the order of the result.
    capacity
        People a facility can serve, by facility id.
    limit_s
        Walking limit in seconds.

    Raises
    ------
    InputError
        If a pair names a door or facility that is not in `demand` or `capacity`.

    Examples
    --------
    >>> pairs = pd.DataFrame({"door_id": ["a", "b"], "facility_id": "f", "walk_s": [300.0, 301.0]})
    >>> people, places = pd.Series({"a": 32.0, "b": 100.0}), pd.Series({"f": 50.0})
    >>> e2sfca(pairs, people, places, limit_s=900.0).round(2).to_dict()  # 50 / (32 + 68)
    {'a': 0.5, 'b': 0.34}
    """
    catchments = catchments_of(pairs, limit_s, demand.index, capacity.index)
    values = accessibility(
        catchments, np.asarray(demand, np.float64), np.asarray(capacity, np.float64), limit_s
    )
    return pd.Series(values, demand.index, name="accessibility")


def accessibility(pairs: Catchments, demand: Floats, capacity: Floats, limit_s: float) -> Floats:
    """Return E2SFCA by door position from pairs of positions; see `e2sfca`."""
    weight = zone_weights(pairs.walk_s, limit_s)
    wanted = sums(pairs.facility, weight * demand[pairs.door], len(capacity))
    supply = np.nan_to_num(capacity, nan=0.0)
    ratio = np.divide(supply, wanted, out=np.zeros(len(capacity)), where=wanted > 0)
    return sums(pairs.door, weight * ratio[pairs.facility], len(demand))


def zone_weights(walk_s: Floats, limit_s: float) -> Floats:
    """Return the weight of the zone each walk ends in, 0 beyond the limit."""
    weights = numbers("e2sfca_weights")
    weight = np.zeros(len(walk_s))
    for zone in range(len(weights), 0, -1):
        weight[within_limit(walk_s, limit_s * zone / len(weights))] = weights[zone - 1]
    return weight
