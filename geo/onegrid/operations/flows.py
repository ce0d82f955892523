"""The tables of the flows: their states in order, who may enter each, and how long it may last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from onegrid.errors import InputError, Problem
from onegrid.standards.tables import one_of, rows

ISSUE: Final = "issue"
PROJECT: Final = "project"
ADMISSION: Final = "admission"
RESIDENT: Final = "resident"
HANDLERS: Final = "tier"  # in a list of roles: those of the tier that a case is at


@dataclass(frozen=True)
class State:
    """One step of a flow.

    ``limit_hours`` is how long a case may stay in it, None in the last one; ``rating_to`` the
    state that a rating leads to, empty where nobody rates yet; ``needs`` names what a move into it
    has to say.
    """

    state: str
    label_zh: str
    label_en: str
    enter_by: tuple[str, ...]
    needs: tuple[str, ...]
    limit_hours: float | None
    rating_to: str
    reopen_to: str
    reopen_by: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True)
class Flow:
    """The states of one kind of case, in the only order they can be gone through.

    ``register`` says what such a case is; ``first_tier`` is empty where none acts for another.
    """

    flow: str
    label_zh: str
    label_en: str
    register: str
    first_tier: str
    source: str
    confidence: str
    states: tuple[State, ...]

    def state(self, name: str) -> State:
        """Return a state by its name.

        Raises
        ------
        InputError
            ``STATE_UNKNOWN``.
        """
        found = next((one for one in self.states if one.state == name), None)
        if found is None:
            remedy = one_of(one.state for one in self.states)
            what = f"flow {self.flow} has no state {name!r}"
            raise InputError(Problem("STATE_UNKNOWN", what, remedy=remedy))
        return found

    def after(self, name: str) -> State | None:
        """Return the state that follows, None after the last.

        Examples
        --------
        >>> flow_of("grid_issue").after("discovered").state
        'dispatched'
        """
        place = self.states.index(self.state(name)) + 1
        return self.states[place] if place < len(self.states) else None


@dataclass(frozen=True)
class Tier:
    """Who handles a case: the first tier to begin with, the next one when it is overdue."""

    tier: str
    label_zh: str
    label_en: str
    roles: tuple[str, ...]
    source: str
    confidence: str


@dataclass(frozen=True)
class Duty:
    """What is done on the grid, and the department that answers for it."""

    duty: str
    label_zh: str
    label_en: str
    department: str
    source: str
    confidence: str


@cache
def flows() -> dict[str, Flow]:
    """Return every flow by name, in the order of the table.

    Examples
    --------
    >>> [state.label_zh for state in flows()["grid_issue"].states][:6]
    ['发现', '推送', '处置', '协调', '监督', '反馈']
    """
    states: dict[str, list[State]] = {}
    for row in rows("flow_states.csv"):
        states.setdefault(row["flow"], []).append(_state(row))
    return {
        row["flow"]: Flow(**row, states=tuple(states[row["flow"]])) for row in rows("flows.csv")
    }


@cache
def tiers() -> dict[str, Tier]:
    """Return the tiers by name, the one that begins first."""
    return {
        row["tier"]: Tier(**{**row, "roles": _names(row["roles"])})  # type: ignore[arg-type]  # texts
        for row in rows("tiers.csv")
    }


@cache
def duties() -> dict[str, Duty]:
    """Return the duties on the grid by name, in the order of the table.

    Examples
    --------
    >>> duties()["hazards"].department
    'emergency'
    """
    return {row["duty"]: Duty(**row) for row in rows("duties.csv")}


def flow_of(name: str, *, register: str | None = None) -> Flow:
    """Return a flow, of some register if asked.

    Raises
    ------
    InputError
        ``FLOW_UNKNOWN``.
    """
    known = [one for one in flows().values() if register in (None, one.register)]
    found = next((one for one in known if one.flow == name), None)
    if found is None:
        remedy = one_of(one.flow for one in known)
        raise InputError(Problem("FLOW_UNKNOWN", f"no flow {name!r}", remedy=remedy))
    return found


def duty_of(name: str) -> Duty:
    """Return a duty.

    Raises
    ------
    InputError
        ``DUTY_UNKNOWN``.
    """
    if name not in duties():
        remedy = one_of(duties())
        raise InputError(Problem("DUTY_UNKNOWN", f"no duty {name!r}", remedy=remedy))
    return duties()[name]


def tier_after(name: str) -> Tier | None:
    """Return the tier above, None above the highest and where there are no tiers."""
    names = list(tiers())
    if name not in names or name == names[-1]:
        return None
    return tiers()[names[names.index(name) + 1]]


def _state(row: dict[str, str]) -> State:
    return State(
        state=row["state"],
        label_zh=row["label_zh"],
        label_en=row["label_en"],
        enter_by=_names(row["enter_by"]),
        needs=_names(row["needs"]),
        limit_hours=float(row["limit_hours"]) if row["limit_hours"] else None,
        rating_to=row["rating_to"],
        reopen_to=row["reopen_to"],
        reopen_by=_names(row["reopen_by"]),
        source=row["source"],
        confidence=row["confidence"],
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)
