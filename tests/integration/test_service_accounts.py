"""Who gets in, what they may do, and where: every route, every role, own and other area."""

import httpx
import pytest

import service
from onegrid.errors import LimitError
from onegrid.store import audit, logins
from onegrid.store.rows import read_rows
from onegrid_api.access import ACTIONS
from onegrid_api.deps import May
from service import PASSWORD, Browser, rename, told

pytestmark = pytest.mark.integration
NO_LOGIN = {("POST", "/api/session"), ("POST", "/api/scenarios/try")}  # the second only answers
RESIDENTS = {  # what they report, how it stands, and counts
    *(("POST", "/api/issues"), ("POST", "/api/issues/{issue_id}/track")),
    *(("POST", "/api/issues/{issue_id}/rating"), ("GET", "/api/issue-statistics")),
    *(("GET", "/api/flows"), ("GET", "/api/calendar.ics")),
}


def actions_of(app):
    """Return the action that each route of the service asks for."""
    found = {}
    for route in service.routes(app):
        asked = [d.call.action for d in route.dependant.dependencies if isinstance(d.call, May)]
        for method in route.methods:
            found[method, route.path] = asked
    return found


def test_every_route_asks_who_may_use_it_or_is_for_everybody(app):
    actions = actions_of(app)
    open_to_all = {place for place, asked in actions.items() if not asked}
    office = {
        ("GET", "/api/plans"),
        ("GET", "/api/session"),
        ("POST", "/api/links/use"),
        *RESIDENTS,
    }
    assert {place for place, asked in actions.items() if asked == ["public"]} == office
    assert all(len(asked) <= 1 for asked in actions.values())
    writing = {(m, p) for m, p in open_to_all if m not in ("GET", "OPTIONS")}
    assert writing == NO_LOGIN
    assert {p for p in open_to_all if p[1].startswith("/ogc/plans")} == set()
    reading = {p for _, p in open_to_all - NO_LOGIN if not p.startswith("/ogc")}
    assert reading == {
        *("/", "/map", "/link", "/api/docs", "/api/health", "/api/summary", "/api/cells"),
        *("/api/which-cell", "/api/gaps", "/api/gaps.csv", "/api/facilities", "/api/nearest"),
        *(
            "/plan",
            "/office",
            "/login",
            "/sw.js",
            "/api/report.xlsx",
            "/api/report.docx",
            "/api/board",
        ),
        *("/api/board/lists", "/api/board/{level}/{unit}"),
        *("/api/circles", "/api/district", "/api/places", "/api/tiles", "/api/standards"),
        *("/api/tiles/{layer}.json", "/api/tiles/{layer}/{z}/{x}/{y}.mvt"),
        *("/api/oidc/login", "/api/oidc/back", "/report", "/work", "/cases", "/work-sw.js"),
    }


def test_every_role_gets_into_the_routes_of_its_role_and_no_other(app):
    browsers = {None: Browser(app)} | {name: Browser(app, name) for name in service.PEOPLE}
    roles = {None: "resident"} | {name: role for name, (role, _) in service.PEOPLE.items()}
    count = 0
    for (method, path), asked in sorted(actions_of(app).items()):
        if not asked or path.endswith("/events") or (method, path) == ("DELETE", "/api/session"):
            continue
        url = path.replace("{plan_id}", "main").replace("{layer}", "cells")
        for name in ("upload_id", "job_id", "key", "user_id", "kind"):
            url = url.replace(f"{{{name}}}", "nothing")
        for name, browser in browsers.items():
            answer = browser.ask(method, url, **({} if method == "GET" else {"json": {}}))
            status = answer.status_code
            allowed = asked[0] in ACTIONS[roles[name]]
            refused = 401 if name is None else 403
            if allowed:
                elsewhere = status == 403 and answer.json()["code"] == "OTHER_AREA"
                assert elsewhere or status not in (401, 403, 500), (method, path, name, status)
            else:
                assert status == refused, (method, path, name, status)
            count += 1
    assert count > 250


def test_one_edits_in_ones_own_area_only(app):
    own = Browser(app, "own")
    assert own.edit(rename("c0000", "甲"), base=0).status_code == 200
    assert told(own.edit(rename("c0300", "乙"), base=1)) == (403, "OTHER_AREA")
    both = own.edit(rename("c0100", "丙"), rename("c0300", "乙"), base=1)
    assert told(both) == (403, "OTHER_AREA")
    office = Browser(app, "office")
    assert told(office.edit(rename("c0300", "乙"), base=1)) == (403, "OTHER_AREA")
    assert told(office.post("/api/plans/main/edits/try", {
        "base_revision": 1, "edits": [rename("c0300", "乙")]})) == (403, "OTHER_AREA")  # fmt: skip
    other = Browser(app, "other")
    assert other.edit(rename("c0300", "乙"), base=1).json()["revision"] == 2
    turned = own.post("/api/plans/main/restore", {"base_revision": 2, "to": 0})
    assert told(turned) == (403, "OTHER_AREA")
    assert own.get("/api/plans/main").json()["revision"] == 2


