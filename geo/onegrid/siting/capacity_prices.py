"""Most weight served when every site serves only so much, nearly: by prices and a search."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.coverage.walks import sums
from onegrid.siting.capacity_exact import Served
from onegrid.siting.capacity_kernels import add_sites, lower_bound
from onegrid.siting.capacity_search import NOISE, Limits, better_plan, filled
from onegrid.siting.reduce import must_and_may, shrink

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.capacity_flow import Plan
    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_CORE, _CORE_PER_SITE = 150, 8  # sites that are searched: those of most worth


class NearlyServed(NamedTuple):
    """What was found, and which sites every better choice contains, and may contain.

    ``must`` and ``may`` are bool (sites); existing sites are in neither.
    """

    found: Served
    must: Bools
    may: Bools


def nearly_most_served(
    reach: Gains, capacity: Floats, built: Bools, *, count: int, effort: Effort
) -> NearlyServed:
    """Choose at most `count` new sites that serve much weight, and prove what could be served.

    Parameters are those of `capacity_exact.most_served`. The bound is that of Lagrangian prices on
    serving nobody twice, and as tight as the linear program's. The plan begins with sites added
    one by one and is searched among those of most worth; doors are shared among its sites by a
    largest flow, so without new sites it is exact.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = make_gains(door, site, np.array([9.0, 9.0, 4.0]), doors=2, sites=2)
    >>> none = np.zeros(2, bool)
    >>> near = nearly_most_served(reach, np.array([8.0, 7.0]), none, count=1, effort=Effort())
    >>> near.found.sites.tolist(), near.found.value, near.found.bound
    ([0], 8.0, 8.0)
    """
    whole = np.bincount(reach.site, weights=reach.door_gain, minlength=reach.sites)
    room = np.minimum(capacity, whole)  # nobody serves more
    plan = filled(reach, room, built)
    ceiling = float(plan.need.sum() + plan.sent.sum())
    if count == 0:
        none = np.zeros(reach.sites, dtype=np.bool_)
        return NearlyServed(_served_by(plan, reach, built, 0.0), none, none)
    add_sites(reach, plan, room, count, NOISE * ceiling)
    value = float(plan.sent.sum())
    priced = lower_bound(reach, room, built, count, value, effort.capacity_rounds)
    bound = min(ceiling, priced.bound * (1 + NOISE))
    in_wholes = reach.whole and bool((room == np.rint(room)).all())
    if in_wholes:
        bound = float(np.floor(bound))
    size = max(_CORE, _CORE_PER_SITE * count)
    core = plan.opened | built
    core[np.argsort(-priced.worth, kind="stable")[:size]] = True
    few = shrink(reach, settled=np.empty(0, dtype=np.int64), free=np.flatnonzero(core)).gains
    start = filled(few, room[core], plan.opened[core])
    limits = Limits(room[core], built[core], count)
    best = better_plan(few, start, limits, enough=bound, effort=effort)
    opened = np.zeros(reach.sites, dtype=np.bool_)
    opened[core] = best.opened
    found = _served_by(filled(reach, room, opened), reach, built, bound)
    least = found.value + (1.0 if in_wholes else NOISE * found.value)
    return NearlyServed(found, *_settled(priced.bound, priced.worth, built, count, least))


def _settled(
    bound: float, worth: Floats, built: Bools, count: int, least: float
) -> tuple[Bools, Bools]:
    """Return which new sites every choice worth at least `least` contains, and others it may."""
    must, may = np.zeros((2, len(worth)), dtype=np.bool_)
    must[~built], may[~built] = must_and_may(worth[~built], count, bound=bound, least=least)
    return must, may


def _served_by(plan: Plan, reach: Gains, built: Bools, bound: float) -> Served:
    """Return what a plan serves, and a bound that is no less."""
    load = sums(reach.site, plan.sent, reach.sites)
    value = float(plan.sent.sum())
    return Served(np.flatnonzero(plan.opened & ~built), value, max(bound, value), load)
