"""Split a cell in two along a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.cutting import halves
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.regroup import new_cell, refuse_locked, refuse_taken, regroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.rings import Place
    from onegrid.grids.edit.rows import Row

_NUMERALS = "一二三四五六七八九十"


def split(draft: Draft, cell_id: str, line: Sequence[Place], *, new_ids: Sequence[str]) -> Outcome:
    """Cut a cell along a line; the first new id is the piece to the left of its direction.

    The atoms under the line are cut with it, and every neighbour gets the new junctions.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID``, ``EDIT_LOCKED``, ``EDIT_DUPLICATE_ID``, ``EDIT_LINE_NOT_CROSSING``,
        ``EDIT_MULTIPART``, ``EDIT_OVERLAP``.
    """
    cell = draft.cell(cell_id)
    refuse_locked(draft, [cell_id])
    refuse_taken(draft, new_ids, gone=[cell_id])
    left, right = halves(draft, draft.atoms_of(cell_id), line, of=cell_id)
    return into_parts(draft, cell, (left, right), new_ids)


def into_parts(
    draft: Draft, cell: Row, parts: Sequence[Sequence[str]], new_ids: Sequence[str]
) -> Outcome:
    """Make a cell of each group of atoms, named after the cell they come from."""
    names = [f"{cell.text('name')}之{_numeral(n)}" for n in range(len(parts))]
    made = [new_cell(cell, i, name=name) for i, name in zip(new_ids, names, strict=True)]
    homes = {atom: i for part, i in zip(parts, new_ids, strict=True) for atom in part}
    counts = regroup(draft, homes, made=made)
    return Outcome((cell.key.id, *new_ids), counts)


def _numeral(number: int) -> str:
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number + 1)
