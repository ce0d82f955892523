"""Walking times against peers: the nearest of 20 kinds at every node, and 1,000 catchments.

``.bench-venv/bin/python benchmarks/reach_kernels.py [--quick] [--date YYYY-MM-DD]``
"""

from __future__ import annotations

from typing import Any

from bench.measure import Outcome, measured
from bench.runs import keep_or_show, run_arguments

SIDES, QUICK_SIDES = (316, 1_000), (100,)
BIG = 500  # from this side on, only peers that end in minutes
FAST = ("sweeps", "searches", "scipy")
CAP_S = 120.0
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
ABOUT = (
    "A lattice of streets 100 m apart with moved corners; every node is asked for the nearest "
    "facility of each of 20 kinds, 1 of 200 nodes having one of a kind, up to 15 minutes away. "
    "`once` is what has to be done once for a network (onegrid: order and contraction; pandana: "
    "contraction), `CPU s` the answer with times and owners for all kinds, which onegrid leaves "
    "packed in one number. `off` is the largest difference to scipy in float64, `wrong` counts "
    "places said to be within the limit that are not, or the other way round. Peers without a "
    "search from many places get a node beside the network, next to every facility of a kind."
)
CATCH_ABOUT = (
    "Every node within 15 minutes of each of 1,000 facilities, one facility at a time, and how "
    "long it takes to walk there. scipy answers with a row of all nodes for each facility."
)
COLUMNS = (
    ("name", "program", None, ""),
    ("nodes", "nodes", 0, ""),
    ("once_s", "once CPU s", 2, ""),
    ("ask_s", "CPU s", 3, "low"),
    ("wall_s", "wall s", 3, "low"),
    ("ratio", "CPU to scipy", 3, ""),
    ("peak_mb", "peak MB", 0, ""),
    ("off_s", "off s", 4, ""),
    ("wrong_reach", "wrong", 0, ""),
    ("owners", "owners", None, ""),
    ("growth", "CPU to a tenth of the nodes", 1, ""),
    ("note", "note", None, ""),
)


def main() -> None:
    """Ask every peer at every size and keep the result."""
    asked = run_arguments(__doc__)
    sides = QUICK_SIDES if asked.quick else SIDES
    tables, before = [], {}
    for side in sides:
        rows = [
            _row(peer, side) for peer in PEERS if side < BIG or peer.split(maxsplit=1)[0] in FAST
        ]
        _compare(rows, before)
        before = {row["name"]: row.get("ask_s") for row in rows}
        tables.append(_table(f"nearest of 20 kinds, {side * side:,} nodes", ABOUT, rows))
    for side in sides:
        rows = [_catchments(peer, side) for peer in ("searches", "scipy")]
        _compare(rows, {})
        title = f"catchments of 1,000 facilities, {side * side:,} nodes"
        tables.append(_table(title, CATCH_ABOUT, rows))
    about = "Searches in memory, without reading or joining anything."
    keep_or_show("reach_kernels", {"title": "Walking times", "about": about, "tables": tables},
                 asked)  # fmt: skip


def _row(peer: str, side: int) -> dict[str, Any]:
    name, threads = PEERS[peer]
    done = measured("peers.walks:nearest", peer.split(maxsplit=1)[0], side, threads, cap_s=CAP_S)
    return _told(name, done, ours=peer == "sweeps")


def _catchments(peer: str, side: int) -> dict[str, Any]:
    done = measured("peers.walks:catchments", peer, side, cap_s=CAP_S)
    return _told(PEERS[peer][0], done, ours=peer == "searches")


def _told(name: str, done: Outcome, *, ours: bool) -> dict[str, Any]:
    row = {"name": name, "peer": name, "ours": ours, **done.cost(), **(done.value or {})}
    print({key: row.get(key) for key in ("name", "once_s", "ask_s", "wall_s", "status", "note")})
    return row


def _compare(rows: list[dict[str, Any]], before: dict[str, float | None]) -> None:
    """Write ratios to scipy, and to the same program at a tenth of the nodes."""
    usual = next((row.get("ask_s") for row in rows if row["name"] == "scipy"), None)
    for row in rows:
        if row.get("ask_s") is None:
            continue
        if usual is not None:
            row["ratio"] = row["ask_s"] / usual
        earlier = before.get(row["name"])
        if earlier:
            row["growth"] = row["ask_s"] / earlier


def _table(title: str, about: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    columns = [
        {"key": key, "label": label, "digits": digits, "better": better}
        for key, label, digits, better in COLUMNS
        if any(row.get(key) is not None for row in rows)
    ]
    return {"title": title, "about": about, "columns": columns, "rows": rows}


if __name__ == "__main__":
    main()
