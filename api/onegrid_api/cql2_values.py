"""What filters compare: the values of columns with those that somebody writes."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import pandas as pd

from onegrid.errors import Problem
from onegrid_api.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Literal = str | float | bool

COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class FilterError(QueryError):
    """A filter that cannot be understood."""

    code = "FILTER"


def compared(values: pd.Series[Any], sign: str, literal: Literal, at: int) -> Any:  # noqa: ANN401
    """Return how values of a column compare with one of a filter; unknown where there is none."""
    kind = "text" if isinstance(literal, str) else "number"
    if isinstance(literal, bool):
        kind = "truth value"
    if kind_of(values) != kind:
        refuse(f"{values.name!r} is a {kind_of(values)}, not a {kind}", at)
    known = values.notna().to_numpy()
    answers = np.zeros(len(values), dtype=bool)
    answers[known] = COMPARE[sign](values.to_numpy()[known].astype(type(literal)), literal)
    return pd.arrays.BooleanArray(answers, ~known)


def kind_of(values: pd.Series[Any]) -> str:
    """Return what a column holds: text, number or truth value.

    Examples
    --------
    >>> kind_of(pd.Series(["a", None])), kind_of(pd.Series([1.5])), kind_of(pd.Series([True, None]))
    ('text', 'number', 'truth value')
    """
    known = values.dropna()
    if pd.api.types.is_bool_dtype(values) or (len(known) and isinstance(known.iloc[0], bool)):
        return "truth value"
    if pd.api.types.is_numeric_dtype(values):
        return "number"
    return "number" if len(known) and isinstance(known.iloc[0], (int, float)) else "text"


def like(values: pd.Series[Any], pattern: Literal, at: int) -> Any:  # noqa: ANN401
    """Return which values of a column are like a pattern, unknown where there is none."""
    if not isinstance(pattern, str) or kind_of(values) != "text":
        refuse("LIKE compares text", at)
    answers = [None if pd.isna(value) else _matches(str(value), pattern) for value in values]
    return pd.array(answers, dtype="boolean")


def _matches(text: str, pattern: str) -> bool:
    """Return whether ``%`` (anything) and ``_`` (one character) fit, in time that is bounded.

    Examples
    --------
    >>> _matches("花园社区", "%园_区"), _matches("ab", "a")
    (True, False)
    """
    at = start = 0  # of the pattern, and where its last % began to match
    place, again = 0, -1
    while place < len(text):
        if at < len(pattern) and pattern[at] == "%":
            again, start = at, place
            at += 1
        elif at < len(pattern) and pattern[at] in ("_", text[place]):
            at, place = at + 1, place + 1
        elif again >= 0:
            start += 1
            at, place = again + 1, start
        else:
            return False
    return not pattern[at:].strip("%")


def refuse(what: str, at: int) -> NoReturn:
    """Refuse a filter, with the place where it is not understood."""
    raise FilterError(Problem("FILTER", what, "", f"character {at + 1}"))
