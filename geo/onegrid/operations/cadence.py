"""What is due when: meetings by month and quarter, ratings by half-year, and the calendar of them.

A thing is due on the last day of its period. The calendar is text as RFC 5545 has it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem
from onegrid.standards.tables import one_of, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_MONTHS: Final = 12
_LINE_OCTETS: Final = 75
_PRODUCT: Final = "-//Onegrid//operations//ZH"


@dataclass(frozen=True)
class Meeting:
    """Something that every unit of a level does once in so many months."""

    meeting: str
    label_zh: str
    label_en: str
    level: str
    months: int
    source: str
    confidence: str


@dataclass(frozen=True)
class Due:
    """A meeting of a unit in one period, from its first day to the last, when it is due."""

    meeting: str
    unit: str
    begins: date
    due: date
    held: bool = False


@cache
def meetings() -> dict[str, Meeting]:
    """Return the meetings by name, in the order of the table.

    Examples
    --------
    >>> {name: one.months for name, one in meetings().items()}
    {'community_committee': 1, 'subdistrict_committee': 3, 'property_rating': 6}
    """
    return {
        row["meeting"]: Meeting(**{**row, "months": int(row["months"])})  # type: ignore[arg-type]  # texts
        for row in rows("meetings.csv")
    }


def meeting_of(name: str) -> Meeting:
    """Return a meeting.

    Raises
    ------
    InputError
        ``MEETING_UNKNOWN``.
    """
    if name not in meetings():
        what = f"no meeting {name!r}"
        raise InputError(Problem("MEETING_UNKNOWN", what, remedy=one_of(meetings())))
    return meetings()[name]


def periods(months: int, year: int) -> list[tuple[date, date]]:
    """Return the periods of so many months of a year: first and last day.

    Examples
    --------
    >>> [str(last) for _, last in periods(6, 2028)]
    ['2028-06-30', '2028-12-31']
    """
    return [
        (
            date(year, first, 1),
            date(year, first + months - 1, monthrange(year, first + months - 1)[1]),
        )
        for first in range(1, _MONTHS + 1, months)
    ]


def due_in(
    year: int, units: Mapping[str, Iterable[str]], held: Iterable[tuple[str, str, date]] = ()
) -> list[Due]:
    """Return what is due in a year, by day, then in the order of the table, then by unit.

    Parameters
    ----------
    units
        The ids of the units of each level.
    held
        What was held: meeting, unit, day.

    Examples
    --------
    >>> found = due_in(2026, {"subdistrict": ["s"]},
    ...                [("subdistrict_committee", "s", date(2026, 2, 3))])
    >>> [(str(one.due), one.held) for one in found if one.meeting == "subdistrict_committee"][:2]
    [('2026-03-31', True), ('2026-06-30', False)]
    """
    days: dict[tuple[str, str], list[date]] = {}
    for meeting, unit, day in held:
        days.setdefault((meeting, unit), []).append(day)
    found = [
        Due(
            one.meeting,
            unit,
            begins,
            last,
            any(begins <= day <= last for day in days.get((one.meeting, unit), ())),
        )
        for one in meetings().values()
        for unit in sorted(units.get(one.level, ()))
        for begins, last in periods(one.months, year)
    ]
    order = list(meetings())
    return sorted(found, key=lambda one: (one.due, order.index(one.meeting), one.unit))


def calendar_text(
    events: Iterable[Due], *, names: Mapping[str, str], title: str, stamp: str
) -> str:
    r"""Return a calendar: one event a day long for each thing that is due and was not held.

    Parameters
    ----------
    names
        What people call the units, by id.
    title
        Name of the calendar.
    stamp
        When it is made, as RFC 5545 writes times in UTC: ``20260102T030405Z``.

    Examples
    --------
    >>> one = Due("property_rating", "s1", date(2026, 1, 1), date(2026, 6, 30))
    >>> names, stamp = {"s1": "一街,二街"}, "20260102T030405Z"
    >>> text = calendar_text([one], names=names, title="网格", stamp=stamp)
    >>> [line for line in text.split("\r\n") if line.startswith(("DTSTART", "UID"))]
    ['UID:property_rating-s1-20260630@onegrid', 'DTSTART;VALUE=DATE:20260630']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", "CALSCALE:GREGORIAN",
             "METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(title)}"]  # fmt: skip
    for one in events:
        if one.held:
            continue
        label = f"{names.get(one.unit, one.unit)} {meetings()[one.meeting].label_zh}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.meeting}-{_escaped(one.unit)}-{one.due:%Y%m%d}@onegrid",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}",
            f"DTEND;VALUE=DATE:{one.due + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(label)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    r"""Return text as a value of RFC 5545, section 3.3.11.

    Examples
    --------
    >>> _escaped("a;b,c\\d")
    'a\\;b\\,c\\\\d'
    """
    for sign in "\\;,":
        text = text.replace(sign, f"\\{sign}")
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(sign for sign in plain if sign == "\t" or sign.isprintable())


def _folded(line: str) -> str:
    """Return a line of at most 75 octets each, no character cut in two (section 3.1)."""
    parts, part, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > _LINE_OCTETS:
            parts.append(part)
            part, size = " ", 1
        part += sign
        size += octets
    return "\r\n".join([*parts, part])
