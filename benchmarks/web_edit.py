"""Editing a grid in a browser: what a step of a drag takes, what a thousand edits leave behind.

``.bench-venv/bin/python benchmarks/web_edit.py [--quick] [--date YYYY-MM-DD]``; needs Chromium and
the built app (``make app``).
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from bench.page import PERCENT, column
from bench.runs import keep_or_show, run_arguments
from bench.serving import add_lattice, planner, served
from bench.watching import Watched, watched
from pyproj import Transformer

from onegrid.pipeline.workspace import init
from onegrid.store import open_workspace

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from onegrid.grids.edit import OpenGrid

EDITS = {4: 200, 34: 1_000}  # by the side of the lattice
QUICK_EDITS = {4: 24, 12: 24}
STEPS, ROUNDS, QUICK_ROUNDS = 30, 5, 1
VIEW = {"width": 800, "height": 560}  # enough to see, and soon painted
MEET = 3  # cells at the vertex that is dragged
WARM = 10  # edits before the memory is looked at first
SRID = 4547
ABOUT = (
    "A planner's page in Chromium, drawn by software, over a lattice of four blocks a cell, looked "
    "at from as near in both rows. *Step*: a vertex of several cells is held and moved, and each "
    "time the new borders, the figures of the cells and the map are drawn; CPU milliseconds of the "
    "page's main thread, the fastest of five rounds of thirty. *Edit*: the vertex is dropped for "
    "good, and the draft is kept on the server; *last*: the last ten of them. *Left*: memory of "
    "the page's scripts after all edits less that after ten, everything unused thrown away; every "
    "edit can still be undone. *Drawn*: of the cells in view, those that the map says it has "
    "rendered at the end. Targets: a step among 1,000 cells takes at most 1.5 times that among 10; "
    "less than 10 MB are left."
)
COLUMNS = [
    column("cells", "cells", 0),
    column("drawn", "drawn", PERCENT),
    column("step_ms", "step ms", 1),
    column("ratio", "to the first row", 2),
    column("edits", "edits", 0),
    column("edit_ms", "edit ms", 1),
    column("last_ms", "last edits ms", 1),
    column("heap_mb", "heap MB", 1),
    column("left_mb", "left MB", 1),
]
_MAP = "document.querySelector('.map').onegridMap"
_IDLE = f"""() => document.querySelector('.map')?.onegridMap && {_MAP}.loaded()
  && {_MAP}.areTilesLoaded() && {_MAP}.getLayer('cell-fill')
  && document.querySelector('.workbench').getAttribute('aria-busy') === 'false'"""
_AT = f"""(place) => {{ const at = {_MAP}.project(place);
  const box = {_MAP}.getContainer().getBoundingClientRect();
  return [at.x + box.x, at.y + box.y] }}"""
_SEEN = f"""() => new Set({_MAP}.queryRenderedFeatures({{layers: ['cell-fill']}})
  .map((one) => one.properties.cell_id)).size"""
_BOX = f"() => {_MAP}.getBounds().toArray().flat()"
_ZOOM = 18  # so near that both grids fill the view


def main() -> None:
    """Edit a small and a large grid and keep the result."""
    asked = run_arguments(__doc__)
    rows = _edited(QUICK_EDITS if asked.quick else EDITS, QUICK_ROUNDS if asked.quick else ROUNDS)
    for row in rows:
        row["ratio"] = row["step_ms"] / rows[0]["step_ms"]
        print(row, flush=True)
    table = {"title": "edits", "about": ABOUT, "columns": COLUMNS, "rows": rows}
    found = {"title": "Editing in a browser", "about": "", "tables": [table]}
    keep_or_show("web_edit", found, asked)


def _edited(edits: dict[int, int], rounds: int) -> list[dict[str, Any]]:
    """Return a row for each lattice, each a plan of one workspace."""
    with tempfile.TemporaryDirectory(prefix="onegrid-bench-") as name:
        place = str(Path(name) / "w")
        init(place, name="benchmark", crs=f"EPSG:{SRID}")
        with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
            grids = {side: add_lattice(connection, f"side-{side}", side, srid=SRID)
                     for side in edits}  # fmt: skip
            cookie = planner(connection, "planner")["Cookie"]
        with served(place) as server:
            home = f"http://127.0.0.1:{server.port}"
            return [
                _row(home, cookie, f"side-{side}", (opened, rounds, edits[side]))
                for side, opened in grids.items()
            ]


def _row(home: str, cookie: str, plan: str, work: tuple[OpenGrid, int, int]) -> dict[str, Any]:
    opened, rounds, edits = work
    with watched(cookie, home) as seen:
        seen.page.set_viewport_size(VIEW)  # type: ignore[arg-type]
        seen.page.goto(f"{home}/plan?plan={plan}")
        seen.page.wait_for_function(_IDLE)
        row = _handled(seen, _vertex(opened), rounds, edits)
    cells = [one.shape for one in opened.board.rows["cells"].values()]
    in_view = gpd.GeoSeries(cells, crs=SRID).to_crs(4326).intersects(shapely.box(*row.pop("box")))
    return {"cells": len(cells), "drawn": row.pop("seen") / int(in_view.sum()), **row}


def _handled(seen: Watched, vertex: tuple[float, float], rounds: int, edits: int) -> dict[str, Any]:
    """Hold a vertex, then drop it many times, and return what that cost."""
    page = seen.page
    page.evaluate(f"(center) => {{ {_MAP}.jumpTo({{center, zoom: {_ZOOM}}}) }}", vertex)
    page.wait_for_function(_IDLE)
    page.keyboard.press("d")
    ends = [page.evaluate(_AT, vertex)]
    ends.append([ends[0][0] + 9, ends[0][1] + 6])
    step_ms = _steps_ms(seen, *ends, rounds=rounds)
    ends.reverse()
    _drop(page, ends, count=WARM - 1)
    _await_drawn(page, WARM)
    heap_mb, before_ms = seen.heap_mb(), seen.task_ms()
    _drop(page, ends, count=edits - 2 * WARM)
    nearly_ms = seen.task_ms()
    _drop(page, ends, count=WARM)
    _await_drawn(page, edits)
    return {
        "step_ms": step_ms,
        "edits": edits,
        "edit_ms": (nearly_ms - before_ms) / (edits - 2 * WARM),
        "last_ms": (seen.task_ms() - nearly_ms) / WARM,
        "heap_mb": heap_mb,
        "left_mb": seen.heap_mb() - heap_mb,
        "seen": page.evaluate(_SEEN),
        "box": page.evaluate(_BOX),
    }


def _steps_ms(seen: Watched, start: list[float], end: list[float], *, rounds: int) -> float:
    """Return what one step of a drag takes; the vertex is at the end then."""
    mouse, found = seen.page.mouse, []
    mouse.move(*start)
    mouse.down()
    for _ in range(rounds + 1):
        before_ms = seen.task_ms()
        for step in range(STEPS):
            mouse.move(start[0] + step % 10 + 3, start[1] + step % 7)
        found.append((seen.task_ms() - before_ms) / STEPS)
    mouse.move(*end)
    mouse.up()
    return min(found[1:])  # the first warms up


def _drop(page: Page, ends: list[list[float]], *, count: int) -> None:
    """Drag the vertex from the first place to the second and back, so many times in all."""
    for _ in range(count):
        page.mouse.move(*ends[0])
        page.mouse.down()
        page.mouse.move(*ends[1])
        page.mouse.up()
        ends.reverse()


def _await_drawn(page: Page, edits: int) -> None:
    """Wait until so many edits are drawn, kept by the server and shown."""
    page.get_by_role("button", name=f"保存（{edits}）").wait_for()
    page.get_by_text("草稿已自动保存").wait_for(state="attached")
    page.wait_for_function(_IDLE)


def _vertex(opened: OpenGrid) -> tuple[float, float]:
    """Return in degrees a place where three cells of one community meet, near the middle."""
    owners: dict[tuple[float, float], set[tuple[str, str]]] = {}
    for name, row in opened.board.rows["cells"].items():
        for ring in (row.shape.exterior, *row.shape.interiors):
            for place in ring.coords:
                owners.setdefault(place[:2], set()).add((name, row.text("community_id")))
    inner = [
        at
        for at, own in owners.items()
        if len(own) >= MEET and len({community for _, community in own}) == 1
    ]
    middle = [sum(axis) / len(owners) for axis in zip(*owners, strict=True)]
    chosen = min(inner, key=lambda at: (at[0] - middle[0]) ** 2 + (at[1] - middle[1]) ** 2)
    lon, lat = Transformer.from_crs(SRID, 4326, always_xy=True).transform(*chosen)
    return lon, lat


if __name__ == "__main__":
    main()
