"""Run by alembic: apply the steps on the connection that `onegrid.store.schema` hands over."""

from __future__ import annotations

from alembic import context

from onegrid.store.models import Base
from onegrid.store.shape import Shape

_OURS = frozenset(Base.metadata.tables)


def _is_ours(_: object, name: str | None, kind: str, reflected: bool, __: object) -> bool:  # noqa: FBT001  (alembic's signature)
    """Leave the databases' own tables, and the spatial indexes, to themselves."""
    if kind == "table":
        return name in _OURS
    return not (kind == "index" and reflected and (name or "").startswith("shape_"))


def _differs(*compared: object) -> bool | None:
    """Return False for shapes: their kind and CRS are the layer's; None leaves it to alembic."""
    return False if isinstance(compared[-1], Shape) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    include_object=_is_ours,
    compare_type=_differs,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
