"""Merge neighbouring cells of one community."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.cutting import union
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.regroup import new_cell, refuse_locked, refuse_taken, regroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft


def merge(draft: Draft, cell_ids: Sequence[str], *, new_id: str) -> Outcome:
    """Make one cell of several; name and old code are those of the one with most households.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID``, ``EDIT_LOCKED``, ``EDIT_DUPLICATE_ID``, ``EDIT_OTHER_COMMUNITY``, and
        ``EDIT_NOT_ADJACENT`` where the cells do not hang together along borders.
    """
    cells = [draft.cell(cell_id) for cell_id in cell_ids]
    ids = ", ".join(cell_ids)
    if len(set(cell_ids)) < len(cell_ids):
        raise refusal(Code.NOT_ADJACENT, "a cell is named twice", at=ids)
    refuse_locked(draft, cell_ids)
    refuse_taken(draft, [new_id], gone=cell_ids)
    communities = sorted({cell.text("community_id") for cell in cells})
    if len(communities) > 1:
        what = f"the cells lie in communities {', '.join(communities)}"
        raise refusal(Code.OTHER_COMMUNITY, what, at=ids)
    if union([cell.shape for cell in cells]).geom_type != "Polygon":
        what = "the cells do not hang together along borders"
        raise refusal(Code.NOT_ADJACENT, what, at=ids, remedy="name the cells between too")
    main = max(cells, key=lambda cell: (cell.count("households"), -cell_ids.index(cell.key.id)))
    homes = {atom.key.id: new_id for name in cell_ids for atom in draft.atoms_of(name)}
    made = new_cell(main, new_id, name=main.text("name"))
    if new_id in cell_ids:  # the cell that stays keeps its code
        made = made.having(code=draft.cell(new_id).text("code"))
    counts = regroup(draft, homes, made=[made])
    return Outcome((*cell_ids, new_id), counts)
