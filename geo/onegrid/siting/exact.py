"""The best choice by HiGHS, with a bound, for instances that are small enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array, vstack

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_HALF = 0.5


class Proven(NamedTuple):
    """A choice (empty where none was found), its value, and a bound on every value."""

    chosen: Ints
    value: float
    bound: float


class Spending(NamedTuple):
    """What each site costs, float64 (sites), above 0, and the most that all may cost together."""

    cost: Floats
    budget: float = np.inf


def best_choice(
    gains: Gains, count: int, *, gap: float, nodes: int, spending: Spending | None = None
) -> Proven:
    """Choose at most `count` sites of the largest value, to a relative gap or a number of nodes.

    Each level of gain of a door is a variable: it is reached if the level above is, or one of its
    own sites is taken. That is as tight as a variable per pair, and has as many.
    """
    first = _first_of_level(gains)
    level = np.cumsum(first) - 1
    levels = int(first.sum())
    value = _steps(gains, first)
    sites = gains.sites
    entry = np.arange(len(gains.site))
    upper = np.flatnonzero(first)
    same_door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))[upper]
    follows = np.flatnonzero(np.diff(same_door) == 0) + 1  # levels with one above them
    rows = np.concatenate([level[entry], np.arange(levels), follows])
    columns = np.concatenate([gains.site, sites + np.arange(levels), sites + follows - 1])
    data = np.concatenate([-np.ones(len(entry)), np.ones(levels), -np.ones(len(follows))])
    reached = csc_array((data, (rows, columns)), shape=(levels, sites + levels))
    limits = [(np.ones(sites), float(count))]
    if spending is not None:
        limits.append((spending.cost, spending.budget))
    taken = [csc_array(np.append(each, np.zeros(levels))[None, :]) for each, _ in limits]
    result = milp(
        np.concatenate([np.zeros(sites), -value]),
        constraints=LinearConstraint(
            csc_array(vstack([reached, *taken])),
            -np.inf,
            np.concatenate([np.zeros(levels), [most for _, most in limits]]),
        ),
        bounds=Bounds(0, 1),
        integrality=np.concatenate([np.ones(sites), np.zeros(levels)]),
        options={"mip_rel_gap": gap, "node_limit": nodes},
    )
    bound = np.inf if result.mip_dual_bound is None else -result.mip_dual_bound
    if result.x is None:
        return Proven(np.empty(0, dtype=np.int64), -np.inf, bound)
    chosen = np.flatnonzero(result.x[:sites] > _HALF)
    return Proven(chosen, -result.fun, bound)


def _first_of_level(gains: Gains) -> npt.NDArray[np.bool_]:
    """Return which entries begin a level of their door: its first, or one of a smaller gain."""
    first = np.ones(len(gains.site), dtype=np.bool_)
    first[1:] = gains.door_gain[1:] != gains.door_gain[:-1]
    begins = gains.door_start[:-1]
    first[begins[begins < len(first)]] = True
    return first


def _steps(gains: Gains, first: npt.NDArray[np.bool_]) -> Floats:
    """Return by how much each level of a door exceeds the next one."""
    upper = np.flatnonzero(first)
    gain = gains.door_gain[upper]
    door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))[upper]
    below = np.append(gain[1:], 0.0)
    below[np.append(door[1:] != door[:-1], True)] = 0.0
    steps: Floats = gain - below
    return steps
