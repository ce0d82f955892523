"""Edits over HTTP, on both stores: nothing is lost, nothing is overwritten, nothing breaks."""

import threading

import numpy as np
import pytest

import edits
import service
from onegrid.grids.edit import EditError, perform, plan, read_edit
from onegrid.pipeline.plan_tables import frames_of
from onegrid.store import plans
from onegrid.store.ground import Source, put_ground
from onegrid.store.rows import read_rows
from service import Browser, rename

pytestmark = pytest.mark.integration


@pytest.fixture
def planner(app):
    return Browser(app, "planner")


def rows_of(app, plan_id="main"):
    with app.state.office.workspace.reading() as connection:
        return read_rows(connection, plan_id)


def sound(app, plan_id="main"):
    workspace = app.state.office.workspace
    with workspace.reading() as connection:
        return edits.faults(frames_of(connection, plan_id, srid=workspace.srid))


def inner_vertex(app, cell_id):
    """Return a vertex that can be moved a little, by trying."""
    opened = service.grid().board
    for x, y in np.array(rows_of(app)["cells"][cell_id].shape.exterior.coords):
        edit = {"op": "move_border", "from": [x, y], "to": [round(x + 3, 3), round(y + 2, 3)]}
        try:
            plan(opened, read_edit(edit))
        except EditError:
            continue
        return edit
    pytest.fail("no vertex can be moved")


def test_an_edit_is_saved_with_its_canonical_rows(app, planner):
    answer = planner.edit(rename("c0000", "甲"), base=0, note="改名")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["revision"] == 1
    assert [r["properties"]["name"] for r in body["changes"][0]["rows"]] == ["甲"]
    assert rows_of(app)["cells"]["c0000"].text("name") == "甲"
    history = planner.get("/api/plans/main/history").json()
    assert (history["total"], history["items"][0]["note"]) == (1, "改名")


def test_every_shared_edit_case_ends_over_http_as_it_does_on_the_command_line(app, planner):
    workspace = app.state.office.workspace
    for path in edits.CASES:
        case = edits.load(path)
        opened = edits.opened(edits.layers_of(case), edits.doors_of(case))
        rows = [row for layer in opened.board.rows.values() for row in layer.values()]
        head = plans.PlanHead(path.stem, "", plans.DRAFT, 0, None, None, "", "")
        doors = edits.doors_of(case)
        doors = service.doors(opened)[:0] if doors is None else doors
        with workspace.writing() as connection:
            plans.add_plan(connection, head, rows, srid=service.SRID, by=service.BY)
            put_ground(
                connection,
                path.stem,
                doors.assign(elders_80=0, elders_alone=0),
                Source("people", "d.csv", "0"),
                by=service.BY,
            )
        answer = planner.edit(*case["edits"], base=0, plan=path.stem)
        if "refusal" in case:
            assert (answer.status_code, answer.json()["code"]) == (422, case["refusal"]["code"])
            assert rows_of(app, path.stem)["cells"].keys() == opened.board.rows["cells"].keys()
            continue
        assert answer.status_code == 200, (path.stem, answer.text)
        for one in case["edits"]:
            perform(opened.board, read_edit(one))
        stored = rows_of(app, path.stem)
        for layer, wanted in opened.board.rows.items():
            assert stored[layer].keys() == wanted.keys(), path.stem
            for name, row in wanted.items():
                assert stored[layer][name].shape == row.shape
                assert stored[layer][name].attributes.items() >= dict(row.attributes).items()


def test_a_refusal_names_the_edit_and_saves_nothing(app, planner):
    before = rows_of(app)
    bad = {"op": "merge", "cell_ids": ["c0000", "c0502"], "new_id": "x"}
    answer = planner.edit(rename("c0000", "甲"), bad, base=0)
    assert (answer.status_code, answer.json()["code"]) == (422, "EDIT_OTHER_COMMUNITY")
    assert "edits[1]" in answer.json()["message"]
    assert rows_of(app) == before
    assert planner.edit(rename("c0000", "乙"), base=0).json()["revision"] == 1


