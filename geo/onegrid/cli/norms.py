"""``onegrid standards``: the norm packs, one pack, and the check of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onegrid import standards
from onegrid.cli.console import Json, emit
from onegrid.errors import StandardError
from onegrid.standards.norm_packs import PER_LABELS

if TYPE_CHECKING:
    from onegrid.standards import Norm

group = typer.Typer(no_args_is_help=True, help="设施标准包：查看、导出、检查。Norm packs.")
PackName = Annotated[str, typer.Argument(help="标准包名称或 CSV · norm pack or CSV")]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.add_typer(group, name="standards")


@group.command("list")
def list_packs(
    kinds: Annotated[bool, typer.Option("--kinds", help="列出设施种类 · facility kinds")] = False,
    as_json: Json = False,
) -> None:
    """列出自带的标准包，或设施种类。The bundled norm packs, or the facility kinds.

    例：onegrid standards list
    """
    if kinds:
        known = standards.kinds().values()
        rows = [{"kind": k.name, "label": k.label_zh, "osm_tags": k.osm_tags} for k in known]
        text = "\n".join(f"{k.name}  {k.label_zh}" for k in known)
        emit({"kinds": rows}, as_json=as_json, text=lambda: text)
        return
    told = [_summary(name) for name in standards.packs()]
    emit({"packs": told}, as_json=as_json, text=lambda: "\n".join(map(_pack_line, told)))


@group.command()
def show(
    name: PackName = standards.DEFAULT_PACK,
    out: Annotated[
        Path | None, typer.Option(help="另存为 CSV，改后可作 --standard · save to edit")
    ] = None,
    as_json: Json = False,
) -> None:
    """显示一个标准包的每一条：条款、面积、来源、是否核实。The rules of one pack.

    例：onegrid standards show qinhuai --out 我区标准.csv
    """
    from onegrid.io.packs import read_standard

    found = read_standard(name)
    if out is not None:
        _save(found, out)
    rules = [{**norm.as_row(), "unverified": _mark(norm)} for norm in found]
    emit({"pack": name, "rules": rules}, as_json=as_json, text=lambda: _rules_text(found, out))


@group.command()
def check(
    file: Annotated[str, typer.Argument(help="标准包 CSV · norm pack to check")],
    as_json: Json = False,
) -> None:
    """检查自己写的标准包，一次列出所有问题。Everything wrong with a pack of one's own.

    例：onegrid standards check 我区标准.csv
    """
    from onegrid.io.packs import check_standard

    found, problems = check_standard(file)
    if problems:
        raise StandardError(*problems)
    doubtful = sum(not norm.verified for norm in found)
    result = {"file": file, "rules": len(found), "unverified": doubtful}
    emit(
        result,
        as_json=as_json,
        text=lambda: f"可用：{len(found)} 条，其中 {doubtful} 条{standards.UNVERIFIED}。",
    )


def _summary(name: str) -> dict[str, Any]:
    found = standards.pack(name)
    return {
        "pack": name,
        "title": found[0].title,
        "rules": len(found),
        "unverified": sum(not norm.verified for norm in found),
        "default": name == standards.DEFAULT_PACK,
    }


def _pack_line(told: dict[str, Any]) -> str:
    default = "（默认）" if told["default"] else ""
    doubt = f"，{told['unverified']} 条{standards.UNVERIFIED}" if told["unverified"] else ""
    return f"{told['pack']}{default}  {told['title']}  {told['rules']} 条{doubt}"


def _rules_text(found: tuple[Norm, ...], out: Path | None) -> str:
    lines = [_rule_line(norm) for norm in found]
    return "\n".join([*lines, f"已存：{out}"] if out else lines)


def _rule_line(norm: Norm) -> str:
    known = standards.kinds().get(norm.kind)
    parts = [known.label_zh if known else norm.kind, f"{norm.minutes:g} 分钟"]
    if norm.floor_m2_min is not None:
        parts.append(f"{PER_LABELS[norm.per]}不少于 {norm.floor_m2_min:g} m²")
    if norm.floor_m2_per_100_households is not None:
        parts.append(f"每百户不少于 {norm.floor_m2_per_100_households:g} m²")
    if norm.households_from or norm.people_from:
        start = f"{norm.households_from:g} 户" if norm.households_from else ""
        parts.append(f"{start or f'{norm.people_from:g} 人'}起")
    parts += [text for text in (norm.capacity, norm.note) if text]
    where = f"{norm.title} {norm.clause}".strip()
    return f"{'，'.join(parts)}  [{where}]{_mark(norm)}"


def _mark(norm: Norm) -> str:
    return "" if norm.verified else standards.UNVERIFIED


def _save(found: tuple[Norm, ...], out: Path) -> None:
    import pandas as pd

    from onegrid.io.files import refuse_overwrite, write_csv

    refuse_overwrite(out, [])
    write_csv(out, pd.DataFrame([norm.as_row() for norm in found]))
