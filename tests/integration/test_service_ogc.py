"""OGC API Features: what other programs read and write, on both stores."""

import base64
import json
import subprocess
import sys
import threading
import time
from urllib.parse import urlencode

import pytest
import shapely
import uvicorn

import edits
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import plans
from service import PASSWORD, Browser, rename

pytestmark = pytest.mark.integration
BASE = "/ogc/plans/main"
ITEMS = f"{BASE}/collections/cells/items"
OWN_CRS = "http://www.opengis.net/def/crs/EPSG/0/4547"
LAT_LON = "http://www.opengis.net/def/crs/EPSG/0/4326"


@pytest.fixture
def planner(app):
    return Browser(app, "planner")


def publish(app):
    with app.state.office.workspace.writing() as connection:
        plans.set_status(connection, "main", base=0, was=plans.DRAFT, to=plans.PUBLISHED)
    app.state.office.published._asked = -9  # noqa: SLF001  (a second later)


def asked(browser, **query):
    answer = browser.get(f"{ITEMS}?{urlencode(query)}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    return answer.json()


def ids(body):
    return [feature["id"] for feature in body["features"]]


def links(body):
    return {one["rel"]: one["href"].removeprefix("http://app") for one in body["links"]}


def sound(app):
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        return edits.faults(frames_of(connection, "main", srid=workspace.srid))


def test_every_link_of_the_landing_page_leads_somewhere(app, planner):
    publish(app)
    for base, browser in (("/ogc", Browser(app)), (BASE, planner)):
        page = browser.get(base).json()
        found = links(page)
        assert {"self", "service-desc", "service-doc", "conformance", "data"} <= found.keys()
        assert all(browser.get(href).status_code == 200 for href in found.values())
        classes = browser.get(found["conformance"]).json()["conformsTo"]
        assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in classes
        description = browser.get(found["service-desc"])
        assert description.headers["content-type"].startswith("application/vnd.oai.openapi+json")
        assert description.json()["openapi"].startswith("3.0")
        collections = browser.get(found["data"]).json()["collections"]
        assert "cells" in [one["id"] for one in collections]
        for one in collections:
            assert one["crs"][0].endswith("CRS84")
            assert one["storageCrs"] in one["crs"]
            assert one["itemType"] == "feature"
            alone = browser.get(links(one)["self"]).json()
            assert alone == one
            body = browser.get(links(one)["items"]).json()
            assert body["type"] == "FeatureCollection"
            assert body["numberReturned"] == len(body["features"]) <= body["numberMatched"]
            assert body["timeStamp"].endswith("Z")


def test_pages_follow_each_other_and_add_up_to_all(planner):
    whole = asked(planner, limit=1000)
    assert whole["numberMatched"] == len(whole["features"]) > 10
    found, url = [], f"{ITEMS}?limit=4"
    while url:
        body = planner.get(url).json()
        assert len(body["features"]) <= 4
        found += ids(body)
        url = links(body).get("next")
    assert found == ids(whole)
    assert links(planner.get(f"{ITEMS}?limit=4&offset=8").json())["prev"].endswith("offset=4")


def test_items_are_found_by_place_in_every_crs(planner):
    whole = asked(planner, limit=1000)
    one = shapely.geometry.shape(whole["features"][0]["geometry"])
    west, south, east, north = shapely.buffer(one.representative_point(), 1e-6).bounds
    near = asked(planner, bbox=f"{west},{south},{east},{north}")
    assert ids(near) == [whole["features"][0]["id"]]
    assert near["numberMatched"] == 1
    turned = asked(planner, **{"bbox": f"{south},{west},{north},{east}", "bbox-crs": LAT_LON})
    assert ids(turned) == ids(near)
    high = asked(planner, bbox=f"{west},{south},-5,{east},{north},900")
    assert ids(high) == ids(near)
    assert asked(planner, bbox="0,0,1,1")["features"] == []
    assert asked(planner, bbox="170,-10,-170,10")["features"] == []
    relation = f"S_INTERSECTS(geometry, BBOX({west},{south},{east},{north}))"
    assert ids(asked(planner, filter=relation)) == ids(near)
    lat_lon = asked(planner, crs=LAT_LON, limit=1)["features"][0]["geometry"]
    flipped = shapely.transform(shapely.geometry.shape(lat_lon), lambda xy: xy[:, ::-1])
    assert shapely.equals_exact(flipped, one, 1e-9)


def test_coordinates_in_the_plans_own_crs_are_northing_then_easting(app, planner):
    answer = planner.get(f"{ITEMS}/c0000?{urlencode({'crs': OWN_CRS})}")
    assert answer.headers["content-crs"] == f"<{OWN_CRS}>"
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        stored = frames_of(connection, "main", srid=workspace.srid)["cells"].geometry["c0000"]
    got = shapely.geometry.shape(answer.json()["geometry"])
    assert shapely.equals_exact(shapely.transform(got, lambda xy: xy[:, ::-1]), stored, 1e-3)


def test_items_are_found_by_their_properties_and_by_filters(planner):
    whole = asked(planner, limit=1000)["features"]
    people = {f["id"]: f["properties"]["people"] for f in whole}
    assert ids(asked(planner, cell_id="c0000")) == ["c0000"]
    assert ids(asked(planner, community_id="m0-0", people=people["c0000"])) == [
        f["id"] for f in whole
        if f["properties"]["community_id"] == "m0-0"
        and f["properties"]["people"] == people["c0000"]
    ]  # fmt: skip
    middle = sorted(people.values())[len(people) // 2]
    many = asked(planner, filter=f"people >= {middle} AND NOT cell_id = 'c0000'", limit=1000)
    assert set(ids(many)) == {i for i, n in people.items() if n >= middle} - {"c0000"}
    assert asked(planner, datetime="2020-01-01T00:00:00Z/..")["numberMatched"] == len(whole)
    named = planner.get(f"{BASE}/collections/cells/queryables").json()["properties"]
    assert named["people"]["type"] == "number"
    assert named["name"]["type"] == "string"


@pytest.mark.parametrize("query", [
    "limit=0", "limit=x", "offset=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=0,9,1,8", "nothing=1",
    "crs=EPSG:4326", "bbox-crs=moon", "datetime=yesterday", "filter=people%20>", "people=many",
    "filter=people%20=%20'x'", "filter-lang=cql-json", "filter=nothing=1", "filter=((((((",
])  # fmt: skip
def test_what_is_not_understood_is_400(planner, query):
    answer = planner.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.json()["code"]) in {(400, "QUERY"), (400, "FILTER")}


def test_an_item_is_known_by_its_tag(planner):
    first = planner.get(f"{ITEMS}/c0000")
    tag = first.headers["etag"]
    assert planner.get(f"{ITEMS}/c0000", headers={"If-None-Match": tag}).status_code == 304
    assert links(first.json())["collection"] == f"{BASE}/collections/cells"
    assert planner.get(f"{ITEMS}/moon").status_code == 404
    assert planner.get(f"{BASE}/collections/moon").status_code == 404
    planner.edit(rename("c0000", "甲"), base=0)
    assert planner.get(f"{ITEMS}/c0000", headers={"If-None-Match": tag}).status_code == 200


def test_a_program_sees_what_it_may_write(app, planner):
    def methods(browser, path):
        return set(browser.ask("OPTIONS", path).headers["allow"].split(", "))

    assert methods(planner, ITEMS) == {"GET", "OPTIONS", "POST"}
    assert methods(planner, f"{ITEMS}/c0000") == {"GET", "OPTIONS", "PUT", "PATCH", "DELETE"}
    assert methods(planner, f"{BASE}/collections/communities/items") == {"GET", "OPTIONS"}
    assert methods(Browser(app, "worker"), ITEMS) == {"GET", "OPTIONS"}
    publish(app)
    assert methods(planner, ITEMS) == {"GET", "OPTIONS"}
    assert methods(Browser(app), "/ogc/collections/cells/items") == {"GET", "OPTIONS"}


def put(browser, feature, headers=None):
    """Send a whole item back, as QGIS does after an edit."""
    named = {k: feature[k] for k in ("type", "id", "geometry", "properties")}
    told = {"Content-Type": "application/geo+json"} | (headers or {})
    return browser.ask("PUT", f"{ITEMS}/{feature['id']}", content=json.dumps(named), headers=told)


def test_an_item_that_is_sent_back_renamed_and_moved_is_an_edit(app, planner):
    feature = planner.get(f"{ITEMS}/c0100").json()
    assert put(planner, feature).status_code == 204
    assert planner.get("/api/plans/main").json()["revision"] == 0  # nothing was changed
    feature["properties"]["name"] = "甲"
    assert put(planner, feature).status_code == 204
    history = planner.get("/api/plans/main/history").json()["items"]
    assert [one["op"] for one in history[0]["ops"]] == ["rename"]
    neighbours = planner.get(f"{ITEMS}?limit=1000").json()["features"]
    ring = feature["geometry"]["coordinates"][0]
    statuses = []
    for n in range(1, len(ring) - 1):
        drawn = json.loads(json.dumps(feature))
        x, y = ring[n]
        drawn["geometry"]["coordinates"][0][n] = [x + 2e-5, y + 1e-5]
        statuses.append(put(planner, drawn).status_code)
        if statuses[-1] == 204:
            break
    assert statuses[-1] == 204, statuses
    now = planner.get(f"{ITEMS}/c0100").json()["geometry"]["coordinates"][0]
    assert [x + 2e-5, y + 1e-5] == pytest.approx(min(now, key=lambda p: abs(p[0] - x - 2e-5) +
                                                     abs(p[1] - y - 1e-5)), abs=2e-8)  # fmt: skip
    after = {f["id"]: f["geometry"] for f in planner.get(f"{ITEMS}?limit=1000").json()["features"]}
    assert sum(after[f["id"]] != f["geometry"] for f in neighbours) > 1
    assert sound(app) == []


def test_a_vertex_that_is_drawn_on_a_border_is_inserted_and_moved(app, planner):
    feature = planner.get(f"{ITEMS}/c0101").json()
    ring = feature["geometry"]["coordinates"][0]
    for n in range(len(ring) - 1):
        drawn = json.loads(json.dumps(feature))
        middle = [(a + b) / 2 + 1e-6 for a, b in zip(ring[n], ring[n + 1], strict=True)]
        drawn["geometry"]["coordinates"][0].insert(n + 1, middle)
        answer = put(planner, drawn)
        if answer.status_code == 204:
            break
    assert answer.status_code == 204, answer.text
    history = planner.get("/api/plans/main/history").json()["items"]
    assert "insert_vertex" in [one["op"] for one in history[0]["ops"]]
    assert sound(app) == []


def test_a_new_item_is_cut_out_of_a_cell_and_a_deleted_one_goes_to_its_neighbour(app, planner):
    feature = planner.get(f"{ITEMS}/c0101").json()
    whole = shapely.geometry.shape(feature["geometry"])
    west, south, east, north = whole.bounds
    half = shapely.intersection(whole, shapely.box(west, south, (west + east) / 2, north))
    body = {"type": "Feature", "geometry": shapely.geometry.mapping(half),
            "properties": {"name": "新"}}  # fmt: skip
    made = planner.post(ITEMS, body)
    assert made.status_code == 201, made.text
    place = made.headers["location"].removeprefix("http://app")
    new = planner.get(place).json()
    assert (new["id"], new["properties"]["name"]) == ("c0101-2", "新")
    assert shapely.geometry.shape(new["geometry"]).area == pytest.approx(half.area, rel=1e-3)
    rest = shapely.geometry.shape(planner.get(f"{ITEMS}/c0101").json()["geometry"])
    assert rest.area + half.area == pytest.approx(whole.area, rel=1e-3)
    assert sound(app) == []
    assert planner.delete(place).status_code == 204
    assert planner.get(place).status_code == 404
    assert sound(app) == []
    assert planner.delete(place).status_code == 404


def test_what_no_edits_lead_to_is_refused_and_nothing_is_saved(app, planner):
    feature = planner.get(f"{ITEMS}/c0100").json()

    def code(change):
        drawn = json.loads(json.dumps(feature))
        change(drawn)
        answer = put(planner, drawn)
        return answer.status_code, answer.json()["code"]

    assert code(lambda f: f["properties"].update(people=7)) == (422, "ITEM_COLUMN")
    assert code(lambda f: f["geometry"]["coordinates"][0].pop(2)) == (422, "ITEM_SHAPE")
    assert code(lambda f: f["geometry"].update(type="Point", coordinates=[0, 0])) == (
        422, "ITEM_SHAPE")  # fmt: skip
    assert code(lambda f: f["geometry"].update(coordinates="x")) == (422, "ITEM_SHAPE")
    far = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}
    assert planner.post(ITEMS, {"type": "Feature", "geometry": far}).json()["code"] == "ITEM_SHAPE"
    assert planner.post(ITEMS, {"type": "Feature"}).json()["code"] == "ITEM_SHAPE"
    crs = put(planner, feature, {"Content-Crs": "<moon>"})
    assert crs.status_code == 400
    other = Browser(app, "other").ask("DELETE", f"{ITEMS}/c0000")
    assert (other.status_code, other.json()["code"]) == (403, "OTHER_AREA")
    assert planner.get("/api/plans/main").json()["revision"] == 0


