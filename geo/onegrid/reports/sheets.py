"""One page for each cell: bounds, residents, staff, facilities, services, a small map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from onegrid.grids.locate import locate
from onegrid.reports.bounds import four_bounds
from onegrid.reports.model import Column, Fact, Sheet, Table
from onegrid.reports.pictures import Surroundings, cell_picture
from onegrid.reports.tables import profile_label
from onegrid.standards import signs
from onegrid.standards.signs import kind_label, kind_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onegrid.reports.inputs import ReportTables

_IN_PAIRS = ("东", "西", "南", "北")  # two facts stand side by side
_FACILITY = (
    Column("kind", "设施", width=26),
    Column("name", "名称", width=26),
    Column("address", "地址", width=26),
)
_SERVICE = (
    Column("kind", "服务", width=26),
    Column("profile", "步行方式", width=20),
    Column("covered_share", "覆盖率", "share"),
    Column("worst_walk_min", "最远步行(分钟)", "minutes"),
    Column("cause", "主要原因", width=22),
)


def cell_facts(tables: ReportTables) -> dict[str, tuple[Fact, ...]]:
    """Return the facts of every cell as (label, value, form) rows, by id in its order."""
    cells = tables.cells
    if cells is None:
        return {}
    names = tables.names
    bounds = four_bounds(cells, tables.roads, names["cell"])
    teams = _teams(tables)
    found = {}
    for cell in sorted(cells.index):  # words for each
        row, sides = cells.loc[cell], bounds.loc[cell]
        community, subdistrict = str(row["community_id"]), str(row["subdistrict_id"])
        found[str(cell)] = (
            ("网格", names["cell"].get(str(cell), str(cell)), "text"),
            ("编码", str(row["code"] or cell), "text"),
            ("面积(m²)", row["area_m2"], "area"),
            ("社区", names["community"].get(community, community), "text"),
            ("街道", names["subdistrict"].get(subdistrict, subdistrict), "text"),
            *((f"{side}至", sides[side] or None, "text") for side in _IN_PAIRS),
            ("户数", row["households"], "count"),
            ("居民", row["people"], "count"),
            ("60岁以上", row["elders_60"], "count"),
            *teams.get(str(cell), (("专职网格员", row["workers_needed"], "count"),)),
        )
    return found


def cell_sheets(
    tables: ReportTables,
    facts: Mapping[str, tuple[Fact, ...]],
    asked: Sequence[str] | None = None,
    *,
    note: str = "",
) -> list[Sheet]:
    """Return the page of each cell asked for (all by default).

    Parameters
    ----------
    tables
        The tables as they may be shown, with cells.
    facts
        What `cell_facts` says of them.
    asked
        Ids of cells that there are.
    note
        What every page says of itself.
    """
    if tables.cells is None:
        return []
    around = Surroundings.of(tables.cells, tables.roads, tables.facilities, tables.water)
    inside, services = _facilities_by_cell(tables), _services_by_cell(tables)
    found = []
    for cell in facts if asked is None else asked:  # a page each
        here = tuple(t for t in (inside.get(cell), services.get(cell)) if t is not None)
        title = f"网格 {facts[cell][0][1]}"
        found.append(Sheet(cell, title, facts[cell][1:], here, cell_picture(cell, around), note))
    return found


def roster(facts: Mapping[str, tuple[Fact, ...]]) -> list[Table]:
    """Return the facts of all cells as one table."""
    if not facts:
        return []
    rows = pd.DataFrame([{label: value for label, value, _ in told} for told in facts.values()])
    forms = {label: form for told in facts.values() for label, _, form in told}
    columns = tuple(Column(label, label, form, 16) for label, form in forms.items())
    return [Table("网格名册", "网格名册（四至、人员）", columns, rows, "", 0)]


def _teams(tables: ReportTables) -> dict[str, tuple[Fact, ...]]:
    if tables.staff is None:
        return {}
    team = tables.staff[tables.staff["level"] == "cell"]
    labels = {"cadres": "应配干部", "workers": "应配专职网格员", "volunteers": "应配群众力量"}
    counts = zip(*(team[name] for name in labels), strict=True)
    return {
        str(cell): tuple(
            (label, n, "count") for label, n in zip(labels.values(), told, strict=True)
        )
        for cell, told in zip(team["id"], counts, strict=True)
    }


def _facilities_by_cell(tables: ReportTables) -> dict[str, Table]:
    cells, facilities = tables.cells, tables.facilities
    if cells is None or facilities is None:
        return {}
    ordered = cells.sort_index()
    at = locate(facilities.geometry.to_numpy(), ordered.geometry.to_numpy())
    order = {kind: i for i, kind in enumerate(kind_order(set(facilities["kind"])))}
    rows = pd.DataFrame(facilities[["kind", "name", "address"]])
    rows = rows.assign(cell=at, _order=rows["kind"].map(order), kind=rows["kind"].map(kind_label))
    rows = rows[rows["cell"] >= 0].sort_values(["cell", "_order", "name"], kind="stable")
    ids = ordered.index.astype(str)
    return {
        str(ids[cell]): Table("", "网格内的设施", _FACILITY, part)
        for cell, part in rows.groupby("cell")
    }


def _services_by_cell(tables: ReportTables) -> dict[str, Table]:
    if tables.gaps is None:
        return {}
    rows = tables.gaps[tables.gaps["level"] == "cell"]
    order = {kind: i for i, kind in enumerate(kind_order(set(rows["kind"])))}
    causes = {code: sign.label for code, sign in signs.CAUSES.items() if code}
    worst = rows["worst_walk_s"]
    told = rows.assign(
        _order=rows["kind"].map(order),
        kind=rows["kind"].map(tables.kind_text),
        profile=rows["profile"].map(profile_label),
        worst_walk_min=[v / 60 if isinstance(v, float) else v for v in worst],
        cause=rows["cause"].replace(causes),
    ).sort_values(["_order"], kind="stable")
    return {
        str(cell): Table("", "到各类服务", _SERVICE, part)
        for cell, part in told.groupby(told["id"].astype(str))
    }
