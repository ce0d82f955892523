"""``onegrid check``: the import doctor over several files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from onegrid.errors import Gather, InputError, Problem
from onegrid.io.doctor import check_file
from onegrid.schema import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def check_files(
    files: Sequence[str], *, role: str | None, columns: Mapping[str, str]
) -> dict[str, Any]:
    """Examine files; the first one is the reference for datum and zone of the others.

    Raises
    ------
    InputError
        If the role is not known, or naming every file that could not be read.
    """
    if role is not None and role not in ROLES:
        problem = Problem("ROLE_UNKNOWN", f"no table {role!r}", remedy=f"use {', '.join(ROLES)}")
        raise InputError(problem)
    gather = Gather()
    told = []
    for number, file in enumerate(files):
        found = gather.attempt(
            check_file,
            file,
            role=role,
            reference=files[0] if number else None,
            columns=columns,
        )
        told.append({"file": file, "findings": [f.as_row() for f in found or ()]})
    gather.check()
    return {"files": told}
