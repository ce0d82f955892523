"""What a browser loads of the web app: scripts and styles of each page, packed by gzip.

``.bench-venv/bin/python benchmarks/web_size.py [--quick] [--date YYYY-MM-DD]``; needs the built
app (``make app``).
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

from bench.page import column
from bench.runs import keep_or_show, run_arguments

import onegrid_api

APP = Path(onegrid_api.__file__).parent / "static" / "app"
PAGES = {"residents": "index", "office": "office", "planner": "plan", "login": "login"}
TARGETS = {("residents", "first"): 15, ("planner", "all"): 550}
ABOUT = (
    "Files of the built app, each packed by gzip -9, in kB of 1,000 bytes. *First view*: what the "
    "page's HTML names, loaded before anything is shown. *In all*: everything these files can load "
    "later, the map library and its worker among them, except the texts of the other language, "
    "which are loaded instead and not besides. No page loads anything from elsewhere."
)
COLUMNS = [
    column("page", "page", None),
    column("first", "first script kB", 1),
    column("first_limit", "at most", 0),
    column("style", "first style kB", 1),
    column("all", "script in all kB", 1),
    column("all_limit", "at most", 0),
]
_NAMED = re.compile(r"[\w.-]+\.(?:js|css)")


def main() -> None:
    """Measure every page that is there and keep the result."""
    asked = run_arguments(__doc__)
    rows = [_row(page, name) for page, name in PAGES.items()]
    table = {"title": "size", "about": ABOUT, "columns": COLUMNS, "rows": rows}
    found = {"title": "The web app's size", "about": "", "tables": [table]}
    keep_or_show("web_size", found, asked)


def _row(page: str, name: str) -> dict[str, Any]:
    html = (APP / f"{name}.html").read_text(encoding="utf-8")
    first = _files(html)
    every = set(first)
    waiting = list(first)
    while waiting:
        named = _files((APP / "assets" / waiting.pop()).read_text(encoding="utf-8"))
        waiting += sorted(named - every)
        every |= named
    return {
        "page": page,
        "first": _kb(first, ".js"),
        "first_limit": TARGETS.get((page, "first")),
        "style": _kb(first, ".css"),
        "all": _kb({one for one in every if "_en-" not in one}, ".js"),
        "all_limit": TARGETS.get((page, "all")),
    }


def _files(text: str) -> set[str]:
    """Return the files of the app that some text names."""
    return {name for name in _NAMED.findall(text) if (APP / "assets" / name).is_file()}


def _kb(names: set[str], ending: str) -> float:
    files = [APP / "assets" / name for name in names if name.endswith(ending)]
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / 1000


if __name__ == "__main__":
    main()