def test_one_reads_the_rows_of_ones_own_area_only(app):
    with app.state.office.workspace.reading() as connection:
        rows = read_rows(connection, "main")
    mine = {n for n, r in rows["cells"].items() if r.text("community_id") == "m0-0"}
    for name in ("worker", "own", "office"):
        browser = Browser(app, name)

        def ids(layer, browser=browser):
            body = browser.get(f"/api/plans/main/layers/{layer}?limit=999").json()
            assert body["total"] == len(body["features"])
            return {feature["id"] for feature in body["features"]}

        assert ids("cells") == mine
        assert ids("atoms") == {n for n, r in rows["atoms"].items() if r.text("cell_id") in mine}
        assert len(ids("communities")) == 2
    assert len(
        Browser(app, "planner").get("/api/plans/main/layers/cells").json()["features"]
    ) == len(rows["cells"])


def test_a_neighbours_figures_are_hidden_where_a_cut_ends_on_their_border(app):
    with app.state.office.workspace.reading() as connection:
        cells = read_rows(connection, "main")["cells"]
    cell = cells["c0201"].shape
    (x, y) = cell.representative_point().coords[0]
    line = [[x - 200, y], [x + 200, y + 3]]
    split = {"op": "split", "cell_id": "c0201", "line": line, "new_ids": ["n1", "n2"]}
    answer = Browser(app, "own").edit(split, base=0)
    assert answer.status_code == 200, answer.text
    (change,) = answer.json()["changes"]
    theirs = [r for r in change["rows"] if r["properties"].get("community_id") == "m1-0"]
    assert len(theirs) == 1
    name = theirs[0]["id"]
    assert theirs[0]["properties"]["households"] is None
    assert theirs[0]["properties"]["code"] == name
    with app.state.office.workspace.reading() as connection:
        now = read_rows(connection, "main")["cells"][name]
    assert now.count("households") == cells[name].count("households")
    assert now.shape.area == pytest.approx(cells[name].shape.area, rel=1e-5)


def test_reading_rows_of_people_is_on_record_and_stays_in_ones_area(app):
    everywhere = Browser(app, "planner").get("/api/plans/main/people?limit=999").json()
    own = Browser(app, "own").get("/api/plans/main/people?limit=5").json()
    assert 0 < own["total"] < everywhere["total"]
    assert len(own["features"]) == min(5, own["total"])
    admin = Browser(app, "admin")
    rows = admin.get("/api/audit?action=read people").json()
    assert rows["total"] == 2
    assert [(r["actor"], r["details"]["rows"]) for r in rows["items"]] == [
        ("own", len(own["features"])),
        ("planner", everywhere["total"]),
    ]
    with app.state.office.workspace.reading() as connection:
        assert audit.broken_rows(connection) == []


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_whoever_needs_all_doors_reads_them_once_and_leaves_one_row(place):
    service.fill(place)
    made, close = service.service(place, page_size_max=5)
    body = Browser(made, "planner").get("/api/plans/main/people?limit=1000000").json()
    assert (len(body["features"]), body["next"]) == (body["total"], None)
    assert Browser(made, "admin").get("/api/audit?action=read people").json()["total"] == 1
    close()


def test_one_logs_in_with_the_right_password_and_guessing_is_slowed(app):
    browser = Browser(app)
    answer = browser.log_in("own")
    assert answer.status_code == 200
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "password" not in answer.text
    nobody = Browser(app)
    assert told(nobody.log_in("stranger", "x" * 12)) == (401, "LOGIN_WRONG")
    for _ in range(logins.FAILURES_MAX["name"]):
        assert told(nobody.log_in("own", "x" * 12)) == (401, "LOGIN_WRONG")
    assert told(nobody.log_in("own")) == (429, "LOGIN_PAUSED")
    assert browser.get("/api/session").json()["user_id"] == "own"  # who is in stays in
    with app.state.office.workspace.reading() as connection:
        at = logins.later(audit.by_now("").at, seconds=59)
        with pytest.raises(LimitError):
            logins.refuse_guessing(connection, ["name own"], now=logins.later(at, seconds=-30))
        logins.refuse_guessing(connection, ["name own"], now=logins.later(at, seconds=62))


