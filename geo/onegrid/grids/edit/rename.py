"""Give a cell another name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.regroup import refuse_locked

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def rename(draft: Draft, cell_id: str, *, name: str) -> Outcome:
    """Name a cell; refused with ``EDIT_UNKNOWN_ID`` or ``EDIT_LOCKED``."""
    cell = draft.cell(cell_id)
    refuse_locked(draft, [cell_id])
    draft.put(cell.having(name=name))
    return Outcome((cell_id,))
