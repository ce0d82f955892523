"""What departments were let onto the grid (准入制): tasks and layers beside the standing duties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem, StateError
from onegrid.operations.flows import ADMISSION, duties, duty_of
from onegrid.standards.tables import one_of
from onegrid.store import case_lists
from onegrid.store.ground import departments as ground_departments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

TASK: Final = "task"
LAYER: Final = "layer"
DEPARTMENT: Final = "department"  # in the details of an admission: who answers for it


def refuse_unknown_kind(kind: str) -> None:
    """Raise ``ADMISSION_KIND`` unless it is a kind of thing that is let onto the grid."""
    if kind not in (TASK, LAYER):
        remedy = one_of((TASK, LAYER))
        raise InputError(Problem("ADMISSION_KIND", f"no {kind!r} is admitted", remedy=remedy))


def admitted(connection: Connection, kind: str) -> dict[str, str]:
    """Return the tasks or layers that were admitted, by name, each with its department."""
    found = case_lists.ended(connection, ADMISSION, kind)
    return {one.head.title: str(one.head.details.get(DEPARTMENT, "")) for one in found}


def refuse_unadmitted(connection: Connection, plan_id: str, departments: Iterable[str]) -> None:
    """Raise for departments whose layer is neither in a plan nor admitted to the grid.

    Raises
    ------
    StateError
        ``ADMISSION_MISSING`` for each.
    """
    layers = admitted(connection, LAYER)
    known = {*ground_departments(connection, plan_id), *layers, *layers.values()}
    remedy = "ask for admission of the layer; the subdistrict reviews, the district admits it"
    missing = [
        Problem("ADMISSION_MISSING", f"{name!r} is not admitted to the grid", "", name, remedy)
        for name in sorted(set(departments) - known)
    ]
    if missing:
        raise StateError(*missing)


def department_for(connection: Connection, duty: str) -> str | None:
    """Return the department that answers for a duty, or for a task that was admitted.

    Raises
    ------
    InputError
        ``DUTY_UNKNOWN``: it is neither.
    """
    tasks = {} if duty in duties() else admitted(connection, TASK)
    return tasks[duty] or None if duty in tasks else duty_of(duty).department
