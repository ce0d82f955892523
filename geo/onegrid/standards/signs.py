"""How things look: colours that colour-blind people tell apart, each with a second sign.

Colours are those of Okabe and Ito. Areas also differ by pattern, lines by dashes, facilities by
the character written in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from onegrid.standards.policy import kinds

BLUE, SKY, GREEN, ORANGE, VERMILLION, PURPLE = (
    "#0072b2",
    "#56b4e9",
    "#009e73",
    "#e69f00",
    "#d55e00",
    "#cc79a7",
)
DARK, GREY, PALE = "#333333", "#8a8a8a", "#f4f4f2"


@dataclass(frozen=True)
class Sign:
    """One entry of the legend: what it means, its colour, and its other sign.

    ``form`` is the shape of the sample: an area with ``pattern`` (solid, hatch, cross, dots,
    bars), a line with ``dash``, or a disc with the character ``glyph``.
    """

    label: str
    colour: str
    form: str = "area"
    pattern: str = "solid"
    dash: str = ""
    glyph: str = ""


SIZES: Final = {
    "below": Sign("户数偏小", SKY, pattern="hatch"),
    "in_band": Sign("户数适中", "#bfe3d6"),
    "above": Sign("户数偏大", ORANGE, pattern="cross"),
    "empty": Sign("无住户", PALE),
}
CAUSES: Final = {
    "covered": Sign("已覆盖", "#bfe3d6"),
    "full": Sign("已覆盖但容量或面积不足", SKY, pattern="bars"),
    "closed": Sign("大门关闭或不在开放时间", PURPLE, pattern="dots"),
    "severed": Sign("直线近、步行被阻隔", VERMILLION, pattern="cross"),
    "far": Sign("距离过远", ORANGE, pattern="hatch"),
    "none": Sign("本区没有这类设施", GREY, pattern="dots"),
    "hidden": Sign("人数少，不公开", PALE, pattern="dots"),
    "": Sign("无住户或未评价", PALE),
}
DEPARTMENTS: Final = (
    (VERMILLION, "8 4"),
    (BLUE, "2 4"),
    (PURPLE, "12 4 2 4"),
    (GREEN, "4 4"),
    (ORANGE, "1 5"),
)
CONFLICT_LABELS: Final = {
    "open": "待定",
    "accepted": "已采纳",
    "taken": "已取一方",
    "redrawn": "已重划",
}
CONFLICT_KINDS: Final = {"border_shift": "边界错位", "cut_ignored": "老界线未采用"}
_FACILITY_GROUPS: Final = (
    ("养", "养老", VERMILLION, ("elder_care_center", "day_care_station", "elder_canteen")),
    ("医", "医疗康复", BLUE, ("clinic", "health_station", "pharmacy", "rehab_station")),
    ("学", "托育教育", PURPLE, ("kindergarten", "nursery", "primary_school", "junior_high")),
    ("商", "商业", "#8c6100", ("market", "supermarket", "convenience_store")),
    ("文", "文体绿地", "#00684c", ("culture_station", "culture_center", "sports_ground",
                              "fitness_ground", "park")),
)  # fmt: skip
ELDER_KINDS: Final = ("elder_care_center", "day_care_station", "elder_canteen")


def facility_sign(kind: str) -> Sign:
    """Return the sign of a facility kind; those without a group of their own share one.

    Examples
    --------
    >>> facility_sign("pharmacy").glyph, facility_sign("bank").label
    ('医', '便民服务')
    """
    for glyph, label, colour, members in _FACILITY_GROUPS:
        if kind in members:
            return Sign(label, colour, "disc", glyph=glyph)
    return Sign("便民服务", DARK, "disc", glyph="便")


def kind_label(kind: str) -> str:
    """Return the Chinese label of a facility kind; an unknown kind is its own label."""
    known = kinds().get(kind)
    return known.label_zh if known else kind


def kind_order(found: set[str]) -> list[str]:
    """Return kinds in reading order: elder care first, then the kinds table, then the unknown."""
    ranked = [*ELDER_KINDS, *kinds()]
    known = [k for k in dict.fromkeys(ranked) if k in found]
    return known + sorted(found - set(known))
