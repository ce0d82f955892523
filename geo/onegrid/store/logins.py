"""Browsers that are logged in, one-time links, and the brake on guessing.

Times are ISO 8601 texts in UTC, compared as texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, text, update

from onegrid.errors import AccessError, LimitError, Problem
from onegrid.store import audit
from onegrid.store.passwords import digest, fits, new_token
from onegrid.store.service_models import Attempt, Link, Login, User
from onegrid.store.users import Person, password_of, set_password

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from onegrid.store.audit import By

LOGIN_HOURS: Final = 12
LINK_HOURS: Final = 24
SEEN_MINUTES: Final = 5  # how exactly it is known when somebody was last seen
FAILURES_MAX: Final = {"name": 5, "address": 50}  # an office may share one address
_PAUSE_S: Final = 60  # after so many failures; doubles with each further one, up to an hour
_PAUSE_MAX_S: Final = 3600
_AGENT_MAX: Final = 200
_COUNT: Final = """
INSERT INTO attempts (subject, failures, last_at) VALUES (:subject, 1, :now)
ON CONFLICT (subject) DO UPDATE SET last_at = excluded.last_at, failures =
  CASE WHEN attempts.last_at < :forgotten THEN 1 ELSE attempts.failures + 1 END
"""


@dataclass(frozen=True)
class Session:
    """A browser that is logged in, and who sits before it."""

    key: str
    person: Person
    csrf: str
    seen_at: str


@dataclass(frozen=True)
class SessionHead:
    """A login as its owner sees it."""

    key: str
    agent: str
    made_at: str
    seen_at: str
    ends_at: str


def refuse_guessing(connection: Connection, subjects: Sequence[str], *, now: str) -> None:
    """Raise ``LOGIN_PAUSED`` while one of them has failed too often.

    Parameters
    ----------
    subjects
        ``name X`` that was given, and ``address Y`` it came from.
    """
    query = select(Attempt.subject, Attempt.failures, Attempt.last_at).where(
        Attempt.subject.in_(subjects)
    )
    for subject, failures, last_at in connection.execute(query):
        over = failures - FAILURES_MAX[subject.partition(" ")[0]]
        # a failure that is still to come was noted by a clock that went wrong
        if over >= 0 and last_at <= now < later(last_at, seconds=_pause_s(over)):
            remedy = f"wait {_pause_s(over)} seconds"
            raise LimitError(Problem("LOGIN_PAUSED", "too many failed logins", remedy=remedy))


def note_failure(connection: Connection, subjects: Sequence[str], *, now: str) -> None:
    """Count a failed login; those of more than an hour ago are forgotten."""
    forgotten = later(now, seconds=-_PAUSE_MAX_S)
    for subject in sorted(subjects):
        told = {"subject": subject, "now": now, "forgotten": forgotten}
        connection.execute(text(_COUNT), told)


def right_password(connection: Connection, user_id: str, password: str) -> bool:
    """Return whether somebody may come in; it takes as long for a name that is not there."""
    return fits(password, password_of(connection, user_id))


def log_in(connection: Connection, user_id: str, *, agent: str, by: By) -> tuple[str, str]:
    """Open a login; return its token, for the cookie, and the token against forged forms."""
    token, csrf = new_token(), new_token()
    record = {
        "token_sha256": digest(token),
        "user_id": user_id,
        "csrf": csrf,
        "agent": agent[:_AGENT_MAX],
        "made_at": by.at,
        "seen_at": by.at,
        "ends_at": later(by.at, seconds=LOGIN_HOURS * 3600),
    }
    connection.execute(delete(Login).where(Login.ends_at <= by.at))
    connection.execute(delete(Attempt).where(Attempt.subject == f"name {user_id}"))
    connection.execute(insert(Login), record)
    audit.note(connection, by, "log in", user_id, {})
    return token, csrf


def session_of(connection: Connection, token: str, *, now: str) -> Session | None:
    """Return who a token belongs to, None if it is unknown, over, or its owner is shut out."""
    login, user = Login.__table__.c, User.__table__.c
    query = (
        select(
            login.token_sha256, login.csrf, login.seen_at,
            user.user_id, user.name, user.role, user.areas, user.made_at,
        )
        .join(User, login.user_id == user.user_id)
        .where(login.token_sha256 == digest(token), login.ends_at > now, user.active)
    )  # fmt: skip
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    person = Person(
        row["user_id"], row["name"], row["role"], tuple(row["areas"]), made_at=row["made_at"]
    )
    return Session(row["token_sha256"], person, row["csrf"], row["seen_at"])


def seen(connection: Connection, session: Session, *, now: str) -> None:
    """Note that somebody is still there."""
    step = update(Login).where(Login.token_sha256 == session.key)
    connection.execute(step.values(seen_at=now))


def sessions_of(connection: Connection, user_id: str, *, now: str) -> list[SessionHead]:
    """Return where somebody is logged in, the newest first."""
    login = Login.__table__.c
    query = (
        select(login.token_sha256.label("key"), login.agent, login.made_at, login.seen_at,
               login.ends_at)
        .where(login.user_id == user_id, login.ends_at > now)
        .order_by(login.made_at.desc(), login.token_sha256)
    )  # fmt: skip
    return [SessionHead(**row) for row in connection.execute(query).mappings()]


def log_out(connection: Connection, user_id: str, key: str, *, by: By) -> bool:
    """End a login of somebody; return whether there was one."""
    gone = delete(Login).where(Login.user_id == user_id, Login.token_sha256 == key)
    ended = connection.execute(gone).rowcount == 1
    if ended:
        audit.note(connection, by, "log out", user_id, {})
    return ended


def make_link(connection: Connection, user_id: str, *, by: By) -> str:
    """Return the token of a link by which a user sets a password, once; older ones are void."""
    token = new_token()
    connection.execute(delete(Link).where(Link.user_id == user_id))
    ends_at = later(by.at, seconds=LINK_HOURS * 3600)
    record = {"token_sha256": digest(token), "user_id": user_id, "ends_at": ends_at}
    connection.execute(insert(Link), record)
    audit.note(connection, by, "make link", user_id, {"ends_at": ends_at})
    return token


def use_link(connection: Connection, token: str, password: str, *, by: By) -> str:
    """Set the password by a one-time link; return whose it is.

    Raises
    ------
    AccessError
        ``LINK_VOID``: used, too old, or never made.
    InputError
        ``PASSWORD_WEAK``; the link stays good.
    """
    key = digest(token)
    query = select(Link.user_id).where(Link.token_sha256 == key, Link.ends_at > by.at)
    user_id = connection.scalar(query)
    if user_id is None:
        raise AccessError(Problem("LINK_VOID", "the link was used or is too old"))
    if connection.execute(delete(Link).where(Link.token_sha256 == key)).rowcount != 1:
        raise AccessError(Problem("LINK_VOID", "the link was used or is too old"))
    set_password(connection, str(user_id), password, by=audit.By(str(user_id), by.at))
    return str(user_id)


def later(at: str, *, seconds: int) -> str:
    """Return a time some seconds after another one.

    Examples
    --------
    >>> later("2026-01-01T23:59:30Z", seconds=60)
    '2026-01-02T00:00:30Z'
    """
    return audit.stamp(datetime.fromisoformat(at) + timedelta(seconds=seconds))


def _pause_s(over: int) -> int:
    return min(_PAUSE_S << min(over, 10), _PAUSE_MAX_S)
