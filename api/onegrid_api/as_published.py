"""Results as anybody may see them: a report without ids of doors, facilities, ways."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import pandas as pd

from onegrid.coverage.hours import parse_hours, week_spans

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

_TOLD: Final = ("name", "phone", "address", "opening_hours")


def public_report(path: Path) -> dict[str, Any]:
    """Return the report of a folder, with counts in place of the ids of doors."""
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    def public(value: Any, key: str = "") -> Any:  # noqa: ANN401  (any part of a JSON text)
        if key == "points_outside":
            return len(value)
        if isinstance(value, dict):
            return {name: public(part, name) for name, part in value.items()}
        return value

    return cast("dict[str, Any]", public(report))


def as_published(facilities: gpd.GeoDataFrame) -> dict[str, dict[str, Any]]:
    """Return how to reach each facility; ``open_spans`` are minutes since Monday, null if unknown.

    One that stands twice in the table is told of as it stands there first.
    """
    columns = [name for name in _TOLD if name in facilities]
    rows = pd.DataFrame(facilities[columns]).fillna("").astype(str).to_dict("records")
    found: dict[str, dict[str, Any]] = {}
    for name, row in zip(facilities.index, rows, strict=True):
        told = {column: row.get(column, "") for column in _TOLD}
        week = parse_hours(told["opening_hours"]) if told["opening_hours"].strip() else None
        found.setdefault(name, told | {"open_spans": None if week is None else week_spans(week)})
    return found
