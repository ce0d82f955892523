"""Accessibility beside PySAL ``access``, and repeated aggregates beside ``pandarm``.

``.bench-venv/bin/python benchmarks/reach_access.py [--quick] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

from typing import Any

from bench.measure import measured, needed
from bench.page import column
from bench.runs import keep_or_show, run_arguments

SIZE, QUICK_SIZE = (100_000, 1_000, 3_000_000), (5_000, 100, 50_000)
LATTICES, QUICK_LATTICES = ((316, 0.02), (316, 0.1)), ((60, 0.1),)
CAP_S = 600.0
ACCESS_ABOUT = (
    "CPU seconds from the table of walks to the value of every door; both get the same table and "
    "agree to the last digits (`apart`)."
)
KEPT_ABOUT = (
    "Around every crossroads of a lattice the people within 15 minutes, again and again: CPU "
    "seconds of one aggregate, and of what is prepared once. People live at a share of the "
    "crossroads. pandarm keeps all crossroads within the range, whoever lives there; we keep the "
    "walks to people, so that ours costs by who is asked for and theirs does not."
)


def main() -> None:
    """Measure, and keep the result."""
    asked = run_arguments(__doc__)
    tables = [_floating(asked.quick), _repeated(asked.quick)]
    about = "Who has how much within reach, once the walks are known."
    keep_or_show("reach_access", {"title": "Accessibility", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _floating(quick: bool) -> dict[str, Any]:  # noqa: FBT001  (the only choice)
    rows = []
    for method in ("e2sfca", "2sfca", "3sfca"):
        size = QUICK_SIZE if quick else SIZE
        found = _done("bench.floating:floating", method, *size)
        rows.append({"method": method, **found, "ratio": found["peer_s"] / found["ours_s"]})
    columns = [
        column("method", "method", 0),
        column("pairs", "pairs", 0),
        column("ours_s", "onegrid CPU s", 2),
        column("peer_s", "access CPU s", 2),
        column("ratio", "access / onegrid", 1),
        column("apart", "apart", 12),
    ]
    return {"title": "floating catchments", "about": ACCESS_ABOUT, "columns": columns, "rows": rows}


def _repeated(quick: bool) -> dict[str, Any]:  # noqa: FBT001  (the only choice)
    rows = []
    for lattice in QUICK_LATTICES if quick else LATTICES:
        found = _done("bench.aggregates:repeated", *lattice)
        rows.append({**found, "ratio": found["peer_s"] / found["ours_s"]})
    columns = [
        column("nodes", "crossroads", 0),
        column("places", "with people", 0),
        column("kept_s", "onegrid once, CPU s", 2),
        column("peer_kept_s", "pandarm once, CPU s", 2),
        column("ours_s", "onegrid CPU s", 3),
        column("peer_s", "pandarm CPU s", 3),
        column("ratio", "pandarm / onegrid", 1),
        column("apart", "people apart", 1),
    ]
    return {"title": "repeated aggregates", "about": KEPT_ABOUT, "columns": columns, "rows": rows}


def _done(work: str, *arguments: object) -> dict[str, Any]:
    outcome = measured(work, *arguments, cap_s=CAP_S)
    found: dict[str, Any] = needed(outcome).value
    return found


if __name__ == "__main__":
    main()
