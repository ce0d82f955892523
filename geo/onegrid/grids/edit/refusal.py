"""Why an edit cannot be: a stable code, what, where and what to do instead."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence


class Code(StrEnum):
    """Every code a refusal can have."""

    LINE_NOT_CROSSING = "EDIT_LINE_NOT_CROSSING"
    NOT_ADJACENT = "EDIT_NOT_ADJACENT"
    OTHER_COMMUNITY = "EDIT_OTHER_COMMUNITY"
    UNKNOWN_ID = "EDIT_UNKNOWN_ID"
    NO_VERTEX = "EDIT_NO_VERTEX"
    OVERLAP = "EDIT_OVERLAP"
    MULTIPART = "EDIT_MULTIPART"
    DUPLICATE_ID = "EDIT_DUPLICATE_ID"
    LOCKED = "EDIT_LOCKED"
    RESOLVED = "EDIT_RESOLVED"
    STALE = "EDIT_STALE"
    SYNTAX = "EDIT_SYNTAX"


class EditError(InputError):
    """An edit is refused; nothing was changed."""

    code = "EDIT"


def refusal(
    code: Code, what: str, *, at: Sequence[float] | str | None = None, remedy: str = ""
) -> EditError:
    """Return the error of one refused edit.

    ``at`` is a coordinate in the grid's CRS (metres) or the ids concerned.

    Examples
    --------
    >>> print(refusal(Code.NO_VERTEX, "no border vertex", at=(1.5, 2)))
    error[EDIT_NO_VERTEX] no border vertex, at x=1.500 y=2.000
    """
    where = at if isinstance(at, str) else "" if at is None else f"at x={at[0]:.3f} y={at[1]:.3f}"
    return EditError(Problem(str(code), what, "", where, remedy))
