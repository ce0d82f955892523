"""Norm packs of the district's own."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from onegrid.store.json_text import JsonText

revision: Final = "0008"
down_revision: Final = "0007"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "norm_packs",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("rules", JsonText, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("norm_packs")
