"""What anybody may know of issues: the flows, their own report, and counts without small ones."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Request

from onegrid.errors import AccessError, Problem
from onegrid.operations.flows import ISSUE, RESIDENT, duties, flow_of, flows, tiers
from onegrid.operations.moves import Move, allowed
from onegrid.operations.staffing import posts
from onegrid.operations.statistics import public_counts, public_units
from onegrid.pipeline import case_desk
from onegrid.pipeline.admissions import TASK, admitted
from onegrid.pipeline.following import bring_up_to_date
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import case_lists, cases, reporters
from onegrid.store.audit import By, by_now
from onegrid_api.case_forms import (
    FlowsAnswer,
    KeyForm,
    RatingForm,
    Statistics,
    Step,
    Tally,
    TrackAnswer,
)
from onegrid_api.cases_shown import areas_of
from onegrid_api.deps import Anybody, OfficeDep, VersionDep
from onegrid_api.forms import ERRORS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid_api.deps import Office

router = APIRouter(prefix="/api", tags=["issues"], responses=ERRORS)
IssueId = Annotated[str, Path(max_length=100)]
By_ = Literal["cell", "community", "subdistrict", "duty", "department", "tier", "state"]
_COLUMNS = {"cell": "cell_id", "community": "community_id", "subdistrict": "subdistrict_id",
            "duty": "kind"}  # fmt: skip
_UNITS = ("cell", "community", "subdistrict")


@router.get("/flows")
def read_flows(who: Anybody, office: OfficeDep) -> FlowsAnswer:
    """Return the tables that every case obeys, and the tasks that were admitted to the grid."""
    del who
    with office.workspace.reading() as connection:
        tasks = admitted(connection, TASK)
    return FlowsAnswer(
        flows=[asdict(one) for one in flows().values()],
        tiers=[asdict(one) for one in tiers().values()],
        duties=[asdict(one) for one in duties().values()],
        posts=[asdict(one) for one in posts().values()],
        admitted=tasks,
    )


@router.get("/issue-statistics")
def statistics(who: Anybody, office: OfficeDep, version: VersionDep, by: By_) -> Statistics:
    """Count issues: of one's own areas exactly, for everybody else without the small counts."""
    now = by_now("").at
    bring_up_to_date(office.workspace, now=now)
    works = who.may("work")
    with office.workspace.reading() as connection:
        version.is_of(who.name, by, case_lists.last_change(connection), now[:13])
        if not works:
            items = _public(connection, office, by, now)
        else:
            wanted = case_lists.Wanted(ISSUE, areas=areas_of(who))
            column = _COLUMNS.get(by, by)
            found = case_lists.tallies(connection, wanted, [column], now=now)
            items = [_tally(row, column) for row in found]
    return Statistics(by=by, exact=works, items=items)


@router.post("/issues/{issue_id}/track")
def track(
    issue_id: IssueId, form: KeyForm, who: Anybody, office: OfficeDep, request: Request
) -> TrackAnswer:
    """Tell whoever reported an issue how it stands; the key of the report opens it."""
    del who
    request.app.state.brake.count(request.client.host if request.client else "")
    bring_up_to_date(office.workspace, now=by_now("").at)
    with office.workspace.reading() as connection:
        return _track(connection, _theirs(connection, issue_id, form.key))


@router.post("/issues/{issue_id}/rating")
def rate(
    issue_id: IssueId, form: RatingForm, who: Anybody, office: OfficeDep, request: Request
) -> TrackAnswer:
    """Rate how an issue was dealt with, once; the key of the report opens it."""
    del who
    request.app.state.brake.count(request.client.host if request.client else "")
    now = by_now("").at
    move = Move("rate", RESIDENT, datetime.fromisoformat(now), "", form.note, form.score)
    with office.workspace.writing() as connection:
        kept = _theirs(connection, issue_id, form.key)
        rounds = kept.standing.reopened
        sent = cases.Sent(move, f"rate/{issue_id}/{rounds}", kept.revision)
        kept = case_desk.make_move(
            connection, issue_id, sent, register=ISSUE, by=By("", now, form.note), check=_anybody
        )
        return _track(connection, kept)


def _anybody(_kept: cases.Kept) -> None:
    """Let the key decide."""


def _theirs(connection: Connection, issue_id: str, key: str) -> cases.Kept:
    """Return the issue that a key opens; a wrong key and no issue are told alike."""
    if not reporters.has_key(connection, issue_id, key):
        raise AccessError(Problem("KEY", "the key opens no issue"))
    return cases.case(connection, issue_id, register=ISSUE)


def _track(connection: Connection, kept: cases.Kept) -> TrackAnswer:
    flow = flow_of(kept.head.flow)
    moves = cases.moves_of(connection, kept.head.case_id)
    seen: list[dict[str, Any]] = []
    for move in moves:
        if not seen or seen[-1]["state"] != move["state"]:
            seen.append(move)
    fed_back = [m["note"] for m in moves if m["kind"] == "advance" and
                flow.state(m["state"]).rating_to]  # fmt: skip
    state = flow.state(kept.standing.state)
    may_rate = any(kind == "rate" for kind, _ in allowed(kept.standing, RESIDENT))
    return TrackAnswer(
        issue_id=kept.head.case_id,
        flow=flow.flow,
        state=state.state,
        label=state.label_zh,
        steps=[
            Step(state=m["state"], label=flow.state(m["state"]).label_zh, at=m["at"]) for m in seen
        ],
        feedback=next((note for note in reversed(fed_back) if note), ""),
        may_rate=may_rate,
        score=kept.standing.score,
    )


def _tally(row: dict[str, Any], column: str) -> Tally:
    mean = round(row["score_sum"] / row["rated"], 2) if row["rated"] else None
    return Tally(name=row[column] or "", mean_score=mean, **{
        name: row[name] for name in ("cases", "open", "overdue", "reopened", "rated")
    })  # fmt: skip


def _public(connection: Connection, office: Office, by: str, now: str) -> list[Tally]:
    everything = case_lists.Wanted(ISSUE)
    if by not in _UNITS:
        column = _COLUMNS.get(by, by)
        rows = case_lists.tallies(connection, everything, [column], now=now)
        shown = public_counts([row["cases"] for row in rows])
        pairs = zip(rows, shown, strict=True)
        return [Tally(name=row[column] or "", cases=count, open=None) for row, count in pairs]
    rows = case_lists.tallies(connection, everything, ["cell_id"], now=now)
    counts = {row["cell_id"]: (row["cases"], row["open"]) for row in rows}
    plan = case_desk.published_plan(connection)
    cells = frames_of(connection, plan.plan_id, srid=office.workspace.srid)["cells"]
    return [
        Tally(name=name, cases=every, open=still)
        for (level, name), (every, still) in public_units(counts, cells).items()
        if level == by
    ]
