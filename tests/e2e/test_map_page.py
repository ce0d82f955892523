"""The exported map opens from disk, draws what it was given, and asks nobody for anything."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

import tables
from onegrid.maps import result_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from conftest import Visit

pytestmark = pytest.mark.e2e

# the map's own object, found without a global: every layer it holds knows it
FIND_MAP = "const map = Object.values(window).find((v) => v && v instanceof L.Map);"
DRAWN = (
    f"() => {{ {FIND_MAP} let drawn = 0;"
    "map.eachLayer((l) => { if (l.feature && l._path !== null && l._pxBounds) drawn += 1; });"
    "return drawn; }"
)


@pytest.fixture
def opened(visit: Visit, tmp_path: Path) -> Page:
    path = tmp_path / "map.html"
    path.write_text(
        result_page(tables.map_tables(), title="管城网格 <b>一张网</b>"), encoding="utf-8"
    )
    visit.open(path.as_uri())
    visit.page.wait_for_selector("canvas.leaflet-zoom-animated")
    return visit.page


def colour_at(page: Page, lon: float, lat: float) -> list[int]:
    """Return the colour that the canvas shows at a place."""
    return page.evaluate(
        f"([lon, lat]) => {{ {FIND_MAP}"
        "const canvas = document.querySelector('canvas.leaflet-zoom-animated');"
        "const p = map.latLngToContainerPoint([lat, lon]), box = canvas.getBoundingClientRect();"
        "const at = map.getContainer().getBoundingClientRect();"
        "const scale = canvas.width / box.width;"
        "return [...canvas.getContext('2d').getImageData((p.x + at.x - box.x) * scale,"
        "(p.y + at.y - box.y) * scale, 1, 1).data]; }",
        [lon, lat],
    )


def lonlat(cell_id: str) -> tuple[float, float]:
    place = tables.cells().geometry.representative_point().to_crs(4326)[cell_id]
    return place.x, place.y


def test_every_visible_feature_is_drawn_on_the_canvas(opened):
    elder_facilities = 4  # two centres and two day care stations; pharmacies are switched off
    expected = 24 + 6 + 2 + elder_facilities  # cells, communities, streets and railway
    assert opened.evaluate(DRAWN) == expected


def test_neighbouring_cells_of_different_size_have_different_fills(opened):
    small, moderate = colour_at(opened, *lonlat("c04")), colour_at(opened, *lonlat("c08"))
    assert small[3] > 0
    assert moderate[3] > 0
    assert small != moderate


def test_the_theme_switch_repaints_the_cells_and_the_legend(opened):
    before = colour_at(opened, *lonlat("c08"))
    opened.get_by_label("专题").select_option(label="缺口：居家养老服务中心(街道级)")
    assert colour_at(opened, *lonlat("c08")) != before
    assert "距离过远" in opened.locator(".legend").inner_text()


def test_a_tooltip_names_the_cell_and_shows_hostile_names_as_text(opened):
    place = opened.evaluate(
        f"([lon, lat]) => {{ {FIND_MAP} const p = map.latLngToContainerPoint([lat, lon]);"
        "const at = map.getContainer().getBoundingClientRect(); return [p.x + at.x, p.y + at.y]; }",
        lonlat("c05"),
    )
    opened.mouse.move(place[0] - 25, place[1] - 25)
    opened.mouse.move(place[0] - 24, place[1] - 24)
    text = opened.locator(".leaflet-tooltip").inner_text()
    assert "第6网格" in text
    assert "户数\t少于10或不公开" in text  # four households
    assert '<img src=x onerror="alert(1)"></script>' in text


def test_switching_a_layer_on_draws_it_and_adds_its_legend(opened):
    before = opened.evaluate(DRAWN)
    opened.get_by_label("老网格：应急").check()
    assert opened.evaluate(DRAWN) == before + 24
    assert "老网格：应急" in opened.locator(".legend").inner_text()


def test_the_page_says_whose_data_it_shows_and_that_it_is_made_up(opened):
    assert (
        "© OpenStreetMap contributors (ODbL)"
        in opened.locator(".leaflet-control-attribution").inner_text()
    )
    assert "示意数据" in opened.locator(".banner").inner_text()
    assert opened.locator("h1").inner_text() == "管城网格 <b>一张网</b>"


def test_on_a_phone_the_panels_are_folded_and_the_map_is_not_covered(opened):
    opened.set_viewport_size({"width": 390, "height": 780})
    opened.reload()
    opened.wait_for_selector("canvas.leaflet-zoom-animated")
    assert not opened.locator("details.panel").evaluate("(panel) => panel.open")
    assert not opened.get_by_label("老网格：应急").is_visible()


def test_a_slider_steps_through_the_scenarios(visit: Visit, tmp_path: Path):
    today = tables.gaps().query("kind == 'elder_care_center'")
    more = today.assign(cause="covered", people_covered=today["people"])
    more = more.assign(elders_60_covered=today["elders_60"])
    both = pd.concat([today.assign(scenario="现状"), more.assign(scenario="加一处")])
    path = tmp_path / "map.html"
    given = replace(tables.map_tables(), scenarios=both)
    path.write_text(result_page(given, title="x"), encoding="utf-8")
    visit.open(path.as_uri())
    page = visit.page
    page.wait_for_selector("canvas.leaflet-zoom-animated")
    steps = page.locator(".steps")
    assert not steps.is_visible()
    page.get_by_label("专题").select_option(label="情景对照：居家养老服务中心(街道级)")
    assert steps.locator("output").inner_text() == "现状"
    before = colour_at(page, *lonlat("c08"))
    steps.locator("input").press("ArrowRight")
    assert steps.locator("output").inner_text() == "加一处"
    assert colour_at(page, *lonlat("c08")) != before
