"""What browser tests share: services on loopback, and the rules of accessibility."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pytest
import uvicorn

import desks
import offices
import service
import tables
from onegrid_api.app import create_app
from onegrid_api.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from fastapi import FastAPI
    from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
# large letters may be paler by the rules that axe knows; for elders they may not
_FAULTS = """() => {
  const ratio = {expected: 4.5, minThreshold: 4.5};
  const options = {contrastRatio: {normal: ratio, large: ratio}};
  axe.configure({checks: [{id: "color-contrast", options}]});
  return axe.run(document, {resultTypes: ["violations"]}).then((found) =>
    found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(" ")}`));
}"""


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
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:  # else a test that fails in the block keeps the program from ending
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


@dataclass(frozen=True)
class Town:
    """A served workspace whose plan is published, with people of every role."""

    app: Any
    address: str

    def enter(self, page: Page, name: str) -> None:
        """Let somebody in on a page, as if they had logged in before."""
        token = service.Browser(self.app, name).cookies["onegrid_session"]
        page.context.add_cookies([{"name": "onegrid_session", "value": token, "url": self.address}])


@contextmanager
def town_at(results: Path, place: str) -> Iterator[Town]:
    """Make a workspace of the made-up district at a place, and serve it."""
    offices.publish(results, place)
    app, _ = service.service(place)
    with app.state.office.workspace.writing() as connection:
        offices.add_last_year(connection)
    with serving(app) as served:  # which closes the workspace too
        yield Town(app, served)


@pytest.fixture(scope="session")
def town(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Serve a workspace that tests may look at, and change nothing of but their own account."""
    with town_at(workspace, str(tmp_path_factory.mktemp("town") / "w")) as made:
        yield made


@pytest.fixture(scope="session")
def desks_served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desks.Desks]:
    """Serve a workspace for all planners who draw: start it once."""
    folder = tmp_path_factory.mktemp("desks")
    desks.fill(folder)
    app, _ = service.service(str(folder / "区"))
    with serving(app) as served:  # which closes the workspace too
        yield desks.Desks(app, served)


@pytest.fixture
def desk(desks_served: desks.Desks, visit: Any) -> desks.Desk:
    """Let a planner sit down to a plan of their own."""
    visit.home = desks_served.address
    return desks_served.sit_down(visit.page)


@pytest.fixture
def own_town(workspace: Path, tmp_path: Path) -> Iterator[Town]:
    """Serve a workspace that one test may change."""
    with town_at(workspace, str(tmp_path / "w")) as made:
        yield made


@pytest.fixture(scope="module", params=["file", "postgis"])
def stored_town(request: pytest.FixtureRequest, workspace: Path) -> Iterator[Town]:
    """Serve a workspace on each store."""
    if request.param == "file":
        yield request.getfixturevalue("town")
        return
    url = request.getfixturevalue("postgis")
    with town_at(workspace, url) as made:
        yield made
    service.wipe(url)


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
        if not page.evaluate("() => 'axe' in window"):  # half a megabyte, once for each page
            page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[str] = page.evaluate(_FAULTS)
        return found

    return look
