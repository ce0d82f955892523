"""Read a norm pack that a user wrote: a CSV with the columns of the bundled packs."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from onegrid import standards
from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from onegrid.standards import Norm

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
    rows = _rows(name)
    missing = [column for column in _NEEDED if rows and column not in rows[0]]
    if missing:
        what = f"no column {', '.join(missing)}"
        raise InputError(Problem("COLUMN_MISSING", what, name, remedy="use kind, minutes, per, …"))
    return standards.norms(rows, source=name)


def _rows(path: str) -> list[dict[str, str]]:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        problem = Problem("FILE_UNREADABLE", error.strerror or "cannot be read", path)
        raise InputError(problem) from None
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [dict(row) for row in csv.DictReader(text.splitlines())]
    raise InputError(Problem("ENCODING", "is neither UTF-8 nor GBK text", path))
