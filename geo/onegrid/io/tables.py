"""From a file's columns to a table's: names and aliases, then values with their kinds.

Nothing is guessed: a count that is 12.5, a repeated id or a mapped column that is not there is a
problem, and all of them are reported together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.errors import Problem
from onegrid.standards import kind_of_category

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onegrid.schema import Column, Table

_SHOWN = 5
_DBF_NAME_BYTES = 10
_LARGEST_COUNT = 10**12
_TRUE: Final = {"1", "1.0", "true", "t", "yes", "y", "是", "真"}
_FALSE: Final = {"0", "0.0", "false", "f", "no", "n", "否", "假", ""}


@dataclass
class Typed:
    """The attribute columns of a table with their kinds, the row ids, and what was wrong."""

    columns: dict[str, NDArray[np.generic]] = field(default_factory=dict)
    ids: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    missing_counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def match_columns(
    names: list[str], table: Table, columns: Mapping[str, str] | None, source: str
) -> tuple[dict[str, str], list[Problem]]:
    """Say which column of a file plays each column of `table`, its id included.

    An explicit mapping wins, then the exact name, then the aliases in their order, without regard
    to case.

    Returns
    -------
    found
        File column by table column; columns that are not there are left out.
    problems
        Mapped columns that the file or the table does not have, and required ones not found.
    """
    explicit = dict(columns or {})
    wanted = {table.id: table.id_aliases} | {n: c.aliases for n, c in table.columns.items()}
    here = ", ".join(names) or "none"
    problems = []
    for ours, theirs in explicit.items():
        if ours not in wanted:
            what = f"{table.role} has no column {ours!r}"
            remedy = f"map one of {', '.join(wanted)}"
            problems.append(Problem("COLUMN_UNKNOWN", what, source, remedy=remedy))
        elif theirs not in names:
            what = f"no column {theirs!r} to use as {ours}"
            remedy = f"the columns are {here}"
            problems.append(Problem("COLUMN_MISSING", what, source, remedy=remedy))
    free = [name for name in names if name not in explicit.values()]
    found = {
        ours: explicit.get(ours) or _by_name(free, ours, aliases)
        for ours, aliases in wanted.items()
    }
    _by_short_name(found, wanted, free)
    required = [name for name, column in table.columns.items() if column.required]
    for ours in [table.id, *required] if table.id_required else required:
        if found[ours] is None and ours not in explicit:
            what = f"no column {ours}; the columns are {here}"
            remedy = f"map it: --column {ours}=NAME"
            problems.append(Problem("COLUMN_MISSING", what, source, remedy=remedy))
    return {ours: theirs for ours, theirs in found.items() if theirs in names}, problems


def type_columns(frame: pd.DataFrame, table: Table, found: Mapping[str, str], source: str) -> Typed:
    """Turn the columns `found` in `frame` into the kinds of `table`.

    Missing counts become 0 and are counted; an id that is not required is replaced by the row
    number where it is missing, empty or repeated.
    """
    typed = Typed()
    typed.ids = _ids(frame, table, found.get(table.id), source, typed.problems)
    for name, column in table.columns.items():
        theirs = found.get(name)
        values = None if theirs is None else frame[theirs]
        label = name if theirs in (None, name) else f"{name} (column {theirs})"
        _Caster(typed, column, label, source, theirs is not None).cast(name, values, len(frame))
    if table.role == "facilities":
        typed.columns["kind"] = _kind_names(typed.columns["kind"])
    return typed


def shown(ids: NDArray[np.object_]) -> str:
    """Return the first few ids as the ``where`` of a problem.

    Examples
    --------
    >>> shown(np.array(list("abcdefg"), dtype=object))
    'at a, b, c, d, e and 2 more'
    """
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return "at " + ", ".join(str(i) for i in ids[:_SHOWN]) + more


def as_text(values: pd.Series) -> NDArray[np.object_]:
    """Return values as stripped text, None where there is none; whole numbers without ``.0``.

    Examples
    --------
    >>> as_text(pd.Series([130902.0, None, 7.5])).tolist()
    ['130902', None, '7.5']
    """
    if values.dtype.kind in "iu":
        return values.to_numpy().astype(str).astype(object)
    found = values.astype(object).to_numpy()
    empty = pd.isna(found)
    text = np.array(
        [None if e else _text(v) for v, e in zip(found, empty, strict=True)], np.object_
    )
    text[text == ""] = None
    return text


def _text(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return f"{float(value):.0f}"
    return str(value).strip()


def _by_name(names: list[str], ours: str, aliases: tuple[str, ...]) -> str | None:
    if ours in names:
        return ours
    lowered = {name.strip().strip("\ufeff").lower(): name for name in reversed(names)}
    for alias in (ours, *aliases):
        if alias.lower() in lowered:
            return lowered[alias.lower()]
    return None


def _by_short_name(
    found: dict[str, str | None], wanted: Mapping[str, tuple[str, ...]], names: list[str]
) -> None:
    """Find what is missing under the name a shapefile has left of it: 10 bytes, then numbered."""
    rest = {n.rstrip("\ufffd").lower(): n for n in names if n not in found.values()}
    taken: dict[str, int] = {}
    for ours, aliases in wanted.items():
        cut = _first_bytes(ours, _DBF_NAME_BYTES)
        number = taken[cut] = taken.get(cut, -1) + 1
        numbered = _first_bytes(ours, _DBF_NAME_BYTES - 2) + f"_{number}"
        for short in [
            numbered if number else cut,
            *(_first_bytes(a, _DBF_NAME_BYTES) for a in aliases),
        ]:
            if found[ours] is None and len(short.encode()) >= _DBF_NAME_BYTES - 2:
                found[ours] = rest.pop(short.lower(), None)


def _first_bytes(name: str, count: int) -> str:
    return name.encode("utf-8")[:count].decode("utf-8", errors="ignore")


def _ids(
    frame: pd.DataFrame, table: Table, theirs: str | None, source: str, problems: list[Problem]
) -> NDArray[np.object_]:
    count = len(frame)
    width = len(str(count))
    numbered = np.array([str(i + 1).zfill(width) for i in range(count)], dtype=object)
    if theirs is None:
        return numbered
    ids = as_text(frame[theirs])
    empty = pd.isna(ids)
    repeated = pd.Series(ids).duplicated(keep=False).to_numpy() & ~empty
    if not table.id_required:
        return numbered if empty.any() or repeated.any() else ids
    if empty.any():
        rows = np.array([f"row {i + 1}" for i in np.flatnonzero(empty)], dtype=object)
        remedy = "give every row an id"
        what = f"{table.id} is empty in {empty.sum()} rows"
        problems.append(Problem("ID_EMPTY", what, source, shown(rows), remedy))
    if repeated.any():
        names = pd.unique(ids[repeated])
        remedy = "give every row its own id"
        what = f"{table.id} is repeated in {repeated.sum()} rows"
        problems.append(Problem("ID_DUPLICATE", what, source, shown(names), remedy))
    return np.where(empty, numbered, ids)


@dataclass
class _Caster:
    typed: Typed
    column: Column
    label: str
    source: str
    given: bool

    def cast(self, name: str, values: pd.Series | None, count: int) -> None:
        kind = self.column.kind
        if values is None:
            values = pd.Series([None] * count, dtype=object)
        if kind == "text":
            self.typed.columns[name] = self._texts(values)
        elif kind == "flag":
            self.typed.columns[name] = self._flags(values)
        else:
            numbers, empty = self._numbers(values, whole=kind == "count")
            if kind == "count":
                self.typed.missing_counts[name] = int(empty.sum())
                self.typed.columns[name] = np.where(empty, 0, numbers).astype(np.int64)
            else:
                self.typed.columns[name] = np.where(empty, np.nan, numbers)

    def _texts(self, values: pd.Series) -> NDArray[np.object_]:
        text = as_text(values)
        empty = pd.isna(text)
        if self.column.required and self.given and empty.any():
            self._problem("is empty", empty, "fill it in")
        return text

    def _flags(self, values: pd.Series) -> NDArray[np.bool_]:
        text = pd.Series(as_text(values)).fillna("").str.lower()
        wrong = ~text.isin(_TRUE | _FALSE).to_numpy()
        if wrong.any():
            self._problem(f"is {text[wrong].iloc[0]!r}, not true or false", wrong, "use 1 or 0")
        return text.isin(_TRUE).to_numpy()

    def _numbers(
        self, values: pd.Series, *, whole: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        # numbers stay numbers; text may carry spaces, or be empty where a figure is missing
        is_number = values.dtype.kind in "iuf"
        text = values if is_number else pd.Series(as_text(values))
        empty = text.isna().to_numpy()
        numbers = pd.to_numeric(text, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        good = np.isfinite(numbers) & (numbers >= 0) & (numbers < _LARGEST_COUNT)
        if whole:
            good &= np.where(good, numbers, 0.5) % 1 == 0
        wrong = ~good & ~empty
        if wrong.any():
            need = "a whole number, 0 or more" if whole else "a number, 0 or more"
            value = str(text[wrong].iloc[0])
            self._problem(f"is {value!r}, must be {need}", wrong, "correct the value")
        return np.where(good, numbers, 0.0), empty

    def _problem(self, what: str, wrong: NDArray[np.bool_], remedy: str) -> None:
        rows = f" in {wrong.sum()} rows" if wrong.sum() > 1 else ""
        where = shown(self.typed.ids[wrong])
        text = f"{self.label} {what}{rows}"
        self.typed.problems.append(Problem("COLUMN_VALUE", text, self.source, where, remedy))


def _kind_names(values: NDArray[np.generic]) -> NDArray[np.object_]:
    """Accept a kind by its labels and by POI categories; other words stay: a city has its own."""
    known = {said: kind_of_category(str(said)) or said for said in dict.fromkeys(values)}
    return np.array([known[said] for said in values], np.object_)
