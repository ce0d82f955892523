"""Opening hours: a small strict reader of the common OpenStreetMap forms.

Understood: ``24/7``, ``08:00-18:00``, ``Mo-Fr 08:00-12:00,14:00-17:00; Sa 09:00-12:00``,
``Su off``, ranges over midnight, and the same with Chinese day names and punctuation. Whatever is
not understood to the last letter counts as open and is reported.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy.typing as npt

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_WEEK_DAYS: Final = len(_DAYS)
_DAY_MIN: Final = 24 * 60
_LAST_MINUTE: Final = 59
_CHINESE: Final = {
    "：": ":", "，": ",", "；": ";", "、": ",", "－": "-", "—": "-", "–": "-", "~": "-", "～": "-",
    "至": "-", "到": "-", "24小时": "24/7", "全天": "24/7", "每天": "Mo-Su", "每日": "Mo-Su",
    "星期": "周", "周一": "Mo", "周二": "Tu", "周三": "We", "周四": "Th", "周五": "Fr",
    "周六": "Sa", "周日": "Su", "周天": "Su", "休息": "off", "closed": "off",
}  # fmt: skip
_DAY = "(?:" + "|".join(_DAYS) + ")"
_SPAN = r"\d{1,2}:\d{2}-\d{1,2}:\d{2}"
_RULE = re.compile(
    rf"(?P<days>{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*)?"
    rf"(?P<spans>{_SPAN}(?:,{_SPAN})*|off|24/7)?"
)
Week = tuple[tuple[tuple[int, int], ...], ...]  # per day, open spans in minutes after midnight


@cache
def parse_hours(text: str) -> Week | None:
    """Return the open spans of each weekday from Monday, or None if not understood.

    A span past midnight ends after minute 1440. A later rule replaces an earlier one on its days.

    Examples
    --------
    >>> parse_hours("Mo-Fr 08:00-17:00")[0], parse_hours("Mo-Fr 08:00-17:00")[6]
    (((480, 1020),), ())
    >>> parse_hours("sunrise-sunset") is None
    True
    """
    for chinese, plain in _CHINESE.items():
        text = text.replace(chinese, plain)
    week: list[tuple[tuple[int, int], ...]] = [()] * _WEEK_DAYS
    rules = [re.sub(r"\s", "", rule) for rule in text.rstrip("; ").split(";")]
    for rule in rules:
        match = _RULE.fullmatch(rule)
        spans = _spans(match["spans"]) if match and rule else None
        if match is None or spans is None:
            return None
        for day in _days(match["days"]):
            week[day] = spans
    return tuple(week)


def is_open(week: Week, asked: datetime) -> bool:
    """Return whether a week of hours is open at a local time; the closing minute is closed."""
    minute = asked.hour * 60 + asked.minute
    today, before = week[asked.weekday()], week[asked.weekday() - 1]
    return any(start <= minute < end for start, end in today) or any(
        minute < end - _DAY_MIN for _, end in before
    )


def week_spans(week: Week) -> list[tuple[int, int]]:
    """Return the open spans of a week in minutes since Monday, joined where they touch.

    The last may end after the week's 10080 minutes: in the next.

    Examples
    --------
    >>> week_spans(parse_hours("Mo-Tu 22:00-02:00"))
    [(1320, 1560), (2760, 3000)]
    >>> week_spans(parse_hours("24/7"))
    [(0, 10080)]
    """
    joined: list[tuple[int, int]] = []
    for day, spans in enumerate(week):
        for start, end in sorted(spans):
            begin, stop = start + day * _DAY_MIN, end + day * _DAY_MIN
            if joined and begin <= joined[-1][1]:
                begin, before = joined.pop()
                stop = max(stop, before)
            joined.append((begin, stop))
    return joined


def open_at(
    texts: Sequence[object], asked: datetime
) -> tuple[npt.NDArray[np.bool_], tuple[str, ...]]:
    """Return which of several opening hours are open, and the texts nobody could read.

    No text at all, and text that is not understood, counts as open; only the latter is listed.

    Examples
    --------
    >>> from datetime import datetime
    >>> noon = datetime(2024, 5, 4, 12)  # a Saturday
    >>> open_at(["Mo-Fr 08:00-17:00", "24/7", None, "by appointment"], noon)
    (array([False,  True,  True,  True]), ('by appointment',))
    """
    opened, unknown = [], set()
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            opened.append(True)
            continue
        week = parse_hours(text)
        if week is None:
            unknown.add(text)
        opened.append(week is None or is_open(week, asked))
    return np.array(opened, dtype=bool), tuple(sorted(unknown))


def _days(text: str | None) -> list[int]:
    if text is None:
        return list(range(_WEEK_DAYS))
    days = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start = _DAYS.index(first)
        length = (_DAYS.index(last) - start) % _WEEK_DAYS if last else 0
        days += [(start + step) % _WEEK_DAYS for step in range(length + 1)]
    return days


def _spans(text: str | None) -> tuple[tuple[int, int], ...] | None:
    if text is None:
        return None
    if text == "off":
        return ()
    if text == "24/7":
        return ((0, _DAY_MIN),)
    spans = []
    for part in text.split(","):
        start, end = (_minutes(clock) for clock in part.split("-"))
        if start is None or end is None or start >= _DAY_MIN:
            return None
        spans.append((start, end if end > start else end + _DAY_MIN))
    return tuple(spans)


def _minutes(clock: str) -> int | None:
    hours, minutes = (int(part) for part in clock.split(":"))
    total = hours * 60 + minutes
    return total if minutes <= _LAST_MINUTE and total <= _DAY_MIN else None
