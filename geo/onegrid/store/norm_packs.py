"""Norm packs of the district's own, as rows that a pack file has.

A pack never changes: a result that names it says what it was made with. What is better known
later is a pack of another name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from onegrid.errors import InputError, Problem
from onegrid.store import audit
from onegrid.store.service_models import NormPack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class KeptPack:
    """A pack as it was sent."""

    name: str
    rules: Sequence[Mapping[str, str]]
    author: str
    saved_at: str


def list_packs(connection: Connection) -> list[KeptPack]:
    """Return the packs by name."""
    return _found(connection)


def norm_pack(connection: Connection, name: str) -> KeptPack:
    """Return one pack.

    Raises
    ------
    InputError
        ``PACK_MISSING``.
    """
    found = _found(connection, NormPack.name == name)
    if not found:
        raise InputError(Problem("PACK_MISSING", f"the workspace has no norm pack {name!r}"))
    return found[0]


def add_pack(
    connection: Connection, name: str, rules: Sequence[Mapping[str, str]], *, by: By
) -> KeptPack:
    """Keep a pack.

    Raises
    ------
    InputError
        ``PACK_EXISTS`` if there is one of that name.
    """
    # on record first: in PostgreSQL whoever adds the same one waits for this, then sees it
    audit.note(connection, by, "add norm pack", name, {"rules": len(rules)})
    if _found(connection, NormPack.name == name):
        remedy = "a pack does not change: give it another name, or delete that one"
        raise InputError(Problem("PACK_EXISTS", f"there is a norm pack {name!r}", remedy=remedy))
    made = KeptPack(name, list(rules), by.author, by.at)
    connection.execute(insert(NormPack), vars(made))
    return made


def drop_pack(connection: Connection, name: str, *, by: By) -> None:
    """Forget a pack; raises as `norm_pack`."""
    norm_pack(connection, name)
    connection.execute(delete(NormPack).where(NormPack.name == name))
    audit.note(connection, by, "drop norm pack", name, {})


def _found(connection: Connection, *where: Any) -> list[KeptPack]:  # noqa: ANN401  (SQL)
    query = select(NormPack.__table__).where(*where).order_by(NormPack.name)
    return [KeptPack(**row) for row in connection.execute(query).mappings()]
