"""``onegrid init``, ``import``, ``export``, ``backup``, ``restore``, ``audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid.cli.console import (
    Columns,
    Datum,
    Json,
    emit,
    findings_lines,
    note,
    progress,
)
from onegrid.cli.options import datums, pairs
from onegrid.errors import InputError, Problem

Where = Annotated[
    str | None, typer.Option("--workspace", help="工作区文件夹 · folder of the workspace")
]
Database = Annotated[
    str | None, typer.Option(help="PostGIS 数据库地址 · URL of a database with PostGIS")
]
Author = Annotated[str, typer.Option(help="谁做的，记入审计 · who does it, for the audit")]
_LOCAL = "local"
_TILES = "pmtiles"
_FORMS = ("folder", _TILES)


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(init)
    app.command("import")(import_)
    app.command()(export)
    app.command()(backup)
    app.command()(restore)
    app.command()(audit)


def init(
    folder: Annotated[str | None, typer.Argument(help="工作区文件夹 · folder to make")] = None,
    database: Database = None,
    name: Annotated[str, typer.Option(help="工作区名称 · what people call it")] = "",
    crs: Annotated[
        str | None,
        typer.Option(
            help="坐标系，如 EPSG:4547；不写则由首次导入决定 · CRS, else the first import's"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """新建工作区：一个 QGIS 可直接打开的 GeoPackage 文件，或一个 PostGIS 数据库。

    Make an empty workspace.

    例：onegrid init 江岸区
    """
    place = place_of(folder, database)
    with progress():
        from onegrid.pipeline.workspace import init as run

        result = run(place, name=name or _name_of(place), crs=crs)
    emit(result, as_json=as_json, text=lambda: f"已新建工作区“{result['name']}”：{place}")


def import_(
    folder: Annotated[Path, typer.Argument(help="onegrid merge 的结果文件夹 · result folder")],
    workspace: Where = None,
    database: Database = None,
    plan: Annotated[str, typer.Option(help="方案编号 · id of the plan it becomes")] = "main",
    name: Annotated[str, typer.Option(help="方案名称 · name of the plan")] = "",
    households: Annotated[
        str | None, typer.Option(help="楼栋或户的点 · doors with households")
    ] = None,
    facilities: Annotated[str | None, typer.Option(help="设施 · facilities")] = None,
    author: Author = _LOCAL,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """把一次合并的结果导入工作区，成为一个可编辑、可追溯的方案。

    Bring a result folder into a workspace as a plan.

    例：onegrid import result --workspace 江岸区 --households 楼栋.csv
    """
    columns, shifted = pairs(column, "--column"), datums(datum)
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.plan_import import ImportInputs, import_folder
        from onegrid.store.audit import by_now

        reading = Reading(columns, shifted)
        inputs = ImportInputs(folder, plan, name or plan, households, facilities, reading)
        result = import_folder(place_of(workspace, database), inputs, by=by_now(author))
    note(findings_lines(result))
    emit(result, as_json=as_json, text=lambda: _import_text(result))


def export(
    workspace: Where = None,
    database: Database = None,
    plan: Annotated[str, typer.Option(help="方案编号 · id of the plan")] = "main",
    out: Annotated[Path, typer.Option(help="结果文件夹 · folder to write")] = Path("export"),
    form: Annotated[
        str, typer.Option("--format", help="folder 结果文件夹，或 pmtiles 可公开的矢量瓦片文件")
    ] = "folder",
    author: Author = _LOCAL,
    as_json: Json = False,
) -> None:
    """把工作区里的一个方案按现状写成结果文件夹，可继续 edit、coverage、map；或写成矢量瓦片。

    Write a plan as it stands as a result folder, or as one file of vector tiles to be published.

    例：onegrid export --workspace 江岸区 --plan main --out result2
    例：onegrid export --workspace 江岸区 --format pmtiles --out 江岸区.pmtiles
    """
    place = place_of(workspace, database)
    if form not in _FORMS:
        raise InputError(Problem("FORMAT", f"no format {form!r}", remedy=" or ".join(_FORMS)))
    if form == _TILES:
        _export_tiles(place, plan, out, author, as_json=as_json)
        return
    with progress():
        from onegrid.pipeline.workspace import export_plan
        from onegrid.store.audit import by_now

        result = export_plan(place, plan, out, by=by_now(author))
    note([f"提示：{name} 是早先版本的结果，未写出，请重新计算" for name in result["stale"]])
    note([f"提示：{name} 所依据的人口或设施已更新，请重新计算" for name in result["outdated"]])
    emit(
        result,
        as_json=as_json,
        text=lambda: (
            f"方案 {plan} 第 {result['revision']} 版，{result['cells']} 个网格\n结果：{out}"
        ),
    )


def _export_tiles(place: str, plan: str, out: Path, author: str, *, as_json: bool) -> None:
    with progress():
        from onegrid.pipeline.tiling import export_tiles
        from onegrid.store.audit import by_now

        result = export_tiles(place, plan, out, by=by_now(author))
    emit(
        result,
        as_json=as_json,
        text=lambda: f"{result['layers']} 个图层，{result['tiles']} 个瓦片\n结果：{out}",
    )


def backup(
    file: Annotated[Path, typer.Argument(help="备份文件 · file to write")],
    workspace: Where = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """备份工作区到一个文件；备份时可以继续编辑。

    Copy a workspace to one file; work may go on meanwhile.

    例：onegrid backup 江岸区-2026-01.gpkg --workspace 江岸区
    """
    with progress():
        from onegrid.pipeline.workspace import back_up_to

        result = back_up_to(place_of(workspace, database), file)
    emit(result, as_json=as_json, text=lambda: f"已备份：{file}（{result['bytes']:,} 字节）")


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 · backup")],
    workspace: Where = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """由备份恢复一个工作区；目标处不得已有工作区。

    Make a workspace from a backup.

    例：onegrid restore 江岸区-2026-01.gpkg --workspace 江岸区-恢复
    """
    place = place_of(workspace, database)
    with progress():
        from onegrid.pipeline.workspace import restore_from

        result = restore_from(file, place)
    emit(result, as_json=as_json, text=lambda: f"已恢复 {result['plans']} 个方案：{place}")


def audit(
    action: Annotated[str, typer.Argument(help="verify：核对审计记录 · check the audit")],
    workspace: Where = None,
    database: Database = None,
    as_json: Json = False,
) -> None:
    """核对审计记录：任何一条被改动或删除都能看出。

    Check that no row of the audit was changed or taken out.

    例：onegrid audit verify --workspace 江岸区
    """
    if action != "verify":
        raise InputError(Problem("USAGE", f"no action {action!r}", remedy="onegrid audit verify"))
    with progress():
        from onegrid.pipeline.workspace import verify_audit

        result = verify_audit(place_of(workspace, database))
    emit(
        result,
        as_json=as_json,
        text=lambda: f"审计记录 {result['rows']} 条，末条摘要：{result['digest']}",
    )
    if result["broken"]:
        where = ", ".join(map(str, result["broken"][:10]))
        what = "rows were changed, or rows before them taken out"
        raise InputError(Problem("AUDIT_BROKEN", what, where=where, remedy="look into a backup"))


def place_of(folder: str | None, database: str | None) -> str:
    """Return the one workspace that was named.

    Raises
    ------
    InputError
        If none or two were.
    """
    if (folder is None) == (database is None):
        remedy = "name a folder (--workspace) or a database (--database)"
        raise InputError(Problem("USAGE", "one workspace, please", remedy=remedy))
    return str(folder or database)


def _name_of(place: str) -> str:
    return "onegrid" if "://" in place else Path(place).resolve().name


def _import_text(result: dict[str, Any]) -> str:
    old = "、".join(f"{name} {count}" for name, count in result["departments"].items()) or "无"
    return (
        f"方案 {result['plan']}：{result['cells']} 个网格、{result['communities']} 个社区，"
        f"冲突 {result['conflicts']} 处\n部门网格：{old}\n工作区：{result['workspace']}"
    )
