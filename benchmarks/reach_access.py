"""Accessibility beside PySAL ``access``, and repeated aggregates beside ``pandarm``.

``.bench-venv/bin/python benchmarks/reach_access.py [--quick] [--date YYYY-MM-DD]``; three minutes
on a free core without ``--quick``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.measure import measured, written_towns
from bench.page import column
from bench.runs import keep_or_show, run_arguments

SIZE, QUICK_SIZE = (100_000, 1_000, 3_000_000), (5_000, 100, 50_000)
TOWNS, QUICK_TOWNS = ("lattice 316", "Wuhan"), ("lattice 40",)
SHARES, QUICK_SHARES = (0.02, 0.1, 1.0), (0.1,)
WHO = ("onegrid", "pandarm")
CAP_S, QUICK_CAP_S = 150.0, 20.0
CAPS_S = {"onegrid": CAP_S, "pandarm": 30.0}
ACCESS_ABOUT = (
    "CPU seconds from the table of walks to the value of every door; both get the same table and "
    "agree to the last digits (`apart`)."
)
KEPT_ABOUT = (
    "Around every crossroads the people within 15 minutes, again and again: CPU seconds of one "
    "aggregate, and of what is prepared once, joining to streets or contraction included. People "
    "live at a share of the crossroads. pandarm keeps all crossroads within the range, "
    "whoever lives there; onegrid keeps the walks to people, so that it costs by who is asked for. "
    "`people` is the sum over all crossroads."
)


KEPT = [
    column("name", "program", None),
    column("nodes", "crossroads", 0),
    column("places", "with people", 0),
    column("once_s", "once CPU s", 2),
    column("ask_s", "CPU s", 4, "low"),
    column("peak_mb", "peak MB", 0),
    column("sum", "people", 0),
    column("status", "status", None),
    column("note", "note", None),
]


def main() -> None:
    """Measure, and keep the result."""
    asked = run_arguments(__doc__)
    tables = [_floating(asked.quick), *_repeated(asked.quick)]
    about = "Who has how much within reach, once the walks are known."
    keep_or_show("reach_access", {"title": "Accessibility", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _floating(quick: bool) -> dict[str, Any]:  # noqa: FBT001  (the only choice)
    rows = []
    for method in ("e2sfca", "2sfca", "3sfca"):
        size = QUICK_SIZE if quick else SIZE
        done = measured("bench.floating:floating", method, *size, cap_s=CAP_S)
        row = {"method": method, "ours": True, **done.cost(), **(done.value or {})}
        if "ours_s" in row:
            row["ratio"] = row["peer_s"] / max(row["ours_s"], 1e-9)
        print(row, flush=True)
        rows.append(row)
    columns = [
        column("method", "method", None),
        column("pairs", "pairs", 0),
        column("ours_s", "onegrid CPU s", 3),
        column("peer_s", "access CPU s", 3),
        column("ratio", "access / onegrid", 1),
        column("apart", "apart", 12),
        column("status", "status", None),
        column("note", "note", None),
    ]
    return {"title": "floating catchments", "about": ACCESS_ABOUT, "columns": columns, "rows": rows}


def _repeated(quick: bool) -> list[dict[str, Any]]:  # noqa: FBT001  (the only choice)
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        towns = written_towns(QUICK_TOWNS if quick else TOWNS, Path(folder), cap_s=CAP_S)
        for town, path in towns.items():
            shares = QUICK_SHARES if quick else SHARES
            caps_s = dict.fromkeys(WHO, QUICK_CAP_S) if quick else CAPS_S
            rows = [row for who in WHO for row in _aggregates(who, path, shares, caps_s[who])]
            title = f"repeated aggregates, {town}"
            tables.append({"title": title, "about": KEPT_ABOUT, "columns": KEPT, "rows": rows})
    return tables


def _aggregates(
    who: str, path: str, shares: tuple[float, ...], cap_s: float
) -> list[dict[str, Any]]:
    done = measured("bench.aggregates:repeated", who, path, shares, cap_s=cap_s)
    about = {"name": who, "peer": who, "ours": who == "onegrid", **done.cost()}
    rows = [{**about, **found} for found in done.value or [{}]]
    print(*rows, sep="\n", flush=True)
    return rows


if __name__ == "__main__":
    main()
