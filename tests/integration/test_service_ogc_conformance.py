"""The abstract tests of OGC API Features, Parts 1 to 4, that a program can make: one row each.

A row is the id of an abstract test and what it asks of `Site`. Left to other tests: reading by
GDAL (`test_service_ogc`), both stores (there too), and the grammar of CQL2 (`test_cql2`).
"""

import json
import re
from functools import cached_property

import pytest
import shapely

import service
from onegrid_api import ogc
from service import Browser

pytestmark = pytest.mark.integration
BASE = "http://app/ogc/plans/main"
CELLS = f"{BASE}/collections/cells"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
GEOJSON = {"Content-Type": "application/geo+json"}
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"


class Site:
    """The draft of a plan as another program sees it, with what it asks for most."""

    def __init__(self, app):
        self.app = app
        self.browser = Browser(app, "planner")

    def get(self, url, status=200, **more):
        answer = self.browser.get(url, **more)
        assert answer.status_code == status, (url, answer.status_code, answer.text[:300])
        return answer

    def items(self, query="", status=200):
        return self.get(f"{CELLS}/items{query and '?'}{query}", status).json()

    def send(self, method, url, body, **headers):
        headers = GEOJSON | {name.replace("_", "-"): text for name, text in headers.items()}
        return self.browser.ask(method, url, content=json.dumps(body), headers=headers)

    @cached_property
    def landing(self):
        return self.get(BASE).json()

    @cached_property
    def api(self):
        return self.get(link(self.landing, "service-desc")["href"]).json()

    @cached_property
    def conformance(self):
        return self.get(link(self.landing, "conformance")["href"]).json()["conformsTo"]

    @cached_property
    def collections(self):
        return self.get(link(self.landing, "data")["href"]).json()

    @cached_property
    def cells(self):
        return self.get(CELLS).json()

    @cached_property
    def own(self):
        """The address of an item that is written."""
        return f"{CELLS}/items/{self.items('limit=3')['features'][2]['id']}"

    def parameter(self, name):
        told = self.api["paths"]["/collections/{collectionId}/items"]["get"]["parameters"]
        (found,) = [one for one in told if one["name"] == name]
        assert found["in"] == "query"
        assert not found.get("required")
        return found


def link(body, rel):
    found = [one for one in body["links"] if one["rel"] == rel]
    assert found, (rel, body["links"])
    assert all(one["type"] for one in found)
    return found[0]


def shape(feature):
    return shapely.geometry.shape(feature["geometry"])


def turned(geometry):
    return shapely.transform(geometry, lambda xy: xy[:, ::-1])


def ids(body):
    return [one["id"] for one in body["features"]]


def box(site, grow=1e-6):
    """Return an item and the sides of a box that only it touches."""
    one = site.items("limit=1")["features"][0]
    return one, shapely.buffer(shape(one).representative_point(), grow).bounds


def joined(sides):
    return ",".join(map(str, sides))


def every_answer_is_json(site):
    for url in (BASE, f"{BASE}/conformance", f"{BASE}/collections", CELLS):
        assert site.get(url).headers["content-type"] == "application/json"
    assert site.browser.ask("HEAD", BASE).status_code in (200, 405)


def landing_links(site):
    for rel in ("service-desc", "service-doc", "conformance", "data", "self"):
        site.get(link(site.landing, rel)["href"])
    assert site.get(f"{BASE}/").json() == site.landing  # as the description's servers + "/"


def api_definition(site):
    assert re.match(r"3\.0\.\d", site.api["openapi"])
    assert site.api["info"]["title"]
    assert site.api["info"]["version"]


def conformance_names_all(site):
    assert len(set(site.conformance)) == len(site.conformance)
    assert set(ogc.CONFORMANCE + ogc.WRITING) == set(site.conformance)


