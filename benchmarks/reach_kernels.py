"""Walking times against peers: the nearest of 20 kinds at every node, and 1,000 catchments.

``.bench-venv/bin/python benchmarks/reach_kernels.py [--quick] [--date YYYY-MM-DD]``; five minutes
on a free core without ``--quick``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from bench.measure import Outcome, measured, written_towns
from bench.page import column
from bench.runs import keep_or_show, run_arguments

TOWNS = ("Wuhan", "Liège", "lattice 316", "lattice 1000")
QUICK_TOWNS = ("lattice 40",)
BIG = "lattice 1000"
FEW = ("Liège", BIG)  # only for who ends in seconds
FAST = ("sweeps", "searches", "scipy")
CONTRACTED = ("pandana", "pandarm")  # as long for catchments as for the nearest
CAP_S, QUICK_CAP_S = 30.0, 10.0  # of a peer; onegrid and scipy get their time
OWN_CAP_S = 300.0
PEERS = {
    "sweeps": ("onegrid, sweeps", 1),
    "sweeps 2": ("onegrid, sweeps, 2 threads", 2),
    "searches": ("onegrid, searches", 1),
    "scipy": ("scipy", 1),
    "pandana": ("pandana", 1),
    "pandarm": ("pandarm", 1),
    "igraph": ("igraph", 1),
    "networkit": ("networkit", 1),
    "rustworkx": ("rustworkx", 1),
}
CATCHMENTS = {
    "searches": "onegrid",
    "scipy": "scipy",
    "pandana": "pandana",
    "pandarm": "pandarm",
    "networkx": "networkx",
    "osmnx": "networkx ego_graph, as OSMnx shows",
    "igraph": "igraph",
    "networkit": "networkit",
    "rustworkx": "rustworkx",
}
ABOUT = (
    "Every node is asked for the nearest facility of each of 20 kinds, 1 of 200 nodes having one "
    "of a kind, up to 15 minutes away, with times and owners. `order` and `skeleton` are found "
    "once for a network and saved with it, `profile` is what another walking profile costs; `once` "
    "is the graph of a peer, for pandana and pandarm its contraction. `CPU s` is the answer. "
    "`memory` is how many times longer it takes than this machine needs to move what must be "
    "moved: labels made, read and written on the way up and again on the way down, every arc read "
    "twice; at the pace, in the same process, of raising and lowering every label by one. "
    "`bare` is the same of the two passes alone, over labels that are there. "
    "`off` is the largest difference to scipy in float64, `wrong` counts places said to be within "
    "the limit that are not, or the other way round. Peers without a search from many places get "
    "a node beside the network, next to every facility of a kind."
)
CATCH_ABOUT = (
    "Every node within 15 minutes of each of 1,000 facilities, one facility at a time, and how "
    "long it takes to walk there. scipy answers with a row of all nodes for each facility; igraph, "
    "networkit and rustworkx know no limit: they are asked for 50 facilities, and their time is "
    "told twentyfold."
)
COLUMNS = (
    column("name", "program", None),
    column("nodes", "nodes", 0),
    column("order_s", "order CPU s", 2),
    column("skeleton_s", "skeleton CPU s", 2),
    column("weigh_s", "profile CPU s", 2),
    column("once_s", "once CPU s", 2),
    column("ask_s", "CPU s", 4, "low"),
    column("ask_wall_s", "wall s", 4, "low"),
    column("ratio", "scipy / it", 1, "high"),
    column("memory", "memory", 1),
    column("bare", "bare", 1),
    column("growth", "CPU to a tenth of the nodes", 1),
    column("growth_wall", "wall to a tenth of the nodes", 1),
    column("peak_mb", "peak MB", 0),
    column("off_s", "off s", 4),
    column("wrong_reach", "wrong", 0),
    column("owners", "owners", None),
    column("reached", "nodes reached", 0),
    column("status", "status", None),
    column("note", "note", None),
)


def main() -> None:
    """Ask every peer in every town and keep the result."""
    asked = run_arguments(__doc__)
    cap_s = QUICK_CAP_S if asked.quick else CAP_S
    tables, before = [], dict[str, dict[str, Any]]()
    with tempfile.TemporaryDirectory() as folder:
        towns = written_towns(QUICK_TOWNS if asked.quick else TOWNS, Path(folder), cap_s=OWN_CAP_S)
        for town, path in towns.items():
            measured("peers.walks:write_exact", path, cap_s=OWN_CAP_S)
            names = [name for name in PEERS if town not in FEW or name.split()[0] in FAST]
            rows = [_nearest(name, path, cap_s) for name in names]
            _compare(rows, before)
            before = {row["name"]: row for row in rows}
            tables.append(_table(f"nearest of 20 kinds, {town}", ABOUT, rows))
        before = {}
        for town, path in towns.items():
            few = town in FEW
            names = [name for name in CATCHMENTS if name in FAST or not few]
            if town.startswith("lattice") and not asked.quick:
                names = [name for name in names if name not in CONTRACTED]
            rows = [_catchments(name, path, cap_s) for name in names]
            _compare(rows, before)
            before = {row["name"]: row for row in rows}
            tables.append(_table(f"catchments of 1,000 facilities, {town}", CATCH_ABOUT, rows))
    about = (
        "Searches in memory, without reading or joining anything. A lattice of N is N × N "
        "crossroads 100 m apart with moved corners; Wuhan and Liège are the streets of "
        "OpenStreetMap (© contributors, ODbL) as the package neatnet carries them. Tried and not "
        "measured: r5py 1.1.7, which needs Java 21 and downloads its engine when it is first used; "
        "Valhalla, of which pyvalhalla 3.9.1 has no wheel for this Python and did not build, and "
        "3.2.0 has one, without the program that makes tiles of streets."
    )
    keep_or_show("reach_kernels", {"title": "Walking times", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _nearest(peer: str, path: str, cap_s: float) -> dict[str, Any]:
    name, threads = PEERS[peer]
    own = OWN_CAP_S if peer.split(maxsplit=1)[0] in FAST else cap_s
    done = measured("peers.walks:nearest", peer.split(maxsplit=1)[0], path, threads, cap_s=own)
    return _told(name, done, ours=peer == "sweeps")


def _catchments(peer: str, path: str, cap_s: float) -> dict[str, Any]:
    own = OWN_CAP_S if peer in FAST else cap_s
    done = measured("peers.catchments:catchments", peer, path, cap_s=own)
    return _told(CATCHMENTS[peer], done, ours=peer == "searches")


def _told(name: str, done: Outcome, *, ours: bool) -> dict[str, Any]:
    found = done.value or {}
    row = {"name": name, "peer": name, "ours": ours, **done.cost(), **found}
    if found.get("moved_s"):
        row["memory"] = found["ask_s"] / found["moved_s"]
        row["bare"] = found["bare_s"] / found["bare_moved_s"]
    print({key: row.get(key) for key in ("name", "once_s", "ask_s", "status", "note")}, flush=True)
    return row


def _compare(rows: list[dict[str, Any]], before: dict[str, dict[str, Any]]) -> None:
    """Write ratios to scipy, and to the same program at a tenth of the nodes."""
    usual = next((row.get("ask_s") for row in rows if row["name"] == "scipy"), None)
    tenth = any(row.get("nodes") == 10**6 for row in rows)
    for row in rows:
        if row.get("ask_s") is None:
            continue
        if usual is not None:
            row["ratio"] = usual / max(row["ask_s"], 1e-9)
        earlier = before.get(row["name"], {})
        if tenth and earlier.get("ask_s"):
            row["growth"] = row["ask_s"] / earlier["ask_s"]
            if earlier.get("ask_wall_s"):
                row["growth_wall"] = row["ask_wall_s"] / earlier["ask_wall_s"]


def _table(title: str, about: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    filled = [one for one in COLUMNS if any(row.get(one["key"]) not in (None, "") for row in rows)]
    return {"title": title, "about": about, "columns": filled, "rows": rows}


if __name__ == "__main__":
    main()
