"""Choosing sites: onegrid against spopt with HiGHS, on the same reached pairs.

``.bench-venv/bin/python benchmarks/siting_spopt.py [--quick] [--cap SECONDS] [--date DATE]``
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import measured, needed
from bench.page import PERCENT, column
from bench.runs import keep_or_show, run_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

CAP_S = 80.0  # of spopt; with it the full run takes about ten minutes
OWN_CAP_S = 900.0
DENSE = 10_000_000  # variables of spopt's p-median and p-centre, above which it is not asked
GROWTH = (2, 5, 10, 15)  # minutes; the longer, the more pairs
NOISY_PAIRS = 1_000_000  # below which the peak is that of the program, not of the pairs
EVEN = 1.5  # bytes per further pair may rise by this factor and memory still be called linear
ABOUT = (
    "Doors and candidates lie at random along the streets of the bundled sample; a pair is in "
    "reach within so many minutes at 80 m/min. Both programs get the same pairs, spopt as the "
    "matrix it asks for, and HiGHS as its solver with default gap 0.01 %. Times hold building the "
    "model. `objective` is worked out from the chosen sites by one function: covered weight "
    "(mclp, more is better), weighted seconds with a walk beyond reach counted as the limit "
    "(p-median, less), number of sites (lscp, less), the longest walk in seconds of doors that any "
    "candidate reaches (p-center, less). `lscp-room` is the number of sites of limited room that "
    "serve everybody who reaches any, doors shared among sites (less; a largest flow by scipy says "
    "whether they do): spopt's LSCP with facility capacities; onegrid is asked for the most that "
    "some number of sites serves, and the number found by halves. `gap` is what the proven bound "
    "leaves open."
)


@dataclass(frozen=True)
class Asked:
    """One instance: how large, which problem, how many sites, the weight that each can serve."""

    problem: str
    doors: int
    sites: int
    minutes: float
    count: int | None
    room: float | None = None

    @property
    def title(self) -> str:
        """What the table is called."""
        some = "" if self.count is None else f", {self.count} new sites"
        some += "" if self.room is None else f", room for {self.room:g} each"
        size = f"{self.doors:,} doors × {self.sites:,} candidates"
        return f"{self.problem}: {size}, {self.minutes:g} minutes{some}"

    @property
    def peers(self) -> tuple[str, ...]:
        """Who is asked."""
        every_pair = self.problem in {"p-median", "p-center", "lscp-room"}
        dense = every_pair and self.doors * self.sites > DENSE
        return ("onegrid",) if dense else ("onegrid", "spopt")


QUICK = (
    Asked("mclp", 1_000, 100, 5, 10),
    Asked("p-median", 500, 60, 5, 10),
    Asked("lscp", 1_000, 100, 10, None),
    Asked("p-center", 200, 40, 45, 8),
    Asked("lscp-room", 200, 40, 10, None, 600),
)
CASES = (
    Asked("mclp", 2_000, 200, 5, 20),
    Asked("mclp", 20_000, 2_000, 5, 20),
    Asked("mclp", 20_000, 2_000, 10, 20),
    Asked("lscp", 2_000, 200, 10, None),
    Asked("lscp", 20_000, 2_000, 10, None),
    Asked("p-median", 1_000, 100, 10, 10),
    Asked("p-median", 20_000, 2_000, 10, 20),
    Asked("p-center", 500, 50, 45, 10),
    Asked("p-center", 2_000, 200, 45, 20),
    Asked("lscp-room", 1_000, 100, 10, None, 1_000),
    Asked("lscp-room", 2_000, 200, 10, None, 1_500),
)


def main() -> None:
    """Run every case and keep the result."""
    asked = run_arguments(__doc__, _more)
    _compile()
    tables = []
    for case in QUICK if asked.quick else CASES:
        tables.append(_table(case, asked.cap))
        print(tables[-1]["title"], tables[-1]["rows"], flush=True)
    tables.append(_growth(*((2_000, 200) if asked.quick else (20_000, 2_000))))
    print(tables[-1]["title"], tables[-1]["rows"], flush=True)
    found = {"title": "Choosing sites", "about": ABOUT, "tables": tables}
    keep_or_show("siting_spopt", found, asked)
    check_memory(tables[-1]["rows"])


def _compile() -> None:
    """Ask every problem once, small: what is compiled then is kept, and is in nobody's time."""
    for case in QUICK:
        with _made(case.doors, case.sites, case.minutes) as (path, _):
            _row("onegrid", path, case, OWN_CAP_S)


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cap", type=float, default=CAP_S, help="CPU seconds spopt may use")


