"""Imports remember the CRS of their file and the encoding of its texts."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "0011"
down_revision: Final = "0010"
branch_labels: Final = None
depends_on: Final = None

_COLUMNS: Final = ("crs", "encoding")


def upgrade() -> None:
    """Add the columns; of what is there already nobody knows them."""
    for name in _COLUMNS:
        op.add_column("batches", sa.Column(name, sa.Text))


def downgrade() -> None:
    """Take them away again."""
    for name in reversed(_COLUMNS):
        op.drop_column("batches", name)
