import io
import re
import shutil
import zipfile
from dataclasses import replace

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from docx import Document
from docx.oxml.ns import qn

import tables
from onegrid.coverage.suppress import suppress
from onegrid.errors import InputError
from onegrid.pipeline.mapping import draw_map
from onegrid.pipeline.reporting import read_report_tables, write_report
from onegrid.reports import ReportOptions, ReportTables, compose
from onegrid.reports.bounds import four_bounds
from onegrid.reports.docx import docx
from onegrid.reports.html import html
from onegrid.reports.model import HIDDEN, Column, Report, Section, Table, shown
from onegrid.reports.sizes import size_tables
from onegrid.reports.xlsx import xlsx
from onegrid.standards.signs import kind_label

pytestmark = pytest.mark.slow
K = 10
FIGURES = {
    "居民": "people",
    "走得到的居民": "people_covered",
    "60岁以上": "elders_60",
    "走得到的60岁以上": "elders_60_covered",
    "覆盖率": "covered_share",
    "现有面积(m²)": "floor_area_m2",
    "应有面积(m²)": "required_floor_area_m2",
    "可达性(E2SFCA)": "accessibility",
}


@pytest.fixture(scope="module")
def found(folder):
    return read_report_tables(folder)


@pytest.fixture(scope="module")
def public(found):
    return compose(found, options=ReportOptions(cells=("c00", "c05")))


@pytest.fixture(scope="module")
def document(public):
    return docx(public)


@pytest.fixture(scope="module")
def office(found):
    return compose(found, options=ReportOptions(office=True))


