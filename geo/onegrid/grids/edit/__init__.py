"""Edits of a grid: each a pure function from a board to a change with an exact inverse.

`read_edits` checks the edit file, `open_grid` puts the tables on a board, `plan` says what an edit
would change or refuses it, `perform` applies it too.
"""

from onegrid.grids.edit.board import Board
from onegrid.grids.edit.change import Change, change_from_json
from onegrid.grids.edit.plan import perform, plan
from onegrid.grids.edit.refusal import Code, EditError
from onegrid.grids.edit.rows import Key, Row
from onegrid.grids.edit.syntax import OPERATIONS, Edit, read_edit, read_edits
from onegrid.grids.edit.tables import OpenGrid, open_grid

__all__ = [
    "OPERATIONS",
    "Board",
    "Change",
    "Code",
    "Edit",
    "EditError",
    "Key",
    "OpenGrid",
    "Row",
    "change_from_json",
    "open_grid",
    "perform",
    "plan",
    "read_edit",
    "read_edits",
]
