"""A planner's story in a browser: draw on a seamless grid, save, come back, meet a colleague."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

import service
from desks import FACILITY, MAP, TO_LONLAT, between_communities, middle

pytestmark = pytest.mark.e2e
HAIR_M = 0.01


def test_a_planner_draws_saves_comes_back_and_meets_a_colleague(desk):
    page = desk.page
    desk.open()
    before = desk.stored()
    assert set(desk.drawn()) == set(before)

    # drag a vertex that three or four cells of one community share: all follow, no gap opens
    corner = shapely.get_coordinates(before["c0100"].shape)[2]
    page.keyboard.press("d")
    x, y = desk.on_screen(*corner)
    page.mouse.move(x + 4, y + 3)
    page.mouse.down()
    page.mouse.move(x + 10, y + 7, steps=3)
    page.locator("table.live tbody tr").first.wait_for()
    page.mouse.move(x + 18, y + 12, steps=3)
    page.mouse.up()
    dragged = desk.on_ground(x + 14, y + 9)  # it did not jump under the pointer
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
    assert after["c0100"].shape.boundary.distance(dragged) < HAIR_M
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
    assert colleague.edit(*theirs, base=0, plan=desk.plan).status_code == 200

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
    border = shapely.line_merge(before["c0100"].shape.intersection(before["c0101"].shape))
    held = shapely.line_interpolate_point(border, 0.4, normalized=True)
    desk.aim(held.x, held.y)
    press("Space")
    press("ArrowUp")
    page.locator("table.live").wait_for()
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

    # a vertex follows a finger that came down beside it, however short its way, and never jumps
    corner = shapely.get_coordinates(before["c0100"].shape)[2]
    page.evaluate(f"at => {MAP}.jumpTo({{center: at}})", list(TO_LONLAT(*corner)))
    page.get_by_role("button", name="拖节点").click()
    x, y = desk.on_screen(*corner)
    drag((x + 9, y + 8), (x + 17, y + 12))
    page.get_by_role("button", name="保存（2）").wait_for()
    dragged = desk.on_ground(x + 8, y + 4)
    desk.save(2)
    after = desk.stored()
    assert after["c0100"].shape.boundary.distance(dragged) < HAIR_M
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
    for name, town in desk.stored("communities").items():
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
    path = tmp_path / "plan.gpkg"
    told.value.save_as(path)
    assert set(gpd.read_file(path, layer="cells")["cell_id"]) == set(desk.stored())


def test_every_panel_is_without_a_fault_of_access(desk, faults):
    desk.open()
    for tab in ("网格", "冲突", "问题", "图层", "版本", "服务圈", "导入"):
        desk.page.get_by_role("tab", name=tab).click()
        desk.settle()
        assert faults(desk.page) == [], tab
