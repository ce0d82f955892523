"""A planner's story in a browser: draw on a seamless grid, save, come back, meet a colleague."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import shapely
from pyproj import Transformer

import service
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.store import open_workspace, results
from onegrid.store.ground import Source, put_ground
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e
TO_LONLAT = Transformer.from_crs(service.SRID, 4326, always_xy=True).transform
MAP = "document.querySelector('.map').onegridMap"
FACILITY = f"""() => {{ const box = {MAP}.getContainer().getBoundingClientRect();
  const [found] = {MAP}.queryRenderedFeatures({{layers: ['facility']}});
  const at = {MAP}.project(found.geometry.coordinates); return [at.x + box.x, at.y + box.y] }}"""
IDLE = f"""() => {MAP}?.loaded() && {MAP}.areTilesLoaded()
  && document.querySelector('.workbench').getAttribute('aria-busy') === 'false'"""


@dataclass
class Desk:
    """A planner's browser, and the service it asks."""

    page: Page
    app: Any
    address: str

    def open(self) -> None:
        self.page.goto(f"{self.address}/plan?plan=main")
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

    def stored(self) -> dict[str, Any]:
        """The cells that the server keeps."""
        with self.app.state.office.workspace.reading() as connection:
            return read_layer(connection, "main", "cells")

    def save(self, count: int) -> None:
        self.page.get_by_role("button", name=f"保存（{count}）").click()
        self.page.get_by_text("没有未保存的改动").wait_for(state="attached")
        self.settle()


@pytest.fixture
def desk(tmp_path: Path, visit, serving) -> Iterator[Desk]:
    place = str(tmp_path / "区")
    service.fill(place)
    add_walks(place, tmp_path / NETWORK_FILE)
    app, _ = service.service(place)
    page = visit.page
    page.set_viewport_size({"width": 1024, "height": 700})
    page.set_default_timeout(30_000)  # drawn by software, on a busy machine
    with serving(app) as address:  # which closes the workspace too
        visit.home = address
        who = {"user_id": "planner", "password": service.PASSWORD}
        assert page.request.post(f"{address}/api/session", data=who).ok
        yield Desk(page, app, address)


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
    source = Source("facilities", "f.csv", "0")
    with closing(open_workspace(place)) as workspace, workspace.writing() as connection:
        put_ground(connection, "main", centre.rename_axis("facility_id"), source, by=service.BY)
        results.put_result(connection, "main", file.name, file.read_bytes(), revision=0)


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


def test_a_planner_draws_saves_comes_back_and_meets_a_colleague(desk):
    page = desk.page
    desk.open()
    before = desk.stored()
    assert set(desk.drawn()) == set(before)

    # drag a vertex that three or four cells of one community share: all follow, no gap opens
    corner = shapely.get_coordinates(before["c0100"].shape)[2]
    page.keyboard.press("d")
    x, y = desk.on_screen(*corner)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 4, steps=3)
    page.locator("table.live tbody tr").first.wait_for()
    page.mouse.move(x + 14, y + 9, steps=3)
    page.mouse.up()
    page.get_by_role("button", name="保存（1）").wait_for()

    # split by a line, merge the parts' neighbour, take the merge back
    page.keyboard.press("s")
    west, south, east, north = before["c0200"].shape.bounds
    desk.click((west + east) / 2, south - 20)
    desk.click((west + east) / 2, north + 20)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存（2）").wait_for()
    assert len(desk.drawn()) == len(before) + 1
    page.keyboard.press("m")
    for cell in ("c0101", "c0102"):
        desk.click(*middle(before[cell]))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存（3）").wait_for()
    page.keyboard.press("Control+z")
    page.get_by_role("button", name="保存（2）").wait_for()
    page.get_by_text("草稿已自动保存").wait_for(state="attached")

    # what is drawn is there after a reload, and undoes there too; then it is saved
    desk.open()
    page.get_by_role("button", name="保存（2）").wait_for()
    assert len(desk.drawn()) == len(before) + 1
    desk.save(2)
    after = desk.stored()
    assert len(after) == len(before) + 1
    assert not after["c0100"].shape.equals(before["c0100"].shape)
    assert shapely.coverage_is_valid([row.shape for row in after.values()])
    desk.open()
    assert set(desk.drawn()) == set(after)
    page.get_by_text("第1版").wait_for()


