"""How long an edit takes in grids of ten to ten thousand cells.

``.bench-venv/bin/python benchmarks/merge_edits.py [--quick] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

from typing import Any

from bench.measure import Outcome, measured, needed
from bench.runs import keep_or_show, run_arguments

SIDES = (4, 11, 33, 100)
QUICK_SIDES = (4, 33)
DOORS = {"without household points": 0, "with 20 household points in a cell": 20}
COUNT, QUICK_COUNT = 100, 15
CAP_S = 1_800.0
ABOUT = (
    "A planner drags, cuts and joins cells on a map, and each edit is proved before it counts: "
    "the changed cells tile their ground, share every vertex with their neighbours, and nobody "
    "is lost. The table gives CPU milliseconds of one edit, proof and effect included: half of "
    "all edits are faster than p50, 99 of 100 faster than p99. The aim is p99 ≤ 20 ms at about "
    "1,000 cells, and there at most 1.5 times that of about 10 cells, since only what changed is "
    "looked at."
)
GRID_ABOUT = (
    "Wavy lattices of 4 atoms a cell and up to 9 cells a community, {}; {} random edits of each "
    "kind, each made and taken back seven times, of which the fastest counts; `split_k` makes "
    "three parts, `resolve` takes a department's border."
)


def main() -> None:
    """Time the edits and keep the result."""
    asked = run_arguments(__doc__)
    sides, count = (QUICK_SIDES, QUICK_COUNT) if asked.quick else (SIDES, COUNT)
    tables = [_table(name, doors, sides, count) for name, doors in DOORS.items()]
    result = {"title": "Editing a grid", "about": ABOUT, "tables": tables}
    keep_or_show("merge_edits", result, asked)


def _table(name: str, doors: int, sides: tuple[int, ...], count: int) -> dict[str, Any]:
    """Return one row for each kind of edit, two columns for each size."""
    done = [_timed(side, doors, count) for side in sides]
    sizes = [outcome.value.pop("cells") for outcome in done]
    columns = [{"key": "op", "label": "edit", "digits": None}]
    rows: list[dict[str, Any]] = [{"op": op} for op in done[0].value]
    for size, outcome in zip(sizes, done, strict=True):
        for key in ("p50_ms", "p99_ms"):
            label = f"{key[:3]} ms, {size:,} cells"
            columns.append({"key": f"{key}_{size}", "label": label, "digits": 1})
            for row in rows:
                row[f"{key}_{size}"] = round(outcome.value[row["op"]][key], 2)
    if min(outcome.value[row["op"]]["count"] for row in rows for outcome in done) < count:
        print(f"fewer than {count} edits of some kind were possible")
    near, far = sizes[0], sizes[sides.index(33)]
    columns.append({"key": "growth", "label": f"p99 at {far:,} to {near:,}", "digits": 2})
    for row in rows:
        row["growth"] = round(row[f"p99_ms_{far}"] / row[f"p99_ms_{near}"], 2)
    about = GRID_ABOUT.format(name, count)
    return {"title": f"edits {name}", "about": about, "columns": columns, "rows": rows}


def _timed(side: int, doors: int, count: int) -> Outcome:
    outcome = needed(measured("bench.edit_times:times", side, doors, count, cap_s=CAP_S))
    print(f"{outcome.value['cells']:6} cells, {doors} doors each: {outcome.cpu_s:.1f} CPU s")
    return outcome


if __name__ == "__main__":
    main()