def test_a_stale_save_is_told_what_stands_and_what_fits(app, planner):
    other = Browser(app, "planner2")
    assert other.edit(rename("c0000", "甲"), base=0).status_code == 200
    answer = planner.edit(rename("c0000", "乙"), rename("c0100", "丙"), base=0)
    body = answer.json()
    assert (answer.status_code, body["code"], body["revision"]) == (409, "STALE_REVISION", 1)
    assert body["fits"] == [1]
    assert [(c["index"], c["code"]) for c in body["clashes"]] == [(0, "EDIT_STALE")]
    assert [s["author"] for s in body["saved"]] == ["planner2"]
    assert [r["properties"]["name"] for r in body["rows"]] == ["甲"]
    again = planner.edit(rename("c0100", "丙"), base=body["revision"])
    assert again.json()["revision"] == 2


def test_what_goes_together_can_be_saved_at_once(app, planner):
    other = Browser(app, "planner2")
    other.edit(rename("c0000", "甲"), base=0)
    merged = planner.edit(rename("c0100", "丙"), base=0, merge=True)
    assert (merged.status_code, merged.json()["revision"]) == (200, 2)
    clash = planner.edit(rename("c0000", "乙"), base=0, merge=True)
    assert clash.status_code == 409
    assert rows_of(app)["cells"]["c0000"].text("name") == "甲"


def test_two_who_move_one_border_do_not_overwrite_each_other(app, planner):
    other = Browser(app, "planner2")
    edit = inner_vertex(app, "c0000")
    x, y = edit["to"]
    assert other.edit(edit, base=0).status_code == 200
    mine = planner.edit({**edit, "to": [x + 1, y]}, base=0, merge=True)
    assert mine.status_code == 409
    assert mine.json()["clashes"][0]["code"] == "EDIT_NO_VERTEX"
    assert sound(app) == []


def test_an_edit_drawn_in_degrees_meets_the_same_vertex(app, planner):
    edit = inner_vertex(app, "c0000")
    cell = next(
        f for f in planner.get("/api/plans/main/layers/cells").json()["features"]
        if f["id"] == "c0000"
    )  # fmt: skip
    ring = np.array(rows_of(app)["cells"]["c0000"].shape.exterior.coords)
    at = int(np.abs(ring - edit["from"]).sum(axis=1).argmin())
    lon, lat = cell["geometry"]["coordinates"][0][at]
    degrees = {"op": "move_border", "from": [lon, lat], "to": [lon + 3e-5, lat + 2e-5]}
    answer = planner.edit(degrees, base=0, crs="lonlat")
    assert answer.status_code == 200, answer.text
    assert sound(app) == []
    rows = answer.json()["changes"][0]["rows"]
    now = next(r for r in rows if r["id"] == "c0000")["geometry"]["coordinates"][0]
    assert np.abs(np.array(now) - [lon + 3e-5, lat + 2e-5]).sum(axis=1).min() < 2e-8


def test_undo_and_redo_survive_a_reload_and_stop_at_others(place):
    service.fill(place)
    app, close = service.service(place)
    me = Browser(app, "planner")
    me.edit(rename("c0000", "甲"), base=0)
    me.edit(rename("c0000", "乙"), base=1)
    close()
    app, close = service.service(place)  # the server too began anew
    me = Browser(app, "planner")
    names = []
    for base, way in enumerate(["undo", "undo", "redo", "redo", "undo"], start=2):
        answer = me.post(f"/api/plans/main/{way}", {"base_revision": base})
        assert answer.status_code == 200, answer.text
        names.append(rows_of(app)["cells"]["c0000"].text("name"))
    start = service.grid().board.rows["cells"]["c0000"].text("name")
    assert names == ["甲", start, "甲", "乙", "甲"]
    other = Browser(app, "planner2").post("/api/plans/main/undo", {"base_revision": 7})
    assert (other.status_code, other.json()["code"]) == (409, "UNDO_OTHERS")
    stale = me.post("/api/plans/main/undo", {"base_revision": 3})
    assert (stale.status_code, stale.json()["code"]) == (409, "STALE_REVISION")
    close()


