"""Plans: which there are, how they came about, what differs, branches."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from onegrid.pipeline.plan_history import difference
from onegrid.pipeline.plan_tables import branch as make_branch
from onegrid.store import plans
from onegrid_api.deps import (
    Anybody,
    Brancher,
    Editor,
    OfficeDep,
    PageDep,
    Reader,
    VersionDep,
    by,
)
from onegrid_api.forms import (
    ERRORS,
    BranchForm,
    Listing,
    PlanAnswer,
    PlanListing,
    SavedAnswer,
    TakeForm,
)
from onegrid_api.shown import Crs, features, hidden_elsewhere, saved, telling

router = APIRouter(prefix="/api/plans", tags=["plans"], responses=ERRORS)
PlanId = Annotated[str, Path(max_length=100)]


@router.get("")
def list_plans(
    who: Anybody,
    office: OfficeDep,
    page: PageDep,
    status: Annotated[str | None, Query(max_length=20)] = None,
) -> PlanListing:
    """Return the plans; those who are not logged in see the published one."""
    with office.workspace.reading() as connection:
        found = plans.list_plans(connection)
    wanted = {plans.PUBLISHED} if not who.may("read") else {status or one.status for one in found}
    told = [_told(one, office) for one in found if one.status in wanted]
    return PlanListing.model_validate(page.of(told))


@router.get("/{plan_id}")
def read_plan(plan_id: PlanId, who: Reader, office: OfficeDep, version: VersionDep) -> PlanAnswer:
    """Return a plan."""
    del who
    with office.workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
    version.is_of(head)
    return _told(head, office)


@router.get("/{plan_id}/history")
def history(
    plan_id: PlanId, who: Reader, office: OfficeDep, page: PageDep, version: VersionDep
) -> Listing:
    """Return the revisions of a plan, the newest first."""
    del who
    with office.workspace.reading() as connection:
        version.is_of(plans.plan_head(connection, plan_id).revision)
        found = plans.history(connection, plan_id)
    return Listing.model_validate(page.of([asdict(one) for one in found]))


@router.get("/{plan_id}/diff")
def diff(  # noqa: PLR0913, PLR0917  (a request)
    plan_id: PlanId,
    who: Reader,
    office: OfficeDep,
    page: PageDep,
    old: Annotated[int, Query(ge=0, le=2**31 - 1, alias="from")] = 0,
    new: Annotated[int | None, Query(ge=0, le=2**31 - 1, alias="to")] = None,
    crs: Crs = "lonlat",
) -> Listing:
    """Return the rows that differ between two revisions: before and after, null where none."""
    with office.workspace.reading() as connection:
        found = difference(connection, plan_id, old, new)
    srid = office.workspace.srid
    told = []
    for key, pair in list(found.items())[page.rows]:
        shown: list[Any] = [
            features(hidden_elsewhere(who, [row]), crs=crs, srid=srid)[0] if row else None
            for row in pair
        ]
        told.append({"layer": key.layer, "id": key.id, "before": shown[0], "after": shown[1]})
    return Listing(total=len(found), items=told, next=page.next(len(found)))


@router.post("/{plan_id}/branches", status_code=201)
def branch(plan_id: PlanId, form: BranchForm, who: Brancher, office: OfficeDep) -> PlanAnswer:
    """Copy a plan as it stands, to try something out on the copy."""
    with office.workspace.writing() as connection:
        make_branch(connection, plan_id, to=form.plan_id, name=form.name, by=by(who))
        head = plans.plan_head(connection, form.plan_id)
    return _told(head, office)


@router.post("/{plan_id}/take")
def take(
    plan_id: PlanId, form: TakeForm, who: Editor, office: OfficeDep, crs: Crs = "lonlat"
) -> SavedAnswer:
    """Save on a plan what was edited on a branch of it, if it goes together."""
    srid = office.workspace.srid
    with telling(who, crs=crs, srid=srid):
        done = office.desk.take(
            plan_id,
            branch=form.branch,
            base=form.base_revision,
            by=by(who, form.note),
            check=who.refuse_elsewhere,
        )
    changes = saved(who, done.changes, crs=crs, srid=srid)
    return SavedAnswer(revision=done.revision, changes=changes)


def _told(head: plans.PlanHead, office: OfficeDep) -> PlanAnswer:
    return PlanAnswer.model_validate({**asdict(head), "epsg": office.workspace.srid})
