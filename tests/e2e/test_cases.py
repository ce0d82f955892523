"""From a resident's report to the rating: by link, on a phone without a network, at a desk."""

from __future__ import annotations

import pytest

import service
from service import Browser

pytestmark = pytest.mark.e2e
PHONE = {"width": 390, "height": 844}
WIDTH = "() => document.documentElement.scrollWidth - window.innerWidth"
SMALL = """() => [...document.querySelectorAll('button, a[href], summary, select, main input')]
  .filter((e) => e.checkVisibility() && e.type !== 'radio' && !e.closest('.skip'))
  .filter((e) => e.getBoundingClientRect().height < 44).map((e) => e.outerHTML)"""
CALL = "13800000000"  # of nobody


@pytest.fixture
def served(serving, tmp_path):
    place = str(tmp_path / "w")
    service.fill(place)
    app, _ = service.service(place)
    service.publish(app)
    with serving(app) as address:
        yield app, address


def come_as(page, app, address, name):
    """Come with the cookie of a login, or as anybody."""
    page.context.clear_cookies()
    if name is not None:
        token = Browser(app, name).cookies["onegrid_session"]
        page.context.add_cookies([{"name": "onegrid_session", "value": token, "url": address}])


def stand_in(page, cell):
    lon, lat = service.spot(cell)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": lon, "latitude": lat})


def report(page, words):
    page.get_by_role("button", name="用我的位置").click()
    page.get_by_text("已选：").wait_for()
    page.get_by_label("看到了什么").fill(words)
    page.get_by_role("button", name="提交", exact=True).click()


def looks_right(page, faults):
    assert page.evaluate(WIDTH) <= 0
    assert page.evaluate(SMALL) == []
    assert faults(page) == []


def resident_reports(page, address, faults):
    """Report by the phone's position; the address of the page is the link to follow it."""
    page.goto(f"{address}/report")
    page.get_by_label("怎么联系您").fill(CALL)
    looks_right(page, faults)
    report(page, "楼道堆物")
    page.get_by_role("heading", name="进展").wait_for()
    looks_right(page, faults)
    return page.url


