"""Issues from report to rating over the real service, on both stores."""

import base64
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import geopandas as gpd
import httpx
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import update

import service
from onegrid.operations.places import cells_under
from onegrid.store import audit, back_up, restore_backup
from onegrid.store.cases import find_case, moves_of
from onegrid.store.ground import Source, put_ground
from onegrid.store.operation_models import Case
from onegrid.store.reporters import has_key
from onegrid.store.rows import read_layer
from service import Browser, told

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("published")]
KEY = "a-key-of-the-reporter-1234"
STEPS = ("dispatched", "handled", "coordinated", "supervised", "fed_back", "closed")


def report(number, cell="c0000", **more):
    lon, lat = service.spot(cell)
    return {
        "issue_id": f"issue-{number:012d}", "duty": "hazards", "text": "张三家门口井盖缺失",
        "lon": lon, "lat": lat, "key": KEY, "contact": "13800000000", **more,
    }  # fmt: skip


def move(browser, number, to, base, **more):
    body = {
        "move_id": f"move-{number:06d}-{base:06d}", "base_revision": base, "kind": "advance",
        "to": to, "note": "已处理", **more,
    }  # fmt: skip
    return browser.post(f"/api/issues/issue-{number:012d}/moves", body)


def asked(browser, number, what, **more):
    return browser.post(f"/api/issues/issue-{number:012d}/{what}", {"key": KEY, **more})


def test_an_issue_goes_from_a_residents_report_to_their_rating(app):
    resident, worker, own = Browser(app), Browser(app, "worker"), Browser(app, "own")
    receipt = resident.post("/api/issues", report(1))
    assert receipt.status_code == 201
    assert receipt.json()["label"] == "发现"
    assert (receipt.json()["workers"], receipt.json()["similar"]) == ([], [])
    for base, to in enumerate(STEPS[:-1], 1):
        assert asked(resident, 1, "track").json()["may_rate"] is False
        assert told(asked(resident, 1, "rating", score=4)) == (409, "MOVE_STATE")
        who = worker if base < 4 else own
        assert move(who, 1, to, base).json()["state"] == to
    seen = asked(resident, 1, "track").json()
    assert [step["label"] for step in seen["steps"]] == [
        "发现", "推送", "处置", "协调", "监督", "反馈"]  # fmt: skip
    assert (seen["may_rate"], seen["feedback"]) == (True, "已处理")
    assert asked(resident, 1, "rating", score=4).json()["score"] == 4
    assert told(asked(resident, 1, "rating", score=1)) == (409, "MOVE_EXISTS")
    assert told(resident.post("/api/issues/issue-000000000001/track", {"key": "x" * 30})) == (
        403, "KEY")  # fmt: skip
    revision = own.get("/api/issues/issue-000000000001").json()["revision"]
    assert move(own, 1, "closed", revision).json()["due_at"] is None
    again = move(own, 1, "", revision + 1, kind="reopen").json()
    assert (again["state"], again["reopened"], again["score"]) == ("dispatched", 1, None)
    with app.state.office.workspace.reading() as connection:
        assert audit.broken_rows(connection) == []


def test_nobody_acts_outside_their_area_or_above_their_role(app):
    Browser(app).post("/api/issues", report(1))
    for name in ("other", "office1"):
        stranger = Browser(app, name)
        assert told(move(stranger, 1, "dispatched", 1)) == (403, "OTHER_AREA")
        for what in ("", "/contact", "/photo"):
            answer = stranger.get(f"/api/issues/issue-000000000001{what}")
            assert told(answer) == (403, "OTHER_AREA")
        assert stranger.get("/api/issues").json()["total"] == 0
    worker = Browser(app, "worker")
    for base, to in enumerate(STEPS[:3], 1):
        assert move(worker, 1, to, base).status_code == 200
    assert told(move(worker, 1, "supervised", 4)) == (403, "MOVE_ROLE")
    assert told(worker.get("/api/issues/issue-000000000001/contact")) == (403, "FORBIDDEN")
    assert Browser(app, "own").get("/api/issues/issue-000000000001/contact").json() == {
        "contact": "13800000000"}  # fmt: skip
    assert told(Browser(app).get("/api/issues")) == (401, "LOGIN")
    far = worker.post("/api/issues", report(2, "c0300"))
    assert (far.status_code, far.json()["workers"]) == (201, [])
    mine = Browser(app, "other").get("/api/issues/issue-000000000002").json()
    assert mine["role"] == "resident"


