"""How big services are beside what the norm asks: units, and every facility."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.coverage.demand import units_of
from onegrid.reports.model import HIDDEN, Column, Table
from onegrid.reports.tables import (
    LEVEL_LABELS,
    PRINTED,
    UNIT,
    figures,
    missing_m2,
    profile_label,
    where_hidden,
)

if TYPE_CHECKING:
    from onegrid.reports.inputs import ReportTables

_SIZE = (
    *UNIT,
    Column("kind", "设施", width=26),
    Column("floor_area_m2", "现有面积(m²)", "area"),
    Column("required_floor_area_m2", "应有面积(m²)", "area"),
    Column("missing_m2", "面积缺口(m²)", "area"),
    Column("per_100_households", "每百户(m²)", "minutes"),
    Column("per_1000_elders", "每千名老人(m²)", "area", 14),
    Column("beds", "现有床位", "count", 10),
    Column("required_beds", "应有床位", "count", 10),
    Column("beds_per_1000_elders", "每千名老人床位", "minutes", 14),
)
_FACILITY = (
    Column("facility_id", "编码", width=14, paper=False),
    Column("kind", "设施", width=26),
    Column("name", "名称", width=30),
    Column("floor_area_m2", "现有面积(m²)", "area"),
    Column("required_floor_area_m2", "应有面积(m²)", "area"),
    Column("missing_m2", "面积缺口(m²)", "area"),
    Column("beds", "现有床位", "count", 10),
    Column("required_beds", "应有床位", "count", 10),
    Column("capacity_people", "服务能力(人)", "count"),
    Column("profile", "步行方式", width=20),
    Column("people_in_reach", "时限内居民", "count"),
    Column("elders_60_in_reach", "时限内60岁以上", "count", 14),
    Column("use_share", "时限内居民/能力", "number", 14),
)
_BEDS = ("beds", "required_beds", "beds_per_1000_elders")


def size_tables(tables: ReportTables) -> list[Table]:
    """Return the floor area and beds of the units that a norm binds, the shortest first."""
    gaps = tables.gaps
    if gaps is None:
        return []
    rows = gaps.drop_duplicates(["level", "id", "kind"])
    rows = rows.assign(**{n: rows.get(n, pd.Series(np.nan, rows.index)) for n in _BEDS[:2]})
    binding = rows[["required_floor_area_m2", "required_beds"]].notna().any(axis=1)
    rows = rows[binding & (rows["level"] != "cell")]
    if rows.empty:
        return []
    households = _households(tables, rows)
    elders = rows["elders_60"]
    rows = rows.assign(
        name=tables.names_of(rows),
        kind=rows["kind"].map(tables.kind_text),
        missing_m2=missing_m2(rows["floor_area_m2"], rows["required_floor_area_m2"]),
        per_100_households=_rate(rows["floor_area_m2"], households, 100),
        per_1000_elders=_rate(rows["floor_area_m2"], elders, 1000),
        beds_per_1000_elders=_rate(rows["beds"], elders, 1000),
    )
    rows = rows.assign(
        level=rows["level"].map(LEVEL_LABELS), _missing=-figures(rows["missing_m2"])
    ).sort_values(["_missing", "id", "kind"], kind="stable", na_position="last")
    columns = tuple(c for c in _SIZE if c.field not in _BEDS or rows[c.field].notna().any())
    note = "每条标准只管到它说的那一级：街道的面积不能抵社区的。缺得多的在前。"
    return [Table("面积与床位", "面积与床位核对", columns, rows, note, PRINTED)]


def _households(tables: ReportTables, rows: pd.DataFrame) -> pd.Series:
    """Return the households of each row's unit; one hidden cell hides the sum."""
    nothing = pd.Series(np.nan, index=rows.index)
    if tables.cells is None:
        return nothing
    cells = tables.cells.sort_index()
    units = units_of(cells)
    hidden = (cells["households"] == HIDDEN).to_numpy(float)
    values = figures(cells["households"]).fillna(0).to_numpy(float)
    found: dict[tuple[str, str], object] = {}
    for level in set(rows["level"]):
        total, few = units.roll_up(np.array([values, hidden]), level)
        told = [HIDDEN if f else t for t, f in zip(total, few, strict=True)]
        found |= dict(zip([(level, unit) for unit in units.ids[level]], told, strict=True))
    keys = zip(rows["level"], rows["id"].astype(str), strict=True)
    return pd.Series([found.get(key, np.nan) for key in keys], rows.index, dtype=object)


def _rate(size: pd.Series, of: pd.Series, per: float) -> pd.Series:
    """Return a size for so many of a count; a hidden count hides it, nobody leaves it empty."""
    count = figures(of)
    return where_hidden(figures(size) / count.where(count > 0) * per, of)


def facility_tables(tables: ReportTables) -> list[Table]:
    """Return every facility beside what is asked of it; who is in reach only for the office."""
    checks = tables.checks
    if checks is None or not len(checks):
        return []
    if "people_in_reach" not in checks:
        checks = checks.drop_duplicates("facility_id").drop(columns="profile")
    rows = checks.assign(
        kind=checks["kind"].map(tables.kind_text),
        missing_m2=missing_m2(checks["floor_area_m2"], checks["required_floor_area_m2"]),
    )
    if "profile" in rows:
        rows = rows.assign(profile=rows["profile"].map(profile_label))
    unknown = rows["floor_area_m2"].isna() & rows["required_floor_area_m2"].notna()
    short = rows["missing_m2"].mask(unknown)
    rows = rows.assign(missing_m2=short, _missing=-short.fillna(0)).sort_values(
        ["_missing", "facility_id"], kind="stable"
    )
    there = [c for c in _FACILITY if c.field in rows]
    columns = tuple(c for c in there if not c.field.endswith("beds") or rows[c.field].notna().any())
    note = "面积不明的不算缺口。"
    return [Table("设施核对", "每处设施的面积和床位", columns, rows, note, PRINTED)]
