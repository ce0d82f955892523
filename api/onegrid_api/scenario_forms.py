"""What-if questions and named scenarios, as they are sent and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from onegrid.pipeline.scenario_question import Question
from onegrid.standards import DEFAULT_PACK, DEFAULT_PROFILE
from onegrid_api.forms import Form, Name, Note, Revision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic.config import JsonDict
    from pydantic.types import JsonValue

_OPS = "add, move, enlarge, close, open_street, open_link, profile, norm"
_MOVE: JsonDict = {"op": "move", "facility_id": "F0117", "at": [114.2508, 30.6030]}
Changes = Annotated[
    list[dict[str, Any]],
    Field(
        max_length=50,
        description=f"as in a scenario file, `op` is one of {_OPS}; places are [longitude, "
        "latitude], `standard` of a norm is the name of a pack of /api/standards",
    ),
]
Texts = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=50)]
_EXAMPLES: list[JsonValue] = [
    {"changes": [_MOVE], "profile": "elder_75"},
    {
        "changes": [
            {
                "op": "add",
                "facility_id": "新1",
                "kind": "day_care_station",
                "at": [114.2505, 30.6020],
                "capacity_people": 120,
            },
            {"op": "open_link", "at": [114.2508, 30.6030], "to": [114.2522, 30.6036]},
        ],
        "minutes": 10,
    },
]


class LookForm(Form):
    """How scenarios are looked at: who walks, how long, to which kinds."""

    profile: str = Field(default=DEFAULT_PROFILE, max_length=50, description="who walks")
    standard: str = Field(
        default=DEFAULT_PACK, max_length=100, description="a norm pack of /api/standards"
    )
    minutes: float | None = Field(
        default=None, gt=0, le=60, description="in place of the norm's, for every kind"
    )
    kinds: Texts = Field(default=[], description="those that the changes touch if left out")

    def of(self, changes: Sequence[Mapping[str, Any]]) -> Question:
        """Return the question about some changes."""
        return Question(changes, self.profile, self.standard, self.minutes, tuple(self.kinds))


class TryForm(LookForm):
    """Changes that somebody tries out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})
    changes: Changes


class ScenarioForm(Form):
    """A named set of changes to be kept; revision 0 is a new one."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"base_revision": 0, "changes": [_MOVE]}]}
    )
    base_revision: Revision
    changes: Changes = Field(min_length=1)
    note: Note = ""


class CompareForm(LookForm):
    """Which scenarios of a plan to put side by side with today."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"names": ["新建一处", "关一处"]}]}
    )
    names: list[Name] = Field(min_length=1, max_length=10)


class Total(BaseModel):
    """Everybody: covered before and after, gained and lost, mean seconds to the nearest.

    A count that is not exact is told in tens, and null where it is of one to nine people.
    """

    people: int | None
    people_covered_before: int | None
    people_covered_after: int | None
    people_gained: int | None
    people_lost: int | None
    elders_60: int | None
    elders_60_covered_before: int | None
    elders_60_covered_after: int | None
    elders_60_gained: int | None
    elders_60_lost: int | None
    walk_s_before: float | None
    walk_s_after: float | None
    exact: bool


class GroupEffect(BaseModel):
    """One group of residents: how many there are, covered before and after."""

    total: int
    covered_before: int
    covered_after: int


class CellEffect(BaseModel):
    """A cell in which anything differs."""

    cell_id: str
    people_gained: int | None
    people_lost: int | None
    elders_60_gained: int | None
    elders_60_lost: int | None
    walk_s_before: float | None
    walk_s_after: float | None
    exact: bool


class KindEffect(BaseModel):
    """What differs for one kind of facility; only cells where anything does.

    ``groups`` are told to whoever may read all doors.
    """

    kind: str
    label: str
    minutes: float
    total: Total
    groups: dict[str, GroupEffect]
    cells: list[CellEffect]


class FacilityEffect(BaseModel):
    """A facility that is new, moved or enlarged: who lives in reach, and whether it holds them.

    One that is too far from every street to be joined to it is ``off_streets``: nobody reaches it.
    """

    facility_id: str
    kind: str
    people_in_reach: int | None
    elders_60_in_reach: int | None
    capacity_people: float | None
    floor_area_m2: float | None
    full: bool | None
    off_streets: bool


class TryAnswer(BaseModel):
    """What changes do. ``exact`` is false where people are counted as published."""

    profile: str
    standard: str
    exact: bool
    kinds: list[KindEffect]
    facilities: list[FacilityEffect]


class ScenarioAnswer(BaseModel):
    """A named scenario as it is kept."""

    name: str
    revision: int
    changes: list[dict[str, Any]]
    note: str
    author: str
    saved_at: str


class ScenarioListing(BaseModel):
    """A page of scenarios; ``next`` is the address of the next one."""

    total: int
    items: list[ScenarioAnswer]
    next: str | None


class Compared(TryAnswer):
    """What one scenario does."""

    name: str


class CompareAnswer(BaseModel):
    """Scenarios side by side, each against today, all of the same kinds."""

    scenarios: list[Compared]
