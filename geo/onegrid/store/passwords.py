"""Passwords, and tokens nobody can guess; the only module that imports argon2."""

from __future__ import annotations

import hashlib
import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from onegrid.errors import InputError, Problem

LENGTH_MIN: Final = 10
LENGTH_MAX: Final = 200
_TOKEN_BYTES: Final = 32


def hashed(password: str, *, user_id: str) -> str:
    """Return what is kept of a password.

    Raises
    ------
    InputError
        ``PASSWORD_WEAK``.
    """
    if not LENGTH_MIN <= len(password) <= LENGTH_MAX or user_id.lower() in password.lower():
        remedy = f"{LENGTH_MIN} to {LENGTH_MAX} characters, without the name"
        raise InputError(Problem("PASSWORD_WEAK", "the password is too easy", remedy=remedy))
    return _hasher().hash(password)


def fits(password: str, kept: str | None) -> bool:
    """Return whether a password is the one that was kept; it takes as long where none was.

    Examples
    --------
    >>> fits("correct horse", hashed("correct horse", user_id="zhang"))
    True
    >>> fits("correct horse", None)
    False
    """
    try:
        _hasher().verify(kept or _nobody(), password[: LENGTH_MAX + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None


def new_token() -> str:
    """Return a secret for a cookie or a link."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def digest(token: str) -> str:
    """Return what is kept of a token: enough to know it again, not to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()  # the library's profile: the second one of RFC 9106


@cache
def _nobody() -> str:
    return _hasher().hash(new_token())
