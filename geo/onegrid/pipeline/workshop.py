"""The sample as a workspace, so that a newcomer can log in, draw and publish at once."""

from __future__ import annotations

from contextlib import closing
from shutil import rmtree
from typing import TYPE_CHECKING, Any, Final

from onegrid.io.sample import load_sample
from onegrid.pipeline import plan_review
from onegrid.pipeline.plan_import import ImportInputs, import_folder
from onegrid.pipeline.plan_tables import branch
from onegrid.pipeline.stages import Run
from onegrid.pipeline.workspace import init, let_in
from onegrid.store import open_workspace, plans
from onegrid.store.audit import By, by_now
from onegrid.store.users import Person

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

FOLDER: Final = "workspace"
_USER: Final = "demo"
_SHOWN, _DRAWN = "main", "draft"


def workshop(out: Path) -> dict[str, Any]:
    """Make a workspace of the demo's results beside them, unless it is there; let somebody in.

    Its plan is published, for residents; a branch of it waits for planners. The answer is that of
    `onegrid.pipeline.workspace.let_in`. A workspace that is there keeps what was drawn in it.
    """
    if not (out / FOLDER).exists():
        half = out / f"{FOLDER}.part"  # a demo that is killed leaves no half workspace behind
        rmtree(half, ignore_errors=True)
        with Run("workshop").stage("建立工作区"):
            _fill(str(half), out, by_now("onegrid demo"))
        half.rename(out / FOLDER)
    return let_in(str(out / FOLDER), Person(_USER, "演示用户", "admin", ("district",)))


def _fill(place: str, results: Path, by: By) -> None:
    init(place, name="武汉市江汉区（示意数据）", crs=None)
    doors, facilities = load_sample().households, load_sample().facilities
    inputs = ImportInputs(results, _SHOWN, "全要素网格", str(doors), str(facilities))
    import_folder(place, inputs, by=by)
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        _publish(connection, by)
        branch(connection, _SHOWN, to=_DRAWN, name="调整草案", by=by)


def _publish(connection: Connection, by: By) -> None:
    head = plans.plan_head(connection, _SHOWN)
    base = head.revision
    plan_review.step(connection, _SHOWN, plan_review.SUBMIT, base=base, by=by)
    offices = plan_review.concerned(connection, head)
    plan_review.approve(connection, _SHOWN, offices, base=base, by=by)
    plan_review.step(connection, _SHOWN, plan_review.PUBLISH, base=base, by=by)
