"""Doors, facilities and departments' grids of each plan; facilities edited one by one."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import context, op

from onegrid.store.json_text import JsonText
from onegrid.store.layers import add_table, drop_table
from onegrid.store.shape import Shape

revision: Final = "0006"
down_revision: Final = "0005"
branch_labels: Final = None
depends_on: Final = None

_COUNTS: Final = ("households", "people", "elders_60", "elders_80", "elders_alone")
_KEYS: Final = {"doors": "id", "facilities": "facility_id"}
_ROWS: Final = ("doors", "facilities", "department_grids")


def _columns(table: str) -> list[sa.Column[Any]]:
    if table == "doors":
        return [sa.Column(name, sa.Integer, nullable=False) for name in _COUNTS]
    return [
        sa.Column("kind", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text),
        sa.Column("floor_area_m2", sa.Float),
        sa.Column("capacity_people", sa.Float),
        *(sa.Column(name, sa.Text) for name in ("opening_hours", "phone", "address")),
    ]


def _form(table: str, *, in_batch: bool) -> sa.Table:
    """Return a table whose ids are unique in a batch, or everywhere as they were before."""
    key = _KEYS[table]
    form = sa.MetaData()
    sa.Table("batches", form, sa.Column("batch_id", sa.Integer, primary_key=True))
    link = sa.ForeignKey("batches.batch_id")
    return sa.Table(
        table,
        form,
        sa.Column("fid", sa.Integer, primary_key=True),
        sa.Column("batch_id", sa.Integer, link, nullable=False, index=True),
        sa.Column(key, sa.Text, nullable=False, unique=None if in_batch else True),
        *_columns(table),
        sa.Column("shape", Shape("POINT"), nullable=False),
        *([sa.UniqueConstraint("batch_id", key)] if in_batch else []),
    )


def _set_unique(table: str, *, in_batch: bool) -> None:
    """Say anew which ids are unique; a GeoPackage's table is made anew for it."""
    connection, key = op.get_bind(), _KEYS[table]
    if connection.dialect.name == "postgresql":
        names = {True: f"{table}_batch_id_{key}_key", False: f"{table}_{key}_key"}
        op.drop_constraint(names[not in_batch], table)
        op.create_unique_constraint(
            names[in_batch], table, ["batch_id", key] if in_batch else [key]
        )
        return
    made = _form(table, in_batch=in_batch)
    drop_table(connection, made)
    for index in made.indexes:
        op.drop_index(str(index.name), table)
    op.rename_table(table, f"{table}_before")
    made.create(connection)
    add_table(connection, made, srid=context.config.attributes["srid"])
    every = ", ".join(column.name for column in made.columns)
    op.execute(f"INSERT INTO {table} ({every}) SELECT {every} FROM {table}_before")  # noqa: S608
    op.drop_table(f"{table}_before")


def upgrade() -> None:
    """Link every plan to what it was made from: until now all shared the last imports."""
    op.add_column("batches", sa.Column("revision", sa.Integer, nullable=False, server_default="0"))
    op.add_column("results", sa.Column("made_from", sa.Text))
    for table in _KEYS:
        _set_unique(table, in_batch=True)
    op.create_table(
        "plan_grounds",
        sa.Column("plan_id", sa.Text, sa.ForeignKey("plans.plan_id"), primary_key=True),
        sa.Column("role", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("batches.batch_id"), nullable=False),
    )
    op.create_index("ix_plan_grounds_batch_id", "plan_grounds", ["batch_id"])
    op.create_table(
        "facility_saves",
        sa.Column("batch_id", sa.Integer, sa.ForeignKey("batches.batch_id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("saved_at", "author", "note")),
        sa.Column("changes", JsonText, nullable=False),
        sa.Column("takes_back", sa.Integer),
    )
    there = " UNION ".join(f"SELECT batch_id FROM {table}" for table in _ROWS)  # noqa: S608
    op.execute(
        "INSERT INTO plan_grounds (plan_id, role, name, batch_id)"  # noqa: S608  (our own names)
        " SELECT plan_id, role, batches.name, batch_id FROM plans CROSS JOIN batches"
        f" WHERE batch_id IN ({there})"
    )
    _say_what_results_are_of()
    op.add_column("users", sa.Column("subject", sa.Text))
    op.create_index("ix_users_subject", "users", ["subject"], unique=True)


def _say_what_results_are_of() -> None:
    """Take results to be of the doors and facilities that are there: nothing says otherwise."""
    query = "SELECT role, max(batch_id) FROM plan_grounds WHERE role = '{}' GROUP BY role"
    found = [
        row
        for role in ("people", "facilities")
        for row in op.get_bind().exec_driver_sql(query.format(role)).all()
    ]
    mark = " ".join(f"{role}:{batch_id}@0" for role, batch_id in found)
    op.execute(sa.text("UPDATE results SET made_from = :mark").bindparams(mark=mark))


def downgrade() -> None:
    """Go back to one ground for all plans: that of the last import of each."""
    last = "SELECT max(batch_id) FROM plan_grounds GROUP BY role, name"
    for table in _ROWS:
        op.execute(f"DELETE FROM {table} WHERE batch_id NOT IN ({last})")  # noqa: S608
    op.drop_index("ix_users_subject", "users")
    op.drop_column("users", "subject")
    op.drop_table("facility_saves")
    op.drop_table("plan_grounds")
    for table in _KEYS:
        _set_unique(table, in_batch=False)
    op.drop_column("results", "made_from")
    op.drop_column("batches", "revision")
