"""What browser tests share: services on loopback, and the rules of accessibility."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import pytest
import uvicorn

import tables
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from fastapi import FastAPI
    from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
_FAULTS = """() => axe.run(document, {resultTypes: ["violations"]}).then((found) =>
  found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`))"""


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an app on loopback as long as the block lasts; the value is its address."""
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


@pytest.fixture(scope="session", name="serving")
def serving_fixture() -> Callable[[FastAPI], AbstractContextManager[str]]:
    """Return what serves an app as long as a block lasts."""
    return serving


@pytest.fixture(scope="session")
def address(workspace: Path) -> Iterator[str]:
    """Serve the results of the made-up district."""
    with serving(create_app(Settings(workspace=workspace, synthetic=True))) as served:
        yield served


@pytest.fixture(scope="session")
def place() -> tuple[float, float]:
    """Return longitude and latitude of a place by a street of the made-up district."""
    point = gpd.GeoSeries.from_xy([tables.WEST_M + 320], [tables.SOUTH_M + 450], crs=tables.CRS)
    lonlat = point.to_crs(4326)
    return round(float(lonlat.x[0]), 4), round(float(lonlat.y[0]), 4)


@pytest.fixture
def faults() -> Callable[[Page], list[str]]:
    """Return what looks for faults of accessibility on a page as it stands."""

    def look(page: Page) -> list[str]:
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = page.evaluate(_FAULTS)
        return found

    return look
