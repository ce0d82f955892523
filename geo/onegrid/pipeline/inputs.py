"""Read the files of one command, so that all problems of all files are told together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from onegrid.errors import Gather, Problem
from onegrid.io.files import read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from onegrid.io.files import Finding
    from onegrid.schema import Table

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Reading:
    """What a user says about the files that they do not say themselves.

    ``columns`` maps a column to the name it has in the files; ``ROLE.column`` speaks of one file
    only, where several have a column of that name. ``datums`` names the datum ("gcj02", "bd09") of
    a table by its role, and of every table where the role is empty.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    datums: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Written:
    """How a file was written: the CRS it says, empty if none, and the encoding of its texts."""

    crs: str
    encoding: str


class Reader:
    """Reads tables one after the other and remembers what was wrong with each."""

    def __init__(self, reading: Reading) -> None:
        self._columns = reading.columns
        self._datums = reading.datums
        self._roles: set[str] = {""}
        self._used: set[str] = set()
        self._gather = Gather()
        self.findings: dict[str, tuple[Finding, ...]] = {}
        self.skipped: dict[str, tuple[str, ...]] = {}
        self.missing_counts: dict[str, dict[str, int]] = {}
        self.written: dict[str, Written] = {}

    def read(
        self, role: str, source: str, table: Table, *, crs: str | None = None
    ) -> gpd.GeoDataFrame | None:
        """Return a table, or None after noting its problems."""
        self._roles.add(role)
        loaded = self._gather.attempt(
            read_table,
            source,
            table,
            columns=self._mapping(role, table),
            crs=crs,
            datum=self._datums.get(role, self._datums.get("")),
        )
        if loaded is None:
            return None
        if loaded.findings:
            self.findings[role] = loaded.findings
        if loaded.skipped:
            self.skipped[role] = loaded.skipped
        self.missing_counts[role] = loaded.missing_counts
        self.written[role] = Written(loaded.crs, loaded.encoding)
        return loaded.frame

    def attempt(self, step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Return the result of another reading step, or None after noting its problems."""
        return self._gather.attempt(step, *args, **kwargs)

    def notes(self) -> dict[str, Any]:
        """Return what a report says of the reading: findings per table."""
        return {
            "findings": {role: [f.as_row() for f in found] for role, found in self.findings.items()}
        }

    def check(self) -> None:
        """Raise every problem noted, a column or datum that speaks of no table included."""
        for role in sorted(set(self._datums) - self._roles):
            remedy = f"use one of {', '.join(sorted(self._roles - {''}))}"
            self._gather.add([Problem("ROLE_UNKNOWN", f"no table {role!r}", "--datum", "", remedy)])
        for key in self._columns:
            if key not in self._used:
                remedy = "use --column COLUMN=NAME or ROLE.COLUMN=NAME"
                problem = Problem(
                    "COLUMN_UNKNOWN", f"no table has a column {key!r}", "", "", remedy
                )
                self._gather.add([problem])
        self._gather.check()

    def _mapping(self, role: str, table: Table) -> dict[str, str]:
        mapping: dict[str, str] = {}
        for key, name in self._columns.items():
            where, _, column = key.rpartition(".")
            if where in ("", role) and (column in table.columns or column == table.id):
                mapping[column] = name
                self._used.add(key)
        return mapping


def there(value: T | None) -> T:
    """Return a value that a passed check has made sure of."""
    if value is None:
        msg = "a table is missing although no problem was noted"
        raise AssertionError(msg)
    return value
