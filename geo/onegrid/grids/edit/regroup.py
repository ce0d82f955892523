"""Give atoms to other cells and make these cells anew from their atoms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.edit.counts import recount
from onegrid.grids.edit.cutting import union
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rows import ATOMS, CELLS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onegrid.grids.edit.draft import Draft


def regroup(draft: Draft, homes: Mapping[str, str], *, made: Sequence[Row] = ()) -> str:
    """Put each atom of `homes` into its cell and rebuild every cell concerned.

    A cell left without atoms is taken out. Rows in `made` are the attributes of new cells.

    Returns
    -------
    source
        Where the counts come from, as `recount` says.

    Raises
    ------
    EditError
        ``EDIT_LOCKED``, or ``EDIT_MULTIPART`` where a cell would not be one part.
    """
    models = {row.key.id: row for row in made}
    concerned = set(homes.values())
    for name, cell_id in homes.items():
        atom = draft.get(Key(ATOMS, name))
        if atom is not None:
            concerned.add(atom.text("cell_id"))
            draft.put(atom.having(cell_id=cell_id))
    refuse_locked(draft, sorted(concerned))
    kept = []
    for cell_id in sorted(concerned):
        atoms = draft.atoms_of(cell_id)
        if not atoms:
            draft.drop(Key(CELLS, cell_id))
            continue
        shape = union([atom.shape for atom in atoms])
        if shape.geom_type != "Polygon":
            what = f"cell {cell_id} would fall into {len(shape.geoms)} parts"
            remedy = "leave a border in common, more than a corner"
            raise refusal(Code.MULTIPART, what, at=_smallest(shape), remedy=remedy)
        draft.put((models.get(cell_id) or draft.cell(cell_id)).shaped(shape))
        draft.touch(shape.bounds)
        draft.reworked.add(cell_id)
        kept.append(cell_id)
    return recount(draft, kept)


def refuse_locked(draft: Draft, cell_ids: Sequence[str]) -> None:
    """Refuse with ``EDIT_LOCKED`` if one of some cells is locked on the board."""
    rows = [draft.board.get(Key(CELLS, cell_id)) for cell_id in cell_ids]
    locked = [row.key.id for row in rows if row is not None and row.attributes.get("locked")]
    if locked:
        what = f"cell {', '.join(locked)} is locked"
        raise refusal(Code.LOCKED, what, remedy="unlock it first")


def refuse_taken(draft: Draft, new_ids: Sequence[str], *, gone: Sequence[str]) -> None:
    """Refuse with ``EDIT_DUPLICATE_ID`` an id or code in use; those of `gone` become free."""
    if len(set(new_ids)) < len(new_ids):
        twice = sorted({i for i in new_ids if list(new_ids).count(i) > 1})
        raise refusal(Code.DUPLICATE_ID, f"id {', '.join(twice)} is given twice")
    for name in new_ids:
        holder = name if draft.get(Key(CELLS, name)) else draft.board.cell_with_code(name)
        if holder is not None and holder not in gone:
            what = f"id {name!r} is taken by cell {holder}"
            raise refusal(Code.DUPLICATE_ID, what, remedy="give an id that no cell has")


def new_cell(model: Row, cell_id: str, *, name: str) -> Row:
    """Return a cell with the attributes of another one; its id is its code unless it keeps both."""
    code = model.text("code") if cell_id == model.key.id else cell_id
    return Row(
        Key(CELLS, cell_id),
        {**model.attributes, "code": code, "name": name, "locked": False},
        model.shape,
    )


def _smallest(shape: Row | object) -> tuple[float, float]:
    parts = sorted(getattr(shape, "geoms", [shape]), key=lambda part: part.area)
    inner = parts[0].representative_point()
    return (inner.x, inner.y)
