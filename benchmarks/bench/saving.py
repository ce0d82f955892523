"""Edits over HTTP: how long each takes, and that none is lost when many save at once."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np

from bench.serving import edits
from onegrid.grids.edit import EditError, perform
from onegrid.pipeline.plan_tables import opened_plan
from onegrid.store import open_workspace, plans
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from bench.serving import Served

PLAN = "edited"


def rounds(server: Served, place: str, headers: dict[str, str], count: int) -> dict[str, Any]:
    """Send edits one after the other; each is drawn on the plan as it then stands."""
    drawn, cells = _drawn(place, count)
    url = f"http://127.0.0.1:{server.port}/api/plans/{PLAN}"
    spent_s = []
    with httpx.Client(headers=headers, timeout=60) as http:
        base = http.get(url).json()["revision"]
        http.post(f"{url}/edits/try", json={"base_revision": base, "edits": [drawn[0]]})
        before_s = server.cpu_s()
        for edit in drawn:
            began = time.perf_counter()
            answer = http.post(f"{url}/edits", json={"base_revision": base, "edits": [edit]})
            spent_s.append(time.perf_counter() - began)
            base = answer.raise_for_status().json()["revision"]
    p50, p99 = np.percentile(spent_s, [50, 99])
    return {
        "cells": cells,
        "saved": len(drawn),
        "lost": 0,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "cpu_ms": 1000 * (server.cpu_s() - before_s) / len(drawn),
        "peak_mb": server.peak_mb(),
    }


def together(
    server: Served, place: str, headers: list[dict[str, str]], each: int
) -> dict[str, Any]:
    """Let everybody rename cells of their own at once, and look what is in the plan afterwards."""
    url = f"http://127.0.0.1:{server.port}/api/plans/{PLAN}"
    names = sorted(_cells(place))
    told: dict[str, str] = {}
    spent_s: list[float] = []
    stale = 0

    def work(number: int) -> None:
        nonlocal stale
        with httpx.Client(headers=headers[number], timeout=120) as http:
            base = http.get(url).json()["revision"]
            for cell in names[number :: len(headers)][:each]:
                name, began = f"{number}-{cell}", time.perf_counter()
                edit = {"op": "rename", "cell_id": cell, "name": name}
                body = {"base_revision": base, "edits": [edit]}
                while (answer := http.post(f"{url}/edits", json=body)).is_error:
                    body |= {"base_revision": answer.json()["revision"], "merge": True}
                    stale += 1
                base = answer.json()["revision"]
                told[cell] = name
                spent_s.append(time.perf_counter() - began)

    before_s, began = server.cpu_s(), time.perf_counter()
    threads = [threading.Thread(target=work, args=(n,)) for n in range(len(headers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began
    now = _cells(place)
    p50, p99 = np.percentile(spent_s, [50, 99])
    return {
        "cells": len(now),
        "saved": len(told),
        "stale": stale,
        "lost": sum(now[cell] != name for cell, name in told.items()),
        "per_s": len(told) / took_s,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "cpu_ms": 1000 * (server.cpu_s() - before_s) / (len(told) + stale),
        "peak_mb": server.peak_mb(),
    }


def _drawn(place: str, count: int) -> tuple[list[dict[str, Any]], int]:
    """Return edits that can be made one after the other, every second one a rename."""
    workspace = open_workspace(place)
    with workspace.reading() as connection:
        plans.plan_head(connection, PLAN)
        board = opened_plan(connection, PLAN, srid=workspace.srid, record={}).board
    workspace.close()
    rng = np.random.default_rng(5)
    found: list[dict[str, Any]] = []
    number = 0
    while len(found) < count:
        number += 1
        edit = edits.random_edit(board, rng, number, ("rename", "move_border")[len(found) % 2])
        try:
            perform(board, edit)
        except EditError:
            continue
        found.append({"op": edit.op, **edit.fields})
    return found, len(board.rows["cells"])


def _cells(place: str) -> dict[str, str]:
    workspace = open_workspace(place)
    with workspace.reading() as connection:
        rows = read_layer(connection, PLAN, "cells")
    workspace.close()
    return {name: row.text("name") for name, row in rows.items()}
