"""Periods fill the year, and the calendar is one as RFC 5545 has it."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from onegrid.operations.cadence import Due, calendar_text, due_in, meetings, periods

STAMP = "20260102T030405Z"


def parsed(text):
    """Read a calendar by the rules: unfold, split name from value, pair begin with end."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events, now = [], None
    for line in lines[1:-1]:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            now = {}
        elif line == "END:VEVENT":
            events.append(now)
            now = None
        elif now is not None:
            assert name not in now
            now[name] = plain(value)
    assert now is None
    return events


def plain(value):
    """Undo the escapes of a text value."""
    found, signs = "", iter(value)
    for sign in signs:
        if sign == "\\":
            after = next(signs)
            assert after in "\\;,nN"
            found += "\n" if after in "nN" else after
        else:
            assert sign not in ";,"
            found += sign
    return found


@given(year=st.integers(2000, 2100), months=st.sampled_from([1, 3, 6, 12]))
def test_periods_follow_each_other_through_the_year(year, months):
    found = periods(months, year)
    assert (found[0][0], found[-1][1]) == (date(year, 1, 1), date(year, 12, 31))
    for (_, last), (begins, _) in pairwise(found):
        assert begins == last + timedelta(days=1)


@given(names=st.dictionaries(st.sampled_from(["s1", "s2", "m1"]), st.text(max_size=80)),
       title=st.text(max_size=120), year=st.integers(2000, 2100))  # fmt: skip
def test_a_calendar_reads_back_whatever_units_are_called(names, title, year):
    due = due_in(year, {"subdistrict": ["s1", "s2"], "community": ["m1"]})
    events = parsed(calendar_text(due, names=names, title=title, stamp=STAMP))
    assert len(events) == len(due) == 12 + 2 * 4 + 2 * 2
    assert len({one["UID"] for one in events}) == len(due)
    for one, event in zip(due, events, strict=True):
        called = "".join(c for c in names.get(one.unit, one.unit).replace("\r\n", "\n").replace(
            "\r", "\n") if c in "\n\t" or c.isprintable())  # fmt: skip
        assert event["SUMMARY"] == f"{called} {meetings()[one.meeting].label_zh}"
        assert event["DTSTART;VALUE=DATE"] == f"{one.due:%Y%m%d}"
        assert event["DTSTAMP"] == STAMP


def test_what_was_held_is_no_longer_in_the_calendar():
    one = Due("property_rating", "s1", date(2026, 1, 1), date(2026, 6, 30), held=True)
    assert parsed(calendar_text([one], names={}, title="网格", stamp=STAMP)) == []
