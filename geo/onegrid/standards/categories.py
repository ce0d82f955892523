"""What other people call a facility kind: Chinese POI categories and OpenStreetMap tags."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from onegrid.standards.policy import kinds
from onegrid.standards.tables import rows

if TYPE_CHECKING:
    from collections.abc import Mapping

# 高德 writes 大类;中类;小类, 百度 大类;小类, 腾讯 大类:小类; several types of one place by |
_BETWEEN = re.compile(r"[;；:：|｜,，>＞/、]|\s+-\s+")
_NOTE = re.compile(r"[(（][^)）]*[)）]$")  # 居家养老服务中心(街道级)


def kind_of_category(text: str) -> str | None:
    """Return the facility kind that a category means, None if no table says so.

    Understood are the names and labels of the kinds table, and the words of the category table as
    a whole or as the finest part of a category of several levels. Nothing is guessed from parts of
    a word: 儿童医院 is no 医院 here until the table says so.

    Examples
    --------
    >>> kind_of_category("医疗保健服务;医药保健销售店;药房"), kind_of_category("菜市场")
    ('pharmacy', 'market')
    >>> kind_of_category("喷泉") is None
    True
    """
    words = _words()
    whole = _plain(text)
    if whole in words:
        return words[whole]
    for part in reversed(_BETWEEN.split(text)):
        if _plain(part) in words:
            return words[_plain(part)]
    return None


def kind_of_tags(tags: Mapping[str, str]) -> str | None:
    """Return the facility kind of OpenStreetMap tags, None if no rule matches.

    The rule that asks for most tags wins, of equals the first of the kinds table.

    Examples
    --------
    >>> kind_of_tags({"amenity": "school"}), kind_of_tags({"amenity": "school", "isced:level": "2"})
    ('primary_school', 'junior_high')
    """
    for rule, kind in _tag_rules():
        if all(value in tags.get(key, "").split(";") for key, value in rule):
            return kind
    return None


@cache
def tag_keys() -> tuple[str, ...]:
    """Return the OpenStreetMap keys that the kinds table asks for."""
    return tuple(dict.fromkeys(key for rule, _ in _tag_rules() for key, _ in rule))


@cache
def _words() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in kinds().values():
        for word in (kind.name, kind.label_zh, _NOTE.sub("", kind.label_zh), kind.label_en):
            found.setdefault(_plain(word), kind.name)
    for row in rows("poi_categories.csv"):
        for word in row["words"].split("|"):
            found.setdefault(_plain(word), row["kind"])
    return found


def _plain(text: str) -> str:
    return text.strip().lower()


@cache
def _tag_rules() -> tuple[tuple[tuple[tuple[str, str], ...], str], ...]:
    rules = []
    for kind in kinds().values():
        for alternative in filter(None, kind.osm_tags.split("|")):
            pairs = (tag.partition("=") for tag in alternative.split(";"))
            rules.append((tuple((key, value) for key, _, value in pairs), kind.name))
    return tuple(sorted(rules, key=lambda rule: -len(rule[0])))
