"""The table of the registers: posts on the grid, needs, resources."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from onegrid.store.json_text import JsonText
from onegrid.store.models import Base


class Entry(Base):
    """One row of a register, as it was last saved. ``revision`` counts the saves, from 1.

    ``kind`` is the post, or what is needed or offered; ``title`` the name of a person in post;
    ``people`` how many it is for. Times are empty where it is always; ``grid`` is the plan and its
    revision that the cell is of.
    """

    __tablename__ = "entries"
    __table_args__ = (Index("entries_register", "register", "community_id", "entry_id"),)
    entry_id: Mapped[str] = mapped_column(primary_key=True)
    register: Mapped[str]
    kind: Mapped[str]
    title: Mapped[str]
    contact: Mapped[str]
    people: Mapped[int]
    from_at: Mapped[str]
    until_at: Mapped[str]
    cell_id: Mapped[str | None]
    community_id: Mapped[str]
    subdistrict_id: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    active: Mapped[bool]
    revision: Mapped[int]
    saved_at: Mapped[str]
    author: Mapped[str]
    grid: Mapped[str | None] = mapped_column(index=True)
