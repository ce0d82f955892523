"""Compose a report from the tables of a result folder, whichever of them there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from onegrid.errors import InputError, Problem
from onegrid.reports import care, tables
from onegrid.reports.effects import effect_tables, worst_tables
from onegrid.reports.inputs import published
from onegrid.reports.model import Report, Section, is_missing, shown, trust
from onegrid.reports.pictures import circle_pictures, gap_pictures, grid_pictures
from onegrid.reports.sheets import cell_facts, cell_sheets, roster
from onegrid.reports.sizes import facility_tables, size_tables
from onegrid.standards import ELDER_KINDS, UNVERIFIED, counted_label, department_label, number

if TYPE_CHECKING:
    import pandas as pd

    from onegrid.reports.inputs import ReportTables
    from onegrid.reports.model import Picture

TITLE = "全要素网格与十五分钟生活圈报告"
SYNTHETIC = "示意数据"
_METHOD = (
    """网格：把各部门的网格按道路、社区边界和老界线切成最小单元，在社区内合并，不留缝隙、不重叠；\
户数尽量落在规模带内，尽量沿用老界线。""",
    """走得到：沿路网步行时间不超过该类设施的时限，路外的一段也算在内；步行速度见标准依据。""",
    """原因依次判定：本区没有这类设施；直线也超过时限（距离过远）；只有经关闭的门或不在开放时间才能到；\
