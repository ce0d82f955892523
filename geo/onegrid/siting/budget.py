"""Most weight covered for the money there is: sites of different cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.siting.choose import Choice, in_order
from onegrid.siting.exact import Spending, best_choice
from onegrid.siting.gains import value_of
from onegrid.siting.kernels import descend, start_prices
from onegrid.siting.reduce import shrink

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_ROUNDING = 1e-9  # of a budget: sums in another order


def choose_within(gains: Gains, spending: Spending, count: int, *, effort: Effort) -> Choice:
    """Choose sites of the largest value that together cost no more than the budget.

    Taking what adds most for its cost, or simply most, gives a choice; HiGHS a better one and the
    bound, where at most ``effort.cover_pairs`` pairs are left. Beyond that the bound is that of
    Lagrangian prices, with sites bought in parts.

    Parameters
    ----------
    gains
        What each candidate would give to each door.
    spending
        Costs and budget.
    count
        Most sites, whatever they cost.
    effort
        Gap, rounds, pairs and nodes.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> gains = make_gains(np.arange(3), np.arange(3), np.array([9.0, 5.0, 5.0]), doors=3, sites=3)
    >>> spending = Spending(np.array([3.0, 1.0, 2.0]), 3.0)
    >>> found = choose_within(gains, spending, 3, effort=Effort())  # two cheap ones beat the large
    >>> found.sites.tolist(), found.value, found.bound
    ([1, 2], 10.0, 10.0)
    """
    budget = spending.budget * (1 + _ROUNDING)
    free = np.flatnonzero(spending.cost <= budget)
    left = shrink(gains, settled=np.empty(0, dtype=np.int64), free=free).gains
    cost = spending.cost[free]
    most = min(count, int(np.searchsorted(np.cumsum(np.sort(cost)), budget, side="right")))
    if not most or not len(left.site):
        return Choice(np.empty(0, dtype=np.int64), 0.0, 0.0)
    tried = [_greedy_within(left, by, cost, budget, most) for by in (cost, np.ones(len(cost)))]
    values = [value_of(left, chosen) for chosen in tried]
    chosen, value = tried[int(np.argmax(values))], max(values)
    if len(left.site) <= effort.cover_pairs:
        nodes = effort.cover_nodes(len(left.site))
        asked = Spending(cost, budget)
        found = best_choice(left, most, gap=effort.gap, nodes=nodes, spending=asked)
        bound = found.bound
        if found.value > value:
            chosen, value = found.chosen, found.value
    else:
        prices = start_prices(left, chosen)
        descent = descend(left, max(1, len(chosen)), chosen, prices, effort.rounds)
        bound = float(descent.prices.sum()) + _packed(descent.worth, cost, budget)
    ceiling = float(left.door_gain[left.door_start[:-1]].sum())
    order = free[in_order(left, chosen)]
    value = value_of(gains, order)
    return Choice(order, value, max(value, min(bound, ceiling)))


def _packed(worth: Floats, cost: Floats, budget: float) -> float:
    """Return the most worth a budget buys where the last site may be bought in part."""
    order = np.argsort(-worth / cost, kind="stable")
    spent = np.cumsum(cost[order])
    part = np.clip((budget - (spent - cost[order])) / cost[order], 0.0, 1.0)
    return float((part * worth[order]).sum())


def _greedy_within(gains: Gains, by: Floats, cost: Floats, budget: float, count: int) -> Ints:
    """Return sites, each the one that adds most per `by` of those that can still be paid."""
    site = np.repeat(np.arange(gains.sites), np.diff(gains.site_start))
    best = np.zeros(gains.doors)
    chosen: list[int] = []
    while len(chosen) < count:
        more = np.maximum(gains.site_gain - best[gains.door], 0.0)
        added = np.bincount(site, weights=more, minlength=gains.sites)
        added[(cost > budget) | np.isin(np.arange(gains.sites), chosen)] = 0.0
        pick = int(np.argmax(added / by))
        if added[pick] <= 0:
            break
        chosen.append(pick)
        budget -= cost[pick]
        mine = slice(gains.site_start[pick], gains.site_start[pick + 1])
        doors = gains.door[mine]
        best[doors] = np.maximum(best[doors], gains.site_gain[mine])
    return np.array(chosen, dtype=np.int64)
