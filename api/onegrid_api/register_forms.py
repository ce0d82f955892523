"""Rows of registers, staff and matches as they are sent and answered."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (pydantic reads annotations)
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from onegrid_api.case_forms import (
    CaseAnswer,
    CaseName,
    Words,
)
from onegrid_api.forms import Form, Revision

_TIME = r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)?$"
Moment = Annotated[str, Field(max_length=20, pattern=_TIME, description="empty: always")]
Word = Annotated[str, Field(min_length=1, max_length=100)]


class EntryForm(Form):
    """A row of a register; it belongs to the cell of its place, or to a community."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "base_revision": 0,
                    "kind": "meal",
                    "title": "三位独居老人午餐",
                    "people": 3,
                    "lon": 114.3,
                    "lat": 30.6,
                }
            ]
        },
    )
    base_revision: Revision
    kind: Word
    title: Word
    contact: str = Field(default="", max_length=100)
    people: int = Field(default=1, ge=0, le=10**6)
    from_at: Moment = ""
    until_at: Moment = ""
    cell_id: Word | None = None
    community_id: Word | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    note: Words = ""
    account: str = Field(
        default="", max_length=100, description="of a post: the account whose cell it is"
    )
    active: bool = True


class EntryRow(BaseModel):
    """A row of a register; whom to call is for those who may see it."""

    entry_id: str
    kind: str
    title: str
    contact: str | None
    people: int
    from_at: str
    until_at: str
    cell_id: str | None
    community_id: str
    subdistrict_id: str
    lon: float | None
    lat: float | None
    note: str
    account: str
    active: bool
    revision: int
    saved_at: str


class EntryListing(BaseModel):
    """A page of a register; ``next`` is the address of the next one."""

    total: int
    items: list[EntryRow]
    next: str | None


class StaffGap(BaseModel):
    """How many of a post a cell or community needs, has and lacks."""

    level: str
    id: str
    post: str
    label: str
    needed: int
    there: int
    missing: int


class StaffAnswer(BaseModel):
    """The posts of one's areas; the sum of what is missing by post."""

    total: int
    items: list[StaffGap]
    missing: dict[str, int]
    next: str | None


class ProposalForm(Form):
    """Which workers of which community to give cells."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"community_id": "420103001002", "post": "specialist"}]},
    )
    community_id: Word
    post: Word = "specialist"


class ProposedCell(BaseModel):
    """A cell and the worker it is proposed to have."""

    cell_id: str
    entry_id: str


class ProposalAnswer(BaseModel):
    """A worker for every cell; ``heaviest_bound`` is a load that no other way gets below.

    ``measure`` is ``walk`` along streets, or ``air`` where there is no network.
    """

    measure: str
    cells: list[ProposedCell]
    walk_s: float
    load: dict[str, float]
    heaviest_bound: float


class MatchForm(Form):
    """How far people walk to what they need."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"minutes": 15}]})
    minutes: float = Field(default=15, gt=0, le=60)


class MatchedPair(BaseModel):
    """So many people of a need are served by a resource."""

    need: str
    resource: str
    people: int
    walk_s: float


class MatchedNeed(BaseModel):
    """How far a need is met, and if not, why: no_kind, other_time, too_far, full, no_place."""

    need: str
    people: int
    people_met: int
    reason: str


class MatchAnswer(BaseModel):
    """Who serves whom, so that most people are served, with the least walking."""

    measure: str
    pairs: list[MatchedPair]
    needs: list[MatchedNeed]


class CaseForm(Form):
    """A project, or a department's request; the id is made by the sender, so that twice is once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "case_id": "0f8fad5b-d9cb-469f-a165-70867728950e",
                    "kind": "renovation",
                    "title": "加装电梯",
                    "community_id": "420103001002",
                }
            ]
        },
    )
    case_id: CaseName
    kind: Word
    title: Word
    text: Words = ""
    community_id: Word | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    details: dict[str, Any] = Field(default={}, max_length=20)


class DueItem(BaseModel):
    """A meeting or publication of one period, due on its last day, and whose it is."""

    meeting: str
    label: str
    label_en: str
    unit: str
    name: str
    begins: date
    due: date
    held: bool


class DueListing(BaseModel):
    """A page of what is due; ``next`` is the address of the next one."""

    total: int
    items: list[DueItem]
    next: str | None


class RoundStop(CaseAnswer):
    """An issue to walk to; ``walk_s`` is from the place before, null where nobody knows."""

    walk_s: float | None


class RoundCell(BaseModel):
    """A cell of whoever asks."""

    cell_id: str
    code: str
    name: str
    community_id: str
    households: int


class RoundAnswer(BaseModel):
    """One's own cells, what waits there in walking order, and what is due.

    ``open`` counts all that waits, ``measure`` is ``walk`` along streets or ``air``; reports of one
    duty within ``near_m`` may be about one thing.
    """

    cells: list[RoundCell]
    stops: list[RoundStop]
    open: int
    measure: str
    near_m: float
    due: list[DueItem]


class UnitRow(BaseModel):
    """A community or a cell, and the unit it is in."""

    level: str
    id: str
    name: str
    parent: str


class UnitListing(BaseModel):
    """The communities and cells of one's areas, by id."""

    items: list[UnitRow]


class LedgerAnswer(BaseModel):
    """What is kept of a cell or a community; ``names`` is empty for those who may not know."""

    level: str
    unit: str
    name: str
    code: str
    community: str
    people: dict[str, int | None]
    facilities: list[dict[str, Any]]
    staff: list[dict[str, Any]]
    names: list[dict[str, Any]]
    issues: dict[str, int]
    open_issues: list[dict[str, Any]]
    needs: dict[str, int]
    resources: dict[str, int]
    projects: dict[str, int]
    history: list[dict[str, Any]]
