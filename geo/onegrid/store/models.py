"""The tables of a workspace, the same in a GeoPackage file and in PostGIS.

Texts are `Text` and times are ISO 8601 texts in UTC: GDAL reads both stores alike. Every table with
a shape is a layer that QGIS opens.
"""

from __future__ import annotations

from typing import Any, ClassVar

from sqlalchemy import Boolean, Float, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from onegrid.store.json_text import JsonText
from onegrid.store.shape import Shape


class Base(DeclarativeBase):
    """All tables of a workspace."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text,
        int: Integer,
        float: Float,
        bool: Boolean,
        bytes: LargeBinary,
    }


class Setting(Base):
    """One fact about the workspace itself: its name, its CRS."""

    __tablename__ = "settings"
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Batch(Base):
    """One file that was imported, and what was found in it; ``revision`` counts edits of its rows.

    Its rows are there as long as a plan is made from them (`PlanGround`).
    """

    __tablename__ = "batches"
    batch_id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str]
    name: Mapped[str]  # of the department, empty for other roles
    source: Mapped[str]  # file name without folders
    sha256: Mapped[str]
    rows: Mapped[int]
    imported_at: Mapped[str]
    author: Mapped[str]
    findings: Mapped[list[Any]] = mapped_column(JsonText)
    revision: Mapped[int]
    crs: Mapped[str | None]  # of the file; of its texts the encoding
    encoding: Mapped[str | None]


class DepartmentGrid(Base):
    """One old grid of a department, as cleaned."""

    __tablename__ = "department_grids"
    fid: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    department: Mapped[str] = mapped_column(index=True)
    code: Mapped[str | None]
    name: Mapped[str | None]
    lead: Mapped[str | None]
    workers: Mapped[str | None]
    shape: Mapped[Any] = mapped_column(Shape("GEOMETRY"))


class Door(Base):
    """One building or door with the counts of its residents: an office table, never public."""

    __tablename__ = "doors"
    __table_args__ = (UniqueConstraint("batch_id", "id"),)
    fid: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    id: Mapped[str]
    households: Mapped[int]
    people: Mapped[int]
    elders_60: Mapped[int]
    elders_80: Mapped[int]
    elders_alone: Mapped[int]
    shape: Mapped[Any] = mapped_column(Shape("POINT"))


class Facility(Base):
    """One facility."""

    __tablename__ = "facilities"
    __table_args__ = (UniqueConstraint("batch_id", "facility_id"),)
    fid: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.batch_id"), index=True)
    facility_id: Mapped[str]
    kind: Mapped[str] = mapped_column(index=True)
    name: Mapped[str | None]
    floor_area_m2: Mapped[float | None]
    capacity_people: Mapped[float | None]
    opening_hours: Mapped[str | None]
    phone: Mapped[str | None]
    address: Mapped[str | None]
    shape: Mapped[Any] = mapped_column(Shape("POINT"))


class Plan(Base):
    """One grid that is being worked on. ``revision`` counts its saved changes, from 0.

    A branch knows the plan and the revision it was made from.
    """

    __tablename__ = "plans"
    plan_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]
    revision: Mapped[int]
    parent_id: Mapped[str | None] = mapped_column(
        ForeignKey("plans.plan_id", deferrable=True, initially="DEFERRED")
    )
    parent_revision: Mapped[int | None]
    created_at: Mapped[str]
    author: Mapped[str]


class PlanGround(Base):
    """Which batch a plan is made from, for each role and department; a branch shares its plan's."""

    __tablename__ = "plan_grounds"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)  # of the department, as in the batch
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.batch_id"), index=True)


