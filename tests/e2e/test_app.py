"""The app in a browser: results, finder, map and API page, nothing from anywhere else."""

from __future__ import annotations

import socket
import threading
import time
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import uvicorn

import tables
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def address(workspace: Path) -> Iterator[str]:
    app = create_app(Settings(workspace=workspace, synthetic=True))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def place() -> tuple[str, str]:
    point = gpd.GeoSeries.from_xy([tables.WEST_M + 320], [tables.SOUTH_M + 450], crs=tables.CRS)
    lonlat = point.to_crs(4326)
    return f"{lonlat.x[0]:.6f}", f"{lonlat.y[0]:.6f}"


def test_the_result_page_shows_numbers_for_every_reader(visit, address):
    visit.open(f"{address}/results")
    text = visit.page.locator("main").inner_text()
    for expected in ("24", "57.1%", "91.2%", "政法老网格保持完整", "居家养老服务中心", "下载"):
        assert expected in text
    assert "示意数据" in visit.page.locator(".banner").inner_text()


def test_a_resident_finds_the_nearest_with_the_keyboard_alone(visit, address):
    visit.open(f"{address}/results")
    page = visit.page
    lon, lat = place()
    page.get_by_label("找什么").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("找什么").input_value() == "pharmacy"
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(lon)
    page.keyboard.press("Tab")
    page.keyboard.type(lat)
    page.keyboard.press("Enter")
    page.locator("#answers > li").first.wait_for()
    assert page.locator("#answers > li").count() == 2
    assert "步行约" in page.locator("#answers > li").first.inner_text()
    assert "找到2处" in page.locator("#message").inner_text()


def test_the_position_of_the_device_fills_the_form(visit, address):
    visit.open(f"{address}/results")
    page = visit.page
    lon, lat = map(float, place())
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon, "latitude": lat})
    page.get_by_label("找什么").select_option("pharmacy")
    page.get_by_role("button", name="用我的位置").click()
    page.locator("#answers > li").first.wait_for()


def test_the_map_runs_under_its_own_policy(visit, address):
    visit.open(f"{address}/map")
    visit.page.wait_for_selector("canvas.leaflet-zoom-animated")
    assert visit.page.locator("details.panel").is_visible()


def test_the_description_of_the_api_is_served_from_here(visit, address):
    visit.open(f"{address}/api/docs")
    visit.page.locator(".opblock").first.wait_for()
    assert visit.page.locator(".opblock").count() >= 8


def test_main_targets_and_text_are_large_enough_for_elders(visit, address):
    visit.open(f"{address}/results")
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 800})
    sizes = page.evaluate(
        "() => [...document.querySelectorAll('button, .button')]"
        ".map((e) => e.getBoundingClientRect().height)"
    )
    assert min(sizes) >= 60
    size = page.evaluate("() => parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 18
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
