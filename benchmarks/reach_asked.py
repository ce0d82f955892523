"""Single questions, single changes, and whole programs.

``.bench-venv/bin/python benchmarks/reach_asked.py [--quick] [--date YYYY-MM-DD]``; three minutes on
a free core without ``--quick``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import measured, written_towns
from bench.page import column
from bench.programs import spent
from bench.runs import keep_or_show, run_arguments

TOWNS, QUICK_TOWNS = ("Wuhan", "lattice 316", "lattice 1000"), ("lattice 40",)
BIG = "lattice 1000"
WALKERS, QUICK_WALKERS = (50_000, 1_000), (500, 20)
CAP_S = 300.0
PLACE, SOME = "114.27,30.60", 41  # in the sample; lines of its facilities, with the heading
ASKED = ("onegrid, search", "onegrid", "scipy")
CHANGES = {
    "move": "a facility moves",
    "close": "a street closes",
    "link": "a new link",
    "all again": "everybody's nearest again, by sweeps",
}
ASKED_ABOUT = (
    "The nearest 5 of each of 20 kinds, up to 30 minutes away, from places all over a town, 1 of "
    "200 nodes having a facility of a kind; milliseconds of one thread. `search` is the search and "
    "the ways back alone, the row below it the whole answer with lines and words. scipy gives the "
    "nodes of the ways, no line and no word, and asks from nodes."
)
CHANGED_ABOUT = (
    "A plan of 20 kinds, 100 facilities each, and 50,000 doors in 500 cells: one change, and who "
    "has another facility or time then, and the people gained and lost in each cell."
)
PROGRAM_ABOUT = (
    "`onegrid reach` against a script with scipy that reads the same doors and facilities and "
    "writes the same table: whole processes, start-up included, kernels compiled before. `walks "
    "apart` counts what one found and the other did not, of `walks`: at the limit of 15 minutes "
    "rounding decides."
)
START_ABOUT = (
    "The first run of a command compiles the kernels that no command before it needed, and keeps "
    "them; the next ones read them. The streets of the sample, and forty of its facilities."
)
SPENT = [
    column("cpu_s", "CPU s", 2, "low"),
    column("wall_s", "wall s", 2, "low"),
    column("peak_mb", "peak MB", 0),
    column("status", "status", None),
    column("note", "note", None),
]
TIMES = [
    column("town", "town", None),
    column("name", "what", None),
    column("asked", "times", 0),
    column("mean_ms", "mean CPU ms", 2),
    column("cpu_p99_ms", "p99 CPU ms", 2, "low"),
    column("p50_ms", "p50 wall ms", 2),
    column("p99_ms", "p99 wall ms", 2),
    column("peak_mb", "peak MB", 0),
    column("status", "status", None),
    column("note", "note", None),
]


def main() -> None:
    """Ask, change and run, and keep the result."""
    asked = run_arguments(__doc__)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        towns = written_towns(QUICK_TOWNS if asked.quick else TOWNS, folder, cap_s=CAP_S)
        small = [town for town in towns if town != BIG]
        tables = [
            _times("one question", ASKED_ABOUT, "asked", {who: who for who in ASKED}, towns),
            _times("one change", CHANGED_ABOUT, "changed", CHANGES,
                   {town: towns[town] for town in small}),
            _programs(list(towns)[-1], list(towns.values())[-1], folder, asked.quick),
            _starts(folder),
        ]  # fmt: skip
    about = "What somebody waits for. A lattice of N is N × N crossroads with moved corners."
    keep_or_show("reach_asked", {"title": "Questions and changes", "about": about,
                                 "tables": tables}, asked)  # fmt: skip


def _times(
    title: str, about: str, work: str, whats: dict[str, str], towns: dict[str, str]
) -> dict[str, Any]:
    rows = []
    for town, path in towns.items():
        for what, name in whats.items():
            done = measured(f"bench.questions:{work}", what, path, cap_s=CAP_S)
            cost = done.cost() | {"cpu_s": None, "wall_s": None}
            rows.append({"town": town, "name": name, **cost, **(done.value or {})})
            print(rows[-1], flush=True)
    return {"title": title, "about": about, "columns": TIMES, "rows": rows}


def _programs(town: str, path: str, folder: Path, quick: bool) -> dict[str, Any]:  # noqa: FBT001
    doors, places = QUICK_WALKERS if quick else WALKERS
    measured("bench.towns:write_walkers", path, str(folder), doors, places, cap_s=CAP_S)
    ours = _reach(path, folder, "onegrid.parquet")
    script = str(Path(__file__).parent / "bench" / "scipy_reach.py")
    peer = [sys.executable, script, "network.npz", "from.gpkg", "to.gpkg", "scipy.parquet"]
    spent(ours, folder, cap_s=CAP_S)  # compiled now
    rows = [
        {"name": "onegrid reach", "ours": True, **spent(ours, folder, cap_s=CAP_S)},
        {"name": "script with scipy", **spent(peer, folder, cap_s=CAP_S)},
    ]
    both = measured("bench.towns:apart", str(folder), cap_s=CAP_S)
    for row in rows:
        row |= {"peer": row["name"], "share": row["cpu_s"] / rows[1]["cpu_s"], **(both.value or {})}
        print(row, flush=True)
    columns = [
        column("name", "program", None),
        column("share", "CPU to scipy", 2),
        column("pairs", "walks", 0),
        column("other_pairs", "walks apart", 0),
        column("off_s", "off s", 1),
        *SPENT,
    ]
    title = f"whole programs: {town}, {doors:,} doors, {places:,} facilities"
    return {"title": title, "about": PROGRAM_ABOUT, "columns": columns, "rows": rows}


def _starts(folder: Path) -> dict[str, Any]:
    program = str(Path(sys.executable).parent / "onegrid")
    sample = Path(__file__).parents[1] / "data" / "onegrid_data" / "sample"
    streets, out = str(folder / "sample.network"), str(folder / "circles.gpkg")
    given = ["--network", streets, "--facilities", str(folder / "some.csv")]
    lines = (sample / "facilities.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (folder / "some.csv").write_text("".join(lines[:SOME]), encoding="utf-8")
    places = ["--from", given[3], "--to", given[3], "--out", str(folder / "pairs.parquet")]
    commands = {
        "network": [str(sample / "roads.parquet"), "--out", streets],
        "reach": [*given[:2], *places],
        "nearest": [*given, "--at", PLACE],
        "circles": [*given, "--out", out, "--partition"],
    }
    cache = {"NUMBA_CACHE_DIR": str(folder / "kernels")}
    rows = []
    for time in ("first", "again"):
        for name, words in commands.items():
            cost = spent([program, name, *words], folder, cap_s=CAP_S, **cache)
            rows.append({"name": f"onegrid {name}, {time}", **cost})
            print(rows[-1], flush=True)
    columns = [column("name", "run", None), *SPENT]
    return {"title": "start-up", "about": START_ABOUT, "columns": columns, "rows": rows}


def _reach(path: str, folder: Path, out: str) -> list[str]:
    program = str(Path(sys.executable).parent / "onegrid")
    files = ["--network", path, "--from", str(folder / "from.gpkg"), "--to",
             str(folder / "to.gpkg"), "--out", str(folder / out)]  # fmt: skip
    return [program, "reach", *files]


if __name__ == "__main__":
    main()
