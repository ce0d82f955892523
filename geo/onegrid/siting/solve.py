"""The siting problems: which sites to choose, what they cover, and how good that is at best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from onegrid.errors import InputError, Problem
from onegrid.siting.choose import Effort, choose, in_order
from onegrid.siting.cover import can_cover, cheapest_cover
from onegrid.siting.gains import make_gains, value_of, walk_gains

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains
    from onegrid.siting.situation import Situation

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    # Sites in any order, the objective, its bound.
    Answer = tuple[Ints, float, float]

DEFAULT_PROBLEM: Final = "mclp"


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
) -> Sited:
    """Choose at most `count` candidates beside the existing facilities.

    Parameters
    ----------
    situation
        Needs, existing service and candidates.
    problem
        ``mclp``: most weight within the limit. ``p-median``: least weighted walk, in weighted
        seconds, where a walk beyond the limit counts as the limit. ``lscp``: the fewest sites
        that cover everybody whom any candidate covers; the objective is their number. ``p-center``:
        the shortest longest walk, in seconds, of needs that a facility or candidate is in reach
        of; infinite if `count` sites cannot bring all of them within reach.
    count
        Most new sites; fewer are chosen where more add nothing. None is for ``lscp`` only, which
        with a count gives the first of its sites.

    Raises
    ------
    InputError
        If the count is below 1 or missing, or the problem is unknown.

    Source: Toregas et al. (1971) for ``lscp``, Church and ReVelle (1974) for ``mclp``, Hakimi
    (1964) for ``p-median`` and ``p-center``; Lagrangian bounds of Cornuejols, Fisher and Nemhauser
    (1977), closed by HiGHS where that is small.
    """
    _check(problem, count)
    effort = effort or Effort()
    cover = situation.cover()
    most = situation.sites if count is None else count
    sites, objective, objective_bound = _SOLVERS[problem](situation, cover, most, effort)
    ordered = in_order(cover, sites)[:most]
    before = float(situation.weight[situation.covered].sum())
    after = before + value_of(cover, ordered)
    if problem == DEFAULT_PROBLEM:
        return Sited(
            ordered, before, after, before + objective_bound, after, before + objective_bound
        )
    bound = before + choose(cover, max(1, len(ordered)), effort=effort).bound
    return Sited(ordered, before, after, max(bound, after), objective, objective_bound)


def _check(problem: str, count: int | None) -> None:
    problems = []
    if problem not in _SOLVERS:
        remedy = f"use one of {', '.join(_SOLVERS)}"
        problems.append(Problem("PROBLEM_UNKNOWN", f"no problem {problem!r}", remedy=remedy))
    if count is None and problem != "lscp":
        remedy = "say how many sites, or ask for lscp"
        problems.append(Problem("COUNT", "no count of sites", remedy=remedy))
    if count is not None and count < 1:
        problems.append(Problem("COUNT", f"{count} sites", remedy="give a count of 1 or more"))
    if problems:
        raise InputError(*problems)


def _mclp(situation: Situation, cover: Gains, count: int, effort: Effort) -> Answer:
    del situation
    found = choose(cover, count, effort=effort)
    return found.sites, found.value, found.bound


def _p_median(situation: Situation, cover: Gains, count: int, effort: Effort) -> Answer:
    del cover
    walks = walk_gains(situation.pairs, situation.weight, situation.capped_s, sites=situation.sites)
    found = choose(walks, count, effort=effort)
    now = float((situation.weight * situation.capped_s).sum())
    return found.sites, now - found.value, now - found.bound


def _lscp(situation: Situation, cover: Gains, count: int, effort: Effort) -> Answer:
    del count
    found = cheapest_cover(cover, np.ones(situation.sites), effort=effort)
    return found.sites, found.cost, found.bound


def _p_center(situation: Situation, cover: Gains, count: int, effort: Effort) -> Answer:
    """Return the sites of the smallest walk within which `count` sites bring everybody.

    A search by halves over the walks there are. What no cover of a walk was found for, without a
    proof that there is none, makes the walk longer but not its bound.
    """
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
    "p-center": _p_center,
}
PROBLEMS: Final = tuple(_SOLVERS)
