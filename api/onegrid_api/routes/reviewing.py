"""The way of a plan from draft to published."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter

from onegrid.errors import AccessError, Problem
from onegrid.grids.edit import Change
from onegrid.pipeline import plan_review
from onegrid.pipeline.plan_history import difference
from onegrid.store import plans, reviews
from onegrid_api.deps import May, OfficeDep, Reader, Submitter, by
from onegrid_api.forms import ERRORS, ReviewAnswer, ReviewForm
from onegrid_api.routes.plans import PlanId

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.access import Action, Who

router = APIRouter(prefix="/api/plans/{plan_id}/reviews", tags=["review"], responses=ERRORS)
_NEEDED: Final[dict[str, Action]] = {
    plan_review.SUBMIT: "submit",
    plan_review.RETURN: "approve",
    plan_review.APPROVE: "approve",
    plan_review.PUBLISH: "publish",
    plan_review.RETIRE: "publish",
}


@router.get("")
def read_reviews(plan_id: PlanId, who: Reader, office: OfficeDep) -> ReviewAnswer:
    """Return where a plan stands: who has to approve it, who has, and what was decided."""
    del who
    with office.workspace.reading() as connection:
        return _standing(connection, plan_id)


@router.post("")
def review(plan_id: PlanId, form: ReviewForm, who: Submitter, office: OfficeDep) -> ReviewAnswer:
    """Submit a plan, send it back, approve it for one's subdistricts, publish or retire it."""
    planner_returns = form.step == plan_review.RETURN and who.may("publish")
    if not planner_returns:
        May(_NEEDED[form.step]).let_in(who)
    note, base = by(who, form.note), form.base_revision
    with office.workspace.writing() as connection:
        if form.step == plan_review.APPROVE:
            asked = _own(connection, plan_id, who, form.subdistricts)
            plan_review.approve(connection, plan_id, asked, base=base, by=note)
        else:
            _refuse_elsewhere(connection, plan_id, who, form.step)
            plan_review.step(connection, plan_id, form.step, base=base, by=note)
        return _standing(connection, plan_id)


def _own(
    connection: Connection, plan_id: str, who: Who, subdistricts: list[str] | None
) -> list[str]:
    """Return the subdistricts to approve for: those asked, all of them one's own."""
    needed = plan_review.concerned(connection, plans.plan_head(connection, plan_id))
    asked = [name for name in needed if who.covers(name)] if subdistricts is None else subdistricts
    foreign = [name for name in asked if not who.covers(name)]
    if foreign or not asked:
        what = f"subdistrict {foreign[0]} is not yours" if foreign else "none of it is in your area"
        raise AccessError(Problem("OTHER_AREA", what))
    return asked


def _refuse_elsewhere(connection: Connection, plan_id: str, who: Who, step: str) -> None:
    """Raise unless a plan is about one's area; what is published is for the whole district."""
    if who.everywhere:
        return
    if step in (plan_review.PUBLISH, plan_review.RETIRE):
        raise AccessError(Problem("OTHER_AREA", "a plan is published for the whole district"))
    if step == plan_review.RETURN:
        _own(connection, plan_id, who, None)
    elif plans.plan_head(connection, plan_id).parent_id is None:
        raise AccessError(Problem("OTHER_AREA", "the plan is of the whole district"))
    else:
        _refuse_foreign_cells(connection, plan_id, who)


def _refuse_foreign_cells(connection: Connection, plan_id: str, who: Who) -> None:
    """Raise if a branch changes a cell that is not in one's area, all in all."""
    rows = difference(connection, plan_id, 0).values()
    before = tuple(old for old, _ in rows if old is not None)
    after = tuple(new for _, new in rows if new is not None)
    who.refuse_elsewhere([Change("", (), before, after)])


def _standing(connection: Connection, plan_id: str) -> ReviewAnswer:
    head = plans.plan_head(connection, plan_id)
    return ReviewAnswer(
        status=head.status,
        concerned=plan_review.concerned(connection, head),
        approved=sorted(plan_review.approved(connection, head)),
        decisions=[asdict(one) for one in reviews.decisions(connection, plan_id)],
    )
