"""``onegrid sites``: where to build next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import datums, pairs, walker
from onegrid.cli.options import minutes as parse_minutes
from onegrid.cli.walking import FacilityFile, NetworkFile, ProfileName, Speed

# what a problem makes least: how it is told, and its unit
_LEAST: Final = {
    "lscp": ("要建", " 处"),
    "lscp-cost": ("要花造价", ""),
    "p-median": ("所有人步行合计", " 人·秒"),
    "p-center": ("走得最远的一户步行", " 秒"),
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(sites)


def sites(
    network_file: NetworkFile,
    facilities: FacilityFile,
    people: Annotated[str, typer.Option(help="人口（楼栋或户）· people")],
    kind: Annotated[list[str], typer.Option(help="设施类别，可重复（共用一栋楼）· facility kind")],
    out: Annotated[Path, typer.Option(help="写出的 GeoPackage · GeoPackage to write")],
    count: Annotated[
        int | None, typer.Option(min=1, help="新建几处，lscp 可不给 · how many new sites")
    ] = None,
    candidates: Annotated[
        str | None, typer.Option(help="备选点或地块，缺省由楼栋生成 · candidates")
    ] = None,
    made_from: Annotated[
        str,
        typer.Option(
            "--from", help="无备选点时由 buildings（楼栋）、corners（路口）、blocks（街坊）生成"
        ),
    ] = "buildings",
    spacing_m: Annotated[
        float, typer.Option(min=10, help="生成的备选点间距（米）· spacing of made candidates")
    ] = standards.number("site_spacing_m"),
    communities: Annotated[
        str | None, typer.Option(help="社区界，用于说明受益社区 · communities")
    ] = None,
    minutes: Annotated[float, typer.Option(help="步行分钟 · walking limit")] = 15,
    weight: Annotated[str, typer.Option(help="people、elders_60、households…")] = "people",
    profile: ProfileName = standards.DEFAULT_PROFILE,
    speed_m_s: Speed = None,
    problem: Annotated[
        str | None,
        typer.Option(help="mclp、lscp、lscp-cost、p-median、p-center、capacitated"),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(min=0, help="总造价上限，备选点要有 cost 列 · total cost at most"),
    ] = None,
    capacity: Annotated[
        float | None,
        typer.Option(min=1, help="每处新设施能服务的人数 · people each new site can serve"),
    ] = None,
    floor_area: Annotated[
        float,
        typer.Option(min=0, help="至少要有的建筑面积，已知更小的备选点不选 · least floor area"),
    ] = 0.0,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """下一处设施建在哪里，附已证明的上界。Where to build next, with a proven bound.

    例：onegrid sites --network streets.network --facilities 设施.csv --people 楼栋.gpkg
    --kind day_care_station --count 5 --weight elders_60 --profile elder_75 --out sites.gpkg
    """
    limit = parse_minutes(str(minutes))[0]
    who = walker(profile, speed_m_s)
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.siting import sites as run
        from onegrid.pipeline.siting_inputs import SitesInputs, SitesQuestion, asked_kinds

        reading = Reading(pairs(column, "--column"), datums(datum))
        question = SitesQuestion(
            asked_kinds(kind),
            count,
            limit,
            who,
            weight,
            problem or ("mclp" if capacity is None else "capacitated"),
            spacing_m,
            budget=budget,
            capacity_people=capacity,
            floor_area_m2=floor_area,
        )
        files = SitesInputs(
            network_file, facilities, people, candidates, communities, made_from, reading
        )
        result = run(files, question, out)
    note([*findings_lines(result), *_missed_lines(result)])
    emit(result, as_json=as_json, text=lambda: _text(result, out))


def _missed_lines(result: dict[str, Any]) -> list[str]:
    names = {"facilities": "设施", "people": "楼栋", "candidates": "备选点"}
    lines = [
        f"离道路超过 100 米的{names[role]}：{'、'.join(ids)}"
        for role, ids in result["unreachable"].items()
        if ids
    ]
    if result["too_small"]:
        lines.append(f"面积不够、没有选的备选点：{'、'.join(result['too_small'])}")
    return lines


def _text(result: dict[str, Any], out: Path) -> str:
    total = result["total"] or 1
    first = (
        f"覆盖：现有 {result['covered_before']}（{result['covered_before'] / total:.1%}）→ "
        f"{result['covered_after']}（{result['covered_after'] / total:.1%}）；"
        f"同样多的设施至多 {result['bound']}，差距 {result['gap']:.2%}"
    )
    lines = [first]
    if "served_after" in result:
        lines.append(
            f"有位置：现有 {result['served_before']} → {result['served_after']}；"
            f"同样多的设施至多 {result['served_bound']}，"
            f"差距 {_gap(result['served_after'], result['served_bound'])}"
        )
    if result["problem"] in _LEAST:
        lines.append(_least_line(result))
    if "cost" in result:
        limit = "" if result["budget"] is None else f"（预算 {result['budget']:g}）"
        lines.append(f"造价合计 {result['cost']}{limit}")
    return "\n".join([*lines, *(site["why"] for site in result["sites"]), f"写入 {out}"])


def _least_line(result: dict[str, Any]) -> str:
    """Tell what the problem makes least, what it could be at best, and what that leaves open."""
    what, unit = _LEAST[result["problem"]]
    value, bound = result["objective"], result["objective_bound"]
    if value is None:
        return f"{what}：这么多处做不到人人走得到"
    return f"{what}：{value}{unit}，至少 {bound}{unit}，差距 {_gap(value, bound)}"


def _gap(value: float, bound: float) -> str:
    return f"{abs(value - bound) / (max(value, bound) or 1):.2%}"
