"""From an edit to a change: try it on a draft, prove it, and say what it did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.draft import Draft
from onegrid.grids.edit.insert_vertex import insert_vertex
from onegrid.grids.edit.lock import lock
from onegrid.grids.edit.merge import merge
from onegrid.grids.edit.move_border import move_border
from onegrid.grids.edit.move_line import move_line
from onegrid.grids.edit.proof import prove
from onegrid.grids.edit.reassign import reassign
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rename import rename
from onegrid.grids.edit.resolve import resolve
from onegrid.grids.edit.rows import CELLS
from onegrid.grids.edit.split import split
from onegrid.grids.edit.split_k import split_k
from onegrid.grids.edit.weld import weld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from onegrid.grids.edit.board import Board
    from onegrid.grids.edit.change import Change
    from onegrid.grids.edit.outcome import Outcome
    from onegrid.grids.edit.syntax import Edit

_VERBS: Final[Mapping[str, Callable[[Draft, Edit], Outcome]]] = {
    "split": lambda d, e: split(d, e.text("cell_id"), e.line("line"), new_ids=e.texts("new_ids")),
    "split_k": lambda d, e: split_k(
        d, e.text("cell_id"), e.number("k"), new_ids=e.texts("new_ids")
    ),
    "merge": lambda d, e: merge(d, e.texts("cell_ids"), new_id=e.text("new_id")),
    "move_border": lambda d, e: move_border(d, e.place("from"), e.place("to")),
    "reassign": lambda d, e: reassign(d, e.text("atom_id"), e.text("cell_id")),
    "rename": lambda d, e: rename(d, e.text("cell_id"), name=e.text("name")),
    "insert_vertex": lambda d, e: insert_vertex(d, e.place("near")),
    "weld": lambda d, e: weld(d, e.place("from"), e.place("to")),
    "move_line": lambda d, e: move_line(d, e.line("from"), e.line("to")),
    "lock": lambda d, e: lock(d, e.text("cell_id"), locked=e.flag("locked")),
    "resolve": lambda d, e: resolve(
        d,
        e.text("conflict_id"),
        e.text("choice"),
        department=e.text("department"),
        line=e.line("line") if "line" in e.fields else (),
    ),
}


def plan(board: Board, edit: Edit) -> Change:
    """Return what an edit would change; the board stays as it is.

    Only what changes and its neighbours are looked at, however large the grid.

    Raises
    ------
    EditError
        If the edit is refused: one problem with code, what, where and remedy.
    """
    draft = Draft(board, with_parents=edit.flag("with_parents"))
    try:
        told = _VERBS[edit.op](draft, edit)
        _describe(draft)
        prove(draft)
    except shapely.GEOSException as error:  # millimetres from another border: faces do not close
        what = f"it would run too close to another border ({str(error).splitlines()[0]})"
        raise refusal(Code.OVERLAP, what, remedy="keep clear of other borders") from None
    return replace(
        draft.change(edit.op, told.ids),
        counts=told.counts,
        remark=told.remark,
        author=edit.fields.get("author"),
        note=edit.fields.get("note"),
        base_revision=edit.fields.get("base_revision"),
    )


def perform(board: Board, edit: Edit) -> Change:
    """Plan an edit, apply it to the board, and return the change.

    Raises
    ------
    EditError
        As `plan`; the board is as it was then.
    """
    change = plan(board, edit)
    board.apply(change)
    return change


def _describe(draft: Draft) -> None:
    """Set area and workers of every cell that was written."""
    rows = draft.written(CELLS)
    areas = shapely.area(np.array([row.shape for row in rows], dtype=object))
    most = standards.number("cell_households_max")
    for row, area_m2 in zip(rows, areas.round(2).tolist(), strict=True):
        old = draft.board.get(row.key)
        values: dict[str, object] = {}
        if old is None or old.shape is not row.shape:
            values["area_m2"] = area_m2
        if old is None or old.count("households") != row.count("households"):
            values["workers_needed"] = max(1, -(-row.count("households") // int(most)))
        draft.put(row.having(**values) if values else row)
