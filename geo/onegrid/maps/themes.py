"""How the cells are filled: one theme at a time, each with its classes and tooltip rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid.maps.packed import packed_collection
from onegrid.standards import counted_label, number, profiles, signs
from onegrid.standards.signs import Sign, kind_label, kind_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

_SIMPLIFY_M = 1.0
_LABELS = ("网格", "编码", "社区", "户数", "60岁以上")
_GAP_LABELS = ("覆盖率", "最远步行")


@dataclass(frozen=True)
class Theme:
    """One way to fill the cells: its classes, and for each cell its class and tooltip values.

    Themes with one ``group`` are one entry of the choice with a slider, which names their ``step``.
    """

    label: str
    signs: tuple[Sign, ...]
    classes: list[int]
    tips: list[list[str | None]] = field(default_factory=list)
    group: str = ""
    step: str = ""


def count_text(value: float | None) -> str:
    """Return a count for people to read; a suppressed one says so.

    Examples
    --------
    >>> count_text(1234), count_text(None)
    ('1,234', '少于10或不公开')
    """
    if pd.isna(value):
        return f"少于{number('suppress_below_people'):.0f}或不公开"
    return f"{value:,.0f}"


def cells_layer(
    cells: gpd.GeoDataFrame, themes: Sequence[Theme], community_names: pd.Series | None
) -> dict[str, Any]:
    """Return the cells with their tooltip values and, theme by theme, class and further values."""
    names = cells["community_id"]
    if community_names is not None:
        named = names.map(community_names)
        names = named.where(named.notna() & (named != ""), names)
    codes = cells["code"].fillna("")
    titles = cells["name"].fillna("").mask(lambda name: name == "", codes)
    counts = (
        cells[column].map(count_text, na_action=None) for column in ("households", "elders_60")
    )
    properties = [
        {
            "tip": list(tip),
            "class": [theme.classes[row] for theme in themes],
            "more": [theme.tips[row] if theme.tips else [] for theme in themes],
        }
        for row, tip in enumerate(zip(titles, codes, names, *counts, strict=True))
    ]
    labels = {"tip": _LABELS, "more": _GAP_LABELS}
    return packed_collection(cells, properties, labels=labels, simplify_m=_SIMPLIFY_M)


@dataclass(frozen=True)
class SizeBand:
    """How large a cell was asked to be, and the column that counts: households unless said."""

    low: float
    high: float
    counted: str = "households"


def size_theme(cells: gpd.GeoDataFrame, band: SizeBand | None = None) -> Theme:
    """Return the theme of moderate size (规模适度): what a cell counts against the band."""
    if band is None:
        band = SizeBand(number("cell_households_min"), number("cell_households_max"))
    classes = [
        "below"  # a suppressed count is a small one
        if pd.isna(count)
        else "empty"
        if count == 0
        else "below"
        if count < band.low
        else "above"
        if count > band.high
        else "in_band"
        for count in cells[band.counted]
    ]
    names, what = list(signs.SIZES), counted_label(band.counted)
    told = [replace(s, label=s.label.replace("户数", what)) for s in signs.SIZES.values()]
    unit = "户" if band.counted == "households" else f"人，按{what}"
    label = f"网格规模（{band.low:g}–{band.high:g}{unit}）"
    return Theme(label, tuple(told), [names.index(name) for name in classes])


def outline_theme(cells: gpd.GeoDataFrame) -> Theme:
    """Return the theme without fill, under which life circles are read best."""
    return Theme("只看网格边界", (Sign("网格", "#ffffff"),), [0] * len(cells))


def gap_themes(
    cells: gpd.GeoDataFrame, gaps: pd.DataFrame, kinds: Sequence[str] = ()
) -> list[Theme]:
    """Return one theme for each facility kind and profile of the gaps table, filled by cause.

    Parameters
    ----------
    cells
        The CELLS table.
    gaps
        The gaps table, counts already fit for the reader.
    kinds
        Kinds to show, in this order; all there are, elder care first, if empty.
    """
    rows = gaps[gaps["level"] == "cell"]
    shown = kinds or kind_order(set(rows["kind"]))
    codes = list(signs.CAUSES)
    themes = []
    for kind in shown:
        of_kind = rows[rows["kind"] == kind]
        walkers = list(dict.fromkeys(of_kind["profile"]))
        for walker in walkers:
            name = _marked(of_kind) + (f"，{_profile_label(walker)}" if len(walkers) > 1 else "")
            told = of_kind[of_kind["profile"] == walker].set_index("id").reindex(cells.index)
            themes.append(_gap_theme(name, told, codes))
    return themes


def scenario_themes(cells: gpd.GeoDataFrame, scenarios: pd.DataFrame) -> list[Theme]:
    """Return one theme for each facility kind and scenario, those of a kind on one slider.

    Parameters
    ----------
    cells
        The CELLS table.
    scenarios
        Gaps of several scenarios with a column of that name, in the order of the slider, counts
        already fit for the reader.
    """
    rows = scenarios[scenarios["level"] == "cell"].drop(columns="worst_walk_s", errors="ignore")
    codes, themes = list(signs.CAUSES), []
    for kind in kind_order(set(rows["kind"])):
        of_kind = rows[rows["kind"] == kind]
        for name in dict.fromkeys(of_kind["scenario"]):
            told = of_kind[of_kind["scenario"] == name].set_index("id").reindex(cells.index)
            theme = _gap_theme(f"{_marked(of_kind)}，{name}", told, codes)
            group = f"情景对照：{_marked(of_kind)}"
            themes.append(replace(theme, group=group, step=str(name)))
    return themes


def _marked(of_kind: pd.DataFrame) -> str:
    """Return the label of a kind, with the mark of a norm that is not verified."""
    label = kind_label(of_kind["kind"].iloc[0])
    mark = of_kind["unverified"].iloc[0] if "unverified" in of_kind else ""
    return f"{label}（标准{mark}）" if isinstance(mark, str) and mark else label


def _gap_theme(name: str, told: pd.DataFrame, codes: list[str]) -> Theme:
    hidden = told["level"].notna() & told["cause"].isna() & (told["people"] != 0)
    causes = told["cause"].astype(object).mask(hidden.fillna(value=True), "hidden").fillna("")
    walks = told["worst_walk_s"] if "worst_walk_s" in told else [None] * len(told)
    reached = zip(told["covered_share"], walks, strict=True)
    return Theme(
        f"缺口：{name}",
        tuple(signs.CAUSES.values()),
        [codes.index(c) if c in codes else codes.index("") for c in causes],
        [[_share(share), None if worst is None else _minutes(worst)] for share, worst in reached],
    )


def _profile_label(name: str) -> str:
    known = profiles().get(name)
    return known.label_zh if known else name


def _share(value: float | None) -> str:
    return "不公开或无人口" if pd.isna(value) else f"{value:.0%}"


def _minutes(seconds: float | None) -> str:
    return "到不了或无人口" if pd.isna(seconds) else f"{seconds / 60:.0f}分钟"
