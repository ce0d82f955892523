"""The way of a plan: draft, submitted, approved by every subdistrict it concerns, published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem, StateError
from onegrid.grids.edit.rows import CELLS
from onegrid.pipeline.plan_history import difference
from onegrid.store import plans, reviews
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from onegrid.store.audit import By

SUBMIT: Final = "submit"
APPROVE: Final = "approve"
RETURN: Final = "return"
PUBLISH: Final = "publish"
RETIRE: Final = "retire"
_WAY: Final = {  # step: from which state to which
    SUBMIT: (plans.DRAFT, plans.SUBMITTED),
    PUBLISH: (plans.APPROVED, plans.PUBLISHED),
    RETIRE: (plans.PUBLISHED, plans.RETIRED),
}


def concerned(connection: Connection, head: plans.PlanHead) -> list[str]:
    """Return the subdistricts whose cells a plan changes: all of them unless it is a branch."""
    if head.parent_id is None:
        cells = read_layer(connection, head.plan_id, CELLS).values()
        return sorted({row.text("subdistrict_id") for row in cells})
    changed = difference(connection, head.plan_id, 0)
    rows = (row for key, pair in changed.items() if key.layer == CELLS for row in pair)
    return sorted({row.text("subdistrict_id") for row in rows if row is not None})


def approved(connection: Connection, head: plans.PlanHead) -> set[str]:
    """Return the subdistricts that have approved a plan since it was submitted last."""
    found = set()
    for one in reviews.decisions(connection, head.plan_id):
        if one.step in (SUBMIT, RETURN):
            break
        if one.step == APPROVE and one.subdistrict_id is not None:
            found.add(one.subdistrict_id)
    return found


def step(connection: Connection, plan_id: str, name: str, *, base: int, by: By) -> None:
    """Submit, return, publish or retire a plan as it stands at a revision.

    The plan that was published before is retired.

    Raises
    ------
    StateError
        If the plan is in another state.
    StaleError
        If it has moved on.
    InputError
        ``PLAN_UNKNOWN``, or ``NOTHING_CHANGED`` for a branch without an edit.
    """
    head = plans.plan_head(connection, plan_id)
    was, to = _WAY.get(name, (head.status, plans.DRAFT))
    if name == RETURN and head.status not in (plans.SUBMITTED, plans.APPROVED):
        raise plans.not_in_state(head, plans.SUBMITTED)
    if name == SUBMIT and not concerned(connection, head):
        raise InputError(Problem("NOTHING_CHANGED", f"nothing was edited on {plan_id!r}"))
    plans.set_status(connection, plan_id, base=base, was=was, to=to)
    if name == PUBLISH:
        for other in plans.list_plans(connection):
            if other.status == plans.PUBLISHED and other.plan_id != plan_id:
                step(connection, other.plan_id, RETIRE, base=other.revision, by=by)
    reviews.add_decision(connection, plan_id, name, revision=base, by=by)


def approve(
    connection: Connection, plan_id: str, subdistricts: Collection[str], *, base: int, by: By
) -> list[str]:
    """Approve a plan for some subdistricts; return those that are still to do so.

    Raises
    ------
    StateError
        ``PLAN_STATE`` if it is not submitted, ``NOT_CONCERNED`` if it changes nothing there.
    StaleError
        If it has moved on.
    InputError
        ``PLAN_UNKNOWN``.
    """
    head = plans.plan_head(connection, plan_id)
    needed = concerned(connection, head)
    mine = sorted(set(needed) & set(subdistricts))
    # the row of the plan is locked first of all, for those who approve at the same time
    plans.set_status(connection, plan_id, base=base, was=plans.SUBMITTED, to=plans.SUBMITTED)
    if not mine:
        what = f"plan {plan_id!r} changes nothing there"
        raise StateError(Problem("NOT_CONCERNED", what))
    for name in mine:
        told = {"revision": base, "by": by, "subdistrict_id": name}
        reviews.add_decision(connection, plan_id, APPROVE, **told)  # type: ignore[arg-type]
    missing = sorted(set(needed) - approved(connection, head))
    if not missing:
        plans.set_status(connection, plan_id, base=base, was=plans.SUBMITTED, to=plans.APPROVED)
    return missing
