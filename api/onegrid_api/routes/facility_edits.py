"""The facilities of a plan: read, edited one by one, taken back; and what a plan is made from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import numpy as np
import pandas as pd
import shapely
from fastapi import APIRouter, Query

from onegrid.errors import AccessError, Problem
from onegrid.grids.locate import locate
from onegrid.maps.geojson import feature_collection
from onegrid.pipeline.facility_edits import SAID, Done, edit, frame_of, undo
from onegrid.store import facilities, plans
from onegrid.store.ground import DEPARTMENT, FACILITIES, PEOPLE, batches_of
from onegrid_api.deps import Editor, OfficeDep, PageDep, Reader, VersionDep, by
from onegrid_api.facility_forms import (
    DepartmentGrid,
    FacilitiesSaved,
    FacilityChange,
    FacilityEditsForm,
    FacilityPage,
    GroundAnswer,
    Imported,
)
from onegrid_api.forms import ERRORS, Listing, StepForm
from onegrid_api.routes.plans import PlanId
from onegrid_api.shown import theirs
from onegrid_api.signs import department_named, kinds_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onegrid.grids.edit import Row
    from onegrid.pipeline.facility_edits import Check
    from onegrid.store.facilities import Change, Facts
    from onegrid.store.ground import BatchHead
    from onegrid_api.access import Who

router = APIRouter(prefix="/api/plans/{plan_id}", tags=["facilities"], responses=ERRORS)
_DECIMALS = 7
_OF_FILES: Final = ("rows", "imported_at", "sha256", "crs", "encoding")


@router.get("/ground")
def read_ground(
    plan_id: PlanId, who: Reader, office: OfficeDep, version: VersionDep
) -> GroundAnswer:
    """Return what a plan is made from: files, departments, kinds of facilities."""
    del who
    with office.workspace.reading() as connection:
        plans.plan_head(connection, plan_id)
        people, places, old = (
            batches_of(connection, plan_id, role) for role in (PEOPLE, FACILITIES, DEPARTMENT)
        )
        version.is_of(people, places, old)
        found = facilities.facilities(connection, plan_id)
    return GroundAnswer(
        people=_imported(people),
        facilities=_imported(places),
        departments=[
            DepartmentGrid(**department_named(one.name).model_dump(), **_file(one)) for one in old
        ],
        kinds=kinds_there(pd.Series([facts.kind for facts in found.values()], dtype=object)),
    )


@router.get("/facilities")
def read_facilities(
    plan_id: PlanId,
    who: Reader,
    office: OfficeDep,
    page: PageDep,
    version: VersionDep,
    kind: Annotated[str | None, Query(max_length=100)] = None,
) -> FacilityPage:
    """Return the facilities of a plan as GeoJSON, of one kind if asked, with their revision."""
    del who
    with office.workspace.reading() as connection:
        revision = facilities.revision_of(connection, plan_id)
        version.is_of(batches_of(connection, plan_id, FACILITIES))
        found = facilities.facilities(connection, plan_id)
    wanted = {n: facts for n, facts in found.items() if kind in (None, facts.kind)}
    some = dict(list(wanted.items())[page.rows])
    return FacilityPage(
        type="FeatureCollection",
        total=len(wanted),
        features=_features(some, office),
        next=page.next(len(wanted)),
        revision=revision,
    )


@router.post("/facilities/edits")
def edit_facilities(
    plan_id: PlanId, form: FacilityEditsForm, who: Editor, office: OfficeDep
) -> FacilitiesSaved:
    """Save edits of facilities in one's own area, all of them or none; a stale one is answered 409.

    They are facts, not a proposal: every branch of the plan sees them, and so do residents if it
    is published.
    """
    asked = [one.model_dump(exclude_unset=True) for one in form.edits]
    done = edit(
        office.workspace,
        plan_id,
        asked,
        base=form.base_revision,
        by=by(who, form.note),
        check=_elsewhere_refused(who),
    )
    return _told(done, office)


@router.post("/facilities/undo")
def undo_facilities(
    plan_id: PlanId, form: StepForm, who: Editor, office: OfficeDep
) -> FacilitiesSaved:
    """Take back one's own last save of facilities: a new save."""
    return _turn(plan_id, form, who, office, again=False)


@router.post("/facilities/redo")
def redo_facilities(
    plan_id: PlanId, form: StepForm, who: Editor, office: OfficeDep
) -> FacilitiesSaved:
    """Do again what was taken back last."""
    return _turn(plan_id, form, who, office, again=True)


@router.get("/facilities/history")
def history(
    plan_id: PlanId, who: Reader, office: OfficeDep, page: PageDep, version: VersionDep
) -> Listing:
    """Return the saves of the facilities of a plan, the newest first."""
    del who
    with office.workspace.reading() as connection:
        plans.plan_head(connection, plan_id)
        version.is_of(batches_of(connection, plan_id, FACILITIES))
        found = facilities.history(connection, plan_id)
    return Listing.model_validate(page.of([asdict(one) for one in found]))


def _turn(
    plan_id: str, form: StepForm, who: Who, office: OfficeDep, *, again: bool
) -> FacilitiesSaved:
    done = undo(
        office.workspace,
        plan_id,
        base=form.base_revision,
        by=by(who, form.note),
        check=_elsewhere_refused(who),
        again=again,
    )
    return _told(done, office)


def _elsewhere_refused(who: Who) -> Check:
    """Return the check that a facility is and was in a cell of somebody's area."""

    def check(changes: Sequence[Change], cells: Mapping[str, Row]) -> None:
        if who.everywhere:
            return
        own = theirs(who, cells)
        names = sorted(cells)
        shapes = np.array([cells[name].shape for name in names], dtype=object)
        for change in changes:
            spots = [facts for facts in (change.before, change.after) if facts is not None]
            points = shapely.points([(facts.x_m, facts.y_m) for facts in spots])
            if not all(at >= 0 and names[at] in own for at in locate(points, shapes)):
                what = f"facility {change.facility_id} is not in your area"
                raise AccessError(Problem("OTHER_AREA", what, "", change.facility_id))

    return check


def _told(done: Done, office: OfficeDep) -> FacilitiesSaved:
    changes = [
        FacilityChange(
            op=change.op,
            facility_id=change.facility_id,
            before=_feature(change.facility_id, change.before, office),
            after=_feature(change.facility_id, change.after, office),
        )
        for change in done.changes
    ]
    return FacilitiesSaved(revision=done.revision, changes=changes, stale=list(done.stale))


def _feature(name: str, facts: Facts | None, office: OfficeDep) -> dict[str, Any] | None:
    return None if facts is None else _features({name: facts}, office)[0]


def _features(found: Mapping[str, Facts], office: OfficeDep) -> list[dict[str, Any]]:
    if not found:
        return []
    frame = frame_of(found, crs=f"EPSG:{office.workspace.srid}")
    made: list[dict[str, Any]] = feature_collection(frame, SAID, decimals=_DECIMALS)["features"]
    return made


def _imported(batches: Sequence[BatchHead]) -> Imported | None:
    if not batches:
        return None
    (one,) = batches
    return Imported(**_file(one), revision=one.revision)


def _file(one: BatchHead) -> dict[str, Any]:
    """Return what is told of a file that was imported."""
    return {"file": one.source, **{name: getattr(one, name) for name in _OF_FILES}}
