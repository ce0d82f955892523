"""A planner's browser, and one service for all who draw: each of them on a plan of their own."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from pyproj import Transformer

import service
from onegrid.io.files import write_layers
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.pipeline.plan_tables import branch
from onegrid.store import open_workspace, plans, results
from onegrid.store.ground import Source, put_ground
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

TO_LONLAT = Transformer.from_crs(service.SRID, 4326, always_xy=True).transform
TO_GRID = Transformer.from_crs(4326, service.SRID, always_xy=True).transform
MAP = "document.querySelector('.map').onegridMap"
FACILITY = f"""() => {{ const box = {MAP}.getContainer().getBoundingClientRect();
  const [found] = {MAP}.queryRenderedFeatures({{layers: ['facility']}});
  const at = {MAP}.project(found.geometry.coordinates); return [at.x + box.x, at.y + box.y] }}"""
IDLE = f"""() => {MAP}?.loaded() && {MAP}.areTilesLoaded()
  && document.querySelector('.workbench').getAttribute('aria-busy') === 'false'"""


@dataclass
class Desks:
    """The service, and how many plans were drawn on."""

    app: Any
    address: str
    numbers: Iterator[int] = field(default_factory=count)

    def sit_down(self, page: Page) -> Desk:
        """Let a planner draw on a plan of their own."""
        plan = f"p{next(self.numbers)}"
        with self.app.state.office.workspace.writing() as connection:
            branch(connection, "main", to=plan, name=plan, by=service.BY)
        page.set_viewport_size({"width": 1024, "height": 700})
        page.set_default_timeout(30_000)  # drawn by software, on a busy machine
        desk = Desk(page, self.app, self.address, plan)
        desk.enter("planner")
        return desk


@dataclass
class Desk:
    """A planner's browser, and the service it asks."""

    page: Page
    app: Any
    address: str
    plan: str
    who: str = ""

    def enter(self, name: str) -> None:
        """Let somebody in, as if they had logged in before."""
        self.who = name
        token = service.Browser(self.app, name).cookies["onegrid_session"]
        cookie = {"name": "onegrid_session", "value": token, "url": self.address}
        self.page.context.add_cookies([cookie])

    def draft(self, *edits: dict[str, Any]) -> None:
        """Have edits drawn and not saved, as if they had been drawn before."""
        body = {"base_revision": 0, "edits": edits}
        url = f"/api/plans/{self.plan}/draft"
        assert service.Browser(self.app, self.who).put(url, body).is_success

    def open(self) -> None:
        self.page.goto(f"{self.address}/plan?plan={self.plan}")
        self.settle()

    def settle(self) -> None:
        self.page.wait_for_selector(".map canvas")
        self.page.wait_for_function(IDLE)

    def on_screen(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Where a place of the grid is on the screen."""
        place = list(TO_LONLAT(x_m, y_m))
        x, y = self.page.evaluate(
            f"p => {{ const at = {MAP}.project(p); const box = {MAP}.getContainer()"
            ".getBoundingClientRect(); return [at.x + box.x, at.y + box.y] }",
            place,
        )
        return x, y

    def on_ground(self, x: float, y: float) -> shapely.Point:
        """Which place of the grid is there on the screen."""
        lon, lat = self.page.evaluate(
            f"p => {{ const box = {MAP}.getContainer().getBoundingClientRect(); "
            f"return {MAP}.unproject([p[0] - box.x, p[1] - box.y]).toArray() }}",
            [x, y],
        )
        return shapely.Point(TO_GRID(lon, lat))

    def centre(self) -> shapely.Point:
        """Which place of the grid is in the middle of the map."""
        return shapely.Point(TO_GRID(*self.page.evaluate(f"{MAP}.getCenter().toArray()")))

    def aim(self, x_m: float, y_m: float) -> None:
        """Point by keyboard from the middle of the map to within a metre of a place."""
        start = self.centre()
        self.page.keyboard.press("Space")
        for way, back, gap_m in (
            ("ArrowRight", "ArrowLeft", x_m - start.x),
            ("ArrowUp", "ArrowDown", y_m - start.y),
        ):
            tens, ones = divmod(round(abs(gap_m)), 10)
            arrow = way if gap_m > 0 else back
            for key in [f"Shift+{arrow}"] * tens + [arrow] * ones:
                self.page.keyboard.press(key)

    def click(self, x_m: float, y_m: float) -> None:
        self.page.mouse.click(*self.on_screen(x_m, y_m))

    def find(self, cell: str) -> None:
        """Choose a cell by keyboard, which brings it into the middle of the map."""
        self.page.get_by_label("查找编码、名称或社区").fill(cell)
        self.page.keyboard.press("Enter")
        self.page.get_by_role("heading", name=cell).wait_for()
        self.settle()

    def drawn(self) -> dict[str, dict[str, Any]]:
        """The cells that the map has rendered, by id, with what they are coloured by."""
        self.settle()
        found = self.page.evaluate(
            f"() => {MAP}.queryRenderedFeatures({{layers: ['cell-fill']}}).map(f => f.properties)"
        )
        return {one["cell_id"]: one for one in found}

    def stored(self, layer: str = "cells") -> dict[str, Any]:
        """The rows that the server keeps, the cells for one."""
        with self.app.state.office.workspace.reading() as connection:
            return read_layer(connection, self.plan, layer)

    def save(self, count: int) -> None:
        self.page.get_by_role("button", name=f"保存（{count}）").click()
        self.page.get_by_text("没有未保存的改动").wait_for(state="attached")
        self.settle()


def fill(folder: Path) -> None:
    """Make a workspace in a folder: people, and a plan in force with streets and one centre."""
    place = str(folder / "区")
    service.fill(place)
    add_walks(place, folder / NETWORK_FILE)


def add_walks(place: str, file: Path) -> None:
    """Add streets through the middle of all cells, and one centre for elders."""
    shapes = [row.shape for row in service.grid().board.rows["cells"].values()]
    west, south, east, north = shapely.total_bounds(shapes)
    middles = {(round(p.x, -1), round(p.y, -1)) for p in shapely.centroid(shapes)}
    across = [shapely.LineString([(west, y), (east, y)]) for _, y in middles]
    along = [shapely.LineString([(x, south), (x, north)]) for x, _ in middles]
    streets = list(shapely.union_all([*across, *along]).geoms)
    network, _ = build_network(gpd.GeoDataFrame(geometry=streets, crs=service.SRID))
    write_network(network, file)
    texts = dict.fromkeys(["opening_hours", "phone", "address"], "")
    sizes = {"floor_area_m2": 800.0, "capacity_people": 400.0}
    row = {"kind": "elder_care_center", "name": "示意中心", **sizes, **texts}
    at = [shapely.centroid(shapes[0])]
    centre = gpd.GeoDataFrame([row], index=["F1"], geometry=at, crs=service.SRID)
    centre = centre.rename_axis("facility_id")
    write_layers(file.with_name("facilities.gpkg"), {"facilities": centre})
    source = Source("facilities", "f.csv", "0")
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        put_ground(connection, "main", centre, source, by=service.BY)
        for path in (file, file.with_name("facilities.gpkg")):
            results.put_result(connection, "main", path.name, path.read_bytes(), revision=0)
        plans.set_status(connection, "main", base=0, was=plans.DRAFT, to=plans.PUBLISHED)


def middle(row: Any) -> tuple[float, float]:
    point = row.shape.representative_point()
    return point.x, point.y


def between_communities(row: Any, cells: dict[str, Any]) -> Iterator[tuple[float, float]]:
    """Where cells of two communities meet inside the district."""
    whole = shapely.union_all([one.shape for one in cells.values()])
    for place in shapely.points(shapely.get_coordinates(row.shape)):
        meet = [one for one in cells.values() if one.shape.intersects(place)]
        if whole.contains(place) and len({one.text("community_id") for one in meet}) > 1:
            yield place.x, place.y
