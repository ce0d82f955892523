"""Choosing sites: onegrid against spopt with HiGHS, on the same reached pairs.

``.bench-venv/bin/python benchmarks/siting_spopt.py [--quick] [--cap SECONDS] [--date DATE]``
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import measured, needed
from bench.page import PERCENT, column
from bench.runs import keep_or_show, run_arguments

if TYPE_CHECKING:
    import argparse

    from bench.measure import Outcome

CAP_S = 900.0
ABOUT = (
    "Doors and candidates lie at random along the streets of the bundled sample; a pair is in "
    "reach within so many minutes at 80 m/min. Both programs get the same pairs, spopt as the "
    "matrix it asks for, and HiGHS as its solver with default gap 0.01 %. Times hold building the "
    "model. `objective` is worked out from the chosen sites by one function: covered weight "
    "(mclp, more is better), weighted seconds with a walk beyond reach counted as the limit "
    "(p-median, less), number of sites (lscp, less). `gap` is what the proven bound leaves open."
)


@dataclass(frozen=True)
class Asked:
    """One instance: how large, which problem, how many sites."""

    problem: str
    doors: int
    sites: int
    minutes: float
    count: int | None

    @property
    def title(self) -> str:
        """What the table is called."""
        some = "" if self.count is None else f", {self.count} new sites"
        size = f"{self.doors:,} doors × {self.sites:,} candidates"
        return f"{self.problem}: {size}, {self.minutes:g} minutes{some}"


QUICK = (
    Asked("mclp", 1_000, 100, 5, 10),
    Asked("p-median", 500, 60, 5, 10),
    Asked("lscp", 1_000, 100, 10, None),
)
CASES = (
    Asked("mclp", 2_000, 200, 5, 20),
    Asked("mclp", 20_000, 2_000, 5, 20),
    Asked("mclp", 20_000, 2_000, 5, 60),
    Asked("lscp", 2_000, 200, 10, None),
    Asked("lscp", 20_000, 2_000, 10, None),
    Asked("p-median", 1_000, 100, 10, 10),
    Asked("p-median", 2_000, 200, 10, 20),
)


def main() -> None:
    """Run every case and keep the result."""
    asked = run_arguments(__doc__, _more)
    tables = []
    for case in QUICK if asked.quick else CASES:
        tables.append(_table(case, asked.cap))
        print(tables[-1]["title"], tables[-1]["rows"], flush=True)
    found = {"title": "Choosing sites", "about": ABOUT, "tables": tables}
    keep_or_show("siting_spopt", found, asked)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cap", type=float, default=CAP_S, help="CPU seconds a program may use")


def _table(case: Asked, cap_s: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "case")
        made = needed(
            measured("peers.sites:prepare", path, case.doors, case.sites, case.minutes, cap_s=CAP_S)
        )
        rows = [
            _row(
                peer,
                measured(f"peers.sites:{peer}", path, case.problem, case.count, cap_s=cap_s),
            )
            for peer in ("onegrid", "spopt")
        ]
    better = "high" if case.problem == "mclp" else "low"
    return {
        "title": case.title,
        "about": f"{made.value['pairs']:,} pairs in reach; spopt may use {cap_s:.0f} CPU s.",
        "columns": [
            column("peer", "program", None),
            column("status", "status", None),
            column("objective", "objective", 0, better),
            column("gap", "gap", PERCENT),
            column("sites", "sites", 0),
            column("cpu_s", "CPU s", 2, "low"),
            column("wall_s", "wall s", 2),
            column("peak_mb", "peak MB", 0, "low"),
            column("note", "note", None),
        ],
        "rows": rows,
    }


def _row(peer: str, done: Outcome) -> dict[str, Any]:
    found = done.value if done.status == "ok" else {}
    return {"peer": peer, "ours": peer == "onegrid", **done.cost(), **(found or {})}


if __name__ == "__main__":
    main()
