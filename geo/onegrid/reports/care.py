"""The tables of care: the elder-care page, and what to do about the gaps, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.coverage.elders import ELDER_LEVELS, GROUPS, within_columns
from onegrid.reports.model import Bars, Column, Table
from onegrid.reports.offers import offer_table
from onegrid.reports.tables import (
    LEVEL_LABELS,
    PRINTED,
    UNIT,
    figures,
    missing_m2,
    profile_label,
    where_hidden,
)
from onegrid.standards import ELDER_KINDS, number, numbers
from onegrid.standards.signs import kind_label

if TYPE_CHECKING:
    from onegrid.reports.inputs import ReportTables

ROUNDED: Final = "公开版的受益人数取到十位。"
_OF_UNITS: Final = tuple(f"{level} " for level in ELDER_LEVELS)  # where a fix is a unit
_ORDER: Final = {"district": 0, "community": 1, "subdistrict": 2}
FIX_LABELS: Final = {"open_link": "打通通道", "enlarge": "扩建", "new_site": "新建"}
GROUP_LABELS: Final = {
    "elders_60": "60岁以上",
    "elders_80": "80岁以上",
    "elders_alone": "独居老人",
    "elders_80_alone": "高龄独居老人",
    "children": "儿童",
    "children_in_need": "困境儿童",
    "disabled": "残疾人",
    "disabled_severe": "独居或重度残疾人",
}


def pace_of(fix: pd.Series, about: dict[str, Any]) -> str:
    """Return the walking profile that a fix was counted at: its own, else the report's first."""
    first = about.get("profile")
    usual = first.get("name") if isinstance(first, dict) else None
    return str(fix.get("profile", usual or ""))


def pace_text(profile: str) -> str:
    """Return at whose pace something was counted, in words.

    Examples
    --------
    >>> pace_text("plain")
    '按规划常用（80米/分钟）的步速'
    """
    return f"按{profile_label(profile)}的步速" if profile else "按所用的步速"


def elder_tables(tables: ReportTables) -> list[Table]:
    """Return the elder-care page: per community, and the list of what to do."""
    found = []
    if tables.elders is not None:
        found += [_elder_table(tables, kind) for kind in ELDER_KINDS]
        found[:0] = [_group_table(tables), offer_table(tables)]
    fixes = tables.elder_fixes
    if fixes is not None and len(fixes):
        found.append(_todo(tables, fixes))
    return found


def _elder_table(tables: ReportTables, kind: str) -> Table:
    elders = tables.elders
    assert elders is not None  # noqa: S101  (for the type checker)
    rows = elders[elders["kind"] == kind]
    far = f"elders_60_within_{numbers('circle_minutes')[-1]:.0f}"
    rows = rows.assign(
        name=tables.names_of(rows),
        left=where_hidden(
            figures(rows["elders_60"]) - figures(rows[far]), rows[far], rows["elders_60"]
        ),
        services=rows["services"].where(rows["services"].fillna("") != "", "未登记"),
        required_floor_area_m2=_required(tables, rows),
    )
    rows = rows.assign(
        missing_m2=missing_m2(rows["floor_area_m2"], rows["required_floor_area_m2"]),
        _left=-figures(rows["left"]),
        _top=rows["level"].map(_ORDER),
        level=rows["level"].map(LEVEL_LABELS),
    ).sort_values(["_top", "_left", "id"], kind="stable", na_position="last")
    columns = (
        *UNIT,
        Column("elders_60", "60岁以上", "count"),
        *(
            Column(name, _within_label(name), "count", 16, _on_paper(name))
            for name in within_columns()
        ),
        Column("left", "15分钟走不到", "count", 14),
        Column("facilities", "设施数", "count", 8),
        Column("services", "已登记服务", width=24),
        Column("floor_area_m2", "现有面积(m²)", "area", paper=False),
        Column("required_floor_area_m2", "应有面积(m²)", "area", paper=False),
        Column("missing_m2", "面积缺口(m²)", "area"),
    )
    label = tables.kind_text(kind)
    note = f"{pace_text(str(elders['profile'].iloc[0]))}；走不到的老人多的在前。"
    return Table(f"养老-{kind_label(kind).split('(')[0]}"[:31], label, columns, rows, note, PRINTED)


