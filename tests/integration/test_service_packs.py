"""Norm packs of the district's own: sent, listed with their confidence, and used; both stores."""

import pytest

import service
from onegrid.errors import StandardError
from onegrid.io.packs import read_standard
from onegrid.pipeline.jobs import Task, prepare
from onegrid.pipeline.norm_desk import MINUTES_MAX, RULES_MAX, norms_named
from onegrid.standards import norms, pack, packs
from onegrid.store import audit, back_up, norm_packs, restore_backup
from service import Browser, told

pytestmark = pytest.mark.integration
OURS = (
    "设施,分钟,单位,面积下限,文件,条款,核实,备注\n"
    "day_care_station,12,每个社区,320.5,示意数据,一(二),seen,\n"
    "茶馆,9.5,,,示意数据,,,=1+1\n"
)


def send(browser, content, name="我区标准"):
    return browser.ask("POST", "/api/packs", params={"name": name}, content=content)


def listed(browser):
    return {one["name"]: one for one in browser.get("/api/standards").json()["packs"]}


def test_a_pack_is_listed_beside_the_bundled_ones_with_its_source_and_confidence(app):
    planner = Browser(app, "planner")
    before = listed(planner)
    assert tuple(before) == packs()
    assert [name for name, one in before.items() if one["default"]] == ["cangzhou-2020"]
    for name, one in before.items():
        doubtful = [norm for norm in pack(name) if not norm.verified]
        assert one["confidence"] == ("未核实" if doubtful else "核实")
    answer = send(planner, OURS.encode("gb18030"))
    assert answer.status_code == 201, answer.text
    assert [one["code"] for one in answer.json()["doubts"]] == ["PACK_KIND"]
    ours = listed(Browser(app))["我区标准"]  # residents may know by what they are measured
    assert ours == {
        "name": "我区标准", "titles": ["示意数据"], "rules": 2, "unverified": 1,
        "confidence": "未核实", "own": True, "default": False,
    }  # fmt: skip
    read = planner.get("/api/packs/我区标准").json()["rules"]
    assert [(rule["kind"], rule["minutes"], rule["verified"]) for rule in read] == [
        ("day_care_station", 12.0, True),
        ("茶馆", 9.5, False),
    ]
    assert read[0]["floor_m2_min"] == 320.5
    assert len(planner.get("/api/packs/qinhuai").json()["rules"]) == len(pack("qinhuai"))


def test_a_pack_never_changes_and_what_was_done_with_it_is_on_record(app):
    planner = Browser(app, "planner")
    assert send(planner, OURS.encode()).status_code == 201
    assert told(send(planner, OURS.encode())) == (409, "PACK_EXISTS")
    assert told(send(planner, OURS.encode(), "qinhuai")) == (409, "PACK_EXISTS")
    assert planner.delete("/api/packs/我区标准").status_code == 204
    assert told(planner.delete("/api/packs/我区标准")) == (404, "PACK_MISSING")
    assert told(planner.delete("/api/packs/qinhuai")) == (404, "PACK_MISSING")
    assert told(planner.get("/api/packs/我区标准")) == (404, "PACK_MISSING")
    assert tuple(listed(planner)) == packs()
    rows = Browser(app, "admin").get("/api/audit?limit=1000").json()["items"]
    found = [(row["actor"], row["action"]) for row in rows if row["target"] == "我区标准"]
    assert sorted(found) == [("planner", "add norm pack"), ("planner", "drop norm pack")]
    with app.state.office.workspace.reading() as connection:
        assert audit.broken_rows(connection) == []


def test_a_pack_is_for_the_whole_district_and_for_those_who_send_files(app):
    for name, expected in {
        None: (401, "LOGIN"), "worker": (403, "FORBIDDEN"), "own": (403, "FORBIDDEN"),
        "fire": (403, "FORBIDDEN"), "office": (403, "OTHER_AREA"),
    }.items():  # fmt: skip
        browser = Browser(app, name)
        assert told(send(browser, OURS.encode())) == expected
        assert told(browser.delete("/api/packs/我区标准")) == expected
    assert Browser(app, "office").post("/api/packs/check", {}).status_code == 422
    assert tuple(listed(Browser(app))) == packs()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "COLUMN_MISSING"),
        (b"\xff\xfe\x00\x80\x81", 422, "ENCODING"),
        (b"name,lon\na,1", 422, "COLUMN_MISSING"),
        (b"kind,minutes\n", 422, "PACK_EMPTY"),
        (b"kind,minutes\nclinic,soon\n,5\nclinic,-1", 422, "PACK_ROW"),
        (f"kind,minutes\nclinic,{MINUTES_MAX + 1}".encode(), 422, "PACK_LIMIT"),
        (b"kind,minutes\nclinic,1e999", 422, "PACK_ROW"),
        (b"kind,minutes,note\nclinic,5," + b"x" * 5_000, 422, "PACK_LIMIT"),
        (b'kind,minutes,note\nclinic,5,"' + b"x" * 200_000, 422, "FILE_UNREADABLE"),
        (b"kind,minutes" + b"\nclinic,5" * (RULES_MAX + 1), 422, "PACK_LIMIT"),
        (b"kind,minutes\n" + b"clinic,5\n" * 200_000, 413, "TOO_LARGE"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_and_nothing_is_kept(
    published_file, content, status, code
):
    planner = Browser(published_file, "planner")
    for answer in (
        planner.ask("POST", "/api/packs/check", content=content),
        send(planner, content, "x"),
    ):
        assert told(answer) == (status, code)
    assert "x" not in listed(planner)


@pytest.fixture(scope="module")
def published_file(tmp_path_factory):
    place = str(tmp_path_factory.mktemp("packs") / "district")
    service.fill(place)
    made, close = service.service(place)
    yield made
    close()


def test_jobs_and_scenarios_take_a_pack_by_name_and_never_a_file(app, tmp_path):
    planner, workspace = Browser(app, "planner"), app.state.office.workspace
    (tmp_path / "own.csv").write_text(OURS, encoding="utf-8")
    coverage = {"kind": "coverage", "plan_id": "main", "standard": "我区标准"}
    assert told(planner.post("/api/jobs", coverage)) == (422, "PACK_UNKNOWN")
    for path in (str(tmp_path / "own.csv").replace("/", "\\"), "own.csv"):
        assert planner.post("/api/jobs", {**coverage, "standard": path}).status_code == 422
    send(planner, OURS.encode())
    assert planner.post("/api/jobs", coverage).status_code == 202
    task = Task("coverage", "main", {"standard": "我区标准"}, tmp_path)
    prepare(workspace, task, {})
    (file,) = task.tables.glob("*.csv")
    with workspace.reading() as connection:
        ours = norms_named(connection, "我区标准")
        with pytest.raises(StandardError):
            norms_named(connection, str(file))
    assert read_standard(str(file)) == ours
    assert {norm.pack for norm in ours} == {"我区标准"}


def test_packs_go_along_with_a_backup_to_either_store(app, tmp_path):
    send(Browser(app, "planner"), OURS.encode())
    back_up(app.state.office.workspace, tmp_path / "copy.gpkg")
    restored = restore_backup(tmp_path / "copy.gpkg", str(tmp_path / "again"))
    with restored.reading() as connection:
        (kept,) = norm_packs.list_packs(connection)
    restored.close()
    with app.state.office.workspace.reading() as connection:
        assert norm_packs.list_packs(connection) == [kept]
    assert [norm.kind for norm in norms(kept.rules)] == ["day_care_station", "茶馆"]
