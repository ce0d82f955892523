"""Make an instance smaller without losing a better choice than the one in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.siting.gains import Gains, best_gains, make_gains

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.kernels import Descent

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_SEED = 20_201_123  # of the numbers that tell rows apart; any will do


class Smaller(NamedTuple):
    """An instance with some sites settled.

    ``free`` are the sites (by position in the larger instance) that are still open to choice,
    ``settled`` those that every better choice contains, ``value`` what these give.
    """

    gains: Gains
    free: Ints
    settled: Ints
    value: float


def merge_doors(gains: Gains) -> Gains:
    """Return one door for all those that see the same sites with gains in the same proportion.

    The value of every choice stays as it is; door positions do not.

    Examples
    --------
    >>> door, site = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 0, 1, 1])
    >>> gains = make_gains(door, site, np.array([4.0, 2.0, 2.0, 1.0, 7.0]), doors=3, sites=2)
    >>> merge_doors(gains).door_gain.tolist()
    [6.0, 3.0, 7.0]
    """
    length = np.diff(gains.door_start)
    there = np.flatnonzero(length)
    row = np.repeat(np.arange(len(there)), length[there])
    top = gains.door_gain[gains.door_start[there]]
    ratio = gains.door_gain / top[row]
    same = _first_alike(row, gains.site, ratio, length[there])
    first, of_first = np.unique(same, return_inverse=True)
    kept = np.isin(row, first)
    total = np.bincount(of_first, weights=top, minlength=len(first))
    door = of_first[row[kept]]
    return make_gains(
        door, gains.site[kept], ratio[kept] * total[door], doors=len(first), sites=gains.sites
    )


def _first_alike(row: Ints, site: Ints, ratio: Floats, length: Ints) -> Ints:
    """Return for each row the first row with the same sites and ratios."""
    tags = np.random.default_rng(_SEED).integers(1, 2**63, size=site.max(initial=0) + 1)
    with np.errstate(over="ignore"):
        mark = tags[site].astype(np.uint64) * (ratio.view(np.uint64) | np.uint64(1))
    begin = np.cumsum(length) - length
    mark = np.add.reduceat(mark, begin) if len(begin) else mark[:0]
    _, first, same = np.unique(mark, return_index=True, return_inverse=True)
    same = first[same]
    alike = length == length[same]
    # A mark may lie, if hardly ever: rows are alike only when every entry is.
    shift = (begin[same] - begin)[row]
    checked = alike[row]
    mine = np.flatnonzero(checked)
    theirs = mine + shift[checked]
    odd = (site[mine] != site[theirs]) | (ratio[mine] != ratio[theirs])
    alike[row[mine[odd]]] = False
    return np.where(alike, same, np.arange(len(same)))


def settle(gains: Gains, count: int, descent: Descent, least: float) -> Smaller:
    """Settle every site that a choice worth at least `least` must, or cannot, contain."""
    must, may = must_and_may(descent.worth, count, bound=descent.bound, least=least)
    return shrink(gains, settled=np.flatnonzero(must), free=np.flatnonzero(may))


def must_and_may(worth: Floats, count: int, *, bound: float, least: float) -> tuple[Bools, Bools]:
    """Return which sites every choice worth at least `least` contains, and others it may contain.

    Parameters
    ----------
    worth
        float64 (sites), 0 or more: what each adds to the bound.
    count
        Most sites.
    bound
        What the `count` sites of most worth and the prices come to.
    least
        What a choice is asked for.

    Source: reduced costs of the Lagrangian bound. Leaving a site of the best `count` out costs its
    worth less that of the next site; taking another in costs the least of the best less its own.

    Examples
    --------
    >>> must, may = must_and_may(np.array([9.0, 2.0, 1.0, 0.0]), 2, bound=11.0, least=10.0)
    >>> must.tolist(), may.tolist()
    ([True, False, False, False], [False, True, True, False])
    """
    order = np.argsort(-worth, kind="stable")
    top = order[:count]
    taken = np.zeros(len(worth), dtype=np.bool_)
    taken[top] = True
    next_best = worth[order[count]] if len(order) > count else 0.0
    last = worth[top[-1]] if len(order) >= count else 0.0
    must = taken & (bound - worth + next_best < least)
    never = ~taken & (bound - last + worth < least)
    return must, ~must & ~never


def shrink(gains: Gains, *, settled: Ints, free: Ints) -> Smaller:
    """Return the instance that is left when some sites are taken and only some others are free."""
    best = best_gains(gains, settled)
    place = np.full(gains.sites, -1)
    place[free] = np.arange(len(free))
    door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))
    open_ = place[gains.site] >= 0
    door, site = door[open_], place[gains.site[open_]]
    left = make_gains(
        door, site, gains.door_gain[open_] - best[door], doors=gains.doors, sites=len(free)
    )
    return Smaller(merge_doors(left), free, settled, float(best.sum()))
