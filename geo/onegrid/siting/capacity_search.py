"""Plans of limited sites, made better by closing neighbours and opening others at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.siting.capacity_flow import Plan, place
from onegrid.siting.capacity_kernels import nearest_chosen, renew

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

NOISE = 1e-9  # of a value: sums in another order
_MOST_CLOSED = 4  # sites at once
_TASTE = 0.3  # how much less a site may be liked than it is worth


def filled(reach: Gains, room: Floats, opened: Bools) -> Plan:
    """Return the plan in which the open sites serve as much as they can.

    Examples
    --------
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = make_gains(door, site, np.array([9.0, 9.0, 4.0]), doors=2, sites=2)
    >>> float(filled(reach, np.array([8.0, 4.0]), np.array([True, True])).need.sum())
    1.0
    """
    door_of = np.repeat(np.arange(reach.doors), np.diff(reach.door_start))
    weight = np.zeros(reach.doors)
    weight[reach.door] = reach.site_gain
    plan = Plan(
        np.argsort(reach.site, kind="stable"),
        door_of,
        opened.copy(),
        np.where(opened, room, 0.0),
        np.zeros(len(reach.site)),
        weight,
    )
    place(reach, plan, NOISE * float(weight.sum()))
    return plan


class Limits(NamedTuple):
    """What each site serves at most, float64; which stay, bool (sites); how many more there are."""

    room: Floats
    built: Bools
    most: int


def better_plan(reach: Gains, plan: Plan, limits: Limits, *, enough: float, effort: Effort) -> Plan:
    """Return a plan that serves as much or more: a chosen site and some near it go, others come.

    What comes is what most have no place at, but for taste, which is drawn anew every time. It
    ends when `enough` is served, or after ``effort.renewals`` tries, or fewer, that look at
    ``effort.renewed_pairs`` pairs.

    Parameters
    ----------
    reach
        Who reaches which site, few enough of them.
    plan
        Where to start.
    limits
        Of sites.
    enough
        A weight that need not be surpassed.
    effort
        Tries and seed.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> reach = make_gains(np.arange(2), np.arange(2), np.array([4.0, 9.0]), doors=2, sites=2)
    >>> limits = Limits(np.array([4.0, 9.0]), np.zeros(2, dtype=bool), 1)
    >>> first = filled(reach, limits.room, np.array([True, False]))
    >>> better_plan(reach, first, limits, enough=9.0, effort=Effort()).opened.tolist()
    [False, True]
    """
    room, built, most = limits
    rng = np.random.default_rng(effort.seed)
    served = float(plan.sent.sum())
    least = NOISE * served
    for _ in range(min(effort.renewals, effort.renewed_pairs // max(1, len(reach.site)))):
        chosen = np.flatnonzero(plan.opened & ~built)
        if served >= enough - least or not len(chosen):
            break
        many = min(int(rng.integers(1, _MOST_CLOSED + 1)), len(chosen))
        gone = nearest_chosen(reach, plan, built, rng.choice(chosen), many)
        liking = 1 - _TASTE * rng.random((many + most - len(chosen), reach.sites))
        tried = plan.copy()
        renew(reach, tried, room, gone, liking, least)
        if tried.sent.sum() >= served - least:
            plan, served = tried, float(tried.sent.sum())
    return plan
