"""``onegrid demo`` as a newcomer meets it: results, pages, a link to log in, a plan to draw on."""

import re
import signal
import socket
import subprocess
import time
from contextlib import closing, contextmanager

import httpx
import pytest

from onegrid.pipeline.workshop import workshop
from onegrid.store import open_workspace, plans

SECONDS = 240
DRAWN = """() => { const map = document.querySelector('.map')?.onegridMap;
  const seen = (layer) => map.queryRenderedFeatures({layers: [layer]}).length > 0;
  return map?.loaded()
    && ['way', 'road', 'building:place'].every((l) => map.getLayer(l) && seen(l)) }"""
PASSWORD = "a password of twenty"  # noqa: S105  (of this test alone)


@contextmanager
def running(program, out, *words):
    """Run a command that serves, and yield a client of it and what it said."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = out.with_suffix(".txt")
    with said.open("w") as file:
        command = [program, *words, "--port", str(port)]
        running = subprocess.Popen(command, stdout=file, stderr=file)  # noqa: S603  (our program)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            until = time.monotonic() + SECONDS
            while not answers(client):
                assert running.poll() is None, said.read_text()
                assert time.monotonic() < until, said.read_text()
                time.sleep(0.2)
            yield client, said.read_text()
    finally:
        running.send_signal(signal.SIGINT)
        running.wait(30)


def answers(client):
    try:
        return client.get("/api/health").is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "out"


def log_in(client, said):
    (token,) = re.findall(r"http://127\.0\.0\.1:\d+/link#(\S+)", said)
    client.post("/api/links/use", json={"token": token, "password": PASSWORD}).raise_for_status()
    session = client.post("/api/session", json={"user_id": "demo", "password": PASSWORD}).json()
    client.headers["X-CSRF-Token"] = session["csrf"]


def test_a_newcomer_sees_the_result_logs_in_and_draws_on_the_branch(program, out):
    with running(program, out, "demo", "--out", out) as (client, said):
        assert "全要素网格" in said
        cells = client.get("/api/cells", params={"limit": 1}).json()
        assert cells["features"]
        assert client.get("/api/plans").json()["total"] == 1  # what is published, for anybody
        log_in(client, said)
        listed = client.get("/api/plans").json()["items"]
        assert {row["plan_id"]: row["status"] for row in listed} == {
            "main": "published",
            "draft": "draft",
        }
        assert client.get("/api/plans/draft/tiles/roads.json").is_success  # the streets it lies on
        cell = client.get("/api/plans/draft/layers/cells", params={"limit": 1}).json()["features"][
            0
        ]
        edit = {"op": "rename", "cell_id": cell["id"], "name": "第一格"}
        saved = client.post("/api/plans/draft/edits", json={"base_revision": 0, "edits": [edit]})
        assert saved.json()["revision"] == 1


def test_a_second_demo_keeps_what_was_drawn(out):
    assert (out / "workspace").is_dir(), "the test before this one makes it"
    assert not workshop(out)["added"]
    place = str(out / "workspace")
    with closing(open_workspace(place)) as opened, opened.reading() as connection:
        assert plans.plan_head(connection, "draft").revision == 1


@pytest.mark.e2e
def test_residents_and_offices_use_the_pages_of_the_sample(program, out, visit):
    place = out / "workspace"
    assert place.is_dir(), "the test before makes it"
    page = visit.page
    with running(program, out, "serve", "--workspace", place) as (client, _):
        visit.open(str(client.base_url))
        page.get_by_role("combobox").fill("小区1号院")
        page.get_by_role("option").first.click()
        page.get_by_role("link", name="打电话").first.wait_for()
        page.get_by_role("button", name="药店").click()
        page.locator(".answers > li .walk").first.wait_for()
        page.get_by_role("button", name="看地图").first.click()
        page.wait_for_function(DRAWN)
        visit.open(f"{client.base_url}/office")
        page.locator("tbody tr.subdistrict").first.wait_for()
        page.get_by_role("heading", name="养老服务待办清单").wait_for()
