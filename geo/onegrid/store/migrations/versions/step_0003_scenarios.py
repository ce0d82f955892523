"""Named scenarios of plans."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

from onegrid.store.json_text import JsonText

revision: Final = "0003"
down_revision: Final = "0002"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "scenarios",
        sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("changes", JsonText, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("saved_at", sa.Text, nullable=False),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("scenarios")
