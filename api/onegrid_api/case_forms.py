"""Cases as they are sent and answered."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from onegrid_api.forms import Form, Revision

_PHOTO_CHARS_MAX: Final = 4_500_000  # in base 64: some three megabytes
CaseName = Annotated[str, Field(min_length=16, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Key = Annotated[
    str,
    Field(
        min_length=22,
        max_length=100,
        pattern=r"^[A-Za-z0-9_-]+$",
        description="a secret that the sender made: by it the report is followed and rated, once",
    ),
]
Time = Annotated[
    str,
    Field(
        max_length=20,
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$",
        description="what the clock of the device said, for the record",
    ),
]
Words = Annotated[str, Field(max_length=2000)]
_ID = "0f8fad5b-d9cb-469f-a165-70867728950e"


class ReportForm(Form):
    """An issue that somebody has seen; the id is made by the sender, so that twice is once.

    The place is `lon`, `lat`, or where the photo says it was taken.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "issue_id": _ID,
                    "duty": "hazards",
                    "text": "井盖缺失",
                    "lon": 114.3,
                    "lat": 30.6,
                    "key": "q3tM0mZb8r1yXn5vK2wJ7g",
                }
            ]
        },
    )
    issue_id: CaseName
    flow: str = Field(default="grid_issue", max_length=50)
    duty: str = Field(max_length=50, description="one of /api/flows")
    text: Words = Field(min_length=1)
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    photo: str | None = Field(
        default=None, max_length=_PHOTO_CHARS_MAX, description="JPEG, PNG or WebP in base 64"
    )
    key: Key | None = None
    contact: str = Field(default="", max_length=100, description="how to call back, if at all")


class MoveForm(Form):
    """A move of a case: its id is made by the sender, so that twice is once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "move_id": "9a3c1f7e-52d0-4b5e-8f43-0a1c6f1f0d11",
                    "base_revision": 2,
                    "kind": "advance",
                    "to": "handled",
                    "note": "已加盖",
                }
            ]
        },
    )
    move_id: CaseName
    base_revision: Revision
    kind: Literal["advance", "escalate", "reopen"]
    to: str = Field(default="", max_length=50, description="of an advance: the state it leads to")
    note: Words = ""
    told_at: Time | None = None


class MoveOfForm(MoveForm):
    """A move, and the issue it is of."""

    issue_id: CaseName


class SyncForm(Form):
    """What was kept while there was no network: in any order, and sent again until answered."""

    reports: list[ReportForm] = Field(default=[], max_length=100)
    moves: list[MoveOfForm] = Field(default=[], max_length=500)


class KeyForm(Form):
    """The key of whoever reported an issue."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"key": "q3tM0mZb8r1yXn5vK2wJ7g"}]}
    )
    key: Key


class RatingForm(KeyForm):
    """How content whoever reported an issue is, from 1 to 5."""

    score: int = Field(ge=1, le=5)
    note: Words = ""


class NextMove(BaseModel):
    """A move that whoever asks could make, and the state it leads to."""

    kind: str
    to: str


class MoveAnswer(BaseModel):
    """A move that was made; ``overdue`` ones have no actor."""

    number: int
    kind: str
    state: str
    tier: str
    at: str
    told_at: str | None
    role: str
    actor: str
    note: str
    score: int | None


class CaseRow(BaseModel):
    """A case as lists show it; places are in degrees."""

    case_id: str
    flow: str
    state: str
    tier: str
    kind: str
    title: str
    department: str | None
    old_code: str | None
    cell_id: str | None
    community_id: str | None
    subdistrict_id: str | None
    opened_at: str
    since: str
    due_at: str | None
    overdue: bool
    reopened: int
    score: int | None
    revision: int
    role: str
    photo: bool
    lon: float | None
    lat: float | None


class CaseListing(BaseModel):
    """A page of cases; ``next`` is the address of the next one."""

    total: int
    items: list[CaseRow]
    next: str | None


class Similar(BaseModel):
    """An open issue near by that may be about the same thing."""

    issue_id: str
    air_m: float


class CaseAnswer(CaseRow):
    """A case with its words, its moves, and what whoever asks could do."""

    body: str
    details: dict[str, Any]
    moves: list[MoveAnswer]
    next_moves: list[NextMove]
    workers: list[str]


class Receipt(BaseModel):
    """What was received; figures and names of others are for those who work on it."""

    issue_id: str
    revision: int
    state: str
    label: str
    made: bool
    cell_id: str | None
    community_id: str | None
    similar: list[Similar]
    workers: list[str]


class SyncedOne(BaseModel):
    """What became of one report or move: ``done`` ones need not be sent again."""

    id: str
    done: bool
    revision: int | None
    code: str
    what: str


class SyncAnswer(BaseModel):
    """What became of everything that was sent, in the order it was done."""

    items: list[SyncedOne]


class Step(BaseModel):
    """A state that an issue has reached, without anybody's name."""

    state: str
    label: str
    at: str


class TrackAnswer(BaseModel):
    """Where an issue stands, for whoever reported it."""

    issue_id: str
    flow: str
    state: str
    label: str
    steps: list[Step]
    feedback: str
    may_rate: bool
    score: int | None


class Tally(BaseModel):
    """Counts of one unit, duty, department, tier or state; hidden ones are null."""

    name: str
    cases: int | None
    open: int | None
    overdue: int | None = None
    reopened: int | None = None
    rated: int | None = None
    mean_score: float | None = None


class Statistics(BaseModel):
    """Counts by one thing; ``exact`` is false where small ones are hidden."""

    by: str
    exact: bool
    items: list[Tally]


class ContactAnswer(BaseModel):
    """How to call whoever reported an issue."""

    contact: str


class FlowsAnswer(BaseModel):
    """The tables of the flows: states in order, tiers, duties, posts; each row tells its source.

    ``admitted`` are further tasks by name, with the department that answers for each.
    """

    flows: list[dict[str, Any]]
    tiers: list[dict[str, Any]]
    duties: list[dict[str, Any]]
    posts: list[dict[str, Any]]
    admitted: dict[str, str]
