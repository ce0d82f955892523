"""How long streets take to become a network, and doors to join it.

``.bench-venv/bin/python benchmarks/reach_build.py [--quick] [--date YYYY-MM-DD]``; without
``--quick`` it writes an extract of 100 MB, which takes some minutes.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import Outcome, measured, needed
from bench.page import column
from bench.runs import keep_or_show, run_arguments

SIDES, QUICK_SIDES = (66, 210, 660), (40, 60)
DOORS, QUICK_DOORS = ((224, 100_000), (708, 1_000_000)), ((100, 10_000),)
CAP_S = 1_800.0
BUILD_ABOUT = (
    "`onegrid network` on invented towns as `.osm.pbf`: a fifth of the nodes are on streets, as in "
    "a real extract. CPU seconds by stage, Python's start apart; opening the finished file is "
    "wall time, in milliseconds."
)
DOORS_ABOUT = (
    "Doors at random places join the nearest street within 100 m, on a bent lattice with one "
    "straight edge between two crossroads. CPU seconds with the making of the index; both find the "
    "same edge for every door. shapely is `STRtree.query_nearest`, without barriers and tunnels."
)


def main() -> None:
    """Build, join, and keep the result."""
    asked = run_arguments(__doc__)
    sides, doors = (QUICK_SIDES, QUICK_DOORS) if asked.quick else (SIDES, DOORS)
    tables = [_built(sides), _joined(doors)]
    about = "From a file of streets to a network in which doors are joined."
    keep_or_show("reach_build", {"title": "Streets to network", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _built(sides: tuple[int, ...]) -> dict[str, Any]:
    rows = []
    for side in sides:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "town.osm.pbf"
            town = _done(measured("bench.extracts:write_extract", str(file), side, cap_s=CAP_S))
            done = measured("bench.extracts:network_of", str(file), cap_s=CAP_S)
            size_mb = round(file.stat().st_size / 1e6, 1)
        found = _done(done)
        print(f"{size_mb} MB: {done.cpu_s:.1f} CPU s, {done.peak_mb:.0f} MB")
        rows.append({"pbf_mb": size_mb, "file_nodes": town["nodes"], **found, **done.cost()})
    columns = [
        column("pbf_mb", "pbf MB", 1),
        column("file_nodes", "nodes in it", 0),
        column("edges", "edges", 0),
        column("read_s", "read s", 1),
        column("build_s", "build s", 1),
        column("write_s", "write s", 2),
        column("cpu_s", "all CPU s", 1),
        column("peak_mb", "peak MB", 0),
        column("file_mb", "network MB", 1),
        column("open_ms", "open ms", 1),
    ]
    return {"title": "from pbf", "about": BUILD_ABOUT, "columns": columns, "rows": rows}


def _joined(sizes: tuple[tuple[int, int], ...]) -> dict[str, Any]:
    rows = []
    for side, doors in sizes:
        both = {
            who: _done(measured("bench.snapping:joined", side, doors, who, cap_s=CAP_S))
            for who in ("onegrid", "shapely")
        }
        ours, theirs = both["onegrid"], both["shapely"]
        if ours["sum"] != theirs["sum"]:
            sys.exit("the edges differ")
        rows.append({
            "doors": doors,
            "edges": ours["edges"],
            "ours_s": ours["cpu_s"],
            "shapely_s": theirs["cpu_s"],
            "ratio": round(theirs["cpu_s"] / ours["cpu_s"], 1),
        })  # fmt: skip
    columns = [
        column("doors", "doors", 0),
        column("edges", "edges", 0),
        column("ours_s", "onegrid CPU s", 2),
        column("shapely_s", "shapely CPU s", 2),
        column("ratio", "shapely / onegrid", 1),
    ]
    return {"title": "doors on edges", "about": DOORS_ABOUT, "columns": columns, "rows": rows}


def _done(outcome: Outcome) -> dict[str, Any]:
    found: dict[str, Any] = needed(outcome).value
    return found


if __name__ == "__main__":
    main()