def test_what_anybody_may_see_names_no_person_and_no_small_count(app):
    resident = Browser(app)
    for number in range(1, 13):
        resident.post("/api/issues", report(number, "c0000" if number > 3 else "c0300"))
    move(Browser(app, "own"), 4, "dispatched", 1, note="李四去看")
    texts = [asked(resident, 4, "track").text, resident.get("/api/flows").text]
    sides = ("cell", "community", "subdistrict", "duty", "department", "tier", "state")
    texts += [resident.get(f"/api/issue-statistics?by={side}").text for side in sides]
    for word in ("张三", "李四", "1380", "own", "worker"):
        assert not any(word in text.replace("grid_worker", "") for text in texts[:1] + texts[2:])
    items = resident.get("/api/issue-statistics?by=community").json()["items"]
    assert all(item["cases"] in (0, None) for item in items)
    exact = Browser(app, "admin").get("/api/issue-statistics?by=community").json()["items"]
    assert {item["name"]: item["cases"] for item in exact} == {"m0-0": 9, "m1-0": 3}


def test_what_is_overdue_goes_up_a_tier_and_on_record(app):
    Browser(app).post("/api/issues", report(1))
    ago = datetime.now(UTC) - timedelta(hours=30)
    with app.state.office.workspace.writing() as connection:
        late = {"since": audit.stamp(ago), "due_at": audit.stamp(ago + timedelta(hours=24))}
        connection.execute(update(Case).values(**late))
    row = Browser(app, "own").get("/api/issues").json()["items"][0]
    assert (row["tier"], row["overdue"], row["revision"]) == ("three_party", False, 2)
    moves = Browser(app, "own").get("/api/issues/issue-000000000001").json()["moves"]
    assert [(one["kind"], one["actor"]) for one in moves] == [("open", ""), ("escalate", "")]
    assert move(Browser(app, "own"), 1, "dispatched", 2).status_code == 200
    worker = Browser(app, "worker")
    assert told(move(worker, 1, "handled", 3)) == (403, "MOVE_ROLE")


def test_a_photo_tells_the_place_and_then_no_more(app):
    lon, lat = service.spot("c0100")
    exif = Image.Exif()
    place = exif.get_ifd(0x8825)
    place.update({1: "N", 2: (lat, 0.0, 0.0), 3: "E", 4: (lon, 0.0, 0.0)})
    exif[0x010F] = "手机"
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG", exif=exif)
    body = report(1, photo=base64.b64encode(picture.getvalue()).decode())
    del body["lon"], body["lat"]
    resident = Browser(app)
    assert resident.post("/api/issues", body).json()["cell_id"] == "c0100"
    assert resident.post("/api/issues", body).json()["made"] is False
    kept = Browser(app, "worker").get("/api/issues/issue-000000000001/photo").content
    assert len(Image.open(io.BytesIO(kept)).getexif()) == 0
    assert b"Exif" not in kept
    for bad in ("%%%", base64.b64encode(b"GIF89a no picture").decode()):
        assert told(resident.post("/api/issues", report(2, photo=bad))) == (422, "PHOTO")
    del body["photo"]
    assert told(resident.post("/api/issues", body | {"issue_id": "i" * 20})) == (422, "PLACE")


def test_reports_near_by_and_the_old_cell_of_the_department_are_found(app):
    workspace = app.state.office.workspace
    with workspace.writing() as connection:
        cell = read_layer(connection, "main", "cells")["c0000"]
        old = gpd.GeoDataFrame(
            {"code": ["应急07"], "name": [None], "lead": [None], "workers": [None]},
            geometry=[cell.shape], crs=service.SRID,
        )  # fmt: skip
        source = Source("department", "e.gpkg", "0", department="emergency")
        put_ground(connection, "main", old, source, by=service.BY)
    Browser(app).post("/api/issues", report(1))
    Browser(app).post("/api/issues", report(2, duty="pollution"))
    worker = Browser(app, "worker")
    near = worker.post("/api/issues", report(3)).json()
    assert near["similar"] == [{"issue_id": "issue-000000000001", "air_m": 0.0}]
    assert near["workers"] == ["own", "worker"]
    row = worker.get("/api/issues/issue-000000000003").json()
    assert (row["department"], row["old_code"]) == ("emergency", "应急07")
    other = worker.get("/api/issues/issue-000000000002").json()
    assert (other["department"], other["old_code"]) == ("ecology", None)


