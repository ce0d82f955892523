"""``onegrid coverage`` and ``onegrid map``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import datums, pairs
from onegrid.cli.walking import FacilityFile, NetworkFile


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(coverage)
    app.command("map")(draw)


def coverage(
    network_file: NetworkFile,
    facilities: FacilityFile,
    people: Annotated[str, typer.Option(help="楼栋或户的点 · doors with people")],
    grid: Annotated[str, typer.Option(help="网格文件 · grid with layer cells")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · result folder")],
    standard: Annotated[
        str, typer.Option(help="标准包名称或 CSV · norm pack or CSV")
    ] = standards.DEFAULT_PACK,
    profile: Annotated[
        list[str] | None, typer.Option(help="步行方式，可重复 · walking profile, repeated")
    ] = None,
    buildings: Annotated[
        str,
        typer.Option(help="有它时 --people 是网格或社区总数，按建筑面积分摊 · spread totals"),
    ] = "",
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """服务覆盖与缺口：谁走不到，为什么，怎样补最省。

    Service coverage and gaps: who is not reached, why, and the cheapest fixes.

    例：onegrid coverage --network streets.network --facilities 设施.csv --people 楼栋.gpkg
    --grid result/grid.gpkg --profile plain --profile elder_75 --out result
    """
    names = profile or [standards.DEFAULT_PROFILE]
    walkers = tuple(standards.profile(name) for name in dict.fromkeys(names))
    columns, shifted = pairs(column, "--column"), datums(datum)
    with progress():
        from onegrid.pipeline.coverage import CoverageInputs
        from onegrid.pipeline.coverage import coverage as run
        from onegrid.pipeline.inputs import Reading

        reading = Reading(columns, shifted)
        inputs = CoverageInputs(
            network_file, facilities, people, grid, standard, reading, buildings
        )
        result = run(inputs, out, profiles=walkers)
    note(findings_lines(result))
    emit(result, as_json=as_json, text=lambda: _coverage_text(result, out))


def draw(
    folder: Annotated[Path, typer.Argument(help="结果文件夹 · result folder")],
    out: Annotated[Path, typer.Option(help="写出的网页 · page to write")],
    office: Annotated[
        bool, typer.Option("--office", help="内部版：显示小于 10 人的数 · show small counts")
    ] = False,
    as_json: Json = False,
) -> None:
    """把结果画成一个可离线打开的网页地图。One self-contained map page.

    例：onegrid map result --out map.html
    """
    with progress():
        from onegrid.pipeline.mapping import draw_map

        result = draw_map(folder, out, office=office)
    emit(result, as_json=as_json, text=lambda: f"地图：{out}（{result['bytes'] / 1e6:.1f} MB）")


def _coverage_text(result: dict[str, Any], out: Path) -> str:
    known = standards.kinds()
    doubtful = {r["kind"] for r in result["standard"]["rules"] if r["unverified"]}
    lines = []
    for name, told in result["profiles"].items():
        lines.append(f"{standards.profiles()[name].label_zh}：")
        for kind, row in told["kinds"].items():
            label = known[kind].label_zh if kind in known else kind
            share = "—" if row["covered_share"] is None else f"{row['covered_share']:.1%}"
            mark = f"（标准{standards.UNVERIFIED}）" if kind in doubtful else ""
            lines.append(f"  {label}：覆盖 {share} 的居民{mark}")
    return "\n".join([*lines, f"结果：{out}"])
