"""A hundred thousand buildings on a map in a browser: our page beside Leaflet with GeoJSON.

``.bench-venv/bin/python benchmarks/web_map.py [--quick] [--date YYYY-MM-DD]``; needs Chromium and
the built app (``make app``).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import shapely
from bench.buildings import geojson, write_town
from bench.page import PERCENT, column
from bench.runs import keep_or_show, run_arguments
from bench.serving import served
from bench.watching import Watched, watched
from peers.leaflet import leaflet_page
from PIL import ImageColor

if TYPE_CHECKING:
    import geopandas as gpd
    from playwright.sync_api import Page

SIDE, QUICK_SIDE = 32, 10  # hectares with a hundred buildings on each
ZOOM = 15  # where a tile is 512 pixels wide; Leaflet counts one more
DRAGS, STEPS, DRAG_PX = 12, 8, 260
WHEEL, REST_MS = 300, 400
LIMIT_MS = 200
LAND, BUILDING = "#f5f1e8", "#ddd7cc"  # as our style draws them
ABOUT = (
    "Chromium draws by software. *onegrid* is the residents' page, asked for its map, with vector "
    "tiles from `onegrid serve`; it draws 66 streets besides. *Leaflet* 1.9 draws on a canvas, the "
    "fastest it has, from one GeoJSON file with coordinates to a decimetre, as its guide tells; "
    "its map has the same size and shows the same places. Each is opened, dragged twelve times "
    "and zoomed out and in again twice. *Buildings* are those in view at the end, counted by each "
    "library itself, and must be those that lie there; *painted* is the share of the map's "
    "picture in the buildings' colour. Target: no task over 200 ms."
)
COLUMNS = [
    column("peer", "program", None),
    column("all", "buildings there", 0),
    column("right", "of those in view drawn", PERCENT),
    column("painted", "painted", PERCENT),
    column("longest_ms", "longest task ms", 0, "low"),
    column("over_ms", "tasks over 200 ms", 0, "low"),
    column("sum_s", "long tasks s", 2, "low"),
    column("shown_s", "shown after s", 2, "low"),
    column("heap_mb", "heap MB", 1, "low"),
    column("process_mb", "process MB", 0, "low"),
    column("received_mb", "received MB", 2, "low"),
]


class Shown(NamedTuple):
    """How a page tells of its map, in scripts; `box` is west, south, east, north."""

    element: str
    idle: str
    buildings: str
    box: str


_MAP = "document.querySelector('.map')?.onegridMap"
OURS = Shown(
    ".map",
    f"() => {_MAP}?.loaded() && {_MAP}.areTilesLoaded() && {_MAP}.getLayer('building')",
    f"""() => new Set({_MAP}.queryRenderedFeatures({{layers: ['building']}})
      .map((one) => one.properties.building_id)).size""",
    f"() => {_MAP}.getBounds().toArray().flat()",
)
LEAFLET = Shown(
    "#map",
    "() => window.drawn",
    """() => { let seen = 0;
      buildings.eachLayer((one) => { seen += one._parts.length > 0 &&
        map.getBounds().intersects(one.getBounds()) ? 1 : 0 }); return seen }""",
    """() => { const box = map.getBounds();
      return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()] }""",
)


def main() -> None:
    """Show the town by both and keep the result."""
    asked = run_arguments(__doc__)
    with tempfile.TemporaryDirectory(prefix="onegrid-bench-") as name:
        folder = Path(name)
        town = write_town(folder, QUICK_SIDE if asked.quick else SIDE)
        there = town.to_crs(4326).geometry
        middle = shapely.box(*there.total_bounds).centroid
        with served(str(folder)) as server:
            ours = _ours(f"http://127.0.0.1:{server.port}", there, middle)
        look = {"land": LAND, "building": BUILDING, "lon": middle.x, "lat": middle.y}
        look |= {"zoom": ZOOM + 1, **ours.pop("size")}
        with leaflet_page(geojson(town), **look) as address:
            peer = _leaflet(address, there)
    rows = [{"peer": "onegrid", "ours": True, **ours}, {"peer": "Leaflet + GeoJSON", **peer}]
    table = {"title": "buildings", "about": ABOUT, "columns": COLUMNS, "rows": rows}
    found = {"title": "A hundred thousand buildings in a browser", "about": "", "tables": [table]}
    keep_or_show("web_map", found, asked)


def _ours(address: str, there: gpd.GeoSeries, middle: shapely.Point) -> dict[str, Any]:
    with watched() as seen:
        page = seen.page
        page.goto(address)
        page.get_by_role("button", name="在地图上点").click()
        page.wait_for_function(f"() => {_MAP}?.loaded()")
        view = f"{{center: [{middle.x}, {middle.y}], zoom: {ZOOM}}}"
        page.evaluate(f"() => {{ {_MAP}.jumpTo({view}) }}")
        element = page.locator(OURS.element)
        size = {
            name: element.evaluate(f"(e) => e.client{name.title()}") for name in ("width", "height")
        }
        return {"size": size, **_measured(seen, there, OURS)}


def _leaflet(address: str, there: gpd.GeoSeries) -> dict[str, Any]:
    with watched() as seen:
        seen.page.goto(address)
        return _measured(seen, there, LEAFLET)


def _measured(seen: Watched, there: gpd.GeoSeries, shown: Shown) -> dict[str, Any]:
    """Handle a map that was opened and return its row of the table."""
    page = seen.page
    page.wait_for_function(shown.idle)
    shown_s = page.evaluate("performance.now()") / 1000
    _handle(page, shown.element)
    page.wait_for_function(shown.idle)
    tasks_ms = seen.long_tasks_ms()  # before anybody counts, which takes long itself
    heap_mb, process_mb = seen.heap_mb(), seen.process_mb()
    expected = int(there.intersects(shapely.box(*page.evaluate(shown.box))).sum())
    return {
        "all": len(there),
        "right": page.evaluate(shown.buildings) / expected,
        "painted": seen.share_of(shown.element, ImageColor.getrgb(BUILDING)),
        "longest_ms": max(tasks_ms, default=0),
        "over_ms": sum(one > LIMIT_MS for one in tasks_ms),
        "sum_s": sum(tasks_ms) / 1000,
        "shown_s": shown_s,
        "heap_mb": heap_mb,
        "process_mb": process_mb,
        "received_mb": seen.received_mb(),
    }


def _handle(page: Page, element: str) -> None:
    """Drag a map to and fro and zoom it, as somebody would who looks for something."""
    page.locator(element).scroll_into_view_if_needed()
    box = page.locator(element).bounding_box()
    assert box is not None  # noqa: S101  (it is there)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for number in range(DRAGS):
        way = DRAG_PX * (-1 if number % 4 in {0, 3} else 1) / 2
        page.mouse.move(x - way, y - way / 2)
        page.mouse.down()
        page.mouse.move(x + way, y + way / 2, steps=STEPS)
        page.mouse.up()
        page.wait_for_timeout(REST_MS)
    for turn in (1, 1, -1, -1):
        page.mouse.move(x, y)
        page.mouse.wheel(0, turn * WHEEL)
        page.wait_for_timeout(REST_MS)


if __name__ == "__main__":
    main()
