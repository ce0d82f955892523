"""``onegrid scenario``: what planned changes would do, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import datums, pairs, walker
from onegrid.cli.walking import FacilityFile, NetworkFile, ProfileName, Speed


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(scenario)


def scenario(
    network_file: NetworkFile,
    facilities: FacilityFile,
    people: Annotated[str, typer.Option(help="楼栋或户的点 · doors with people")],
    grid: Annotated[str, typer.Option(help="网格文件 · grid with layer cells")],
    scenarios: Annotated[str, typer.Option(help="方案文件，JSON 或 CSV · changes to compare")],
    out: Annotated[Path, typer.Option(help="结果文件夹 · result folder")],
    standard: Annotated[
        str, typer.Option(help="标准包名称或 CSV · norm pack or CSV")
    ] = standards.DEFAULT_PACK,
    profile: ProfileName = standards.DEFAULT_PROFILE,
    speed_m_s: Speed = None,
    column: Columns = None,
    datum: Datum = None,
    as_json: Json = False,
) -> None:
    """几个方案与现状并排比较：新增、搬迁、扩建、关闭设施，打开通道，换步速或标准。

    Compare scenarios with today: facilities added, moved, enlarged or closed, streets opened.

    例：onegrid scenario --network streets.network --facilities 设施.csv --people 楼栋.gpkg
    --grid result/grid.gpkg --scenarios 方案.json --out result
    """
    who = walker(profile, speed_m_s)
    columns, shifted = pairs(column, "--column"), datums(datum)
    with progress():
        from onegrid.pipeline.coverage import CoverageInputs
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.scenario import scenarios as run

        reading = Reading(columns, shifted)
        inputs = CoverageInputs(network_file, facilities, people, grid, standard, reading)
        result = run(inputs, scenarios, out, profile=who)
    note(findings_lines(result))
    emit(result, as_json=as_json, text=lambda: _text(result, out))


def _text(result: dict[str, Any], out: Path) -> str:
    known = standards.kinds()
    lines = []
    for told in result["scenarios"][1:]:
        lines.append(f"{told['name']}：")
        lines += [
            f"  {known[kind].label_zh if kind in known else kind}：覆盖居民"
            f" {row['people_covered']}（{row['people_change']:+d}），"
            f"60岁以上 {row['elders_60_covered']}（{row['elders_60_change']:+d}）"
            for kind, row in told["kinds"].items()
        ]
    return "\n".join([*lines, f"结果：{out}/scenarios.csv、scenario_groups.csv、scenarios.md"])
