"""The tables of the service: who may come in, what waits to be decided, what is being worked on.

They hold password hashes and tokens' hashes, so they are no layers and GDAL's list leaves them out.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from onegrid.store.json_text import JsonText
from onegrid.store.models import Base


class User(Base):
    """One person who may log in; without a password until a one-time link was used.

    ``subject`` is whom the office's own provider means by them, if they log in there.
    """

    __tablename__ = "users"
    user_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    areas: Mapped[list[str]] = mapped_column(JsonText)
    password: Mapped[str | None]
    active: Mapped[bool]
    made_at: Mapped[str]
    subject: Mapped[str | None] = mapped_column(unique=True, index=True)


class Login(Base):
    """One browser that is logged in; the token itself is known to the browser alone."""

    __tablename__ = "logins"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"), index=True)
    csrf: Mapped[str]
    agent: Mapped[str]
    made_at: Mapped[str]
    seen_at: Mapped[str]
    ends_at: Mapped[str]


class Link(Base):
    """A link by which somebody sets a password, once."""

    __tablename__ = "links"
    token_sha256: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"), index=True)
    ends_at: Mapped[str]


class Attempt(Base):
    """How often somebody, or some address, has failed to log in of late."""

    __tablename__ = "attempts"
    subject: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[str]


class Draft(Base):
    """Edits that somebody has drawn and not yet saved."""

    __tablename__ = "drafts"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id"), primary_key=True)
    base_revision: Mapped[int]
    edits: Mapped[list[Any]] = mapped_column(JsonText)
    saved_at: Mapped[str]


class Review(Base):
    """One step of a plan on its way from draft to published."""

    __tablename__ = "reviews"
    review_id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), index=True)
    revision: Mapped[int]
    step: Mapped[str]
    subdistrict_id: Mapped[str | None]
    at: Mapped[str]
    actor: Mapped[str]
    note: Mapped[str]


class Scenario(Base):
    """A named set of changes of facilities and streets that somebody tried out and kept."""

    __tablename__ = "scenarios"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    changes: Mapped[list[Any]] = mapped_column(JsonText)
    note: Mapped[str]
    author: Mapped[str]
    saved_at: Mapped[str]


class NormPack(Base):
    """A norm pack of the district's own; it never changes, so that a result names what it used."""

    __tablename__ = "norm_packs"
    name: Mapped[str] = mapped_column(primary_key=True)
    rules: Mapped[list[Any]] = mapped_column(JsonText)
    author: Mapped[str]
    saved_at: Mapped[str]


class Upload(Base):
    """A file that somebody has sent, and what the import doctor says of it."""

    __tablename__ = "uploads"
    upload_id: Mapped[str] = mapped_column(primary_key=True)
    owner: Mapped[str] = mapped_column(ForeignKey("users.user_id"), index=True)
    file: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    sent_at: Mapped[str]
    preview: Mapped[dict[str, Any]] = mapped_column(JsonText)


class Job(Base):
    """Long work: what was asked, how far it is, and how it ended."""

    __tablename__ = "jobs"
    job_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    plan_id: Mapped[str | None]  # a merge makes the plan it names
    options: Mapped[dict[str, Any]] = mapped_column(JsonText)
    owner: Mapped[str] = mapped_column(ForeignKey("users.user_id"), index=True)
    state: Mapped[str] = mapped_column(index=True)
    stage: Mapped[str]
    tries: Mapped[int]
    asked_at: Mapped[str]
    started_at: Mapped[str | None]
    ended_at: Mapped[str | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JsonText)
    problems: Mapped[list[Any]] = mapped_column(JsonText)
