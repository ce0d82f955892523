"""Put two vertices into one place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.counts import recount
from onegrid.grids.edit.nodes import cells_at, known_vertex, refuse_leaving_community
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.regroup import refuse_locked
from onegrid.grids.edit.rings import Place, Redraw

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def weld(draft: Draft, start: Place, to: Place) -> Outcome:
    """Move the vertex at one place onto the one at another; both are given within 1 cm.

    Raises
    ------
    EditError
        ``EDIT_NO_VERTEX``, ``EDIT_LOCKED``, ``EDIT_OTHER_COMMUNITY``, ``EDIT_OVERLAP``.
    """
    vertex, goal = known_vertex(draft, start), known_vertex(draft, to)
    ids = [cell.key.id for cell in cells_at(draft, vertex)]
    if vertex == goal:
        return Outcome(tuple(ids))
    refuse_locked(draft, ids)
    refuse_leaving_community(draft, vertex, goal)
    draft.redraw(Redraw(moved={vertex: goal}))
    return Outcome(tuple(ids), recount(draft, ids) if draft.board.doors else "")
