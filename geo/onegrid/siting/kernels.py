"""Greedy choice, exchange and the Lagrangian bound, compiled; ties go to the lowest candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_PATIENCE = 30  # rounds without a better bound before the steps are halved
_BOLDEST, _SMALLEST = 1.0, 1e-4
_TURN = 0.1  # share of the new slope in the direction that is walked


class Descent(NamedTuple):
    """The best prices found: an upper bound, what each site is worth above them, a choice."""

    bound: float
    prices: Floats
    worth: Floats
    chosen: Ints
    value: float


@kernel
def greedy(gains: Gains, count: int) -> Ints:
    """Choose sites one by one, each the one that adds most; stops when nothing adds."""
    best = np.zeros(gains.door_start.size - 1)
    sites = gains.site_start.size - 1
    hope = np.zeros(sites)  # never less than what the site adds
    fresh = np.full(sites, -1)  # at how many chosen sites the hope was worked out
    for j in range(sites):
        hope[j] = gains.site_gain[gains.site_start[j] : gains.site_start[j + 1]].sum()
    chosen = np.empty(min(count, sites), dtype=np.int64)
    found = 0
    while found < chosen.size:
        j = int(np.argmax(hope))
        if hope[j] <= 0.0:
            break
        span = range(gains.site_start[j], gains.site_start[j + 1])
        if fresh[j] != found:
            added = 0.0
            for e in span:
                added += max(0.0, gains.site_gain[e] - best[gains.door[e]])
            hope[j] = added
            fresh[j] = found
            continue
        for e in span:
            best[gains.door[e]] = max(best[gains.door[e]], gains.site_gain[e])
        hope[j] = -1.0
        chosen[found] = j
        found += 1
    return chosen[:found]


@kernel
def _two_best(gains: Gains, d: int, slot: Ints, first: Floats, second: Floats, by: Ints) -> None:
    """Find the two best chosen sites of a door."""
    first[d], second[d], by[d] = 0.0, 0.0, -1
    for e in range(gains.door_start[d], gains.door_start[d + 1]):
        if slot[gains.site[e]] >= 0:
            if by[d] < 0:
                first[d], by[d] = gains.door_gain[e], slot[gains.site[e]]
            else:
                second[d] = gains.door_gain[e]
                break


@kernel
def _swap_worth(
    gains: Gains, k: int, first: Floats, second: Floats, by: Ints, extra: Floats
) -> float:
    """Return what site k would add; `extra` is what it would make up for each site's leaving."""
    added = 0.0
    extra[:] = 0.0
    for e in range(gains.site_start[k], gains.site_start[k + 1]):
        d, gain = gains.door[e], gains.site_gain[e]
        if gain > first[d]:
            added += gain - first[d]
            if by[d] >= 0:
                extra[by[d]] += first[d] - second[d]
        elif gain > second[d] and by[d] >= 0:
            extra[by[d]] += gain - second[d]
    return added


@kernel
def _best_swap(added: float, loss: Floats, extra: Floats, least: float) -> int:
    """Return the slot whose site is best left for another, -1 where that gains too little."""
    most, leaves = least, -1
    for r in range(loss.size):
        profit = added - loss[r] + extra[r]
        if profit > most:
            most, leaves = profit, r
    return leaves


@kernel
def _losses(first: Floats, second: Floats, by: Ints, loss: Floats) -> None:
    """Work out what would be lost if the site of each slot left."""
    loss[:] = 0.0
    for d in range(first.size):
        if by[d] >= 0:
            loss[by[d]] += first[d] - second[d]


@kernel
def _two_best_of(gains: Gains, chosen: Ints) -> tuple[Ints, Floats, Floats, Ints]:
    """Return the place of each site among the chosen, and what each door has of its two best."""
    doors, sites = gains.door_start.size - 1, gains.site_start.size - 1
    slot = np.full(sites, -1)
    for r in range(chosen.size):
        slot[chosen[r]] = r
    first, second, by = np.zeros(doors), np.zeros(doors), np.full(doors, -1)
    for d in range(doors):
        _two_best(gains, d, slot, first, second, by)
    return slot, first, second, by


