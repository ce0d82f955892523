"""What holds for every page: access, sizes, languages, and that nobody elsewhere is asked.

A new page joins by a line in `PAGES`. That no request leaves and that the console tells of no error
is looked at by `visit` in every test.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

pytestmark = pytest.mark.e2e
SIZES = {
    "a desktop": {"width": 1280, "height": 800},
    "a phone": {"width": 390, "height": 844},
    "zoom 400 %": {"width": 1280 // 4, "height": 800 // 4},
}
SIDEWAYS = "() => document.documentElement.scrollWidth - window.innerWidth"


@dataclass(frozen=True)
class Known:
    """A page, what is there once it is ready, something it says in English, and who looks at it."""

    path: str
    ready: str
    english: str
    who: str = ""


PAGES = {
    "residents": Known("/", ".search input", "Where are you?"),
    "residents' answers": Known(
        "/#at={lon},{lat}&kind=pharmacy", ".answers > li .walk", "Nearest: pharmacy"
    ),
    "the public board": Known("/office", "tbody tr.subdistrict", "Office board"),
    "an office's board": Known("/office", "tbody tr.subdistrict", "Office board", "office"),
    "logging in": Known("/login", "form input", "Log in"),
    "one's account": Known("/login", ".logins li", "My account", "planner"),
    "a one-time link": Known("/link#nothing", "form input", "Choose a password"),
    "reporting an issue": Known("/report", "form textarea", "Report an issue"),
    "a grid worker's round": Known("/work", ".stops, #todo", "Grid worker", "worker"),
    "nobody's round": Known("/work", "[role=alert] a", "Grid worker"),
    "work on the grid": Known("/cases", ".tabs", "Work on the grid", "office"),
    "staff on the grid": Known("/cases#staff", ".facts", "Who is missing", "office"),
    "a ledger": Known("/cases#ledger", ".card", "Ledger", "office"),
    "planning": Known(
        "/plan?plan=next", ".workbench[aria-busy=false] .map canvas", "Grid planner", "planner"
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_use_a_page_at_any_size_and_in_both_languages(
    visit, town, place, faults, name
):
    known, page = PAGES[name], visit.page
    if known.who:
        town.enter(page, known.who)
    visit.open(town.address + known.path.format(lon=place[0], lat=place[1]))
    page.locator(known.ready).first.wait_for()
    page.wait_for_load_state("networkidle")
    for size, pixels in SIZES.items():
        page.set_viewport_size(pixels)
        assert page.evaluate(SIDEWAYS) <= 0, f"{size} scrolls sideways"
        assert faults(page) == [], size
    page.set_viewport_size(SIZES["a desktop"])
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name=known.english).first.wait_for(state="attached")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert faults(page) == []
