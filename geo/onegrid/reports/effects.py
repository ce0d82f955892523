"""What each fix changes, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.reports.care import FIX_LABELS, place_text
from onegrid.reports.model import Column, Table

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