def test_wrong_passwords_pause_their_address_and_never_a_proxy_that_names_none(app, monkeypatch):
    monkeypatch.setitem(logins.FAILURES_MAX, "address", 2)
    for host, code in (("203.0.113.9", (429, "LOGIN_PAUSED")), ("127.0.0.1", (200, None))):
        browser = Browser(app)
        browser._transport = httpx.ASGITransport(app, client=(host, 1))  # noqa: SLF001
        for name in ("nobody", "stranger"):
            assert told(browser.log_in(name, "x" * 12)) == (401, "LOGIN_WRONG")
        answer = browser.log_in("own")
        assert (answer.status_code, answer.json().get("code")) == code


def test_writing_needs_the_token_and_no_other_site_can_write(app):
    own = Browser(app, "own")
    body = {"base_revision": 0, "edits": [rename("c0000", "甲")]}
    url = "/api/plans/main/edits"
    assert told(own.post(url, body, headers={"X-CSRF-Token": "guess"})) == (403, "CSRF")
    foreign = own.post(url, body, headers={"Origin": "https://elsewhere.example"})
    assert told(foreign) == (403, "CROSS_ORIGIN")
    assert own.post(url, body, headers={"Origin": "http://app"}).status_code == 200
    assert told(own.post(url, {"edits": "x" * 6_000_000})) == (413, "TOO_LARGE")


def test_a_changed_password_ends_every_login(app):
    one, two = Browser(app, "own"), Browser(app, "own")
    wrong = one.post("/api/password", {"old": "x" * 12, "new": "another secret"})
    assert told(wrong) == (401, "LOGIN_WRONG")
    weak = one.post("/api/password", {"old": PASSWORD, "new": "own own own own"})
    assert told(weak) == (422, "PASSWORD_WEAK")
    assert one.post("/api/password", {"old": PASSWORD, "new": "another secret"}).status_code == 204
    assert [b.get("/api/session").status_code for b in (one, two)] == [204, 204]
    assert Browser(app).log_in("own").status_code == 401
    assert Browser(app).log_in("own", "another secret").status_code == 200


def test_one_sees_where_one_is_logged_in_and_can_end_it(app):
    one, two = Browser(app, "own"), Browser(app, "own")
    other = Browser(app, "planner")
    sessions = one.get("/api/sessions").json()["items"]
    assert sorted(s["this"] for s in sessions) == [False, True]
    key = next(s["key"] for s in sessions if not s["this"])
    assert told(other.delete(f"/api/sessions/{key}")) == (404, "NOT_THERE")
    assert one.delete(f"/api/sessions/{key}").status_code == 204
    assert two.get("/api/session").status_code == 204
    assert one.delete("/api/session").status_code == 204
    assert one.get("/api/session").status_code == 204


def test_an_administrator_lets_people_in_by_a_link_that_works_once(app):
    admin = Browser(app, "admin")
    person = {"name": "新", "role": "community", "areas": ["community/m1-0"]}
    made = admin.post("/api/users", {**person, "user_id": "新人"})
    assert made.status_code == 201
    token = made.json()["path"].partition("#")[2]
    use = {"token": token, "password": "correct horse"}
    assert told(Browser(app).post("/api/links/use", {**use, "password": "short"})) == (
        422,
        "PASSWORD_WEAK",
    )
    assert Browser(app).post("/api/links/use", use).status_code == 204
    assert [one["user_id"] for one in admin.get("/api/users?role=planner").json()["items"]] == [
        "planner", "planner2"]  # fmt: skip
    assert told(Browser(app).post("/api/links/use", use)) == (403, "LINK_VOID")
    someone = Browser(app)
    assert someone.log_in("新人", "correct horse").status_code == 200
    assert someone.edit(rename("c0300", "乙"), base=0).status_code == 200
    assert told(admin.post("/api/users", {**person, "user_id": "新人"})) == (409, "USER_EXISTS")
    odd = admin.post("/api/users", {"user_id": "x", "name": "x", "role": "king", "areas": ["moon"]})
    assert [d["code"] for d in odd.json()["details"]] == ["ROLE_UNKNOWN", "AREA_UNKNOWN"]
    assert admin.put("/api/users/新人", {**person, "active": False}).status_code == 204
    assert someone.get("/api/session").status_code == 204
    assert told(admin.put("/api/users/admin", {**person, "name": "a"})) == (409, "LAST_ADMIN")
    assert told(admin.put("/api/users/nobody", person)) == (404, "USER_UNKNOWN")
