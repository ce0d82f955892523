"""Who may come in: people with a role, each for some areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, insert, select, update

from onegrid.errors import AccessError, InputError, Problem, StateError
from onegrid.operations.flows import duties
from onegrid.store import audit
from onegrid.store.models import Community, DepartmentGrid
from onegrid.store.passwords import hashed
from onegrid.store.service_models import Login, User

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from onegrid.store.audit import By

ROLES: Final = ("grid_worker", "community", "subdistrict_office", "planner", "admin", "department")
GUEST: Final = "guest"  # logged in by the provider, and given nothing yet
DISTRICT: Final = "district"
DEPARTMENT: Final = "department"  # a role, and the area of its accounts: department/NAME
_LEVELS: Final = {
    "subdistrict": Community.subdistrict_id,
    "community": Community.community_id,
    DEPARTMENT: DepartmentGrid.department,
}
_NAME_MAX: Final = 100


@dataclass(frozen=True)
class Person:
    """A user as lists show them.

    An area is ``district`` (all of it), ``subdistrict/ID`` or ``community/ID``; that of a
    department's account is ``department/NAME``, and no other role has it.
    """

    user_id: str
    name: str
    role: str
    areas: tuple[str, ...]
    active: bool = True
    made_at: str = ""


def add_user(connection: Connection, person: Person, *, by: By) -> None:
    """Add a user without a password: a one-time link lets them choose one.

    Raises
    ------
    InputError
        ``USER_EXISTS``, ``USER_NAME``, ``ROLE_UNKNOWN`` or ``AREA_UNKNOWN``.
    """
    _refuse_unknown(connection, person)
    if connection.scalar(select(User.user_id).where(User.user_id == person.user_id)) is not None:
        raise InputError(Problem("USER_EXISTS", f"there is a user {person.user_id!r}"))
    record = {**_record(person), "password": None, "made_at": by.at}
    connection.execute(insert(User), record)
    told = {"role": person.role, "areas": list(person.areas)}
    audit.note(connection, by, "add user", person.user_id, told)


def change_user(connection: Connection, person: Person, *, by: By) -> None:
    """Give a user another role, other areas, or none at all; who is shut out is logged out.

    Raises
    ------
    InputError
        ``USER_UNKNOWN``, ``ROLE_UNKNOWN`` or ``AREA_UNKNOWN``.
    StateError
        ``LAST_ADMIN``: nobody could let anybody in any more.
    """
    _refuse_unknown(connection, person)
    user(connection, person.user_id)
    step = update(User).where(User.user_id == person.user_id)
    connection.execute(step.values(**_record(person)))
    if not any(one.role == "admin" and one.active for one in users(connection)):
        raise StateError(Problem("LAST_ADMIN", "one administrator has to stay"))
    if not person.active:
        connection.execute(delete(Login).where(Login.user_id == person.user_id))
    told = {"role": person.role, "areas": list(person.areas), "active": person.active}
    audit.note(connection, by, "change user", person.user_id, told)


def set_password(connection: Connection, user_id: str, password: str, *, by: By) -> None:
    """Keep a new password, and log the user out everywhere.

    Raises
    ------
    InputError
        ``PASSWORD_WEAK``.
    """
    kept = hashed(password, user_id=user_id)
    connection.execute(update(User).where(User.user_id == user_id).values(password=kept))
    connection.execute(delete(Login).where(Login.user_id == user_id))
    audit.note(connection, by, "set password", user_id, {})


def of_subject(connection: Connection, subject: str, named: Person, *, by: By) -> str:
    """Return the user whom the provider means, who is let in.

    Who comes for the first time is the user of that name, and from then on nobody else is; where
    there is none they become a guest, whom an administrator may give a role.

    Raises
    ------
    AccessError
        ``OIDC_SHUT_OUT``, or ``OIDC_TAKEN`` if somebody else of the provider has that name here.
    InputError
        ``USER_NAME``.
    """
    table = User.__table__.c
    columns = table.user_id, table.active, table.subject
    there = connection.execute(select(*columns).where(table.subject == subject)).one_or_none()
    if there is None:
        same_name = select(*columns).where(table.user_id == named.user_id)
        there = connection.execute(same_name).one_or_none()
        if there is not None and there.subject is not None:
            raise AccessError(Problem("OIDC_TAKEN", f"{named.user_id!r} is somebody else"))
        if there is None:
            _refuse_unknown(connection, named)
            record = {**_record(named), "password": None, "made_at": by.at, "subject": subject}
            connection.execute(insert(User), record)
        else:
            step = update(User).where(table.user_id == named.user_id)
            connection.execute(step.values(subject=subject))
        audit.note(connection, by, "link user", named.user_id, {"new": there is None})
    if there is not None and not there.active:
        raise AccessError(Problem("OIDC_SHUT_OUT", "an administrator has shut the account"))
    return named.user_id if there is None else str(there.user_id)


def users(connection: Connection) -> list[Person]:
    """Return all users by id."""
    table = User.__table__.c
    query = select(
        table.user_id, table.name, table.role, table.areas, table.active, table.made_at
    ).order_by(table.user_id)
    return [
        Person(**{**row, "areas": tuple(row["areas"])})
        for row in connection.execute(query).mappings()
    ]


def user(connection: Connection, user_id: str) -> Person:
    """Return one user.

    Raises
    ------
    InputError
        ``USER_UNKNOWN``.
    """
    found = {one.user_id: one for one in users(connection)}.get(user_id)
    if found is None:
        raise InputError(Problem("USER_UNKNOWN", f"no user {user_id!r}"))
    return found


def password_of(connection: Connection, user_id: str) -> str | None:
    """Return what is kept of the password of a user who may log in, None where nobody may."""
    query = select(User.password).where(User.user_id == user_id, User.active)
    found: str | None = connection.scalar(query)
    return found


def _record(person: Person) -> dict[str, object]:
    return {
        "user_id": person.user_id,
        "name": person.name,
        "role": person.role,
        "areas": list(person.areas),
        "active": person.active,
    }


def _refuse_unknown(connection: Connection, person: Person) -> None:
    problems = []
    plain = person.user_id.isprintable() and person.user_id == person.user_id.strip()
    plain = plain and not {"/", "\\"} & set(person.user_id)  # it is part of addresses
    if not plain or not 0 < len(person.user_id) <= _NAME_MAX:
        problems.append(Problem("USER_NAME", "a name is 1 to 100 characters on one line"))
    if person.role not in (*ROLES, GUEST):
        remedy = f"use {', '.join(ROLES)}"
        problems.append(Problem("ROLE_UNKNOWN", f"no role {person.role!r}", remedy=remedy))
    if not person.areas and person.role != GUEST:
        remedy = "district, subdistrict/ID or community/ID"
        problems.append(Problem("AREA_UNKNOWN", "no area", remedy=remedy))
    for area in person.areas:
        level, _, name = area.partition("/")
        if (level == DEPARTMENT) != (person.role == DEPARTMENT):
            what = f"{area!r} is no area of a {person.role}"
            remedy = "a department's account has department/NAME, the others have places"
            problems.append(Problem("AREA_UNKNOWN", what, remedy=remedy))
        elif area != DISTRICT and not _there(connection, level, name):
            problems.append(Problem("AREA_UNKNOWN", f"there is no {area!r}"))
    if problems:
        raise InputError(*problems)


def _there(connection: Connection, level: str, name: str) -> bool:
    """Return whether some plan has a unit, or a duty or an old grid a department."""
    if level == DEPARTMENT and name in {one.department for one in duties().values()}:
        return True
    column = _LEVELS.get(level)
    if column is None:
        return False
    return connection.scalar(select(column).where(column == name).limit(1)) is not None
