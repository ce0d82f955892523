"""Draw the pictures of docs/street-office.md from the report of a result folder.

Usage: .venv/bin/python tools/draw_office_pictures.py RESULT [FOLDER]   (default docs/pictures)

RESULT is what `onegrid demo --no-serve --out RESULT` leaves.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.reporting import write_report
from onegrid.reports import ReportOptions

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTH, COLOURS_KEPT, MAP_COLOURS = 820, 48, 128
GAPS = "缺口：居家养老服务中心(街道级)，75–84岁老人"


def main(results: Path, folder: Path) -> None:
    """Draw all pictures into `folder`."""
    with tempfile.TemporaryDirectory() as place, sync_playwright() as player:
        page = Path(place) / "report.html"
        write_report(results, page, options=ReportOptions(cells=None))
        browser = player.chromium.launch(executable_path=shutil.which("chromium"))
        view = browser.new_page(viewport={"width": WIDTH, "height": 520})
        view.goto(page.as_uri())
        save(view.screenshot(), folder / "office_summary.png")
        save(at(view, "h3", "居家养老服务中心"), folder / "office_elders.png")
        save(at(view, "h3", "养老服务待办清单"), folder / "office_todo.png")
        view.set_viewport_size({"width": WIDTH, "height": 900})
        save(view.locator("section.sheet").nth(60).screenshot(), folder / "office_cell.png")
        view.set_viewport_size({"width": WIDTH, "height": 640})
        save(at(view, "h3", "面积与床位核对"), folder / "office_sizes.png")
        chart = Path(place) / "map.html"
        draw_map(results, chart)
        view.set_viewport_size({"width": 1200, "height": 760})
        view.goto(chart.as_uri())
        view.get_by_label("专题").select_option(label=GAPS)
        view.get_by_label("怎样补最省").check()
        save(view.screenshot(), folder / "office_map.png", colours=MAP_COLOURS)
        browser.close()


def at(view: Page, tag: str, words: str) -> bytes:
    """Return what stands below a heading."""
    view.locator(tag, has_text=words).last.evaluate("heading => heading.scrollIntoView()")
    return view.screenshot()


def save(raw: bytes, path: Path, *, colours: int = COLOURS_KEPT) -> None:
    """Write a picture with few colours: small in the repository."""
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("docs/pictures"))  # noqa: PLR2004  (an optional word)
