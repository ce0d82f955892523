"""Choose sites of the largest gain: search, bound, settle, and close what is small by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onegrid.siting.exact import best_choice
from onegrid.siting.gains import value_of
from onegrid.siting.kernels import descend, exchange, greedy, start_prices
from onegrid.siting.reduce import merge_doors, settle, shrink

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains
    from onegrid.siting.kernels import Descent

    Ints = npt.NDArray[np.int64]

_FEW_SHAKES = 20  # in a row, however large the instance
_CORE, _CORE_PER_SITE = 150, 8  # sites that are shaken: those of most worth
_WORTHWHILE = 0.98  # share of sites still free above which another turn gains little
_NOISE = 1e-9  # of a value: sums in another order


@dataclass(frozen=True)
class Effort:
    """How hard to look; everything but the gap is counted, so that results repeat.

    Stop when ``gap`` is proven, after ``shakes`` shakes in a row without a better choice (fewer
    where these look at more than ``shaken_pairs`` pairs),
    ``rounds`` rounds of prices, ``turns`` of both, and ``nodes`` nodes of HiGHS, which is asked
    only where at most ``exact_pairs`` pairs are left; of a cover ``cover_pairs``, for as many
    nodes as look at ``cover_work`` pairs, after a walk of ``cover_steps``. Limited capacities have
    ``capacity_rounds`` rounds of prices and ``renewals`` tries to renew a few sites, fewer where
    these look at more than ``renewed_pairs`` pairs; if that leaves more than ``served_gap`` open,
    HiGHS is asked, where ``capacity_pairs`` are left. ``seed`` is that of all that is drawn.
    """

    gap: float = 1e-4
    shakes: int = 200
    shaken_pairs: int = 20_000_000
    rounds: int = 1_500
    turns: int = 4
    nodes: int = 2_000
    exact_pairs: int = 30_000
    cover_pairs: int = 600_000
    cover_work: int = 4_000_000
    cover_steps: int = 50_000
    capacity_rounds: int = 400
    renewals: int = 1_500
    renewed_pairs: int = 200_000_000
    served_gap: float = 0.01
    capacity_pairs: int = 10_000
    seed: int = 0

    def cover_nodes(self, pairs: int) -> int:
        """Return how many nodes HiGHS may look at for a cover of so many pairs."""
        return max(1, min(self.nodes, self.cover_work // max(1, pairs)))


@dataclass(frozen=True)
class Choice:
    """Chosen sites in the order in which each adds most, their value and a bound on any value."""

    sites: Ints
    value: float
    bound: float

    @property
    def gap(self) -> float:
        """What the bound leaves open, as a share of it."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def choose(gains: Gains, count: int, *, effort: Effort | None = None) -> Choice:
    """Choose at most `count` sites so that the sum of each door's best gain is largest.

    Equal gains go to the lowest site. The bound is proven, whatever the effort.

    Examples
    --------
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 1, 1, 2, 2, 3]), np.array([0, 0, 1, 1, 2, 2])
    >>> gains = make_gains(door, site, np.array([2.0, 3.0, 3.0, 3.0, 3.0, 2.0]), doors=4, sites=3)
    >>> found = choose(gains, 2)  # the site in the middle covers most, and is not needed
    >>> found.sites.tolist(), found.value, found.bound
    ([0, 2], 10.0, 10.0)
    """
    effort = effort or Effort()
    merged = merge_doors(gains)
    count = min(count, gains.sites)
    ceiling = float(merged.door_gain[merged.door_start[:-1]].sum()) if merged.doors else 0.0
    if count == 0 or ceiling == 0.0:
        return Choice(np.empty(0, dtype=np.int64), 0.0, 0.0)
    chosen, bound = _search(merged, count, effort)
    order = in_order(merged, chosen)
    value = value_of(merged, order)
    bound = min(bound * (1 + _NOISE), ceiling)
    if merged.whole:
        bound = float(np.floor(bound))
    return Choice(order, value, max(bound, value))


def in_order(gains: Gains, chosen: Ints) -> Ints:
    """Return chosen sites in the order in which each adds most; those that add nothing go last."""
    allowed = np.sort(chosen)
    few = shrink(gains, settled=np.empty(0, dtype=np.int64), free=allowed).gains
    order = greedy(few, len(allowed))
    rest = np.setdiff1d(np.arange(len(allowed)), order)
    ordered: Ints = allowed[np.concatenate([order, rest])]
    return ordered


