"""People log in at their office's own provider: a real one, on loopback, that also misbehaves."""

import time
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

import provider
import service
from onegrid.errors import InputError
from onegrid_api.settings import Oidc, of_environment
from service import Browser, told

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def there():
    with provider.running() as made:
        yield made


@pytest.fixture
def calm(there):
    """Return the provider as it is at first."""
    before = there.claims, there.signing
    yield there
    there.claims, there.signing = before
    there.spoil = {}


@pytest.fixture(scope="module")
def served(there, tmp_path_factory):
    place = str(tmp_path_factory.mktemp("oidc") / "district")
    service.fill(place)
    settings = Oidc(there.issuer, provider.CLIENT, provider.SECRET, label="统一认证")
    made, close = service.service(place, oidc=settings)
    yield made
    close()


@pytest.fixture
def app(served):
    """Return the service as if nobody had failed to log in of late."""
    with served.state.office.workspace.writing() as connection:
        connection.exec_driver_sql("DELETE FROM attempts")
    return served


def begin(browser, page="/plan"):
    answer = browser.get(f"/api/oidc/login?next={page}")
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    return answer.headers["location"]


def at_provider(address):
    """Return the address that the provider sends the browser back to."""
    answer = httpx.get(address)
    assert answer.status_code == 302
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


def log_in(browser, page="/plan"):
    """Return where the browser ends up."""
    answer = browser.get(at_provider(begin(browser, page)))
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_somebody_of_the_same_name_is_let_in_with_their_role_and_every_login_is_on_record(
    app, calm
):
    browser = Browser(app)
    assert log_in(browser) == "/plan"
    me = browser.get("/api/session").json()
    assert (me["user_id"], me["role"], me["areas"]) == ("own", "community", ["community/m0-0"])
    browser.csrf = me["csrf"]
    assert browser.edit(service.rename("c0000", "甲"), base=0).status_code == 200
    rows = Browser(app, "admin").get("/api/audit?actor=own").json()["items"]
    assert [row["action"] for row in rows] == ["save", "log in", "link user"]
    calm.claims = calm.claims | {"preferred_username": "planner", "name": "改名"}
    again = Browser(app)
    log_in(again)
    assert again.get("/api/session").json()["user_id"] == "own"  # the subject is who counts


def test_nobody_takes_the_account_of_somebody_else_of_that_name(app, calm):
    calm.claims = {"sub": "first", "preferred_username": "other"}
    assert log_in(Browser(app)) == "/plan"
    calm.claims = {"sub": "second", "preferred_username": "other"}
    browser = Browser(app)
    assert log_in(browser) == "/login?problem=OIDC_TAKEN"
    assert browser.get("/api/session").status_code == 204


def test_who_is_not_known_is_a_guest_who_may_nothing_until_given_a_role(app, calm):
    calm.claims = {"sub": "person-9", "preferred_username": "新来的", "name": "新"}
    guest, admin = Browser(app), Browser(app, "admin")
    log_in(guest)
    me = guest.get("/api/session").json()
    assert (me["user_id"], me["role"], me["areas"]) == ("新来的", "guest", [])
    assert told(guest.get("/api/plans/main")) == (403, "FORBIDDEN")
    assert guest.get("/api/sessions").json()["total"] == 1
    role = {"name": "新", "role": "grid_worker", "areas": ["community/m0-0"], "active": True}
    assert admin.put("/api/users/新来的", role).status_code == 204
    assert guest.get("/api/plans/main").status_code == 200
    assert admin.put("/api/users/新来的", role | {"active": False}).status_code == 204
    assert guest.get("/api/session").status_code == 204
    assert log_in(Browser(app)) == "/login?problem=OIDC_SHUT_OUT"


@pytest.mark.parametrize(
    "spoil",
    [
        {"nonce": "of another login"},
        {"aud": "another service"},
        {"iss": "https://elsewhere.example"},
        {"exp": int(time.time()) - 3600},
        {"sub": None},
        {"preferred_username": ""},
    ],
    ids=lambda spoil: next(iter(spoil)),
)
def test_a_token_that_is_not_for_this_login_lets_nobody_in(app, calm, spoil):
    calm.spoil = spoil
    browser = Browser(app)
    assert log_in(browser) == "/login?problem=OIDC_REFUSED"
    assert browser.get("/api/session").status_code == 204


def test_a_token_signed_by_another_key_lets_nobody_in(app, calm):
    calm.signing = RSAKey.generate_key(2048, {"kid": "one"}, auto_kid=False)
    assert log_in(Browser(app)) == "/login?problem=OIDC_REFUSED"


@pytest.mark.usefixtures("calm")
def test_an_answer_serves_the_browser_that_began_it_once(app):
    victim, other = Browser(app), Browser(app)
    back = at_provider(begin(victim))
    for browser in (other, Browser(app, "planner")):  # begun elsewhere, or not at all
        assert browser.get(back).headers["location"] == "/login?problem=OIDC_REFUSED"
    begin(other)
    assert other.get(back).headers["location"] == "/login?problem=OIDC_REFUSED"
    assert victim.get(back).headers["location"] == "/plan"
    begin(victim)
    assert victim.get(back).headers["location"] == "/login?problem=OIDC_REFUSED"
    code = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(begin(victim)).query)["state"][0]
    used = victim.get(f"/api/oidc/back?code={code}&state={state}")
    assert used.headers["location"] == "/login?problem=OIDC_REFUSED"
    no = victim.get(f"/api/oidc/back?error=access_denied&state={state}")
    assert no.headers["location"] == "/login?problem=OIDC_REFUSED"


@pytest.mark.usefixtures("calm")
def test_one_is_sent_to_pages_of_ours_only_and_the_page_is_told_of_the_provider(app):
    assert log_in(Browser(app), "//elsewhere.example") == "/office"
    assert log_in(Browser(app), "https://elsewhere.example") == "/office"
    assert Browser(app).get("/api/district").json()["provider"] == "统一认证"


def test_a_provider_that_is_away_is_told_and_passwords_still_serve(tmp_path, unused_port):
    service.fill(str(tmp_path / "district"))
    settings = Oidc(f"http://127.0.0.1:{unused_port}", "onegrid")
    app, close = service.service(str(tmp_path / "district"), oidc=settings)
    browser = Browser(app)
    away = browser.get("/api/oidc/login")
    assert (away.status_code, away.headers["location"]) == (303, "/login?problem=OIDC_AWAY")
    assert browser.log_in("own").status_code == 200
    close()


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_without_a_provider_there_is_no_such_way_in(place):
    service.fill(place)
    app, close = service.service(place)
    assert told(Browser(app).get("/api/oidc/login")) == (404, "NOT_THERE")
    assert Browser(app).get("/api/district").json()["provider"] is None
    close()


def test_a_provider_is_named_by_the_environment_and_only_over_https():
    told_so = {"ONEGRID_STORE": "d", "ONEGRID_OIDC_ISSUER": "https://login.example",
               "ONEGRID_OIDC_CLIENT_ID": "onegrid"}  # fmt: skip
    assert of_environment(told_so).oidc == Oidc("https://login.example", "onegrid")
    for issuer in ("http://login.example", "login.example", ""):
        with pytest.raises(InputError, match="OIDC_SETTINGS"):
            of_environment(told_so | {"ONEGRID_OIDC_ISSUER": issuer})
