"""Which services of elder care the facilities of each unit offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.reports.model import Column, Table
from onegrid.reports.tables import LEVEL_LABELS, PRINTED, UNIT
from onegrid.standards.elder_care import elder_services

if TYPE_CHECKING:
    from onegrid.reports.inputs import ReportTables

_OFFERED, _NOT = "有", "—"
_BETWEEN = "、"  # in the column of services


def offer_table(tables: ReportTables) -> Table:
    """Return the services of elder care by unit, those that lack most first."""
    elders = tables.elders
    assert elders is not None  # noqa: S101  (for the type checker)
    names = [service.name for service in elder_services()]
    told = elders.assign(services=elders["services"].fillna(""))
    offered = told.groupby(["level", "id"], sort=False)["services"].agg(_BETWEEN.join).reset_index()
    sets = [set(text.split(_BETWEEN)) for text in offered["services"]]
    rows = offered.assign(
        name=tables.names_of(offered),
        lacking=[sum(name not in there for name in names) for there in sets],
        _whole=offered["level"] != "district",
        level=offered["level"].map(LEVEL_LABELS),
        **{name: [_OFFERED if name in there else _NOT for there in sets] for name in names},
    ).sort_values(["_whole", "lacking", "id"], ascending=[True, False, True], kind="stable")
    columns = (
        *UNIT,
        *(Column(name, name, width=10) for name in names),
        Column("lacking", "缺几项", "count", 8),
    )
    note = "按设施登记的“服务项目”和设施类别判断；没有登记的不算。缺得多的在前。"
    return Table("六项养老服务", "六项养老服务：本地设施提供哪些", columns, rows, note, PRINTED)