def _table(case: Asked, cap_s: float) -> dict[str, Any]:
    with _made(case.doors, case.sites, case.minutes) as (path, pairs):
        rows = [_row(peer, path, case, cap_s) for peer in case.peers]
    better = "high" if case.problem == "mclp" else "low"
    dense = f"spopt is not asked: it makes {case.doors * case.sites:,} variables."
    told = f"spopt may use {cap_s:.0f} CPU s." if "spopt" in case.peers else dense
    return {
        "title": case.title,
        "about": f"{pairs:,} pairs in reach; {told}",
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


@contextmanager
def _made(doors: int, sites: int, minutes: float) -> Iterator[tuple[str, int]]:
    """Make a case in a file of its own for a while; tell where it is and its number of pairs."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "case")
        made = measured("peers.sites:prepare", path, doors, sites, minutes, cap_s=OWN_CAP_S)
        yield path, needed(made).value["pairs"]


def _growth(doors: int, sites: int) -> dict[str, Any]:
    """Return how time and memory grow with the reached pairs of the same doors and candidates."""
    rows: list[dict[str, Any]] = []
    for minutes in GROWTH:
        case = Asked("mclp", doors, sites, minutes, 20)
        with _made(doors, sites, minutes) as (path, pairs):
            row = _row("onegrid", path, case, OWN_CAP_S)
        more = pairs - rows[-1]["pairs"] if rows else 0
        each = (row["peak_mb"] - rows[-1]["peak_mb"]) * 2**20 / more if more else None
        rows.append({**row, "minutes": minutes, "pairs": pairs, "pair_bytes": each})
    return {
        "title": f"Growth with reached pairs: mclp, {doors:,} doors × {sites:,} candidates, 20 new",
        "about": (
            "onegrid alone. `bytes a further pair` is the rise of the peak over the row above "
            "for each pair more; memory is linear in the pairs where it does not rise."
        ),
        "columns": [
            column("minutes", "minutes", 0),
            column("pairs", "pairs", 0),
            column("gap", "gap", PERCENT),
            column("cpu_s", "CPU s", 2),
            column("peak_mb", "peak MB", 0),
            column("pair_bytes", "bytes a further pair", 0),
        ],
        "rows": rows,
    }


def check_memory(rows: list[dict[str, Any]]) -> None:
    """Leave with a message if a further pair takes more memory the more pairs there are."""
    each = [row["pair_bytes"] for row in rows if row["pair_bytes"]]
    large = [row["pairs"] for row in rows][-1] > NOISY_PAIRS
    if large and each[-1] > EVEN * each[-2]:
        sys.exit(f"memory is not linear in reached pairs: {each[-2]:.0f}, then {each[-1]:.0f} B")


def _row(peer: str, path: str, case: Asked, cap_s: float) -> dict[str, Any]:
    limit_s = cap_s if peer == "spopt" else OWN_CAP_S
    asked = (case.problem, case.count, case.room)
    done = measured(f"peers.sites:{peer}", path, *asked, cap_s=limit_s)
    found = done.value if done.status == "ok" else {}
    return {"peer": peer, "ours": peer == "onegrid", **done.cost(), **(found or {})}


if __name__ == "__main__":
    main()