def test_a_split_and_a_merge_keep_open_issues_in_the_right_halves(app):
    resident, planner = Browser(app), Browser(app, "planner")
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        cells = read_layer(connection, "main", "cells")
    west, south, east, north = cells["c0000"].shape.bounds
    spots = [shapely.Point(west + (east - west) * x, (south + north) / 2) for x in (0.1, 0.9)]
    gone = min(n for n, r in cells.items() if n != "c0000"
                  and r.shape.intersection(cells["c0000"].shape).length > 1
                  and r.text("community_id") == "m0-0")  # fmt: skip
    spots.append(cells[gone].shape.representative_point())
    for number, spot in enumerate(spots, 1):
        lon, lat = service.lonlat(spot)
        made = resident.post("/api/issues", report(number, lon=lon, lat=lat))
        assert made.status_code == 201, made.text
    planner.post("/api/plans/main/branches", {"plan_id": "next", "name": "新"})
    x = (west + east) / 2
    cut = {"op": "split", "cell_id": "c0000", "new_ids": ["left", "right"],
           "line": [[x, south - 9], [x, north + 9]]}  # fmt: skip
    done = planner.edit(cut, base=0, plan="next")
    assert done.status_code == 200, done.text
    joined = None
    for half in ("left", "right"):
        edit = {"op": "merge", "cell_ids": sorted([half, gone]), "new_id": "joined"}
        joined = planner.edit(edit, base=1, plan="next")
        if joined.status_code == 200:
            break
    assert joined.status_code == 200, joined.text
    service.publish(app, "next", old="main", base=2)
    with workspace.reading() as connection:
        now = read_layer(connection, "next", "cells")
    names = sorted(now)
    found = cells_under(spots, [now[name].shape for name in names])
    worker = Browser(app, "worker")
    for number, place in enumerate(found, 1):
        answer = worker.get(f"/api/issues/issue-{number:012d}").json()
        assert answer["cell_id"] == names[place]
        assert answer["moves"][-1]["kind"] == "follow"
        assert answer["state"] == "discovered"
        assert move(worker, number, "dispatched", answer["revision"]).status_code == 200
    assert {names[place] for place in found} >= {"joined"}
    assert worker.get("/api/issues").json()["total"] == 3


def test_pages_add_up_and_are_not_sent_twice(app):
    resident, own = Browser(app), Browser(app, "own")
    for number in range(1, 8):
        resident.post("/api/issues", report(number, "c0000" if number % 2 else "c0100"))
    every, url = [], "/api/issues?limit=3"
    while url:
        body = own.get(url).json()
        every += [item["case_id"] for item in body["items"]]
        url = body["next"]
    assert len(every) == len(set(every)) == body["total"] == 7
    assert own.get("/api/issues?cell_id=c0100&status=open").json()["total"] == 3
    assert own.get("/api/issues?status=ended").json()["total"] == 0
    lon, lat = service.spot("c0100")
    box = f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}"
    assert own.get(f"/api/issues?bbox={box}").json()["total"] == 3
    tag = {"If-None-Match": own.get("/api/issues").headers["ETag"]}
    assert own.get("/api/issues", headers=tag).status_code == 304
    move(own, 1, "dispatched", 1)
    assert own.get("/api/issues", headers=tag).status_code == 200


def test_who_is_not_logged_in_writes_only_so_often(app):
    resident = Browser(app)
    resident._transport = httpx.ASGITransport(app, client=("203.0.113.9", 1))  # noqa: SLF001
    codes = [resident.post("/api/issues", report(n)).status_code for n in range(1, 33)]
    assert codes == [201] * 30 + [429] * 2
    assert Browser(app).post("/api/issues", report(39)).status_code == 201
    assert Browser(app, "worker").post("/api/issues", report(40)).status_code == 201


