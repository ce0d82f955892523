"""Most weight served when every site serves only so much, where that is too large for HiGHS."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.coverage.walks import sums
from onegrid.siting.capacity_flow import Plan, place
from onegrid.siting.capacity_kernels import add_sites, drop_and_add, lower_bound

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_NOISE = 1e-9  # of a value: sums in another order


class Served(NamedTuple):
    """New sites, the weight that all sites together serve, a bound on it, and each site's part.

    ``load`` is float64 (sites), existing ones included.
    """

    sites: Ints
    value: float
    bound: float
    load: Floats


def nearly_most_served(
    reach: Gains, capacity: Floats, built: Bools, *, count: int, effort: Effort
) -> Served:
    """Choose at most `count` new sites that serve much weight, and prove what could be served.

    Parameters and result are those of `most_served`. The bound is that of Lagrangian prices on
    serving nobody twice, and as tight as the linear program's. The plan is the better of what the
    prices choose and of what adding sites one by one does, mended by closing one for another;
    doors are shared among its sites by a largest flow, so without new sites it is exact.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = make_gains(door, site, np.array([9.0, 9.0, 4.0]), doors=2, sites=2)
    >>> none = np.zeros(2, bool)
    >>> found = nearly_most_served(reach, np.array([8.0, 7.0]), none, count=1, effort=Effort())
    >>> found.sites.tolist(), found.value, found.bound
    ([0], 8.0, 8.0)
    """
    whole = np.bincount(reach.site, weights=reach.door_gain, minlength=reach.sites)
    room = np.minimum(capacity, whole)  # nobody serves more
    weight = np.zeros(reach.doors)
    weight[reach.door] = reach.site_gain
    least = _NOISE * float(weight.sum())
    plan = _filled(reach, room, built, weight)
    ceiling = float(weight.sum())
    if count == 0:
        value = ceiling - float(plan.need.sum())
        return _served(plan, reach, built, value)
    add_sites(reach, plan, room, count, least)
    value = ceiling - float(plan.need.sum())
    priced = lower_bound(reach, room, built, count, value, effort.capacity_rounds)
    other = _filled(reach, room, priced.opened, weight)
    if other.need.sum() < plan.need.sum():
        plan = other
    trials = max(1, effort.shaken_pairs // max(1, len(reach.site)))
    drop_and_add(reach, plan, room, built, trials, least)
    bound = min(ceiling, priced.bound * (1 + _NOISE))
    if reach.whole and (room == np.rint(room)).all():
        bound = float(np.floor(bound))
    return _served(plan, reach, built, bound)


def _filled(reach: Gains, room: Floats, opened: Bools, weight: Floats) -> Plan:
    """Return the plan in which the open sites serve as much as they can."""
    door_of = np.repeat(np.arange(reach.doors), np.diff(reach.door_start))
    plan = Plan(
        np.argsort(reach.site, kind="stable"),
        door_of,
        opened.copy(),
        np.where(opened, room, 0.0),
        np.zeros(len(reach.site)),
        weight.copy(),
    )
    place(reach, plan, _NOISE * float(weight.sum()))
    return plan


def _served(plan: Plan, reach: Gains, built: Bools, bound: float) -> Served:
    load = sums(reach.site, plan.sent, reach.sites)
    value = float(plan.sent.sum())
    return Served(np.flatnonzero(plan.opened & ~built), value, max(bound, value), load)