def sheet_rows(data, key):
    """Return a worksheet as a frame, headings as they are read."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = list(book[key].iter_rows(min_row=3, values_only=True))
    return pd.DataFrame(rows[1:], columns=rows[0])


def tables_of(report, key):
    return next(table for table in report.tables() if table.key == key)


def test_the_workbook_of_the_office_holds_the_figures_of_the_csv(folder, office):
    gaps = pd.read_csv(folder / "gaps.csv", dtype={"id": str})
    cells = gaps[gaps["level"] == "cell"]
    asked = cells.assign(kind=cells["kind"].map(kind_label)).sort_values(["id", "kind"])
    told = sheet_rows(xlsx(office), "网格覆盖").sort_values(["编码", "设施"])
    assert told["编码"].tolist() == asked["id"].tolist()
    for label, name in FIGURES.items():
        left = pd.to_numeric(told[label]).to_numpy(float)
        assert np.allclose(left, asked[name].to_numpy(float), equal_nan=True), label


@pytest.mark.parametrize(
    ("key", "file", "by"),
    [
        ("补短板清单", "fixes.csv", ["elders_60_gained", "people_gained"]),
        ("最远的楼栋", "worst_doors.csv", ["people", "elders_60"]),
        ("养老待办清单", "elder_fixes.csv", ["elders_60_gained", "people_gained"]),
        ("设施核对", "facility_checks.csv", ["floor_area_m2", "beds", "use_share"]),
        ("各网格前后", "fix_cells.csv", ["rank", "people_before", "people_after"]),
        ("新旧对照", "crosswalk.csv", ["area_m2", "area_share", "households"]),
    ],
)
def test_every_other_table_of_the_office_holds_the_figures_of_its_csv(
    folder, office, key, file, by
):
    asked = pd.read_csv(folder / file)
    told = sheet_rows(xlsx(office), key)
    labels = {column.field: column.label for column in tables_of(office, key).columns}
    for name in by:
        left = np.sort(pd.to_numeric(told[labels[name]]).to_numpy(float))
        assert np.allclose(left, np.sort(asked[name].to_numpy(float)), equal_nan=True), name


def test_the_page_of_the_office_holds_the_same_figures_as_the_workbook(office):
    told = [frame.astype(str) for frame in pd.read_html(io.StringIO(html(office)))]
    printed = [table for section in office.sections for table in section.printed()]
    assert len(told) == len(printed) > 10
    for table, written in zip(printed, told, strict=True):
        assert list(written.columns) == [column.label for column in table.columns]
        for column in table.columns:
            asked = [shown(value, column.form) for value in table.rows[column.field]]
            for left, right in zip(written[column.label], asked, strict=True):
                assert words(left) == words(right), (table.key, column.label)


def words(text):
    """Return a figure of a page as it is read: a number whatever its commas, or its words."""
    bare = str(text).replace(",", "").strip()
    number = pd.to_numeric(bare, errors="coerce")
    return "" if bare in ("nan", "—", "") else (number if not pd.isna(number) else bare)


def test_the_elder_page_holds_the_figures_of_its_csv(folder, office):
    elders = pd.read_csv(folder / "elders.csv", dtype={"id": str})
    for kind in ("elder_care_center", "day_care_station"):
        asked = elders[elders["kind"] == kind].sort_values(["level", "id"])
        key = f"养老-{kind_label(kind).split('(')[0]}"
        told = tables_of(office, key).rows.sort_values(["level", "id"])
        written = sheet_rows(xlsx(office), key)
        for field in ("elders_60", "elders_60_within_15", "facilities"):
            label = next(c.label for c in tables_of(office, key).columns if c.field == field)
            assert sorted(written[label]) == sorted(asked[field])
        assert set(told["id"]) == set(asked["id"])


def test_the_document_of_the_office_holds_the_figures_of_the_csv(folder, office):
    gaps = pd.read_csv(folder / "gaps.csv", dtype={"id": str}).query("level == 'district'")
    opened = Document(io.BytesIO(docx(office)))
    labels = [["设施", "步行方式", "居民"], [c.text for c in opened.tables[1].rows[0].cells][:3]]
    table = next(t for t in opened.tables if [c.text for c in t.rows[0].cells][:3] == labels[0])
    rows = {r.cells[0].text: [c.text for c in r.cells] for r in table.rows[1:]}
    names = [c.text for c in table.rows[0].cells]
    for _, row in gaps.iterrows():
        told = rows[kind_label(row["kind"]) + ("（未核实）" if row["kind"] == "pharmacy" else "")]
        for label, field in (("居民", "people"), ("走得到的60岁以上", "elders_60_covered")):
            assert told[names.index(label)] == f"{row[field]:,}"


def test_the_public_sees_sizes_of_facilities_but_not_who_is_in_reach(public, office):
    fields = {c.field for c in tables_of(public, "设施核对").columns}
    assert "floor_area_m2" in fields
    assert not {"people_in_reach", "elders_60_in_reach", "use_share", "profile"} & fields
    assert "各网格前后" not in {t.key for t in public.tables()}
    rows = tables_of(office, "设施核对").rows
    assert rows["missing_m2"].iloc[0] == 50
    assert pd.isna(rows["missing_m2"].iloc[1])  # an unknown area is no fault


def test_rates_by_residents_are_hidden_where_the_residents_are(found):
    gaps = found.gaps.assign(
        required_floor_area_m2=200.0, beds=10.0, required_beds=12.0, unverified=""
    )
    mine = (gaps["level"] == "community") & (gaps["id"] == "m00")
    few = gaps.assign(elders_60=gaps["elders_60"].astype(object).mask(mine, HIDDEN))
    cells = found.cells.astype({"households": object})
    cells.loc["c00", "households"] = HIDDEN  # in m00
    (table,) = size_tables(replace(found, gaps=few, cells=cells))
    rows = table.rows[table.rows["kind"] == table.rows["kind"].iloc[0]].set_index("id")
    rates = ["per_100_households", "per_1000_elders", "beds_per_1000_elders"]
    assert (rows.loc["m00", rates] == HIDDEN).all()
    assert rows.loc["m01", rates].notna().all()
    (table,) = size_tables(replace(found, gaps=gaps))
    whole = table.rows[table.rows["level"] == "全区"].iloc[0]
    households = found.cells["households"].sum()
    assert whole["per_100_households"] == pytest.approx(300 / households * 100)


def test_the_six_services_stand_by_community(found):
    offered = found.elders.assign(services="")
    mine = (offered["level"] == "community") & (offered["id"] == "m00")
    offered.loc[mine & (offered["kind"] == "elder_canteen"), "services"] = "助餐"
    offered.loc[mine & (offered["kind"] == "day_care_station"), "services"] = "生活照料、助洁"
    report = compose(replace(found, elders=offered), options=ReportOptions())
    rows = tables_of(report, "六项养老服务").rows.set_index("id")
    assert rows.loc["m00", ["助餐", "生活照料", "助洁"]].tolist() == ["有"] * 3
    assert rows.loc["m00", ["助行", "紧急救援", "精神慰藉"]].tolist() == ["—"] * 3
    assert rows["lacking"].to_dict()["m00"] == 3
    assert rows["lacking"].drop("m00").eq(6).all()


def test_a_norm_that_nobody_checked_is_marked_wherever_its_kind_is_told(public, document):
    for key, field in (("全区覆盖", "kind"), ("网格覆盖", "kind"), ("设施核对", "kind")):
        kinds = set(tables_of(public, key).rows[field])
        assert "药店（未核实）" in kinds
        assert "药店" not in kinds
    titles = [picture.title for section in public.sections for picture in section.pictures]
    assert any(title.startswith("药店（未核实）") for title in titles)
    cells = [c.text for t in Document(io.BytesIO(document)).tables for r in t.rows for c in r.cells]
    assert "药店（未核实）" in cells
    assert "药店（未核实）" in html(public)


def test_life_circles_are_drawn_for_the_kinds_that_have_them(found):
    circles = gpd.GeoDataFrame(
        {"facility_id": ["f0", "f0"], "minutes": [5.0, 15.0]},
        geometry=[shapely.Point(486100, 4240100).buffer(r) for r in (200, 600)],
        crs=tables.CRS,
    )
    circles["facility_id"] = found.facilities.index[0]
    report = compose(replace(found, circles=circles), options=ReportOptions())
    drawn = [p for s in report.sections for p in s.pictures if p.title.endswith("：生活圈")]
    assert len(drawn) == 1
    legend = [sign.label for sign in drawn[0].legend]
    assert legend[:2] == ["5分钟步行可达", "15分钟步行可达"]


def test_made_up_data_is_said_once_on_the_report_and_once_on_each_page_of_a_cell(found):
    source = {
        "title": "甲区（示意数据）",
        "synthetic": True,
        "attribution": ["道路来源", "示意数据也"],
    }
    told = replace(found, about={**found.about, "source": source})
    report = compose(told, options=ReportOptions(cells=("c00",)))
    words = " ".join([report.title, *report.notices])
    assert words.count("示意数据") == 1
    assert "道路来源" in words
    assert report.sheets[0].note.count("示意数据") == 1
    assert html(report).count("示意数据") == 2


def test_the_pages_of_cells_can_be_printed_alone(found):
    report = compose(found, options=ReportOptions(cells=("c00", "c05"), chapters=False))
    assert (len(report.sections), len(report.sheets)) == (0, 2)
    opened = Document(io.BytesIO(docx(report)))
    assert opened.paragraphs[0].text.startswith("网格 ")
    assert "<h1>" not in html(report)
    assert html(report).count('class="sheet"') == 2


def test_a_public_workbook_hides_what_the_public_gaps_hide_and_nothing_else(folder, public):
    gaps = pd.read_csv(folder / "gaps.csv", dtype={"id": str})
    shown = suppress(gaps, tables.cells())
    told = tables_of(public, "网格覆盖").rows
    hidden = told["people_covered"] == HIDDEN
    asked = shown[(shown["level"] == "cell") & shown["people_covered"].isna()]
    assert 0 < hidden.sum() == len(asked)
    assert set(told.loc[hidden, "id"]) == set(asked["id"])
    assert (told.loc[hidden, ["covered_share", "cause", "worst_walk_min"]] == HIDDEN).all(axis=None)
    data = sheet_rows(xlsx(public), "网格覆盖")
    assert (data["走得到的居民"] == HIDDEN).sum() == hidden.sum()


def test_no_small_count_of_people_stands_in_a_public_report(public):
    counted = [c for table in public.tables() for c in _counts(table)]
    assert len(counted) > 10
    for key, field, values in counted:
        figures = pd.to_numeric(values, errors="coerce").dropna()
        assert not figures.between(1, K - 1).any(), (key, field)


def _counts(table):
    people = ("people", "elders", "households", "children", "disabled", "left", "before", "after")
    for column in table.columns:
        if column.form == "count" and column.field.startswith(people):
            yield table.key, column.field, table.rows[column.field]


def test_the_crosswalk_of_the_public_has_no_counts_of_households(public, office):
    fields = {c.field for c in tables_of(public, "新旧对照").columns}
    assert fields == {"cell_id", "department", "old_code", "area_m2", "area_share"}
    assert "households" in {c.field for c in tables_of(office, "新旧对照").columns}


def test_without_the_grid_nothing_of_residents_is_public(found):
    alone = replace(found, cells=None, communities=None)
    with pytest.raises(InputError) as error:
        compose(replace(alone, gaps=None, sites=None), options=ReportOptions())
    assert error.value.problems[0].code == "REPORT_EMPTY"
    told = compose(alone, options=ReportOptions())
    assert not {"网格覆盖", "新旧对照"} & {table.key for table in told.tables()}
    assert "网格覆盖" in {
        t.key for t in compose(alone, options=ReportOptions(office=True)).tables()
    }


def test_the_document_holds_every_printed_table_with_the_same_words(public, document):
    opened = Document(io.BytesIO(document))
    written = [[[c.text for c in row.cells] for row in t.rows] for t in opened.tables]
    printed = [table for section in public.sections for table in section.printed()]
    for table, rows in zip(printed, written, strict=False):
        assert rows[0] == [column.label for column in table.columns]
        assert len(rows) == len(table.rows) + 1
    gaps = next(r for t, r in zip(printed, written, strict=False) if t.key == "全区覆盖")
    column = gaps[0].index("覆盖率")
    district = tables.gaps().query("level == 'district'")["covered_share"]  # in reading order
    assert [row[column] for row in gaps[1:]] == [f"{share:.1%}" for share in district]
    assert len(written) >= len(printed) + 2  # two pages of cells, with their tables
    assert len(opened.inline_shapes) > 5


def test_a_page_of_a_cell_names_its_bounds_staff_and_facilities(public):
    sheet = public.sheets[0]
    facts = {label: value for label, value, _ in sheet.facts}
    assert sheet.key == "c00"
    assert facts["东至"] == facts["北至"] == facts["西至"] == facts["南至"] == "人民路"
    assert (facts["应配干部"], facts["应配专职网格员"], facts["应配群众力量"]) == (1, 1, 2)
    assert facts["社区"].startswith("<img")
    assert sheet.tables[0].rows["name"].tolist() == ["设施0"]


def test_a_cell_on_its_corner_has_four_bounds_too():
    corner = shapely.Polygon([(0, -50), (60, 0), (0, 50), (-60, 0)])
    cells = gpd.GeoDataFrame(index=["a"], geometry=[corner], crs=tables.CRS)
    lane = shapely.LineString([(60, 0), (0, 50)])
    roads = gpd.GeoDataFrame({"name": ["斜街"]}, geometry=[lane], crs=tables.CRS)
    told = four_bounds(cells, roads, {}).loc["a"]
    assert told.to_dict() == {"东": "区外、斜街", "南": "区外", "西": "区外", "北": "区外、斜街"}


def test_water_is_drawn_and_named_on_every_map(found):
    river = gpd.GeoDataFrame(geometry=[shapely.box(*found.cells.total_bounds)], crs=tables.CRS)
    report = compose(replace(found, water=river), options=ReportOptions(cells=("c00",)))
    maps = [picture for section in report.sections for picture in section.pictures]
    assert maps
    assert all("水面" in [sign.label for sign in picture.legend] for picture in maps)
    (sheet,) = report.sheets
    seen = river.geometry[0] & shapely.box(*sheet.picture.bounds)
    drawn = [mark.shapes[0] for mark in sheet.picture.marks if len(mark.shapes) == 1]
    assert any(shape.equals(seen) for shape in drawn)


def test_no_page_of_a_document_ends_with_a_heading(document):
    body = Document(io.BytesIO(document)).element.body
    turns = [p for p in body if p.tag == qn("w:p") and p.find(f".//{qn('w:sectPr')}") is not None]
    assert turns
    for turn in turns:
        style = turn.getprevious().find(f".//{qn('w:pStyle')}")
        assert style is None or not style.get(qn("w:val")).startswith("Heading")


def test_letters_that_xml_cannot_hold_are_left_out_of_a_document():
    rows = pd.DataFrame({"a": ["甲\x0b乙<&>"]})
    section = Section("题\x00", ("文\x1f",), (), (Table("t", "t", (Column("a", "a"),), rows),))
    opened = Document(io.BytesIO(docx(Report("t", (), (section,)))))
    assert opened.tables[0].rows[1].cells[0].text == "甲乙<&>"


def test_a_column_of_the_workbook_is_as_wide_as_its_words_or_breaks_them():
    rows = pd.DataFrame({"a": ["武汉中央商务区管理委员会"], "b": ["长" * 40]})
    columns = (Column("a", "甲"), Column("b", "乙"))
    section = Section("x", tables=(Table("t", "t", columns, rows),))
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx(Report("t", (), (section,)))))["t"]
    assert sheet.column_dimensions["A"].width > 24
    assert not sheet["A4"].alignment.wrap_text
    assert sheet.column_dimensions["B"].width < 60
    assert sheet["B4"].alignment.wrap_text


def test_the_list_of_what_to_do_tells_before_and_after(public, office):
    told = tables_of(public, "养老待办清单").rows
    assert told["before"].tolist()[:2] == [0, 420]
    assert told["after"].tolist()[:2] == [420, 450]
    assert told["place"].iloc[0].endswith("坐标 486100, 4240100")
    assert told[["before", "after"]].iloc[2].isna().all()
    assert (told[["elders_60_gained", "before", "after"]].iloc[3] == HIDDEN).all()
    assert tables_of(office, "养老待办清单").rows["after"].iloc[3] == 454


def test_what_to_do_first_says_at_whose_pace_it_was_counted(found):
    slow = found.elder_fixes.assign(profile="elder_75")
    about = {**found.about, "profile": {"name": "plain"}}
    report = compose(replace(found, about=about, elder_fixes=slow), options=ReportOptions())
    notes = {table.key: table.note for table in report.tables()}
    assert "按规划常用（80米/分钟）的步速受益60岁以上" in "".join(report.sections[0].text)
    assert notes["补短板清单"].startswith("按规划常用（80米/分钟）的步速")
    assert notes["养老待办清单"].startswith("按75–84岁老人的步速")


def test_chosen_sites_are_told_in_order_and_their_reasons_to_the_office_only(found):
    sites = gpd.GeoDataFrame(
        {
            "candidate_id": ["B1", "B2"],
            "order": [1, 2],
            "people_gained": [900, 6],
            "elders_60_gained": [300, 2],
            "why": "若不建，3人无别处可去",
        },
        geometry=[shapely.Point(486100, 4240100), shapely.Point(0, 0)],
        crs=tables.CRS,
    )
    for office in (True, False):
        report = compose(replace(found, sites=sites), options=ReportOptions(office=office))
        told = tables_of(report, "选址")
        assert ("why" in {c.field for c in told.columns}) is office
        assert ("3人" in html(report)) is office
        assert told.rows["elders_60_gained"].tolist() == [300, 2 if office else HIDDEN]
        assert told.rows["place"].iloc[1] == "坐标 0, 0"
    alone = compose(ReportTables(sites=sites), options=ReportOptions())
    assert tables_of(alone, "选址").rows["elders_60_gained"].tolist() == [300, HIDDEN]
    assert "3人" not in html(alone)


def test_the_page_is_one_file_that_loads_nothing_and_escapes_names(public):
    text = html(public)
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
    assert not re.search(r"(src|href)=\"?(https?:)?//", text)
    assert "<script" not in text
    assert text.count('class="sheet"') == 2


def test_unverified_norms_are_marked_in_every_kind_of_report(public, document):
    assert "未核实" in html(public)
    book = sheet_rows(xlsx(public), "标准依据")
    assert dict(zip(book["设施"], book["核实"], strict=True))["药店"] == "未核实"
    words = "".join(p.text for p in Document(io.BytesIO(document)).paragraphs)
    assert "1 条未核实" in words


def test_the_map_says_that_norms_are_unverified(folder, tmp_path):
    draw_map(folder, tmp_path / "map.html")
    assert "所用标准中有 1 条未核实" in (tmp_path / "map.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("write", [xlsx, pytest.param(docx, marks=pytest.mark.slow), html])
def test_the_same_results_give_the_same_bytes(found, write):
    once, again = (write(compose(found, options=ReportOptions())) for _ in range(2))
    assert once == again


def test_an_archive_carries_no_clock(public, document):
    for data in (xlsx(public), document):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {info.date_time[0] for info in archive.infolist()} == {1980}


def test_what_a_user_wrote_is_never_a_formula():
    rows = pd.DataFrame({"a": ['=HYPERLINK("http://x")', "+1", "@x"]})
    section = Section("x", tables=(Table("t", "t", (Column("a", "=a"),), rows),))
    book = openpyxl.load_workbook(io.BytesIO(xlsx(Report("t", (), (section,)))))
    assert {cell.data_type for row in book["t"].iter_rows(min_row=3) for cell in row} == {"s"}


def test_the_office_file_is_readable_by_its_owner_only(folder, tmp_path):
    for office, mode in ((True, 0o600), (False, None)):
        out = tmp_path / f"{office}.xlsx"
        told = write_report(folder, out, options=ReportOptions(office=office))
        assert told["office"] is office
        assert mode is None or out.stat().st_mode & 0o777 == mode


def test_faulty_requests_are_refused(folder, tmp_path):
    for out, cells, code in (("r.pdf", (), "REPORT_FORMAT"), ("r.xlsx", ("zz",), "CELL_UNKNOWN")):
        with pytest.raises(InputError) as error:
            write_report(folder, tmp_path / out, options=ReportOptions(cells=cells))
        assert error.value.problems[0].code == code
        assert not (tmp_path / out).exists()


@pytest.mark.parametrize(
    "kept",
    [
        ("cells",),
        ("cells", "gaps"),
        ("cells", "communities", "elders"),
        ("cells", "facilities", "fixes", "elder_fixes"),
        ("cells", "gaps", "elders", "roads"),
    ],
)
def test_whatever_files_are_there_make_a_report(found, kept):
    some = ReportTables(**{name: getattr(found, name) for name in kept})
    for office in (False, True):
        report = compose(some, options=ReportOptions(office=office, cells=("c00",)))
        assert len(report.sheets) == 1
        assert html(report)
        assert xlsx(report)


def test_an_elder_page_without_any_count_of_elders_says_so(found):
    counts = [name for name in found.elders if name.startswith(("elders", "disabled"))]
    empty = found.elders.assign(**dict.fromkeys(counts, pd.NA))
    report = compose(replace(found, elders=empty), options=ReportOptions())
    assert "数据中没有：60岁以上" in html(report)
    assert xlsx(report)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("gaps.csv", "level,id\ncell,c00\n", "COLUMN_MISSING"),
        ("gaps.csv", "", "FILE_UNREADABLE"),
        ("elders.csv", 'a,b\n"1,2\n3', "FILE_UNREADABLE"),
        ("fixes.csv", b"\xff\xfe\x00", "FILE_UNREADABLE"),
    ],
)
def test_a_damaged_file_of_the_folder_is_told(folder, tmp_path, name, text, code):
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    (copy / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError) as error:
        write_report(copy, tmp_path / "r.html", options=ReportOptions())
    assert [problem.code for problem in error.value.problems] == [code]
