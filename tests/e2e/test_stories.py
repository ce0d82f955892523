"""One story of each user from start to end, on a workspace in a file and in PostGIS."""

from __future__ import annotations

import pytest

import offices
from onegrid.store.rows import read_layer

pytestmark = [pytest.mark.e2e, pytest.mark.integration]
DRAWN = """(layer) => { const map = [...document.querySelectorAll('.map')].at(-1)?.onegridMap;
  return map?.loaded() && map.getLayer(layer) &&
    map.queryRenderedFeatures({layers: [layer]}).length }"""


def test_a_resident_finds_the_cell_the_nearest_pharmacy_and_the_way(visit, stored_town):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    visit.open(stored_town.address)
    page.get_by_role("combobox").fill("设施2")
    page.get_by_role("option", name="设施2").click()
    page.get_by_text("联系方式还没有公布").wait_for()
    page.get_by_role("button", name="药店").click()
    nearest = page.locator(".answers > li").first
    nearest.get_by_text("步行约").wait_for()
    nearest.locator("summary").click()
    assert "到达设施2" in nearest.locator(".steps").inner_text()
    nearest.get_by_role("button", name="看地图").click()
    page.wait_for_function(DRAWN, arg="way")
    assert "kind=pharmacy" in page.get_by_label("链接").input_value()


def test_an_office_sees_its_own_gaps_on_map_and_table_and_takes_them_along(visit, stored_town):
    page = visit.page
    stored_town.enter(page, "office")
    visit.open(f"{stored_town.address}/office")
    page.get_by_text("内部版").wait_for()
    page.get_by_role("button", name="展开 s0街道").click()
    assert page.locator("tbody tr.community").count() == 3
    page.get_by_role("heading", name="怎样补最省").wait_for()
    page.get_by_role("button", name="显示地图").click()
    page.wait_for_function(DRAWN, arg="fill-community")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="本页表格").click()
    assert waiting.value.suggested_filename.endswith(".csv")


def test_a_planner_names_a_cell_saves_it_and_finds_it_again(visit, stored_town):
    page, name = visit.page, "桥头网格"
    stored_town.enter(page, "planner")
    open_draft(visit, stored_town)
    page.get_by_label("查找编码、名称或社区").fill("第8网格")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="第8网格").wait_for()
    page.get_by_role("button", name="改名").click()
    page.get_by_label("新名称").fill(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="保存（1）").click()
    page.get_by_text("没有未保存的改动").wait_for(state="attached")
    open_draft(visit, stored_town)
    page.get_by_text("第1版").wait_for()
    with stored_town.app.state.office.workspace.reading() as connection:
        cells = read_layer(connection, offices.DRAFT, "cells")
    assert [row.text("name") for row in cells.values()].count(name) == 1


def open_draft(visit, town):
    """Open the draft as a planner does, and wait for its cells."""
    visit.open(f"{town.address}/plan?plan={offices.DRAFT}")
    visit.page.locator(".workbench[aria-busy=false] .map canvas").wait_for()
    visit.page.wait_for_function(DRAWN, arg="cell-fill")