def test_a_change_of_an_item_that_others_have_changed_is_refused_if_one_asks_so(planner):
    read = planner.get(f"{ITEMS}/c0100")
    planner.edit(rename("c0100", "乙"), base=0)
    feature = read.json()
    feature["properties"]["name"] = "甲"
    stale = put(planner, feature, {"If-Match": read.headers["etag"]})
    assert (stale.status_code, stale.json()["code"]) == (412, "ITEM_STALE")
    now = planner.get(f"{ITEMS}/c0100").headers["etag"]
    assert put(planner, feature, {"If-Match": now}).status_code == 204


def test_a_program_logs_in_with_every_request_and_opens_one_login(app):
    def header(name, password=PASSWORD):
        told = base64.b64encode(f"{name}:{password}".encode()).decode()
        return {"Authorization": f"Basic {told}"}

    program = Browser(app)
    assert program.get(BASE).status_code == 401
    for _ in range(3):
        assert program.get(BASE, headers=header("planner")).status_code == 200
    changed = {"type": "Feature", "properties": {"name": "甲"}}
    told = header("planner") | {"Content-Type": "application/geo+json"}
    answer = program.ask("PATCH", f"{ITEMS}/c0000", content=json.dumps(changed), headers=told)
    assert answer.status_code == 204, answer.text
    rows = Browser(app, "admin").get("/api/audit?action=log in&actor=planner").json()
    assert rows["total"] == 1
    assert program.get("/api/plans/main", headers=header("planner")).status_code == 401
    wrong = program.get(BASE, headers=header("own", "x" * 12))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "LOGIN_WRONG")
    assert program.get(BASE, headers={"Authorization": "Basic !"}).status_code == 401


