"""Prove what an edit has written, given that everything before it was a partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.cutting import union
from onegrid.grids.edit.refusal import Code, EditError, refusal
from onegrid.grids.edit.rows import ATOMS, CELLS, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft

_SAME_AREA_SHARE = 1e-6  # as the proof of a whole grid


def prove(draft: Draft) -> None:
    """Refuse a draft in which anything that changed is not a partition any more.

    Looked at: each changed cell and atom is one valid polygon, it shares every node with its
    neighbours and overlaps none, atoms tile their cell to the vertex, the ground as a whole is
    the same, and no cell is in another community than its ground was.

    Raises
    ------
    EditError
        ``EDIT_OVERLAP`` or ``EDIT_MULTIPART`` with the place.
    """
    cells = draft.reshaped()
    atoms = draft.written(ATOMS)
    for row in (*cells, *atoms):
        _sound(row)
    _edge_matched(draft.touched(), {row.key.id for row in cells})
    homes = sorted({row.key.id for row in cells} | {atom.text("cell_id") for atom in atoms})
    for cell_id in homes:  # the few cells of one edit
        _tiled(draft.cell(cell_id), draft.atoms_of(cell_id), reworked=cell_id in draft.reworked)
    _same_ground(draft, cells)


def _sound(row: Row) -> None:
    name = f"{row.key.layer.removesuffix('s')} {row.key.id}"
    if row.shape.geom_type != "Polygon":
        raise refusal(Code.MULTIPART, f"{name} would not be one part", at=_inside(row.shape))
    if not row.shape.is_valid:
        reason = shapely.is_valid_reason(row.shape)
        where = reason[reason.find("[") + 1 : reason.find("]")].split()
        at = (float(where[0]), float(where[1])) if len(where) == 2 else _inside(row.shape)  # noqa: PLR2004
        apart = reason.startswith(("Interior is disconnected", "Ring Self-intersection"))
        code = Code.MULTIPART if apart else Code.OVERLAP
        raise refusal(code, f"the border of {name} would cross itself", at=at)


def _edge_matched(cells: Sequence[Row], changed: set[str]) -> None:
    shapes = np.array([row.shape for row in cells], dtype=object)
    if shapely.coverage_is_valid(shapes):
        return
    raise _overlap(cells, shapes, [row.key.id in changed for row in cells])


def _overlap(rows: Sequence[Row], shapes: np.ndarray, changed: Sequence[bool]) -> EditError:
    faults = shapely.coverage_invalid_edges(shapes)
    found = [
        (not new, row.key.id, fault)
        for row, fault, new in zip(rows, faults, changed, strict=True)
        if fault is not None and not fault.is_empty
    ]
    _, name, fault = min(found, key=lambda item: item[:2])
    x, y = shapely.get_coordinates(fault)[0].tolist()
    what = f"the border of {name} would run over another one"
    return refusal(Code.OVERLAP, what, at=(x, y), remedy="keep clear of other borders")


def _tiled(cell: Row, atoms: Sequence[Row], *, reworked: bool) -> None:
    """Compare the atoms of a cell with it; new vertices alone cannot make them overlap."""
    shapes = np.array([atom.shape for atom in atoms], dtype=object)
    if reworked and not shapely.coverage_is_valid(shapes):
        raise _overlap(atoms, shapes, [True] * len(atoms))
    whole = union(shapes)
    if not _same_rings(whole, cell.shape):
        what = f"the atoms of cell {cell.key.id} would not add up to it"
        gap = shapely.symmetric_difference(whole, cell.shape)
        where = gap if not gap.is_empty else cell.shape
        raise refusal(Code.OVERLAP, what, at=_inside(where))


def _same_rings(a: shapely.Geometry, b: shapely.Geometry) -> bool:
    if a.geom_type != b.geom_type:
        return False
    return bool(shapely.normalize(a) == shapely.normalize(b))


def _same_ground(draft: Draft, cells: Sequence[Row]) -> None:
    """Compare the ground of each community before and after, over the cells that changed.

    Where communities move along it is the ground of all of them together.
    """
    grid_m = standards.number("grid_size_m")
    now = [row for row in cells if row.key.id in draft.reworked]
    was = [
        old
        for key in draft.written_keys(CELLS)
        if (old := draft.board.get(key)) is not None
        and (draft.get(key) is None or key.id in draft.reworked)
    ]
    column = "" if draft.with_parents else "community_id"
    for community in sorted({row.text(column) for row in (*now, *was)}):
        before = [row.shape for row in was if row.text(column) == community]
        after = [row.shape for row in now if row.text(column) == community]
        whose = f"community {community}" if community else "the grid"
        if not before or not after:
            what = f"the ground of {whose} would change"
            raise refusal(Code.OTHER_COMMUNITY, what)
        one, two = union(before), union(after)
        # nothing new on the outside, and no hair's gap inside: a cut bends the border it ends on by
        # less than a step of the grid
        nodes = shapely.points(shapely.get_coordinates(two))
        rim = shapely.boundary(one)
        shapely.prepare(rim)
        off = ~shapely.dwithin(rim, nodes, grid_m)
        if off.any():
            what = f"{whose} would gain or lose ground"
            raise refusal(Code.OVERLAP, what, at=nodes[off][0].coords[0])
        moved_m2 = abs(one.area - two.area)
        if moved_m2 > max(_SAME_AREA_SHARE * one.area, grid_m * one.length):
            what = f"{whose} would gain or lose ground"
            raise refusal(Code.OVERLAP, what, at=_inside(two))


def _inside(shape: shapely.Geometry) -> tuple[float, float]:
    point = shape.representative_point()
    return (point.x, point.y)