def test_any_revision_comes_back_and_the_difference_is_told(planner):
    planner.edit(rename("c0000", "甲"), base=0)
    planner.edit({"op": "split_k", "cell_id": "c0201", "k": 2, "new_ids": ["x", "y"]}, base=1)
    diff = planner.get("/api/plans/main/diff?from=1").json()["items"]
    kinds = {d["id"]: (d["before"] is None, d["after"] is None) for d in diff
             if d["layer"] == "cells"}  # fmt: skip
    assert kinds["x"] == (True, False)
    assert kinds["c0201"] == (False, True)
    answer = planner.post("/api/plans/main/restore", {"base_revision": 2, "to": 0})
    assert answer.json()["revision"] == 3
    assert planner.get("/api/plans/main/diff?from=0").json()["total"] == 0
    missing = planner.post("/api/plans/main/restore", {"base_revision": 3, "to": 9})
    assert (missing.status_code, missing.json()["code"]) == (404, "REVISION_UNKNOWN")


def test_a_branch_is_edited_apart_and_taken_back_into_its_plan(app, planner):
    made = planner.post("/api/plans/main/branches", {"plan_id": "try", "name": "试"})
    assert made.status_code == 201
    planner.edit(rename("c0000", "甲"), base=0, plan="try")
    planner.edit(rename("c0100", "乙"), base=1, plan="try")
    planner.post("/api/plans/try/undo", {"base_revision": 2})
    planner.edit(rename("c0200", "丙"), base=0)
    taken = planner.post("/api/plans/main/take", {"base_revision": 1, "branch": "try"})
    assert taken.status_code == 200, taken.text
    cells = rows_of(app)["cells"]
    assert cells["c0000"].text("name") == "甲"
    assert cells["c0200"].text("name") == "丙"
    assert cells["c0100"].text("name") != "乙"
    again = planner.post("/api/plans/main/take", {"base_revision": 2, "branch": "try"})
    assert (again.status_code, again.json()["code"]) == (409, "PLAN_NOT_DRAFT")


def test_what_is_drawn_and_not_saved_is_kept_for_its_author(app, planner):
    url = "/api/plans/main/draft"
    assert planner.get(url).status_code == 204
    body = {"base_revision": 0, "edits": [{"op": "half drawn"}]}
    assert planner.put(url, body).status_code == 204
    assert planner.put(url, {**body, "base_revision": 1}).status_code == 204
    assert planner.get(url).json()["base_revision"] == 1
    assert Browser(app, "planner2").get(url).status_code == 204
    assert planner.delete(url).status_code == 204
    assert planner.get(url).status_code == 204


