"""A street office reads its board: table and map in step, its own figures after logging in."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

import service

pytestmark = pytest.mark.e2e
COLOURED = """() => { const map = document.querySelector('section.map')?.onegridMap;
  return map?.getLayer('fill-community') ?
    map.queryRenderedFeatures({layers: ['fill-community']}).map((f) => f.properties.community_id)
    : [] }"""
MARKED = """() => { const map = document.querySelector('section.map').onegridMap;
  return map.queryRenderedFeatures({layers: ['mark-cell']}).length > 0 }"""


def open_board(visit, address):
    visit.open(f"{address}/office")
    visit.page.locator("tbody tr.subdistrict").first.wait_for()
    visit.page.get_by_role("heading", name="怎样补最省").wait_for()
    visit.page.get_by_role("heading", name="网格质量").wait_for()
    return visit.page


def names(page):
    return page.locator("tbody tr .name").all_inner_texts()


def test_anybody_reads_the_public_board_down_to_cells(visit, address, faults):
    page = open_board(visit, address)
    text = page.locator("main").inner_text()
    for expected in ("公开版", "居家养老服务中心", "57.1%", "政法老网格保持完整", "怎样补最省"):
        assert expected in text
    assert names(page) == ["全区", "s0街道", "s1街道"]
    page.get_by_role("button", name="展开 s0街道").click()
    page.get_by_role("button", name="展开 <img").click()  # a hostile name is text
    assert "第2网格" in names(page)
    assert "不公开" in page.locator("tr.cell").first.locator("..").inner_text()
    assert faults(page) == []


def test_rows_are_sorted_found_and_filtered(visit, address):
    page = open_board(visit, address)
    page.get_by_label("查找街道").fill("第2")
    assert names(page)[0].startswith("第2")
    page.get_by_role("button", name="名称").click()
    up = names(page)
    page.get_by_role("button", name="名称").click()
    assert names(page) == up[::-1]
    assert page.get_by_role("columnheader", name="名称").get_attribute("aria-sort") == "descending"
    page.get_by_label("查找街道").fill("")
    page.get_by_label("设施").first.select_option("pharmacy")
    page.get_by_text("只看有缺口的").click()
    page.get_by_text("显示 1 行").wait_for()  # the district: everybody reaches a pharmacy


def test_the_keyboard_opens_a_unit_and_tells_all_its_services(visit, address):
    page = open_board(visit, address)
    page.get_by_role("button", name="展开 s1街道").focus()
    page.keyboard.press("Enter")
    assert len(names(page)) == 6
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="s1街道：各类设施").wait_for()
    rows = page.locator("section[aria-labelledby=chosen] tbody tr")
    rows.nth(2).wait_for()
    assert rows.count() == 3


def test_map_and_table_are_in_step(visit, address, faults):
    page = open_board(visit, address)
    page.get_by_role("button", name="显示地图").click()
    page.wait_for_function(f"() => new Set(({COLOURED})()).size === 6")
    page.locator("section.map").click(position={"x": 200, "y": 200})
    current = page.locator("tr[aria-current=true]")
    current.wait_for()
    assert current.get_attribute("class") == "community"
    page.locator("tr.community[aria-current] .turn").click()
    page.locator("tr.cell .name").first.click()  # of another level than the map shows
    page.wait_for_function(MARKED)
    assert page.get_by_role("radio", name="网格").is_checked()
    assert faults(page) == []


def test_an_office_sees_its_own_area_with_every_figure(visit, town):
    page = visit.page
    town.enter(page, "office")
    open_board(visit, town.address)
    assert "内部版" in page.locator("main").inner_text()
    assert names(page) == ["s0街道"]
    page.get_by_role("button", name="展开 s0街道").click()
    assert len(names(page)) == 4
    assert "不公开" not in page.locator("tbody").first.inner_text()
    trend = page.locator("section[aria-labelledby=trend]")
    assert "去年" in trend.inner_text()
    assert re.search(r"s0街道\s+0%\s+25%\s+\+25", trend.inner_text())
    assert "s1" not in page.locator("main").inner_text()


def test_the_table_is_saved_for_a_spreadsheet(visit, address):
    page = open_board(visit, address)
    page.get_by_role("button", name="展开 s0街道").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="本页表格").click()
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[1] for row in rows[1:]] == names(page)
    assert len({len(row) for row in rows}) == 1


def test_it_prints_the_table_without_buttons(visit, address):
    page = open_board(visit, address)
    page.emulate_media(media="print")
    assert page.locator("tbody tr.subdistrict").first.is_visible()
    assert page.get_by_label("设施").first.is_visible()  # which service the figures are of
    heads = page.locator("thead").first.locator("th, button")  # on every page, if without boxes
    styles = "(all) => all.map((e) => getComputedStyle(e)).map((s) => s.display + s.position)"
    assert set(heads.evaluate_all(styles)) == {"table-cellstatic", "contentsstatic"}
    for idle in (
        page.get_by_label("查找街道"),
        page.get_by_text("只看有缺口的"),
        page.locator(".turn"),
    ):
        assert not idle.first.is_visible()
    for hidden in ("下载", "各个页面"):
        assert (
            page.get_by_text(hidden, exact=True).count() == 0
            or not page.get_by_text(hidden, exact=True).first.is_visible()
        )


@pytest.mark.slow
def test_figures_older_than_the_facilities_say_so_and_a_measuring_that_fails_leaves_them(
    visit, own_town, faults
):
    page, planner = visit.page, service.Browser(own_town.app, "planner")
    listed = planner.get("/api/plans/main/facilities").json()
    close = {"op": "close", "facility_id": listed["features"][0]["id"]}
    body = {"base_revision": listed["revision"], "edits": [close]}
    assert planner.post("/api/plans/main/facilities/edits", body).status_code == 200
    own_town.enter(page, "planner")
    open_board(visit, own_town.address)
    page.get_by_text("这些结果早于").wait_for()
    assert faults(page) == []
    page.get_by_label("按哪套标准").select_option("quarter-hour-2021")
    page.get_by_role("button", name="重新计算").click()
    # this district has no households to measure by: what was measured before stands
    page.get_by_text("没有算成").wait_for(timeout=120_000)
    assert names(page) == ["全区", "s0街道", "s1街道"]
