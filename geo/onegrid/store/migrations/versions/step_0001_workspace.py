"""The first form of a workspace."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op

from onegrid.store.geopackage import make_geopackage
from onegrid.store.json_text import JsonText
from onegrid.store.layers import add_table, drop_table
from onegrid.store.shape import Shape

revision: Final = "0001"
down_revision: Final = None
branch_labels: Final = None
depends_on: Final = None

_FORM: Final = sa.MetaData()  # as it was then; the models may have moved on


def _plan_layer(name: str, key: str, *columns: sa.Column[Any], kind: str) -> None:
    sa.Table(
        name,
        _FORM,
        sa.Column("fid", sa.Integer, primary_key=True),
        sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), nullable=False, index=True),
        sa.Column(key, sa.Text, nullable=False),
        *columns,
        sa.Column("extra", JsonText, nullable=False),
        sa.Column("shape", Shape(kind), nullable=False),
        sa.UniqueConstraint("plan_id", key),
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text) for name in names]


def _required(*names: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _batch() -> sa.Column[Any]:
    link = sa.ForeignKey("batches.batch_id")
    return sa.Column("batch_id", sa.Integer, link, nullable=False, index=True)


sa.Table("settings", _FORM, sa.Column("name", sa.Text, primary_key=True), *_required("value"))
sa.Table(
    "batches",
    _FORM,
    sa.Column("batch_id", sa.Integer, primary_key=True),
    *_required("role", "name", "source", "sha256"),
    *_required("rows", kind=sa.Integer),
    *_required("imported_at", "author"),
    sa.Column("findings", JsonText, nullable=False),
)
sa.Table(
    "department_grids",
    _FORM,
    sa.Column("fid", sa.Integer, primary_key=True),
    _batch(),
    sa.Column("department", sa.Text, nullable=False, index=True),
    *_texts("code", "name", "lead", "workers"),
    sa.Column("shape", Shape("GEOMETRY"), nullable=False),
)
sa.Table(
    "doors",
    _FORM,
    sa.Column("fid", sa.Integer, primary_key=True),
    _batch(),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    *_required("households", "people", "elders_60", "elders_80", "elders_alone", kind=sa.Integer),
    sa.Column("shape", Shape("POINT"), nullable=False),
)
sa.Table(
    "facilities",
    _FORM,
    sa.Column("fid", sa.Integer, primary_key=True),
    _batch(),
    sa.Column("facility_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False, index=True),
    *_texts("name"),
    sa.Column("floor_area_m2", sa.Float),
    sa.Column("capacity_people", sa.Float),
    *_texts("opening_hours", "phone", "address"),
    sa.Column("shape", Shape("POINT"), nullable=False),
)
sa.Table(
    "plans",
    _FORM,
    sa.Column("plan_id", sa.Text, primary_key=True),
    *_required("name", "status"),
    *_required("revision", kind=sa.Integer),
    sa.Column(
        "parent_id",
        sa.Text,
        sa.ForeignKey("plans.plan_id", deferrable=True, initially="DEFERRED"),
    ),
    sa.Column("parent_revision", sa.Integer),
    *_required("created_at", "author"),
)
sa.Table(
    "revisions",
    _FORM,
    sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), primary_key=True),
    sa.Column("revision", sa.Integer, primary_key=True),
    *_required("saved_at", "author", "note"),
    sa.Column("ops", JsonText, nullable=False),
    sa.Column("changes", JsonText, nullable=False),
)
_plan_layer(
    "cells",
    "cell_id",
    *_texts("code", "name", "community_id", "subdistrict_id"),
    *(sa.Column(name, sa.Integer) for name in ("households", "people", "elders_60")),
    sa.Column("area_m2", sa.Float),
    *_texts("base_code"),
    sa.Column("workers_needed", sa.Integer),
    sa.Column("locked", sa.Boolean),
    kind="POLYGON",
)
_plan_layer(
    "atoms", "atom_id", *_texts("cell_id"), sa.Column("households", sa.Integer), kind="POLYGON"
)
_plan_layer(
    "conflicts",
    "conflict_id",
    *_texts("kind", "departments"),
    sa.Column("area_m2", sa.Float),
    sa.Column("width_m", sa.Float),
    sa.Column("households", sa.Integer),
    *_texts("status"),
    kind="GEOMETRY",
)
_plan_layer(
    "communities",
    "community_id",
    *_texts("name", "subdistrict_id", "subdistrict_name"),
    kind="GEOMETRY",
)
_plan_layer(
    "subdistricts",
    "subdistrict_id",
    *_texts("subdistrict_name"),
    sa.Column("communities", sa.Integer),
    kind="GEOMETRY",
)
sa.Table(
    "blobs",
    _FORM,
    sa.Column("sha256", sa.Text, primary_key=True),
    *_required("size", kind=sa.Integer),
    *_required("content", kind=sa.LargeBinary),
)
sa.Table(
    "results",
    _FORM,
    sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    *_required("revision", kind=sa.Integer),
    sa.Column("sha256", sa.Text, sa.ForeignKey("blobs.sha256"), nullable=False),
)
sa.Table(
    "audit",
    _FORM,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    *_required("at", "actor", "action", "target"),
    sa.Column("details", JsonText, nullable=False),
    *_required("previous", "digest"),
)


def upgrade() -> None:
    """Create every table."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        make_geopackage(connection)
    _FORM.create_all(connection)
    for table in _FORM.sorted_tables:
        add_table(connection, table, srid=context.config.attributes["srid"])


def downgrade() -> None:
    """Drop every table."""
    connection = op.get_bind()
    for table in reversed(_FORM.sorted_tables):
        drop_table(connection, table)
    _FORM.drop_all(connection)