@dataclass
class _Hand:
    """What is known half way: the instance that is left, and the best choice and bound so far.

    Sites are settled for choices of more than ``value`` only, so the bound is the larger of
    ``value`` and what the instance that is left allows.
    """

    left: Gains
    count: int
    names: Ints
    settled: Ints
    base: float
    sites: Ints
    value: float
    bound: float

    def offer(self, chosen: Ints, value: float) -> None:
        """Keep a choice of what is left if it is better."""
        if self.base + value > self.value:
            self.sites = np.concatenate([self.settled, self.names[chosen]])
            self.value = self.base + value

    def limit(self, bound: float) -> None:
        """Keep a bound on what is left if it is tighter."""
        self.bound = max(self.value, min(self.bound, self.base + bound))

    def settle(self, descent: Descent, grain: float) -> bool:
        """Settle what a better choice must or cannot contain; tell whether much was settled."""
        least = self.value + grain - self.base
        smaller = settle(self.left, self.count, descent, least)
        worthwhile = len(smaller.free) < _WORTHWHILE * self.left.sites
        self.settled = np.concatenate([self.settled, self.names[smaller.settled]])
        self.names, self.base = self.names[smaller.free], self.base + smaller.value
        self.left, self.count = smaller.gains, self.count - len(smaller.settled)
        return worthwhile


def _search(gains: Gains, count: int, effort: Effort) -> tuple[Ints, float]:
    """Return a choice and a bound; sites are settled turn by turn, so that turns get cheaper."""
    none = np.empty(0, dtype=np.int64)
    hand = _Hand(gains, count, np.arange(gains.sites), none, 0.0, none, 0.0, np.inf)
    for _ in range(effort.turns):
        chosen = exchange(hand.left, greedy(hand.left, hand.count))
        prices = start_prices(hand.left, chosen)
        descent = descend(hand.left, hand.count, chosen, prices, effort.rounds)
        chosen = exchange(hand.left, descent.chosen)
        hand.offer(chosen, value_of(hand.left, chosen))
        hand.limit(descent.bound)
        grain = 1.0 if gains.whole else _NOISE * hand.value
        if _proven(hand, grain, effort):
            return hand.sites, hand.bound
        chosen = exchange(hand.left, _shaken_core(hand.left, chosen, descent, effort))
        hand.offer(chosen, value_of(hand.left, chosen))
        worthwhile = hand.settle(descent, grain)
        if not len(hand.left.site) or hand.count == 0:
            hand.limit(0.0)
            return hand.sites, hand.bound
        if not worthwhile:
            break
    if not _proven(hand, grain, effort) and len(hand.left.site) <= effort.exact_pairs:
        found = best_choice(hand.left, hand.count, gap=effort.gap, nodes=effort.nodes)
        hand.offer(found.chosen, found.value)
        hand.limit(found.bound)
    return hand.sites, hand.bound


def _proven(hand: _Hand, grain: float, effort: Effort) -> bool:
    return hand.bound < hand.value + grain or hand.bound - hand.value <= effort.gap * hand.bound


def _shaken_core(gains: Gains, chosen: Ints, descent: Descent, effort: Effort) -> Ints:
    """Shake a choice among the sites of most worth only: most shakes for the time they take."""
    size = max(_CORE, _CORE_PER_SITE * len(chosen))
    core = np.union1d(np.argsort(-descent.worth, kind="stable")[:size], chosen)
    few = shrink(gains, settled=np.empty(0, dtype=np.int64), free=core).gains
    found: Ints = core[_shaken(few, np.searchsorted(core, chosen), effort)]
    return found


def _shaken(gains: Gains, chosen: Ints, effort: Effort) -> Ints:
    """Return a better choice: some sites are left out, others put in, and swaps mend that."""
    rng = np.random.default_rng(effort.seed)
    best, value, stale = chosen, value_of(gains, chosen), 0
    others = np.setdiff1d(np.arange(gains.sites), best)
    patience = min(max(_FEW_SHAKES, effort.shaken_pairs // len(gains.site)), effort.shakes)
    while stale < patience and len(best) > 1 and len(others):
        moved = min(int(rng.integers(1, 3 + len(best) // 4)), len(best), len(others))
        kept = rng.permutation(best)[moved:]
        tried = exchange(gains, np.concatenate([kept, rng.choice(others, moved, replace=False)]))
        found = value_of(gains, tried)
        stale += 1
        if found > value * (1 + _NOISE):
            best, value, stale = tried, found, 0
            others = np.setdiff1d(np.arange(gains.sites), best)
    return best
