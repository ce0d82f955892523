"""``onegrid compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.grids import principles_text
from onegrid.cli.options import datums, pairs, size_band

_KINDS = {
    "kept": "不变",
    "renamed": "改编码",
    "split": "拆分",
    "merged": "合并",
    "redrawn": "重划",
    "new": "新增",
    "gone": "撤销",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(compare)


def compare(
    old: Annotated[str, typer.Argument(help="旧网格，可写 文件#图层 · old grid")],
    new: Annotated[str, typer.Argument(help="新网格，可写 文件#图层 · new grid")],
    households: Annotated[str, typer.Option(help="楼栋或户的点 · doors with households")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · result folder")],
    department: Annotated[
        list[str] | None,
        typer.Option(help="两套网格都与之比较的部门网格 名称=文件，可重复 · NAME=FILE"),
    ] = None,
    size: Annotated[str, typer.Option(help="每个网格的户数 · households of a cell")] = (
        f"{standards.number('cell_households_min'):g}:{standards.number('cell_households_max'):g}"
    ),
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """两套网格对照：谁换了网格，哪条边界变了，四项原则各得几分。

    Compare two grids: crosswalk, moved households, changed borders, scores side by side.

    例：onegrid compare 2023/grid.gpkg 2025/grid.gpkg --households 楼栋.gpkg --out 对照
    """
    band = size_band(size)
    layers = pairs(department, "--department")
    columns, shifted = pairs(column, "--column"), datums(datum)
    with progress():
        from onegrid.pipeline.compare import CompareInputs
        from onegrid.pipeline.compare import compare as run
        from onegrid.pipeline.inputs import Reading

        inputs = CompareInputs(old, new, households, layers, Reading(columns, shifted))
        result = run(inputs, out, size=band)
    note(findings_lines(result))
    emit(result, as_json=as_json, text=lambda: compare_text(result, out))


def compare_text(result: dict[str, Any], out: Path) -> str:
    """Return the lines a planner reads after a comparison."""
    cells, borders = result["cells"], result["changed_border_m"]
    fates = "、".join(
        f"{_KINDS[kind]} {counts['old'] or counts['new']}"
        for kind, counts in result["lineage"].items()
        if counts["old"] or counts["new"]
    )
    moved = f"{result['moved_households']}（{result['moved_share']:.2%}）"
    ground = f"{result['moved_area_m2'] / 1e4:.1f} 公顷"
    removed, drawn = (f"{borders[side] / 1e3:.2f} 公里" for side in ("old", "new"))
    lines = [
        f"旧网格 {cells['old']} 个 → 新网格 {cells['new']} 个：{fates}",
        f"换了网格的户 {moved}，涉及 {ground}",
        f"取消的边界 {removed}，新划的边界 {drawn}",
    ]
    for side, label in (("old", "旧"), ("new", "新")):
        lines.append(f"{label}：{principles_text(result['scores'][side]['principles'])}")
    return "\n".join([*lines, f"结果：{out}"])
