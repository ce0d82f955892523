"""``onegrid check`` and ``onegrid merge``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import counted_band, datums, day, pairs, targets, weights

_BAND = ":".join(f"{standards.number(f'cell_households_{end}'):g}" for end in ("min", "max"))
_REASONS = {
    "outline": "社区界线变动",
    "department": "部门界线变动",
    "neighbour": "与其相邻",
    "unknown": "缺少上一版依据",
    "dedicated": "划出专属网格",
    "target": "指定了网格数",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(check)
    app.command()(merge)


def check(
    files: Annotated[list[str], typer.Argument(help="文件，可写 FILE#图层 · files")],
    role: Annotated[
        str | None,
        typer.Option("--as", help="按什么表检查，如 communities · which table"),
    ] = None,
    column: Columns = None,
    as_json: Json = False,
) -> None:
    """检查输入文件：编码、坐标系、无效面、重复编码、缝隙与重叠。第一个文件是基准。

    Examine input files; the first is the reference for datum and zone.

    例：onegrid check communities.gpkg 城管网格.shp --as department
    """
    from onegrid.pipeline.checking import check_files

    result = check_files(files, role=role, columns=pairs(column, "--column"))
    emit(result, as_json=as_json, text=lambda: _findings_text(result))


def merge(
    department: Annotated[
        list[str], typer.Option(help="部门网格 名称=文件，可重复 · NAME=FILE, repeated")
    ],
    communities: Annotated[str, typer.Option(help="社区面 · community polygons")],
    households: Annotated[str, typer.Option(help="楼栋或户的点 · doors with households")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · result folder")],
    roads: Annotated[str | None, typer.Option(help="道路线 · road lines")] = None,
    base: Annotated[
        str | None, typer.Option(help="以哪个部门的网格为基础 · department to keep where possible")
    ] = None,
    size: Annotated[
        str | None,
        typer.Option(help=f"每个网格的户数，默认 {_BAND} · households of a cell, or of --count-by"),
    ] = None,
    count_by: Annotated[
        str,
        typer.Option(help="按什么均衡：households 户、people 人、elders 老人 · what counts"),
    ] = "households",
    target: Annotated[
        list[str] | None,
        typer.Option(help="某社区的网格数 社区编码=数，可重复 · number of cells of a community"),
    ] = None,
    weight: Annotated[
        list[str] | None,
        typer.Option(help="部门界线的权重 名称=数，默认 1，可重复 · weight of a department"),
    ] = None,
    dedicated: Annotated[
        str | None,
        typer.Option(help="专属网格面（市场、学校、园区、医院），原样成格 · cells as drawn"),
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option(help="上一版 grid.gpkg：只动必须动的 · grid to continue"),
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="编码启用与作废的日期 YYYY-MM-DD · day of the change")
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="有存疑的修复就停止，并逐条列出 · refuse doubtful repairs"),
    ] = False,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """多网合一：把各部门网格合并为一张全要素网格。

    Merge departmental grids into one all-element grid.

    例：onegrid merge --department 政法=zf.gpkg --department 城管=cg.shp
    --communities sq.gpkg --households lou.csv --roads dl.gpkg --out result

    下一年接着做：再加 --previous result/grid.gpkg --date 2026-11-22，另存 --out result2
    """
    counted, band = counted_band(count_by, size)
    named, wanted = pairs(department, "--department"), targets(target)
    columns, shifted = pairs(column, "--column"), datums(datum)
    weighed, on = weights(weight), day(date)
    with progress():
        from onegrid.grids.options import AssignOptions
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.merge import MergeInputs
        from onegrid.pipeline.merge import merge as run_merge

        reading = Reading(columns, shifted)
        inputs = MergeInputs(named, communities, households, roads, reading, previous, dedicated)
        options = AssignOptions(
            size=band, weights=weighed, base=base, count_by=counted, targets=wanted
        )
        result = run_merge(inputs, out, options=options, strict=strict, date=on)
    note([*findings_lines(result), *doubtful_lines(result)])
    emit(result, as_json=as_json, text=lambda: merge_text(result, out))


def doubtful_lines(result: dict[str, Any]) -> list[str]:
    """Return a line for every repair that somebody should decide."""
    from onegrid.layers.ledger import KINDS

    return [
        f"提示[REPAIR_DOUBTFUL] {d['source'] or d['department']}：{KINDS[d['kind']]} "
        f"{d['moved_area_m2']:.0f} m²，{d['code']}，{d['question']}"
        for d in result["doubtful"]
    ]


def merge_text(result: dict[str, Any], out: Path) -> str:
    """Return the lines a planner reads after a merge."""
    old = "、".join(
        f"{standards.department_label(name)} {count}"
        for name, count in result["departments"].items()
    )
    doubtful = len(result["doubtful"])
    lines = [
        f"旧网格：{old} → 全要素网格 {result['cells']} 个（{result['communities']} 个社区）",
        principles_text(result["principles"], result["count_by"]),
        *_history_lines(result),
        *([f"专属网格 {result['dedicated']} 个，原样成格并锁定"] if "dedicated" in result else []),
        _community_line(result["community_sizes"]),
        _staff_line(result["staffing"]),
        f"待确认的边界冲突 {result['conflicts']} 处，修复记录 {result['repairs']} 条"
        + (f"，其中存疑 {doubtful} 条" if doubtful else ""),
    ]
    if missing := result["missing_counts"].get(result["count_by"], 0):
        label = standards.counted_label(result["count_by"])
        lines.append(f"缺{label}的户点 {missing} 个，按 0 计")
    if result["needles"]:
        wide = f"{standards.number('sliver_width_m'):g}"
        lines.append(f"窄于 {wide} 米的尖角 {len(result['needles'])} 处，位置与原因见 report.json")
    if result["points_outside"]:
        lines.append(f"不在任何社区内的户点 {len(result['points_outside'])} 个，见 report.json")
    return "\n".join([*lines, f"结果：{out}"])


def _history_lines(result: dict[str, Any]) -> list[str]:
    """Say what became of the previous grid, if there is one."""
    if "kept" not in result:
        return []
    reasons = {**_REASONS, "households": f"{standards.counted_label(result['count_by'])}超出范围"}
    opened = {reasons[why]: n for why, n in result["kept"].items() if why != "kept"}
    told = "、".join(f"{why} {n}" for why, n in opened.items())
    codes = result["codes"]
    again = f"重新划分 {sum(opened.values())} 个（{told}）" if opened else "没有需要重新划分的"
    moved = f"换了网格的户 {result['moved_households']}（{result['moved_share']:.2%}）"
    return [
        f"上一版网格：原样保留 {result['kept'].get('kept', 0)} 个，{again}",
        f"{moved}，新发编码 {codes['issued']} 个，作废编码 {codes['voided']} 个",
    ]


def _community_line(sizes: dict[str, int]) -> str:
    low, high = (standards.number(f"community_households_{end}") for end in ("min", "max"))
    wrong = sizes["too_small"] + sizes["too_big"]
    line = (
        f"社区规模（{low:g}–{high:g} 户）：适中 {sizes['fits']} 个，"
        f"偏小 {sizes['too_small']} 个，偏大 {sizes['too_big']} 个"
    )
    return line + ("，调整建议见 communities_check.csv" if wrong else "")


def _staff_line(staff: dict[str, Any]) -> str:
    return (
        f"人员需求：社区工作者 {staff['community_workers']} 人；"
        f"一格一干 {staff['cadres']} 人、专职网格员 {staff['workers']} 人、"
        f"志愿者 {staff['volunteers']} 人，逐格见 staffing.csv"
    )


def principles_text(principles: dict[str, float], counted: str = "households") -> str:
    """Return the four principles in one line; ``counted`` is what the band counts."""
    return (
        f"规模适度 {principles['moderate_size']:.1%}"
        f"（{standards.counted_label(counted)}达标的网格）· "
        f"无缝覆盖 {'是' if principles['seamless'] else '否'}（缝隙与重叠为 0）· "
        f"便民利民 {principles['convenient_p95_m']:.0f} 米（95% 的户到网格服务点的直线距离）· "
        f"相对固定 {principles['stable']:.1%}（仍在原网格主体内的户）"
    )


def _findings_text(result: dict[str, Any]) -> str:
    lines = []
    for entry in result["files"]:
        lines.append(f"{entry['file']}：" + ("未发现问题" if not entry["findings"] else ""))
        lines += [
            f"  {f['code']} × {f['count']}  {f['where']}  {f['remedy']}" for f in entry["findings"]
        ]
    return "\n".join(lines)
