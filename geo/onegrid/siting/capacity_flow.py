"""Doors shared among open sites of limited room by a largest flow, compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.compiled import kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_FAR = np.iinfo(np.int64).max


class Plan(NamedTuple):
    """Who is served where; everything but the first two arrays changes in place.

    ``entry`` is the position in ``reach.site`` of each of ``reach.door``, ``door_of`` the door of
    each such position. ``left`` is the room each site still has, 0 where it is closed; ``sent``
    what each door has sent each site, ``need`` what of each door has no place.
    """

    entry: Ints
    door_of: Ints
    opened: Bools
    left: Floats
    sent: Floats
    need: Floats

    def copy(self) -> Plan:
        """Return a plan of its own, which changes alone."""
        opened, left, sent, need = self.opened, self.left, self.sent, self.need
        return self._replace(
            opened=opened.copy(), left=left.copy(), sent=sent.copy(), need=need.copy()
        )


class _Levels(NamedTuple):
    """Fewest moves to each door and site from a door in need, and where a walk goes on.

    A door in need is on level 0, sites are on odd levels; `_FAR` is not reached. ``door_next`` and
    ``site_next`` are the places in their lists that a walk has not found to be dead ends yet.
    """

    door: Ints
    site: Ints
    door_next: Ints
    site_next: Ints


@kernel
def place(reach: Gains, plan: Plan, least: float) -> None:
    """Serve as much as the open sites can: first where there is room, then by moving others along.

    All shortest chains of moves are used up at once, then the next longer ones; it ends when no
    chain frees a place: the flow is then the largest there is. Less than `least` is not moved.
    Source: Dinic (1970).
    """
    doors, sites = plan.need.size, plan.left.size
    for d in range(doors):
        for e in range(reach.door_start[d], reach.door_start[d + 1]):
            part = min(plan.need[d], plan.left[reach.site[e]])
            if part > 0.0:
                plan.sent[e] += part
                plan.left[reach.site[e]] -= part
                plan.need[d] -= part
    levels = _Levels(
        np.empty(doors, np.int64),
        np.empty(sites, np.int64),
        np.empty(doors, np.int64),
        np.empty(sites, np.int64),
    )
    queue, into, out = (
        np.empty(doors, np.int64),
        np.empty(sites, np.int64),
        np.empty(sites, np.int64),
    )
    while _reached(reach, plan, least, levels, queue):
        for d in range(doors):
            while plan.need[d] > least and levels.door[d] == 0:
                moves = _chain(reach, plan, d, least, levels, into, out)
                if moves < 0:
                    break
                _move_along(reach, plan, d, moves, into, out)


@kernel
def _reached(reach: Gains, plan: Plan, least: float, levels: _Levels, queue: Ints) -> bool:
    """Find the levels of doors and sites; return whether a site with room is reached."""
    levels.door[:] = _FAR
    levels.site[:] = _FAR
    levels.door_next[:] = reach.door_start[:-1]
    levels.site_next[:] = reach.site_start[:-1]
    size, head, last = 0, 0, _FAR
    for d in range(plan.need.size):
        if plan.need[d] > least:
            levels.door[d], queue[size] = 0, d
            size += 1
    while head < size and levels.door[queue[head]] < last:
        d = queue[head]
        head += 1
        for e in range(reach.door_start[d], reach.door_start[d + 1]):
            j = reach.site[e]
            if levels.site[j] < _FAR or not plan.opened[j]:
                continue
            levels.site[j] = levels.door[d] + 1
            if plan.left[j] > least:
                last = min(last, levels.site[j])
            for k in range(reach.site_start[j], reach.site_start[j + 1]):
                if levels.door[reach.door[k]] == _FAR and plan.sent[plan.entry[k]] > least:
                    levels.door[reach.door[k]] = levels.site[j] + 1
                    queue[size] = reach.door[k]
                    size += 1
    return last < _FAR


@kernel
def _chain(  # noqa: PLR0913, PLR0917  (two arrays that are made once)
    reach: Gains, plan: Plan, start: int, least: float, levels: _Levels, into: Ints, out: Ints
) -> int:
    """Walk from a door in need down the levels to a site with room; return the moves, -1 for none.

    `into` is the entry by which each door on the way gets its place, `out` the one by which the
    next door leaves that site.
    """
    d, moves = start, 0
    while True:
        found = False
        while levels.door_next[d] < reach.door_start[d + 1] and not found:
            e = levels.door_next[d]
            j = reach.site[e]
            if plan.opened[j] and levels.site[j] == levels.door[d] + 1:
                into[moves] = e
                if plan.left[j] > least:
                    return moves
                while levels.site_next[j] < reach.site_start[j + 1]:
                    k = levels.site_next[j]
                    leaves = levels.door[reach.door[k]] == levels.site[j] + 1
                    if leaves and plan.sent[plan.entry[k]] > least:
                        found = True
                        break
                    levels.site_next[j] += 1
            if not found:
                levels.door_next[d] += 1
        if found:
            k = levels.site_next[reach.site[into[moves]]]
            out[moves], d = plan.entry[k], reach.door[k]
            moves += 1
        elif moves == 0:
            return -1
        else:  # nobody beyond this door has a place: the site lets somebody else leave
            moves -= 1
            levels.site_next[reach.site[into[moves]]] += 1
            d = plan.door_of[into[moves]]


@kernel
def _move_along(reach: Gains, plan: Plan, start: int, moves: int, into: Ints, out: Ints) -> None:
    """Move as much as can be along a chain."""
    end = reach.site[into[moves]]
    part = min(plan.need[start], plan.left[end])
    for m in range(moves):
        part = min(part, plan.sent[out[m]])
    for m in range(moves):
        plan.sent[into[m]] += part
        plan.sent[out[m]] -= part
    plan.sent[into[moves]] += part
    plan.left[end] -= part
    plan.need[start] -= part
