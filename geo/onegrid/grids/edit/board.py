"""The grid that is being edited: its rows by id, and an index that finds neighbours at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from math import floor
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rows import ATOMS, CELLS, CONFLICTS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit.change import Change
    from onegrid.grids.edit.doors import Doors


class Squares:
    """Finds the ids whose bounding box meets another one, however many there are."""

    def __init__(self, side_m: float) -> None:
        self._side_m = side_m
        self._ids: dict[tuple[int, int], set[str]] = {}

    def add(self, name: str, shape: shapely.Geometry) -> None:
        """Enter an id."""
        for square in self._squares(shapely.bounds(shape)):
            self._ids.setdefault(square, set()).add(name)

    def remove(self, name: str, shape: shapely.Geometry) -> None:
        """Take out an id that was entered with this shape."""
        for square in self._squares(shapely.bounds(shape)):
            self._ids[square].discard(name)

    def near(self, bounds: Sequence[float]) -> set[str]:
        """Return every id with a square in common with `bounds`: those that may meet it."""
        found: set[str] = set()
        for square in self._squares(bounds):
            found |= self._ids.get(square, set())
        return found

    def _squares(self, bounds: Sequence[float] | NDArray[np.float64]) -> Iterator[tuple[int, int]]:
        west, south, east, north = (floor(value / self._side_m) for value in bounds)
        yield from product(range(west, east + 1), range(south, north + 1))


@dataclass
class Board:
    """All rows of a grid, changed only by `apply`.

    ``rows`` holds the rows of each layer that is there, in the order of the table. Where
    ``own_atoms`` is false the file had no atoms: each cell then is one, and none are written.
    ``doors`` are the household points, if they were given, and ``drawn`` the borders that
    departments drew, by name and indexed, as far as they are known.
    """

    rows: dict[str, dict[str, Row]]
    own_atoms: bool = True
    doors: Doors | None = None
    drawn: Mapping[str, shapely.STRtree] = field(default_factory=dict)
    _squares: Squares = field(init=False, repr=False)
    _atoms_of: dict[str, set[str]] = field(init=False, repr=False)
    _codes: dict[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        cells = self.rows[CELLS]
        boxes = shapely.bounds(np.array([row.shape for row in cells.values()], dtype=object))
        sides = (boxes.reshape(-1, 4)[:, 2:] - boxes.reshape(-1, 4)[:, :2]).max(axis=1, initial=0)
        self._squares = Squares(max(float(np.median(sides)) if len(sides) else 0.0, 1.0))
        self._atoms_of = {name: set() for name in cells}
        self._codes = {}
        for row in (*cells.values(), *self.rows[ATOMS].values()):
            self._enter(row)

    def get(self, key: Key) -> Row | None:
        """Return a row, or None where there is none."""
        return self.rows.get(key.layer, {}).get(key.id)

    def cells_near(self, bounds: Sequence[float]) -> set[str]:
        """Return the ids of all cells that may meet a bounding box, and some more."""
        return self._squares.near(bounds)

    def atoms_of(self, cell_id: str) -> set[str]:
        """Return the ids of the atoms of a cell."""
        return self._atoms_of.get(cell_id, set())

    def cell_with_code(self, code: str) -> str | None:
        """Return the cell that has a code."""
        return self._codes.get(code)

    def fits(self, change: Change) -> bool:
        """Return whether everything a change takes away is there, and nothing it adds is."""
        taken = {row.key for row in change.before}
        return all(self.get(row.key) == row for row in change.before) and all(
            row.key in taken or self.get(row.key) is None for row in change.after
        )

    def apply(self, change: Change) -> None:
        """Put a change into effect.

        Raises
        ------
        EditError
            ``EDIT_STALE`` if the change was made from another state; nothing is changed then.
        """
        if not self.fits(change):
            what = f"{change.op} was made from another state of the grid"
            raise refusal(Code.STALE, what, at=", ".join(change.ids), remedy="edit again")
        kept = {row.key for row in change.after}
        for row in change.before:
            self._leave(row)
            if row.key not in kept:
                del self.rows[row.key.layer][row.key.id]
        for row in change.after:
            self.rows[row.key.layer][row.key.id] = row
            self._enter(row)

    def ordered(self, layer: str) -> Iterable[Row]:
        """Return the rows of a layer: by id, conflicts by rank as they came."""
        rows = self.rows[layer]
        return rows.values() if layer == CONFLICTS else (rows[name] for name in sorted(rows))

    def _enter(self, row: Row) -> None:
        if row.key.layer == CELLS:
            self._squares.add(row.key.id, row.shape)
            self._atoms_of.setdefault(row.key.id, set())
            if row.text("code"):
                self._codes[row.text("code")] = row.key.id
        elif row.key.layer == ATOMS:
            self._atoms_of.setdefault(row.text("cell_id"), set()).add(row.key.id)

    def _leave(self, row: Row) -> None:
        if row.key.layer == CELLS:
            self._squares.remove(row.key.id, row.shape)
            self._codes.pop(row.text("code"), None)
        elif row.key.layer == ATOMS:
            self._atoms_of[row.text("cell_id")].discard(row.key.id)
