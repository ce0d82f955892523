"""Lock a cell against edits, or unlock it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.outcome import Outcome

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def lock(draft: Draft, cell_id: str, *, locked: bool) -> Outcome:
    """Set whether edits and merges leave a cell as it is; ``EDIT_UNKNOWN_ID`` if it is not there.

    A locked cell still takes junctions of its neighbours on its border: its ground stays.
    """
    draft.put(draft.cell(cell_id).having(locked=locked))
    return Outcome((cell_id,))
