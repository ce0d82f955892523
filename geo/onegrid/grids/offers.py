"""Of the ways to settle a conflict, offer only those an edit accepts, and say why not the others.

The edit itself is asked: what is offered is tried on the finished grid and taken back unseen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from onegrid import standards
from onegrid.grids.edit import Code, EditError, open_grid, plan, read_edit
from onegrid.grids.edit.draft import Draft
from onegrid.grids.edit.resolve import redrawable
from onegrid.grids.edit.rows import CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from onegrid.grids.edit import Board

_TAKE: Final = "take:"
_REDRAW: Final = "redraw"
# why a border cannot be had, as the sentence of the row goes on
_WHY: Final[Mapping[str, str]] = {
    Code.NOT_ADJACENT: "在这两个网格之间没有画出别的界线",
    Code.MULTIPART: "会使网格断开",
    Code.OVERLAP: "会与别的界线相交",
    Code.LOCKED: "网格已锁定",
}
_OTHER: Final = "与现有网格不相容"


def only_accepted(
    conflicts: gpd.GeoDataFrame,
    grid: Mapping[str, gpd.GeoDataFrame],
    evidence: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Return the conflicts with the choices that an edit accepts; ``reason`` tells of the others.

    Parameters
    ----------
    conflicts
        Table of `onegrid.grids.conflicts.find_conflicts`.
    grid
        ``cells, atoms, communities, subdistricts`` of the grid the conflicts are about.
    evidence
        Borders that departments drew (`onegrid.grids.evidence.evidence_of`).
    """
    if not len(conflicts):
        return conflicts
    board = open_grid({**grid, CONFLICTS: conflicts}, evidence=evidence, proved=True).board
    kept, told = [], []
    for name, choices, reason in zip(
        conflicts.index, conflicts["choices"], conflicts["reason"], strict=True
    ):  # each is an edit of its own
        refused = {c: why for c in choices.split(";") if (why := _refused(board, str(name), c))}
        kept.append(";".join(c for c in choices.split(";") if c not in refused))
        told.append(reason + _sentence(refused))
    return conflicts.assign(choices=kept, reason=told)


def _refused(board: Board, conflict: str, choice: str) -> str:
    """Return why a choice would be refused, nothing if it would not."""
    try:
        if choice.startswith(_TAKE):
            department = choice.removeprefix(_TAKE)
            fields = {"conflict_id": conflict, "choice": "take", "department": department}
            plan(board, read_edit({"op": "resolve", **fields}))
        elif choice == _REDRAW:
            redrawable(Draft(board), board.rows[CONFLICTS][conflict])
    except EditError as error:
        return _WHY.get(error.problems[0].code, _OTHER)
    return ""


def _sentence(refused: Mapping[str, str]) -> str:
    """Say which choices there are not, those with one reason together (Chinese)."""
    by_reason: dict[str, list[str]] = {}
    for choice, why in refused.items():
        name = choice.removeprefix(_TAKE)
        what = "重画" if choice == _REDRAW else f"{standards.department_label(name)}界线"
        by_reason.setdefault(why, []).append(what)
    return "".join(f"不能改为{'、'.join(what)}：{why}。" for why, what in by_reason.items())
