"""Draw the pictures of docs/web.md and docs/operations.md from a demo that is being served.

Usage: .venv/bin/python tools/draw_app_pictures.py ADDRESS LINK [FOLDER]   (default docs/pictures)

ADDRESS and LINK are what `make demo` prints: where the app is, and the one-time link to log in.
"""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

COLOURS_KEPT, STILL_MS = 128, 3000
MAP = "[...document.querySelectorAll('*')].find((e) => e.onegridMap).onegridMap"
PASSWORD = "pictures of the app"  # noqa: S105  (of a demo on this machine)
ISSUES = [
    ("hazards", "井盖缺失（示意）"),
    ("city_order", "楼道堆物（示意）"),
    ("errands", "代办老年证（示意）"),
    ("disputes", "楼上漏水（示意）"),
    ("pollution", "夜间施工（示意）"),
]
FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


def main(address: str, link: str, folder: Path) -> None:
    """Draw all pictures into `folder`."""
    with sync_playwright() as player:
        path = shutil.which("chromium")
        browser = player.chromium.launch(executable_path=path, args=FLAGS)
        save(resident(browser, address), folder / "web_resident.png")
        view = logged_in(browser, address, link)
        save(office(view, address), folder / "web_office.png")
        save(planner(view, address), folder / "web_plan.png")
        invent_issues(view)
        save(desk(view, address), folder / "work_desk.png")
        save(worker(view, address), folder / "work_round.png")
        browser.close()


def resident(browser: Browser, address: str) -> bytes:
    """Return what a resident sees on a telephone."""
    view = browser.new_page(viewport={"width": 390, "height": 844})
    view.goto(address)
    view.get_by_role("combobox").or_(view.get_by_role("searchbox")).first.fill("横堤")
    view.get_by_role("option").first.click()
    view.get_by_role("button", name="老年食堂").click()
    view.get_by_text("分钟").nth(3).wait_for()
    settle(view)
    return view.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 390, "height": 2300})


def logged_in(browser: Browser, address: str, link: str) -> Page:
    """Return a page of somebody who may draw."""
    view = browser.new_page(viewport={"width": 1280, "height": 800})
    view.goto(address)
    token = link.rpartition("#")[2]
    view.evaluate(
        """async ([token, password]) => {
        const send = (path, body) => fetch(path, {method: "POST", body: JSON.stringify(body),
            headers: {"Content-Type": "application/json"}});
        await send("/api/links/use", {token, password});
        await send("/api/session", {user_id: "demo", password});
        }""",
        [token, PASSWORD],
    )
    return view


def office(view: Page, address: str) -> bytes:
    """Return the board of a subdistrict office."""
    view.goto(f"{address}/office")
    view.get_by_label("设施").select_option(value="elder_care_center")
    view.get_by_label("谁在走").select_option(value="elder_75")
    view.get_by_role("button", name="显示地图").click()
    view.locator("canvas").first.wait_for()
    settle(view)
    return view.screenshot()


def planner(view: Page, address: str) -> bytes:
    """Return a planner's map."""
    view.goto(f"{address}/plan")
    view.locator("canvas").first.wait_for()
    settle(view)
    view.evaluate(f"{MAP}.jumpTo({{center: [114.2675, 30.6075], zoom: 15.3}})")
    view.keyboard.press("d")
    settle(view)
    view.mouse.click(640, 420)
    settle(view)
    return view.screenshot()


def invent_issues(view: Page) -> None:
    """Report some issues in the middle of the district; their words say that they are invented."""
    view.evaluate(
        """async (words) => {
        const {box: [west, south, east, north]} = await (await fetch("/api/district")).json();
        for (const [i, [duty, text]] of words.entries()) {
          const lon = (west + east) / 2 + 0.0009 * (i % 3), lat = (south + north) / 2 + 0.0006 * i;
          const issue = {issue_id: `picture-issue-${i}-of-docs`, duty, text, lon, lat};
          const token = (await (await fetch("/api/session")).json()).csrf;
          const headers = {"Content-Type": "application/json", "X-CSRF-Token": token};
          const body = JSON.stringify(issue);
          const answer = await fetch("/api/issues", {method: "POST", body, headers});
          if (!answer.ok) throw new Error(await answer.text());
        }}""",
        ISSUES,
    )


def desk(view: Page, address: str) -> bytes:
    """Return the issues on the desk, one of them opened."""
    view.goto(f"{address}/cases")
    view.get_by_role("button", name="显示地图").click()
    view.locator("canvas").first.wait_for()
    view.locator("tbody button").first.click()
    settle(view)
    return view.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 1280, "height": 1480})


def worker(view: Page, address: str) -> bytes:
    """Return a grid worker's round on a telephone, the first stop opened."""
    view.set_viewport_size({"width": 390, "height": 844})
    view.goto(f"{address}/work")
    view.locator(".stops summary").first.click()
    settle(view)
    return view.screenshot(full_page=True, clip={"x": 0, "y": 0, "width": 390, "height": 1500})


def settle(view: Page) -> None:
    """Wait until nothing is asked for and nothing moves any more."""
    view.wait_for_load_state("networkidle")
    view.wait_for_timeout(STILL_MS)


def save(picture: bytes, path: Path) -> None:
    """Write a picture in few colours: it is looked at, not measured."""
    image = Image.open(io.BytesIO(picture)).convert("RGB").quantize(COLOURS_KEPT)
    image.save(path, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"), sys.argv[2], Path(*(sys.argv[3:] or ["docs/pictures"])))
