"""Who lives in a redrawn cell: counted at the doors, else shared by atoms, else by area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.cells import COUNTED
from onegrid.grids.edit.rows import ATOMS, CELLS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit.doors import Doors
    from onegrid.grids.edit.draft import Draft


def apportioned(total: int, weights: Sequence[float] | NDArray[np.float64]) -> list[int]:
    """Share a whole number in proportion to weights; the parts add up to it.

    What rounding leaves goes to the largest remainders, then to the first.

    Examples
    --------
    >>> apportioned(10, [1, 1, 1])
    [4, 3, 3]
    """
    weight = np.asarray(weights, dtype=np.float64)
    if weight.sum() <= 0:
        weight = np.ones(len(weight))
    exact = total * weight / weight.sum()
    parts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return [int(part) for part in parts]


def recount(draft: Draft, cell_ids: Iterable[str]) -> str:
    """Set the counts of cells whose ground or atoms changed; return where they come from.

    Without doors, the cells on the board share what they had among the atoms that are now pieces
    of them, so that nobody is lost. With doors, a neighbour that gains or loses a household on its
    border by the rule of the lowest id is corrected too.

    Returns
    -------
    source
        ``points``, ``atoms``, ``area``, or nothing where no cell had to be shared.
    """
    ids = sorted(set(cell_ids))
    if draft.board.doors is not None:
        _from_doors(draft, draft.board.doors, ids)
        return "points"
    return _from_atoms(draft, ids)


def _from_atoms(draft: Draft, ids: Sequence[str]) -> str:
    pieces = [(cell_id, atom) for cell_id in ids for atom in draft.atoms_of(cell_id)]
    by_old: dict[str, list[tuple[str, Row]]] = {}
    for cell_id, atom in pieces:
        origin = draft.board.rows[ATOMS][draft.origin.get(atom.key.id, atom.key.id)]
        by_old.setdefault(origin.text("cell_id"), []).append((cell_id, atom))
    totals = {cell_id: dict.fromkeys(COUNTED, 0) for cell_id in ids}
    source = ""
    for old_id, parts in sorted(by_old.items()):
        old = draft.board.rows[CELLS][old_id]
        weights = np.array([atom.count("households") for _, atom in parts], dtype=np.float64)
        origins = {draft.origin.get(atom.key.id, atom.key.id) for _, atom in parts}
        populated = weights.sum() > 0
        if len({cell_id for cell_id, _ in parts}) > 1:
            by_atoms = populated and len(origins) > 1
            source = "area" if source == "area" or not by_atoms else "atoms"
        if not populated:
            weights = shapely.area(np.array([atom.shape for _, atom in parts], dtype=object))
        for column in COUNTED:
            for (cell_id, _), count in zip(
                parts, apportioned(old.count(column), weights), strict=True
            ):
                totals[cell_id][column] += count
    for cell_id, counts in totals.items():
        draft.put(draft.cell(cell_id).having(**counts))
    return source


def _from_doors(draft: Draft, doors: Doors, ids: Sequence[str]) -> None:
    now = [draft.cell(cell_id) for cell_id in ids]
    was = [row for i in ids if (row := draft.board.get(Key(CELLS, i))) is not None]
    shapes = np.array([row.shape for row in (*now, *was)], dtype=object)
    inside = doors.inside(shapes)
    near = draft.cells_near(shapely.total_bounds(shapes))
    counted = doors.counted(inside, np.array([row.shape for row in near], dtype=object))
    before = _neighbours_before(draft, doors, inside, shapes)
    for row, counts in zip(near, counted.tolist(), strict=True):
        if row.key.id in ids:
            draft.put(row.having(**dict(zip(COUNTED, counts, strict=True))))
            _count_atoms(draft, doors, row, near)
            continue
        shift = [a - b for a, b in zip(counts, before.get(row.key.id, counts), strict=True)]
        if any(shift):
            told = zip(COUNTED, shift, strict=True)
            draft.put(row.having(**{name: max(0, row.count(name) + n) for name, n in told}))


def _neighbours_before(
    draft: Draft, doors: Doors, inside: NDArray[np.int64], shapes: NDArray[np.object_]
) -> dict[str, list[int]]:
    """Return what each cell on the board had of the same doors."""
    names = sorted(draft.board.cells_near(shapely.total_bounds(shapes)))
    cells = [draft.board.rows[CELLS][name] for name in names]
    if not cells:
        return {}
    counted = doors.counted(inside, np.array([row.shape for row in cells], dtype=object))
    return dict(zip(names, counted.tolist(), strict=True))


def _count_atoms(draft: Draft, doors: Doors, cell: Row, near: Sequence[Row]) -> None:
    """Give the households of a cell to the first of its atoms they touch."""
    shapes = np.array([row.shape for row in near], dtype=object)
    inside = doors.inside(np.array([cell.shape], dtype=object))
    own = [row.key.id for row in near].index(cell.key.id)
    inside = inside[doors.owners(inside, shapes) == own]
    atoms = draft.atoms_of(cell.key.id)
    counted = doors.counted(inside, np.array([atom.shape for atom in atoms], dtype=object))
    for atom, counts in zip(atoms, counted.tolist(), strict=True):
        draft.put(atom.having(households=counts[0]))