def _on_paper(name: str) -> bool:
    return name.startswith("elders_60_") or name.endswith(f"_{numbers('circle_minutes')[-1]:.0f}")


def _within_label(name: str) -> str:
    band, minutes = name.rsplit("_within_", 1)
    return f"{GROUP_LABELS[band]}·{minutes}分钟内"


def _required(tables: ReportTables, rows: pd.DataFrame) -> pd.Series:
    if tables.gaps is None:
        return pd.Series(np.nan, index=rows.index)
    gaps = tables.gaps.drop_duplicates(["level", "id", "kind"])
    asked = gaps.set_index(["level", "id", "kind"])["required_floor_area_m2"]
    keys = pd.MultiIndex.from_frame(rows[["level", "id", "kind"]].astype(object))
    return pd.Series(asked.reindex(keys).to_numpy(), index=rows.index)


def _group_table(tables: ReportTables) -> Table:
    elders = tables.elders
    assert elders is not None  # noqa: S101  (for the type checker)
    rows = elders[elders["kind"] == ELDER_KINDS[0]]
    given = [g for g in GROUPS if rows[g].notna().any()]
    rows = rows.assign(
        name=tables.names_of(rows),
        _top=rows["level"].map(_ORDER),
        level=rows["level"].map(LEVEL_LABELS),
    ).sort_values(["_top", "id"], kind="stable")
    columns = (*UNIT, *(Column(g, GROUP_LABELS[g], "count", 14) for g in given))
    absent = "、".join(GROUP_LABELS[g] for g in GROUPS if g not in given)
    note = "特殊群体只列汇总数。" + (f"数据中没有：{absent}。" if absent else "")
    old = tuple(g for g in ("elders_60", "elders_80") if g in given)
    bars = Bars("各社区老人", "name", old) if old else None
    return Table("老人与特殊群体", "老人与特殊群体", columns, rows, note, PRINTED, bars)


def _todo(tables: ReportTables, fixes: pd.DataFrame) -> Table:
    """Return the ranked list, with elders covered in the district before and after each row."""
    rows = fixes.reset_index(drop=True)
    walker = rows["profile"] if "profile" in rows else pd.Series("", index=rows.index)
    before, after = _before_and_after(tables, rows.assign(profile=walker))
    rows = rows.assign(
        rank=np.arange(1, len(rows) + 1),
        kind=rows["kind"].map(tables.kind_text),
        fix=rows["fix"].map(FIX_LABELS),
        profile=walker.map(profile_label),
        place=[place_text(tables, str(where)) for where in rows["where"]],
        before=before,
        after=after,
    )
    return Table(
        "养老待办清单",
        "养老服务待办清单（受益老人多的在前）",
        (Column("rank", "序号", "count", 8), *_FIX, *_BEFORE_AFTER),
        rows,
        f"{pace_text(pace_of(rows.iloc[0], tables.about))}计算；"
        "“前”“后”是全区走得到这类设施的60岁以上居民；同类新址依次相加，其余各项单独计算；"
        "扩建和补面积不增加走得到的人，所以不填。" + ("" if tables.office else ROUNDED),
        PRINTED,
    )


_FIX = (
    Column("kind", "设施", width=26),
    Column("fix", "办法"),
    Column("place", "地点", width=30),
    Column("elders_60_gained", "受益60岁以上", "count", 14),
    Column("people_gained", "受益居民", "count"),
    Column("cost_note", "说明", width=50),
)
_BEFORE_AFTER = (
    Column("before", "前：走得到的老人", "count", 16),
    Column("after", "后：走得到的老人", "count", 16),
)


