"""Merge grids by onegrid and by its peers, and measure all by the same columns.

``.bench-venv/bin/python benchmarks/merge_peers.py [--quick] [--case NAME …] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import Outcome, measured, needed
from bench.page import PERCENT, RESULTS, column
from bench.runs import keep_or_show, run_arguments

if TYPE_CHECKING:
    import argparse

CASES = ("coarse", "fine", "seattle")
CAP_S, SLOW_CAP_S, QUICK_CAP_S, OWN_CAP_S = 40.0, 8.0, 5.0, 1_800.0
GROUPERS = {
    "pymetis, shortest borders": "peers.metis:by_length",
    "pymetis, old borders": "peers.metis:by_old_borders",
    "pygeoda max-p": "peers.geoda:max_p",
    "pygeoda SKATER": "peers.geoda:skater",
    "spopt AZP": "peers.pysal:azp",
    "spopt SKATER": "peers.pysal:skater",
    "spopt max-p": "peers.pysal:max_p",
}
REPAIRERS = {
    "onegrid": "peers.ours:repair",
    "shapely.coverage_clean": "peers.geos:repair",
    "mapshaper -clean": "peers.mapshaper:clean",
    "mapshaper -clean gap-width=30m": "peers.mapshaper:clean_wide",
    "maup.quick_repair": "peers.districts:quick_repair",
    "maup.smart_repair": "peers.districts:smart_repair",
}
SLOW = ("spopt max-p", "maup.smart_repair", "mapshaper -clean gap-width=30m")  # not in a quick run
MEASURED = ("ok", "partial")
INPUTS = {"atoms": "our atoms", "blocks": "raw blocks"}
CASE_ABOUT = {
    "quick": "An invented district of 24 communities and 100 cells, for a fast look.",
    "coarse": (
        "An invented district of 13 subdistricts, 138 communities and 564 true cells, 225,000 "
        "households, 3.7 blocks a cell, four dirty layers, noisy and incomplete roads."
    ),
    "fine": "The same size with 10 blocks a cell.",
    "seattle": (
        "Real layers of Seattle: police beats, police micro-areas, primary school zones and "
        "neighbourhoods (some of them invalid) as departments, council districts as communities, "
        "borders of census tracts as roads; 170 invented households in each tract."
    ),
}
ABOUT = (
    "Four departments' layers become one grid. Regionalisation peers cannot read dirty layers: "
    "they are given onegrid's own atoms (so they profit from its repair), or the raw blocks "
    "between roads and community borders, one problem per community with k = households / 400, "
    "or 300 households at least where they take a bound instead of k. pymetis is asked twice: "
    "for the shortest borders, and for what onegrid asks, borders that departments drew. "
    "*maup.assign* copies the department that covers most. A result is *sound* if it is a "
    "partition: no gap, no overlap, one part per cell, every cell in one community, no household "
    "lost. Below each table stands where a peer is ahead by more than half a point; a peer "
    "that makes fewer cells keeps more households together, so look at *cells* too."
)
WORDS = [
    ["given", "what the program started from"],
    ["gap, overlap m²", "ground of the communities in no cell, or in two"],
    ["slivers", "parts of cells under 100 m² or under 3 m mean width"],
    ["in band", "cells of 300–500 households, of the cells where anybody lives"],
    ["reuse", "of the borders between cells of a community, metres within 8 m of an old border"],
    ["kept …", "households that stay with the largest part of their old cell of a department"],
    ["compact", "mean of 4π · area / perimeter²: 1 a circle, 0.79 a square, near 0 a thread"],
    ["parts/cell", "1 when every cell is one piece of ground"],
    ["across", "cells with over 1 % of their ground outside their community"],
    ["lost households", "households in no cell"],
    ["step s", "CPU seconds of grouping units into cells alone, the one step all programs do"],
    ["CPU s, wall s, peak MB", "the whole work of the row; for onegrid from dirty layers to proof"],
]
ABOUT_REPAIR = (
    "The same four layers, each repaired by itself. *Gap*: what is left of cracks under 30 m; "
    "*in parts*: cells of several pieces; *vanished*: codes that lost 99 % of their area; "
    "*moved*: area that changed its code. onegrid alone leaves a record of what moved where."
)


@dataclass(frozen=True)
class Place:
    """Files of one case, and how long a peer may take: less when it ran out of time before."""

    folder: Path
    cap_s: float
    slow: set[str]

    def run(self, peer: str, *work: object, keep: str) -> Outcome:
        """Let a peer work, and remember it if it does not come to an end."""
        cap_s = min(self.cap_s, SLOW_CAP_S) if peer in self.slow else self.cap_s
        outcome = measured(str(work[0]), *work[1:], cap_s=cap_s, keep=keep)
        if outcome.status == "timeout":
            self.slow.add(peer)
        return outcome

    def __getattr__(self, name: str) -> str:
        return str(self.folder / name)


def main() -> None:
    """Run the cases and keep the result of each as soon as it is there."""
    asked = run_arguments(__doc__, _more)
    started = time.perf_counter()
    cap_s = QUICK_CAP_S if asked.quick else CAP_S
    slow: set[str] = set()
    stop = f" A peer is stopped after {cap_s:.0f} CPU s, {SLOW_CAP_S:.0f} if it was before."
    for case in ("quick",) if asked.quick else asked.case or CASES:
        with tempfile.TemporaryDirectory() as folder:
            tables = run_case(case, Place(Path(folder), cap_s, slow))
        if not asked.quick:
            tables = [table | {"date": asked.date} for table in tables]
            tables += [table for table in before() if table["case"] != case]
            tables.sort(key=lambda table: CASES.index(table["case"]))
        result = {"title": "Merging four grids into one", "about": ABOUT + stop, "words": WORDS}
        keep_or_show("merge_peers", result | {"tables": tables}, asked)
        print(f"{case}: {time.perf_counter() - started:.0f} s", flush=True)


def before() -> list[dict[str, Any]]:
    """Return the tables of the result that is kept, if there is one."""
    kept = RESULTS / "merge_peers.json"
    found: list[dict[str, Any]] = []
    if kept.exists():
        found = json.loads(kept.read_text(encoding="utf-8"))["tables"]
    return found


def _more(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--case", action="append", choices=CASES, help="default: all; others are kept"
    )


def run_case(name: str, at: Place) -> list[dict[str, Any]]:
    """Return the tables of one case: grids, and repairs of its layers."""
    needed(measured("bench.cases:prepare", name, at.case, at.dirty, cap_s=OWN_CAP_S))
    grids = grid_rows(at, quick=name == "quick")
    repairs = repair_rows(at, quick=name == "quick")
    about = CASE_ABOUT[name]
    return [
        {
            "case": name,
            "title": f"{name}: grids",
            "about": about,
            "columns": grid_heads(grids),
            "rows": grids,
        },
        {
            "case": name,
            "title": f"{name}: repairs",
            "about": ABOUT_REPAIR,
            "columns": repair_heads(),
            "rows": repairs,
        },
    ]


def grid_rows(at: Place, *, quick: bool) -> list[dict[str, Any]]:
    """Return one row for onegrid and each peer that makes cells."""
    files = (at.case, at.cells, at.own_atoms, at.ground)
    whole = needed(measured("peers.ours:merge", *files, cap_s=OWN_CAP_S))
    own = _row("onegrid", "dirty layers", whole)
    own |= {"ours": True, "step_s": whole.value["assignment_s"]}
    own["note"] = f"gap ≤ 1 % proven in {100 * whole.value['proven_share']:.0f} % of communities"
    rows, left = [own], [(at.cells, "")]
    needed(measured("bench.problems:own_atoms", at.own_atoms, at.ground, at.atoms, cap_s=OWN_CAP_S))
    needed(measured("bench.problems:raw_blocks", at.dirty, at.ground, at.blocks, cap_s=OWN_CAP_S))
    for kind, said in INPUTS.items():
        units = str(at.folder / kind)
        works = {peer: ("bench.units:solve", work, units) for peer, work in GROUPERS.items()}
        works["maup.assign"] = ("peers.districts:assign", units, at.ground)
        for number, (peer, work) in enumerate(works.items()):
            if kind == "blocks" and (quick or peer.startswith("spopt")):
                continue  # spopt is slow, and far behind on our atoms already
            if quick and peer in SLOW:
                continue
            keep = f"{units}-{number}"
            row = _grouped(peer, said, at.run(peer, *work, keep=keep))
            rows.append(row)
            left.append((keep if row["status"] in MEASURED else "", units))
    overlay = ("peers.geos:overlay", at.dirty, at.ground)
    outcome = at.run("overlay", *overlay, keep=at.pieces)
    rows.append(_row("geopandas.overlay", "dirty layers", outcome))
    left.append((at.pieces if outcome.status == "ok" else "", ""))
    return _judged("bench.judge:grids", rows, left, at.ground)


def _grouped(peer: str, said: str, outcome: Outcome) -> dict[str, Any]:
    """Return the row of a peer that labelled units; half an answer is told, not measured."""
    told = outcome.value or {"solved": 0, "failed": 0, "why": ""}
    if outcome.status == "timeout":
        outcome = replace(outcome, note=f"{outcome.note}, {told['solved']} communities done")
    elif outcome.status == "ok" and not told["solved"]:
        outcome = replace(outcome, status="failed", note=told["why"])
    elif outcome.status == "ok" and told["failed"]:
        note = f"failed in {told['failed']} communities: {told['why']}"
        outcome = replace(outcome, status="partial", note=note)
    elif outcome.status == "ok":
        outcome = replace(outcome, note=told["why"])
    row = _row(peer, said, outcome)
    return row | {"step_s": row.get("cpu_s")}


def repair_rows(at: Place, *, quick: bool) -> list[dict[str, Any]]:
    """Return one row for each program that repairs layers."""
    rows, left = [], []
    for number, (peer, work) in enumerate(REPAIRERS.items()):
        if quick and peer in SLOW:
            continue
        keep = str(at.folder / f"repaired-{number}")
        outcome = at.run(peer, work, at.dirty, keep=keep)
        if outcome.status == "timeout":
            outcome = replace(
                outcome, note=f"{outcome.note}, {outcome.value or 0} of 4 layers done"
            )
        rows.append(_row(peer, "", outcome) | {"ours": peer == "onegrid"})
        left.append((keep if outcome.status == "ok" else "", ""))
    return _judged("bench.judge:repairs", rows, left, at.dirty)


def _judged(
    judge: str, rows: list[dict[str, Any]], left: list[tuple[str, str]], against: str
) -> list[dict[str, Any]]:
    """Return the rows with the neutral columns of those that left something whole."""
    whole = [pair for pair in left if pair[0]]
    columns = iter(needed(measured(judge, whole, against, cap_s=OWN_CAP_S)).value)
    return [
        row | (next(columns) if path else {}) for row, (path, _) in zip(rows, left, strict=True)
    ]


def _row(peer: str, said: str, outcome: Outcome) -> dict[str, Any]:
    print(f"{peer:32} {said:13} {outcome.status:8} {outcome.cpu_s:7.1f} s {outcome.note}")
    return {"peer": peer, "input": said, **outcome.cost()}


def grid_heads(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the columns of a table of grids."""
    kept = sorted(key for key in rows[0] if key.startswith("kept_"))
    return [
        column("peer", "program", None),
        column("input", "given", None),
        column("cells", "cells", 0),
        column("gap_m2", "gap m²", 0, "low", 0),
        column("overlap_m2", "overlap m²", 0, "low", 0),
        column("slivers", "slivers", 0, "low"),
        column("in_band_share", "in band", PERCENT, "high"),
        column("border_reuse_share", "reuse", PERCENT, "high"),
        *(column(key, "kept " + key[5:].replace("_", " "), PERCENT, "high") for key in kept),
        column("compactness", "compact", 3, "high"),
        column("parts_per_cell", "parts/cell", 3, "low", 1),
        column("across_communities", "across", 0, "low", 0),
        column("lost_households", "lost households", 0, "low", 0),
        column("step_s", "step s", 2, "low"),
        column("cpu_s", "CPU s", 2),
        column("wall_s", "wall s", 2),
        column("peak_mb", "peak MB", 0),
        column("status", "status", None),
        column("note", "note", None),
    ]


def repair_heads() -> list[dict[str, Any]]:
    """Return the columns of a table of repairs."""
    return [
        column("peer", "program", None),
        column("gap_m2", "gap m²", 0, "low"),
        column("overlap_m2", "overlap m²", 0, "low", 0),
        column("slivers", "slivers", 0, "low"),
        column("parts", "in parts", 0, "low"),
        column("invalid", "invalid", 0, "low", 0),
        column("vanished", "vanished", 0, "low"),
        column("moved_m2", "moved m²", 0, "low"),
        column("cpu_s", "CPU s", 2, "low"),
        column("wall_s", "wall s", 2),
        column("peak_mb", "peak MB", 0, "low"),
        column("status", "status", None),
        column("note", "note", None),
    ]


if __name__ == "__main__":
    main()
