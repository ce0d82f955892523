"""Edits of plans: saved, tried out, taken back, and those that nobody has saved yet."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from onegrid.grids.edit import read_edits
from onegrid.pipeline.plan_board import Ask
from onegrid.pipeline.plan_edits import Done
from onegrid.pipeline.plan_places import in_grid
from onegrid.store import plans, reviews
from onegrid_api.deps import Editor, OfficeDep, by
from onegrid_api.forms import ERRORS, EditsForm, RestoreForm, SavedAnswer, StepForm, UnsavedForm
from onegrid_api.routes.plans import PlanId
from onegrid_api.shown import Crs, saved, telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from onegrid_api.access import Who

router = APIRouter(prefix="/api/plans/{plan_id}", tags=["edits"], responses=ERRORS)


@router.post("/edits")
def edit(plan_id: PlanId, form: EditsForm, who: Editor, office: OfficeDep) -> SavedAnswer:
    """Save edits, all of them or none; every rule of the partition is checked again.

    A stale save is answered with 409: the revision that stands, who saved what since, the rows as
    they are now, and which of the edits go together with them.
    """
    ask = _ask(plan_id, form, office)
    note = by(who, form.note)
    return _saved(
        who, office, form.crs, lambda: office.desk.edit(ask, by=note, check=who.refuse_elsewhere)
    )


@router.post("/edits/try")
def try_out(plan_id: PlanId, form: EditsForm, who: Editor, office: OfficeDep) -> SavedAnswer:
    """Say what edits would change, and save nothing."""
    ask = _ask(plan_id, form, office)
    return _saved(
        who, office, form.crs, lambda: office.desk.try_out(ask, check=who.refuse_elsewhere)
    )


@router.post("/undo")
def undo(
    plan_id: PlanId, form: StepForm, who: Editor, office: OfficeDep, crs: Crs = "lonlat"
) -> SavedAnswer:
    """Take back one's own last save."""
    return _turn(plan_id, form, who, office, crs=crs, again=False)


@router.post("/redo")
def redo(
    plan_id: PlanId, form: StepForm, who: Editor, office: OfficeDep, crs: Crs = "lonlat"
) -> SavedAnswer:
    """Do again what was taken back last."""
    return _turn(plan_id, form, who, office, crs=crs, again=True)


@router.post("/restore")
def restore(
    plan_id: PlanId, form: RestoreForm, who: Editor, office: OfficeDep, crs: Crs = "lonlat"
) -> SavedAnswer:
    """Have an earlier revision back, as a new one."""
    note = by(who, form.note)
    return _saved(
        who,
        office,
        crs,
        lambda: office.desk.restore(
            plan_id, to=form.to, base=form.base_revision, by=note, check=who.refuse_elsewhere
        ),
    )


@router.get("/draft", response_model=None, responses={204: {"description": "nothing is drawn"}})
def read_draft(plan_id: PlanId, who: Editor, office: OfficeDep) -> dict[str, Any] | Response:
    """Return one's own edits that are drawn and not saved."""
    with office.workspace.reading() as connection:
        plans.plan_head(connection, plan_id)
        found = reviews.unsaved(connection, plan_id, who.name)
    return Response(status_code=204) if found is None else asdict(found)


@router.put("/draft", status_code=204)
def keep_draft(plan_id: PlanId, form: UnsavedForm, who: Editor, office: OfficeDep) -> None:
    """Keep one's edits that are drawn and not saved; they need not be right yet."""
    drawn = reviews.Unsaved(form.base_revision, form.edits, by(who).at)
    with office.workspace.writing() as connection:
        plans.plan_head(connection, plan_id)
        reviews.put_unsaved(connection, plan_id, who.name, drawn)


@router.delete("/draft", status_code=204)
def drop_draft(plan_id: PlanId, who: Editor, office: OfficeDep) -> None:
    """Forget one's edits that are drawn and not saved."""
    with office.workspace.writing() as connection:
        plans.plan_head(connection, plan_id)
        reviews.drop_unsaved(connection, plan_id, who.name)


def _ask(plan_id: str, form: EditsForm, office: OfficeDep) -> Ask:
    edits = read_edits({"edits": form.edits})
    drawn = form.crs == "lonlat"
    if drawn:
        placed = in_grid(edits, crs=f"EPSG:{office.workspace.srid}")
        edits = read_edits({"edits": [dict(edit.fields) for edit in placed]})
    return Ask(plan_id, form.base_revision, edits, merge=form.merge, drawn=drawn)


def _saved(who: Who, office: OfficeDep, crs: Crs, act: Callable[[], Done]) -> SavedAnswer:
    srid = office.workspace.srid
    with telling(who, crs=crs, srid=srid):
        done = act()
    changes = saved(who, done.changes, crs=crs, srid=srid)
    return SavedAnswer(revision=done.revision, changes=changes)


def _turn(
    plan_id: str, form: StepForm, who: Who, office: OfficeDep, *, crs: Crs, again: bool
) -> SavedAnswer:
    note = by(who, form.note)
    return _saved(
        who,
        office,
        crs,
        lambda: office.desk.undo(
            plan_id, base=form.base_revision, by=note, check=who.refuse_elsewhere, again=again
        ),
    )
