"""A cover of fewer sites by a walk through choices that leave some doors out; compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel, part

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

_FACTOR, _ADDEND, _MODULUS = 1_103_515_245, 12_345, 2**31  # of pseudo-random numbers, as in C
_HIGH_BITS = 2**12  # the low ones of such numbers repeat soon


class _Walk(NamedTuple):
    """Where a walk stands.

    Sites are ``chosen`` or not; ``times`` is how many of them reach each door. Doors that were
    left out for long have a large ``weight``; ``score`` is the weight that a site would newly
    reach, or less than 0, that would be lost without it. ``moved`` is the step at which a site last
    came or went. What went comes back only after something changed for its doors: ``may``.
    """

    chosen: Bools
    times: Ints
    weight: Ints
    score: Ints
    moved: Ints
    may: Bools


@part
def _come(gains: Gains, walk: _Walk, site: int) -> None:
    """Choose a site."""
    walk.chosen[site] = True
    walk.score[site] = -walk.score[site]
    for e in range(gains.site_start[site], gains.site_start[site + 1]):
        d = gains.door[e]
        before, walk.times[d] = walk.times[d], walk.times[d] + 1
        if before > 1:
            continue
        for f in range(gains.door_start[d], gains.door_start[d + 1]):
            other = gains.site[f]
            if before == 0:  # nothing is left to reach there
                walk.may[other] = True
                if other != site:
                    walk.score[other] -= walk.weight[d]
            elif walk.chosen[other] and other != site:  # no more alone
                walk.score[other] += walk.weight[d]


@part
def _go(gains: Gains, walk: _Walk, site: int) -> None:
    """Leave a site out."""
    walk.chosen[site] = False
    walk.score[site] = -walk.score[site]
    for e in range(gains.site_start[site], gains.site_start[site + 1]):
        d = gains.door[e]
        walk.times[d] -= 1
        if walk.times[d] > 1:
            continue
        for f in range(gains.door_start[d], gains.door_start[d + 1]):
            other = gains.site[f]
            if walk.times[d] == 0:
                walk.may[other] = True
                if other != site:
                    walk.score[other] += walk.weight[d]
            elif walk.chosen[other]:  # alone from now on
                walk.score[other] -= walk.weight[d]
    walk.may[site] = False


@part
def _better(walk: _Walk, site: int, than: int) -> bool:
    """Tell whether a site scores more than another, or as much and has rested longer."""
    if than < 0 or walk.score[site] != walk.score[than]:
        return than < 0 or walk.score[site] > walk.score[than]
    return bool(walk.moved[site] < walk.moved[than])


@part
def _least_missed(walk: _Walk, newest: int) -> int:
    """Return the chosen site whose loss weighs least, the newest one apart."""
    best = -1
    for j in range(walk.chosen.size):
        if walk.chosen[j] and j != newest and _better(walk, j, best):
            best = j
    return best


@part
def _most_wanted(gains: Gains, walk: _Walk, door: int) -> int:
    """Return the site of a door that reaches most weight among those that may come, if any may."""
    best = -1
    for e in range(gains.door_start[door], gains.door_start[door + 1]):
        j = gains.site[e]
        if walk.may[j] and _better(walk, j, best):
            best = j
    return best if best >= 0 else gains.site[gains.door_start[door]]


@kernel
def fewer_sites(gains: Gains, cover: Ints, *, least: int, steps: int, seed: int) -> Ints:
    """Return a cover of no more sites than `cover`, which reaches every door, in order of sites.

    One site goes, and sites are swapped until the others reach every door again; so on, until a
    cover has only `least` sites, or after so many steps. Doors that stay out grow heavier, so that
    the walk does not turn in circles. Source: Gao, Weise, Li (2015), row weighting local search.
    """
    doors, sites = gains.door_start.size - 1, gains.site_start.size - 1
    weight, moved, score = (
        np.ones(doors, np.int64),
        np.zeros(sites, np.int64),
        np.diff(gains.site_start),
    )
    walk = _Walk(
        np.zeros(sites, np.bool_), np.zeros(doors, np.int64), weight, score, moved,
        np.ones(sites, np.bool_),
    )  # fmt: skip
    for site in cover:
        _come(gains, walk, site)
    best, newest, number = np.sort(cover), -1, seed
    for step in range(1, steps + 1):
        left_out = np.flatnonzero(walk.times == 0)
        while left_out.size == 0:
            best = np.flatnonzero(walk.chosen)
            if best.size <= max(least, 1):
                return best
            spare = _least_missed(walk, -1)
            _go(gains, walk, spare)
            walk.moved[spare] = step
            left_out = np.flatnonzero(walk.times == 0)
        gone = _least_missed(walk, newest)
        if gone >= 0:
            _go(gains, walk, gone)
            walk.moved[gone] = step
            left_out = np.flatnonzero(walk.times == 0)
        number = (number * _FACTOR + _ADDEND) % _MODULUS
        newest = _most_wanted(gains, walk, left_out[number // _HIGH_BITS % left_out.size])
        _come(gains, walk, newest)
        walk.moved[newest] = step
        for d in np.flatnonzero(walk.times == 0):
            walk.weight[d] += 1
            for e in range(gains.door_start[d], gains.door_start[d + 1]):
                walk.score[gains.site[e]] += 1
    return best
