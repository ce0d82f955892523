"""One edit as a value: the rows it takes away and the rows it puts there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from onegrid.grids.edit.rows import Row, row_from_json

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Change:
    """What one edit did; undo, replay, save and audit are lists of these.

    ``before`` and ``after`` are whole rows, sorted by layer and id: a row in both was redrawn or
    got other values. ``ids`` are the cells (or the conflict) the edit speaks of. ``counts`` says
    where new counts come from: ``points`` (households inside), ``atoms`` or ``area`` (shared), or
    nothing where none were needed. ``remark`` is what a person should know about the result.
    """

    op: str
    ids: tuple[str, ...]
    before: tuple[Row, ...]
    after: tuple[Row, ...]
    counts: str = ""
    remark: str = ""
    author: str | None = None
    note: str | None = None
    base_revision: int | None = None

    def inverse(self) -> Change:
        """Return the change that takes this one back exactly.

        Examples
        --------
        >>> change = Change("rename", ("c1",), (), ())
        >>> change.inverse().inverse() == change
        True
        """
        op = self.op.removeprefix("undo ") if self.op.startswith("undo ") else f"undo {self.op}"
        return replace(self, op=op, before=self.after, after=self.before)

    def as_json(self) -> dict[str, Any]:
        """Return the change as a JSON object; optional fields only where they are set."""
        told = {
            "op": self.op,
            "ids": list(self.ids),
            "before": [row.as_json() for row in self.before],
            "after": [row.as_json() for row in self.after],
            "counts": self.counts,
            "remark": self.remark,
        }
        extra = {"author": self.author, "note": self.note, "base_revision": self.base_revision}
        return told | {name: value for name, value in extra.items() if value is not None}


def change_from_json(data: Mapping[str, Any]) -> Change:
    """Return the change that `Change.as_json` wrote."""
    return Change(
        op=str(data["op"]),
        ids=tuple(data["ids"]),
        before=tuple(row_from_json(row) for row in data["before"]),
        after=tuple(row_from_json(row) for row in data["after"]),
        counts=str(data.get("counts", "")),
        remark=str(data.get("remark", "")),
        author=data.get("author"),
        note=data.get("note"),
        base_revision=data.get("base_revision"),
    )
