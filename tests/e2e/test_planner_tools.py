"""A planner's other tools in a browser: keyboard alone, swipe, services, and what is refused."""

from __future__ import annotations

import pytest
import shapely

import service
from desks import MAP, middle

pytestmark = pytest.mark.e2e
SECOND = "document.querySelector('.second').onegridMap"
BUILDING = f"""() => {{ const box = {MAP}.getContainer().getBoundingClientRect();
  const layers = ['building', 'building:place'].filter((id) => {MAP}.getLayer(id));
  for (const {{geometry}} of {MAP}.queryRenderedFeatures({{layers}})) {{
    const [lon, lat] = geometry.coordinates.flat(2);
    const {{x, y}} = {MAP}.project([lon, lat]);
    if (x > 200 && x < box.width - 80 && y > 80 && y < box.height - 150)
      return [x + box.x, y + box.y];
  }} }}"""
SITES = f"""(count) => new Set({MAP}.queryRenderedFeatures({{layers: ['facility:site']}})
  .map(({{properties}}) => properties.candidate_id)).size === count"""
TRIED = f"() => {MAP}.queryRenderedFeatures({{layers: ['facility:tried']}}).length > 0"
WAY = f"() => {MAP}.queryRenderedFeatures({{layers: ['sketch-line:tried']}}).length > 0"


def test_a_vertex_is_put_and_a_block_painted_by_keyboard_alone(desk):
    page, press = desk.page, desk.page.keyboard.press
    desk.open()
    before = desk.stored()
    cell, other = before["c0100"].shape, before["c0101"].shape
    border = cell.intersection(other)
    desk.find("c0100")
    page.get_by_role("button", name="加节点").press("Enter")
    put = shapely.line_interpolate_point(shapely.line_merge(border), 0.4, normalized=True)
    desk.aim(put.x, put.y)
    press("Space")
    page.get_by_role("button", name="保存（1）").wait_for()

    page.get_by_role("button", name="刷单元").press("Enter")
    towards = shapely.shortest_line(put, shapely.Point(middle(before["c0101"])))
    block = shapely.line_interpolate_point(towards, 4)
    desk.aim(block.x, block.y)
    press("Space")
    page.get_by_role("button", name="保存（2）").wait_for()
    desk.save(2)
    after = desk.stored()
    assert after["c0100"].shape.contains(block)
    assert after["c0100"].shape.area > cell.area
    assert shapely.coverage_is_valid([row.shape for row in after.values()])


def test_two_plans_are_parted_by_pointer_and_by_keyboard(desk):
    page = desk.page
    desk.open()
    page.get_by_role("tab", name="图层").click()
    page.get_by_label("左右对比").select_option(label="一张网")
    page.wait_for_function(
        f"() => {SECOND}?.loaded() && {SECOND}.queryRenderedFeatures("
        "{layers: ['cell-fill']}).length > 0"
    )
    line = page.locator(".parting")
    slider = page.get_by_role("slider", name="分界线")
    start = line.bounding_box()
    page.mouse.move(start["x"], start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] - 120, start["y"] + start["height"] / 2, steps=4)
    page.mouse.up()
    pulled = line.bounding_box()
    assert -125 < pulled["x"] - start["x"] < -115
    slider.press("ArrowRight")
    assert line.bounding_box()["x"] > pulled["x"]
    # both maps show one place
    page.evaluate(f"{MAP}.panBy([80, 40], {{duration: 0}})")
    page.wait_for_function(
        f"() => {MAP}.getCenter().distanceTo({SECOND}.getCenter()) < 0.01"
        f" && {MAP}.getZoom() === {SECOND}.getZoom()"
    )


