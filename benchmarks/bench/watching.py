"""A page in Chromium that is watched: its long tasks, its memory, its work, what it has drawn."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

sys.path.append(str(Path(__file__).parents[2] / "tests"))
import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request

VIEW = {"width": 1280, "height": 800}
_MEGABYTE = 1e6
_LONG = """window.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((e) => e.duration)))
  .observe({type: "longtask", buffered: true});"""
_TINT = 5  # of 255: colours that differ less are the same


@contextmanager
def watched(cookie: str = "", home: str = "") -> Iterator[Watched]:
    """Open an empty page in a browser of its own; with a cookie for the service at `home`."""
    with chromium.started() as browser:
        context = browser.new_context(viewport=VIEW, locale="zh-CN")  # type: ignore[arg-type]
        if cookie:
            name, _, value = cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": home}])
        context.add_init_script(_LONG)
        page = context.new_page()
        page.set_default_timeout(120_000)
        yield Watched(browser, page)


class Watched:
    """A page, and what it costs."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.page = page
        self._browser = browser.new_browser_cdp_session()
        self._engine = page.context.new_cdp_session(page)
        self._engine.send("Performance.enable", {"timeDomain": "threadTicks"})
        self._sent: list[Request] = []
        page.on("requestfinished", self._note)

    def _note(self, request: Request) -> None:
        self._sent.append(request)

    def long_tasks_ms(self) -> list[float]:
        """Return every task of over 50 ms since the page was opened."""
        found: list[float] = self.page.evaluate("longTasks")
        return found

    def task_ms(self) -> float:
        """Return the CPU time of the page's main thread since it was opened."""
        told = self._engine.send("Performance.getMetrics")["metrics"]
        return 1000 * float(next(one["value"] for one in told if one["name"] == "TaskDuration"))

    def heap_mb(self) -> float:
        """Return what the page's own scripts keep, after everything unused is thrown away."""
        self._engine.send("HeapProfiler.collectGarbage")
        return float(self._engine.send("Runtime.getHeapUsage")["usedSize"]) / _MEGABYTE

    def process_mb(self) -> float:
        """Return the private memory of the process that shows the page, its workers included."""
        told = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        return max(_private_mb(one["id"]) for one in told if one["type"] == "renderer")

    def received_mb(self) -> float:
        """Return what came over the wire."""
        return sum(one.sizes()["responseBodySize"] for one in self._sent) / _MEGABYTE

    def share_of(self, selector: str, colour: tuple[int, int, int]) -> float:
        """Return the share of an element's picture that has a colour."""
        picture = self.page.locator(selector).screenshot()
        seen = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(int)
        return float((abs(seen - np.array(colour)).max(axis=2) <= _TINT).mean())


def _private_mb(pid: int) -> float:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    kept = [line.split() for line in told if line.startswith("Private_")]
    return sum(int(words[1]) for words in kept) / 1024
