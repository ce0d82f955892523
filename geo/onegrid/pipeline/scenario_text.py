"""The comparison of scenarios as a page of text for an office: what each changes, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from onegrid.standards import UNVERIFIED
from onegrid.standards.signs import kind_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


GROUP_LABELS: Final = {
    "elders_60": "60岁以上老人",
    "elders_80": "80岁以上老人",
    "elders_alone": "独居老人",
    "elders_80_alone": "高龄独居老人",
    "children": "儿童",
    "children_in_need": "困境儿童",
    "disabled": "残疾人",
    "disabled_severe": "独居或重度残疾人",
}
_HIDDEN: Final = "不公开"
_SHOWN: Final = 10  # communities of a scenario


def scenario_text(
    compared: pd.DataFrame,
    groups: pd.DataFrame,
    *,
    communities: Mapping[str, str],
    unverified: Mapping[str, str],
) -> str:
    """Return the page, in Markdown, from tables that may be published.

    Parameters
    ----------
    compared, groups
        What `onegrid.siting.public` leaves of them.
    communities
        Names by id; others are told by their id.
    unverified
        The mark of each kind whose norm nobody has checked.
    """
    today = str(compared["scenario"].iloc[0])
    kinds = [str(kind) for kind, rows in compared.groupby("kind", sort=False) if _changing(rows)]
    lines = ["# 方案比较", ""]
    lines += [
        f"与“{today}”相比，增减取到十位。少于10人的数，以及能推算出它们的数，写“{_HIDDEN}”。",
        "",
    ]
    doubtful = [kind_label(kind) for kind in kinds if unverified.get(kind)]
    if doubtful:
        lines += [f"标准{UNVERIFIED}：{'、'.join(doubtful)}。", ""]
    if not kinds:
        lines += ["各方案的覆盖都与现状相同。", ""]
    for kind in kinds:
        lines += [f"## {kind_label(kind)}", ""]
        rows = compared[compared["kind"] == kind]
        shown = {today, *_changing(rows)}
        rows, mine = rows[rows["scenario"].isin(shown)], groups[groups["kind"] == kind]
        lines += _district(rows)
        lines += _by_group(mine[mine["scenario"].isin(shown)])
        lines += _communities(rows, communities, today)
    return "\n".join(lines).rstrip() + "\n"


def _changing(rows: pd.DataFrame) -> list[str]:
    """Return the scenarios in which anything that may be told differs from today."""
    hidden = rows["people_change"].isna() | rows["elders_60_change"].isna()
    differs = rows["people_change"].fillna(0) != 0
    told = rows["cause"].notna() & rows["cause_before"].notna()
    causes = told & (rows["cause"] != rows["cause_before"])
    found = rows.loc[differs | causes | (hidden & (rows["level"] == "district")), "scenario"]
    return [str(name) for name in dict.fromkeys(found)]


def _district(rows: pd.DataFrame) -> list[str]:
    told = rows[rows["level"] == "district"]
    head = ["方案", "覆盖居民", "比现状", "覆盖率", "覆盖60岁以上", "比现状"]
    body = [
        [
            str(row["scenario"]),
            _count(row["people_covered"]),
            _change(row["people_change"]),
            _HIDDEN if pd.isna(row["covered_share"]) else f"{row['covered_share']:.1%}",
            _count(row["elders_60_covered"]),
            _change(row["elders_60_change"]),
        ]
        for row in told.to_dict("records")
    ]
    return _table(head, body)


def _by_group(groups: pd.DataFrame) -> list[str]:
    if groups.empty:
        return []
    names = list(dict.fromkeys(groups["scenario"]))
    body = []
    for group, rows in groups.groupby("group", sort=False):
        by_name = rows.set_index("scenario")
        cells = [
            f"{_count(by_name.loc[n, 'covered'])}（{_change(by_name.loc[n, 'change'])}）"
            if n in by_name.index
            else "—"
            for n in names
        ]
        body.append([GROUP_LABELS[str(group)], _count(rows["total"].iloc[0]), *cells])
    return [
        "全区各类居民中走得到的人（括号内为比现状）：",
        "",
        *_table(["人群", "总数", *names], body),
    ]


def _communities(rows: pd.DataFrame, names: Mapping[str, str], today: str) -> list[str]:
    """Return the communities that change most, scenario by scenario."""
    told = rows[(rows["level"] == "community") & (rows["scenario"] != today)]
    told = told[told["people_change"].fillna(0) != 0]
    ranked = told.assign(size=told["people_change"].abs()).sort_values(
        ["size", "id"], ascending=[False, True], kind="stable"
    )
    body = [
        [
            name,
            names.get(str(row["id"]), str(row["id"])),
            _change(row["people_change"]),
            _change(row["elders_60_change"]),
        ]
        for name in dict.fromkeys(rows["scenario"])
        for row in ranked[ranked["scenario"] == name].head(_SHOWN).to_dict("records")
    ]
    if not body:
        return []
    return ["变化最大的社区：", "", *_table(["方案", "社区", "居民", "60岁以上"], body)]


def _table(head: list[str], body: Iterable[list[str]]) -> list[str]:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *body]
    return ["| " + " | ".join(line) + " |" for line in lines] + [""]


def _count(value: float | None) -> str:
    return _HIDDEN if value is None or pd.isna(value) else f"{int(value)}"


def _change(value: float | None) -> str:
    return _HIDDEN if value is None or pd.isna(value) else f"{int(value):+d}"
