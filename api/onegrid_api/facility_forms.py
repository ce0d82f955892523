"""Edits of facilities, as they are sent and answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from onegrid_api.forms import Form, Name, Note, Revision
from onegrid_api.schemas import FeaturePage, KindThere, Named

if TYPE_CHECKING:
    from pydantic.types import JsonValue

Text = Annotated[str, Field(max_length=500)]
Amount = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Degrees = tuple[Annotated[float, Field(ge=-180, le=180)], Annotated[float, Field(ge=-90, le=90)]]
_EXAMPLES: list[JsonValue] = [
    {
        "base_revision": 0,
        "note": "新开业",
        "edits": [
            {
                "op": "add",
                "facility_id": "新1",
                "kind": "day_care_station",
                "name": "日间照料站",
                "at": [114.2505, 30.6020],
                "capacity_people": 40,
            },
            {"op": "change", "facility_id": "F0117", "opening_hours": "Mo-Fr 08:00-17:00"},
        ],
    },
    {"base_revision": 1, "edits": [{"op": "close", "facility_id": "F0117"}]},
]


class _Sizes(Form):
    floor_area_m2: Amount | None = None
    capacity_people: Amount | None = None


class _Said(_Sizes):
    name: Text | None = None
    opening_hours: Text | None = None
    phone: Text | None = None
    address: Text | None = None


class AddFacility(_Said):
    """A new facility at a place in degrees."""

    op: Literal["add"]
    facility_id: Name
    kind: Name
    at: Degrees


class MoveFacility(Form):
    """A facility that is somewhere else now."""

    op: Literal["move"]
    facility_id: Name
    at: Degrees


class ChangeFacility(_Said):
    """What is said anew of a facility; null is nothing known, what is left out stays."""

    op: Literal["change"]
    facility_id: Name
    kind: Name = ""

    @model_validator(mode="after")
    def _says_something(self) -> ChangeFacility:
        if not self.model_fields_set - {"op", "facility_id"}:
            msg = "a change says what is different"
            raise ValueError(msg)
        return self


class EnlargeFacility(_Sizes):
    """Another floor area or capacity, as in a scenario."""

    op: Literal["enlarge"]
    facility_id: Name


class CloseFacility(Form):
    """A facility that is no more."""

    op: Literal["close"]
    facility_id: Name


FacilityEdit = Annotated[
    AddFacility | MoveFacility | ChangeFacility | EnlargeFacility | CloseFacility,
    Field(discriminator="op"),
]


class FacilityEditsForm(Form):
    """Edits of facilities, and the revision of the list they were made from."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": _EXAMPLES})
    base_revision: Revision
    edits: list[FacilityEdit] = Field(min_length=1, max_length=200)
    note: Note = ""


class FacilityPage(FeaturePage):
    """A page of facilities, and the revision of their list."""

    revision: int


class FacilityChange(BaseModel):
    """A facility before and after an edit as GeoJSON: null where it is new, or gone."""

    op: str
    facility_id: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class FacilitiesSaved(BaseModel):
    """A save; ``stale`` are the plan's results that do not know of it yet."""

    revision: int
    changes: list[FacilityChange]
    stale: list[str]


class ImportedFile(BaseModel):
    """A file as it was imported; CRS and encoding are its own, null where nobody knows."""

    file: str
    rows: int
    imported_at: str
    sha256: str
    crs: str | None
    encoding: str | None


class Imported(ImportedFile):
    """A file that a plan is made from; ``revision`` counts the edits since."""

    revision: int


class DepartmentGrid(Named, ImportedFile):
    """The grid of a department that a plan is made from."""


class GroundAnswer(BaseModel):
    """What a plan is made from."""

    people: Imported | None
    facilities: Imported | None
    departments: list[DepartmentGrid]
    kinds: list[KindThere]
