"""The tables of the work on the grid: cases of every flow, their moves, and who reported them.

A case is an issue, a project or an admission. What is known of persons stands in tables of its own,
so that a case can be shown without them.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from onegrid.store.json_text import JsonText
from onegrid.store.models import Base
from onegrid.store.shape import Shape

# what lists are ordered and narrowed by: a hundred thousand are counted without reading the rows
SCANNED: Final = (
    *("register", "opened_at", "case_id", "flow", "state", "tier", "kind", "due_at", "cell_id"),
    *("community_id", "subdistrict_id", "reopened", "score", "department"),
)


class Case(Base):
    """One case, as its moves have left it. ``revision`` counts them.

    ``kind`` is the duty of an issue, the class of a project; ``grid`` the plan and its revision
    that the cell is of; ``asked`` the hash of what was sent, so that sending twice is one. The
    place stands in degrees too: lists and the map need no geometry.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_new", *SCANNED),
        Index("cases_place", "register", "lon", "lat", "community_id", "subdistrict_id"),
        Index("cases_community", "register", "community_id", "opened_at"),
        Index("cases_subdistrict", "register", "subdistrict_id", "opened_at"),
        Index("cases_due", "tier", "due_at"),
        Index("cases_overdue", "register", "due_at"),
    )
    fid: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[str] = mapped_column(unique=True)
    register: Mapped[str]
    flow: Mapped[str]
    state: Mapped[str]
    tier: Mapped[str]
    since: Mapped[str]
    due_at: Mapped[str | None]
    reopened: Mapped[int]
    score: Mapped[int | None]
    revision: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    body: Mapped[str]
    department: Mapped[str | None]
    old_code: Mapped[str | None]
    cell_id: Mapped[str | None]
    community_id: Mapped[str | None]
    subdistrict_id: Mapped[str | None]
    grid: Mapped[str | None] = mapped_column(index=True)
    opened_at: Mapped[str]
    role: Mapped[str]
    author: Mapped[str]
    photo: Mapped[str | None] = mapped_column(ForeignKey("blobs.sha256"))
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    asked: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    shape: Mapped[Any | None] = mapped_column(Shape("POINT"))


class CaseMove(Base):
    """One move of a case: only ever added. ``told_at`` is what the clock of the device said."""

    __tablename__ = "case_moves"
    __table_args__ = (UniqueConstraint("case_id", "number"),)
    fid: Mapped[int] = mapped_column(primary_key=True)
    move_id: Mapped[str] = mapped_column(unique=True)
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"))
    number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]
    tier: Mapped[str]
    at: Mapped[str]
    told_at: Mapped[str | None]
    role: Mapped[str]
    actor: Mapped[str]
    note: Mapped[str]
    score: Mapped[int | None]
    asked: Mapped[str]


class CaseReporter(Base):
    """Who reported a case: the hash of the key by which they follow and rate it, how to call."""

    __tablename__ = "case_reporters"
    case_id: Mapped[str] = mapped_column(ForeignKey("cases.case_id"), primary_key=True)
    key_sha256: Mapped[str | None]
    contact: Mapped[str]
