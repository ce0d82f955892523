"""Opening hours: what is understood, and that anything else is not guessed."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from onegrid.coverage.hours import is_open, open_at, parse_hours

MONDAY = datetime(2024, 5, 6)  # noqa: DTZ001  (local time of the place)


def open_on(text, day, clock):
    hour, minute = map(int, clock.split(":"))
    return is_open(parse_hours(text), MONDAY + timedelta(days=day, hours=hour, minutes=minute))


@pytest.mark.parametrize(
    ("text", "day", "clock", "expected"),
    [
        ("24/7", 6, "03:00", True),
        ("08:00-18:00", 6, "08:00", True),
        ("08:00-18:00", 6, "17:59", True),
        ("08:00-18:00", 6, "18:00", False),
        ("8:00-18:00", 0, "07:59", False),
        ("00:00-24:00", 3, "23:59", True),
        ("Mo-Fr 08:00-17:00", 4, "12:00", True),
        ("Mo-Fr 08:00-17:00", 5, "12:00", False),
        ("Mo-Fr 08:00-12:00,14:00-17:00; Sa 09:00-11:00", 0, "13:00", False),
        ("Mo-Fr 08:00-12:00, 14:00-17:00; Sa 09:00-11:00;", 5, "10:00", True),
        ("08:00-18:00; Su off", 6, "12:00", False),
        ("08:00-18:00; Su off", 5, "12:00", True),
        ("Mo,We 08:00-17:00", 2, "12:00", True),
        ("Mo,We 08:00-17:00", 1, "12:00", False),
        ("Sa-Mo 08:00-17:00", 0, "12:00", True),
        ("Sa-Mo 08:00-17:00", 1, "12:00", False),
        ("22:00-02:00", 2, "01:59", True),
        ("Fr 22:00-02:00", 5, "01:00", True),
        ("Fr 22:00-02:00", 4, "01:00", False),
        ("Su 22:00-02:00", 0, "01:00", True),
        ("周一至周五 8:30－17:30", 2, "08:30", True),
        ("星期一至星期五 8:30-17:30", 5, "09:00", False),
        ("周一至周五 08:00-12:00，14:00-17:00；周六 09:00-11:00", 5, "10:00", True),
        ("每天 06:00—22:00", 6, "21:00", True),
        ("24小时", 6, "03:00", True),
    ],
)
def test_hours_are_read(text, day, clock, expected):
    assert open_on(text, day, clock) is expected


@pytest.mark.parametrize(
    "text",
    [
        *("sunrise-sunset", "Mo-Fr", "08:00", "08:00-", "8-18", "25:00-26:00", "08:60-10:00"),
        *("24:00-25:00", "Mo-Fr 08:00-17:00; PH off", "by appointment", "Mo Fr 08:00-17:00 !"),
        *("Mo-Fr 08:00-17:00;; Sa 09:00-11:00", "每周一 08:00-12:00", "08:00-18:00 预约", ";"),
        *("Xx 08:00-17:00", "00:00-24:30", "8:0-9:0", "Mo-Fr 08:00-17:00 Sa 09:00-11:00"),
    ],
)
def test_what_is_not_understood_is_not_guessed(text):
    assert parse_hours(text) is None
    assert open_at([text], MONDAY) == ([True], (text,))


def test_no_hours_count_as_open_and_are_not_reported():
    opened, unknown = open_at([None, "", "  ", float("nan"), "Su 10:00-11:00"], MONDAY)
    assert opened.tolist() == [True, True, True, True, False]
    assert unknown == ()
