"""The tables of a report, from the result tables: fields in English, headings in Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from onegrid.coverage.demand import LEVELS
from onegrid.grids.staffing import staffing
from onegrid.reports.model import HIDDEN, Bars, Column, Table, trust
from onegrid.standards import department_label, profiles, signs
from onegrid.standards.norm_packs import PER_LABELS
from onegrid.standards.signs import kind_label, kind_order

if TYPE_CHECKING:
    from onegrid.reports.inputs import ReportTables

LEVEL_LABELS: Final = {
    "cell": "网格",
    "community": "社区",
    "subdistrict": "街道",
    "district": "全区",
}
PRINTED = 15  # rows of a long table that go on paper
UNIT = (
    Column("level", "层级", width=8),
    Column("id", "编码", width=18, paper=False),
    Column("name", "名称"),
)
_GAP = (
    Column("kind", "设施", width=26),
    Column("profile", "步行方式", width=20),
    Column("people", "居民", "count"),
    Column("people_covered", "走得到的居民", "count"),
    Column("covered_share", "覆盖率", "share"),
    Column("elders_60", "60岁以上", "count"),
    Column("elders_60_covered", "走得到的60岁以上", "count", 16),
    Column("worst_walk_min", "最远步行(分钟)", "minutes", 14),
    Column("floor_area_m2", "现有面积(m²)", "area", paper=False),
    Column("required_floor_area_m2", "应有面积(m²)", "area", paper=False),
    Column("missing_m2", "面积缺口(m²)", "area"),
    Column("cause", "主要原因", width=22),
    Column("accessibility", "可达性(E2SFCA)", "number", 14, paper=False),
)


_ASKED = (
    *("minutes", "floor_m2_min", "floor_m2_per_100_households"),
    *("beds_min", "floor_m2_per_bed"),
)


def profile_label(name: str) -> str:
    """Return the Chinese label of a walking profile; an unknown one is its own label."""
    known = profiles().get(name)
    return known.label_zh if known else name


def gap_tables(tables: ReportTables) -> list[Table]:
    """Return the gaps of the district, of its units and of its cells."""
    if tables.gaps is None:
        return []
    rows = _gap_rows(tables)
    level = rows["_level"].to_numpy()
    bars = Bars("各类设施覆盖率", "kind", ("covered_share",))
    district = Table(
        "全区覆盖", "全区各类设施覆盖", _GAP, rows[level == LEVELS[-1]], "", None, bars
    )
    units = Table(
        "街道社区覆盖",
        "街道和社区覆盖（差的在前）",
        (*UNIT, *_GAP),
        _worst_first(rows[np.isin(level, LEVELS[1:-1])]),
        "纸面只列最差的几行，全部在电子表格中。",
        PRINTED,
    )
    cells = Table(
        "网格覆盖",
        "网格覆盖（差的在前）",
        (*UNIT, *_GAP),
        _worst_first(rows[level == LEVELS[0]]),
        "纸面只列最差的几行，全部在电子表格中。",
        PRINTED,
    )
    return [district, units, cells]


def _gap_rows(tables: ReportTables) -> pd.DataFrame:
    gaps = tables.gaps
    assert gaps is not None  # noqa: S101  (for the type checker)
    order = {kind: i for i, kind in enumerate(kind_order(set(gaps["kind"])))}
    told = gaps.assign(
        name=tables.names_of(gaps),
        worst_walk_min=_scaled(gaps["worst_walk_s"], 1 / 60),
        missing_m2=missing_m2(gaps["floor_area_m2"], gaps["required_floor_area_m2"]),
        _order=gaps["kind"].map(order),
        _row=np.arange(len(gaps)),
        _level=gaps["level"],
    ).sort_values(["_order", "_row"], kind="stable")
    causes = {code: sign.label for code, sign in signs.CAUSES.items() if code}
    return told.assign(
        level=told["level"].map(LEVEL_LABELS),
        kind=told["kind"].map(tables.kind_text),
        profile=told["profile"].map(profile_label),
        cause=told["cause"].replace(causes),
    )


def _worst_first(rows: pd.DataFrame) -> pd.DataFrame:
    """Sort by uncovered people, most first; what is not published comes last."""
    left = figures(rows["people"]) - figures(rows["people_covered"])
    return rows.assign(_left=-left).sort_values("_left", kind="stable", na_position="last")


def figures(values: pd.Series) -> pd.Series:
    """Return the figures of a column as floats, what is hidden or empty as NaN."""
    return pd.to_numeric(values.replace(HIDDEN, None), errors="coerce").astype(float)


def _scaled(values: pd.Series, factor: float) -> pd.Series:
    return where_hidden(figures(values) * factor, values)


def where_hidden(result: pd.Series, *sources: pd.Series) -> pd.Series:
    """Return figures with those hidden that were made from a hidden one."""
    hidden = np.logical_or.reduce([(values == HIDDEN).to_numpy(bool) for values in sources])
    return result.astype(object).mask(hidden, HIDDEN) if hidden.any() else result


def missing_m2(area: pd.Series, required: pd.Series) -> pd.Series:
    """Return the floor area that is missing, empty where the norm does not bind."""
    missing = (figures(required) - figures(area).fillna(0)).clip(lower=0)
    return where_hidden(missing, required, area)


def grid_tables(tables: ReportTables) -> list[Table]:
    """Return the communities of the grid with their cells, residents and staff."""
    cells, communities = tables.cells, tables.communities
    if cells is None or communities is None:
        return []
    found = []
    names = tables.names
    counts = cells.groupby("community_id").size()
    ids = communities.index
    rows = pd.DataFrame(
        {
            "id": ids.astype(str),
            "name": communities["name"].fillna("").to_numpy(),
            "subdistrict": [
                names["subdistrict"].get(str(s), str(s)) for s in communities["subdistrict_id"]
            ],
            "cells": counts.reindex(ids).fillna(0).astype(int).to_numpy(),
            **{c: _summed(cells, c, ids) for c in ("households", "people", "elders_60")},
            "area_m2": cells.groupby("community_id")["area_m2"].sum().reindex(ids).to_numpy(),
        }
    )
    if tables.staff is not None:
        staff = tables.staff[tables.staff["level"] == "community"].set_index("id")
        for name in ("community_workers", "workers", "volunteers"):
            rows[name] = staff[name].reindex(rows["id"]).to_numpy()
    columns = (
        Column("id", "编码", width=14, paper=False),
        Column("name", "社区"),
        Column("subdistrict", "街道"),
        Column("cells", "网格数", "count", 8),
        Column("households", "户数", "count"),
        Column("people", "居民", "count"),
        Column("elders_60", "60岁以上", "count"),
        Column("area_m2", "面积(m²)", "area"),
        Column("community_workers", "应配社区工作者", "count", 14),
        Column("workers", "应配专职网格员", "count", 14),
        Column("volunteers", "应配群众力量", "count", 14),
    )
    shown = tuple(c for c in columns if c.field in rows)
    bars = Bars("各社区60岁以上居民", "name", ("elders_60",))
    found.append(Table("社区名册", "社区、网格与人员", shown, rows, "", PRINTED, bars))
    return found


def _summed(cells: Any, column: str, ids: pd.Index) -> list[object]:  # noqa: ANN401  (a GeoDataFrame)
    """Sum a count by community; one hidden cell hides the sum unless the gaps publish it."""
    hidden = (cells[column] == HIDDEN).groupby(cells["community_id"]).any()
    total = figures(cells[column]).groupby(cells["community_id"]).sum()
    return [HIDDEN if hidden.get(i, False) else float(total.get(i, 0.0)) for i in ids]


def staff_of(tables: ReportTables) -> pd.DataFrame | None:
    """Return the staff that the norms ask of every unit."""
    if tables.cells is None or tables.communities is None:
        return None
    return staffing(tables.cells, tables.communities).table


def crosswalk_tables(tables: ReportTables) -> list[Table]:
    """Return which old grids every cell is made of."""
    if tables.crosswalk is None:
        return []
    rows = tables.crosswalk.assign(
        department=tables.crosswalk["department"].map(department_label),
        old_code=tables.crosswalk["old_code"].fillna("（原无网格）"),
    )
    columns = (
        Column("cell_id", "新网格", width=18),
        Column("department", "部门"),
        Column("old_code", "原网格", width=18),
        Column("area_m2", "面积(m²)", "area"),
        Column("area_share", "占新网格面积", "share"),
        Column("households", "户数", "count"),
        Column("household_share", "占新网格户数", "share"),
    )
    shown = tuple(c for c in columns if c.field in rows)
    return [Table("新旧对照", "新旧网格对照表", shown, rows, "", 0)]


def norm_tables(tables: ReportTables) -> list[Table]:
    """Return the norms that the gaps were measured against, with their confidence."""
    standard = tables.about.get("standard")
    rules = standard.get("rules") if isinstance(standard, dict) else None
    if not rules:
        return []
    rows = pd.DataFrame(rules)
    for name in _ASKED:
        rows[name] = pd.to_numeric(rows.get(name, pd.Series(np.nan, rows.index)), errors="coerce")
    rows = rows.assign(
        kind=rows["kind"].map(kind_label),
        per=rows["per"].map(PER_LABELS).fillna(rows["per"]),
        trust=[trust(c) or "已核实" for c in rows["confidence"]],
    )
    columns = (
        Column("kind", "设施", width=26),
        Column("minutes", "步行(分钟)", "minutes"),
        Column("per", "按什么计", width=14),
        Column("floor_m2_min", "面积下限(m²)", "area"),
        Column("floor_m2_per_100_households", "每百户(m²)", "area"),
        Column("beds_min", "床位", "count", 8),
        Column("floor_m2_per_bed", "每床(m²)", "area", 10),
        Column("note", "备注", width=24),
        Column("title", "文件", width=40),
        Column("clause", "条款"),
        Column("trust", "核实"),
    )
    return [Table("标准依据", "标准依据与可信度", columns, rows, "未核实：没有对照原文核对过。")]
