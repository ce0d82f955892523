"""``onegrid edit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid.cli.console import Columns, Datum, Json, emit, note, progress
from onegrid.cli.options import datums, day, pairs

_COUNTS = {
    "points": "户数按户点统计",
    "atoms": "户数按最小单元分摊（没有户点）",
    "area": "户数按面积分摊（没有户点）",
    "": "",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(edit)


def edit(
    grid: Annotated[str, typer.Option(help="网格文件 grid.gpkg · grid that merge wrote")],
    edits: Annotated[str, typer.Option(help="编辑文件 · edit file, JSON")],
    out: Annotated[Path, typer.Option(help="写出的网格文件 · grid file to write")],
    households: Annotated[
        str | None, typer.Option(help="楼栋或户的点，用于重新统计 · doors with households")
    ] = None,
    changes: Annotated[
        Path | None, typer.Option(help="每项编辑改了什么，可逐项撤销 · JSON of what changed")
    ] = None,
    crosswalk: Annotated[
        Path | None,
        typer.Option(help="重算的新旧对照表，需要 --households · refreshed crosswalk, CSV"),
    ] = None,
    date: Annotated[
        str | None, typer.Option(help="编码启用与作废的日期 YYYY-MM-DD · day of the change")
    ] = None,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """编辑网格：拆分、合并、移动边界、调整归属、处理冲突。全部成功才写出，否则什么也不写。

    Edit a grid: all edits of a file, or nothing where one is refused.

    例：onegrid edit --grid result/grid.gpkg --edits edits.json --households 楼栋.csv
    --out result/grid2.gpkg，其中 edits.json 为
    {"edits": [{"op": "merge", "cell_ids": ["…001", "…002"], "new_id": "…031"}]}
    """
    columns, shifted = pairs(column, "--column"), datums(datum)
    on = day(date)
    with progress():
        from onegrid.pipeline.edit import EditInputs, EditOutputs
        from onegrid.pipeline.edit import edit as run
        from onegrid.pipeline.inputs import Reading

        inputs = EditInputs(grid, edits, households, Reading(columns, shifted))
        result = run(inputs, EditOutputs(out, changes, crosswalk), date=on)
    note([line for number, c in enumerate(result["changes"]) for line in _remarks(number, c)])
    emit(result, as_json=as_json, text=lambda: _edit_text(result))


def _remarks(number: int, change: dict[str, Any]) -> list[str]:
    told = [_COUNTS[change["counts"]], change["remark"]]
    return [f"提示 edits[{number}] {change['op']}：{text}" for text in told if text]


def _edit_text(result: dict[str, Any]) -> str:
    return (
        f"完成 {result['edits']} 项编辑，共 {result['cells']} 个网格、"
        f"{result['households']} 户\n结果：{result['out']}"
    )
