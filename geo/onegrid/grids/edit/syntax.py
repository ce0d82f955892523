"""The edit file: which fields each operation has, and everything wrong with a file at once.

The same rules stand as a JSON Schema in ``onegrid_data/schema/edits.schema.json``; a test holds the
two together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from onegrid.errors import Problem
from onegrid.grids.edit.refusal import EditError
from onegrid.grids.edit.rings import Place, on_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TEXT_MAX: Final = 200
PARTS_MAX: Final = 100
COORDINATE_MAX_M: Final = 1e8
CHOICES: Final = ("accept", "take", "redraw")


@dataclass(frozen=True)
class Edit:
    """One edit whose fields have been checked.

    Examples
    --------
    >>> Edit("rename", {"cell_id": "c1", "name": "甲"}).text("name")
    '甲'
    """

    op: str
    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a text field, empty where it is not given."""
        return str(self.fields.get(name) or "")

    def texts(self, name: str) -> list[str]:
        """Return a list of ids."""
        return [str(value) for value in self.fields[name]]

    def place(self, name: str) -> Place:
        """Return a coordinate as it was given, metres in the grid's CRS."""
        x, y = self.fields[name]
        return (float(x), float(y))

    def line(self, name: str) -> list[Place]:
        """Return the places of a line on the 1 mm grid."""
        return [on_grid(place) for place in self.fields[name]]

    def flag(self, name: str) -> bool:
        """Return a yes or no, no where it is not given."""
        return bool(self.fields.get(name))

    def number(self, name: str) -> int:
        """Return a whole number."""
        return int(self.fields[name])


def _is_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= TEXT_MAX and value.isprintable()


def _is_label(value: object) -> bool:
    return _is_id(value) and bool(str(value).strip())


def _is_number(value: object) -> bool:
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return (
        plain
        and math.isfinite(cast("float", value))
        and abs(cast("float", value)) <= (COORDINATE_MAX_M)
    )


def _is_place(value: object) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(map(_is_number, value))  # noqa: PLR2004


def _is_line(value: object) -> bool:
    return isinstance(value, (list, tuple)) and len(value) > 1 and all(map(_is_place, value))


def _are_ids(value: object, least: int, most: int) -> bool:
    return isinstance(value, list) and least <= len(value) <= most and all(map(_is_id, value))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 2 <= value <= PARTS_MAX  # noqa: PLR2004


@dataclass(frozen=True)
class _Field:
    says: str
    holds: Callable[[object], bool]


_ID = _Field("an id: text that is not empty", _is_id)
_NAME = _Field(f"a name of 1 to {TEXT_MAX} characters", _is_label)
_PLACE = _Field("a coordinate [x, y] in metres", _is_place)
_LINE = _Field("a line [[x, y], …] of two coordinates or more", _is_line)
_TWO = _Field("two ids [LEFT, RIGHT]", lambda v: _are_ids(v, 2, 2))
_SOME = _Field("a list of two ids or more", lambda v: _are_ids(v, 2, PARTS_MAX))
_PARTS = _Field(f"a whole number from 2 to {PARTS_MAX}", _is_count)
_FLAG = _Field("true or false", lambda v: isinstance(v, bool))
_CHOICE = _Field("accept, take or redraw", lambda v: isinstance(v, str) and v in CHOICES)
_REVISION = _Field("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool))

_REQUIRED: Final[dict[str, dict[str, _Field]]] = {
    "split": {"cell_id": _ID, "line": _LINE, "new_ids": _TWO},
    "split_k": {"cell_id": _ID, "k": _PARTS, "new_ids": _SOME},
    "merge": {"cell_ids": _SOME, "new_id": _ID},
    "move_border": {"from": _PLACE, "to": _PLACE},
    "reassign": {"atom_id": _ID, "cell_id": _ID},
    "rename": {"cell_id": _ID, "name": _NAME},
    "insert_vertex": {"near": _PLACE},
    "weld": {"from": _PLACE, "to": _PLACE},
    "move_line": {"from": _LINE, "to": _LINE},
    "lock": {"cell_id": _ID, "locked": _FLAG},
    "resolve": {"conflict_id": _ID, "choice": _CHOICE},
}
_PARENTS: Final = {"with_parents": _FLAG}  # borders of communities may move, and carry theirs along
_OPTIONAL: Final[dict[str, dict[str, _Field]]] = {
    "move_border": _PARENTS,
    "move_line": _PARENTS,
    "reassign": _PARENTS,
    "weld": _PARENTS,
    "resolve": {"department": _ID, "line": _LINE},
}
_ANYWHERE: Final = {"author": _NAME, "note": _NAME, "base_revision": _REVISION}
OPERATIONS: Final = tuple(_REQUIRED)


def read_edits(document: object) -> list[Edit]:
    """Return the edits of an edit file that was read as JSON.

    Parameters
    ----------
    document
        ``{"edits": [ … ]}``; every object may carry ``author``, ``note`` and ``base_revision``.

    Raises
    ------
    EditError
        ``EDIT_SYNTAX``: one problem per fault, each with the index of its edit, counted from 0.

    Examples
    --------
    >>> read_edits({"edits": [{"op": "lock", "cell_id": "c1", "locked": True}]})[0].op
    'lock'
    """
    edits = document.get("edits") if isinstance(document, dict) else None
    if not isinstance(edits, list):
        raise EditError(_problem("no list of edits", "the file", 'write {"edits": [ … ]}'))
    unknown = sorted(set(cast("dict[str, Any]", document)) - {"edits", *_ANYWHERE})
    problems = [_problem(f"unknown field {name!r}", "the file") for name in unknown]
    for index, edit in enumerate(edits):
        problems += _faults(edit, f"edits[{index}]")
    if problems:
        raise EditError(*problems)
    return [Edit(str(edit["op"]), edit) for edit in edits]


def read_edit(edit: object) -> Edit:
    """Return one edit, checked; see `read_edits`."""
    return read_edits({"edits": [edit]})[0]


def _faults(edit: object, where: str) -> list[Problem]:
    if not isinstance(edit, dict):
        return [_problem("an edit is an object", where)]
    op = edit.get("op")
    if not isinstance(op, str) or op not in _REQUIRED:
        return [_problem(f"unknown op {op!r}", where, f"use {', '.join(OPERATIONS)}")]
    required, optional = _REQUIRED[op], _OPTIONAL.get(op, {})
    found = [
        _problem(f"{op} lacks {name}", where, f"give {field.says}")
        for name, field in required.items()
        if name not in edit
    ]
    known = {**required, **optional, **_ANYWHERE}
    for name, value in edit.items():
        if name == "op":
            continue
        if name not in known:
            found.append(_problem(f"{op} has no field {name!r}", where))
        elif not known[name].holds(value):
            found.append(_problem(f"{name} is not {known[name].says}", where))
    return found or _together(edit, where)


def _together(edit: Mapping[str, Any], where: str) -> list[Problem]:
    """Return what is wrong with fields that are right one by one."""
    if edit["op"] == "split_k" and len(edit["new_ids"]) != edit["k"]:
        return [_problem(f"k is {edit['k']}, but new_ids are {len(edit['new_ids'])}", where)]
    needs = {"take": "department", "redraw": "line"}.get(edit.get("choice", ""))
    if needs and needs not in edit:
        return [_problem(f"{edit['choice']} lacks {needs}", where)]
    return []


def _problem(what: str, where: str, remedy: str = "") -> Problem:
    return Problem("EDIT_SYNTAX", what, "", where, remedy)