def test_many_at_once_lose_no_acknowledged_save(app):
    names = [f"c{x:02d}{y:02d}" for x in (1, 2, 4, 5) for y in (0, 1)]
    told = {}

    def work(cell_id):
        me = Browser(app, "planner" if cell_id < "c03" else "planner2")
        base = 0
        for number in range(4):
            answer = me.edit(rename(cell_id, f"{cell_id}-{number}"), base=base, merge=True)
            if answer.status_code == 200:
                base = answer.json()["revision"]
                told.setdefault(base, (cell_id, number))
            else:
                base = answer.json()["revision"]

    threads = [threading.Thread(target=work, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.state.office.workspace.reading() as connection:
        saved = plans.history(connection, "main")
        assert plans.plan_head(connection, "main").revision == len(saved) == len(told)
    last = {cell_id: number for _, (cell_id, number) in sorted(told.items())}
    cells = rows_of(app)["cells"]
    assert {n: cells[n].text("name") for n in last} == {n: f"{n}-{k}" for n, k in last.items()}
    assert sound(app) == []


def test_a_plan_goes_from_draft_to_published_through_every_subdistrict(app, planner):
    office, office1 = Browser(app, "office"), Browser(app, "office1")
    url = "/api/plans/main/reviews"

    def step(who, name, base=0, **more):
        return who.post(url, {"step": name, "base_revision": base, **more})

    assert step(planner, "publish").json()["code"] == "PLAN_STATE"
    assert step(Browser(app, "own"), "submit").json()["code"] == "OTHER_AREA"
    assert step(planner, "submit").json()["status"] == "submitted"
    assert planner.edit(rename("c0000", "甲"), base=0).json()["code"] == "PLAN_NOT_DRAFT"
    assert step(planner, "approve").status_code == 403
    assert step(office, "approve", subdistricts=["s1"]).json()["code"] == "OTHER_AREA"
    assert step(office, "approve").json()["approved"] == ["s0"]
    assert step(planner, "publish").json()["code"] == "PLAN_STATE"
    assert step(office1, "return", note="再议").json()["status"] == "draft"
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200
    assert step(planner, "submit", 0).json()["code"] == "STALE_REVISION"
    step(planner, "submit", 1)
    assert step(office, "approve", 1).json()["status"] == "submitted"
    assert step(office1, "approve", 1).json()["status"] == "approved"
    assert step(office1, "publish", 1).status_code == 403
    nobody = Browser(app)
    assert nobody.get("/api/plans").json()["total"] == 0
    assert step(planner, "publish", 1).json()["status"] == "published"
    assert [p["plan_id"] for p in nobody.get("/api/plans").json()["items"]] == ["main"]


def test_a_branch_needs_only_the_subdistricts_that_it_changes(app, planner):
    own = Browser(app, "own")
    own.post("/api/plans/main/branches", {"plan_id": "try", "name": "试"})
    url = "/api/plans/try/reviews"
    empty = own.post(url, {"step": "submit", "base_revision": 0})
    assert (empty.status_code, empty.json()["code"]) == (422, "NOTHING_CHANGED")
    own.edit(rename("c0000", "甲"), base=0, plan="try")
    planner.edit(rename("c0300", "乙"), base=1, plan="try")
    foreign = own.post(url, {"step": "submit", "base_revision": 2})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "OTHER_AREA")
    planner.post("/api/plans/try/undo", {"base_revision": 2})
    body = own.post(url, {"step": "submit", "base_revision": 3}).json()
    assert body["concerned"] == ["s0"]
    other = Browser(app, "office1").post(url, {"step": "approve", "base_revision": 3})
    assert (other.status_code, other.json()["code"]) == (403, "OTHER_AREA")
    done = Browser(app, "office").post(url, {"step": "approve", "base_revision": 3})
    assert done.json()["status"] == "approved"


def test_residents_see_the_published_plan_with_figures_hidden_and_no_draft(app):
    nobody = Browser(app)
    assert nobody.get("/api/cells").status_code == 404
    assert nobody.get("/api/district").json()["grid"] is False
    workspace = app.state.office.workspace
    with workspace.writing() as connection:
        plans.set_status(connection, "main", base=0, was=plans.DRAFT, to=plans.PUBLISHED)
    app.state.office.published._asked = -9  # noqa: SLF001  (a second later)
    body = nobody.get("/api/cells?limit=99").json()
    cells = rows_of(app)["cells"]
    assert body["total"] == len(cells)
    few = {n for n, r in cells.items() if 0 < r.count("households") < 10}
    shown = {f["id"]: f["properties"]["households"] for f in body["features"]}
    assert few <= {n for n, count in shown.items() if count is None}
    assert nobody.get("/api/plans/main/layers/cells").status_code == 401
    assert nobody.get("/api/plans/main/people").status_code == 401


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_doors_that_are_imported_anew_count_in_the_next_edit(app, planner):
    split = {"op": "split_k", "cell_id": "c0000", "k": 2, "new_ids": ["n1", "n2"]}
    assert planner.edit(rename("c0000", "甲"), base=0).status_code == 200  # the board is open now
    twice = service.doors(service.grid())
    twice = twice.assign(**{name: twice[name] * 2 for name in ("households", "people")})
    with app.state.office.workspace.writing() as connection:
        source = Source("people", "d2.csv", "1")
        put_ground(connection, "main", twice, source, by=service.BY)
    answer = planner.edit(split, base=1)
    assert answer.status_code == 200, answer.text
    made = {row["id"]: row["properties"] for row in answer.json()["changes"][0]["rows"]
            if row["layer"] == "cells"}  # fmt: skip
    assert sum(made[name]["households"] for name in ("n1", "n2")) == twice["households"]["dc0000"]
