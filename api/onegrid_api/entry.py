"""How somebody gets in: by name and password, with guessing slowed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from onegrid.errors import Problem
from onegrid.store import logins
from onegrid.store.audit import by_now
from onegrid_api.errors import LoginError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.store import Workspace

_KEPT_MAX: Final = 500
_HEADER_MAX: Final = 1000


def proved(workspace: Workspace, user_id: str, password: str, subjects: Sequence[str]) -> None:
    """Raise unless the password is right; wrong ones are counted, and too many refused.

    Raises
    ------
    LoginError
        ``LOGIN_WRONG``.
    LimitError
        ``LOGIN_PAUSED``.
    """
    tried, now = [f"name {user_id}", *subjects], by_now("").at
    with workspace.reading() as connection:
        logins.refuse_guessing(connection, tried, now=now)
        right = logins.right_password(connection, user_id, password)
    if not right:
        with workspace.writing() as connection:
            logins.note_failure(connection, tried, now=now)
        raise LoginError(Problem("LOGIN_WRONG", "the name or the password is wrong"))


class BasicLogins:
    """Logins of programs that send name and password with every request, such as QGIS.

    The first request opens a login like any other, which can be seen and ended; those after it use
    the same one, so that a password is looked at once.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tokens: OrderedDict[bytes, str] = OrderedDict()
        self._lock = threading.Lock()

    def token(self, header: str, *, agent: str, subjects: Sequence[str]) -> str | None:
        """Return the token of the login of a header, None if the header is of another kind.

        Raises
        ------
        LoginError, LimitError
            As `proved`.
        """
        named = _read(header)
        if named is None:
            return None
        user_id, password = named
        key = hashlib.sha256(header.encode()).digest()
        with self._lock:
            known = self._tokens.get(key)
        if known is not None and self._holds(known):
            return known
        proved(self._workspace, user_id, password, subjects)
        with self._workspace.writing() as connection:
            made, _ = logins.log_in(connection, user_id, agent=agent, by=by_now(user_id))
        with self._lock:
            self._tokens[key] = made
            while len(self._tokens) > _KEPT_MAX:
                self._tokens.popitem(last=False)
        return made

    def _holds(self, token: str) -> bool:
        with self._workspace.reading() as connection:
            return logins.session_of(connection, token, now=by_now("").at) is not None


def _read(header: str) -> tuple[str, str] | None:
    """Return name and password of a header.

    Examples
    --------
    >>> _read("Basic 5byg5LiJOmE6Yg==")
    ('张三', 'a:b')
    """
    kind, _, text = header.partition(" ")
    if kind.lower() != "basic" or len(header) > _HEADER_MAX:
        return None
    try:
        name, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    printable = name.isprintable() and "\0" not in password
    return (name, password) if colon and name and printable else None
