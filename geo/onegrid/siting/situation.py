"""What a choice of sites is made from: who needs what, what there is, and what may be built."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from onegrid.coverage.walks import Catchments, within_limit
from onegrid.errors import InputError, Problem
from onegrid.siting.gains import cover_gains

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_SHOWN = 5


@dataclass(frozen=True, eq=False)
class Situation:
    """Needs, existing service and candidates; a need is one door's need of one facility kind.

    Parameters
    ----------
    pairs
        Needs and candidates within reach of each other: ``door`` is the need, ``facility`` the
        candidate; each pair once, sorted by need and then candidate.
    weight
        float64 (needs): how much a need counts, 0 or more.
    now_s
        float64 (needs): the walk to the nearest existing facility of the kind; infinite or NaN
        where there is none.
    limit_s
        float64 (needs): the walking limit of the kind.
    sites
        The number of candidates.

    Raises
    ------
    InputError
        If a weight is negative or not a number, or a walk is negative.
    """

    pairs: Catchments
    weight: Floats
    now_s: Floats
    limit_s: Floats
    sites: int

    def __post_init__(self) -> None:
        bad = np.flatnonzero(~(np.isfinite(self.weight) & (self.weight >= 0)))
        problems = []
        if len(bad):
            where = "at position " + ", ".join(str(i) for i in bad[:_SHOWN])
            remedy = "give every door a weight of 0 or more"
            problems.append(
                Problem("WEIGHT", "weight is not a number of 0 or more", "", where, remedy)
            )
        if not (self.pairs.walk_s >= 0).all():
            problems.append(Problem("WALK", "a walking time is not a number of 0 or more"))
        if problems:
            raise InputError(*problems)

    def cover(self) -> Gains:
        """Return what each candidate would newly cover."""
        return cover_gains(
            self.pairs, self.weight, self.covered, sites=self.sites, limit_s=self.limit_s
        )

    @cached_property
    def covered(self) -> Bools:
        """Which needs an existing facility covers."""
        return within_limit(self.now_s, self.limit_s)

    @cached_property
    def capped_s(self) -> Floats:
        """The walk of each need now; more than the limit, or no way at all, counts as the limit."""
        return np.fmin(self.now_s, self.limit_s)


def stacked(parts: list[Situation]) -> Situation:
    """Return one situation for several kinds that would share a building at the same candidates.

    Examples
    --------
    >>> one = Situation(Catchments(np.array([0]), np.array([1]), np.array([60.0])),
    ...     np.array([5.0]), np.array([np.inf]), np.array([900.0]), 2)
    >>> both = stacked([one, one])
    >>> both.pairs.door.tolist(), both.weight.tolist(), both.sites
    ([0, 1], [5.0, 5.0], 2)
    """
    first = np.concatenate([[0], np.cumsum([len(part.weight) for part in parts])])
    pairs = Catchments(
        np.concatenate([part.pairs.door + at for part, at in zip(parts, first, strict=False)]),
        np.concatenate([part.pairs.facility for part in parts]),
        np.concatenate([part.pairs.walk_s for part in parts]),
    )
    weight, now_s, limit_s = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("weight", "now_s", "limit_s")
    )
    return Situation(pairs, weight, now_s, limit_s, parts[0].sites)