def test_a_stale_save_is_told_and_both_are_merged(desk, visit):
    page = desk.page
    desk.open()
    page.keyboard.press("n")
    desk.click(*middle(desk.stored()["c0100"]))
    page.get_by_label("新名称").fill("我的网格")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存（1）").wait_for()
    desk.click(*middle(desk.stored()["c0101"]))
    page.get_by_label("新名称").fill("我要的名称")
    page.keyboard.press("Enter")
    colleague = service.Browser(desk.app, "planner2")
    theirs = [service.rename("c0102", "同事的网格"), service.rename("c0101", "同事要的名称")]
    assert colleague.edit(*theirs, base=0).status_code == 200

    page.get_by_role("button", name="保存（2）").click()
    page.get_by_role("dialog").get_by_text("planner2").wait_for()
    assert all("409" in told for told in visit.complaints)  # the browser itself tells of it
    visit.complaints.clear()
    page.get_by_role("group", name="改名").get_by_label("用我的").check()
    page.get_by_role("button", name="合并两边").click()
    page.get_by_text("第2版").wait_for()
    names = {row.text("name") for row in desk.stored().values()}
    assert {"我的网格", "同事的网格", "我要的名称"} <= names
    assert "同事要的名称" not in names


def test_a_vertex_is_moved_by_keyboard_alone_and_given_up(desk):
    page = desk.page
    desk.open()
    desk.find("c0100")
    page.get_by_role("button", name="拖节点").press("Enter")
    vertices = page.get_by_role("button", name="节点", exact=False)
    page.get_by_role("button", name="节点1", exact=True).focus()
    moved = False
    for number in range(1, vertices.count() + 1):
        vertex = page.get_by_role("button", name=f"节点{number}", exact=True)
        if not vertex.count():
            break
        vertex.focus()
        page.keyboard.press("Shift+ArrowRight")
        if page.locator("table.live").count():
            moved = True
            break
    assert moved, "every vertex of the cell is on the border of its community"
    page.keyboard.press("Escape")
    page.locator("table.live").wait_for(state="detached")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存（1）").wait_for()
    desk.save(1)
    assert desk.stored()["c0100"].shape.area > 0


def test_a_cell_is_split_and_a_border_moved_by_keyboard_alone(desk):
    page, press = desk.page, desk.page.keyboard.press
    desk.open()
    desk.find("c0200")
    before = desk.stored()
    _, south, _, north = before["c0200"].shape.bounds
    steps = int((north - south) / 20) + 3  # of ten metres, from the middle to beyond the border
    page.get_by_role("button", name="画线分").press("Enter")

    def draw() -> None:
        press("Space")
        for _ in range(2 * steps):
            press("Shift+ArrowDown")
        page.locator("table.live").wait_for()
        press("Space")

    for _ in range(steps):
        press("Shift+ArrowUp")
    draw()
    press("Escape")
    page.locator("table.live").wait_for(state="detached")
    for _ in range(2 * steps):
        press("Shift+ArrowUp")
    draw()
    press("Enter")
    page.get_by_role("button", name="保存（1）").wait_for()

    # a border is taken where the keyboard points, then moved and confirmed
    desk.find("c0100")
    page.get_by_role("button", name="拖边界").press("Enter")
    for _ in range(40):
        press("Shift+ArrowUp")
        press("Space")
        press("ArrowUp")
        page.evaluate("() => new Promise((seen) => setTimeout(seen, 50))")
        if page.locator("table.live").count():
            break
        press("Escape")
    press("Enter")
    page.get_by_role("button", name="保存（2）").wait_for()
    desk.save(2)
    after = desk.stored()
    assert len(after) == len(before) + 1
    assert not after["c0100"].shape.equals(before["c0100"].shape)
    assert shapely.coverage_is_valid([row.shape for row in after.values()])


