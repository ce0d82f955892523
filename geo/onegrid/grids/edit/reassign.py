"""Give an atom to a neighbouring cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.cutting import union
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.parents import redraw_parents
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.regroup import regroup
from onegrid.grids.edit.rows import ATOMS, Key

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def reassign(draft: Draft, atom_id: str, cell_id: str) -> Outcome:
    """Move an atom from its cell into one that borders it.

    That lies in the same community, unless communities move along: then the atom changes it.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID``, ``EDIT_LOCKED``, ``EDIT_OTHER_COMMUNITY``, ``EDIT_NOT_ADJACENT``, and
        ``EDIT_MULTIPART`` where the cell or community it leaves would fall apart or vanish.
    """
    atom = draft.get(Key(ATOMS, atom_id)) if draft.board.own_atoms else None
    if atom is None:
        what = f"no atom {atom_id!r}" if draft.board.own_atoms else "the grid has no atoms"
        raise refusal(Code.UNKNOWN_ID, what, remedy="use an atom_id of layer atoms")
    goal = draft.cell(cell_id)
    home = draft.cell(atom.text("cell_id"))
    if home.key == goal.key:
        return Outcome((home.key.id,))
    ids = f"atom {atom_id}, cell {cell_id}"
    across = home.text("community_id") != goal.text("community_id")
    if across and not draft.with_parents:
        what = f"the cell lies in community {goal.text('community_id')}"
        remedy = "choose a cell of its community, or let it change (with_parents)"
        raise refusal(Code.OTHER_COMMUNITY, what, at=ids, remedy=remedy)
    if union([atom.shape, goal.shape]).geom_type != "Polygon":
        what = "the atom has no border with the cell"
        raise refusal(Code.NOT_ADJACENT, what, at=ids, remedy="choose a cell beside it")
    if len(draft.atoms_of(home.key.id)) == 1:
        what = f"cell {home.key.id} would be left without ground"
        raise refusal(Code.MULTIPART, what, at=ids, remedy="merge the two cells instead")
    counts = regroup(draft, {atom_id: cell_id})
    if across:
        redraw_parents(draft, (home, goal))
    return Outcome((home.key.id, goal.key.id), counts)
