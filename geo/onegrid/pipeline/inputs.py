"""Read the files of one command, so that all problems of all files are told together."""

from __future__ import annotations

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


class Reader:
    """Reads tables one after the other and remembers what was wrong with each.

    ``columns`` maps a column to the name it has in the files; ``ROLE.column`` speaks of one file
    only, where several have a column of that name.
    """

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        self._columns = dict(columns or {})
        self._used: set[str] = set()
        self._gather = Gather()
        self.findings: dict[str, tuple[Finding, ...]] = {}
        self.skipped: dict[str, tuple[str, ...]] = {}
        self.missing_counts: dict[str, dict[str, int]] = {}

    def read(
        self, role: str, source: str, table: Table, *, crs: str | None = None
    ) -> gpd.GeoDataFrame | None:
        """Return a table, or None after noting its problems."""
        loaded = self._gather.attempt(
            read_table, source, table, columns=self._mapping(role, table), crs=crs
        )
        if loaded is None:
            return None
        if loaded.findings:
            self.findings[role] = loaded.findings
        if loaded.skipped:
            self.skipped[role] = loaded.skipped
        self.missing_counts[role] = loaded.missing_counts
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
        """Raise every problem noted, a mapped column that fits no table included."""
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
