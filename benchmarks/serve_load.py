"""The service under load: nearest, tiles, edits, many at once.

``.bench-venv/bin/python benchmarks/serve_load.py [--quick] [--date YYYY-MM-DD] [--results DIR]``;
six minutes; ``--quick`` is of PostGIS alone. ``--results`` is a folder that ``onegrid demo``
wrote; it is made where none is named.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import numpy as np
from bench.page import column
from bench.runs import keep_or_show, run_arguments
from bench.saving import rounds, together
from bench.serving import Served, filled, postgis, served
from bench.sqltiles import sql_tiles

from onegrid.maps.tile_grid import tiles_over

if TYPE_CHECKING:
    import argparse
    from contextlib import AbstractContextManager

    from onegrid.maps.tile_grid import Tile

    Ask = dict[str, Any]  # as bench.http_load takes it

CONNECTIONS, NEAREST_PER_S, ZOOM = 64, 200, 15
SIDE, QUICK_SIDE = 34, 10  # of a lattice of 1,026 cells, and of 89
EDITORS = 20
LAYERS = ("cells", "roads", "facilities", "communities")
PACKED = {"Accept-Encoding": "gzip"}
PLACES = 997  # from which the nearest is asked, so many that none is asked twice a second
ABOUT = (
    "`onegrid serve` as one process, and one of PostGIS where the plan is there; the client is a "
    "process of its own with 64 connections that stay open, on the same two cores. The bundled "
    "district is published: 506 cells, 20 kinds of facilities. CPU is of the serving process for "
    "each answer."
)
READ_ABOUT = (
    "Nearest: the facilities of one kind, or of all, with the way there and its words, from places "
    "all over the district; asks leave at a fixed pace and wait in line, an answer's time begins "
    "when its ask was due. Tiles: those of zoom 15 over the district in turn, each connection asks "
    "as fast as it is answered; `cut anew` keeps none, `of a plan` are those of somebody who is "
    "logged in and draws. ST_AsMVT is the same tiles straight from PostGIS, by 8 connections of a "
    "client without any web server, from a table in Web Mercator with an index; its CPU is "
    "PostGIS's. `× it` is how many times as many tiles a second as it. Published layers are files "
    "beside either store: the file's rows are those where the store is asked."
)
SAVE_ABOUT = (
    "An edit is sent over HTTP, proved, saved with fsync and answered with the rows as they are "
    "now. Alone: one planner after the other edit; half of the edits move a vertex, half rename. "
    "Twenty planners: all at once on one plan, each answering a refusal as stale by asking for "
    "what goes together to be saved; `lost` counts edits that were acknowledged and are not in the "
    "plan afterwards."
)
READ = [
    column("store", "store", None),
    column("name", "what", None),
    column("asked", "answers", 0),
    column("per_s", "per s", 0),
    column("times", "× it", 1),
    column("p50_ms", "p50 ms", 1),
    column("p99_ms", "p99 ms", 1),
    column("cpu_ms", "CPU ms", 2),
    column("mean_kb", "mean kB", 1),
    column("failed", "failed", 0),
    column("target", "target", None),
]
SAVED = [
    column("store", "store", None),
    column("name", "what", None),
    column("cells", "cells", 0),
    column("saved", "saved", 0),
    column("stale", "stale", 0),
    column("lost", "lost", 0, "", 0),
    column("per_s", "per s", 0),
    column("p50_ms", "p50 ms", 1),
    column("p99_ms", "p99 ms", 1),
    column("cpu_ms", "CPU ms", 1),
    column("peak_mb", "peak MB", 0),
    column("target", "target", None),
]


class Load(NamedTuple):
    """How long and how much: seconds counted and before, the lattice's side, edits."""

    seconds: float
    before_s: float
    side: int
    edits: int


