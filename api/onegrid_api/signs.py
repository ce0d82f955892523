"""Kinds and departments as answers name them: labels in both languages, and the signs of kinds."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from onegrid.standards import UNVERIFIED, departments, kinds, pack, signs
from onegrid_api.schemas import KindKnown, KindSign, KindThere, Named, PackKnown

if TYPE_CHECKING:
    import pandas as pd

    from onegrid.pipeline.norm_desk import PackHead


def kinds_there(column: pd.Series[str]) -> list[KindThere]:
    """Return the kinds of some facilities, elder care first, and how many there are of each."""
    counts = column.value_counts()
    return [
        KindThere(**_sign(name).model_dump(), count=int(counts[name]))
        for name in signs.kind_order(set(counts.index))
    ]


def kinds_known() -> list[KindKnown]:
    """Return the kinds of the standards, with the walking limits of the default norm pack."""
    minutes = {norm.kind: norm.minutes for norm in pack()}
    return [
        KindKnown(**_sign(name).model_dump(), minutes=minutes.get(name))
        for name in signs.kind_order(set(kinds()))
    ]


def pack_known(head: PackHead) -> PackKnown:
    """Return a norm pack as lists show it."""
    return PackKnown(**asdict(head), confidence=UNVERIFIED if head.unverified else "核实")


def department_named(name: str) -> Named:
    """Return a department with its labels; an unknown one is its own label."""
    known = departments().get(name)
    zh, en = (known.label_zh, known.label_en) if known else (name, name)
    return Named(name=name, label_zh=zh, label_en=en)


def _sign(name: str) -> KindSign:
    known, sign = kinds().get(name), signs.facility_sign(name)
    return KindSign(
        name=name,
        label_zh=signs.kind_label(name),
        label_en=known.label_en if known else name,
        group=sign.label,
        glyph=sign.glyph,
        colour=sign.colour,
    )