def test_one_report_sent_by_many_at_once_is_one(app):
    worker = Browser(app, "worker")
    body = report(1)
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: worker.post("/api/issues", body), range(6)))
    assert [one.status_code for one in answers] == [201] * 6
    assert sum(one.json()["made"] for one in answers) == 1
    with ThreadPoolExecutor(6) as threads:
        moved = list(threads.map(lambda _: move(worker, 1, "dispatched", 1), range(6)))
    assert [one.json()["revision"] for one in moved] == [2] * 6


@settings(max_examples=10)
@given(data=st.data())
def test_offline_work_sent_twice_and_out_of_order_ends_as_one(offline, data):
    app, count = offline
    count.append(0)
    first = len(count) * 100
    worker = Browser(app, "worker")
    reports = [("reports", report(first + n)) for n in range(2)]
    moves = [
        ("moves", {"issue_id": f"issue-{first + n:012d}",
                   "move_id": f"m-{first + n:09d}-{base:09d}",
                   "base_revision": base, "kind": "advance", "to": to, "note": "好",
                   "told_at": "2026-01-01T00:00:00Z"})
        for n in range(2) for base, to in enumerate(STEPS[:3], 1)
    ]  # fmt: skip
    waiting = data.draw(st.permutations(reports + moves + data.draw(st.lists(
        st.sampled_from(reports + moves), max_size=6))))  # fmt: skip
    for _ in range(8):  # until all is answered, as a phone would
        size = data.draw(st.integers(1, len(waiting)))
        batch = {"reports": [], "moves": []}
        for kind, one in waiting[:size]:
            batch[kind].append(one)
        items = worker.post("/api/issues/sync", batch).json()["items"]
        done = {item["id"] for item in items if item["done"]}
        late = {item["code"] for item in items if not item["done"]}
        assert late <= {"CASE_UNKNOWN", "STALE_REVISION"}
        waiting = [w for w in waiting if w[1].get("move_id", w[1]["issue_id"]) not in done]
        waiting = waiting[size:] + waiting[:size]
        if not waiting:
            break
    worker.post("/api/issues/sync", {
        "reports": [one for kind, one in waiting if kind == "reports"],
        "moves": [one for kind, one in waiting if kind == "moves"]})  # fmt: skip
    for n in range(2):
        found = worker.get(f"/api/issues/issue-{first + n:012d}").json()
        assert [one["state"] for one in found["moves"]] == ["discovered", *STEPS[:3]]


@pytest.fixture(scope="module")
def offline(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("offline") / "district")
    service.fill(place)
    made, close = service.service(place)
    service.publish(made)
    yield made, []
    close()


def test_a_backup_keeps_cases_and_who_reported_them(app, tmp_path):
    worker, workspace = Browser(app, "worker"), app.state.office.workspace
    worker.post("/api/issues", report(1))
    move(worker, 1, "dispatched", 1)
    back_up(workspace, tmp_path / "copy.gpkg")
    again = restore_backup(tmp_path / "copy.gpkg", str(tmp_path / "again"))
    with workspace.reading() as one, again.reading() as other:
        for connection in (one, other):
            assert has_key(connection, "issue-000000000001", KEY)
        assert find_case(one, "issue-000000000001") == find_case(other, "issue-000000000001")
        assert moves_of(one, "issue-000000000001") == moves_of(other, "issue-000000000001")
    again.close()


def test_pages_of_issues_put_together_are_the_whole_list(app):
    for number in range(7):
        service.report(app, number)
    planner = Browser(app, "planner")
    whole = [one["case_id"] for one in planner.get("/api/issues").json()["items"]]
    assert len(whole) == 7
    for size in (1, 2, 3):
        pages = [
            planner.get(f"/api/issues?offset={start}&limit={size}").json()
            for start in range(0, 9, size)
        ]
        assert {page["total"] for page in pages} == {7}
        assert [one["case_id"] for page in pages for one in page["items"]] == whole