def collections_list(site):
    link(site.collections, "self")
    for one in site.collections["collections"]:
        assert one["id"]
        items = link(one, "items")
        assert items["type"] == "application/geo+json"
        assert site.get(link(one, "self")["href"]).json() == one
        if site.get(items["href"]).json()["features"]:
            west, south, east, north = one["extent"]["spatial"]["bbox"][0]
            assert -180 <= west <= east <= 180
            assert -90 <= south <= north <= 90
    site.get(f"{BASE}/collections/nothing", 404)


def items_answer(site):
    answer = site.get(f"{CELLS}/items")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert body["type"] == "FeatureCollection"
    assert body["numberReturned"] == len(body["features"]) > 0
    assert body["numberMatched"] >= body["numberReturned"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", body["timeStamp"])
    for feature in body["features"]:
        assert feature["type"] == "Feature"
        assert {"id", "geometry", "properties"} <= feature.keys()
        x, y = shapely.get_coordinates(shape(feature)).T
        assert (abs(x) <= 180).all()
        assert (abs(y) <= 90).all()


def bbox_parameter(site):
    told = site.parameter("bbox")
    assert told["style"] == "form"
    assert not told["explode"]
    assert told["schema"]["items"]["type"] == "number"
    assert (told["schema"]["minItems"], told["schema"]["maxItems"]) == (4, 6)


def bbox_answer(site):
    one, sides = box(site)
    assert ids(site.items(f"bbox={joined(sides)}")) == [one["id"]]
    west, south, east, north = sides
    assert ids(site.items(f"bbox={joined((west, south, 0, east, north, 9))}")) == [one["id"]]
    assert site.items("bbox=-10,-10,10,10")["numberMatched"] == 0


def limit_parameter(site):
    told = site.parameter("limit")["schema"]
    assert told["type"] == "integer"
    assert 1 <= told["minimum"] <= told["default"] <= told["maximum"]


def limit_answer(site):
    most = site.parameter("limit")["schema"]["maximum"]
    total = site.items()["numberMatched"]
    for limit in (1, 3, most, most + 1):  # more than the most is the most
        assert site.items(f"limit={limit}")["numberReturned"] == min(limit, most, total)


def time_parameter(site):
    assert site.parameter("datetime")["schema"]["type"] == "string"


def time_answer(site):
    total = site.items()["numberMatched"]  # items without a time match every time
    for text in ("2018-02-12T23:20:52Z", "2018-02-12T00:00:00Z/2018-03-18T12:31:12Z",
                 "2018-02-12T00:00:00Z/..", "../2018-03-18T12:31:12Z", "/2018-03-18T12:31:12Z",
                 "2018-02-12T00:00:00Z/", "2018-02-12"):  # fmt: skip
        assert site.items(f"datetime={text}")["numberMatched"] == total


def unknown_parameter(site):
    for url in (BASE, f"{BASE}/api", f"{BASE}/conformance", f"{BASE}/collections", CELLS,
                f"{CELLS}/queryables", f"{CELLS}/items", f"{CELLS}/items/c0000"):  # fmt: skip
        site.get(f"{url}?nothing_like_it=1", 400)


def invalid_parameter(site):
    for query in ("limit=0", "limit=-1", "limit=ten", "bbox=1,2,3", "bbox=a,b,c,d",
                  "bbox=1,9,2,8", "datetime=never", "datetime=2018/2019/2020"):  # fmt: skip
        site.items(query, 400)


def page_links(site):
    body, seen = site.items("limit=4"), []
    assert link(body, "self")["href"] == f"{CELLS}/items?limit=4"
    while True:
        seen += ids(body)
        following = [one for one in body["links"] if one["rel"] == "next"]
        if not following:
            break
        assert following[0]["type"] == "application/geo+json"
        body = site.get(following[0]["href"]).json()
    assert len(seen) == len(set(seen)) == body["numberMatched"]


def one_item(site):
    feature = site.items("limit=1")["features"][0]
    answer = site.get(f"{CELLS}/items/{feature['id']}")
    assert answer.headers["content-type"] == "application/geo+json"
    body = answer.json()
    assert {name: body[name] for name in feature} == feature
    assert link(body, "self")["href"] == f"{CELLS}/items/{feature['id']}"
    assert link(body, "collection")["href"] == CELLS
    site.get(f"{CELLS}/items/nothing", 404)


def api_is_complete(site):
    """Every path, parameter and status that there is stands in the description."""
    paths = site.api["paths"]
    assert site.api["servers"] == [{"url": BASE}]
    for path, operations in paths.items():
        named = set(re.findall(r"{(\w+)}", path))
        for method, told in operations.items():
            placed = {p["name"] for p in told["parameters"] if p["in"] == "path"}
            assert placed == named
            assert all(p["required"] for p in told["parameters"] if p["in"] == "path")
            assert any(status.startswith("2") for status in told["responses"])
            assert any(status.startswith("4") for status in told["responses"])
            if method == "get":
                filled = path.format(collectionId="cells", featureId="c0000")
                answer = site.get(BASE + filled.removesuffix("/"))
                kind = answer.headers["content-type"].partition(";")[0]
                content = told["responses"]["200"]["content"]
                assert kind in {name.partition(";")[0] for name in content}
    for name in ("crs", "bbox-crs", "filter", "filter-lang", "filter-crs"):
        site.parameter(name)


def crs_lists(site):
    for one in site.collections["collections"]:
        assert one["crs"][0] == CRS84
        assert one["storageCrs"] in one["crs"]
        assert all(uri.startswith("http://www.opengis.net/def/crs/") for uri in one["crs"])
        assert set(one["crs"]) <= set(site.collections["crs"])


def crs_answer(site):
    plain = shape(site.items("limit=1")["features"][0])
    for uri in site.cells["crs"]:
        answer = site.get(f"{CELLS}/items?limit=1&crs={uri}")
        assert answer.headers["content-crs"] == f"<{uri}>"
        (feature,) = answer.json()["features"]
        alone = site.get(f"{CELLS}/items/{feature['id']}?crs={uri}")
        assert alone.headers["content-crs"] == f"<{uri}>"
        assert alone.json()["geometry"] == feature["geometry"]
        if uri == f"{EPSG}4326":
            assert shapely.equals_exact(turned(shape(feature)), plain, 1e-9)
    assert site.get(f"{CELLS}/items").headers["content-crs"] == f"<{CRS84}>"
    site.items("crs=http://www.opengis.net/def/crs/EPSG/0/0", 400)
    site.get(f"{CELLS}/items/c0000?crs=moon", 400)


def bbox_crs_answer(site):
    one, (west, south, east, north) = box(site)
    asked = joined((south, west, north, east))
    assert ids(site.items(f"bbox={asked}&bbox-crs={EPSG}4326")) == [one["id"]]
    assert ids(site.items(f"bbox={joined((west, south, east, north))}&bbox-crs={CRS84}")) == [
        one["id"]
    ]
    for uri in site.cells["crs"]:
        (there,) = site.items(f"cell_id={one['id']}&crs={uri}")["features"]
        inside = shapely.buffer(shape(there).representative_point(), 1e-7).bounds
        assert ids(site.items(f"bbox={joined(inside)}&bbox-crs={uri}")) == [one["id"]]
    site.items(f"bbox={asked}&bbox-crs=moon", 400)


def queryables_answer(site):
    answer = site.get(link(site.cells, QUERYABLES)["href"])
    assert answer.headers["content-type"] == "application/schema+json"
    told = answer.json()
    assert told["$schema"].endswith("2020-12/schema")
    assert told["$id"] == f"{CELLS}/queryables"
    assert told["type"] == "object"
    assert told["additionalProperties"] is False
    features = site.items()["features"]
    for name, one in told["properties"].items():
        assert one.get("type") or one["format"].startswith("geometry-")
        if "type" in one:
            values = [v for f in features if (v := f["properties"][name]) is not None]
            if not values:
                continue
            value = values[0]
            quoted = f"'{value}'" if one["type"] == "string" else json.dumps(value)
            found = site.items(f"filter={name}%20=%20{quoted}&limit=1000")
            assert found["numberMatched"] == sum(f["properties"][name] == value for f in features)
            by_name = site.items(f"{name}={json.dumps(value).strip(chr(34))}")
            assert by_name["numberMatched"] == found["numberMatched"]


def filter_parameters(site):
    assert site.parameter("filter")["schema"]["type"] == "string"
    lang = site.parameter("filter-lang")["schema"]
    assert lang["default"] == "cql2-text"
    assert "cql2-text" in lang["enum"]
    assert site.items("filter=people>0&filter-lang=cql2-text")["numberMatched"] > 0
    site.items("filter=people>0&filter-lang=nothing", 400)
    site.items("filter=people>", 400)
    site.items("filter=no_such_property=1", 400)


def filter_crs_answer(site):
    one, (west, south, east, north) = box(site)
    plain = f"S_INTERSECTS(geometry,BBOX({joined((west, south, east, north))}))"
    swapped = f"S_INTERSECTS(geometry,BBOX({joined((south, west, north, east))}))"
    assert ids(site.items(f"filter={plain}")) == [one["id"]]
    assert ids(site.items(f"filter={plain}&filter-crs={CRS84}")) == [one["id"]]
    assert ids(site.items(f"filter={swapped}&filter-crs={EPSG}4326")) == [one["id"]]
    site.items(f"filter={plain}&filter-crs=moon", 400)


def filters_mix(site):
    one, sides = box(site)
    bbox, people = joined(sides), one["properties"]["people"]
    assert ids(site.items(f"bbox={bbox}&filter=people={people}")) == [one["id"]]
    assert ids(site.items(f"bbox={bbox}&filter=people<>{people}")) == []
    assert ids(site.items(f"cell_id={one['id']}&filter=people<>{people}")) == []


def writing_is_offered(site):
    answer = site.browser.ask("OPTIONS", f"{CELLS}/items")
    assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))
    answer = site.browser.ask("OPTIONS", f"{CELLS}/items/c0000")
    assert {"GET", "PUT", "PATCH", "DELETE"} <= set(answer.headers["allow"].split(", "))


