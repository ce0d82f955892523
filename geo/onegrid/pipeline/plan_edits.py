"""Where plans of a workspace are edited: every save is proved, checked, and made from a revision.

A plan that somebody works on stays open between saves; what other processes saved meanwhile is
caught up with from the list of changes.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from onegrid.grids.lifecycle import VOID
from onegrid.pipeline.edit_history import CODES
from onegrid.pipeline.plan_board import Ask, OpenPlan, perform, refuse_stale
from onegrid.pipeline.plan_history import edits_of_branch, last_step
from onegrid.pipeline.plan_tables import opened_plan, recorded
from onegrid.store import plans
from onegrid.store.ground import PEOPLE, batches_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Change
    from onegrid.store import Workspace
    from onegrid.store.audit import By

    Check = Callable[[Sequence[Change]], None]

_KEPT_OPEN: Final = 8


@dataclass(frozen=True)
class Done:
    """A save: the revision that stands now, and what was changed."""

    revision: int
    changes: tuple[Change, ...]


class Desk:
    """Edits plans; one for each process. ``check`` may refuse changes before they are saved."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._open: dict[str, OpenPlan] = {}
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
            asked = perform(connection, held, ask)
            return _save(connection, held, ask.plan_id, by=by, check=check, asked=asked)

    def try_out(self, ask: Ask, *, check: Check) -> Done:
        """Say what edits would change, and save nothing; raises as `edit`."""
        with self._workspace.reading() as connection, self._held(connection, ask.plan_id) as held:
            perform(connection, held, ask)
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
            refuse_stale(connection, held, plan_id, base)
            last = last_step(plans.history(connection, plan_id), by.author, again=again)
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
            refuse_stale(connection, held, plan_id, base)
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
            refuse_stale(connection, held, plan_id, base)
            start, edits = edits_of_branch(connection, plan_id, branch)
            asked = perform(connection, held, Ask(plan_id, start, edits, merge=True))
            plans.retire(connection, branch)
            return _save(connection, held, plan_id, by=by, check=check, asked=asked)

    @contextmanager
    def _writing(self, plan_id: str) -> Iterator[tuple[Connection, OpenPlan]]:
        """Give a draft to be edited, by one at a time."""
        with self._slot(plan_id) as held:
            try:
                with self._workspace.writing() as connection:
                    head = plans.plan_head(connection, plan_id)
                    _refuse_unless_draft(head)
                    self._catch_up(connection, held, head)
                    yield connection, held
            except BaseException:
                held.forget_tried()
                raise
            held.tried = []
            held.revision += 1

    @contextmanager
    def _held(self, connection: Connection, plan_id: str) -> Iterator[OpenPlan]:
        """Give a plan to be looked at, by one at a time."""
        with self._slot(plan_id) as held:
            self._catch_up(connection, held, plans.plan_head(connection, plan_id))
            try:
                yield held
            finally:
                held.forget_tried()

    @contextmanager
    def _slot(self, plan_id: str) -> Iterator[OpenPlan]:
        with self._lock:
            held = self._open.pop(plan_id, None) or OpenPlan()
            self._open[plan_id] = held  # the last used last
            for old in list(self._open)[:-_KEPT_OPEN]:
                del self._open[old]
        with held.lock:
            yield held

    def _catch_up(self, connection: Connection, held: OpenPlan, head: plans.PlanHead) -> None:
        doors = tuple(batches_of(connection, head.plan_id, PEOPLE))
        if held.board is None or held.revision > head.revision or held.doors != doors:
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
        held.revision, held.doors = head.revision, doors


def _refuse_unless_draft(head: plans.PlanHead) -> None:
    if head.status != plans.DRAFT:
        raise plans.not_in_state(head, plans.DRAFT)


def _save(
    connection: Connection,
    held: OpenPlan,
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
