"""Named scenarios of a plan: sets of changes that somebody tried out and kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from onegrid.errors import InputError, Problem, StaleError
from onegrid.store import audit
from onegrid.store.service_models import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from onegrid.store.audit import By


@dataclass(frozen=True)
class Kept:
    """A scenario as it was last saved; ``revision`` counts its saves, from 1."""

    name: str
    revision: int
    changes: Sequence[Mapping[str, Any]]
    note: str
    author: str
    saved_at: str


def list_scenarios(connection: Connection, plan_id: str) -> list[Kept]:
    """Return the scenarios of a plan by name."""
    return _found(connection, Scenario.plan_id == plan_id)


def scenario(connection: Connection, plan_id: str, name: str) -> Kept:
    """Return one scenario.

    Raises
    ------
    InputError
        ``SCENARIO_UNKNOWN``.
    """
    found = _found(connection, *_one(plan_id, name))
    if not found:
        what = f"plan {plan_id!r} has no scenario {name!r}"
        raise InputError(Problem("SCENARIO_UNKNOWN", what))
    return found[0]


def save_scenario(
    connection: Connection,
    plan_id: str,
    name: str,
    changes: Sequence[Mapping[str, Any]],
    *,
    base: int,
    by: By,
) -> Kept:
    """Keep a scenario that was made from revision `base` of it, 0 for a new one.

    Raises
    ------
    StaleError
        If it has moved on; nothing is saved.
    InputError
        ``SCENARIO_UNKNOWN`` if it is gone.
    """
    made = Kept(name, base + 1, list(changes), by.note, by.author, by.at)
    if base == 0:
        _refuse_stale(connection, plan_id, name, base)
        connection.execute(insert(Scenario), {"plan_id": plan_id, **vars(made)})
    else:
        there = *_one(plan_id, name), Scenario.revision == base
        if connection.execute(update(Scenario).where(*there).values(**vars(made))).rowcount != 1:
            scenario(connection, plan_id, name)
            _refuse_stale(connection, plan_id, name, base)
    audit.note(connection, by, "save scenario", f"{plan_id}/{name}@{base + 1}", {})
    return made


def drop_scenario(connection: Connection, plan_id: str, name: str, *, base: int, by: By) -> None:
    """Forget a scenario as it stands at revision `base`; raises as `save_scenario`."""
    scenario(connection, plan_id, name)
    _refuse_stale(connection, plan_id, name, base)
    connection.execute(delete(Scenario).where(*_one(plan_id, name)))
    audit.note(connection, by, "drop scenario", f"{plan_id}/{name}@{base}", {})


def _refuse_stale(connection: Connection, plan_id: str, name: str, base: int) -> None:
    now = max((one.revision for one in _found(connection, *_one(plan_id, name))), default=0)
    if now != base:
        what = f"made from revision {base} of scenario {name!r}, which stands at {now}"
        remedy = "look at what changed, then save again"
        raise StaleError(Problem("STALE_REVISION", what, remedy=remedy), revision=now)


def _one(plan_id: str, name: str) -> tuple[Any, ...]:
    return Scenario.plan_id == plan_id, Scenario.name == name


def _found(connection: Connection, *where: Any) -> list[Kept]:  # noqa: ANN401  (SQL)
    table = Scenario.__table__.c
    columns = (table.name, table.revision, table.changes, table.note, table.author, table.saved_at)
    query = select(*columns).where(*where).order_by(table.name)
    return [Kept(**row) for row in connection.execute(query).mappings()]
