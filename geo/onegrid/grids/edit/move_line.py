"""Redraw a whole border between two junctions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.edit.counts import recount
from onegrid.grids.edit.nodes import (
    cells_at,
    known_vertex,
    refuse_leaving_community,
    vertex_at,
)
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.regroup import refuse_locked
from onegrid.grids.edit.rings import Edge, Place, Redraw, edges_of, on_grid, rings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.rows import Row

_SIDES = 2  # cells along a border


def move_line(draft: Draft, start: Sequence[Place], to: Sequence[Place]) -> Outcome:
    """Draw the border that runs through some vertices anew.

    ``start`` names the two ends, and as many vertices between as it takes to tell which border is
    meant. Where an end of ``to`` is another place, that junction moves too. Junctions of atoms on
    the border go to the same share of its new length.

    Raises
    ------
    EditError
        ``EDIT_NO_VERTEX`` if no single border between two cells runs there (the outer border has
        one cell), ``EDIT_LOCKED``, ``EDIT_OTHER_COMMUNITY``, ``EDIT_OVERLAP``.
    """
    path, sides = _border(draft, [known_vertex(draft, place) for place in start])
    ends = [_end(draft, path[0], to[0]), _end(draft, path[-1], to[-1])]
    drawn = [ends[0], *to[1:-1], ends[1]]
    ids = sorted(cell.key.id for cell in sides)
    if len({cell.text("community_id") for cell in sides}) > 1 and not draft.with_parents:
        what = "the line is the border of a community"
        remedy = "move the communities along (with_parents)"
        raise refusal(Code.OTHER_COMMUNITY, what, at=path[0], remedy=remedy)
    moved_ends = {a: b for a, b in zip((path[0], path[-1]), ends, strict=True) if a != b}
    ids += [c.key.id for v in moved_ends for c in cells_at(draft, v) if c.key.id not in ids]
    refuse_locked(draft, ids)
    for vertex, goal in moved_ends.items():
        refuse_leaving_community(draft, vertex, goal)
    draft.redraw(_plan(path, drawn, _junctions(draft, path, ids)))
    return Outcome(tuple(sorted(ids)), recount(draft, ids) if draft.board.doors else "")


def _end(draft: Draft, vertex: Place, place: Place) -> Place:
    """Return the place of an end: its vertex if that is within 1 cm, else free ground."""
    there = vertex_at(draft, place)
    if there == vertex:
        return vertex
    if there is not None:
        what = "another vertex is where the line is to end"
        raise refusal(Code.OVERLAP, what, at=there, remedy="weld the two")
    return on_grid(place)


def _border(draft: Draft, marks: Sequence[Place]) -> tuple[list[Place], list[Row]]:
    """Return the one border between two cells that runs through all marks, and the cells."""
    cells = cells_at(draft, marks[0])
    edges = {
        cell.key: {e for ring in rings_of(cell.shape) for e in edges_of(ring)} for cell in cells
    }
    found: dict[tuple[Place, ...], list[Row]] = {}
    for cell in cells:
        for ring in rings_of(cell.shape):
            if marks[0] == marks[-1] or marks[0] not in ring or marks[-1] not in ring:
                continue
            for path in _ways(ring, marks[0], marks[-1]):
                sides = [c for c in cells if _runs_along(path, edges[c.key])]
                if len(sides) == _SIDES and _in_order(path, marks):
                    found[tuple(path)] = sides
    if len(found) != 1:
        many = "several borders run" if found else "no single border runs"
        what = f"{many} between two cells from end to end of the line"
        remedy = "end at junctions of one border and name vertices between them"
        raise refusal(Code.NO_VERTEX, what, at=marks[0], remedy=remedy)
    path_found, sides = found.popitem()
    return list(path_found), sides


def _runs_along(path: Sequence[Place], edges: set[Edge]) -> bool:
    return all((a, b) in edges or (b, a) in edges for a, b in pairwise(path))


def _ways(ring: list[Place], a: Place, b: Place) -> list[list[Place]]:
    """Return the two ways round a ring from one vertex to another."""
    i = ring.index(a)
    turned = [*ring[i:], *ring[:i], a]
    j = turned.index(b)
    return [turned[: j + 1], turned[j:][::-1]]


def _in_order(path: Sequence[Place], marks: Sequence[Place]) -> bool:
    places = iter(path)
    return all(mark in places for mark in marks)


def _junctions(draft: Draft, path: Sequence[Place], ids: Sequence[str]) -> list[int]:
    """Return the numbers of the inner vertices of the path where borders of atoms end."""
    rings = [
        set(ring)
        for cell_id in ids
        for atom in draft.atoms_of(cell_id)
        for ring in rings_of(atom.shape)
    ]
    return [
        i
        for i, vertex in enumerate(path[1:-1], start=1)
        if sum(vertex in ring for ring in rings) > _SIDES
    ]


def _plan(path: Sequence[Place], drawn: Sequence[Place], junctions: Sequence[int]) -> Redraw:
    """Replace each stretch between junctions by the same share of the new line."""
    line = shapely.LineString(drawn)
    old = np.append(0, np.cumsum(np.hypot(*np.diff(np.array(path), axis=0).T)))
    new = np.append(0, np.cumsum(np.hypot(*np.diff(np.array(drawn), axis=0).T)))
    stops = [0, *junctions, len(path) - 1]
    at_m = [old[i] / old[-1] * new[-1] for i in stops]
    inner = [line.interpolate(m) for m in at_m[1:-1]]
    places = [drawn[0], *(on_grid((p.x, p.y)) for p in inner), drawn[-1]]
    moved = {path[i]: place for i, place in zip(stops, places, strict=True) if path[i] != place}
    inserted: dict[Edge, tuple[Place, ...]] = {}
    for (i, j), (low, high) in zip(pairwise(stops), pairwise(at_m), strict=True):
        between = tuple(p for p, m in zip(drawn, new, strict=True) if low < m < high)
        inserted[path[i], path[i + 1]] = between
        inserted[path[j], path[j - 1]] = between[::-1]
    gone = {v for k, v in enumerate(path) if k not in stops}
    return Redraw(moved=moved, dropped=frozenset(gone), inserted=inserted)