直线近而步行被铁路、河流、围墙等阻隔；走得到但容量或面积不足；已覆盖。""",
    """面积：每处设施、社区、街道各按各的标准单独核对，大的不能替小的。""",
)


_ELSEWHERE = "每个网格的四至、人员和新旧网格对照表在电子表格（xlsx）中。"


@dataclass(frozen=True)
class ReportOptions:
    """What a report holds: full figures for the office, pages for which cells.

    ``cells`` are ids; None is a page for every cell, empty none. Without ``chapters`` there are
    these pages only; a workbook has no ``pictures``.
    """

    office: bool = False
    cells: tuple[str, ...] | None = ()
    chapters: bool = True
    pictures: bool = True


def compose(found: ReportTables, *, options: ReportOptions) -> Report:
    """Return the report of a result folder.

    Parameters
    ----------
    found
        The tables as they were read.
    options
        What to hold.

    Returns
    -------
    report
        Figures that may be read by whom it is for: small counts are hidden unless ``office``.

    Raises
    ------
    InputError
        If there is nothing to report, or a cell is asked for that the grid has not.
    """
    _check(found, options)
    staffed = replace(found, office=options.office, staff=tables.staff_of(found))
    told = published(staffed)
    facts = cell_facts(told)
    about_data = _notices(told)
    pages = cell_sheets(told, facts, options.cells, note="　".join(about_data))
    if not options.chapters:
        return Report(_title(told.about), tuple(about_data), (), tuple(pages))
    whole, served, elders = _maps(told) if options.pictures else ((), (), ())
    sections = [
        Section("摘要", tuple(_summary(told))),
        Section(
            "全要素网格",
            (*_grid_text(told.about), *((_ELSEWHERE,) if facts else ())),
            whole,
            (*tables.grid_tables(told), *roster(facts), *tables.crosswalk_tables(told)),
        ),
        Section(
            "服务覆盖",
            (),
            served,
            (
                *tables.gap_tables(told),
                *size_tables(told),
                *facility_tables(told),
                *worst_tables(told),
            ),
        ),
        Section(
            "养老服务",
            (),
            elders,
            tuple(care.elder_tables(told)),
        ),
        Section(
            "怎样补",
            (),
            (),
            (*care.fix_tables(told), *effect_tables(told), *care.site_tables(told)),
        ),
        Section("方法", _METHOD),
        Section("标准依据", tuple(_pace_text(told.about)), (), tuple(tables.norm_tables(told))),
        Section("数据说明", tuple(_data_text(told.about))),
    ]
    filled = [s for s in sections if s.text or s.pictures or s.tables]
    return Report(_title(told.about), tuple(about_data), tuple(filled), tuple(pages))


def _maps(told: ReportTables) -> tuple[tuple[Picture, ...], ...]:
    """Return the maps of the grid, of services, and of elder care."""
    served, elders = (
        (*circle_pictures(told, elders=elders), *gap_pictures(told, elders=elders))
        for elders in (False, True)
    )
    return tuple(grid_pictures(told)), served, elders


def _check(found: ReportTables, options: ReportOptions) -> None:
    if found.cells is None and found.gaps is None and found.sites is None:
        what = "no result file here (grid.gpkg, gaps.csv, sites.gpkg)"
        remedy = "run onegrid merge, coverage or sites with this folder first"
        raise InputError(Problem("REPORT_EMPTY", what, "", "", remedy))
    known = set() if found.cells is None else set(found.cells.index.astype(str))
    unknown = [cell for cell in options.cells or () if cell not in known]
    if unknown:
        raise InputError(
            *(Problem("CELL_UNKNOWN", f"no cell {cell!r}", "grid.gpkg") for cell in unknown)
        )


def _title(about: dict[str, Any]) -> str:
    source = about.get("source")
    place = str(source.get("title", "")) if isinstance(source, dict) else ""
    return f"{place.replace(f'（{SYNTHETIC}）', '')}{TITLE}"


def _notices(told: ReportTables) -> list[str]:
    least = number("suppress_below_people")
    found = [
        "内部资料，含未脱敏人数，不得外传。"
        if told.office
        else f"公开版：少于{least:.0f}人的数以及能推算出它们的数不公开。"
    ]
    source = told.about.get("source")
    if isinstance(source, dict):
        said = [str(text) for text in source.get("attribution", ())]
        if source.get("synthetic"):
            found.append(f"{SYNTHETIC}：界线、路名、人口、设施为虚构，仅供演示。")
            said = [text for text in said if SYNTHETIC not in text]  # once is enough
        found += said
    return found


def _summary(told: ReportTables) -> list[str]:
    about, found = told.about, []
    if told.cells is not None:
        old = about.get("departments")
        before = (
            "、".join(f"{department_label(n)}{c}个" for n, c in old.items())
            if isinstance(old, dict)
            else ""
        )
        text = f"全要素网格 {len(told.cells)} 个"
        found.append(f"{text}，由部门网格（{before}）合并而成。" if before else f"{text}。")
    if told.gaps is not None:
        rows = told.gaps[told.gaps["level"] == "district"]
        elder_rows = rows[rows["kind"].isin(ELDER_KINDS)]
        found += [_care_text(told, row) for _, row in elder_rows.iterrows()]
    for fixes, name in ((told.elder_fixes, "养老"), (told.fixes, "各类服务")):
        if fixes is not None and len(fixes):
            best = fixes.iloc[0]
            pace = care.pace_text(care.pace_of(best, told.about))
            what = care.FIX_LABELS.get(best["fix"], best["fix"]) + told.kind_text(best["kind"])
            where = care.place_text(told, str(best["where"]))
            gained = shown(best["elders_60_gained"], "count")
            found.append(f"{name}最该先做：{what}（{where}），{pace}受益60岁以上 {gained} 人。")
    unverified = [r for r in _rules(about) if r.get("confidence") != "seen"]
    if unverified:
        found.append(f"所用标准中有 {len(unverified)} 条{UNVERIFIED}，见“标准依据”。")
    return found


def _care_text(told: ReportTables, row: pd.Series) -> str:
    return (
        f"{told.kind_text(row['kind'])}：{care.pace_text(row['profile'])}，"
        f"60岁以上 {shown(row['elders_60'], 'count')} 人中"
        f" {shown(row['elders_60_covered'], 'count')} 人走得到；"
        f"全体居民覆盖率 {shown(row['covered_share'], 'share')}。"
    )


def _grid_text(about: dict[str, Any]) -> list[str]:
    told = about.get("principles")
    if not isinstance(told, dict):
        return []
    gap, overlap = (shown(about.get(name), "area") for name in ("gap_m2", "overlap_m2"))
    far = shown(told.get("convenient_p95_m"), "metres")
    counted = counted_label(str(about.get("count_by")))
    return [
        f"规模适度：{shown(told.get('moderate_size'), 'share')} 的网格{counted}达标。",
        f"无缝覆盖：缝隙 {gap} m²，重叠 {overlap} m²。",
        f"便民利民：95% 的户到网格服务点不超过 {far} 米（直线）。",
        f"相对固定：{shown(told.get('stable'), 'share')} 的户仍在原网格的主体内。",
    ]


def _rules(about: dict[str, Any]) -> list[dict[str, Any]]:
    standard = about.get("standard")
    rules = standard.get("rules") if isinstance(standard, dict) else None
    return [rule for rule in rules or () if isinstance(rule, dict)]


def _pace_text(about: dict[str, Any]) -> list[str]:
    told = about.get("profiles")
    walkers = [p.get("profile", {}) for p in told.values()] if isinstance(told, dict) else []
    return [
        f"步行方式 {p.get('label_zh')}：{shown(p.get('speed_m_s'), 'number')} 米/秒，"
        f"台阶系数 {p.get('stairs_factor')}，过街等候 {p.get('crossing_wait_s')} 秒。"
        f"来源：{p.get('source')}{_doubt(p.get('confidence'))}；"
        f"台阶和过街{_doubt(p.get('penalty_confidence')) or '：' + str(p.get('penalty_source'))}"
        for p in walkers
        if p
    ]


def _doubt(confidence: object) -> str:
    mark = trust(str(confidence))
    return f"（{mark}）" if mark else ""


def _data_text(about: dict[str, Any]) -> list[str]:
    missing = about.get("missing_counts")
    found = []
    if isinstance(missing, dict):
        lacking = [f"{_COUNTED.get(k, k)} {v} 行" for k, v in missing.items() if v]
        found.append(f"缺数按 0 计：{'、'.join(lacking)}。" if lacking else "人口数据没有缺数。")
    for key, label in _ASIDE.items():
        value = about.get(key)
        count = len(value) if isinstance(value, (list, dict)) else value
        if count and not is_missing(count):
            unit = "种" if key == "facilities_without_norm" else "处"
            found.append(f"{label}：{count} {unit}。")
    return found


_COUNTED = {"households": "户数", "people": "居民", **care.GROUP_LABELS}
_ASIDE = {
    "points_outside": "不在任何网格内的楼栋",
    "facilities_outside": "不在任何网格内的设施",
    "people_off_streets": "百米内没有路、走不到任何地方的楼栋",
    "facilities_off_streets": "百米内没有路、谁也走不到的设施",
    "facilities_without_norm": "标准里没有、所以没有评价的设施种类",
    "facilities_without_capacity": "没有服务人数的设施",
    "facilities_without_floor_area": "没有建筑面积的设施",
    "hours_not_understood": "看不懂的开放时间",
}