def test_a_refused_save_shows_the_place_of_each_fault(desk, visit):
    page = desk.page
    cells = ("c0100", "c0300")
    # pasted with a letter that nobody sees: the service takes no such name
    desk.draft(*(service.rename(cell, f"新{cell}\u200b") for cell in cells))
    desk.open()
    desk.find("c0201")
    page.get_by_role("button", name="保存（2）").click()
    told = page.get_by_role("alert").filter(has_text="没有做成")
    places = told.get_by_role("button", name="看位置")
    places.nth(1).wait_for()
    assert all("422" in one for one in visit.complaints)  # the browser itself tells of it
    visit.complaints.clear()
    for cell in cells:  # both of them are in view at first
        page.get_by_role("heading", name=f"新{cell}").wait_for()
    before = desk.stored()
    for place, cell in zip(places.all(), cells, strict=True):
        place.click()
        page.wait_for_function(f"() => !{MAP}.isMoving()")
        assert before[cell].shape.contains(desk.centre())
    page.get_by_role("button", name="保存（2）").wait_for()  # nothing is lost


def test_borders_that_two_have_moved_are_decided_one_by_one(desk, visit):
    page = desk.page
    before = desk.stored()
    corners = [shapely.get_coordinates(before[cell].shape)[2] for cell in ("c0100", "c0400")]
    mine = [move(corner, (3, 2)) for corner in corners]
    theirs = [move(corner, (-2, -3)) for corner in corners]
    desk.draft(*mine)
    desk.open()
    colleague = service.Browser(desk.app, "planner2")
    assert colleague.edit(*theirs, base=0, plan=desk.plan).status_code == 200
    page.get_by_role("button", name="保存（2）").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("planner2").wait_for()
    visit.complaints.clear()  # the browser tells of the 409
    clashes = dialog.get_by_role("group")
    assert clashes.count() == len(mine)
    clashes.nth(1).get_by_role("button", name="看位置").click()
    page.wait_for_function(f"() => !{MAP}.isMoving()")
    assert before["c0400"].shape.distance(desk.centre()) < before["c0100"].shape.distance(
        desk.centre()
    )
    clashes.nth(1).get_by_label("用我的").check()
    dialog.get_by_role("button", name="合并两边").click()
    page.get_by_text("第2版").wait_for()
    after = desk.stored()
    for cell, (x, y), (east, north) in (
        ("c0100", corners[0], (-2, -3)),
        ("c0400", corners[1], (3, 2)),
    ):
        vertices = shapely.MultiPoint(shapely.get_coordinates(after[cell].shape))
        assert vertices.distance(shapely.Point(x + east, y + north)) < 1e-3
    assert shapely.coverage_is_valid([row.shape for row in after.values()])


def move(corner, by):
    """Return the edit that moves a vertex."""
    x, y = corner
    return {"op": "move_border", "from": [x, y], "to": [x + by[0], y + by[1]]}


def test_sites_are_found_and_tried_and_a_building_tells_what_it_reaches(desk):
    page = desk.page
    page.set_default_timeout(60_000)  # a search takes its time on a busy machine
    desk.open()
    page.get_by_role("tab", name="服务圈").click()
    page.get_by_label("走多久").select_option(label="5 分钟")
    page.get_by_label("建几处").fill("2")
    page.get_by_role("button", name="开始选址").click()
    tries = page.get_by_role("button", name="试建在这里")
    tries.first.wait_for()
    page.wait_for_function(SITES, arg=tries.count())
    tries.first.click()
    page.get_by_role("button", name="已试建").wait_for()
    page.wait_for_function(TRIED)
    gained = page.get_by_role("row", name="60岁以上").get_by_role("cell").first
    gained.wait_for()
    assert int(gained.inner_text().removeprefix("+").replace(",", "")) > 0
    page.get_by_role("button", name="全部放回").click()

    page.evaluate(f"{MAP}.jumpTo({{zoom: 16}})")
    desk.settle()
    x, y = page.evaluate(BUILDING)
    page.mouse.move(x, y)
    page.locator("p.hint-line").get_by_text("类服务里").wait_for()
    page.wait_for_function(WAY)
    page.get_by_role("heading", name="这栋楼走得到吗").scroll_into_view_if_needed()
    page.locator(".needs").get_by_role("button", name="养老").click()
    page.wait_for_function(WAY)
