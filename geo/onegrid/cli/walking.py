"""``onegrid network``, ``reach``, ``circles`` and ``nearest``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import datums, local_time, pairs, place, walker
from onegrid.cli.options import minutes as parse_minutes
from onegrid.errors import InputError, Problem

NetworkFile = Annotated[str, typer.Option("--network", help="步行路网文件 · network file")]
ProfileName = Annotated[
    str, typer.Option("--profile", help="步行方式，如 plain、elder_75 · walking profile")
]
Speed = Annotated[
    float | None, typer.Option("--speed-m-s", help="步行速度（米/秒），代替步行方式 · speed")
]
When = Annotated[
    str | None,
    typer.Option("--when", help="当地时间，如 2026-11-22T20:30：不走关门的路和设施 · local time"),
]
FacilityFile = Annotated[str, typer.Option(help="设施点 · facilities")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    for command in (network, reach, circles, nearest):
        app.command()(command)


def network(
    out: Annotated[Path, typer.Option(help="写出的路网文件 · network file to write")],
    source: Annotated[str | None, typer.Argument(help="pbf、osm、graphml、线图层")] = None,
    place_name: Annotated[
        str | None, typer.Option("--place", help="按地名用 OSMnx 下载 · download by name")
    ] = None,
    node: Annotated[
        bool, typer.Option("--node", help="在没有共同端点的交叉处打断 · join crossings")
    ] = False,
    as_json: Json = False,
) -> None:
    """构建步行路网。Build a walk network.

    例：onegrid network wuhan.osm.pbf --out streets.network
    """
    if (source is None) == (place_name is None):
        raise InputError(Problem("USAGE", "give a source file or --place, one of them"))
    with progress():
        from onegrid.pipeline.streets import network as run

        result = run(source or place_name or "", out, node=node, place=place_name is not None)
    note(_doubts(result))
    emit(result, as_json=as_json, text=lambda: _network_text(result, out))


def reach(
    network_file: NetworkFile,
    origins: Annotated[str, typer.Option("--from", help="起点 · origins")],
    destinations: Annotated[str, typer.Option("--to", help="终点 · destinations")],
    out: Annotated[Path, typer.Option(help="写出的 Parquet 文件 · Parquet file to write")],
    minutes: Annotated[float, typer.Option(help="步行分钟 · walking limit")] = 15,
    profile: ProfileName = standards.DEFAULT_PROFILE,
    speed_m_s: Speed = None,
    when: When = None,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """步行可达的全部起点—终点对。All pairs within the limit.

    例：onegrid reach --network streets.network --from 楼栋.gpkg --to 诊所.gpkg
    --out pairs.parquet
    """
    limit = parse_minutes(str(minutes))[0]
    who, asked = walker(profile, speed_m_s), local_time(when)
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.walking import reach_table

        result = reach_table(
            network_file,
            origins,
            destinations,
            out,
            minutes=limit,
            profile=who,
            when=asked,
            reading=Reading(pairs(column, "--column"), datums(datum)),
        )
    note([*findings_lines(result), *_missed_lines(result)])
    emit(result, as_json=as_json, text=lambda: f"{result['pairs']} 对，写入 {out}")


def circles(
    network_file: NetworkFile,
    facilities: FacilityFile,
    out: Annotated[Path, typer.Option(help="写出的 GeoPackage · GeoPackage to write")],
    minutes: Annotated[str, typer.Option(help="分钟，逗号分开 · bands")] = "5,10,15",
    profile: ProfileName = standards.DEFAULT_PROFILE,
    speed_m_s: Speed = None,
    method: Annotated[str, typer.Option(help="raster（快）或 edges（精确）")] = "raster",
    union: Annotated[
        bool, typer.Option("--union", help="另写各类设施生活圈的并集 · also their union per kind")
    ] = False,
    partition: Annotated[
        bool, typer.Option("--partition", help="另按最近设施划分 · also shared out by the nearest")
    ] = False,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """画设施的步行生活圈。Draw the life circles of facilities.

    例：onegrid circles --network streets.network --facilities 设施.csv --minutes 5,10,15
    --profile elder_75 --out circles.gpkg
    """
    bands = parse_minutes(minutes)
    who = walker(profile, speed_m_s)
    if method not in ("raster", "edges"):
        raise InputError(Problem("USAGE", f"--method {method!r}", remedy="use raster or edges"))
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.walking import circles as run

        result = run(
            network_file,
            facilities,
            out,
            minutes=bands,
            profile=who,
            method=method,
            union=union,
            partition=partition,
            reading=Reading(pairs(column, "--column"), datums(datum)),
        )
    note([*findings_lines(result), *_missed_lines(result)])
    emit(result, as_json=as_json, text=lambda: f"{result['circles']} 个生活圈，写入 {out}")


def nearest(
    network_file: NetworkFile,
    facilities: FacilityFile,
    at: Annotated[str, typer.Option(help="经度,纬度 · LON,LAT")],
    kind: Annotated[list[str] | None, typer.Option(help="设施类别，可重复 · kind")] = None,
    profile: ProfileName = standards.DEFAULT_PROFILE,
    speed_m_s: Speed = None,
    count: Annotated[int, typer.Option(min=1, max=100, help="每类几个 · how many")] = 5,
    minutes: Annotated[float, typer.Option(help="最远步行分钟 · limit")] = 30,
    when: When = None,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """离一点最近的服务，按步行时间，附路线。The nearest services on foot, with routes.

    例：onegrid nearest --network streets.network --facilities 设施.csv --at 114.27,30.60
    --kind clinic --profile elder_75
    """
    point = place(at)
    limit = parse_minutes(str(minutes))[0]
    who, asked = walker(profile, speed_m_s), local_time(when)
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.walking import nearest_to

        result = nearest_to(
            network_file,
            facilities,
            point,
            kinds=tuple(kind or ()),
            count=count,
            minutes=limit,
            profile=who,
            when=asked,
            reading=Reading(pairs(column, "--column"), datums(datum)),
        )
    note(_missed_lines(result))
    emit(result, as_json=as_json, text=lambda: _nearest_text(result))


_KINDS = {
    "steps": "台阶",
    "crossing": "过街",
    "gate": "门禁或限时",
    "closed": "不开放",
    "underground": "地下",
    "bridge": "桥",
}


def _network_text(result: dict[str, Any], out: Path) -> str:
    kinds = [f"{label} {result['kinds'][name]}" for name, label in _KINDS.items()]
    heights = f"；{result['heights_share']:.0%} 的长度有高程" if result["heights_share"] else ""
    return (
        f"路网：{result['nodes']} 个节点、{result['edges']} 段、"
        f"{result['length_m'] / 1000:.1f} 公里，{result['barriers']} 条阻隔线{heights}\n"
        f"其中（段）：{'、'.join(kinds)}\n"
        f"连通部分 {result['components']} 个，最大的占长度 "
        f"{result['largest_component_share']:.1%}；"
        f"断头 {result['dead_ends']} 处，其中短于 5 米的 {result['stubs']} 处\n"
        f"写入 {out}"
    )


def _doubts(result: dict[str, Any]) -> list[str]:
    """Return a line for each kind of place where streets may be joined wrongly, with examples."""
    met = "已打断连接" if result["joined"] else "未连接；确实相通的，加 --node 打断连接"
    doubts = (
        ("crossings", "crossing_places", f"处交叉没有共同端点（{met}）"),
        ("touches", "touch_places", f"个端点落在别的线中间（{met}）"),
        ("near_ends", "near_end_places", "个断头离别的道路不到 1 米却没有接上，请检查"),
    )
    lines = [
        f"提示：{result[count]} {what}：" + "、".join(f"({x}, {y})" for x, y in result[places][:3])
        for count, places, what in doubts
        if result[count]
    ]
    islands = [f"({i['place'][0]}, {i['place'][1]}) 处 {i['length_m']:.0f} 米"
               for i in result["islands"][:3]]  # fmt: skip
    if islands:
        lines.append("提示：与主网不相连的道路，最长的在 " + "、".join(islands))
    return lines


def _missed_lines(result: dict[str, Any]) -> list[str]:
    lines = []
    if result.get("unreachable"):
        lines.append("离道路超过 100 米：" + "、".join(result["unreachable"]))
    if result.get("skipped"):
        lines.append("没有图形，已跳过：" + "、".join(result["skipped"]))
    if result.get("shut"):
        lines.append(f"{result['when']} 不开放：" + "、".join(result["shut"]))
    if result.get("hours_not_understood"):
        lines.append("看不懂的时间，按开放处理：" + "、".join(result["hours_not_understood"]))
    return lines


def _nearest_text(result: dict[str, Any]) -> str:
    known = standards.kinds()
    lines = []
    for kind, answers in result["kinds"].items():
        lines.append(known[kind].label_zh if kind in known else kind)
        lines += [
            f"  {a['name'] or a['facility_id']}：步行 {a['walk_s'] / 60:.1f} 分钟，"
            f"{a['distance_m']:.0f} 米"
            for a in answers
        ] or ["  限定时间内没有"]
    return "\n".join(lines)
