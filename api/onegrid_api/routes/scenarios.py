"""What if a facility moved: answered at once; and scenarios of a plan, named and compared."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import APIRouter, Depends, Path, Query, Request

from onegrid.pipeline.scenario_desk import ScenarioDesk
from onegrid.pipeline.scenario_sources import folder_source, plan_source, published_source
from onegrid.store import plans, scenarios
from onegrid_api.access import Who
from onegrid_api.deps import Editor, Office, OfficeDep, PageDep, Reader, SettingsDep, by
from onegrid_api.forms import ERRORS, NAME
from onegrid_api.routes.plans import PlanId
from onegrid_api.scenario_forms import (
    CompareAnswer,
    CompareForm,
    ScenarioAnswer,
    ScenarioForm,
    ScenarioListing,
    TryAnswer,
    TryForm,
)

if TYPE_CHECKING:
    from pathlib import Path as FilePath

public = APIRouter(prefix="/api/scenarios", tags=["scenarios"], responses=ERRORS)
router = APIRouter(prefix="/api/plans/{plan_id}/scenarios", tags=["scenarios"], responses=ERRORS)
Name = Annotated[str, Path(max_length=100, pattern=NAME)]
BaseRevision = Annotated[int, Query(ge=1, le=2**31 - 1, description="the one that is seen")]


def _desk(request: Request) -> ScenarioDesk:
    desk: ScenarioDesk = request.app.state.scenarios
    return desk


Desk = Annotated[ScenarioDesk, Depends(_desk)]


@public.post("/try")
def try_published(form: TryForm, request: Request, settings: SettingsDep, desk: Desk) -> TryAnswer:
    """Say what changes of the facilities would do, by what is published of people."""
    office: Office | None = request.app.state.office
    if office is not None:
        source = published_source(office.workspace)
    else:
        source = folder_source(cast("FilePath", settings.workspace))
    return TryAnswer.model_validate(desk.answer(source, form.of(form.changes), may=Who().doors))


@router.post("/try")
def try_out(
    plan_id: PlanId, form: TryForm, who: Reader, office: OfficeDep, desk: Desk
) -> TryAnswer:
    """Say what changes of the facilities would do; nothing is saved.

    Counts are exact in cells whose doors one may read, elsewhere as published.
    """
    source = plan_source(office.workspace, plan_id)
    found = desk.answer(source, form.of(form.changes), may=who.doors)
    return TryAnswer.model_validate(found)


@router.post("/compare")
def compare(
    plan_id: PlanId, form: CompareForm, who: Reader, office: OfficeDep, desk: Desk
) -> CompareAnswer:
    """Put scenarios of a plan side by side with today."""
    with office.workspace.reading() as connection:
        kept = [scenarios.scenario(connection, plan_id, name) for name in form.names]
    source = plan_source(office.workspace, plan_id)
    asked = {one.name: form.of(one.changes) for one in kept}
    found = desk.compare(source, asked, may=who.doors)
    return CompareAnswer.model_validate({"scenarios": found})


@router.get("")
def list_scenarios(
    plan_id: PlanId, who: Reader, office: OfficeDep, page: PageDep
) -> ScenarioListing:
    """Return the scenarios of a plan by name."""
    del who
    with office.workspace.reading() as connection:
        plans.plan_head(connection, plan_id)
        found = scenarios.list_scenarios(connection, plan_id)
    return ScenarioListing.model_validate(page.of([asdict(one) for one in found]))


@router.get("/{name}")
def read_scenario(plan_id: PlanId, name: Name, who: Reader, office: OfficeDep) -> ScenarioAnswer:
    """Return one scenario."""
    del who
    with office.workspace.reading() as connection:
        found = scenarios.scenario(connection, plan_id, name)
    return ScenarioAnswer.model_validate(asdict(found))


@router.put("/{name}")
def save_scenario(
    plan_id: PlanId, name: Name, form: ScenarioForm, who: Editor, office: OfficeDep, desk: Desk
) -> ScenarioAnswer:
    """Keep a scenario, in place of the revision it was made from; a stale save is answered 409."""
    desk.check(plan_source(office.workspace, plan_id), form.changes)
    note = by(who, form.note)
    with office.workspace.writing() as connection:
        made = scenarios.save_scenario(
            connection, plan_id, name, form.changes, base=form.base_revision, by=note
        )
    return ScenarioAnswer.model_validate(asdict(made))


@router.delete("/{name}", status_code=204)
def drop_scenario(
    plan_id: PlanId, name: Name, base_revision: BaseRevision, who: Editor, office: OfficeDep
) -> None:
    """Forget a scenario."""
    with office.workspace.writing() as connection:
        scenarios.drop_scenario(connection, plan_id, name, base=base_revision, by=by(who))
