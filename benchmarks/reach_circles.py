"""Life circles: how near the drawn area is to the exact one, and what it costs.

``.bench-venv/bin/python benchmarks/reach_circles.py [--quick] [--date YYYY-MM-DD]``; two minutes on
a free core without ``--quick``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measure import measured, needed, written_towns
from bench.page import PERCENT, column
from bench.programs import spent
from bench.runs import keep_or_show, run_arguments

TOWNS, QUICK_TOWNS = ("Wuhan", "Liège"), ()
PLACES, QUICK_PLACES = 60, 10
CAP_S = 120.0
SAMPLE = "the sample, with its railway and walls"
WHO = {
    "edges": "onegrid, edges: the exact union",
    "raster": "onegrid, raster",
    "osmnx": "buffered nodes and edges, as OSMnx shows",
    "concave": "concave hull of the reached nodes",
    "hull": "convex hull of the reached nodes",
}
ABOUT = (
    "Circles of 5, 10 and 15 minutes at 80 m/min around {places} places, one thread. The exact "
    "circle is the union of the reached street pieces, 25 m to either side, cut at barriers. `IoU` "
    "is the area shared with it of the area of both together, `worst` what a twentieth of the "
    "circles falls short of, `beyond` the share of the drawn ground that is not in the exact "
    "circle: told to be in reach, and is not. The aim is 95 % at a twelfth of the cost. The last "
    "three search with scipy from the nearest node and know no part of an edge, bend or barrier."
)
COLUMNS = [
    column("name", "program", None),
    column("iou", "IoU", PERCENT, "high"),
    column("iou_low", "worst", PERCENT, "high"),
    column("beyond", "beyond", PERCENT, "low"),
    column("times", "exact / it", 1, "high"),
    column("points", "points a circle", 0),
    column("cpu_s", "CPU s", 2),
    column("wall_s", "wall s", 2),
    column("peak_mb", "peak MB", 0),
    column("status", "status", None),
    column("note", "note", None),
]


def main() -> None:
    """Draw in every town and keep the result."""
    asked = run_arguments(__doc__)
    places = QUICK_PLACES if asked.quick else PLACES
    tables = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        towns = written_towns(QUICK_TOWNS if asked.quick else TOWNS, folder, cap_s=CAP_S)
        towns = {SAMPLE: _sample(folder), **towns}
        for town, path in towns.items():
            points = str(folder / "places.parquet")
            needed(measured("bench.circles:write_places", path, points, places, cap_s=CAP_S))
            rows = _drawn(path, points, folder)
            about = ABOUT.format(places=places)
            tables.append({"title": town, "about": about, "columns": COLUMNS, "rows": rows})
    about = "What is drawn as reachable on foot, against what is."
    keep_or_show("reach_circles", {"title": "Life circles", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _sample(folder: Path) -> str:
    """Return the network of the bundled sample."""
    program = str(Path(sys.executable).parent / "onegrid")
    roads = Path(__file__).parents[1] / "data" / "onegrid_data" / "sample" / "roads.parquet"
    out = str(folder / "sample.network")
    print(spent([program, "network", str(roads), "--out", out], folder, cap_s=CAP_S), flush=True)
    return out


def _drawn(path: str, places: str, folder: Path) -> list[dict[str, Any]]:
    rows, kept = [], {who: str(folder / f"{who}.circles") for who in WHO}
    for who, name in WHO.items():
        done = measured("bench.circles:drawn", who, path, places, cap_s=CAP_S, keep=kept[who])
        row: dict[str, Any] = {
            "name": name,
            "peer": name,
            "ours": who in ("edges", "raster"),
            **done.cost(),
        }
        if done.status == "ok":
            both = measured("bench.circles:compared", kept["edges"], kept[who], cap_s=CAP_S)
            row |= both.value or {}
            row["times"] = ((rows or [row])[0]["cpu_s"]) / max(row["cpu_s"], 1e-9)
        print(row, flush=True)
        rows.append(row)
    return [rows[1], rows[0], *rows[2:]]


if __name__ == "__main__":
    main()
