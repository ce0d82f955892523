"""What the office sends, and what it is answered, as the OpenAPI page shows it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from onegrid_api.schemas import Problem

Revision = Annotated[
    int, Field(ge=0, le=2**31 - 1, description="the revision it was made from", examples=[3])
]
Note = Annotated[str, Field(max_length=500, description="why, for the record")]
NAME: Final = r"^[^\x00-\x1f\x7f/\\]+$"
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]
Secret = Annotated[str, Field(min_length=1, max_length=400, examples=["correct horse battery"])]
ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": told}
    for status, told in (
        (400, "not understood"),
        (401, "log in first"),
        (403, "not allowed, or not in your area"),
        (404, "not there"),
        (409, "somebody else has saved since, or the state does not allow it"),
        (413, "too large"),
        (422, "refused, with every reason"),
        (429, "too often"),
        (503, "the store is away"),
    )
}


class Form(BaseModel):
    """Something that is sent: fields that nobody knows are refused."""

    model_config = ConfigDict(extra="forbid")


class LoginForm(Form):
    """A name and a password."""

    user_id: Name = Field(examples=["zhang"])
    password: Secret


class PasswordForm(Form):
    """The password one has, and the one to have."""

    old: Secret
    new: Secret


class LinkForm(Form):
    """The secret of a one-time link, and the password to have."""

    token: Secret
    password: Secret


class PersonForm(Form):
    """What an administrator says of a user."""

    name: Name = Field(examples=["张三"])
    role: str = Field(max_length=50, examples=["community"])
    areas: list[str] = Field(max_length=500, examples=[["community/420103001002"]])
    active: bool = True


class NewPersonForm(PersonForm):
    """A user to be added."""

    user_id: Name = Field(examples=["zhang"])


class EditsForm(Form):
    """Edits as in an edit file, and the revision they were drawn on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "base_revision": 3,
                    "edits": [{"op": "rename", "cell_id": "420103001002001", "name": "第一网格"}],
                }
            ]
        },
    )
    base_revision: Revision
    edits: list[dict[str, Any]] = Field(min_length=1, max_length=1000)
    note: Note = ""
    merge: bool = Field(default=False, description="save on a newer revision if all fits")
    crs: Literal["grid", "lonlat"] = Field(default="grid", description="of the coordinates")


class StepForm(Form):
    """Something that is done to a plan as it stands."""

    base_revision: Revision
    note: Note = ""


class RestoreForm(StepForm):
    """Which revision to have back."""

    to: Revision = Field(examples=[1])


class BranchForm(Form):
    """The plan that a branch becomes."""

    plan_id: Name = Field(examples=["main-2"])
    name: Name = Field(examples=["调整方案二"])


class TakeForm(StepForm):
    """The branch whose edits to save on the plan."""

    branch: Name = Field(examples=["main-2"])


class ReviewForm(StepForm):
    """A step of a plan on its way."""

    step: Literal["submit", "approve", "return", "publish", "retire"] = Field(examples=["submit"])
    subdistricts: list[str] | None = Field(
        default=None, max_length=500, description="of an approval; all of one's own if left out"
    )


class UnsavedForm(Form):
    """Edits that are drawn and not saved."""

    base_revision: Revision
    edits: list[dict[str, Any]] = Field(
        max_length=1000, examples=[[{"op": "rename", "cell_id": "420103001002001", "name": "甲"}]]
    )


class PlanAnswer(BaseModel):
    """A plan as lists show it."""

    plan_id: str
    name: str
    status: Literal["draft", "submitted", "approved", "published", "retired"]
    revision: int
    parent_id: str | None
    parent_revision: int | None
    created_at: str
    author: str
    epsg: int = Field(description="the CRS of its grid")


class Listing(BaseModel):
    """A page of a list; ``next`` is the address of the next one."""

    total: int
    items: list[dict[str, Any]]
    next: str | None


class PlanListing(BaseModel):
    """A page of plans; ``next`` is the address of the next one."""

    total: int
    items: list[PlanAnswer]
    next: str | None


class SessionAnswer(BaseModel):
    """Who is logged in, and the token that every writing request sends."""

    user_id: str
    name: str
    role: str
    areas: list[str]
    csrf: str


class SavedAnswer(BaseModel):
    """A save: the revision that stands now, and each change with the rows as they are now."""

    revision: int
    changes: list[dict[str, Any]]


class LinkAnswer(BaseModel):
    """A one-time link: the address of the page where the password is set."""

    path: str


class JobAnswer(BaseModel):
    """A job: ``stage`` is what it is doing; ``problems`` why it failed."""

    job_id: str
    kind: str
    plan_id: str | None
    options: dict[str, Any]
    owner: str
    state: Literal["queued", "running", "canceling", "done", "failed", "canceled"]
    stage: str
    tries: int
    asked_at: str
    started_at: str | None
    ended_at: str | None
    result: dict[str, Any] | None
    problems: list[dict[str, Any]]


class JobListing(BaseModel):
    """A page of jobs; ``next`` is the address of the next one."""

    total: int
    items: list[JobAnswer]
    next: str | None


class UploadAnswer(BaseModel):
    """A file that was sent, and the import doctor's preview: its layers, and what is wrong."""

    upload_id: str
    owner: str
    file: str
    size: int
    sha256: str
    sent_at: str
    preview: dict[str, Any]


class UploadListing(BaseModel):
    """A page of uploads; ``next`` is the address of the next one."""

    total: int
    items: list[UploadAnswer]
    next: str | None


class ReviewAnswer(BaseModel):
    """Where a plan stands on its way, and what was decided."""

    status: str
    concerned: list[str]
    approved: list[str]
    decisions: list[dict[str, Any]]
