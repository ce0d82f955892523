"""Who may do what, and where: one table of roles, one rule for areas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
import shapely

from onegrid.errors import AccessError, Problem
from onegrid.grids.edit.rows import CELLS
from onegrid.operations.flows import RESIDENT
from onegrid.standards import number
from onegrid.store.users import DEPARTMENT, DISTRICT, GUEST, Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy.typing as npt
    import pandas as pd

    from onegrid.grids.edit import Change, Row

Action = Literal[
    "public",  # what anybody may see
    "self",  # one's own account
    "read",  # plans that are worked on, with their figures
    "people",  # rows of doors, each reading on record
    "edit",
    "submit",
    "approve",
    "publish",
    "branch",
    "upload",
    "run",  # jobs
    "export",
    "work",  # issues, registers and who does what, of one's own area
    "staff",  # names and numbers of those who work on the grid, and who is where
    "manage",  # accounts, the audit
    "measure",  # how the service does
]
SCRAPER: Final = "scraper"  # a program that only reads the metrics; no account has this role
_GRID_WORKER: Final[frozenset[Action]] = frozenset({"public", "self", "read", "work"})
_COMMUNITY: Final[frozenset[Action]] = _GRID_WORKER | frozenset[Action](
    {"people", "edit", "submit", "branch", "staff"}
)
_OFFICE: Final[frozenset[Action]] = _COMMUNITY | frozenset[Action](
    {"approve", "upload", "run", "export"}
)
ACTIONS: Final[Mapping[str, frozenset[Action]]] = {
    RESIDENT: frozenset({"public"}),
    GUEST: frozenset({"public", "self"}),
    "grid_worker": _GRID_WORKER,
    "community": _COMMUNITY,
    "subdistrict_office": _OFFICE,
    "planner": (_OFFICE - {"approve"}) | frozenset[Action]({"publish"}),
    DEPARTMENT: frozenset({"public", "self", "work"}),  # of issues it answers for, anywhere
    "admin": _OFFICE | frozenset[Action]({"publish", "manage", "measure"}),
    SCRAPER: frozenset({"measure"}),
}
# follow from ground and doors: they change where something else does
_DERIVED: Final = frozenset({"households", "people", "elders_60", "area_m2", "workers_needed"})


@dataclass(frozen=True)
class Who:
    """Whoever asks: a person who is logged in, or a resident, of whom nothing is known."""

    person: Person | None = None
    session: str = ""
    csrf: str = ""

    @property
    def name(self) -> str:
        """Return the name that goes into the records."""
        return "" if self.person is None else self.person.user_id

    @property
    def role(self) -> str:
        """Return their role; whoever is not logged in is a resident."""
        return RESIDENT if self.person is None else self.person.role

    @property
    def everywhere(self) -> bool:
        """Return whether the whole district is theirs."""
        return self.person is not None and DISTRICT in self.person.areas

    def may(self, action: Action) -> bool:
        """Return whether their role allows something, somewhere.

        Examples
        --------
        >>> Who().may("public"), Who().may("edit")
        (True, False)
        """
        return action in ACTIONS[self.role]

    def covers(self, subdistrict_id: str, community_id: str = "") -> bool:
        """Return whether a subdistrict, or a community of it, lies in their areas.

        Examples
        --------
        >>> zhang = Who(Person("zhang", "", "community", ("community/m1",)))
        >>> zhang.covers("s1", "m1"), zhang.covers("s1", "m2"), zhang.covers("s1")
        (True, False, False)
        """
        mine = () if self.person is None else self.person.areas
        wanted = {DISTRICT, f"subdistrict/{subdistrict_id}", f"community/{community_id}"}
        return not wanted.isdisjoint(mine)

    def answers_for(self, department: str | None) -> bool:
        """Return whether they act for a department.

        Examples
        --------
        >>> fire = Who(Person("fire", "", "department", ("department/emergency",)))
        >>> fire.answers_for("emergency"), fire.answers_for("ecology"), fire.covers("s1", "m1")
        (True, False, False)
        """
        return self.person is not None and f"{DEPARTMENT}/{department}" in self.person.areas

    def doors(self, cells: pd.DataFrame) -> npt.NDArray[np.bool_]:
        """Return of which cells one may read the doors, bool (cells)."""
        if not self.may("people"):
            return np.zeros(len(cells), dtype=bool)
        homes = zip(cells["subdistrict_id"], cells["community_id"], strict=True)
        return np.array([self.covers(*home) for home in homes], dtype=bool)

    def refuse_part(self, what: str) -> None:
        """Raise ``OTHER_AREA``, saying `what`, unless the whole district is theirs."""
        if not self.everywhere:
            raise AccessError(Problem("OTHER_AREA", what))

    def refuse_elsewhere(self, changes: Iterable[Change]) -> None:
        """Raise ``OTHER_AREA`` if a change is about a cell that is not theirs.

        A neighbour's border may get the vertex that a cut ends on: that changes no ground.
        """
        if self.everywhere:
            return
        for change in changes:
            before = {row.key: row for row in change.before}
            after = {row.key: row for row in change.after}
            for key in sorted({*before, *after}):
                rows = [row for row in (before.get(key), after.get(key)) if row is not None]
                if key.layer == CELLS and _concerns(rows) and not all(map(self._has, rows)):
                    what = f"cell {key.id} is not in your area"
                    raise AccessError(Problem("OTHER_AREA", what, "", f"{key.layer}/{key.id}"))

    def _has(self, cell: Row) -> bool:
        return self.covers(cell.text("subdistrict_id"), cell.text("community_id"))


def _concerns(rows: list[Row]) -> bool:
    """Return whether a row is new, gone, says something else, or has other ground."""
    if len(rows) == 1:
        return True
    one, two = rows
    names = {*one.attributes, *two.attributes} - _DERIVED
    if any(one.attributes.get(name) != two.attributes.get(name) for name in names):
        return True
    moved_m2 = shapely.symmetric_difference(one.shape, two.shape).area
    # a cut bends the border it ends on by less than a step of the grid
    return bool(moved_m2 > number("grid_size_m") * one.shape.length)
