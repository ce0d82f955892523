"""``onegrid serve`` and ``onegrid demo``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Json, emit, note, progress
from onegrid.cli.grids import principles_text
from onegrid.errors import InputError, Problem

Host = Annotated[str, typer.Option(help="监听地址 · address")]
_LOOPBACK = "127.0.0.1"
_LEAVE_S = 5
Port = Annotated[int, typer.Option(min=0, max=65535, help="端口 · port")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(serve)
    app.command()(demo)


def serve(
    workspace: Annotated[
        Path, typer.Option(help="工作区或结果文件夹 · workspace or result folder")
    ] = Path("demo-out"),
    database: Annotated[
        str | None, typer.Option(help="PostGIS 数据库地址 · URL of a database with PostGIS")
    ] = None,
    host: Host = _LOOPBACK,
    port: Port = 8000,
    https: Annotated[
        bool, typer.Option("--https", help="由反向代理提供 https · behind a proxy with https")
    ] = False,
    log_requests: Annotated[
        bool,
        typer.Option("--log-requests", help="每次应答记一行 JSON 日志 · a line for each answer"),
    ] = False,
) -> None:
    """在本机打开网页和接口：只读的结果文件夹，或多人编辑的工作区。

    Serve a folder of results as it is, or a workspace with its accounts, edits and jobs.

    例：onegrid serve --workspace result --port 8000
    例：onegrid serve --workspace 江岸区
    """
    with progress():
        from contextlib import closing

        from onegrid.store import file_of, open_workspace, users

        place = database or str(workspace)
        file = file_of(place)
        editable = file is None or file.is_file()
        if editable:
            with closing(open_workspace(place)) as opened, opened.reading() as connection:
                alone = not users.users(connection)  # a fault is told here, not by the server
            if alone:
                note(["还没有账号，没人能登录编辑：onegrid account 姓名 开第一个管理员账号"])
        elif not (workspace / "report.json").is_file():
            remedy = "run onegrid merge or coverage with this folder first, or onegrid init"
            raise InputError(Problem("WORKSPACE", "no results here", str(workspace), "", remedy))
    import uvicorn

    os.environ["ONEGRID_STORE"] = place if editable else ""
    os.environ["ONEGRID_WORKSPACE"] = str(workspace.resolve())
    os.environ["ONEGRID_SECURE_COOKIES"] = "1" if https else ""
    os.environ["ONEGRID_LOG_REQUESTS"] = "1" if log_requests else ""
    note([f"网页：http://{host}:{port}/  （Ctrl+C 停止）"])
    uvicorn.run(
        "onegrid_api.app:from_environment",
        factory=True,
        host=host,
        port=port,
        log_level="warning",
        timeout_graceful_shutdown=_LEAVE_S,  # whoever watches a job would keep it open
    )


def demo(
    out: Annotated[Path, typer.Option(help="结果文件夹 · result folder")] = Path("demo-out"),
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="写出结果后结束 · stop after the results")
    ] = False,
    port: Port = 8000,
    as_json: Json = False,
) -> None:
    """用自带的江汉区示意数据走完全程，再打开可登录绘制的网页。

    The whole job on the bundled sample, then the app: published for residents, a branch to draw on.

    例：onegrid demo --out demo-out --no-serve
    """
    with progress():
        from onegrid.pipeline.demo import demo as run

        result = run(out)
    emit(result, as_json=as_json, text=lambda: _demo_text(result))
    if no_serve:
        return
    with progress():
        from onegrid.pipeline.workshop import FOLDER, workshop

        let_in = workshop(out)
    note([f"登录绘制（链接只能用一次）：http://{_LOOPBACK}:{port}{let_in['path']}"])
    serve(out / FOLDER, host=_LOOPBACK, port=port)


def _demo_text(result: dict[str, Any]) -> str:
    old = "、".join(
        f"{standards.department_label(name)} {count} 个"
        for name, count in result["departments"].items()
    )
    lines = [
        "武汉市江汉区（道路、名称真实，界线、人口、设施为示意数据）",
        f"旧网格 {old} → 全要素网格 {result['cells']} 个",
        f"{result['communities']} 个社区，{result['households']} 户",
        principles_text(result["principles"]),
    ]
    for name, row in result["elder_care"].items():
        profile = standards.profile(name)
        lines.append(
            f"十五分钟内走到居家养老服务中心的 60 岁以上老人（{profile.label_zh}，"
            f"{profile.speed_m_s:.2f} 米/秒）：{row['elders_60_covered']} / {row['elders_60']} 人"
            f"（{row['elders_60_covered'] / max(row['elders_60'], 1):.1%}）"
        )
    lines.append("最差的三个社区（按老人步速）：")
    lines += [
        f"  {c['name']}：{c['elders_60']} 位老人中 {c['elders_60_covered']} 位走得到"
        for c in result["worst_communities"]
    ]
    return "\n".join([*lines, f"结果与地图：{result['out']}/map.html"])
