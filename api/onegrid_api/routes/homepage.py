"""The words and numbers of the result page; every value is escaped here."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid.pipeline.folder import NETWORK_FILE
from onegrid.standards import department_label, kinds, profiles
from onegrid_api.errors import NotThereError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onegrid_api.results import Results
    from onegrid_api.settings import Settings

_FIXES_SHOWN = 10
_FIX_LABELS = {"open_link": "打通通道", "enlarge": "扩建", "new_site": "新建"}
_CAUSE_LABELS = {
    "covered": "已覆盖",
    "far": "距离过远",
    "severed": "步行被阻隔",
    "closed": "大门或时段关闭",
    "full": "容量或面积不足",
    "none": "没有这类设施",
}
_OFFICE_HEAD = ("设施", "居民覆盖率", "60岁以上", "其中已覆盖", "最远步行", "主要原因")
_MERGE_ROWS = (
    ("in_band_share", "户数在规定区间的网格", "share"),
    ("households_in_band_share", "住在规模适中网格的户数", "share"),
    ("border_reuse_share", "沿用老边界", "share"),
    ("mean_compactness", "平均紧凑度", "number"),
    ("gap_m2", "缝隙面积（平方米）", "number"),
    ("overlap_m2", "重叠面积（平方米）", "number"),
)


def placeholders(results: Results, settings: Settings) -> dict[str, str]:
    """Return what the page's placeholders stand for, as HTML."""
    report = results.report()
    merge = report.get("merge", report)
    coverage = report.get("coverage", {})
    there = set(results.there())
    lon, lat = results.middle() if "grid.gpkg" in there else (0.0, 0.0)
    synthetic = settings.synthetic or (report.get("source") or {}).get("synthetic")
    banner = "示意数据：人口与网格为虚构，仅供演示" if synthetic else ""
    return {
        "title": escape(settings.title),
        "banner": f'<p class="banner">{banner}</p>' if banner else "",
        "facts": "".join(_facts(merge, coverage)),
        "planner": _planner(merge),
        "office": _office(coverage),
        "fixes": _fixes(results),
        "kinds": _options((k, kind_label(k)) for k in _kinds_there(results, there)),
        "profiles": _options((p.name, p.label_zh) for p in profiles().values()),
        "lon": f"{lon:.4f}",
        "lat": f"{lat:.4f}",
        "finder": "" if {NETWORK_FILE, "facilities.gpkg"} <= there else "hidden",
        "map": "" if "map.html" in there else "hidden",
        "gaps": "" if "gaps.csv" in there else "hidden",
    }


def kind_label(kind: str) -> str:
    """Return the Chinese label of a facility kind, or the kind itself."""
    known = kinds().get(kind)
    return known.label_zh if known else kind


def _kinds_there(results: Results, there: set[str]) -> list[str]:
    if "facilities.gpkg" not in there:
        return []
    found = set(results.facilities()["kind"])
    known = [kind for kind in kinds() if kind in found]
    return known + sorted(found - set(known))


def _options(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(f'<option value="{escape(v)}">{escape(label)}</option>' for v, label in pairs)


def _facts(merge: Mapping[str, Any], coverage: Mapping[str, Any]) -> Iterable[str]:
    elder = coverage.get("kinds", {}).get("elder_care_center", {})
    facts = (
        (merge.get("cells"), "count", "网格", "cells"),
        (merge.get("communities"), "count", "社区", "communities"),
        (merge.get("in_band_share"), "share", "规模适中", "in size band"),
        (elder.get("covered_share"), "share", "养老中心步行可达", "reach elder care"),
    )
    for value, form, label, english in facts:
        if value is not None:
            yield (
                f"<li><strong>{_figure(value, form)}</strong>"
                f'<span>{label}</span><small lang="en">{english}</small></li>'
            )


def _planner(merge: Mapping[str, Any]) -> str:
    rows = [(label, _figure(merge[key], form)) for key, label, form in _MERGE_ROWS if key in merge]
    for name, share in (merge.get("preserved_share") or {}).items():
        rows.append((f"{department_label(name)}老网格保持完整", _figure(share, "share")))
    if not rows:
        return "<p>还没有合并结果。</p>"
    body = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{body}</table>"


def _office(coverage: Mapping[str, Any]) -> str:
    """Return a table for each walking profile that was measured."""
    by_profile = coverage.get("profiles") or {"": coverage}
    tables = [
        (f"<h3>{escape(_walker(name))}</h3>" if name else "") + _kinds_table(part["kinds"])
        for name, part in by_profile.items()
        if part.get("kinds")
    ]
    return "".join(tables) or "<p>还没有覆盖评价。</p>"


def _walker(name: str) -> str:
    known = profiles().get(name)
    return f"步行速度：{known.label_zh}" if known else name


def _kinds_table(by_kind: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for kind, row in by_kind.items():
        walk = row.get("worst_walk_s")
        values = (
            _figure(row.get("covered_share"), "share"),
            _figure(row.get("elders_60"), "count"),
            _figure(row.get("elders_60_covered"), "count"),
            "—" if walk is None else f"{walk / 60:.0f}分钟",
            _CAUSE_LABELS.get(str(row.get("cause")), "—"),
        )
        cells = "".join(f"<td>{escape(value)}</td>" for value in values)
        rows.append(f"<tr><th>{escape(kind_label(kind))}</th>{cells}</tr>")
    head = "".join(f"<th>{label}</th>" for label in _OFFICE_HEAD)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _fixes(results: Results) -> str:
    try:
        fixes = results.fixes().head(_FIXES_SHOWN)
    except NotThereError:
        return ""
    items = "".join(
        f"<li>{escape(kind_label(str(row.kind)))}："
        f"{escape(_FIX_LABELS.get(str(row.fix), str(row.fix)))}，{_gain(row.elders_60_gained)}</li>"
        for row in fixes.itertuples()
    )
    return f"<h3>最省的补短板办法</h3><ol>{items}</ol>" if items else ""


def _gain(elders: Any) -> str:  # noqa: ANN401  (a cell of a table)
    return "新增覆盖老人不足10人或不公开" if pd.isna(elders) else f"新增覆盖老人{elders:,.0f}人"


def _figure(value: Any, form: str) -> str:  # noqa: ANN401  (any value of a JSON text)
    if pd.isna(value):
        return "不公开"
    if form == "share":
        return f"{value:.1%}"
    return f"{value:,.0f}" if form == "count" else f"{value:,.2f}"
