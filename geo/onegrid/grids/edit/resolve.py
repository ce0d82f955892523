"""Settle a conflict: accept the border as it is, take a department's, or draw it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.cutting import halves, noded, union
from onegrid.grids.edit.drawn import ground_between
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.regroup import refuse_locked, regroup
from onegrid.grids.edit.rows import ATOMS, CELLS, CONFLICTS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.rings import Place

_STATUS = {"accept": "accepted", "take": "taken", "redraw": "redrawn"}
_FINAL = ("taken", "redrawn")


def resolve(
    draft: Draft, conflict_id: str, choice: str, *, department: str, line: Sequence[Place]
) -> Outcome:
    """Set a conflict's status, and move the ground that the choice moves.

    ``accept`` moves nothing. ``take`` moves the border to where the department drew it; where its
    lines are not known, the strip goes to the cell beyond it: the one in the same community with
    which it has the longest border. ``redraw`` cuts along `line` between the two and gives the
    cut-off piece at the border to the other side.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID`` for the conflict, or a department that is not part of it;
        ``EDIT_RESOLVED`` if ground was moved for it already; ``EDIT_NOT_ADJACENT`` where the strip
        lies inside a cell, so that there is no border to move; ``EDIT_OTHER_COMMUNITY`` for the
        border of a community; and what moving ground may refuse.
    """
    conflict = draft.get(Key(CONFLICTS, conflict_id))
    if conflict is None:
        what = f"no conflict {conflict_id!r}"
        raise refusal(Code.UNKNOWN_ID, what, remedy="use a conflict_id of layer conflicts")
    status = conflict.text("status")
    if status in _FINAL:
        what = f"conflict {conflict_id} is {status} already"
        raise refusal(Code.RESOLVED, what, remedy="undo that edit, or split and merge")
    if choice != "accept" and conflict.text("level") == "community":
        what = f"conflict {conflict_id} is about the border of a community"
        remedy = "accept it, or merge again with other communities"
        raise refusal(Code.OTHER_COMMUNITY, what, remedy=remedy)
    told = Outcome(())
    if choice == "take":
        told = _take(draft, conflict, department)
    elif choice == "redraw":
        told = _redraw(draft, conflict, line)
    draft.put(conflict.having(status=_STATUS[choice]))
    return Outcome((conflict_id, *told.ids), told.counts, told.remark)


def _take(draft: Draft, conflict: Row, department: str) -> Outcome:
    named = [name for name in conflict.text("departments").split(";") if name]
    if department not in named:
        what = f"department {department!r} has no part in conflict {conflict.key.id}"
        raise refusal(Code.UNKNOWN_ID, what, remedy=f"take {' or '.join(named)}")
    strip = _on_grid(conflict)
    moves, remark = _moves(draft, conflict, strip, (department, named))
    homes: dict[str, str] = {}
    for name, goal, ground in moves:
        refuse_locked(draft, [name, goal])
        cell = draft.cell(name)  # a cut of the one before may have put a junction on it
        atoms = _overlapping(draft.atoms_of(name), ground)
        pieces = noded(draft, atoms, shapely.intersection(shapely.boundary(ground), cell.shape))
        inner = shapely.point_on_surface(np.array([p.shape for p in pieces], dtype=object))
        taken = [
            p for p, inside in zip(pieces, shapely.intersects(ground, inner), strict=True) if inside
        ]
        homes |= {piece.key.id: goal for piece in taken}
        homes |= _crumbs(draft, cell, homes)
    ids = {a.text("cell_id") for i in homes if (a := draft.get(Key(ATOMS, i)))} | {*homes.values()}
    counts = regroup(draft, homes)
    return Outcome(tuple(sorted(ids)), counts, remark)


def _moves(
    draft: Draft, conflict: Row, strip: shapely.Geometry, who: tuple[str, Sequence[str]]
) -> tuple[list[tuple[str, str, shapely.Geometry]], str]:
    """Return which ground goes from which cell to which, and what a person should know.

    Where the lines of the department are known, its border is taken; else the whole strip goes to
    the cell beyond.
    """
    department, named = who
    drawn = draft.board.drawn.get(department)
    if drawn is None:
        found = [
            (cell.key.id, _beyond(draft, cell, strip).key.id, strip)
            for cell in _under(draft, strip)
        ]
        others = ", ".join(name for name in named if name != department)
        shared = f"the strip is drawn as {department} and {others} have it together"
        return found, shared if others else ""
    one, other = _sides(draft, conflict, strip)
    around = shapely.box(*shapely.total_bounds([strip, one.shape, other.shape]))
    lines = drawn.geometries.take(np.sort(drawn.query(around)))
    given, taken = ground_between(strip, (one.shape, other.shape), lines)
    ways = ((one, other, given), (other, one, taken))
    moves = [(a.key.id, b.key.id, ground) for a, b, ground in ways if not ground.is_empty]
    if not moves:
        what = f"{department} drew no other border between {one.key.id} and {other.key.id}"
        remedy = "accept the conflict, or redraw"
        raise refusal(
            Code.NOT_ADJACENT, what, at=strip.representative_point().coords[0], remedy=remedy
        )
    return moves, ""


def _sides(draft: Draft, conflict: Row, strip: shapely.Geometry) -> tuple[Row, Row]:
    """Return the two cells whose border is disputed: those named, else those it lies along now."""
    rows = [draft.get(Key(CELLS, name)) for name in conflict.text("between").split(";") if name]
    known = [row for row in rows if row is not None]
    if len(known) == 2:  # noqa: PLR2004  (a border has two sides)
        return known[0], known[1]
    cell = _under(draft, strip)[0]
    return cell, _beyond(draft, cell, strip)


def _on_grid(conflict: Row) -> shapely.Geometry:
    """Return the strip as valid ground on the 1 mm grid, free of what collapses there."""
    grid_m = standards.number("grid_size_m")
    strip = shapely.set_precision(shapely.make_valid(conflict.shape), grid_m)
    parts = shapely.get_parts(shapely.get_parts(strip))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return shapely.union_all(areas, grid_size=grid_m)


def _under(draft: Draft, strip: shapely.Geometry) -> list[Row]:
    """Return the cells a strip lies in, the one with most of it first."""
    least_m2 = standards.number("edit_piece_min_m2")
    if shapely.is_empty(strip):
        raise refusal(Code.UNKNOWN_ID, "the strip has no ground", remedy="accept the conflict")
    held = [
        (_overlap_m2(cell.shape, strip), cell)
        for cell in draft.cells_near(shapely.bounds(strip).tolist())
    ]
    found = sorted((-area, cell.key.id, cell) for area, cell in held if area >= least_m2)
    if not found:
        where = strip.representative_point()
        raise refusal(Code.UNKNOWN_ID, "the strip lies in no cell", at=(where.x, where.y))
    return [cell for _, _, cell in found]


def _overlapping(rows: Sequence[Row], ground: shapely.Geometry) -> list[Row]:
    """Return the rows that have more in common with some ground than a border."""
    shapes = np.array([row.shape for row in rows], dtype=object)
    shapely.prepare(ground)
    near = shapely.intersects(ground, shapes)
    near[near] = shapely.area(shapely.intersection(shapes[near], ground)) > 0
    return [row for row, overlaps in zip(rows, near, strict=True) if overlaps]


def _overlap_m2(a: shapely.Geometry, b: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(a, b)))


def _beyond(draft: Draft, cell: Row, strip: shapely.Geometry) -> Row:
    """Return the neighbour with which the strip in a cell has the longest border."""
    near_m = standards.number("sliver_width_m")
    inside = shapely.intersection(cell.shape, strip)
    rim = shapely.boundary(cell.shape)
    touching = shapely.intersection(rim, shapely.buffer(inside, near_m / 10))
    found: list[tuple[float, str, Row]] = []
    for other in draft.cells_near(shapely.bounds(inside).tolist()):
        same = other.text("community_id") == cell.text("community_id")
        if same and other.key != cell.key:
            shared_m = shapely.length(shapely.intersection(touching, shapely.boundary(other.shape)))
            found += [(-float(shared_m), other.key.id, other)] if shared_m > near_m else []
    if not found:
        what = f"the strip borders no other cell of its community than {cell.key.id}"
        where = inside.representative_point()
        remedy = "there is no border to move: split the cell, or accept"
        raise refusal(Code.NOT_ADJACENT, what, at=(where.x, where.y), remedy=remedy)
    return min(found)[-1]


def _crumbs(draft: Draft, cell: Row, homes: dict[str, str]) -> dict[str, str]:
    """Return the bits of a cell that the strip cuts off from it; they go with the strip."""
    gone = [
        i for i in homes if (a := draft.get(Key(ATOMS, i))) and a.text("cell_id") == cell.key.id
    ]
    left = [atom for atom in draft.atoms_of(cell.key.id) if atom.key.id not in gone]
    if not left or not gone:
        return {}
    rest = union([atom.shape for atom in left])
    if rest.geom_type == "Polygon":
        return {}
    least_m2 = standards.number("edit_crumb_m2")
    bits = [part for part in rest.geoms if part.area < least_m2]
    inner = [(atom.key.id, atom.shape.representative_point()) for atom in left]
    return {
        name: homes[gone[0]]
        for name, point in inner
        if any(shapely.intersects(bit, point) for bit in bits)
    }


def redrawable(draft: Draft, conflict: Row) -> tuple[Row, Row]:
    """Return the two cells whose border may be drawn anew: most of the strip lies in the first.

    Raises
    ------
    EditError
        Where the strip borders no other cell of its community, or one of the two is locked.
    """
    strip = _on_grid(conflict)
    cell = _under(draft, strip)[0]
    other = _beyond(draft, cell, strip)
    refuse_locked(draft, [cell.key.id, other.key.id])
    return cell, other


def _redraw(draft: Draft, conflict: Row, line: Sequence[Place]) -> Outcome:
    cell, other = redrawable(draft, conflict)
    giver, taker = (cell, other) if _cuts(cell, line) else (other, cell)
    sides = halves(draft, draft.atoms_of(giver.key.id), line, of=giver.key.id)
    grounds = [_ground(draft, side) for side in sides]
    rim = shapely.boundary(taker.shape)
    shared_m = [shapely.length(shapely.intersection(shapely.boundary(g), rim)) for g in grounds]
    touching = [i for i in (0, 1) if shared_m[i] > 0]
    if not touching:
        what = f"no piece of cell {giver.key.id} borders cell {taker.key.id}"
        raise refusal(Code.NOT_ADJACENT, what, at=line[0])
    piece = min(touching, key=lambda i: (grounds[i].area, i))
    counts = regroup(draft, dict.fromkeys(sides[piece], taker.key.id))
    return Outcome(tuple(sorted((giver.key.id, taker.key.id))), counts)


def _cuts(cell: Row, line: Sequence[Place]) -> bool:
    inside = shapely.intersection(shapely.LineString(line), cell.shape)
    along = shapely.intersection(inside, shapely.boundary(cell.shape))
    least_m = standards.number("sliver_width_m")
    return bool(shapely.length(inside) - shapely.length(along) > least_m)


def _ground(draft: Draft, names: Sequence[str]) -> shapely.Geometry:
    rows = [draft.get(Key(ATOMS, name)) for name in names]
    return union([row.shape for row in rows if row is not None])
