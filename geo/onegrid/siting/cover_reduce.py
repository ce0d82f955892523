"""Reductions of a set cover, compiled: needless doors, needless sites, sites that must be taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@kernel
def _alive(start: Ints, member: Ints, k: int, there: Bools) -> int:
    """Return how many members of set k are there."""
    count = 0
    for e in range(start[k], start[k + 1]):
        if there[member[e]]:
            count += 1
    return count


@kernel
def _within(start: Ints, member: Ints, there: Bools, inner: int, outer: int, stamp: Ints) -> bool:
    """Tell whether every living member of one set is in another, whose members bear its stamp."""
    for e in range(start[inner], start[inner + 1]):
        if there[member[e]] and stamp[member[e]] != outer:
            return False
    return True


@kernel
def _rarest(start: Ints, member: Ints, k: int, there: Bools, size: Ints) -> int:
    """Return the living member of set k that is in fewest sets, -1 where there is none."""
    best = -1
    for e in range(start[k], start[k + 1]):
        m = member[e]
        if there[m] and (best < 0 or size[m] < size[best]):
            best = m
    return best


@kernel
def _by_rarest(gains: Gains, rows: Bools, open_: Bools) -> tuple[Ints, Ints]:
    """Group the doors by the site of theirs that reaches fewest doors: starts, and the doors."""
    sites = open_.size
    width = np.zeros(sites, np.int64)
    for j in range(sites):
        width[j] = _alive(gains.site_start, gains.door, j, rows) if open_[j] else 0
    rare = np.full(rows.size, -1)
    start = np.zeros(sites + 1, np.int64)
    for d in range(rows.size):
        if rows[d]:
            rare[d] = _rarest(gains.door_start, gains.site, d, open_, width)
            start[rare[d] + 1] += 1
    start = np.cumsum(start)
    place, found = start.copy(), np.empty(start[-1], np.int64)
    for d in range(rows.size):
        if rare[d] >= 0:
            found[place[rare[d]]] = d
            place[rare[d]] += 1
    return start, found


@kernel
def _drop_doors(gains: Gains, rows: Bools, open_: Bools) -> int:
    """Drop doors that are reached whenever another door is; of equals the first stays."""
    size = np.zeros(rows.size, np.int64)
    for d in range(rows.size):
        size[d] = _alive(gains.door_start, gains.site, d, open_) if rows[d] else 0
    start, grouped = _by_rarest(gains, rows, open_)
    stamp = np.full(open_.size, -1)
    dropped = 0
    for d in range(rows.size):
        if rows[d] and _is_needless(gains, d, rows, open_, size, start, grouped, stamp):
            rows[d] = False
            dropped += 1
    return dropped


@kernel
def _is_needless(  # noqa: PLR0913, PLR0917  (arrays of one loop, handed on)
    gains: Gains,
    d: int,
    rows: Bools,
    open_: Bools,
    size: Ints,
    start: Ints,
    grouped: Ints,
    stamp: Ints,
) -> bool:
    """Tell whether the sites of some other door are all among those of door d."""
    for e in range(gains.door_start[d], gains.door_start[d + 1]):
        stamp[gains.site[e]] = d
    for e in range(gains.door_start[d], gains.door_start[d + 1]):
        j = gains.site[e]
        if not open_[j]:
            continue
        for f in range(start[j], start[j + 1]):  # a door within this one has its rarest site here
            k = grouped[f]
            fits = k != d and rows[k] and (size[k] < size[d] or (size[k] == size[d] and k < d))
            if fits and _within(gains.door_start, gains.site, open_, k, d, stamp):
                return True
    return False


@kernel
def _drop_sites(gains: Gains, cost: Floats, rows: Bools, open_: Bools) -> int:
    """Drop sites whose doors another site reaches at no more cost; of equals the first stays."""
    doors, sites = rows.size, open_.size
    size, width = np.zeros(sites, np.int64), np.zeros(doors, np.int64)
    for j in range(sites):
        size[j] = _alive(gains.site_start, gains.door, j, rows) if open_[j] else 0
    for d in range(doors):
        width[d] = _alive(gains.door_start, gains.site, d, open_) if rows[d] else 0
    stamp = np.full(doors, -1)
    dropped = 0
    for k in range(sites):
        if not open_[k]:
            continue
        door = _rarest(gains.site_start, gains.door, k, rows, width)
        if door < 0 or _is_spare(gains, k, door, cost, rows, open_, size, stamp):
            open_[k] = False
            dropped += 1
    return dropped


@kernel
def _is_spare(  # noqa: PLR0913, PLR0917  (arrays of one loop, handed on)
    gains: Gains,
    k: int,
    door: int,
    cost: Floats,
    rows: Bools,
    open_: Bools,
    size: Ints,
    stamp: Ints,
) -> bool:
    """Tell whether another site of one of its doors reaches all doors of site k."""
    for e in range(gains.door_start[door], gains.door_start[door + 1]):
        j = gains.site[e]
        if j == k or not open_[j] or size[j] < size[k] or cost[j] > cost[k]:
            continue
        if size[j] == size[k] and cost[j] == cost[k] and j > k:
            continue
        for f in range(gains.site_start[j], gains.site_start[j + 1]):
            stamp[gains.door[f]] = j
        if _within(gains.site_start, gains.door, rows, k, j, stamp):
            return True
    return False


@kernel
def _take_sites(gains: Gains, rows: Bools, open_: Bools, taken: Bools) -> int:
    """Take the only site of every door that has one; its doors are done."""
    found = 0
    for d in range(rows.size):
        if not rows[d] or _alive(gains.door_start, gains.site, d, open_) != 1:
            continue
        for e in range(gains.door_start[d], gains.door_start[d + 1]):
            j = gains.site[e]
            if open_[j]:
                taken[j], open_[j] = True, False
                found += 1
                for f in range(gains.site_start[j], gains.site_start[j + 1]):
                    rows[gains.door[f]] = False
    return found


@kernel
def reduce_cover(gains: Gains, cost: Floats) -> tuple[Bools, Bools, Bools]:
    """Return the doors and sites that are left to decide, and the sites that are taken.

    Some cheapest cover consists of the taken sites and a cheapest cover of what is left.
    """
    rows = np.diff(gains.door_start) > 0
    open_ = np.diff(gains.site_start) > 0
    taken = np.zeros(open_.size, dtype=np.bool_)
    while True:
        changed = _drop_sites(gains, cost, rows, open_)
        changed += _take_sites(gains, rows, open_, taken)
        changed += _drop_doors(gains, rows, open_)
        if changed == 0:
            return rows, open_, taken
