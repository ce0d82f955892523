"""Cases of every flow, their moves and reporters."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op

from onegrid.store.json_text import JsonText
from onegrid.store.layers import add_table, drop_table
from onegrid.store.shape import Shape

revision: Final = "0004"
down_revision: Final = "0003"
branch_labels: Final = None
depends_on: Final = None

_FORM: Final = sa.MetaData()  # as it was then; the models may have moved on
sa.Table("blobs", _FORM, sa.Column("sha256", sa.Text, primary_key=True))  # of the first form


def _required(*names: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(*names: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind) for name in names]


_CASES: Final = sa.Table(
    "cases",
    _FORM,
    sa.Column("fid", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.Text, nullable=False, unique=True),
    *_required("register", "flow", "state", "tier", "since"),
    *_optional("due_at"),
    *_required("reopened", kind=sa.Integer),
    *_optional("score", kind=sa.Integer),
    *_required("revision", kind=sa.Integer),
    *_required("kind", "title", "body"),
    *_optional("department", "old_code", "cell_id", "community_id", "subdistrict_id"),
    sa.Column("grid", sa.Text, index=True),
    *_required("opened_at", "role", "author"),
    sa.Column("photo", sa.Text, sa.ForeignKey("blobs.sha256")),
    *_required("details", kind=JsonText),
    *_required("asked"),
    *_optional("lon", "lat", kind=sa.Float),
    sa.Column("shape", Shape("POINT")),
    sa.Index(
        "cases_new",
        *("register", "opened_at", "case_id", "flow", "state", "tier", "kind", "due_at", "cell_id"),
        *("community_id", "subdistrict_id", "reopened", "score"),
    ),
    sa.Index("cases_place", "register", "lon", "lat", "community_id", "subdistrict_id"),
    sa.Index("cases_community", "register", "community_id", "opened_at"),
    sa.Index("cases_subdistrict", "register", "subdistrict_id", "opened_at"),
    sa.Index("cases_due", "tier", "due_at"),
)
_MOVES: Final = sa.Table(
    "case_moves",
    _FORM,
    sa.Column("fid", sa.Integer, primary_key=True),
    sa.Column("move_id", sa.Text, nullable=False, unique=True),
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), nullable=False),
    *_required("number", kind=sa.Integer),
    *_required("kind", "state", "tier", "at"),
    *_optional("told_at"),
    *_required("role", "actor", "note"),
    *_optional("score", kind=sa.Integer),
    *_required("asked"),
    sa.UniqueConstraint("case_id", "number"),
)
_REPORTERS: Final = sa.Table(
    "case_reporters",
    _FORM,
    sa.Column("case_id", sa.Text, sa.ForeignKey("cases.case_id"), primary_key=True),
    *_optional("key_sha256"),
    *_required("contact"),
)
_NEW: Final = (_CASES, _MOVES, _REPORTERS)


def upgrade() -> None:
    """Create the tables; cases are a layer."""
    _FORM.create_all(op.get_bind(), tables=_NEW)
    add_table(op.get_bind(), _CASES, srid=context.config.attributes["srid"])


def downgrade() -> None:
    """Drop them again."""
    drop_table(op.get_bind(), _CASES)
    _FORM.drop_all(op.get_bind(), tables=_NEW)
