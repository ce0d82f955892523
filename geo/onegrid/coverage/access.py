"""Accessibility: what is within reach, and floating catchment areas: places per person in reach.

All methods count, for each facility, the people who may come, and for each door the places that
are left to it. They differ in what a walk of some length weighs, and whether people choose.

**Source** W. Luo and Y. Qi (2009), An enhanced two-step floating catchment area (E2SFCA) method
for measuring spatial accessibility to primary care physicians, Health & Place 15(4); N. Wan, B.
Zou and T. Sternberg (2012), A three-step floating catchment area method, International Journal of
GIS 26(6); P. Delamater (2013), Spatial accessibility in suboptimally configured health care
systems: a modified two-step floating catchment area (M2SFCA) metric, Health & Place 24.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.coverage.walks import Catchments, catchments_of, sums, within_limit
from onegrid.errors import InputError, Problem
from onegrid.standards import numbers

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

METHODS: Final = ("e2sfca", "2sfca", "3sfca", "m2sfca")


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
    return floating_catchments(pairs, demand, capacity, limit_s=limit_s)


def floating_catchments(
    pairs: pd.DataFrame,
    demand: pd.Series[float],
    capacity: pd.Series[float],
    *,
    limit_s: float,
    method: str = "e2sfca",
) -> pd.Series[float]:
    """Return the accessibility of each door by one of the floating catchment methods.

    ``2sfca``: every walk within the limit weighs 1. ``e2sfca``: as its zone does, see `e2sfca`.
    ``3sfca``: people also choose, each facility by its share in the weights around them.
    ``m2sfca``: the weight counts twice, so that distance is lost to nobody's gain.

    Parameters
    ----------
    pairs, demand, capacity, limit_s
        As in `e2sfca`.
    method
        One of `METHODS`.

    Raises
    ------
    InputError
        If the method is unknown, or as `e2sfca`.

    Examples
    --------
    >>> pairs = pd.DataFrame({"door_id": ["a", "b"], "facility_id": "f", "walk_s": [300.0, 301.0]})
    >>> people, places = pd.Series({"a": 32.0, "b": 100.0}), pd.Series({"f": 50.0})
    >>> for method in ("2sfca", "3sfca", "m2sfca"):
    ...     found = floating_catchments(pairs, people, places, limit_s=900.0, method=method)
    ...     print(method, found.round(3).to_dict())
    2sfca {'a': 0.379, 'b': 0.379}
    3sfca {'a': 0.5, 'b': 0.34}
    m2sfca {'a': 0.5, 'b': 0.231}
    """
    if method not in METHODS:
        remedy = "use one of " + ", ".join(METHODS)
        raise InputError(Problem("METHOD", f"no method {method!r}", remedy=remedy))
    catchments = catchments_of(pairs, limit_s, demand.index, capacity.index)
    people, places = np.asarray(demand, np.float64), np.asarray(capacity, np.float64)
    if method == "2sfca":
        weight = np.ones(len(catchments.walk_s))
    else:
        weight = zone_weights(catchments.walk_s, limit_s)
    chosen = weight
    if method == "3sfca":
        around = sums(catchments.door, weight, len(people))[catchments.door]
        chosen = weight * np.divide(weight, around, out=np.zeros(len(weight)), where=around > 0)
    felt = weight * weight if method == "m2sfca" else chosen
    values = _two_steps(catchments, people, places, wanted=chosen, felt=felt)
    return pd.Series(values, demand.index, name="accessibility")


def opportunities(
    pairs: pd.DataFrame, doors: pd.Index, supply: pd.Series[float], *, limit_s: float
) -> pd.Series[float]:
    """Return what is within reach of each door: the sum of the supply, cumulative opportunities.

    Parameters
    ----------
    pairs
        ``door_id, facility_id, walk_s``; pairs beyond the limit are left out.
    doors
        Door ids, in the order of the result.
    supply
        What each facility offers, by facility id; ones to count facilities. NaN offers nothing.
    limit_s
        Walking limit in seconds.

    Raises
    ------
    InputError
        If a pair names a door or facility that is not known.

    Examples
    --------
    >>> pairs = pd.DataFrame({"door_id": ["a", "a"], "facility_id": ["f", "g"], "walk_s": 60.0})
    >>> beds = pd.Series({"f": 50.0, "g": 7.0})
    >>> opportunities(pairs, pd.Index(["a", "b"]), beds, limit_s=900.0).to_dict()
    {'a': 57.0, 'b': 0.0}
    """
    found = catchments_of(pairs, limit_s, doors, supply.index)
    offer = np.nan_to_num(np.asarray(supply, np.float64), nan=0.0)
    values = sums(found.door, offer[found.facility], len(doors))
    return pd.Series(values, doors, name="opportunities")


def accessibility(pairs: Catchments, demand: Floats, capacity: Floats, limit_s: float) -> Floats:
    """Return E2SFCA by door position from pairs of positions; see `e2sfca`."""
    weight = zone_weights(pairs.walk_s, limit_s)
    return _two_steps(pairs, demand, capacity, wanted=weight, felt=weight)


def _two_steps(
    pairs: Catchments, demand: Floats, capacity: Floats, *, wanted: Floats, felt: Floats
) -> Floats:
    """Return places per person by door; each pair weighs for the facility, and for the door."""
    asked = sums(pairs.facility, wanted * demand[pairs.door], len(capacity))
    supply = np.nan_to_num(capacity, nan=0.0)
    ratio = np.divide(supply, asked, out=np.zeros(len(capacity)), where=asked > 0)
    return sums(pairs.door, felt * ratio[pairs.facility], len(demand))


def zone_weights(walk_s: Floats, limit_s: float) -> Floats:
    """Return the weight of the zone each walk ends in, 0 beyond the limit."""
    weights = numbers("e2sfca_weights")
    weight = np.zeros(len(walk_s))
    for zone in range(len(weights), 0, -1):
        weight[within_limit(walk_s, limit_s * zone / len(weights))] = weights[zone - 1]
    return weight