@kernel
def exchange(gains: Gains, chosen: Ints) -> Ints:
    """Try site by site whether to swap it for the chosen one it best replaces, until none helps."""
    sites = gains.site_start.size - 1
    chosen = chosen.copy()
    slot, first, second, by = _two_best_of(gains, chosen)
    loss, extra = np.zeros(chosen.size), np.zeros(chosen.size)
    _losses(first, second, by, loss)
    least, idle, k = 1e-9 * (1.0 + first.sum()), 0, 0
    while idle < sites and chosen.size:  # until every site was tried since the last swap
        idle += 1
        if slot[k] < 0:
            added = _swap_worth(gains, k, first, second, by, extra)
            leaves = _best_swap(added, loss, extra, least)
            if leaves >= 0:
                left = chosen[leaves]
                slot[left], slot[k], chosen[leaves] = -1, leaves, k
                for j in (left, k):
                    for e in range(gains.site_start[j], gains.site_start[j + 1]):
                        _two_best(gains, gains.door[e], slot, first, second, by)
                _losses(first, second, by, loss)
                idle = 0
        k = (k + 1) % sites
    return chosen


@kernel
def start_prices(gains: Gains, chosen: Ints) -> Floats:
    """Return prices half way between the best and second best gain each door has."""
    _, first, second, _ = _two_best_of(gains, chosen)
    return (first + second) / 2


@kernel
def _worths(gains: Gains, prices: Floats, worth: Floats) -> None:
    for j in range(worth.size):
        total = 0.0
        for e in range(gains.site_start[j], gains.site_start[j + 1]):
            total += max(0.0, gains.site_gain[e] - prices[gains.door[e]])
        worth[j] = total


@kernel
def _served(gains: Gains, top: Ints, prices: Floats, slope: Floats, best: Floats) -> float:
    """Return the value of a choice; `slope` becomes 1 less the sites that want each door."""
    slope[:] = 1.0
    best[:] = 0.0
    for j in top:
        for e in range(gains.site_start[j], gains.site_start[j + 1]):
            d = gains.door[e]
            best[d] = max(best[d], gains.site_gain[e])
            if gains.site_gain[e] > prices[d]:
                slope[d] -= 1.0
    value: float = best.sum()
    return value


@kernel
def descend(gains: Gains, count: int, chosen: Ints, prices: Floats, rounds: int) -> Descent:
    """Lower the Lagrangian bound by moving prices, keeping the best choice met on the way.

    A door may be sold to one site only; with a price on breaking that, sites are independent: the
    bound is the sum of prices and of the `count` largest worths, for any prices.
    """
    doors = prices.size
    prices, direction = prices.copy(), np.zeros(doors)
    worth, slope, best = np.zeros(gains.site_start.size - 1), np.zeros(doors), np.zeros(doors)
    kept, value = chosen, _served(gains, chosen, prices, slope, best)
    bound, kept_prices, kept_worth = np.inf, prices.copy(), worth.copy()
    boldness, stale = _BOLDEST, 0
    for _ in range(rounds):
        _worths(gains, prices, worth)
        top = np.argsort(-worth, kind="mergesort")[:count]
        now = prices.sum() + worth[top].sum()
        stale += 1
        if now < bound:
            bound, stale = now, 0
            kept_prices[:], kept_worth[:] = prices, worth
        elif stale >= _PATIENCE:
            boldness, stale = boldness / 2, 0
        met = _served(gains, top, prices, slope, best)
        if met > value:
            value, kept = met, top
        steep = _turn(direction, slope, prices)
        if bound <= value or steep == 0.0 or boldness < _SMALLEST:
            break
        _move(gains, prices, direction, boldness * (now - value) / steep)
    return Descent(bound, kept_prices, kept_worth, kept, value)


@kernel
def _turn(direction: Floats, slope: Floats, prices: Floats) -> float:
    """Turn the direction towards the slope; return its squared length where prices can move."""
    steep = 0.0
    for d in range(prices.size):
        direction[d] = _TURN * slope[d] + (1.0 - _TURN) * direction[d]
        if prices[d] > 0.0 or direction[d] < 0.0:
            steep += direction[d] * direction[d]
    return steep


@kernel
def _move(gains: Gains, prices: Floats, direction: Floats, step: float) -> None:
    """Move prices against the direction; a price is at least 0 and at most the best gain."""
    for d in range(prices.size):
        most = 0.0
        if gains.door_start[d] < gains.door_start[d + 1]:
            most = gains.door_gain[gains.door_start[d]]
        prices[d] = min(most, max(0.0, prices[d] - step * direction[d]))