READING = """
import sys, json, pyogrio
address = sys.argv[1]
layers = pyogrio.list_layers(address)
frame = pyogrio.read_dataframe(address, layer="cells")
some = pyogrio.read_dataframe(address, layer="cells", where="people > 20")
near = pyogrio.read_dataframe(address, layer="cells", bbox=tuple(frame.iloc[:1].total_bounds))
print(json.dumps({"layers": [l[0] for l in layers], "rows": len(frame), "crs": str(frame.crs),
                  "columns": list(frame.columns), "some": len(some), "near": len(near)}))
"""


@pytest.fixture
def served(app, unused_port):
    """Serve a workspace on a port; the value is its address."""
    config = uvicorn.Config(app, port=unused_port, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{unused_port}"
    server.should_exit = True
    thread.join(20)


def test_gdal_reads_the_layers_page_by_page_and_filters_them(app, served):
    publish(app)
    done = subprocess.run(  # noqa: S603  (our own command)
        [sys.executable, "-c", READING, f"OAPIF:{served}/ogc"],
        capture_output=True, text=True, timeout=120, check=False,
        env={"OGR_OAPIF_PAGE_SIZE": "7", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    body = Browser(app).get("/ogc/collections/cells/items?limit=1000").json()
    assert {"cells", "communities"} <= set(told["layers"])
    assert told["rows"] == body["numberMatched"]
    people = [f["properties"]["people"] for f in body["features"]]
    assert told["some"] == sum(n is not None and n > 20 for n in people)
    assert 0 < told["near"] < told["rows"]
    assert {"cell_id", "people", "geometry"} <= set(told["columns"])