def test_fingers_move_the_map_drag_a_vertex_and_paint(desk):
    page = desk.page
    browser = page.context.new_cdp_session(page)
    browser.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})

    def touch(what: str, *places: tuple[float, float]) -> None:
        points = [{"x": x, "y": y, "id": i} for i, (x, y) in enumerate(places)]
        browser.send("Input.dispatchTouchEvent", {"type": what, "touchPoints": points})

    def drag(start: tuple[float, float], end: tuple[float, float]) -> None:
        touch("touchStart", start)
        for share in (0.2, 0.4, 0.6, 0.8, 1.0):
            touch(
                "touchMove", *[tuple(a + share * (b - a) for a, b in zip(start, end, strict=True))]
            )
        touch("touchEnd")

    # one finger after the other comes down on a cell that is not the chosen one: nothing is painted
    desk.open()
    before = desk.stored()
    page.get_by_role("button", name="刷单元").click()
    own, other = (desk.on_screen(*middle(before[cell])) for cell in ("c0100", "c0101"))
    touch("touchStart", own)
    touch("touchEnd")
    page.get_by_role("heading", name="c0100").wait_for()
    zoom, (x, y) = page.evaluate(f"{MAP}.getZoom()"), other
    touch("touchStart", (x, y))
    touch("touchStart", (x, y), (x + 100, y))
    for step in range(1, 9):
        touch("touchMove", (x - 4 * step, y), (x + 100 + 4 * step, y))
    touch("touchEnd")
    page.wait_for_function(f"() => {MAP}.getZoom() > {zoom} + 0.2 && !{MAP}.isMoving()")
    assert page.get_by_role("button", name="保存（0）").is_disabled()

    # the cell is still chosen: what the finger goes over then is painted into it
    drag(desk.on_screen(*middle(before["c0100"])), desk.on_screen(*middle(before["c0101"])))
    page.get_by_role("button", name="保存（1）").wait_for()

    # a vertex follows a finger that came down beside it, however short its way
    corner = shapely.get_coordinates(before["c0100"].shape)[2]
    page.evaluate(f"at => {MAP}.jumpTo({{center: at}})", list(TO_LONLAT(*corner)))
    page.get_by_role("button", name="拖节点").click()
    x, y = desk.on_screen(*corner)
    drag((x + 5, y + 5), (x + 13, y + 9))
    page.get_by_role("button", name="保存（2）").wait_for()
    desk.save(2)
    after = desk.stored()
    assert after["c0100"].shape.area > before["c0100"].shape.area
    assert shapely.coverage_is_valid([row.shape for row in after.values()])


def test_a_community_border_moves_along_when_that_is_asked_for(desk):
    page = desk.page
    desk.open()
    cells = desk.stored()
    shared = next(place for row in cells.values() for place in between_communities(row, cells))
    page.keyboard.press("d")
    x, y = desk.on_screen(*shared)
    for wanted in (False, True):
        page.get_by_label("社区、街道边界随动").set_checked(wanted)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 6, y + 3, steps=3)
        told = page.locator("table.live") if wanted else page.get_by_text("会越过社区界线")
        told.wait_for()
        page.mouse.up()
    page.get_by_role("button", name="保存（1）").wait_for()
    desk.save(1)
    with desk.app.state.office.workspace.reading() as connection:
        communities = read_layer(connection, "main", "communities")
    for name, town in communities.items():
        own = [row.shape for row in desk.stored().values() if row.text("community_id") == name]
        assert shapely.union_all(own).symmetric_difference(town.shape).area < 1e-3


def test_a_planner_tries_facilities_elsewhere_and_takes_the_plan_away(desk, tmp_path):
    page = desk.page
    desk.open()
    page.get_by_role("tab", name="服务圈").click()
    page.wait_for_function(
        f"() => {MAP}.queryRenderedFeatures({{layers: ['facility']}}).length > 0"
    )
    x, y = page.evaluate(FACILITY)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 40, steps=4)
    page.mouse.up()
    page.get_by_role("row", name="60岁以上").wait_for()
    page.get_by_role("button", name="加通道").click()
    page.mouse.click(x + 20, y)
    page.mouse.click(x + 90, y + 60)
    page.get_by_text("加一条通道", exact=True).wait_for()
    page.get_by_label("给这一套起个名").fill("挪一处")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("checkbox", name="挪一处").check()
    page.get_by_role("row", name="现状").wait_for()
    page.get_by_role("row", name="挪一处").wait_for()
    page.get_by_role("button", name="删除 挪一处").click()
    page.get_by_role("checkbox", name="挪一处").wait_for(state="detached")

    page.get_by_role("tab", name="版本").click()
    with page.expect_download() as told:
        page.get_by_role("link", name="GeoPackage").click()
    path = tmp_path / "main.gpkg"
    told.value.save_as(path)
    assert set(gpd.read_file(path, layer="cells")["cell_id"]) == set(desk.stored())


def test_every_panel_is_without_a_fault_of_access(desk, faults):
    desk.open()
    for tab in ("网格", "冲突", "问题", "图层", "版本", "服务圈", "导入"):
        desk.page.get_by_role("tab", name=tab).click()
        desk.settle()
        assert faults(desk.page) == [], tab
