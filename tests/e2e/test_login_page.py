"""Logging in: by a one-time link, with a password, out again, and a password of one's own."""

from __future__ import annotations

import pytest

import provider
import service
from onegrid.store import logins
from onegrid_api.settings import Oidc

pytestmark = pytest.mark.e2e
OWN = "correct horse battery"


def test_a_link_sets_a_password_once_and_leaves_no_secret_in_the_address(visit, town, faults):
    app, address = town.app, town.address
    with app.state.office.workspace.writing() as connection:
        token = logins.make_link(connection, "newcomer", by=service.BY)
        connection.execute(logins.Link.__table__.update().values(ends_at="2999-01-01T00:00:00Z"))
    visit.open(f"{address}/link#{token}")
    page = visit.page
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再输一遍").fill("another horse")
    page.get_by_role("button", name="保存密码").click()
    page.get_by_text("两次输入不一样").wait_for()
    assert faults(page) == []
    page.get_by_label("再输一遍").fill(OWN)
    page.keyboard.press("Enter")
    page.get_by_text("密码已设好").wait_for()
    assert page.url == f"{address}/link"
    with app.state.office.workspace.reading() as connection:
        assert logins.right_password(connection, "newcomer", OWN)
    visit.open(f"{address}/link?again#{token}")
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再输一遍").fill(OWN)
    page.keyboard.press("Enter")
    page.get_by_text("链接已用过或已过期").wait_for()
    visit.complaints.clear()  # the browser tells of every refused answer


def test_one_logs_in_sees_where_changes_the_password_and_leaves(visit, town, faults):
    page, address = visit.page, town.address
    service.Browser(town.app, "town")  # somewhere else
    visit.open(f"{address}/login?next=/login")
    page.get_by_label("登录名").fill("town")
    page.get_by_label("密码").fill("wrong wrong wrong")
    page.keyboard.press("Enter")
    page.get_by_text("登录名或密码不对").wait_for()
    assert faults(page) == []
    page.get_by_label("登录名").fill("town")
    page.get_by_label("密码").fill(service.PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("已登录：town（社区）").wait_for()
    assert page.get_by_text("管辖：社区 m21").is_visible()
    page.get_by_role("button", name="退出那里的登录").click()
    page.get_by_role("button", name="退出那里的登录").wait_for(state="detached")
    assert page.locator(".logins li").count() == 1
    assert faults(page) == []
    page.get_by_label("现在的密码").fill(service.PASSWORD)
    page.get_by_label("新密码").fill(OWN)
    page.get_by_label("再输一遍").fill(OWN)
    page.keyboard.press("Enter")
    page.get_by_text("密码已修改").wait_for()
    page.reload()
    page.get_by_role("button", name="登录").wait_for()
    visit.complaints.clear()  # the browser tells of every refused answer


def test_after_logging_in_one_stays_here(visit, town):
    page, address = visit.page, town.address
    visit.open(f"{address}/login?next=/%09/evil.example")  # a tab vanishes: //evil.example
    page.get_by_label("登录名").fill("planner")
    page.get_by_label("密码").fill(service.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/office")
    page.locator("tbody tr.subdistrict").first.wait_for()
    page.wait_for_load_state("networkidle")


def test_results_without_accounts_need_no_login(visit, address, faults):
    visit.open(f"{address}/login")
    visit.page.get_by_text("不用登录").wait_for()
    assert visit.page.get_by_role("link", name="登录").count() == 0
    assert faults(visit.page) == []


def test_the_offices_own_provider_lets_one_in_where_one_wanted_to_go(
    visit, serving, tmp_path, faults
):
    place = str(tmp_path / "w")
    service.fill(place)
    with provider.running() as there:
        oidc = Oidc(there.issuer, provider.CLIENT, provider.SECRET, label="统一认证")
        with serving(service.service(place, oidc=oidc)[0]) as address:
            visit.open(f"{address}/login?next=/login")
            button = visit.page.get_by_role("link", name="用统一认证登录")
            button.wait_for()
            assert faults(visit.page) == []
            button.click()
            visit.page.get_by_text("已登录：own（社区）").wait_for()
            visit.page.locator(".logins li").first.wait_for()
            there.spoil = {"aud": "somebody else"}
            visit.page.context.clear_cookies()
            visit.open(f"{address}/login")
            button.click()
            visit.page.get_by_role("alert").wait_for()
            assert "统一认证" in visit.page.locator("main").inner_text()