def main() -> None:
    """Serve, ask and keep the result."""

    def add(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--results", type=Path, help="a folder that onegrid demo wrote")

    asked = run_arguments(__doc__, add)
    load = Load(1.0, 0.0, QUICK_SIDE, 20) if asked.quick else Load(10.0, 2.0, SIDE, 200)
    with tempfile.TemporaryDirectory(prefix="onegrid-bench-") as name:
        folder = Path(name)
        results = asked.results or _demo(folder / "demo")
        stores: dict[str, AbstractContextManager[str]] = {
            "GeoPackage": nullcontext(str(folder / "district")),
            "PostGIS": postgis(),
        }
        if asked.quick:
            del stores["GeoPackage"]  # what is asked of it is asked of PostGIS too
        reads: list[dict[str, Any]] = []
        saves: list[dict[str, Any]] = []
        for store, opened in stores.items():
            with opened as place:
                read, saved = _measured(place, results, folder, load)
            reads += [{"store": store, **row} for row in read]
            saves += [{"store": store, **row} for row in saved]
    tables = [
        {"title": "reading", "about": READ_ABOUT, "columns": READ, "rows": reads},
        {"title": "editing", "about": SAVE_ABOUT, "columns": SAVED, "rows": saves},
    ]
    keep_or_show("serve_load", {"title": "The service under load", "about": ABOUT,
                                "tables": tables}, asked)  # fmt: skip


def _measured(
    place: str, results: Path, folder: Path, load: Load
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Measure reading and editing on one store."""
    headers = filled(place, results, load.side, EDITORS)
    boxes = tiles_over(_bounds(), ZOOM)
    cells = _tiles("/api/tiles/cells", boxes)
    drawn = _tiles("/api/plans/shown/tiles/cells", boxes, headers[0])
    with served(place) as server:
        reads = [_asked(server, folder, load, "tiles z15, of a plan", drawn)]
        if "://" in place:
            reads += [_asked(server, folder, load, *row) for row in _public(server, cells, boxes)]
        saves = _saves(server, place, headers, load.edits)
    if "://" in place:
        with served(place, kept=False) as server:
            reads.append(_asked(server, folder, load, "tiles z15, cut anew", cells))
        peer = sql_tiles(place, boxes, load.seconds)
        for row in reads:
            if row["name"].startswith("tiles z15"):
                row["times"] = row["per_s"] / peer["per_s"]
        reads.append(peer)
    return reads, saves


def _demo(folder: Path) -> Path:
    program = str(Path(sys.executable).parent / "onegrid")
    command = [program, "demo", "--out", str(folder), "--no-serve"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  (our own)
    return folder


def _bounds() -> tuple[float, float, float, float]:
    """Return the box of the bundled district in Web Mercator."""
    return 12714893.0, 3576355.0, 12723737.0, 3586693.0


def _public(server: Served, cells: list[Ask], boxes: list[Tile]) -> list[tuple[Any, ...]]:
    """Return what residents ask: name, asks, pace, target."""
    places = [f"/api/nearest?lon={x:.6f}&lat={y:.6f}" for x, y in _places(server)]
    one = [{"path": f"{place}&kind=clinic&count=3", "headers": PACKED} for place in places]
    every = [{"path": f"{place}&count=1", "headers": PACKED} for place in places]
    layers = [_tiles(f"/api/tiles/{name}", boxes) for name in LAYERS]
    target = "p99 ≤ 50 ms at 200 per s"
    return [
        ("nearest, 3 of a kind", one, NEAREST_PER_S, target),
        ("nearest, all kinds", every, NEAREST_PER_S, target),
        ("tiles z15", cells, None, "300 per s"),
        ("tiles of 4 layers", [ask for asks in zip(*layers, strict=True) for ask in asks]),
    ]


def _tiles(address: str, boxes: list[Tile], who: dict[str, str] | None = None) -> list[Ask]:
    headers = PACKED | (who or {})
    return [{"path": f"{address}/{t.z}/{t.x}/{t.y}.mvt", "headers": headers} for t in boxes]


def _places(server: Served) -> np.ndarray:
    """Return places near streets, all over the district: those of facilities, moved a little."""
    url = f"http://127.0.0.1:{server.port}/api/facilities?limit=1000"
    features = httpx.get(url, timeout=60).json()["features"]
    at = np.array([feature["geometry"]["coordinates"] for feature in features])
    rng = np.random.default_rng(7)
    chosen = at[rng.choice(len(at), PLACES)]
    found: np.ndarray = chosen + rng.uniform(-2e-4, 2e-4, chosen.shape)
    return found


def _asked(  # noqa: PLR0913, PLR0917  (whom, how long, what)
    server: Served,
    folder: Path,
    load: Load,
    name: str,
    asks: list[Ask],
    per_s: float | None = None,
    target: str = "",
) -> dict[str, Any]:
    """Ask from another process for a while, after a time that is not counted."""
    told = {"host": "127.0.0.1", "port": server.port, "connections": CONNECTIONS, "asks": asks}
    path = folder / "asks.json"
    found: dict[str, Any] = {}
    for seconds in filter(None, (load.before_s, load.seconds)):
        path.write_text(json.dumps({**told, "per_s": per_s, "seconds": seconds}), encoding="utf-8")
        before_s = server.cpu_s()
        command = [sys.executable, "-m", "bench.http_load", str(path)]
        here = Path(__file__).parent
        done = subprocess.run(  # noqa: S603  (our own)
            command, check=True, capture_output=True, encoding="utf-8", cwd=here
        )
        found = json.loads(done.stdout)
        found["cpu_ms"] = 1000 * (server.cpu_s() - before_s) / found["asked"]
    found["failed"] = found["asked"] - found.pop("statuses").get("200", 0)
    print(name, found, flush=True)
    return {"name": name, "target": target, **found}


def _saves(
    server: Served, place: str, headers: list[dict[str, str]], edits: int
) -> list[dict[str, Any]]:
    rows = [
        rounds(server, place, headers[0], edits),
        together(server, place, headers, max(edits // len(headers), 2)),
    ]
    rows[0] |= {"name": "one planner", "target": "p99 ≤ 150 ms"}
    rows[1] |= {"name": f"{len(headers)} planners", "target": "0 lost"}
    print(*rows, sep="\n", flush=True)
    return rows


if __name__ == "__main__":
    main()
