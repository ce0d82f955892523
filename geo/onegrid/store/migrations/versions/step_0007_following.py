"""Rows of registers know the grid of their cell; cases are counted by department too."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0007"
down_revision: Final = "0006"
branch_labels: Final = None
depends_on: Final = None

_INDEX: Final = "cases_new"
_SCANNED: Final = (
    *("register", "opened_at", "case_id", "flow", "state", "tier", "kind", "due_at", "cell_id"),
    *("community_id", "subdistrict_id", "reopened", "score"),
)


def upgrade() -> None:
    """Add the column, and make the index anew."""
    op.add_column("entries", sa.Column("grid", sa.Text))
    op.create_index("ix_entries_grid", "entries", ["grid"])
    op.drop_index(_INDEX, "cases")
    op.create_index(_INDEX, "cases", [*_SCANNED, "department"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index(_INDEX, "cases")
    op.create_index(_INDEX, "cases", list(_SCANNED))
    op.drop_index("ix_entries_grid", "entries")
    op.drop_column("entries", "grid")