def create(site):
    feature = site.get(f"{CELLS}/items/c0000").json()
    west, south, east, north = shape(feature).bounds
    half = shapely.intersection(shape(feature), shapely.box(west, south, (west + east) / 2, north))
    body = {"type": "Feature", "properties": {"name": "新"}} | {
        "geometry": shapely.geometry.mapping(half)
    }
    answer = site.send("POST", f"{CELLS}/items", body)
    assert answer.status_code == 201, answer.text
    made = site.get(answer.headers["location"]).json()
    assert made["properties"]["name"] == "新"
    assert shapely.area(shapely.symmetric_difference(shape(made), half)) < 1e-9
    total = site.items()["numberMatched"]
    assert site.browser.delete(answer.headers["location"]).status_code in (200, 204)
    site.get(answer.headers["location"], 404)
    assert site.items()["numberMatched"] == total - 1


def replace(site):
    url = site.own
    feature = site.get(url).json()
    renamed = feature | {"properties": feature["properties"] | {"name": "改"}}
    assert site.send("PUT", url, renamed).status_code in (200, 204)
    assert site.get(url).json()["properties"]["name"] == "改"
    assert site.send("PUT", f"{CELLS}/items/nothing", renamed).status_code == 404
    assert site.browser.delete(f"{CELLS}/items/nothing").status_code == 404