def _before_and_after(tables: ReportTables, rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the elders covered before and after each fix; new sites of a kind follow each other.

    Whoever an enlarged facility or a unit's own area serves reaches the service already: empty.
    """
    covered = _covered_before(tables)
    keys = zip(rows["kind"], rows["profile"], strict=True)
    base = pd.Series([covered.get(key, np.nan) for key in keys], rows.index, dtype=object)
    of_unit = rows["where"].astype(str).str.startswith(_OF_UNITS)
    adds = (rows["fix"] != "enlarge") & ~of_unit
    gained = figures(rows["elders_60_gained"])
    site = adds & (rows["fix"] == "new_site")
    # a hidden gain is a small one, and all after it are smaller still
    so_far = gained.fillna(0).where(site, 0).groupby(rows["kind"]).cumsum().where(site, gained)
    before = where_hidden(figures(base) + so_far - gained, base, rows["elders_60_gained"])
    after = where_hidden(figures(base) + so_far, base, rows["elders_60_gained"])
    return before.where(adds, np.nan), after.where(adds, np.nan)


def _covered_before(tables: ReportTables) -> dict[tuple[str, str], object]:
    if tables.gaps is None:
        return {}
    rows = tables.gaps[tables.gaps["level"] == "district"]
    keys = zip(rows["kind"], rows["profile"], strict=True)
    return dict(zip(keys, rows["elders_60_covered"], strict=True))


def fix_tables(tables: ReportTables) -> list[Table]:
    """Return the ranked fixes of all kinds."""
    if tables.fixes is None or not len(tables.fixes):
        return []
    rows = tables.fixes.reset_index(drop=True)
    rows = rows.assign(
        rank=np.arange(1, len(rows) + 1),
        kind=rows["kind"].map(tables.kind_text),
        fix=rows["fix"].map(FIX_LABELS),
        place=[place_text(tables, str(where)) for where in rows["where"]],
    )
    columns = (Column("rank", "序号", "count", 8), *_FIX)
    pace = pace_text(pace_of(rows.iloc[0], tables.about))
    note = f"{pace}，每一项单独计算；同类新址依次相加。" + ("" if tables.office else ROUNDED)
    return [Table("补短板清单", "怎样补最省（受益老人多的在前）", columns, rows, note, PRINTED)]


def site_tables(tables: ReportTables) -> list[Table]:
    """Return the chosen sites in order of choice; reasons name small counts, for the office."""
    sites = tables.sites
    if sites is None or not len(sites):
        return []
    middle = sites.geometry.representative_point()
    rows = pd.DataFrame(sites.drop(columns=sites.geometry.name)).assign(
        place=[_around(tables, f"{point.x:.1f} {point.y:.1f}") for point in middle]
    )
    if "profile" in rows:
        rows["profile"] = rows["profile"].map(profile_label)
    shown = tuple(column for column in _SITE if column.field in rows)
    note = "依次选出：每一处的受益人数是在前面各处之外再增加的。"
    return [Table("选址", "新址（按选出的次序）", shown, rows, note)]


_SITE = (
    Column("order", "次序", "count", 6),
    Column("place", "地点", width=30),
    Column("people_gained", "受益居民", "count"),
    Column("elders_60_gained", "受益60岁以上", "count", 14),
    Column("minutes", "步行(分钟)", "minutes"),
    Column("profile", "步行方式", width=20),
    Column("floor_area_m2", "面积(m²)", "area"),
    Column("cost", "费用", "number"),
    Column("why", "理由", width=60),
)


def place_text(tables: ReportTables, where: str) -> str:
    """Return where a fix is in words: a facility, a unit, or the community around a point."""
    facilities, names = tables.facilities, tables.names
    if facilities is not None and where in facilities.index:
        return str(facilities.loc[where, "name"] or where)
    first, _, rest = where.partition(" ")
    if first in LEVEL_LABELS:
        return f"{names[first].get(rest, rest)}（{LEVEL_LABELS[first]}）"
    return _around(tables, where)


def _around(tables: ReportTables, where: str) -> str:
    """Return a point with the community around it and the named road beside it."""
    try:
        point = shapely.Point([float(part) for part in where.split()])
    except ValueError:
        return where
    told = [_community_at(tables, point), _road_at(tables, point)]
    return "，".join([*filter(None, told), f"坐标 {point.x:.0f}, {point.y:.0f}"])


def _community_at(tables: ReportTables, point: shapely.Point) -> str:
    if tables.communities is None:
        return ""
    inside = tables.communities.index[shapely.intersects(tables.communities.geometry, point)]
    name = str(inside[0]) if len(inside) else ""
    return tables.names["community"].get(name, name)


def _road_at(tables: ReportTables, point: shapely.Point) -> str:
    """Return the nearest road that has a name, within the distance at which doors join roads."""
    if tables.roads is None:
        return ""
    named = tables.roads[tables.roads["name"].fillna("") != ""]
    away_m = shapely.distance(named.geometry.to_numpy(), point)
    if not len(named) or away_m.min() > number("join_limit_m"):
        return ""
    return f"{named['name'].iloc[int(away_m.argmin())]}旁"
