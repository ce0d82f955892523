"""What can be asked of each kind of job."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from onegrid.standards import DEFAULT_PACK, DEFAULT_PROFILE
from onegrid_api.forms import Form, Name

Key = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", description="an upload")]
Word = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,60}$")]
Minutes = Annotated[float, Field(gt=0, le=60)]


class MergeJob(Form):
    """Merge departments' grids; the result is a new plan."""

    kind: Literal["merge"]
    plan_id: Name
    name: Name
    departments: dict[Name, Key] = Field(min_length=1, max_length=20)
    communities: Key
    households: Key
    roads: Key | None = None
    base: Name | None = None
    size: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]] = (300, 500)


class ImportJob(Form):
    """Put a table of doors or of facilities in place of a plan's, or of every plan's."""

    kind: Literal["import"]
    plan_id: Name | None = None
    role: Literal["people", "facilities"]
    source: Key


class NetworkJob(Form):
    """Build the walk network of a plan from an upload."""

    kind: Literal["network"]
    plan_id: Name
    source: Key


class CirclesJob(Form):
    """Draw the life circles of the facilities."""

    kind: Literal["circles"]
    plan_id: Name
    minutes: list[Minutes] = Field(default=[5, 10, 15], min_length=1, max_length=6)
    profile: Word = DEFAULT_PROFILE
    method: Literal["raster", "edges"] = "raster"


class CoverageJob(Form):
    """Measure who reaches what."""

    kind: Literal["coverage"]
    plan_id: Name
    profiles: list[Word] = Field(default=[DEFAULT_PROFILE], min_length=1, max_length=8)
    standard: Name = Field(default=DEFAULT_PACK, description="a norm pack of /api/standards")


class SitesJob(Form):
    """Choose where facilities of some kinds should be built."""

    kind: Literal["sites"]
    plan_id: Name
    kinds: list[Word] = Field(min_length=1, max_length=20)
    count: int = Field(ge=1, le=200)
    minutes: Minutes = 15
    profile: Word = DEFAULT_PROFILE
    weight: Literal["people", "households", "elders_60", "elders_80", "elders_alone"] = "people"


class ReportJob(Form):
    """Write the report of a plan; with every figure only for the office."""

    kind: Literal["report"]
    plan_id: Name
    format: Literal["xlsx", "docx", "html"] = "xlsx"
    office: bool = False


class MapJob(Form):
    """Draw the map of a plan."""

    kind: Literal["map"]
    plan_id: Name


class TilesJob(Form):
    """Cut the map of a plan into tiles, in one file that may be published."""

    kind: Literal["tiles"]
    plan_id: Name


_OfPlans = CirclesJob | CoverageJob | SitesJob | ReportJob | MapJob | TilesJob
JobForm = Annotated[MergeJob | ImportJob | NetworkJob | _OfPlans, Field(discriminator="kind")]
