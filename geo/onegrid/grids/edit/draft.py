"""A sheet laid over the board to try an edit on; what differs in the end is the change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.edit.change import Change
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rings import Redraw, redraw
from onegrid.grids.edit.rows import ATOMS, CELLS, COMMUNITIES, SUBDISTRICTS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from onegrid.grids.edit.board import Board

_MARGIN_M = 1.0  # vertices come together within a centimetre; a metre is on the safe side


class Draft:
    """Reads through to the board, keeps what is written to itself.

    With ``with_parents`` borders of communities and subdistricts may move with those of cells.
    ``origin`` names for each atom made here the atom of the board it is a piece of; ``reworked``
    are the cells with other ground or other atoms, apart from new vertices on their borders.
    """

    def __init__(self, board: Board, *, with_parents: bool = False) -> None:
        self.board = board
        self.with_parents = with_parents
        self.origin: dict[str, str] = {}
        self.reworked: set[str] = set()
        self._boxes: list[Sequence[float]] = []
        self._written: dict[Key, Row | None] = {}
        self._atoms_of: dict[str, set[str]] = {}  # of each cell, atoms that were written into it

    def get(self, key: Key) -> Row | None:
        """Return a row as it is in the draft."""
        return self._written[key] if key in self._written else self.board.get(key)

    def cell(self, cell_id: str) -> Row:
        """Return a cell, or refuse with ``EDIT_UNKNOWN_ID``."""
        row = self.get(Key(CELLS, cell_id))
        if row is None:
            raise refusal(Code.UNKNOWN_ID, f"no cell {cell_id!r}", remedy="use a cell_id")
        return row

    def put(self, row: Row) -> None:
        """Write a row."""
        self._written[row.key] = row
        if row.key.layer == ATOMS:
            self._atoms_of.setdefault(row.text("cell_id"), set()).add(row.key.id)

    def drop(self, key: Key) -> None:
        """Take a row out."""
        self._written[key] = None

    def written(self, layer: str) -> list[Row]:
        """Return the rows of a layer that were written and are still there, by id."""
        rows = [row for key, row in self._written.items() if key.layer == layer]
        return sorted((row for row in rows if row is not None), key=lambda row: row.key)

    def written_keys(self, layer: str) -> list[Key]:
        """Return the keys of the rows of a layer that were written or taken out."""
        return sorted(key for key in self._written if key.layer == layer)

    def reshaped(self) -> list[Row]:
        """Return the cells that are new or have another shape than on the board, by id."""
        return [
            row
            for row in self.written(CELLS)
            if (old := self.board.get(row.key)) is None or old.shape is not row.shape
        ]

    def cells_near(self, bounds: Sequence[float]) -> list[Row]:
        """Return the cells whose bounding box meets another one, by id."""
        box = _with_margin(bounds)
        ids = self.board.cells_near(box) | {row.key.id for row in self.written(CELLS)}
        rows = [row for i in sorted(ids) if (row := self.get(Key(CELLS, i))) is not None]
        return _meeting(rows, box)

    def atoms_of(self, cell_id: str) -> list[Row]:
        """Return the atoms of a cell, by id."""
        ids = self.board.atoms_of(cell_id) | self._atoms_of.get(cell_id, set())
        rows = (self.get(Key(ATOMS, i)) for i in sorted(ids))
        return [row for row in rows if row is not None and row.text("cell_id") == cell_id]

    def around(self, bounds: Sequence[float]) -> list[Row]:
        """Return every row of every layer of the partition that may have a vertex in a box."""
        cells = self.cells_near(bounds)
        rows = [*cells, *(atom for cell in cells for atom in self.atoms_of(cell.key.id))]
        for layer, column in ((COMMUNITIES, "community_id"), (SUBDISTRICTS, "subdistrict_id")):
            names = sorted({cell.text(column) for cell in cells})
            rows += [row for name in names if (row := self.get(Key(layer, name))) is not None]
        return _meeting(rows, _with_margin(bounds))

    def touch(self, bounds: Sequence[float]) -> None:
        """Note that something inside a box was drawn anew."""
        self._boxes.append(bounds)

    def touched(self) -> list[Row]:
        """Return the cells that may meet anything drawn anew, by id."""
        if not self._boxes:
            return []
        boxes = np.array(self._boxes)
        return self.cells_near([*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)])

    def redraw(self, how: Redraw) -> None:
        """Redraw every row that has the vertices spoken of, or refuse where one would vanish."""
        self.touch(how.extent)
        ground_moves = bool(how.moved or how.dropped)
        rows = self.around(how.box)
        shapes = redraw(np.array([row.shape for row in rows], dtype=object), how)
        for row, shape in zip(rows, shapes, strict=True):
            if shape is None:
                what = f"{row.key.layer} {row.key.id} would vanish"
                raise refusal(Code.OVERLAP, what, at=row.shape.centroid.coords[0])
            if shape is not row.shape:
                self.put(row.shaped(shape))
                if ground_moves and row.key.layer in (CELLS, ATOMS):
                    own = row.key.layer == CELLS
                    self.reworked.add(row.key.id if own else row.text("cell_id"))

    def new_atom_id(self, old: str) -> str:
        """Return an id for a piece of an atom that no atom has or had in this draft."""
        number = 1
        while Key(ATOMS, name := f"{old}.{number}") in self._written or self.board.get(
            Key(ATOMS, name)
        ):
            number += 1
        return name

    def change(self, op: str, ids: Iterable[str]) -> Change:
        """Return what differs from the board."""
        before, after = [], []
        for key in sorted(self._written):
            old, new = self.board.get(key), self._written[key]
            if old is new or old == new:
                continue
            before += [old] if old is not None else []
            after += [new] if new is not None else []
        return Change(op, tuple(ids), tuple(before), tuple(after))


def _with_margin(bounds: Sequence[float]) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return (west - _MARGIN_M, south - _MARGIN_M, east + _MARGIN_M, north + _MARGIN_M)


def _meeting(rows: list[Row], box: Sequence[float]) -> list[Row]:
    """Return the rows whose bounding box meets another one."""
    if not rows:
        return rows
    found = shapely.bounds(np.array([row.shape for row in rows], dtype=object))
    meets = (found[:, :2] <= box[2:]).all(axis=1) & (found[:, 2:] >= box[:2]).all(axis=1)
    return [row for row, near in zip(rows, meets, strict=True) if near]
