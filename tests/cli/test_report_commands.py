import json
import stat

import pandas as pd
import pytest
from docx import Document
from openpyxl import load_workbook


@pytest.fixture(scope="module")
def results(onegrid, district, streets, merged, tmp_path_factory):
    out = tmp_path_factory.mktemp("results") / "out"
    done = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", district.households, "--grid", merged[0] / "grid.gpkg"),
        *("--out", out, "--profile", "elder_75"),
    )
    assert done.code == 0, done.err
    (out / "grid.gpkg").write_bytes((merged[0] / "grid.gpkg").read_bytes())
    return out


def test_coverage_writes_the_elder_care_page_for_the_office(results):
    elders = pd.read_csv(results / "elders.csv", dtype={"id": str})
    assert set(elders["level"]) == {"community", "subdistrict", "district"}
    assert set(elders["profile"]) == {"elder_75"}
    assert stat.S_IMODE((results / "elders.csv").stat().st_mode) == 0o600
    gaps = pd.read_csv(results / "gaps.csv", dtype={"id": str})
    both = elders.merge(gaps, on=["level", "id", "kind", "profile"])
    assert len(both)
    assert (both["elders_60_within_15"] == both["elders_60_covered"]).all()


def test_a_report_is_written_in_each_format_and_opens_again(quickly, results, tmp_path):
    told = {}
    for suffix in ("xlsx", "docx", "html"):
        out = tmp_path / f"报告.{suffix}"
        done = quickly("report", results, "--out", out, "--json")
        assert done.code == 0, done.err
        told[suffix] = done.json
        assert done.json["bytes"] == out.stat().st_size
    assert told["html"]["sheets"] == told["xlsx"]["tables"]["网格名册"]
    assert told["docx"]["sheets"] == 0
    assert told["xlsx"]["tables"] == told["docx"]["tables"] == told["html"]["tables"]
    book = load_workbook(tmp_path / "报告.xlsx")
    for key, rows in told["xlsx"]["tables"].items():
        assert book[key].max_row == max(rows, 0) + 3
        assert book[key].auto_filter.ref
    assert Document(tmp_path / "报告.docx").tables


def test_small_counts_are_for_the_office_only(onegrid, results, tmp_path):
    out = tmp_path / "内部.xlsx"
    assert onegrid("report", results, "--out", out, "--office").code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "内部资料" in load_workbook(out)["摘要"]["A2"].value


def test_faulty_requests_are_told(quickly, results, tmp_path):
    for words, code in (
        (("report", results, "--out", tmp_path / "r.pdf"), "REPORT_FORMAT"),
        (("report", results, "--out", tmp_path / "r.docx", "--cell", "zz"), "CELL_UNKNOWN"),
        (("report", tmp_path / "none", "--out", tmp_path / "r.docx"), "REPORT_EMPTY"),
        (("report", results, "--out", results / "gaps.csv"), "REPORT_FORMAT"),
    ):
        done = quickly(*words)
        assert (done.code, done.codes) == (2, [code])
    assert not list(tmp_path.glob("r.*"))


def test_totals_are_spread_over_buildings(onegrid, district, streets, merged, tmp_path):
    cells = merged[0] / "grid.gpkg"
    done = onegrid(
        *("coverage", "--network", streets, "--facilities", district.facilities),
        *("--people", f"{cells}#cells", "--buildings", district.households),
        *("--grid", cells, "--out", tmp_path / "out"),
    )
    assert done.code == 0, done.err
    gaps = pd.read_csv(tmp_path / "out" / "gaps.csv")
    counted = gaps[gaps["level"] == "district"].iloc[0]
    report = json.loads((merged[0] / "report.json").read_text(encoding="utf-8"))
    assert report["households"] > 0
    assert counted["people"] > 0
    told = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert told["spread"]["without_building"] == []


def test_packs_are_listed_shown_saved_and_checked(quickly, tmp_path):
    packs = quickly("standards", "list", "--json").json["packs"]
    assert {"cangzhou-2020", "gb50180-2018"} <= {pack["pack"] for pack in packs}
    own = tmp_path / "own.csv"
    shown = quickly("standards", "show", "gb50180-2018", "--out", own)
    assert "未核实" in shown.out
    assert quickly("standards", "check", own).code == 0
    own.write_text("kind,minutes,per\nclinik,-1,galaxy\n", encoding="utf-8")
    done = quickly("standards", "check", own)
    assert (done.code, done.codes) == (2, ["PACK_ROW", "PACK_ROW", "PACK_KIND"])
    assert quickly("standards", "show", "nobody-1999").codes == ["PACK_UNKNOWN"]
