"""Communities and subdistricts drawn anew as what lies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely

from onegrid.grids.edit.cutting import union
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rows import COMMUNITIES, SUBDISTRICTS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft


def redraw_parents(draft: Draft, cells: Sequence[Row]) -> None:
    """Draw the communities of some cells, and their subdistricts if they are several.

    Raises
    ------
    EditError
        ``EDIT_MULTIPART`` where one would fall into more parts than it has.
    """
    for name in sorted({cell.text("community_id") for cell in cells}):
        row = draft.get(Key(COMMUNITIES, name))
        if row is not None:
            near = draft.cells_near(row.shape.bounds)
            _redraw(draft, row, [cell for cell in near if cell.text("community_id") == name])
    homes = sorted({cell.text("subdistrict_id") for cell in cells})
    towns = [draft.get(Key(COMMUNITIES, i)) for i in draft.board.rows.get(COMMUNITIES, {})]
    for name in homes if len(homes) > 1 else []:
        row = draft.get(Key(SUBDISTRICTS, name))
        if row is not None:
            _redraw(draft, row, [t for t in towns if t and t.text("subdistrict_id") == name])


def _redraw(draft: Draft, row: Row, members: Sequence[Row]) -> None:
    shape = union([member.shape for member in members])
    parts = int(shapely.get_num_geometries(shape))
    if parts > shapely.get_num_geometries(row.shape):
        what = f"{row.key.layer} {row.key.id} would fall into {parts} parts"
        raise refusal(Code.MULTIPART, what, at=shape.representative_point().coords[0])
    draft.put(row.shaped(shape))
