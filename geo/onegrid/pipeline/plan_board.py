"""One plan on the board: what is tried on it, and what somebody is told whose plan has moved on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from onegrid.errors import Problem, StaleError
from onegrid.grids.edit import EditError
from onegrid.grids.edit.rebase import rebase
from onegrid.grids.edit.rows import CELLS
from onegrid.pipeline.plan_history import since
from onegrid.pipeline.plan_places import snapped
from onegrid.store import plans

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Board, Change, Edit
    from onegrid.grids.edit.rebase import Clash, Rebased
    from onegrid.store.ground import BatchHead


@dataclass(frozen=True)
class Ask:
    """Edits of a plan, and the revision they were drawn on.

    ``merge`` saves them on a newer revision too, if all of them go together with it; ``drawn``
    says that they were drawn in lon/lat, so that a vertex is only met to within a centimetre.
    """

    plan_id: str
    base: int
    edits: Sequence[Edit]
    merge: bool = False
    drawn: bool = False


@dataclass
class OpenPlan:
    """One plan on the board; ``tried`` was applied to it and is not saved yet.

    ``doors`` are the batches of doors that its figures come from.
    """

    lock: Lock = field(default_factory=Lock)
    board: Board | None = None
    revision: int = -1
    doors: tuple[BatchHead, ...] = ()
    void: frozenset[str] = frozenset()
    tried: list[Change] = field(default_factory=list)

    def apply(self, changes: Sequence[Change]) -> None:
        """Try changes that were made before."""
        assert self.board is not None  # noqa: S101  (whoever holds it has opened it)
        for change in changes:
            self.board.apply(change)
            self.tried.append(change)

    def attempt(self, edits: Sequence[Edit], theirs: Sequence[Change] = ()) -> Rebased:
        """Try edits one by one; what others changed since their base is not overwritten."""
        assert self.board is not None  # noqa: S101  (as above)
        found = rebase(self.board, edits, theirs)
        self.tried += found.changes
        return found

    def take_back(self) -> None:
        """Bring the board to where it was before anything was tried."""
        tried, self.tried = self.tried, []
        assert self.board is not None  # noqa: S101  (as above)
        for change in reversed(tried):
            self.board.apply(change.inverse())

    def forget_tried(self) -> None:
        """Take back what was tried and not saved; open the plan anew where that cannot be."""
        if self.board is None:
            return
        try:
            self.take_back()
        except EditError:
            self.board = None


def perform(connection: Connection, held: OpenPlan, ask: Ask) -> plans.Asked:
    """Try edits on the board; refuse them as a whole if one is.

    Raises
    ------
    EditError
        The refusal, with the index of the edit.
    StaleError
        If the plan has moved on; ``state`` tells what changed since, and which of the edits go
        together with it.
    """
    edits = snapped(ask.edits, held.board) if ask.drawn and held.board else ask.edits
    if ask.base == held.revision:
        for clash in held.attempt(edits).clashes:
            raise _told(clash)
    else:
        theirs = plans.changes_since(connection, ask.plan_id, ask.base, until=held.revision)
        tried = held.attempt(edits, theirs)
        if tried.clashes or not ask.merge:
            raise _stale(connection, held, ask, tried)
    made = {row.key for change in held.tried for row in change.after if row.key.layer == CELLS}
    void = sorted(key.id for key in made if key.id in held.void)
    if void:
        what = f"the code {void[0]!r} was issued before and is void"
        raise EditError(Problem("EDIT_DUPLICATE_ID", what, remedy="give one never issued"))
    return plans.Asked(edits=[edit.fields for edit in edits])


def _told(clash: Clash) -> EditError:
    """Return why an edit is refused, with its index."""
    what = f"edits[{clash.index}] {clash.edit.op}: "
    return EditError(*(replace(p, what=what + p.what) for p in clash.error.problems))


def refuse_stale(connection: Connection, held: OpenPlan, plan_id: str, base: int) -> None:
    """Raise `StaleError`, with what changed since, unless a plan stands at a revision."""
    if base != held.revision:
        raise _stale(connection, held, Ask(plan_id, base, ()), None)


def _stale(connection: Connection, held: OpenPlan, ask: Ask, tried: Rebased | None) -> StaleError:
    """Return what somebody is told whose plan has moved on."""
    state: dict[str, Any] = since(connection, ask.plan_id, ask.base)
    if tried is not None:
        bad = {clash.index for clash in tried.clashes}
        state["fits"] = [index for index in range(len(ask.edits)) if index not in bad]
        state["clashes"] = [
            {"index": clash.index, "code": p.code, "what": p.what, "where": p.where}
            for clash in tried.clashes
            for p in clash.error.problems
        ]
    what = f"made from revision {ask.base} of {ask.plan_id!r}, which stands at {held.revision}"
    problem = Problem("STALE_REVISION", what, remedy="look at what changed, then save again")
    return StaleError(problem, revision=held.revision, state=state)
