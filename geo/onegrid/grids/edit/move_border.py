"""Move a border vertex in every cell that has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from onegrid.grids.edit.rings import Place, Redraw, on_grid

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def move_border(draft: Draft, start: Place, to: Place) -> Outcome:
    """Move the vertex within 1 cm of a place, in cells and atoms alike.

    Raises
    ------
    EditError
        ``EDIT_NO_VERTEX``, ``EDIT_LOCKED``, ``EDIT_OTHER_COMMUNITY`` if it would leave the border
        of a community, ``EDIT_OVERLAP`` if another vertex is there or borders would cross.
    """
    vertex, goal = known_vertex(draft, start), on_grid(to)
    ids = [cell.key.id for cell in cells_at(draft, vertex)]
    if goal == vertex:
        return Outcome(tuple(ids))
    refuse_locked(draft, ids)
    refuse_leaving_community(draft, vertex, goal)
    there = vertex_at(draft, goal)
    if there is not None and there != vertex:
        what = "another vertex is there already"
        raise refusal(Code.OVERLAP, what, at=there, remedy="weld the two")
    draft.redraw(Redraw(moved={vertex: goal}))
    return Outcome(tuple(ids), recount(draft, ids) if draft.board.doors else "")
