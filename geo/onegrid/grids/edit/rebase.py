"""Edits that were made from an older state, tried again on the state that stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from onegrid.grids.edit.plan import plan
from onegrid.grids.edit.refusal import Code, EditError, refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from onegrid.grids.edit.board import Board
    from onegrid.grids.edit.change import Change
    from onegrid.grids.edit.rows import Key, Row
    from onegrid.grids.edit.syntax import Edit

# follow from the shape and the doors inside: two edits may change them without a clash
_DERIVED: Final = frozenset({"households", "people", "elders_60", "area_m2", "workers_needed"})
_ROW: Final = ""  # stands for the row as a whole, where it is new or gone


@dataclass(frozen=True)
class Clash:
    """An edit that does not go together with what others did; ``index`` is its place."""

    index: int
    edit: Edit
    error: EditError


@dataclass(frozen=True)
class Rebased:
    """What could be done, in order, and what could not."""

    changes: tuple[Change, ...]
    clashes: tuple[Clash, ...]


def rebase(board: Board, edits: Iterable[Edit], theirs: Iterable[Change]) -> Rebased:
    """Try edits one by one on a board that others have changed since; apply those that fit.

    Borders merge by themselves: an edit names the vertices it means, and is refused where they have
    moved. An attribute that others set, or a row that they made, is not overwritten.

    Parameters
    ----------
    board
        The grid as it stands; what fits is applied to it.
    edits
        Edits in the order they were made.
    theirs
        What others changed since these edits' base, in order.
    """
    taken = {place for change in theirs for place in _touched(change)}
    changes, clashes = [], []
    for index, edit in enumerate(edits):
        try:
            change = plan(board, edit)
            _refuse_overwriting(change, taken)
        except EditError as error:
            clashes.append(Clash(index, edit, error))
        else:
            board.apply(change)
            changes.append(change)
    return Rebased(tuple(changes), tuple(clashes))


def _refuse_overwriting(change: Change, taken: set[tuple[Key, str]]) -> None:
    both = sorted(set(_touched(change)) & taken)
    if both:
        key, attribute = both[0]
        what = f"{key.layer} {key.id}: somebody else has changed {attribute or 'it'} since"
        raise refusal(Code.STALE, what, remedy="look at the present state and edit again")


def _touched(change: Change) -> Iterator[tuple[Key, str]]:
    """Give every attribute that a change sets, and every row that it makes or takes away."""
    before = {row.key: row for row in change.before}
    after = {row.key: row for row in change.after}
    for key in sorted({*before, *after}):
        old, new = before.get(key), after.get(key)
        if old is None or new is None:
            yield key, _ROW
        else:
            yield from ((key, name) for name in _different(old, new))


def _different(old: Row, new: Row) -> list[str]:
    names = sorted({*old.attributes, *new.attributes} - _DERIVED)
    return [name for name in names if old.attributes.get(name) != new.attributes.get(name)]