class FacilitySave(Base):
    """What one save changed in a list of facilities: whole rows before and after."""

    __tablename__ = "facility_saves"
    batch_id: Mapped[int] = mapped_column(ForeignKey("batches.batch_id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[str]
    author: Mapped[str]
    note: Mapped[str]
    changes: Mapped[list[Any]] = mapped_column(JsonText)
    takes_back: Mapped[int | None]


class Revision(Base):
    """What one save changed: whole rows before and after, so that any revision can be had back.

    ``edits`` are what a person asked for, kept so that it can be asked again on another state;
    ``takes_back`` is the revision that this one undoes or redoes.
    """

    __tablename__ = "revisions"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    saved_at: Mapped[str]
    author: Mapped[str]
    note: Mapped[str]
    ops: Mapped[list[Any]] = mapped_column(JsonText)  # [{op, ids}], for lists without the rows
    changes: Mapped[list[Any]] = mapped_column(JsonText)
    edits: Mapped[list[Any] | None] = mapped_column(JsonText)
    takes_back: Mapped[int | None]


class PlanRow:
    """What the rows of every layer of a plan have: ``extra`` are attributes without a column."""

    fid: Mapped[int] = mapped_column(primary_key=True)
    extra: Mapped[dict[str, Any]] = mapped_column(JsonText)

    @declared_attr
    def plan_id(cls) -> Mapped[str]:  # noqa: N805  (SQLAlchemy calls it with the class)
        """Return the column that says whose row this is."""
        return mapped_column(ForeignKey("plans.plan_id"), index=True)


class Cell(PlanRow, Base):
    """One cell of a plan."""

    __tablename__ = "cells"
    __table_args__ = (UniqueConstraint("plan_id", "cell_id"),)
    cell_id: Mapped[str]
    code: Mapped[str | None]
    name: Mapped[str | None]
    community_id: Mapped[str | None]
    subdistrict_id: Mapped[str | None]
    households: Mapped[int | None]
    people: Mapped[int | None]
    elders_60: Mapped[int | None]
    area_m2: Mapped[float | None]
    base_code: Mapped[str | None]
    workers_needed: Mapped[int | None]
    locked: Mapped[bool | None]
    shape: Mapped[Any] = mapped_column(Shape("POLYGON"))


class Atom(PlanRow, Base):
    """One atom of a plan, the smallest piece that may change its cell."""

    __tablename__ = "atoms"
    __table_args__ = (UniqueConstraint("plan_id", "atom_id"),)
    atom_id: Mapped[str]
    cell_id: Mapped[str | None]
    households: Mapped[int | None]
    shape: Mapped[Any] = mapped_column(Shape("POLYGON"))


class Conflict(PlanRow, Base):
    """One strip that departments disagree about."""

    __tablename__ = "conflicts"
    __table_args__ = (UniqueConstraint("plan_id", "conflict_id"),)
    conflict_id: Mapped[str]
    kind: Mapped[str | None]
    departments: Mapped[str | None]
    area_m2: Mapped[float | None]
    width_m: Mapped[float | None]
    households: Mapped[int | None]
    status: Mapped[str | None]
    shape: Mapped[Any] = mapped_column(Shape("GEOMETRY"))


class Community(PlanRow, Base):
    """One community of a plan, as cleaned."""

    __tablename__ = "communities"
    __table_args__ = (UniqueConstraint("plan_id", "community_id"),)
    community_id: Mapped[str]
    name: Mapped[str | None]
    subdistrict_id: Mapped[str | None]
    subdistrict_name: Mapped[str | None]
    shape: Mapped[Any] = mapped_column(Shape("GEOMETRY"))


class Subdistrict(PlanRow, Base):
    """One subdistrict of a plan, as cleaned."""

    __tablename__ = "subdistricts"
    __table_args__ = (UniqueConstraint("plan_id", "subdistrict_id"),)
    subdistrict_id: Mapped[str]
    subdistrict_name: Mapped[str | None]
    communities: Mapped[int | None]
    shape: Mapped[Any] = mapped_column(Shape("GEOMETRY"))


class Blob(Base):
    """The bytes of a result or a network, once for every content."""

    __tablename__ = "blobs"
    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes]


class Result(Base):
    """A file that belongs to a revision of a plan: a report, a table of gaps, a network.

    ``made_from`` says which doors and facilities it was made from, null where nobody knows.
    """

    __tablename__ = "results"
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.plan_id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int]
    sha256: Mapped[str] = mapped_column(ForeignKey("blobs.sha256"))
    made_from: Mapped[str | None]


class AuditRow(Base):
    """One thing that somebody did; each row holds the hash of the one before it."""

    __tablename__ = "audit"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[str]
    actor: Mapped[str]
    action: Mapped[str]
    target: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JsonText)
    previous: Mapped[str]
    digest: Mapped[str]


LAYERS: dict[str, type[PlanRow]] = {
    "cells": Cell,
    "atoms": Atom,
    "conflicts": Conflict,
    "communities": Community,
    "subdistricts": Subdistrict,
}
