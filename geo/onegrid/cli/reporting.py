"""``onegrid report`` and ``onegrid standards``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid.cli.console import Json, emit, progress


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(report)


def report(
    folder: Annotated[Path, typer.Argument(help="结果文件夹 · result folder")],
    out: Annotated[Path, typer.Option(help="写出的报告 .xlsx、.docx 或 .html · report to write")],
    office: Annotated[
        bool, typer.Option("--office", help="内部版：显示全部人数，文件仅本人可读 · full figures")
    ] = False,
    cell: Annotated[
        list[str] | None, typer.Option(help="只印这个网格的一页，可重复 · page of this cell")
    ] = None,
    cells: Annotated[
        bool | None,
        typer.Option("--cells/--no-cells", help="每个网格一页，html 默认有 · a page for each cell"),
    ] = None,
    sheets_only: Annotated[
        bool, typer.Option("--sheets-only", help="只要网格页，不要正文 · pages of cells alone")
    ] = False,
    as_json: Json = False,
) -> None:
    """写出街道办的报告：表格、地图、养老专页、每网格一页。The street office's report.

    例：onegrid report result --out 报告.docx
    """
    with progress():
        from onegrid.pipeline.reporting import write_report
        from onegrid.reports import ReportOptions

        pages = sheets_only or out.suffix.lower() == ".html" if cells is None else cells
        wanted = tuple(dict.fromkeys(cell)) if cell else (None if pages else ())
        result = write_report(folder, out, options=ReportOptions(office, wanted, not sheets_only))
    emit(result, as_json=as_json, text=lambda: _text(result))


def _text(result: dict[str, Any]) -> str:
    kind = "内部版" if result["office"] else "公开版"
    pages = f"，{result['sheets']} 个网格各一页" if result["sheets"] else ""
    size = result["bytes"] / 1e6
    return f"报告（{kind}）：{result['file']}（{len(result['tables'])} 张表{pages}，{size:.1f} MB）"
