"""How time and memory of a merge grow with the district: CPU, memory, ratio to the usual size.

``.bench-venv/bin/python benchmarks/merge_growth.py [--quick] [--ten] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import measured, needed
from bench.page import PERCENT
from bench.runs import keep_or_show, run_arguments

if TYPE_CHECKING:
    import argparse

CAP_S = 3_600.0
SIZES = (0.25, 1.0)
QUICK_SIZES = (0.05, 0.2)
TEN = 10.0
ABOUT = (
    "The coarse district (13 subdistricts, 138 communities, 564 cells, 225,000 households, four "
    "dirty layers) at several sizes, merged by onegrid. `CPU ratio` and `memory ratio` are to the "
    "size before, `per size` is CPU seconds by size: level when time grows in proportion. The peak "
    "holds the inputs too. Where ten times the usual size is measured, the usual one is so before "
    "and after it, and the mean counts: a shared machine is not as fast at all times."
)
COLUMNS = (
    ("size", "size", 2),
    ("communities", "communities", 0),
    ("atoms", "atoms", 0),
    ("cells", "cells", 0),
    ("cpu_s", "CPU s", 1),
    ("wall_s", "wall s", 1),
    ("peak_mb", "peak MB", 0),
    ("cpu_ratio", "CPU ratio", 2),
    ("memory_ratio", "memory ratio", 2),
    ("per_size_s", "CPU s per size", 1),
    ("in_band_share", "in band", PERCENT),
    ("border_reuse_share", "reuse", PERCENT),
    ("proven_share", "gap ≤ 1 %", PERCENT),
)


def main() -> None:
    """Merge districts of growing size and keep the result."""
    asked = run_arguments(__doc__, _more)
    sizes = QUICK_SIZES if asked.quick else SIZES
    rows: list[dict[str, Any]] = []
    stages: dict[float, dict[str, float]] = {}
    for size in (*sizes, TEN) if asked.ten else sizes:
        row, stages[size] = _measured(size)
        rows.append(row)
        print(row, stages[size], flush=True)
    if asked.ten:
        row, again = _measured(sizes[-1])
        print(row, again, flush=True)
        rows[-2] |= {key: round((rows[-2][key] + row[key]) / 2, 2) for key in ("cpu_s", "wall_s")}
        before = stages[sizes[-1]]
        stages[sizes[-1]] = {name: (before[name] + again[name]) / 2 for name in before}
    _add_ratios(rows)
    columns = [{"key": k, "label": label, "digits": digits} for k, label, digits in COLUMNS]
    table = {"title": "growth", "about": ABOUT, "columns": columns, "rows": rows}
    about = "How time and memory of a merge grow with the district."
    result = {"title": "Growth of a merge", "about": about, "tables": [table, _by_stage(stages)]}
    keep_or_show("merge_growth", result, asked)


def _by_stage(stages: dict[float, dict[str, float]]) -> dict[str, Any]:
    """Return the table of what each stage takes at each size."""
    sizes = [(f"cpu_{size:g}_s", f"{size:g} ×, CPU s", 1) for size in stages]
    columns = (("stage", "stage", None), *sizes, ("ratio", "last to the one before", 2))
    *_, before, last = stages.values()
    rows = [
        {"stage": name, "ratio": round(last[name] / max(before[name], 0.001), 2)}
        | {key: told[name] for (key, *_), told in zip(sizes, stages.values(), strict=True)}
        for name in last
    ]
    labels = [{"key": k, "label": label, "digits": digits} for k, label, digits in columns]
    return {"title": "stages", "about": "Where the time goes.", "columns": labels, "rows": rows}


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ten", action="store_true", help="also ten times the usual size")


def _measured(size: float) -> tuple[dict[str, Any], dict[str, float]]:
    """Return what a merge of one size costs, and its stages; a failure ends the run."""
    with tempfile.TemporaryDirectory() as folder:
        case = str(Path(folder) / "case")
        measured("bench.cases:prepare_size", size, case, cap_s=CAP_S)
        done = needed(measured("peers.ours:merge_only", case, cap_s=CAP_S))
    row = {"size": size, "peer": "onegrid", "ours": True, **done.cost(), **(done.value or {})}
    return row, row.pop("stages_s")


def _add_ratios(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        row["per_size_s"] = round(row["cpu_s"] / row["size"], 1)
    for before, row in pairwise(rows):
        row["cpu_ratio"] = round(row["cpu_s"] / before["cpu_s"], 2)
        row["memory_ratio"] = round(row["peak_mb"] / before["peak_mb"], 2)


if __name__ == "__main__":
    main()
