"""What several commands share in one result folder: its report, and its layers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from onegrid.io.reading import list_spatial_layers, read_raw
from onegrid.standards import UNVERIFIED, VERIFIED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

NETWORK_FILE = "streets.network"  # the walk network of a result folder, where there is one
WATER_FILE = "water.gpkg"  # layer "water": areas or lines that are drawn below everything
FACILITIES_FILE = "facilities.gpkg"
PEOPLE_FILE = "people.parquet"  # doors as they were counted: an office file


def read_report(folder: Path) -> dict[str, Any]:
    """Return the report of a result folder, empty where there is none that can be read."""
    try:
        found = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def unverified_note(report: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a reader must know of the norms of a report: how many nobody has checked.

    Examples
    --------
    >>> unverified_note({"standard": {"rules": [{"confidence": "remembered"}]}})
    ('所用标准中有 1 条未核实',)
    """
    standard = report.get("standard")
    rules = standard.get("rules", ()) if isinstance(standard, dict) else ()
    doubtful = [rule for rule in rules if rule.get("confidence") != VERIFIED]
    return (f"所用标准中有 {len(doubtful)} 条{UNVERIFIED}",) if doubtful else ()


def joined_report(out: Path, command: str, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the folder's report with the keys of one command replaced, the others kept.

    The keys stand under the command's name, and beside it for whoever reads one command only.
    """
    kept = read_report(out)
    former = kept.get(command)
    stale = former if isinstance(former, dict) else {}
    kept = {key: value for key, value in kept.items() if key not in stale}
    return {**kept, **report, command: dict(report)}


def layer_of(path: Path, layer: str, index: str | None = None) -> gpd.GeoDataFrame | None:
    """Return a layer of a result file as it stands there, None if there is none."""
    if not path.is_file() or layer not in list_spatial_layers(str(path)):
        return None
    frame = read_raw(f"{path}#{layer}").frame
    return frame if index is None else frame.set_index(index)