def update(site):
    url = site.own
    before = site.get(url).json()
    body = {"type": "Feature", "properties": {"name": "又改"}}
    assert site.send("PATCH", url, body).status_code in (200, 204)
    after = site.get(url).json()
    assert after["properties"] == before["properties"] | {"name": "又改"}
    assert after["geometry"] == before["geometry"]


def write_in_a_crs(site):
    url, uri = site.own, f"{EPSG}4326"
    there = site.get(f"{url}?crs={uri}").json()
    before = site.get(url).json()["geometry"]
    assert site.send("PUT", url, there, Content_Crs=f"<{uri}>").status_code in (200, 204)
    assert site.get(url).json()["geometry"] == before
    assert site.send("PUT", url, there, Content_Crs="<moon>").status_code == 400


def write_refused(site):
    before = site.items("limit=1000")["features"]
    flat = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0], [0, 0]]]}
    for body in ({}, {"type": "Feature"}, {"type": "Nothing"}, [],
                 {"type": "Feature", "geometry": flat, "properties": {}}):  # fmt: skip
        assert 400 <= site.send("POST", f"{CELLS}/items", body).status_code < 500
    text = site.send("POST", f"{CELLS}/items", {}, Content_Type="text/plain")
    assert text.status_code == 415
    assert site.items("limit=1000")["features"] == before


