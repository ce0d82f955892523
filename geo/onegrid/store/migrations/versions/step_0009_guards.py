"""The layers of plans are written by onegrid alone, also where QGIS has the file open."""

from __future__ import annotations

from typing import Final

from alembic import op

from onegrid.store.geopackage import guard_rows, unguard_rows

revision: Final = "0009"
down_revision: Final = "0008"
branch_labels: Final = None
depends_on: Final = None

_LAYERS: Final = ("cells", "atoms", "conflicts", "communities", "subdistricts")


def upgrade() -> None:
    """Guard them; who may write to PostGIS is what its roles are for."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for table in _LAYERS:
            guard_rows(connection, table)


def downgrade() -> None:
    """Guard them no more."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for table in _LAYERS:
            unguard_rows(connection, table)
