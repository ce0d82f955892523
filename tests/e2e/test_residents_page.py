"""Residents find the nearest services: on a phone, by keyboard, in large print, offline."""

from __future__ import annotations

import gzip
import re
import shutil
from pathlib import Path

import pytest

import onegrid_api
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}
APP = Path(onegrid_api.__file__).parent / "static" / "app"
SCRIPT_BYTES_MAX = 15_000
WIDTH = "() => document.documentElement.scrollWidth - window.innerWidth"
HEIGHTS = """() => [...document.querySelectorAll('button, a[href], summary, input, .choices span')]
  .filter((e) => e.checkVisibility() && e.type !== 'radio' && !e.closest('.skip'))
  .map((e) => e.getBoundingClientRect().height)"""
LETTERS = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), sizes = [];
  while (texts.nextNode())
    if (texts.currentNode.data.trim() && texts.currentNode.parentElement.checkVisibility())
      sizes.push(parseFloat(getComputedStyle(texts.currentNode.parentElement).fontSize));
  return [Math.min(...sizes), parseFloat(getComputedStyle(document.body).fontSize)];
}"""


def asked(address, place, **more):
    """Return the address that says where somebody stands."""
    lon, lat = place
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"{address}/#at={lon},{lat}{rest}"


def choose(page, kind):
    """Look for a kind, and wait for its list."""
    page.get_by_role("button", name=kind).click()
    page.locator(".answers > li").first.wait_for()


def test_a_resident_finds_the_way_on_a_phone(visit, address):
    page = visit.page
    page.set_viewport_size(PHONE)
    visit.open(address)
    assert "示意数据" in page.locator(".banner").inner_text()
    page.get_by_role("combobox").fill("设施2")
    page.get_by_role("option", name="设施2").click()
    page.get_by_text("联系方式还没有公布").wait_for()
    choose(page, "药店")
    text = page.locator(".answers > li").first.inner_text()
    assert re.search(r"步行约 \d+ 分钟，\d+ 米", text)
    assert re.search("现在(不)?开放", text)
    page.locator(".answers summary").first.click()
    assert "到达设施2" in page.locator(".steps").first.inner_text()
    assert page.evaluate(WIDTH) <= 0


def test_the_keyboard_alone_leads_to_the_way(visit, address):
    visit.open(address)
    page = visit.page
    page.get_by_role("combobox").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("设施2")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("option").first.get_attribute("aria-selected") == "true"
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="一般步速").focus()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name="75 岁以上").is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator(".answers > li").first.wait_for()
    assert page.evaluate("document.activeElement.id") == "answers"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".steps").first.is_visible()


def test_the_position_of_the_device_is_enough(visit, address, place):
    page = visit.page
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": place[0], "latitude": place[1]})
    visit.open(address)
    page.get_by_role("button", name="用我的位置").click()
    page.get_by_role("heading", name="找什么？").wait_for()
    assert page.url == asked(address, place, pace="plain")


def test_a_link_shows_the_same_and_the_server_is_not_told_who_shared_it(visit, address, place):
    page, seen = visit.page, []
    page.on("request", lambda request: seen.append(request.url))
    visit.open(asked(address, place, pace="elder_75", kind="pharmacy"))
    page.locator(".answers > li").first.wait_for()
    assert page.get_by_role("radio", name="75 岁以上").is_checked()
    shared = page.get_by_label("链接").input_value()
    assert shared == asked(address, place, pace="elder_75", kind="pharmacy")
    assert not any("#" in url or "referer" in url for url in seen)
    assert page.evaluate("() => Object.keys(localStorage)") == ["onegrid.size"]
    assert page.context.cookies() == []


def test_slower_walkers_are_told_more_minutes(visit, address, place):
    page = visit.page
    visit.open(asked(address, place, kind="pharmacy"))
    walk = page.locator(".walk").first
    walk.wait_for()
    plain = walk.inner_text()
    page.get_by_text("85 岁以上").click()
    page.wait_for_function("(old) => document.querySelector('.walk')?.innerText !== old", arg=plain)
    slow = page.locator(".walk").first.inner_text()
    assert int(re.findall(r"\d+", slow)[0]) > int(re.findall(r"\d+", plain)[0])


def test_the_way_is_drawn_when_asked_for(visit, address, place):
    page = visit.page
    visit.open(asked(address, place, kind="pharmacy"))
    page.get_by_role("button", name="看地图").first.click()
    page.wait_for_function(
        "() => { const map = document.querySelector('.map')?.onegridMap;"
        "return map?.getLayer('way') && map.queryRenderedFeatures({layers: ['way']}).length > 0 }"
    )
    assert page.locator(".map .maplibregl-marker").count() == 2
    page.wait_for_function(
        "() => { const map = document.querySelector('.map').onegridMap;"
        "return map.getLayer('road') && map.queryRenderedFeatures({layers: ['road']}).length > 0 }"
    )


def test_a_tap_on_the_map_is_a_place(visit, address):
    page = visit.page
    visit.open(address)
    page.get_by_role("button", name="在地图上点").click()
    page.wait_for_function("() => document.querySelector('.map')?.onegridMap?.loaded()")
    page.locator(".map").click(position={"x": 200, "y": 150})
    page.get_by_role("heading", name="我的网格").wait_for()
    assert "#at=116." in page.url


def test_a_notice_for_the_door_has_the_services_and_a_code(visit, address, place):
    page = visit.page
    visit.open(asked(address, place))
    page.get_by_role("button", name="打印楼门告示").click()
    notice = page.get_by_role("dialog")
    notice.wait_for()
    assert notice.locator("tbody tr").count() == 3
    assert len(notice.locator("svg path").get_attribute("d")) > 1000
    page.emulate_media(media="print")
    assert not page.get_by_role("heading", name="您在哪里").is_visible()
    assert notice.get_by_role("heading").is_visible()
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    assert not notice.is_visible()


def test_it_works_without_a_connection_after_the_first_visit(visit, address, place):
    page = visit.page
    visit.open(asked(address, place, kind="pharmacy"))
    page.locator(".answers > li").first.wait_for()
    page.evaluate("() => navigator.serviceWorker.ready")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.reload()
    page.locator(".answers > li").first.wait_for()
    page.context.set_offline(True)
    page.reload()
    page.locator(".answers > li").first.wait_for()
    page.get_by_text("显示的是上次的结果").wait_for()
    page.get_by_text("走路吃力").click()
    page.get_by_text("这个结果这台设备上没有").first.wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="清除这台设备上的结果").click()
    page.get_by_text("已清除").wait_for()
    assert page.evaluate("() => caches.keys().then((names) => names.length)") == 1
    visit.complaints.clear()  # the browser tells of every answer that did not come


def test_letters_and_targets_are_large_enough_for_elders(visit, address, place, faults):
    page = visit.page
    page.set_viewport_size(PHONE)
    visit.open(asked(address, place, kind="pharmacy"))
    for size, letters_px in ((0, 18), (1, 24), (3, 30)):
        page.evaluate("(size) => localStorage.setItem('onegrid.size', size)", size)
        page.reload()
        page.locator(".answers > li").first.wait_for()
        assert min(page.evaluate(HEIGHTS)) >= 60
        least, main = page.evaluate(LETTERS)
        assert least >= 17.9
        assert main == pytest.approx(letters_px, abs=0.1)
        assert page.evaluate(WIDTH) <= 0
        assert faults(page) == [], size


def test_the_large_print_is_a_switch_that_stays(visit, address):
    page = visit.page
    visit.open(address)
    page.get_by_role("button", name="长辈版").click()
    page.get_by_role("button", name="字大些").click()
    page.reload()
    page.get_by_role("button", name="标准版").wait_for()
    assert page.evaluate(LETTERS)[1] == pytest.approx(27, abs=0.1)


def test_a_place_outside_and_one_far_from_streets_are_told_apart(visit, address, place):
    page = visit.page
    visit.open(asked(address, (place[0] + 1, place[1])))
    page.get_by_text("不在本区的网格里").wait_for()
    page.get_by_text("离道路超过 100 米").wait_for()
    assert all("Failed to load resource" in text for text in visit.complaints)
    visit.complaints.clear()


def test_before_a_plan_is_published_the_page_says_so(visit, serving, tmp_path, faults):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    with serving(create_app(Settings(workspace=tmp_path))) as empty:
        visit.open(empty)
        visit.page.get_by_text("还没有公布").wait_for()
        assert faults(visit.page) == []
        visit.open(f"{empty}/office")
        visit.page.get_by_text("还没有公布服务覆盖的评价").wait_for()
        assert faults(visit.page) == []


def test_a_service_that_is_away_is_told_and_can_be_asked_again(visit, serving, workspace, tmp_path):
    shutil.copytree(workspace, tmp_path / "results")
    with serving(create_app(Settings(workspace=tmp_path / "results"))) as away:
        visit.page.route("**/api/district", lambda route: route.abort())
        visit.open(away)
        visit.page.get_by_text("连不上服务").wait_for()
        visit.page.unroute("**/api/district")
        visit.page.get_by_role("button", name="再试一次").click()
        visit.page.get_by_role("heading", name="您在哪里").wait_for()
    visit.complaints.clear()


def test_little_script_is_loaded_before_the_list():
    text = (APP / "index.html").read_text(encoding="utf-8")
    scripts = set(re.findall(r'assets/([\w.-]+\.js)"', text))
    size = sum(len(gzip.compress((APP / "assets" / name).read_bytes(), 9)) for name in scripts)
    assert 5_000 < size <= SCRIPT_BYTES_MAX
