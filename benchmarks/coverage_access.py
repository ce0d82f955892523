"""Coverage of two real towns beside PySAL ``access`` on walks of ``pandarm``, and its growth.

``.bench-venv/bin/python benchmarks/coverage_access.py [--quick] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.measure import measured, written_towns
from bench.page import column
from bench.runs import keep_or_show, run_arguments

TOWNS, QUICK_TOWNS = ("Wuhan", "Liège"), ("lattice 40",)
DOORS, QUICK_DOORS = 20_000, 2_000
GROWTH, QUICK_GROWTH = (10_000, 20_000, 40_000, 80_000), (1_000, 2_000)
CAP_S, QUICK_CAP_S = 120.0, 30.0
ABOUT = (
    "Three kinds of 60 facilities each, 15 minutes at 80 m/min. Doors and facilities stand on "
    "crossroads, so that both walk the same seconds. PySAL `access` has no walks of its own: it "
    "gets those of pandarm. `covered` are people and kinds within the limit; `access` sums, over "
    "cells and kinds, the square of the places per person (E2SFCA, mean by people): both programs "
    "must tell the same. `once` is what each does once for a network and, in the first row, for "
    "the doors (onegrid keeps the network's in its file); `again` is all that comes after it, "
    "`CPU s` both. The first row and PySAL tell these figures and no more. `all of it` joins doors "
    "to streets anew, finds the nearest at any distance, rolls up to cells, communities and "
    "subdistricts, and says why a door is not covered: PySAL does none of that."
)
GROWTH_ABOUT = (
    "onegrid alone, by doors: everything that `onegrid coverage` computes for one profile: walks, "
    "coverage, causes, gaps, new sites, new ways, and what each fix changes by cell."
)
_NAMES = {
    "same": "onegrid, the same figures only",
    "ours": "onegrid, all of it",
    "theirs": "access + pandarm",
}


def main() -> None:
    """Measure, and keep the result."""
    asked = run_arguments(__doc__)
    cap_s = QUICK_CAP_S if asked.quick else CAP_S
    doors = QUICK_DOORS if asked.quick else DOORS
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        towns = written_towns(QUICK_TOWNS if asked.quick else TOWNS, Path(folder), cap_s=CAP_S)
        for town, path in towns.items():
            tables.append(_beside(town, path, doors, cap_s))
            if len(tables) == 1:
                growth = _growth(town, path, QUICK_GROWTH if asked.quick else GROWTH, cap_s)
        if tables:
            tables.append(growth)
    found = {"title": "Coverage", "about": ABOUT, "tables": tables}
    keep_or_show("coverage_access", found, asked)


def _beside(town: str, path: str, doors: int, cap_s: float) -> dict[str, Any]:
    rows = []
    for who, name in _NAMES.items():
        done = measured(f"bench.coverage:{who}", path, doors, cap_s=cap_s)
        row = {"peer": name, "ours": who != "theirs", **done.cost(), **(done.value or {})}
        again_s = row.get("walk_s", 0.0) + row.get("cover_s", 0.0)
        rows.append({**row, "again_s": again_s, "all_s": row.get("once_s", 0.0) + again_s})
        print(rows[-1], flush=True)
    columns = [
        column("peer", "program", None),
        column("once_s", "once CPU s", 2),
        column("walk_s", "walks CPU s", 2),
        column("cover_s", "coverage CPU s", 2),
        column("again_s", "again CPU s", 2, "low"),
        column("all_s", "CPU s", 2, "low"),
        column("peak_mb", "peak MB", 0, "low"),
        column("covered", "covered", 0, "", rows[0].get("covered")),
        column("access", "access", 3),
        column("far", "doors too far", 0),
        column("severed", "doors severed", 0),
        column("status", "status", None),
        column("note", "note", None),
    ]
    about = f"{doors:,} doors on the streets of the town."
    return {"title": f"coverage, {town}", "about": about, "columns": columns, "rows": rows}


def _growth(town: str, path: str, sizes: tuple[int, ...], cap_s: float) -> dict[str, Any]:
    rows = []
    for doors in sizes:
        done = measured("bench.coverage:whole", path, doors, cap_s=cap_s)
        rows.append({"doors": doors, "ours": True, **done.cost(), **(done.value or {})})
        print(rows[-1], flush=True)
    columns = [
        column("doors", "doors", 0),
        column("whole_s", "CPU s", 2),
        column("peak_mb", "peak MB", 0),
        column("gap_rows", "rows of gaps", 0),
        column("fixes", "fixes", 0),
        column("status", "status", None),
        column("note", "note", None),
    ]
    title = f"coverage by doors, {town}"
    return {"title": title, "about": GROWTH_ABOUT, "columns": columns, "rows": rows}


if __name__ == "__main__":
    main()
