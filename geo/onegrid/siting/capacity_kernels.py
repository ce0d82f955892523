"""Prices on doors, and sites opened and closed by turns, compiled; ties go to the lowest one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel
from onegrid.siting.capacity_flow import Plan, place

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_PATIENCE = 20  # rounds without a better bound before the steps are halved
_BOLDEST, _SMALLEST = 1.0, 1e-3
_TURN = 0.2  # share of the new slope in the direction that is walked
_START = 0.5  # of a door's weight: half way between a place for everybody and for nobody
_TINY = 1e-9  # of all weight: less is rounding


class Priced(NamedTuple):
    """The best prices found: an upper bound, what each site is worth above them, a choice."""

    bound: float
    worth: Floats
    opened: Bools


@kernel
def sell(reach: Gains, prices: Floats, room: Floats, worth: Floats, sold: Floats) -> None:
    """Fill each site on its own with the doors of the lowest price: a knapsack, last door cut.

    Doors are walked through once for all sites, the cheapest first, so nothing is sorted by site.
    """
    left = room.copy()
    worth[:] = 0.0
    sold[:] = 0.0
    for d in np.argsort(prices, kind="mergesort"):
        profit = 1.0 - prices[d]
        if profit <= 0.0:
            break
        for e in range(reach.door_start[d], reach.door_start[d + 1]):
            j = reach.site[e]
            part = min(reach.door_gain[e], left[j])
            left[j] -= part
            worth[j] += part * profit
            sold[d] += part


@kernel
def open_best(worth: Floats, built: Bools, count: int) -> Bools:
    """Return the built sites and the `count` others of most worth, those of none left out."""
    opened = built.copy()
    found = 0
    for j in np.argsort(-worth, kind="mergesort"):
        if found == count or worth[j] <= 0.0:
            break
        if not built[j]:
            opened[j] = True
            found += 1
    return opened


@kernel
def _turn(direction: Floats, sold: Floats, weight: Floats, prices: Floats) -> float:
    """Turn the direction towards the slope; return its squared length where prices can move."""
    steep = 0.0
    for d in range(prices.size):
        slope = 1.0 - sold[d] / weight[d] if weight[d] > 0.0 else 0.0
        direction[d] = _TURN * slope + (1.0 - _TURN) * direction[d]
        stuck = prices[d] <= 0.0 if direction[d] > 0.0 else prices[d] >= 1.0
        if not stuck:
            steep += weight[d] * direction[d] * direction[d]
    return steep


@kernel
def lower_bound(
    reach: Gains, room: Floats, built: Bools, count: int, value: float, rounds: int
) -> Priced:
    """Move the prices of doors so that the bound falls; keep the best choice met on the way.

    That nobody is served twice has a price for each unit of a door's weight, 0 to 1; then sites
    are independent. The bound is what all doors cost, and the worth of the built sites and of the
    `count` best others, for any prices.
    """
    doors = reach.door_start.size - 1
    weight = np.zeros(doors)
    for d in range(doors):
        if reach.door_start[d] < reach.door_start[d + 1]:
            weight[d] = reach.door_gain[reach.door_start[d]]
    prices, direction = np.full(doors, _START), np.zeros(doors)
    worth, sold, unused = np.zeros(room.size), np.zeros(doors), np.zeros(room.size)
    sell(reach, np.zeros(doors), room, worth, sold)  # for nothing, every site would be full
    full = open_best(worth, built, count)
    kept = Priced(worth[full].sum(), worth.copy(), full)
    most, boldness, stale = -1.0, _BOLDEST, 0
    for _ in range(rounds):
        sell(reach, prices, room, worth, sold)
        opened = open_best(worth, built, count)
        now = (prices * weight).sum() + worth[opened].sum()
        sell(reach, prices, np.where(opened, room, 0.0), unused, sold)
        met = np.minimum(sold, weight).sum()
        choice = kept.opened
        if met > most:
            most, choice = met, opened
        stale += 1
        if now < kept.bound:
            kept, stale = Priced(now, worth.copy(), choice), 0
        else:
            kept = Priced(kept.bound, kept.worth, choice)
            if stale >= _PATIENCE:
                boldness, stale = boldness / 2, 0
        steep = _turn(direction, sold, weight, prices)
        if steep <= 0.0 or boldness < _SMALLEST or kept.bound <= value:
            break
        step = boldness * max(now - max(value, most), _TINY * now) / steep
        prices = np.minimum(1.0, np.maximum(0.0, prices - step * direction))
    return kept


@kernel
def _add_best(reach: Gains, plan: Plan, room: Floats, liking: Floats, least: float) -> int:
    """Open the site that takes in most of what has no place, times how it is liked, and fill it.

    Return it, or -1 where none takes in anything.
    """
    best, most = -1, least
    for j in range(room.size):
        if plan.opened[j] or room[j] * liking[j] <= most:
            continue
        asked = 0.0
        for k in range(reach.site_start[j], reach.site_start[j + 1]):
            asked += plan.need[reach.door[k]]
        if min(asked, room[j]) * liking[j] > most:
            best, most = j, min(asked, room[j]) * liking[j]
    if best >= 0:
        plan.opened[best] = True
        plan.left[best] = room[best]
        place(reach, plan, least)
    return best


@kernel
def add_sites(reach: Gains, plan: Plan, room: Floats, count: int, least: float) -> None:
    """Open up to `count` sites more, each the one that takes in most of what has no place."""
    alike = np.ones(room.size)
    for _ in range(count):
        if _add_best(reach, plan, room, alike, least) < 0:
            break


@kernel
def nearest_chosen(reach: Gains, plan: Plan, built: Bools, first: int, count: int) -> Ints:
    """Return a chosen site and the chosen others that share most weight of its doors."""
    mine = np.zeros(plan.need.size, np.bool_)
    mine[reach.door[reach.site_start[first] : reach.site_start[first + 1]]] = True
    shared = np.full(plan.left.size, -1.0)
    for j in range(shared.size):
        if plan.opened[j] and not built[j]:
            shared[j] = 0.0
            for k in range(reach.site_start[j], reach.site_start[j + 1]):
                if mine[reach.door[k]]:
                    shared[j] += reach.site_gain[k]
    shared[first] = np.inf
    return np.argsort(-shared, kind="mergesort")[:count]


@kernel
def renew(reach: Gains, plan: Plan, room: Floats, gone: Ints, liking: Floats, least: float) -> None:
    """Close some sites, and open others one by one, each where most have no place by then.

    Each row of `liking` (float64, openings × sites) is how sites are liked at one opening.
    """
    for j in gone:
        for k in range(reach.site_start[j], reach.site_start[j + 1]):
            plan.need[reach.door[k]] += plan.sent[plan.entry[k]]
            plan.sent[plan.entry[k]] = 0.0
        plan.opened[j], plan.left[j] = False, 0.0
    place(reach, plan, least)
    for step in range(len(liking)):
        if _add_best(reach, plan, room, liking[step], least) < 0:
            break
