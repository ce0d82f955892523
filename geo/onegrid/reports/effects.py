"""For the office only: what each fix changes cell by cell, and the buildings worst off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.reports.care import FIX_LABELS, place_text
from onegrid.reports.model import Column, Table
from onegrid.standards import signs

if TYPE_CHECKING:
    from onegrid.reports.inputs import ReportTables

_COLUMNS = (
    Column("rank", "序号", "count", 6),
    Column("kind", "设施", width=26),
    Column("fix", "办法"),
    Column("place", "地点", width=30),
    Column("cell_id", "网格编码", width=18),
    Column("cell", "网格", width=20),
    Column("people", "居民", "count"),
    Column("people_before", "前：居民", "count"),
    Column("people_after", "后：居民", "count"),
    Column("elders_60", "60岁以上", "count"),
    Column("elders_60_before", "前：60岁以上", "count"),
    Column("elders_60_after", "后：60岁以上", "count"),
)


def effect_tables(tables: ReportTables) -> list[Table]:
    """Return who is served before and after each fix in each cell; for the office only."""
    cells = tables.fix_cells
    if cells is None or not len(cells):
        return []
    names = tables.names["cell"]
    places = {where: place_text(tables, where) for where in cells["where"].astype(str).unique()}
    rows = cells.assign(
        kind=cells["kind"].map(tables.kind_text),
        fix=cells["fix"].map(FIX_LABELS),
        place=cells["where"].astype(str).map(places),
        cell=[names.get(cell, cell) for cell in cells["cell_id"].astype(str)],
    )
    note = (
        "序号同“补短板清单”。新建和打通：走得到的人；扩建和补面积：走得到而且容得下的人。"
        "同类新址依次相加，其余单独计算。"
    )
    return [Table("各网格前后", "每一项在各网格的前后", _COLUMNS, rows, note, 0)]


_WORST = (
    Column("kind", "设施", width=26),
    Column("id", "楼栋", width=18),
    Column("cell", "网格", width=20),
    Column("people", "居民", "count"),
    Column("elders_60", "60岁以上", "count"),
    Column("walk_min", "步行(分钟)", "minutes"),
    Column("cause", "原因", width=22),
)


def worst_tables(tables: ReportTables) -> list[Table]:
    """Return the buildings that walk farthest to each kind; for the office only."""
    worst = tables.worst
    if worst is None or not len(worst):
        return []
    names = tables.names["cell"]
    causes = {code: sign.label for code, sign in signs.CAUSES.items() if code}
    rows = worst.assign(
        kind=worst["kind"].map(tables.kind_text),
        id=worst["id"].astype(str),
        cell=[names.get(cell, cell) for cell in worst["cell_id"].fillna("").astype(str)],
        walk_min=worst["walk_s"] / 60,
        cause=worst["cause"].replace(causes),
    )
    note = "有人住的楼栋里走得最远的；没有分钟数的，哪一处也走不到。"
    return [Table("最远的楼栋", "到各类设施最远的楼栋", _WORST, rows, note, 0)]
