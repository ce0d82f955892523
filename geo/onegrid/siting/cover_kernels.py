"""Covers of all doors: greedy, a bound by prices, a bound by packing; compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_PATIENCE = 20  # rounds without a better bound before the steps are halved
_SMALLEST = 1e-4
_TURN = 0.15  # share of the new slope in the direction that is walked
_COVER_EVERY = 10  # rounds between two covers


@kernel
def _drop_spares(gains: Gains, cost: Floats, chosen: Bools, times: Ints) -> None:
    """Drop chosen sites whose doors are all covered by others, the dearest first."""
    for j in np.argsort(-cost, kind="mergesort"):
        spare = chosen[j]
        for e in range(gains.site_start[j], gains.site_start[j + 1]):
            spare = spare and times[gains.door[e]] > 1
        if spare:
            chosen[j] = False
            for e in range(gains.site_start[j], gains.site_start[j + 1]):
                times[gains.door[e]] -= 1


@kernel
def greedy_cover(gains: Gains, cost: Floats) -> Ints:
    """Take the site of least cost per uncovered door until all are covered, then drop spares."""
    doors, sites = gains.door_start.size - 1, gains.site_start.size - 1
    times = np.zeros(doors, dtype=np.int64)
    fresh = np.diff(gains.site_start)
    chosen = np.zeros(sites, dtype=np.bool_)
    while sites:
        best, least = -1, np.inf
        for j in range(sites):
            if fresh[j] > 0 and cost[j] < least * fresh[j]:
                best, least = j, cost[j] / fresh[j]
        if best < 0:
            break
        chosen[best] = True
        for e in range(gains.site_start[best], gains.site_start[best + 1]):
            d = gains.door[e]
            if times[d] == 0:
                for f in range(gains.door_start[d], gains.door_start[d + 1]):
                    fresh[gains.site[f]] -= 1
            times[d] += 1
    _drop_spares(gains, cost, chosen, times)
    return np.flatnonzero(chosen)


class CoverDescent(NamedTuple):
    """The best prices found: a lower bound, each site's cost less its doors' prices, a cover."""

    bound: float
    reduced: Floats
    chosen: Ints
    cost: float


@kernel
def descend_cover(gains: Gains, cost: Floats, chosen: Ints, rounds: int) -> CoverDescent:
    """Raise the Lagrangian bound of a cover by moving prices; a cover from prices now and then.

    Every door pays its price to the sites that reach it; the bound is the sum of prices and of
    the costs that turn negative, for any prices. Source: Beasley (1990), Caprara, Fischetti and
    Toth (1999).
    """
    upper = cost[chosen].sum()
    prices, direction = _start_shares(gains, cost), np.zeros(gains.door_start.size - 1)
    reduced, kept = np.zeros(cost.size), np.zeros(cost.size)
    bound, boldness, stale = -np.inf, 1.0, 0
    for turn in range(rounds):
        now = _reduce_costs(gains, cost, prices, reduced)
        stale += 1
        if now > bound:
            bound, stale = now, 0
            kept[:] = reduced
        elif stale >= _PATIENCE:
            boldness, stale = boldness / 2, 0
        if turn % _COVER_EVERY == _COVER_EVERY - 1:
            tried = greedy_cover(gains, np.maximum(reduced, 1e-6))
            if cost[tried].sum() < upper:
                chosen, upper = tried, cost[tried].sum()
        steep = _climb(gains, reduced, prices, direction)
        if steep == 0.0 or boldness < _SMALLEST or bound >= upper:
            break
        step = boldness * (1.02 * upper - now) / steep
        for d in range(prices.size):
            prices[d] = max(0.0, prices[d] + step * direction[d])
    return CoverDescent(bound, kept, chosen, upper)


@kernel
def _start_shares(gains: Gains, cost: Floats) -> Floats:
    """Return for each door the least share of a site's cost, split among the doors it reaches."""
    shares = np.full(gains.door_start.size - 1, np.inf)
    for j in range(cost.size):
        for e in range(gains.site_start[j], gains.site_start[j + 1]):
            share = cost[j] / (gains.site_start[j + 1] - gains.site_start[j])
            shares[gains.door[e]] = min(shares[gains.door[e]], share)
    for d in range(shares.size):
        if gains.door_start[d] == gains.door_start[d + 1]:
            shares[d] = 0.0
    return shares


@kernel
def _reduce_costs(gains: Gains, cost: Floats, prices: Floats, reduced: Floats) -> float:
    """Work out each site's cost less the prices of its doors; return the bound."""
    bound: float = prices.sum()
    for j in range(cost.size):
        reduced[j] = cost[j]
        for e in range(gains.site_start[j], gains.site_start[j + 1]):
            reduced[j] -= prices[gains.door[e]]
        bound += min(0.0, reduced[j])
    return bound


@kernel
def _climb(gains: Gains, reduced: Floats, prices: Floats, direction: Floats) -> float:
    """Turn the direction towards the slope; return its squared length where prices can move."""
    steep = 0.0
    for d in range(prices.size):
        slope = 1.0 if gains.door_start[d] < gains.door_start[d + 1] else 0.0
        for e in range(gains.door_start[d], gains.door_start[d + 1]):
            if reduced[gains.site[e]] < 0.0:
                slope -= 1.0
        direction[d] = _TURN * slope + (1.0 - _TURN) * direction[d]
        if prices[d] > 0.0 or direction[d] > 0.0:
            steep += direction[d] * direction[d]
    return steep


@kernel
def packed(gains: Gains) -> int:
    """Return a number of doors no two of which share a site: no cover has fewer sites."""
    length = np.diff(gains.door_start)
    used = np.zeros(gains.site_start.size - 1, dtype=np.bool_)
    found = 0
    for d in np.argsort(length, kind="mergesort"):
        free = length[d] > 0
        for e in range(gains.door_start[d], gains.door_start[d + 1]):
            free = free and not used[gains.site[e]]
        if free:
            found += 1
            for e in range(gains.door_start[d], gains.door_start[d + 1]):
                used[gains.site[e]] = True
    return found
