"""Registers: posts on the grid, needs, resources."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from onegrid.store.json_text import JsonText

revision: Final = "0005"
down_revision: Final = "0004"
branch_labels: Final = None
depends_on: Final = None


def _required(*names: str, kind: type[sa.types.TypeEngine[Any]] = sa.Text) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Text, primary_key=True),
        *_required("register", "kind", "title", "contact"),
        *_required("people", kind=sa.Integer),
        *_required("from_at", "until_at"),
        sa.Column("cell_id", sa.Text),
        *_required("community_id", "subdistrict_id"),
        sa.Column("lon", sa.Float),
        sa.Column("lat", sa.Float),
        *_required("details", kind=JsonText),
        *_required("active", kind=sa.Boolean),
        *_required("revision", kind=sa.Integer),
        *_required("saved_at", "author"),
    )
    op.create_index("entries_register", "entries", ["register", "community_id", "entry_id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("entries")
