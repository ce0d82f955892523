"""The service answers in one shape, publishes no figure of few people, and keeps pages at home."""

from __future__ import annotations

import json
import os
from pathlib import Path

import geopandas as gpd
import pytest

import tables
from asking import Client
from onegrid import standards
from onegrid.errors import InputError, OnegridError
from onegrid_api.app import from_environment
from onegrid_api.errors import STATUS, status_of
from onegrid_api.settings import Settings


@pytest.fixture(scope="module")
def client(workspace):
    return Client(workspace)


def error_of(answer):
    body = answer.json()
    assert set(body) == {"code", "message", "details"}
    return answer.status_code, body["code"]


def place_of(cell_id):
    point = tables.cells().geometry.representative_point().to_crs(4326)[cell_id]
    return {"lon": point.x, "lat": point.y}


def test_health_names_the_results_that_are_there(client):
    body = client.get("/api/health").json()
    assert body["status"] == "ok"
    assert "grid.gpkg" in body["results"]
    assert "doors.parquet" not in body["results"]


def test_the_summary_counts_doors_outside_but_does_not_name_them(client):
    body = client.get("/api/summary").json()
    assert body["merge"]["cells"] == 24
    assert body["merge"]["points_outside"] == 2
    assert "door-1" not in json.dumps(body)


def test_cells_come_in_pages_that_add_up_to_all(client):
    ids, url = [], "/api/cells?limit=10"
    while url:
        body = client.get(url).json()
        ids += [feature["id"] for feature in body["features"]]
        url = body["next"]
    assert ids == sorted(tables.cells().index)
    assert body["total"] == 24


def test_cells_are_in_lonlat_and_hide_few_households_and_a_neighbour(client):
    features = client.get("/api/cells").json()["features"]
    west, south = features[0]["geometry"]["coordinates"][0][0]
    assert 116 < west < 118
    assert 38 < south < 39
    hidden = [f["id"] for f in features if f["properties"]["households"] is None]
    few = tables.cells().query("0 < households < 10").index
    assert set(few) < set(hidden)
    shown = tables.cells().drop(hidden)["households"]
    counts = {f["id"]: f["properties"]["households"] for f in features}
    assert all(counts[i] == shown[i] for i in shown.index)


def test_no_count_of_one_to_nine_people_is_in_any_public_answer(client):
    rows = client.get("/api/gaps?limit=1000").json()["items"]
    assert len(rows) == len(tables.gaps())
    for row in rows:
        for whole, part in (("people", "people_covered"), ("elders_60", "elders_60_covered")):
            if row[part] is not None:
                assert not 0 < row[part] < 10
                if row[whole] is not None:
                    assert not 0 < row[whole] - row[part] < 10


def test_gaps_can_be_asked_by_level_and_kind(client):
    body = client.get("/api/gaps?level=subdistrict&kind=pharmacy").json()
    assert body["total"] == 2
    assert {(r["level"], r["kind"]) for r in body["items"]} == {("subdistrict", "pharmacy")}


def test_the_spreadsheet_of_gaps_is_the_public_one(client):
    answer = client.get("/api/gaps.csv")
    assert answer.text.startswith("\ufefflevel,id,kind,people")
    first = next(r for r in answer.text.splitlines() if r.startswith("cell,c05,pharmacy"))
    assert first.split(",")[3] == ""


def test_facilities_are_filtered_by_kind(client):
    body = client.get("/api/facilities?kind=pharmacy").json()
    assert body["total"] == 2
    assert {f["properties"]["kind"] for f in body["features"]} == {"pharmacy"}


def by_the_street():
    """Return a place 20 m from a street of the lattice."""
    point = gpd.GeoSeries.from_xy([tables.WEST_M + 320], [tables.SOUTH_M + 450], crs=tables.CRS)
    return {"lon": point.to_crs(4326).x[0], "lat": point.to_crs(4326).y[0]}


def test_a_list_is_sent_again_only_when_its_file_has_changed(workspace, tmp_path):
    for name in ("report.json", "grid.gpkg"):
        (tmp_path / name).write_bytes((Path(workspace) / name).read_bytes())
    client = Client(tmp_path)
    tag = {"If-None-Match": client.get("/api/cells").headers["ETag"]}
    assert client.get("/api/cells", headers=tag).status_code == 304
    assert client.get("/api/cells", {"limit": 3}, headers=tag).status_code == 200
    os.utime(tmp_path / "grid.gpkg", (1, 1))
    assert client.get("/api/cells", headers=tag).status_code == 200


def test_the_nearest_are_sorted_by_time_and_the_way_starts_where_one_stands(client):
    place = by_the_street()
    body = client.get("/api/nearest", params={**place, "kind": "pharmacy"}).json()
    times = [answer["walk_s"] for answer in body["kinds"]["pharmacy"]]
    assert len(times) == 2
    assert times == sorted(times)
    start = body["kinds"]["pharmacy"][0]["route"]["coordinates"][0]
    assert start == pytest.approx([place["lon"], place["lat"]], abs=2e-6)


def test_a_slower_walker_needs_longer(client):
    ask = {**by_the_street(), "kind": "pharmacy"}
    plain, old = (
        client.get("/api/nearest", params={**ask, "profile": p}).json()["kinds"]["pharmacy"][0]
        for p in ("plain", "elder_85")
    )
    assert old["walk_s"] > plain["walk_s"]


