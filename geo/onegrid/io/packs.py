"""Read a norm pack that a user wrote: a CSV with the columns of the bundled packs."""

from __future__ import annotations

import csv
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from onegrid import standards
from onegrid.errors import InputError, Problem
from onegrid.standards import Norm
from onegrid.standards.norm_packs import COLUMN_ALIASES, pack_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENCODINGS = ("utf-8-sig", "gb18030")
_NEEDED = ("kind", "minutes")


def read_standard(name: str) -> tuple[Norm, ...]:
    """Return the rules of a bundled pack, or of a CSV file if `name` is one.

    Raises
    ------
    InputError
        If there is neither such a pack nor such a file, or rows of the file are faulty.

    Examples
    --------
    >>> len(read_standard("cangzhou-2020"))
    3
    """
    if Path(name).suffix.lower() != ".csv":
        return standards.pack(name)
    return standards.norms(_rows(name), source=name)


def check_standard(path: str) -> tuple[tuple[Norm, ...], tuple[Problem, ...]]:
    """Return the sound rules of a pack file, and everything that is wrong or doubtful with it.

    Raises
    ------
    InputError
        If the file cannot be read as a table of rules at all.
    """
    return pack_problems(_rows(path), source=path)


def check_content(content: bytes, *, source: str) -> tuple[tuple[Norm, ...], tuple[Problem, ...]]:
    r"""Return what `check_standard` does of the bytes of a pack file; ``source`` names it.

    Raises
    ------
    InputError
        As `check_standard`.

    Examples
    --------
    >>> check_content("设施,分钟\nclinic,15".encode("gbk"), source="own")[0][0].minutes
    15.0
    """
    return pack_problems(_rows_of(content, source), source=source)


def write_standard(path: Path, rules: Iterable[Norm]) -> None:
    """Write rules as a pack file that `read_standard` reads, for programs rather than people."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, [column.name for column in fields(Norm)])
        table.writeheader()
        table.writerows(norm.as_row() for norm in rules)


def _rows(path: str) -> list[dict[str, str]]:
    return _rows_of(_bytes(path), path)


def _rows_of(content: bytes, path: str) -> list[dict[str, str]]:
    """Return the rows of a pack file under our column names."""
    try:
        rows = list(csv.reader(_text(content, path).splitlines()))
    except csv.Error as error:  # a field longer than any table has
        raise InputError(Problem("FILE_UNREADABLE", str(error), path)) from None
    head = _columns([name.strip() for name in rows[0]]) if rows else []
    missing = [column for column in _NEEDED if column not in head]
    if missing:
        what = f"no column {', '.join(missing)}"
        raise InputError(Problem("COLUMN_MISSING", what, path, remedy="use kind, minutes, per, …"))
    filled = (row for row in rows[1:] if any(cell.strip() for cell in row))
    return [dict(zip(head, row, strict=False)) for row in filled]


def _columns(names: list[str]) -> list[str]:
    ours = {alias: name for name, aliases in COLUMN_ALIASES.items() for alias in aliases}
    return [ours.get(name, name) for name in names]


def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        problem = Problem("FILE_UNREADABLE", error.strerror or "cannot be read", path)
        raise InputError(problem) from None


def _text(content: bytes, path: str) -> str:
    for encoding in _ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(Problem("ENCODING", "is neither UTF-8 nor GBK text", path))
