"""What the residents' page asks: the district, places by name, whom to call, what is open."""

from __future__ import annotations

import json

import geopandas as gpd
import pytest

import tables
from asking import Client
from onegrid.io.files import write_layers


@pytest.fixture
def client(workspace, tmp_path):
    for path in workspace.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    asking = Client(tmp_path, title="示范区")

    def get(url, **params):
        return asking.get(url, params)

    get.folder = tmp_path
    return get


def place_of(cell_id):
    point = tables.cells().geometry.representative_point().to_crs(4326)[cell_id]
    return {"lon": point.x, "lat": point.y}


def test_the_district_tells_what_there_is_to_ask(client):
    body = client("/api/district").json()
    assert body["title"] == "示范区"
    assert (body["grid"], body["nearest"], body["accounts"]) == (True, True, False)
    assert [kind["name"] for kind in body["kinds"]] == list(tables.KINDS)
    assert (body["kinds"][2]["count"], body["kinds"][2]["glyph"]) == (2, "医")
    west, south, east, north = body["box"]
    assert west < place_of("c05")["lon"] < east
    assert south < place_of("c05")["lat"] < north


def test_a_folder_without_results_has_a_district_without_anything(tmp_path):
    (tmp_path / "report.json").write_text("{}", encoding="utf-8")
    asking = Client(tmp_path)
    body, places = asking.get("/api/district").json(), asking.get("/api/places?q=a").json()
    assert (body["grid"], body["nearest"], body["box"], body["kinds"]) == (False, False, None, [])
    assert places == {"items": []}


def test_places_are_found_by_a_part_of_their_name_the_beginning_first(client):
    names = [place["name"] for place in client("/api/places", q="网格").json()["items"]]
    assert len(names) == 8
    first = client("/api/places", q="第2网格").json()["items"][0]
    assert (first["name"], first["what"]) == ("第2网格", "cell")
    assert first["lon"] == pytest.approx(place_of("c01")["lon"], abs=1e-4)
    assert client("/api/places", q="设施4").json()["items"][0]["what"] == "facility"
    assert client("/api/places", q="nowhere").json() == {"items": []}


def test_a_compound_is_found_by_its_name_and_by_its_address(client):
    assert client("/api/places", q="云林").json() == {"items": []}
    cells = tables.cells().geometry
    compounds = gpd.GeoDataFrame(
        {"name": ["云林小区（示意）", "河畔苑（示意）"], "address": ["云林街5号", None]},
        geometry=[cells["c05"].buffer(-50), cells["c08"].centroid],
        crs=tables.CRS,
    )
    write_layers(client.folder / "places.gpkg", {"places": compounds})
    (found,) = client("/api/places", q="街5号").json()["items"]
    assert (found["name"], found["what"], found["within"]) == (
        *("云林小区（示意）", "compound"),
        "云林街5号",
    )
    here = {name: found[name] for name in ("lon", "lat")}
    assert client("/api/which-cell", **here).json()["cell_id"] == "c05"
    assert client("/api/places", q="河畔").json()["items"][0]["within"] == ""


@pytest.mark.parametrize("text", ["", " " * 3, "%", "[a", "x" * 61])
def test_no_text_that_somebody_types_breaks_the_search(client, text):
    answer = client("/api/places", q=text)
    assert answer.status_code in (200, 422)
    assert answer.json().get("items", []) == []


def test_no_figure_of_residents_is_among_the_places(client):
    body = json.dumps(client("/api/places", q="第").json())
    assert set(json.loads(body)["items"][0]) == {"name", "what", "within", "lon", "lat"}


def test_whom_to_call_is_told_only_when_the_office_has_published_it(client):
    assert client("/api/which-cell", **place_of("c05")).json()["contacts"] == []
    (client.folder / "contacts.csv").write_text(
        "id,name,phone\nc05,网格员（示意）,000-0000\nm20,,12345\nm21,居委会,\n", encoding="utf-8"
    )
    contacts = client("/api/which-cell", **place_of("c05")).json()["contacts"]
    assert contacts == [{"of": "cell", "name": "网格员（示意）", "phone": "000-0000"}]
    town = tables.cells().query("community_id == 'm20'").index[0]
    contacts = client("/api/which-cell", **place_of(town)).json()["contacts"]
    assert contacts == [{"of": "community", "name": "", "phone": "12345"}]


def test_an_answer_tells_when_a_service_is_open_in_minutes_of_the_week(client):
    street = gpd.GeoSeries.from_xy([tables.WEST_M + 320], [tables.SOUTH_M + 450], crs=tables.CRS)
    place = {"lon": street.to_crs(4326).x[0], "lat": street.to_crs(4326).y[0]}
    found = client("/api/nearest", **place).json()["kinds"]
    for answer in (one for kind in found.values() for one in kind):
        assert answer["opening_hours"] == "08:00-18:00"
        assert answer["open_spans"] == [[d * 1440 + 480, d * 1440 + 1080] for d in range(7)]
        assert answer["phone"] == answer["address"] == ""
