"""The ledger of repairs: what was moved, and which repairs somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import pandas as pd

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

LEDGER_COLUMNS: Final = ("department", "code", "kind", "moved_area_m2")
DOUBTFUL_COLUMNS: Final = (*LEDGER_COLUMNS, "question")
KINDS: Final = {
    "missing_code": "编码缺失",
    "duplicate_code": "编码重复",
    "invalid_ring": "自相交",
    "empty_geometry": "空几何",
    "duplicate_feature": "重复要素",
    "overlap": "窄重叠",
    "wide_overlap": "宽重叠",
    "vanished": "完全被覆盖",
    "shrunken": "大部分被覆盖",
    "detached_part": "脱离的碎块",
    "ground_lost": "无主地块",
    "gap_closed": "闭合缝隙",
    "border_moved": "界线移动",
    "open_gap": "通向外侧的缝隙",
    "two_subdistricts": "跨街道社区",
    "missing_subdistrict": "街道缺失",
    "outside_community": "越出社区",
}


@dataclass(frozen=True)
class Repair:
    """One repair: square metres that changed hands, and what to decide if it is doubtful."""

    code: str
    kind: str
    moved_area_m2: float = 0.0
    question: str = ""


def ledger_of(repairs: Iterable[Repair], *, department: str) -> pd.DataFrame:
    """Return the repairs as a table of `LEDGER_COLUMNS`, sorted by kind, code and area."""
    rows = [(department, r.code, r.kind, round(r.moved_area_m2, 2)) for r in repairs]
    return _table(rows, LEDGER_COLUMNS)


def doubtful_of(repairs: Iterable[Repair], *, department: str) -> pd.DataFrame:
    """Return the repairs that ask something, as a table of `DOUBTFUL_COLUMNS`."""
    rows = [
        (department, r.code, r.kind, round(r.moved_area_m2, 2), r.question)
        for r in repairs
        if r.question
    ]
    return _table(rows, DOUBTFUL_COLUMNS)


def _table(rows: Sequence[tuple[object, ...]], columns: tuple[str, ...]) -> pd.DataFrame:
    keys = [columns.index(name) for name in ("kind", "code", "moved_area_m2")]
    ordered = sorted(rows, key=itemgetter(*keys))
    frame = pd.DataFrame(ordered, columns=list(columns), dtype=object)
    return frame.astype({"moved_area_m2": float})


def refuse_doubtful(doubtful: pd.DataFrame, *, sources: Mapping[str, str] | None = None) -> None:
    """Refuse to go on while a repair is doubtful.

    Parameters
    ----------
    doubtful
        Table of `DOUBTFUL_COLUMNS`, of any number of layers.
    sources
        The file of each department, for the message.

    Raises
    ------
    InputError
        With one problem ``REPAIR_DOUBTFUL`` per row.

    Examples
    --------
    >>> asked = doubtful_of([Repair("A1", "vanished", 900, "谁管？")], department="emergency")
    >>> refuse_doubtful(asked, sources={"emergency": "yj.shp"})
    Traceback (most recent call last):
    ...
    onegrid.errors.InputError: error[REPAIR_DOUBTFUL] yj.shp: 完全被覆盖 900 m², A1, 谁管？
    """
    files = dict(sources or {})
    columns = [doubtful[c].tolist() for c in DOUBTFUL_COLUMNS]
    problems = [
        Problem(
            "REPAIR_DOUBTFUL",
            f"{KINDS.get(kind, kind)} {area_m2:.0f} m²",
            files.get(department, department),
            code,
            question,
        )
        for department, code, kind, area_m2, question in zip(*columns, strict=True)
    ]
    if problems:
        raise InputError(*problems)
