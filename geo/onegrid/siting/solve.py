"""The siting problems: which sites to choose, what they cover, and how good that is at best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem
from onegrid.siting.choose import Effort, choose
from onegrid.siting.gains import cover_gains, value_of, walk_gains

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from onegrid.siting.situation import Situation

    Ints = npt.NDArray[np.int64]

PROBLEMS: Final = ("mclp", "p-median")


@dataclass(frozen=True)
class Sited:
    """Chosen sites and what they are worth.

    ``sites`` are candidates in order of choice. ``covered_before``, ``covered_after`` and
    ``bound`` are sums of the weight within the limit, existing facilities included; ``bound`` is
    proven: no choice of as many sites covers more. ``objective`` is what the problem makes best
    (see `choose_sites`) and ``objective_bound`` its proven limit.
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
    situation: Situation, *, problem: str = "mclp", count: int, effort: Effort | None = None
) -> Sited:
    """Choose at most `count` candidates beside the existing facilities.

    Parameters
    ----------
    situation
        Needs, existing service and candidates.
    problem
        ``mclp``: most weight within the limit. ``p-median``: least weighted walk, where a walk
        beyond the limit counts as the limit; its objective is in weighted seconds.
    count
        Most new sites; fewer are chosen where more add nothing.

    Raises
    ------
    InputError
        If the count is below 1 or the problem is unknown.

    Source: Church and ReVelle (1974) for ``mclp``, Hakimi (1964) for ``p-median``; the bound is
    the Lagrangian one of Cornuejols, Fisher and Nemhauser (1977), closed by HiGHS where small.
    """
    if problem not in PROBLEMS:
        remedy = f"use one of {', '.join(PROBLEMS)}"
        raise InputError(Problem("PROBLEM_UNKNOWN", f"no problem {problem!r}", remedy=remedy))
    if count < 1:
        raise InputError(Problem("COUNT", f"{count} sites", remedy="give a count of 1 or more"))
    cover = cover_gains(
        situation.pairs,
        situation.weight,
        situation.covered,
        sites=situation.sites,
        limit_s=situation.limit_s,
    )
    before = float(situation.weight[situation.covered].sum())
    covering = choose(cover, count, effort=effort)
    if problem == "mclp":
        after, bound = before + covering.value, before + covering.bound
        return Sited(covering.sites, before, after, bound, after, bound)
    walks = walk_gains(situation.pairs, situation.weight, situation.capped_s, sites=situation.sites)
    saving = choose(walks, count, effort=effort)
    now = float((situation.weight * situation.capped_s).sum())
    return Sited(
        saving.sites,
        before,
        before + value_of(cover, saving.sites),
        before + covering.bound,
        now - saving.value,
        now - saving.bound,
    )
