"""Pages that are no part of the web app: the exported map and the description of the API."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.e2e


def test_the_map_runs_under_its_own_policy(visit, address):
    visit.open(f"{address}/map")
    visit.page.wait_for_selector("canvas.leaflet-zoom-animated")
    assert visit.page.locator("details.panel").is_visible()


def test_the_description_of_the_api_is_served_from_here(visit, address):
    visit.open(f"{address}/api/docs")
    visit.page.locator(".opblock").first.wait_for()
    assert visit.page.locator(".opblock").count() >= 8
