"""Whatever is sent, the answer is one that the description of the service knows, and no bug."""

import json
from dataclasses import replace
from itertools import product

import pytest

import service
from service import Browser

pytestmark = pytest.mark.integration
NAMES = ["main", "nothing", "%00", "..%2f..", "a" * 150, "%F0%9F%8F%A0", "1e999"]
WORDS = ["", "main", "-1", "NaN", "1e400", "99999999999999999999", "\x00", "中" * 300, "1,2,3,4"]
BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b'{"base_revision": 1e999}',
    b'{"base_revision": NaN, "edits": [{}]}',
    b"\xff\xfe",
    b"[" * 50_000,
    json.dumps({"base_revision": 0, "edits": [{"op": "rename"}]}).encode(),
    json.dumps({"base_revision": 0, "edits": [{"op": "split", "cell_id": "c0000",
                "line": [[1e308, 0], [0, -1e308]], "new_ids": ["a", "b"]}]}).encode(),
    json.dumps({"base_revision": 0, "crs": "lonlat", "edits": [{"op": "move_border",
                "from": [400, 91], "to": [0, 0]}]}).encode(),
    json.dumps({"base_revision": 0, "edits": [{"op": "add", "facility_id": "a", "kind": "clinic",
                "at": [180, 90], "capacity_people": 1e9}]}).encode(),
    json.dumps({"base_revision": 2**31 - 1, "to": 2**31 - 1, "note": "\u0000"}).encode(),
    json.dumps({"base_revision": 0, "step": "submit", "subdistricts": ["\ud800"]}).encode(),
    json.dumps({"base_revision": 0, "edits": [{"a\u0000": "\ud800"}]}).encode(),
    json.dumps({"plan_id": "b\u0000", "name": "x"}).encode(),
    json.dumps({"plan_id": "main", "name": "\ud800"}).encode(),
    json.dumps({"user_id": "\ud800", "password": "\u0000", "name": "x", "role": "admin",
                "areas": ["community/\u0000"]}).encode(),
    json.dumps({"name": "x", "role": "admin", "areas": ["subdistrict/\ud800"]}).encode(),
    json.dumps({"token": "\ud800", "password": "\ud800" * 12}).encode(),
    json.dumps({"kind": "merge", "plan_id": "x", "name": "x", "departments": {"\ud800": "0" * 16},
                "communities": "0" * 16, "households": "0" * 16}).encode(),
]  # fmt: skip
SKIPPED = {("DELETE", "/api/session"), ("POST", "/api/password")}


@pytest.fixture
def admin(app):
    return Browser(app, "admin")


def asked(admin, method, url, documented, **more):
    answer = admin.ask(method, url, **more)
    assert answer.status_code in documented, (method, url, more, answer.status_code, answer.text)
    return answer


def test_every_answer_is_a_documented_one(admin):
    description = admin.get("/api/openapi.json").json()
    count = 0
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            if (method.upper(), path) in SKIPPED or path.endswith("/events"):
                continue
            documented = {int(status) for status in operation["responses"]} | {304}
            assert {404, 422} <= documented
            in_path = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"]
            queries = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
            for name, (one, body) in product(NAMES[:1], enumerate(BODIES)):
                if method == "get" and one:
                    break
                url = path.format(**dict.fromkeys(in_path, name)).replace(
                    "layers/main", "layers/cells"
                )
                kind = {"Content-Type": "application/json"}
                asked(admin, method.upper(), url, documented, content=body, headers=kind)
                count += 1
            for name in NAMES if in_path else ():
                url = path.format(**dict.fromkeys(in_path, name))
                asked(admin, method.upper(), url, documented | {405}, content=b"{}")
                count += 1
            for query, word in product(queries, WORDS):
                url = path.format(**dict.fromkeys(in_path, "main")).replace(
                    "layers/main", "layers/cells"
                )
                asked(admin, method.upper(), url, documented, params={query: word}, content=b"")
                count += 1
    assert count > 500


def test_answers_are_packed_and_not_sent_twice(app):
    planner = Browser(app, "planner")
    url = "/api/plans/main/layers/cells"
    first = planner.get(url, headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip"
    denser = planner.get(url, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert denser.headers["Content-Encoding"] == "zstd"
    assert (denser.json(), denser.headers["ETag"]) == (first.json(), first.headers["ETag"])
    tag = {"If-None-Match": first.headers["ETag"]}
    assert planner.get(url, headers=tag).status_code == 304
    assert planner.get(f"{url}?limit=3", headers=tag).status_code == 200
    assert Browser(app, "own").get(url, headers=tag).status_code == 200
    planner.edit(service.rename("c0000", "甲"), base=0)
    assert planner.get(url, headers=tag).status_code == 200


def test_rows_are_found_by_place_and_come_in_pages_that_add_up(app):
    planner = Browser(app, "planner")
    every, url = [], "/api/plans/main/layers/atoms?limit=50"
    while url:
        body = planner.get(url).json()
        every += [feature["id"] for feature in body["features"]]
        url = body["next"]
    assert len(every) == len(set(every)) == body["total"]
    west, south = body["features"][0]["geometry"]["coordinates"][0][0]
    box = f"{west - 1e-4},{south - 1e-4},{west + 1e-4},{south + 1e-4}"
    near = planner.get(f"/api/plans/main/layers/atoms?bbox={box}&limit=999").json()["total"]
    assert 0 < near < len(every)


def test_how_the_service_does_is_told_without_names(app):
    admin = Browser(app, "admin")
    admin.get("/api/plans/main")
    text = admin.get("/api/metrics").text
    assert 'route="/api/plans/{plan_id}"' in text
    assert "main" not in text
    assert Browser(app, "planner").get("/api/metrics").status_code == 403


def test_a_program_reads_the_metrics_by_a_token_and_nothing_else(app):
    app.state.settings = replace(app.state.settings, metrics_token="a token of its own")  # noqa: S106
    token = {"Authorization": "Bearer a token of its own"}
    program = Browser(app)
    assert program.get("/api/metrics", headers=token).status_code == 200
    assert program.get("/api/plans/main", headers=token).status_code == 403
    assert program.get("/api/metrics", headers={"Authorization": "Bearer "}).status_code == 401
    assert program.get("/api/metrics", headers={"Authorization": "Bearer x"}).status_code == 401
