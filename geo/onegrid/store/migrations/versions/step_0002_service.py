"""Accounts, drafts, reviews, uploads and jobs; edits beside the changes they made."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from onegrid.store.json_text import JsonText

revision: Final = "0002"
down_revision: Final = "0001"
branch_labels: Final = None
depends_on: Final = None

_FORM: Final = sa.MetaData()  # as it was then; the models may have moved on
for _known, _key in (("plans", "plan_id"), ("blobs", "sha256")):  # of the first form
    sa.Table(_known, _FORM, sa.Column(_key, sa.Text, primary_key=True))
_OLD: Final = frozenset(_FORM.tables)


def _required(*names: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def _optional(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text) for name in names]


def _user(name: str = "user_id") -> sa.Column[Any]:
    return sa.Column(name, sa.Text, sa.ForeignKey("users.user_id"), nullable=False, index=True)


sa.Table(
    "users",
    _FORM,
    sa.Column("user_id", sa.Text, primary_key=True),
    *_required("name", "role"),
    *_required("areas", kind=JsonText),
    *_optional("password"),
    *_required("active", kind=sa.Boolean),
    *_required("made_at"),
)
sa.Table(
    "logins",
    _FORM,
    sa.Column("token_sha256", sa.Text, primary_key=True),
    _user(),
    *_required("csrf", "agent", "made_at", "seen_at", "ends_at"),
)
sa.Table(
    "links",
    _FORM,
    sa.Column("token_sha256", sa.Text, primary_key=True),
    _user(),
    *_required("ends_at"),
)
sa.Table(
    "attempts",
    _FORM,
    sa.Column("subject", sa.Text, primary_key=True),
    *_required("failures", kind=sa.Integer),
    *_required("last_at"),
)
sa.Table(
    "drafts",
    _FORM,
    sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), primary_key=True),
    sa.Column("user_id", sa.Text, sa.ForeignKey("users.user_id"), primary_key=True),
    *_required("base_revision", kind=sa.Integer),
    *_required("edits", kind=JsonText),
    *_required("saved_at"),
)
sa.Table(
    "reviews",
    _FORM,
    sa.Column("review_id", sa.Integer, primary_key=True),
    sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), nullable=False, index=True),
    *_required("revision", kind=sa.Integer),
    *_required("step"),
    *_optional("subdistrict_id"),
    *_required("at", "actor", "note"),
)
sa.Table(
    "uploads",
    _FORM,
    sa.Column("upload_id", sa.Text, primary_key=True),
    _user("owner"),
    *_required("file"),
    *_required("size", kind=sa.Integer),
    sa.Column("sha256", sa.Text, sa.ForeignKey("blobs.sha256"), nullable=False),
    *_required("sent_at"),
    *_required("preview", kind=JsonText),
)
sa.Table(
    "jobs",
    _FORM,
    sa.Column("job_id", sa.Text, primary_key=True),
    *_required("kind"),
    *_optional("plan_id"),
    *_required("options", kind=JsonText),
    _user("owner"),
    sa.Column("state", sa.Text, nullable=False, index=True),
    *_required("stage"),
    *_required("tries", kind=sa.Integer),
    *_required("asked_at"),
    *_optional("started_at", "ended_at"),
    sa.Column("result", JsonText),
    *_required("problems", kind=JsonText),
)
_NEW: Final = [table for table in _FORM.sorted_tables if table.name not in _OLD]


def upgrade() -> None:
    """Create the tables, and the columns of revisions."""
    _FORM.create_all(op.get_bind(), tables=_NEW)
    op.add_column("revisions", sa.Column("edits", JsonText))
    op.add_column("revisions", sa.Column("takes_back", sa.Integer))


def downgrade() -> None:
    """Drop them again; plans stay as they are."""
    op.drop_column("revisions", "takes_back")
    op.drop_column("revisions", "edits")
    _FORM.drop_all(op.get_bind(), tables=_NEW)
