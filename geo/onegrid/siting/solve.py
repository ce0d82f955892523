"""The siting problems: which sites to choose, what they cover, and how good that is at best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from onegrid.errors import InputError, Problem
from onegrid.siting.budget import choose_within
from onegrid.siting.choose import Effort, choose, in_order
from onegrid.siting.cover import can_cover, cheapest_cover
from onegrid.siting.gains import make_gains, value_of, walk_gains

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.exact import Spending
    from onegrid.siting.gains import Gains
    from onegrid.siting.situation import Situation

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    # Sites in any order, the objective, its bound.
    Answer = tuple[Ints, float, float]

DEFAULT_PROBLEM: Final = "mclp"
COVER_ALL: Final = ("lscp", "lscp-cost")


@dataclass(frozen=True)
class Sited:
    """Chosen sites and what they are worth.

    ``sites`` are candidates in order of choice. ``covered_before``, ``covered_after`` and
    ``bound`` are sums of the weight within the limit, existing facilities included; ``bound`` is
    proven: no choice of as many sites covers more. ``objective`` is what the problem makes best
    (see `choose_sites`) and ``objective_bound`` its proven limit; infinite if it cannot be met.
    """

    sites: Ints
    covered_before: float
    covered_after: float
    bound: float
    objective: float
    objective_bound: float

    @property
    def gap(self) -> float:
        """What the bound on coverage leaves open, as a share of it."""
        return (self.bound - self.covered_after) / self.bound if self.bound > 0 else 0.0


def choose_sites(
    situation: Situation,
    *,
    problem: str = DEFAULT_PROBLEM,
    count: int | None = None,
    effort: Effort | None = None,
    spending: Spending | None = None,
) -> Sited:
    """Choose at most `count` candidates beside the existing facilities.

    Parameters
    ----------
    situation
        Needs, existing service and candidates.
    problem
        ``mclp``: most weight within the limit. ``p-median``: least weighted walk, in weighted
        seconds, where a walk beyond the limit counts as the limit. ``lscp``: the fewest sites
        that cover everybody whom any candidate covers; the objective is their number.
        ``lscp-cost``: the same at the least cost, which is the objective. ``p-center``:
        the shortest longest walk, in seconds, of needs that a facility or candidate is in reach
        of; infinite if `count` sites cannot bring all of them within reach.
    count
        Most new sites; fewer are chosen where more add nothing. None is for ``lscp`` and
        ``lscp-cost``, which with a count give the first of their sites, and for a budget.
    effort
        How hard to look.
    spending
        Costs for ``lscp-cost``; with a budget, ``mclp`` chooses sites that cost no more together.

    Raises
    ------
    InputError
        If the count is below 1 or missing, the problem is unknown, or costs are missing, not above
        0, or of no use to the problem.

    Source: Toregas et al. (1971) for ``lscp``, Church and ReVelle (1974) for ``mclp``, Hakimi
    (1964) for ``p-median`` and ``p-center``; Lagrangian bounds of Cornuejols, Fisher and Nemhauser
    (1977), closed by HiGHS where that is small.
    """
    _check(problem, count, spending)
    asked = _Asked(situation.sites if count is None else count, effort or Effort(), spending)
    cover = situation.cover()
    sites, objective, objective_bound = _SOLVERS[problem](situation, cover, asked)
    ordered = in_order(cover, sites)[: asked.count]
    before = float(situation.weight[situation.covered].sum())
    after = before + value_of(cover, ordered)
    if problem == DEFAULT_PROBLEM:
        return Sited(
            ordered, before, after, before + objective_bound, after, before + objective_bound
        )
    bound = before + choose(cover, max(1, len(ordered)), effort=asked.effort).bound
    return Sited(ordered, before, after, max(bound, after), objective, objective_bound)


@dataclass(frozen=True)
class _Asked:
    count: int
    effort: Effort
    spending: Spending | None


def _check(problem: str, count: int | None, spending: Spending | None) -> None:
    problems = []
    if problem not in _SOLVERS:
        remedy = f"use one of {', '.join(_SOLVERS)}"
        problems.append(Problem("PROBLEM_UNKNOWN", f"no problem {problem!r}", remedy=remedy))
    limited = spending is not None and np.isfinite(spending.budget)
    if count is None and problem not in COVER_ALL and not limited:
        remedy = "say how many sites, or ask for lscp"
        problems.append(Problem("COUNT", "no count of sites", remedy=remedy))
    if count is not None and count < 1:
        problems.append(Problem("COUNT", f"{count} sites", remedy="give a count of 1 or more"))
    if limited and problem != DEFAULT_PROBLEM:
        what = f"a budget is of no use to {problem}"
        problems.append(Problem("BUDGET", what, remedy=f"ask for {DEFAULT_PROBLEM}"))
    if problem == "lscp-cost" and spending is None:
        problems.append(Problem("COST", "no costs", remedy="give every candidate a cost"))
    if spending is not None and not (spending.cost > 0).all():
        what = "a cost is missing or not above 0"
        problems.append(Problem("COST", what, remedy="give every candidate a cost above 0"))
    if problems:
        raise InputError(*problems)


def _mclp(situation: Situation, cover: Gains, asked: _Asked) -> Answer:
    del situation
    if asked.spending is None:
        found = choose(cover, asked.count, effort=asked.effort)
    else:
        found = choose_within(cover, asked.spending, asked.count, effort=asked.effort)
    return found.sites, found.value, found.bound


def _p_median(situation: Situation, cover: Gains, asked: _Asked) -> Answer:
    del cover
    walks = walk_gains(situation.pairs, situation.weight, situation.capped_s, sites=situation.sites)
    found = choose(walks, asked.count, effort=asked.effort)
    now = float((situation.weight * situation.capped_s).sum())
    return found.sites, now - found.value, now - found.bound


def _lscp(situation: Situation, cover: Gains, asked: _Asked) -> Answer:
    found = cheapest_cover(cover, np.ones(situation.sites), effort=asked.effort)
    return found.sites, found.cost, found.bound


def _lscp_cost(situation: Situation, cover: Gains, asked: _Asked) -> Answer:
    cost = np.ones(situation.sites) if asked.spending is None else asked.spending.cost
    found = cheapest_cover(cover, cost, effort=asked.effort)
    return found.sites, found.cost, found.bound


def _p_center(situation: Situation, cover: Gains, asked: _Asked) -> Answer:
    """Return the sites of the smallest walk within which `count` sites bring everybody.

    A search by halves over the walks there are. What no cover of a walk was found for, without a
    proof that there is none, makes the walk longer but not its bound.
    """
    count, effort = asked.count, asked.effort
    pairs, now_s = situation.pairs, np.fmin(situation.now_s, np.inf)
    needs = situation.weight > 0
    reached = np.bincount(pairs.door, minlength=len(needs)) > 0
    needs &= reached | (now_s <= situation.limit_s)
    best_s = now_s.copy()  # the shortest walk any choice could give
    np.minimum.at(best_s, pairs.door, pairs.walk_s)
    floor = float(best_s[needs].max(initial=0.0))
    walks = np.concatenate([pairs.walk_s, now_s[needs & np.isfinite(now_s)], [floor]])
    walks = np.unique(walks[walks >= floor])
    low, high, proven, sites = 0, len(walks), 0, None
    while low < high:
        middle = (low + high) // 2
        within = pairs.walk_s <= walks[middle]
        open_ = within & (needs & (now_s > walks[middle]))[pairs.door]
        door, site = pairs.door[open_], pairs.facility[open_]
        reach = make_gains(door, site, np.ones(len(door)), doors=len(needs), sites=situation.sites)
        found, none = can_cover(reach, count, effort=effort)
        if found is not None:
            high, sites = middle, found
        else:
            low = middle + 1
            proven = low if none else proven
    proven = min(proven, high)
    # Pairs farther than the farthest are not known to be absent, so nothing is proven beyond it.
    horizon = max(pairs.walk_s.max(initial=0.0), situation.limit_s.max(initial=0.0))
    bound = min(float(walks[proven]), horizon) if proven < len(walks) else horizon
    if sites is None:
        return choose(cover, count, effort=effort).sites, np.inf, bound
    return sites, float(walks[high]), bound


_SOLVERS: Final = {
    DEFAULT_PROBLEM: _mclp,
    "p-median": _p_median,
    "lscp": _lscp,
    "lscp-cost": _lscp_cost,
    "p-center": _p_center,
}
PROBLEMS: Final = tuple(_SOLVERS)
