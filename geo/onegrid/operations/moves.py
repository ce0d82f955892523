"""One machine for every flow: from where a case stands, and what somebody asks, to where it goes.

The last state has no limit; a case in it is ended, and only reopening moves it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from onegrid.errors import AccessError, InputError, Problem, StateError
from onegrid.operations.flows import HANDLERS, RESIDENT, flow_of, tier_after, tiers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from onegrid.operations.flows import State

Kind = Literal["advance", "escalate", "reopen", "rate"]
SCORES: Final = (1, 5)
NOTE: Final = "note"


@dataclass(frozen=True)
class Standing:
    """Where a case stands; ``since`` is when the time limit of its state began to run."""

    flow: str
    state: str
    tier: str
    since: datetime
    reopened: int = 0
    score: int | None = None

    @property
    def due(self) -> datetime | None:
        """Return when the next state has to be reached, None in the last one."""
        hours = flow_of(self.flow).state(self.state).limit_hours
        return None if hours is None else self.since + timedelta(hours=hours)

    @property
    def ended(self) -> bool:
        """Return whether the case has reached the last state of its flow."""
        return self.due is None


@dataclass(frozen=True)
class Move:
    """What somebody asks of a case: ``to`` is the state it is to reach, as they see it."""

    kind: Kind
    role: str
    at: datetime
    to: str = ""
    note: str = ""
    score: int | None = None


def opened(flow: str, *, role: str, at: datetime) -> Standing:
    """Return where a new case stands.

    Raises
    ------
    InputError, AccessError
        ``FLOW_UNKNOWN``; ``MOVE_ROLE`` if the role may not open one.
    """
    of = flow_of(flow)
    standing = Standing(flow, of.states[0].state, of.first_tier, at)
    _refuse_role(standing, role, of.states[0].enter_by)
    return standing


def moved(standing: Standing, move: Move) -> Standing:
    """Return where a case stands after a move.

    Raises
    ------
    StateError
        ``MOVE_STATE``: a state would be skipped, or the case does not allow it now.
    AccessError
        ``MOVE_ROLE``.
    InputError
        ``MOVE_NEEDS`` if something is left unsaid, ``SCORE``.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> new = opened("grid_issue", role="resident", at=noon)
    >>> moved(new, Move("advance", "grid_worker", noon, to="dispatched")).state
    'dispatched'
    """
    return _MOVES[move.kind](standing, move)


def allowed(standing: Standing, role: str) -> list[tuple[Kind, str]]:
    """Return the moves a role could make, each with the state it leads to.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> new = opened("grid_issue", role="resident", at=datetime(2026, 1, 1, tzinfo=UTC))
    >>> allowed(new, "grid_worker")
    [('advance', 'dispatched'), ('escalate', 'discovered')]
    """
    flow = flow_of(standing.flow)
    here, after = flow.state(standing.state), flow.after(standing.state)
    found: list[tuple[Kind, str]] = []
    if after is not None and _may(standing, role, after.enter_by):
        found.append(("advance", after.state))
    higher = tier_after(standing.tier)
    if not standing.ended and higher and _may(standing, role, (HANDLERS,)):
        found.append(("escalate", here.state))
    if here.reopen_to and _may(standing, role, here.reopen_by):
        found.append(("reopen", here.reopen_to))
    if here.rating_to and standing.score is None and role == RESIDENT:
        found.append(("rate", here.rating_to))
    return found


def escalated(standing: Standing, now: datetime) -> list[Standing]:
    """Return where an overdue case goes until `now`: a tier up each time its limit runs out.

    Each step happens when it was due, so that it does not matter how often one looks.
    """
    steps: list[Standing] = []
    while (due := standing.due) is not None and due <= now:
        higher = tier_after(standing.tier)
        if higher is None:
            break
        standing = replace(standing, tier=higher.tier, since=due)
        steps.append(standing)
    return steps


def replayed(first: Standing, moves: Iterable[Move]) -> Standing:
    """Return where a case stands after all its moves; raises as `moved`."""
    for move in moves:
        first = moved(first, move)
    return first


def _advanced(standing: Standing, move: Move) -> Standing:
    after = flow_of(standing.flow).after(standing.state)
    if after is None or move.to != after.state:
        wanted = "nothing" if after is None else after.state
        what = f"after {standing.state} comes {wanted}, not {move.to or 'nothing'}"
        raise StateError(Problem("MOVE_STATE", what, remedy="look at the case again"))
    _refuse_role(standing, move.role, after.enter_by)
    _refuse_unsaid(after, move)
    return replace(standing, state=after.state, since=move.at)


def _escalated(standing: Standing, move: Move) -> Standing:
    higher = tier_after(standing.tier)
    if higher is None or standing.ended:
        raise StateError(Problem("MOVE_STATE", "nobody above could take it on"))
    _refuse_role(standing, move.role, (HANDLERS,))
    if not move.note.strip():
        raise InputError(Problem("MOVE_NEEDS", "say why it is passed on", "", NOTE))
    return replace(standing, tier=higher.tier, since=move.at)


def _reopened(standing: Standing, move: Move) -> Standing:
    here = flow_of(standing.flow).state(standing.state)
    if not here.reopen_to:
        raise StateError(Problem("MOVE_STATE", f"{standing.state} is not reopened"))
    _refuse_role(standing, move.role, here.reopen_by)
    if not move.note.strip():
        raise InputError(Problem("MOVE_NEEDS", "say why it is opened again", "", NOTE))
    times = standing.reopened + 1
    return replace(standing, state=here.reopen_to, since=move.at, reopened=times, score=None)


def _rated(standing: Standing, move: Move) -> Standing:
    here = flow_of(standing.flow).state(standing.state)
    if not here.rating_to or standing.score is not None:
        what = "it was rated already" if here.rating_to else f"nobody rates what is {here.state}"
        raise StateError(Problem("MOVE_STATE", what))
    _refuse_role(standing, move.role, (RESIDENT,))
    if move.score is None or not SCORES[0] <= move.score <= SCORES[1]:
        what = f"a rating is {SCORES[0]} to {SCORES[1]}"
        raise InputError(Problem("SCORE", what, "", "score"))
    since = standing.since if here.rating_to == here.state else move.at
    return replace(standing, state=here.rating_to, since=since, score=move.score)


_MOVES: Final = {
    "advance": _advanced,
    "escalate": _escalated,
    "reopen": _reopened,
    "rate": _rated,
}


def _may(standing: Standing, role: str, roles: tuple[str, ...]) -> bool:
    handlers = tiers()[standing.tier].roles if HANDLERS in roles and standing.tier else ()
    return role in roles or role in handlers


def _refuse_role(standing: Standing, role: str, roles: tuple[str, ...]) -> None:
    if not _may(standing, role, roles):
        where = f" at tier {standing.tier}" if standing.tier else ""
        what = f"a {role} does not do this of a {standing.flow} that is {standing.state}{where}"
        raise AccessError(Problem("MOVE_ROLE", what))


def _refuse_unsaid(state: State, move: Move) -> None:
    if NOTE in state.needs and not move.note.strip():
        what = f"say what was done before it is {state.state}"
        raise InputError(Problem("MOVE_NEEDS", what, "", NOTE))
