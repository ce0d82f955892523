"""The ledger (台账) of a cell or a community: one value, and one page to print."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Ledger:
    """What is known of a unit: who lives there in counts, what is there, who works there.

    ``staff`` tells of each post how many are needed and there; ``names`` who they are, for those
    who may know. Counts of cases are by state, those of registers by kind.
    """

    level: str
    unit: str
    name: str
    code: str
    community: str
    people: Mapping[str, int | None]
    facilities: Sequence[Mapping[str, Any]]
    staff: Sequence[Mapping[str, Any]]
    names: Sequence[Mapping[str, Any]] = ()
    issues: Mapping[str, int] = field(default_factory=dict)
    open_issues: Sequence[Mapping[str, Any]] = ()
    needs: Mapping[str, int] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)
    projects: Mapping[str, int] = field(default_factory=dict)
    history: Sequence[Mapping[str, Any]] = ()


_PEOPLE = {"households": "户数", "people": "人口", "elders_60": "60岁及以上"}


def ledger_page(ledger: Ledger, *, printed: str, labels: Mapping[str, str]) -> str:
    """Return the ledger as a page of HTML that prints on one sheet.

    Parameters
    ----------
    printed
        The day it is printed, as the page tells it.
    labels
        What people call states, posts and kinds.

    Examples
    --------
    >>> ledger = Ledger("cell", "c1", "一<格", "", "甲社区", {"households": 300}, [], [])
    >>> page = ledger_page(ledger, printed="2026-01-02", labels={})
    >>> "一&lt;格" in page, "300" in page
    (True, True)
    """
    what = {"cell": "网格", "community": "社区"}[ledger.level]
    title = f"{what}台账：{ledger.name or ledger.unit}"

    def named(name: str) -> str:
        return labels.get(name, name)

    counts = {_PEOPLE.get(name, name): "—" if n is None else n for name, n in ledger.people.items()}
    parts = [
        _table("基本情况", ["项目", "数值"], [["编码", ledger.code or ledger.unit],
               ["所属社区", ledger.community], *map(list, counts.items())]),
        _table("人员配备", ["岗位", "应配", "在岗", "缺"],
               [[named(s["post"]), s["needed"], s["there"], s["missing"]] for s in ledger.staff]),
        _table("在岗人员", ["岗位", "姓名"], [[named(s["post"]), s["name"]] for s in ledger.names]),
        _table("设施", ["类别", "名称"],
               [[named(f["kind"]), f["name"]] for f in ledger.facilities]),
        _table("问题", ["状态", "件数"], _counts(ledger.issues, labels)),
        _table("需求", ["类别", "条数"], _counts(ledger.needs, labels)),
        _table("资源", ["类别", "条数"], _counts(ledger.resources, labels)),
        _table("项目", ["状态", "个数"], _counts(ledger.projects, labels)),
        _table("变更", ["日期", "版本", "内容"],
               [[h["at"][:10], h["revision"], h["what"]] for h in ledger.history]),
    ]  # fmt: skip
    head = f'<meta charset="utf-8"><title>{escape(title)}</title>'
    style = '<link rel="stylesheet" href="/static/style.css">'
    foot = f"<p>打印日期 {escape(printed)}</p>"
    body = "".join(part for part in parts if part)
    return (
        f'<!doctype html><html lang="zh"><head>{head}{style}</head>'
        f"<body><main><h1>{escape(title)}</h1>{body}{foot}</main></body></html>"
    )


def _counts(counts: Mapping[str, int], labels: Mapping[str, str]) -> list[list[Any]]:
    return [[labels.get(name, name), count] for name, count in counts.items()]


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table with its heading; nothing where there are no rows."""
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f"<h2>{escape(title)}</h2>{table}"
