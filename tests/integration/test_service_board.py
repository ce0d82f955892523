"""The office's board: public figures for anybody, every figure of one's own area after a login."""

import io
import time
import zipfile

import pytest

import offices
import service
import tables
from asking import Client
from onegrid_api import public

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def app(workspace, tmp_path_factory):
    place = str(tmp_path_factory.mktemp("office") / "w")
    offices.publish(workspace, place)
    made, close = service.service(place)
    yield made
    close()


def units(browser, kind="elder_care_center"):
    answer = browser.get(f"/api/board?kind={kind}")
    assert answer.status_code == 200
    return {(u["level"], u["id"]): u for u in answer.json()["units"]}


def test_anybody_sees_every_unit_and_no_count_of_few_people(app):
    shown = units(service.Browser(app))
    assert len(shown) == len(tables.gaps().query("kind == 'elder_care_center'"))
    for unit in shown.values():
        counts = [unit[n] for n in ("people", "people_covered", "elders_60", "elders_60_covered")]
        assert not any(count is not None and 0 < count < 10 for count in counts)
    few = shown["cell", "c05"]  # four households
    assert few["people"] is None
    assert not service.Browser(app).get("/api/board").json()["office"]


def test_an_office_sees_every_figure_of_its_own_area_and_nothing_of_others(app):
    browser = service.Browser(app, "office")
    shown = units(browser)
    cells = tables.cells()
    own = cells[cells["subdistrict_id"] == "s0"]
    assert {i for level, i in shown if level == "cell"} == set(own.index)
    assert {i for level, i in shown if level == "community"} == set(own["community_id"])
    assert {i for level, i in shown if level in ("subdistrict", "district")} == {"s0"}
    assert shown["cell", "c05"]["people"] == 12
    assert browser.get("/api/board/community/m01").status_code == 404
    assert browser.get("/api/board/subdistrict/s0").status_code == 200


def test_a_community_sees_itself_and_a_planner_everything(app):
    shown = units(service.Browser(app, "town"))
    assert {i for level, i in shown if level != "cell"} == {"m21"}
    everything = units(service.Browser(app, "planner"))
    assert all(unit["people"] is not None for unit in everything.values())
    assert [i for level, i in everything if level == "district"]


def test_the_trend_has_every_published_plan_in_ones_own_area_only(app):
    asked = "/api/trend?kind=pharmacy&profile=plain"
    assert service.Browser(app).get(asked).status_code == 401
    with app.state.office.workspace.writing() as connection:
        offices.add_last_year(connection)
    told = service.Browser(app, "office").get(asked).json()
    assert {plan["plan_id"] for plan in told["plans"]} == {"main", "old"}
    old = [plan["plan_id"] for plan in told["plans"]].index("old")
    own = {unit["id"]: unit["shares"][old] for unit in told["units"]}
    assert own == {"s0": 0.25}
    everything = service.Browser(app, "planner").get(asked).json()["units"]
    assert [unit["level"] for unit in everything].count("district") == 1


def test_lists_of_an_office_without_the_whole_district_are_the_public_ones(app):
    asked = [service.Browser(app, name).get("/api/board/lists").json() for name in (None, "office")]
    assert asked[0] == asked[1]
    assert all(len(row) == len(one["columns"]) for one in asked[0]["lists"] for row in one["rows"])


def test_the_public_report_is_a_file_made_once(app):
    browser = service.Browser(app)
    first, again = (browser.get("/api/report.xlsx") for _ in range(2))
    assert first.content == again.content
    with zipfile.ZipFile(io.BytesIO(first.content)) as archive:
        assert "xl/workbook.xml" in archive.namelist()
        text = archive.read("xl/sharedStrings.xml").decode()
    assert "不公开" in text
    assert "内部资料" not in text


def test_before_anything_is_published_the_board_is_empty(tmp_path):
    service.fill(str(tmp_path / "w"))
    made, close = service.service(str(tmp_path / "w"))
    for name in (None, "office", "planner"):
        browser = service.Browser(made, name)
        assert browser.get("/api/board").json()["units"] == []
        assert browser.get("/api/board/lists").json() == {"lists": []}
    close()


def test_results_without_accounts_have_a_board_too(workspace):
    asking = Client(workspace)
    board, unknown = asking.get("/api/board").json(), asking.get("/api/board/cell/nothing")
    assert (board["office"], board["kinds"]) == (False, list(tables.KINDS))
    assert {unit["kind"] for unit in board["units"]} == {board["kinds"][0]}
    assert unknown.status_code == 404


def test_one_of_many_who_ask_looks_for_news_and_the_others_get_what_was_shown(app, monkeypatch):
    published = app.state.office.published
    shown = published.results()
    monkeypatch.setattr(public, "_SECONDS", 1_000.0)
    assert published.fresh() is shown
    monkeypatch.setattr(published, "_asked", time.monotonic() - 1_500)
    assert published.fresh() is None
    assert published.fresh() is shown
    assert published.results() is shown
    assert published.fresh() is shown
    monkeypatch.setattr(published, "_asked", time.monotonic() - 1_500)
    assert published.fresh() is None  # who is told to look, and does not
    monkeypatch.setattr(published, "_asked", time.monotonic() - 2_500)
    assert published.fresh() is None
