"""A planner's story in a browser: draw on a seamless grid, save, come back, meet a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from pyproj import Transformer

import service
from onegrid.store.rows import read_layer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = pytest.mark.e2e
TO_LONLAT = Transformer.from_crs(service.SRID, 4326, always_xy=True).transform
MAP = "document.querySelector('.map').onegridMap"
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
    app, _ = service.service(place)
    page = visit.page
    page.set_viewport_size({"width": 1024, "height": 700})
    page.set_default_timeout(30_000)  # drawn by software, on a busy machine
    with serving(app) as address:  # which closes the workspace too
        visit.home = address
        who = {"user_id": "planner", "password": service.PASSWORD}
        assert page.request.post(f"{address}/api/session", data=who).ok
        yield Desk(page, app, address)


def middle(row: Any) -> tuple[float, float]:
    point = row.shape.representative_point()
    return point.x, point.y


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
    colleague = service.Browser(desk.app, "planner2")
    assert colleague.edit(service.rename("c0102", "同事的网格"), base=0).status_code == 200

    page.get_by_role("button", name="保存（1）").click()
    page.get_by_role("dialog").get_by_text("planner2").wait_for()
    assert all("409" in told for told in visit.complaints)  # the browser itself tells of it
    visit.complaints.clear()
    page.get_by_role("button", name="合并两边").click()
    page.get_by_text("第2版").wait_for()
    names = {row.text("name") for row in desk.stored().values()}
    assert {"我的网格", "同事的网格"} <= names


def test_a_vertex_is_moved_by_keyboard_alone_and_given_up(desk):
    page = desk.page
    desk.open()
    page.get_by_label("查找编码、名称或社区").fill("c0100")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="c0100").wait_for()
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


def test_every_panel_is_without_a_fault_of_access(desk, faults):
    desk.open()
    for tab in ("网格", "冲突", "问题", "图层", "版本", "服务圈", "导入"):
        desk.page.get_by_role("tab", name=tab).click()
        desk.settle()
        assert faults(desk.page) == [], tab
