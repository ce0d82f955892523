"""``onegrid sites``: where to build next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Columns, Datum, Json, emit, findings_lines, note, progress
from onegrid.cli.options import datums, pairs, walker
from onegrid.cli.options import minutes as parse_minutes
from onegrid.cli.walking import FacilityFile, NetworkFile, ProfileName, Speed
from onegrid.errors import InputError, Problem


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
        str, typer.Option("--from", help="无备选点时由 buildings（楼栋）或 corners（路口）生成")
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
    problem: Annotated[str, typer.Option(help="mclp、lscp、p-median、p-center")] = "mclp",
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
    if made_from not in ("buildings", "corners"):
        remedy = "use buildings or corners"
        raise InputError(Problem("USAGE", f"--from {made_from!r}", remedy=remedy))
    with progress():
        from onegrid.pipeline.inputs import Reading
        from onegrid.pipeline.siting import SitesInputs, SitesQuestion
        from onegrid.pipeline.siting import sites as run

        reading = Reading(pairs(column, "--column"), datums(datum))
        result = run(
            SitesInputs(
                network_file, facilities, people, candidates, communities, made_from, reading
            ),
            SitesQuestion(
                tuple(dict.fromkeys(kind)), count, limit, who, weight, problem, spacing_m
            ),
            out,
        )
    note([*findings_lines(result), *_missed_lines(result)])
    emit(result, as_json=as_json, text=lambda: _text(result, out))


def _missed_lines(result: dict[str, Any]) -> list[str]:
    names = {"facilities": "设施", "people": "楼栋", "candidates": "备选点"}
    return [
        f"离道路超过 100 米的{names[role]}：{'、'.join(ids)}"
        for role, ids in result["unreachable"].items()
        if ids
    ]


def _text(result: dict[str, Any], out: Path) -> str:
    total = result["total"] or 1
    first = (
        f"覆盖：现有 {result['covered_before']}（{result['covered_before'] / total:.1%}）→ "
        f"{result['covered_after']}（{result['covered_after'] / total:.1%}）；"
        f"同样多的设施至多 {result['bound']}，差距 {result['gap']:.2%}"
    )
    return "\n".join([first, *(site["why"] for site in result["sites"]), f"写入 {out}"])
