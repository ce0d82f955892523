"""Where plans of a workspace are edited: every save is proved, checked, and made from a revision.

A plan that somebody works on stays open between saves; what other processes saved meanwhile is
caught up with from the list of changes.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from onegrid.errors import Problem, StaleError, StateError
from onegrid.grids.edit import EditError
from onegrid.grids.edit.rebase import rebase
from onegrid.grids.edit.rows import CELLS
from onegrid.grids.lifecycle import VOID
from onegrid.pipeline.edit_history import CODES
from onegrid.pipeline.plan_history import edits_of_branch, since, undo_and_redo
from onegrid.pipeline.plan_places import snapped
from onegrid.pipeline.plan_tables import opened_plan, recorded
from onegrid.store import plans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Board, Change, Edit
    from onegrid.grids.edit.rebase import Clash, Rebased
    from onegrid.store import Workspace
    from onegrid.store.audit import By

    Check = Callable[[Sequence[Change]], None]

_KEPT_OPEN: Final = 8


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


@dataclass(frozen=True)
class Done:
    """A save: the revision that stands now, and what was changed."""

    revision: int
    changes: tuple[Change, ...]


@dataclass
class _Open:
    """One plan on the board; ``tried`` was applied to it and is not saved yet."""

    lock: Lock = field(default_factory=Lock)
    board: Board | None = None
    revision: int = -1
    void: frozenset[str] = frozenset()
    tried: list[Change] = field(default_factory=list)

    def apply(self, changes: Sequence[Change]) -> None:
        assert self.board is not None  # noqa: S101  (whoever holds it has opened it)
        for change in changes:
            self.board.apply(change)
            self.tried.append(change)

    def attempt(self, edits: Sequence[Edit], theirs: Sequence[Change] = ()) -> Rebased:
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


class Desk:
    """Edits plans; one for each process. ``check`` may refuse changes before they are saved."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: dict[str, _Open] = {}
        self._lock = Lock()

    def edit(self, ask: Ask, *, by: By, check: Check) -> Done:
        """Save edits, all of them or none.

        Raises
        ------
        EditError
            The refusal, with the index of the edit.
        StaleError
            If the plan has moved on; ``state`` tells what changed since, and which of the edits
            go together with it.
        StateError
            ``PLAN_NOT_DRAFT``.
        """
        with self._writing(ask.plan_id) as (connection, held):
            asked = _perform(connection, held, ask)
            return _save(connection, held, ask.plan_id, by=by, check=check, asked=asked)

    def try_out(self, ask: Ask, *, check: Check) -> Done:
        """Say what edits would change, and save nothing; raises as `edit`."""
        with self._workspace.reading() as connection, self._held(connection, ask.plan_id) as held:
            _perform(connection, held, ask)
            changes = tuple(held.tried)
            held.take_back()
            check(changes)
            return Done(held.revision, changes)

    def undo(self, plan_id: str, *, base: int, by: By, check: Check, again: bool = False) -> Done:
        """Take back one's own last save, or do ``again`` what was taken back last: a new save.

        Raises
        ------
        StateError
            ``NOTHING_TO_UNDO``, or ``UNDO_OTHERS`` if somebody else has saved since.
        StaleError
            If the plan has moved on.
        """
        with self._writing(plan_id) as (connection, held):
            _refuse_stale(connection, held, plan_id, base)
            saved = {one.revision: one for one in plans.history(connection, plan_id)}
            stacks = undo_and_redo(sorted(saved.values(), key=lambda one: one.revision))
            if not stacks[again]:
                raise StateError(Problem("NOTHING_TO_UNDO", "there is nothing to take back"))
            last = saved[stacks[again][-1]]
            if last.author != by.author:
                what = f"revision {last.revision} is of {last.author}"
                raise StateError(Problem("UNDO_OTHERS", what, remedy="ask them, or restore"))
            made = plans.changes_since(connection, plan_id, last.revision - 1, until=last.revision)
            held.apply([change.inverse() for change in reversed(made)])
            edits = plans.edits_of(connection, plan_id).get(last.takes_back or 0)
            asked = plans.Asked(edits if again else None, last.revision)
            return _save(connection, held, plan_id, by=by, check=check, asked=asked)

    def restore(self, plan_id: str, *, to: int, base: int, by: By, check: Check) -> Done:
        """Save a plan as it was at an earlier revision, as a new one.

        Raises
        ------
        InputError
            ``REVISION_UNKNOWN``.
        StaleError
            If the plan has moved on.
        """
        with self._writing(plan_id) as (connection, held):
            _refuse_stale(connection, held, plan_id, base)
            made = plans.changes_since(connection, plan_id, to, until=base)
            held.apply([change.inverse() for change in reversed(made)])
            return _save(connection, held, plan_id, by=by, check=check)

    def take(self, plan_id: str, *, branch: str, base: int, by: By, check: Check) -> Done:
        """Save on a plan what was edited on a branch of it; the branch is retired.

        Raises
        ------
        StaleError
            If the plan has moved on from `base`, or the branch does not go together with what was
            saved on the plan since; ``state`` tells which edits do not.
        StateError
            ``NOT_A_BRANCH``, or ``BRANCH_RESTORED``: it was set back to a state, not edited.
        """
        with self._writing(plan_id) as (connection, held):
            _refuse_stale(connection, held, plan_id, base)
            start, edits = edits_of_branch(connection, plan_id, branch)
            asked = _perform(connection, held, Ask(plan_id, start, edits, merge=True))
            plans.retire(connection, branch)
            return _save(connection, held, plan_id, by=by, check=check, asked=asked)

    @contextmanager
    def _writing(self, plan_id: str) -> Iterator[tuple[Connection, _Open]]:
        """Give a draft to be edited, by one at a time."""
        with self._slot(plan_id) as held:
            try:
                with self._workspace.writing() as connection:
                    head = plans.plan_head(connection, plan_id)
                    _refuse_unless_draft(head)
                    self._catch_up(connection, held, head)
                    yield connection, held
            except BaseException:
                _forget_tried(held)
                raise
            held.tried = []
            held.revision += 1

    @contextmanager
    def _held(self, connection: Connection, plan_id: str) -> Iterator[_Open]:
        """Give a plan to be looked at, by one at a time."""
        with self._slot(plan_id) as held:
            self._catch_up(connection, held, plans.plan_head(connection, plan_id))
            try:
                yield held
            finally:
                _forget_tried(held)

    @contextmanager
    def _slot(self, plan_id: str) -> Iterator[_Open]:
        with self._lock:
            held = self._open.pop(plan_id, None) or _Open()
            self._open[plan_id] = held  # the last used last
            for old in list(self._open)[:-_KEPT_OPEN]:
                del self._open[old]
        with held.lock:
            yield held

    def _catch_up(self, connection: Connection, held: _Open, head: plans.PlanHead) -> None:
        if held.board is None or held.revision > head.revision:
            record = recorded(connection, head.plan_id)
            srid = self._workspace.srid
            held.board = opened_plan(connection, head.plan_id, srid=srid, record=record).board
            codes = record.get(CODES)
            gone = [] if codes is None else codes.loc[codes["status"] == VOID, "code"]
            held.void = frozenset(map(str, gone))
        else:
            missed = plans.changes_since(
                connection, head.plan_id, held.revision, until=head.revision
            )
            for change in missed:
                held.board.apply(change)
        held.revision = head.revision


def _refuse_unless_draft(head: plans.PlanHead) -> None:
    if head.status != plans.DRAFT:
        raise plans.not_in_state(head, plans.DRAFT)


def _perform(connection: Connection, held: _Open, ask: Ask) -> plans.Asked:
    """Try edits on the board; refuse them as a whole if one is."""
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


def _refuse_stale(connection: Connection, held: _Open, plan_id: str, base: int) -> None:
    if base != held.revision:
        raise _stale(connection, held, Ask(plan_id, base, ()), None)


def _stale(connection: Connection, held: _Open, ask: Ask, tried: Rebased | None) -> StaleError:
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


def _save(
    connection: Connection,
    held: _Open,
    plan_id: str,
    *,
    by: By,
    check: Check,
    asked: plans.Asked | None = None,
) -> Done:
    changes = tuple(held.tried)
    check(changes)
    how = asked or plans.Asked()
    made = plans.save(connection, plan_id, changes, base=held.revision, by=by, asked=how)
    return Done(made, changes)


def _forget_tried(held: _Open) -> None:
    """Take back what was tried and not saved; open the plan anew where that cannot be."""
    if held.board is None:
        return
    try:
        held.take_back()
    except EditError:
        held.board = None
