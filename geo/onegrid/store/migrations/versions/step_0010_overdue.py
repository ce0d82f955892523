"""Cases that are overdue are found without going through all of them."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"
branch_labels: Final = None
depends_on: Final = None

_INDEX: Final = "cases_overdue"


def upgrade() -> None:
    """Make the index."""
    op.create_index(_INDEX, "cases", ["register", "due_at"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index(_INDEX, "cases")
