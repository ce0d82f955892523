"""What was done to a plan: what could be taken back, what changed since, what a branch edited."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from onegrid.errors import InputError, Problem, StateError
from onegrid.grids.edit import Edit
from onegrid.store import plans
from onegrid.store.rows import net_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from onegrid.grids.edit import Key, Row


def undo_and_redo(saved: Sequence[plans.Saved]) -> tuple[list[int], list[int]]:
    """Return the revisions that could be taken back, and those that took back, the next one last.

    Parameters
    ----------
    saved
        Revisions of a plan, the oldest first.

    Examples
    --------
    >>> def made(revision, takes_back=None):
    ...     return plans.Saved(revision, "", "", "", (), takes_back)
    >>> undo_and_redo([made(1), made(2), made(3, takes_back=2)])
    ([1], [3])
    >>> undo_and_redo([made(1), made(2, takes_back=1), made(3, takes_back=2)])
    ([3], [])
    """
    undo: list[int] = []
    redo: list[int] = []
    for one in saved:
        if one.takes_back is None:
            undo.append(one.revision)
            redo.clear()
        elif undo and undo[-1] == one.takes_back:
            undo.pop()
            redo.append(one.revision)
        else:
            redo.pop()
            undo.append(one.revision)
    return undo, redo


def last_step(saved: Sequence[plans.Saved], author: str, *, again: bool) -> plans.Saved:
    """Return the save that somebody takes back, or does ``again``: the last, if it is theirs.

    Raises
    ------
    StateError
        ``NOTHING_TO_UNDO``, or ``UNDO_OTHERS`` if somebody else has saved since.
    """
    by_revision = {one.revision: one for one in sorted(saved, key=lambda one: one.revision)}
    stack = undo_and_redo(list(by_revision.values()))[again]
    if not stack:
        raise StateError(Problem("NOTHING_TO_UNDO", "there is nothing to take back"))
    last = by_revision[stack[-1]]
    if last.author != author:
        what = f"revision {last.revision} is of {last.author}"
        raise StateError(Problem("UNDO_OTHERS", what, remedy="ask them, or restore"))
    return last


def since(connection: Connection, plan_id: str, revision: int) -> dict[str, Any]:
    """Return the saves after a revision, and the rows they changed (`Row`) as they stand now.

    Raises
    ------
    InputError
        ``REVISION_UNKNOWN``.
    """
    rows = difference(connection, plan_id, revision)
    saved = plans.history(connection, plan_id)
    return {
        "saved": [asdict(one) for one in saved if one.revision > revision],
        "rows": [after for _, after in rows.values() if after is not None],
        "gone": [f"{key.layer}/{key.id}" for key, (_, after) in rows.items() if after is None],
    }


def difference(
    connection: Connection, plan_id: str, old: int, new: int | None = None
) -> dict[Key, tuple[Row | None, Row | None]]:
    """Return every row that differs between two revisions of a plan, before and after, by key.

    Raises
    ------
    InputError
        ``REVISION_UNKNOWN``.
    """
    if new is not None and new < old:
        turned = difference(connection, plan_id, new, old)
        return {key: (after, before) for key, (before, after) in turned.items()}
    found = net_of(plans.changes_since(connection, plan_id, old, until=new))
    return {key: pair for key, pair in sorted(found.items()) if pair[0] != pair[1]}


def edits_of_branch(connection: Connection, plan_id: str, branch: str) -> tuple[int, list[Edit]]:
    """Return the revision of a plan that a branch starts from, and what was edited since.

    Raises
    ------
    StateError
        ``NOT_A_BRANCH``, or ``BRANCH_RESTORED``: it was set back to a state, not edited.
    InputError
        ``PLAN_UNKNOWN``, or ``NOTHING_TO_TAKE``.
    """
    head = plans.plan_head(connection, branch)
    if head.parent_id != plan_id or head.parent_revision is None:
        what = f"{branch!r} is no branch of {plan_id!r}"
        raise StateError(Problem("NOT_A_BRANCH", what))
    saved = sorted(plans.history(connection, branch), key=lambda one: one.revision)
    asked = plans.edits_of(connection, branch)
    edits: list[Edit] = []
    for revision in undo_and_redo(saved)[0]:
        found = asked[revision]
        if found is None:
            what = f"revision {revision} of {branch!r} was restored, not edited"
            raise StateError(Problem("BRANCH_RESTORED", what, remedy="undo it, or draw it again"))
        edits += [Edit(str(edit["op"]), edit) for edit in found]
    if not edits:
        raise InputError(Problem("NOTHING_TO_TAKE", f"nothing was edited on {branch!r}"))
    return head.parent_revision, edits