def locking(site):
    url = site.own
    answer = site.get(url)
    tag = answer.headers["etag"]
    site.get(url, 304, headers={"If-None-Match": tag})
    body = answer.json()
    body["properties"]["name"] = "锁"
    assert site.send("PUT", url, body, If_Match='"another"').status_code == 412
    assert site.send("PUT", url, body, If_Match=tag).status_code in (200, 204)
    assert site.get(url).headers["etag"] != tag
    assert site.send("PATCH", url, body, If_Match=tag).status_code == 412
    assert site.browser.delete(url, headers={"If-Match": tag}).status_code == 412


CORE, CRS = "1/core", "2/crs"
FILTER, WRITE = "3/filter", "4/create-replace-delete"
TABLE = {
    f"{CORE}/http": every_answer_is_json,
    f"{CORE}/root-success": landing_links,
    f"{CORE}/api-definition-success": api_definition,
    f"{CORE}/conformance-success": conformance_names_all,
    f"{CORE}/fc-md-success, fc-md-links, fc-md-items, fc-md-extent, sfc-md-success":
        collections_list,
    f"{CORE}/fc-response, fc-timeStamp, fc-numberMatched, fc-numberReturned, crs84": items_answer,
    f"{CORE}/fc-bbox-definition": bbox_parameter,
    f"{CORE}/fc-bbox-response": bbox_answer,
    f"{CORE}/fc-limit-definition": limit_parameter,
    f"{CORE}/fc-limit-response": limit_answer,
    f"{CORE}/fc-time-definition": time_parameter,
    f"{CORE}/fc-time-response": time_answer,
    f"{CORE}/query-param-unknown": unknown_parameter,
    f"{CORE}/query-param-invalid": invalid_parameter,
    f"{CORE}/fc-links, fc-rel-type": page_links,
    f"{CORE}/f-success, f-links": one_item,
    "1/oas30/completeness, oas-definition, oas-impl": api_is_complete,
    f"{CRS}/fc-md-crs-list, fc-md-storageCrs, crs-uri": crs_lists,
    f"{CRS}/fc-crs-valid-value, crs-action, ogc-crs-header-value": crs_answer,
    f"{CRS}/fc-bbox-crs-valid-value, fc-bbox-crs-action": bbox_crs_answer,
    "3/queryables/get-queryables-response, queryables-query-parameters": queryables_answer,
    f"{FILTER}/filter-param, filter-lang-param, filter-lang-default": filter_parameters,
    f"{FILTER}/filter-crs-param, filter-crs-wgs84": filter_crs_answer,
    f"{FILTER}/mixing-expressions": filters_mix,
    f"{WRITE}/methods": writing_is_offered,
    f"{WRITE}/insert-response, delete-response": create,
    f"{WRITE}/update-put-response, rid-not-found": replace,
    "4/update/update-patch-response": update,
    "4/features/crs": write_in_a_crs,
    "4/features/exceptions": write_refused,
    "4/optimistic-locking-etags": locking,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    store = str(tmp_path_factory.mktemp("ogc") / "district")
    service.fill(store)
    app, close = service.service(store)
    yield Site(app)
    close()


@pytest.mark.parametrize("name", TABLE)
def test_the_service_passes_the_abstract_test(site, name):
    TABLE[name](site)