def test_every_cell_is_found_at_a_point_inside_it(client):
    for cell_id in tables.cells().index[::5]:
        body = client.get("/api/which-cell", params=place_of(cell_id)).json()
        assert body["cell_id"] == cell_id
        assert body["community_id"] == tables.cells().loc[cell_id, "community_id"]


@pytest.mark.parametrize(
    ("url", "status", "code"),
    [
        ("/api/nothing", 404, "NOT_FOUND"),
        ("/api/which-cell?lon=0&lat=0", 404, "NOT_THERE"),
        ("/api/which-cell?lon=200&lat=0", 422, "REQUEST"),
        ("/api/which-cell?lon=nan&lat=0", 422, "REQUEST"),
        ("/api/which-cell?lon=x", 422, "REQUEST"),
        ("/api/gaps?level=planet", 422, "REQUEST"),
        ("/api/cells?offset=-1", 422, "REQUEST"),
        ("/api/cells?limit=0", 422, "REQUEST"),
        ("/api/nearest?lon=116.84&lat=38.29&profile=flying", 422, "PROFILE_UNKNOWN"),
        ("/api/nearest?lon=116.8&lat=38.2", 422, "AT_FAR"),
    ],
)
def test_a_bad_request_is_refused_with_a_code(client, url, status, code):
    assert error_of(client.get(url)) == (status, code)


def test_an_offset_past_the_end_is_an_empty_page(client):
    body = client.get("/api/cells?offset=9999").json()
    assert body["features"] == []
    assert body["next"] is None


def test_errors_do_not_tell_where_files_lie_on_the_server(tmp_path):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    (tmp_path / "facilities.gpkg").write_bytes(b"")
    (tmp_path / "grid.gpkg").write_text("not a geopackage", encoding="utf-8")
    client = Client(tmp_path)
    for url in ("/api/district", "/api/cells", "/api/gaps", "/api/facilities", "/map"):
        answer = client.get(url)
        error_of(answer)
        assert str(tmp_path) not in answer.text


def test_a_workspace_without_results_still_has_a_page(tmp_path):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    client = Client(tmp_path)
    assert client.get("/api/district").json()["grid"] is False


@pytest.mark.parametrize(
    "name", ["doors.parquet", "gaps.csv", "grid.gpkg", "report.json", "../report.json", "fixes.csv"]
)
def test_no_file_of_the_workspace_is_served_as_it_is(client, name):
    for folder in ("", "static/", "api/", "static/../"):
        answer = client.get(f"/{folder}{name}")
        assert answer.status_code == 404 or answer.url.path == "/api/gaps.csv"


@pytest.mark.parametrize("url", ["/", "/sw.js", "/map", "/api/docs", "/api/health", "/api/nothing"])
def test_every_answer_forbids_other_origins(client, url):
    headers = client.get(url).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(("default-src 'self'", "default-src 'none'"))
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert "script-src 'unsafe-inline'" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_people_who_lose_their_way_read_a_page_and_programs_an_error(client):
    page = client.get("/nowhere", headers={"Accept": "text/html,*/*"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "没有这一页" in page.text
    assert error_of(client.get("/nowhere")) == (404, "NOT_FOUND")
    assert error_of(client.get("/api/nowhere", headers={"Accept": "text/html"}))[0] == 404


def test_the_server_program_finds_its_folder_in_the_environment(workspace, monkeypatch):
    monkeypatch.setenv("ONEGRID_WORKSPACE", str(workspace))
    assert from_environment().state.settings.workspace == workspace


def test_made_up_figures_are_marked_as_such(tmp_path):
    (tmp_path / "report.json").write_text('{"source": {"synthetic": true}}', encoding="utf-8")
    assert Client(tmp_path).get("/api/district").json()["synthetic"] is True


def test_a_folder_without_results_is_refused_at_start(tmp_path):
    with pytest.raises(InputError, match="WORKSPACE"):
        Settings(workspace=tmp_path)


def test_every_deliberate_error_has_a_status():
    def below(kind):
        return {kind}.union(*(below(k) for k in kind.__subclasses__()))

    assert all(status_of(kind("x")) in STATUS.values() for kind in below(OnegridError))


def test_answers_follow_the_files_when_they_change(workspace, tmp_path):
    for name in ("report.json", "grid.gpkg"):
        (tmp_path / name).write_bytes((Path(workspace) / name).read_bytes())
    client = Client(tmp_path)
    assert client.get("/api/summary").json()["merge"]["cells"] == 24
    (tmp_path / "report.json").write_text('{"merge": {"cells": 7}}', encoding="utf-8")
    assert client.get("/api/summary").json()["merge"]["cells"] == 7


def test_pages_are_told_the_kinds_and_departments_of_the_standards_in_two_languages(client):
    answer = client.get("/api/standards")
    told = answer.json()
    assert [one["name"] for one in told["departments"]] == list(standards.departments())
    assert told["departments"][1]["label_zh"] == standards.department_label("emergency")
    assert {one["name"] for one in told["kinds"]} == set(standards.kinds())
    limits = {one["name"]: one["minutes"] for one in told["kinds"]}
    assert {norm.kind: norm.minutes for norm in standards.pack()}.items() <= limits.items()
    assert all(one["label_zh"] and one["label_en"] and one["glyph"] for one in told["kinds"])
    again = client.get("/api/standards", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