def worker_works_offline(page, app, address, faults):
    """Report and pick up without a network; the first answer is lost on the way back."""
    admin = Browser(app, "admin")
    page.goto(f"{address}/work")
    page.get_by_text("待办 1 件").wait_for()
    page.evaluate("() => navigator.serviceWorker.ready")
    page.reload()
    page.get_by_text("楼道堆物").click()
    looks_right(page, faults)
    page.wait_for_function("() => navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.get_by_role("button", name="下一步：推送").click()
    page.get_by_text("1 条待提交").wait_for()
    page.get_by_role("button", name="上报问题").click()
    report(page, "楼道还有杂物")
    page.get_by_text("2 条待提交").wait_for()
    page.reload()
    page.get_by_text("没有网络").wait_for()
    page.get_by_text("2 条待提交").wait_for()  # it was kept on the phone
    assert admin.get("/api/issues").json()["total"] == 1
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/api/issues/sync", lose, times=1)
    with page.expect_event("requestfailed", lambda sent: sent.url.endswith("/sync")):
        page.context.set_offline(False)  # it is sent at once
    page.get_by_role("button", name="现在提交").click()
    page.get_by_text("条待提交").wait_for(state="detached")
    assert lost == [200]
    rows = admin.get("/api/issues").json()["items"]
    assert sorted((one["state"], one["revision"]) for one in rows) == [
        ("discovered", 1), ("dispatched", 2)]  # fmt: skip


def worker_suggests_and_handles(page):
    page.get_by_role("button", name="上报问题").click()
    page.get_by_role("button", name="用我的位置").click()
    page.get_by_text("附近已有同类问题").wait_for()
    page.get_by_role("button", name="收起").click()
    page.get_by_text("楼道堆物").click()
    page.get_by_role("button", name="下一步：处置").click()
    page.get_by_text("请先写说明").wait_for()
    page.get_by_label("说明").locator("visible=true").fill("已联系物业")
    page.get_by_role("button", name="下一步：处置").click()
    page.get_by_role("button", name="下一步：协调").wait_for()


def office_closes(page, address, faults):
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{address}/cases")
    page.get_by_role("button", name="安全隐患排查").last.click()
    for state, note in (("协调", ""), ("监督", ""), ("反馈", "已清理干净"), ("办结", "")):
        if note:
            page.get_by_label("说明").locator("visible=true").fill(note)
        page.get_by_role("button", name=f"下一步：{state}").click()
        page.get_by_role("button", name=f"下一步：{state}").wait_for(state="detached")
    assert faults(page) == []
    page.get_by_text("共 1 件").wait_for()  # the other one is still open


def test_from_a_residents_report_to_the_rating(visit, served, faults):
    app, address = served
    page = visit.page
    visit.home = address
    page.set_viewport_size(PHONE)
    stand_in(page, "c0000")
    link = resident_reports(page, address, faults)
    come_as(page, app, address, "worker")
    worker_works_offline(page, app, address, faults)
    worker_suggests_and_handles(page)
    come_as(page, app, address, "own")
    office_closes(page, address, faults)
    come_as(page, app, address, None)
    page.set_viewport_size(PHONE)
    page.goto(link)
    page.get_by_text("已清理干净").wait_for()
    looks_right(page, faults)
    page.get_by_role("radio", name="5 分").check()
    page.get_by_role("button", name="提交评价").click()
    page.get_by_text("您的评价：5 分").wait_for()
    page.reload()
    page.get_by_text("您的评价：5 分").wait_for()
    assert page.get_by_role("radio").count() == 0  # once
    told = page.locator("main").inner_text()
    assert not any(name in told for name in ("own", "worker", CALL))
    page.goto(f"{address}/report#{'a' * 24}.{'b' * 24}")
    page.get_by_text("打不开任何问题").wait_for()
    visit.complaints.clear()  # the browser tells of every answer that did not come


TABS = {
    "统计": "市容环境秩序", "项目": "新项目", "需求与资源": "名额已满", "人员": "人员缺口",
    "台账": "60岁以上", "日程": "记为今天已开", "准入": "部门申请准入",
}  # fmt: skip


def test_every_part_of_the_desk_shows_what_is_kept(visit, served, faults):
    app, address = served
    own, page = Browser(app, "own"), visit.page
    lon, lat = service.spot("c0000")
    body = {"issue_id": "issue-000000000001", "duty": "city_order", "text": "占道", "lon": lon,
            "lat": lat}  # fmt: skip
    assert own.post("/api/issues", body).status_code == 201
    for register, people in (("needs", 3), ("resources", 2)):
        row = {"base_revision": 0, "kind": "meal", "title": "午餐", "people": people, "lon": lon,
               "lat": lat}  # fmt: skip
        own.put(f"/api/registers/{register}/{register}-00000000000001", row)
    come_as(page, app, address, "own")
    visit.open(f"{address}/cases")
    page.locator("tbody tr").first.wait_for()
    page.get_by_role("button", name="显示地图").click()
    page.wait_for_function(
        "() => document.querySelector('.map')?.onegridMap?.getLayer('cases') && document"
        ".querySelector('.map').onegridMap.queryRenderedFeatures({layers: ['cases']}).length"
    )
    for name, text in TABS.items():
        page.locator(".tabs").get_by_role("link", name=name, exact=True).click()
        if name == "需求与资源":
            page.get_by_role("button", name="按步行").click()
        page.get_by_text(text).first.wait_for()
        assert faults(page) == [], name
    page.get_by_text("部门申请准入").click()
    page.get_by_role("textbox", name="名称").fill("消防巡查")
    page.get_by_role("textbox", name="部门").fill("emergency")
    page.get_by_role("textbox", name="事由").fill("入夏")
    page.get_by_role("button", name="保存").click()
    page.get_by_text("这一步不由您来做").wait_for()  # a community asks for nothing
    visit.complaints.clear()
