"""Turn what a person typed into options, or say all that is wrong with it."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from onegrid import standards
from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from onegrid.standards import Profile


def pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """Split ``NAME=VALUE`` texts.

    Examples
    --------
    >>> pairs(["households=户数"], "--column")
    {'households': '户数'}
    """
    found: dict[str, str] = {}
    problems = []
    for text in texts or []:
        name, sign, value = text.partition("=")
        if not sign or not name or not value:
            problems.append(Problem("USAGE", f"{option} {text!r}", remedy="write NAME=VALUE"))
        elif name in found:
            problems.append(Problem("USAGE", f"{option} names {name!r} twice"))
        found[name] = value
    if problems:
        raise InputError(*problems)
    return found


def datums(texts: list[str] | None) -> dict[str, str]:
    """Split ``[ROLE=]DATUM`` texts; without a role it is every table's.

    Examples
    --------
    >>> datums(["bd09", "facilities=gcj02"])
    {'': 'bd09', 'facilities': 'gcj02'}
    """
    found = {}
    for text in texts or []:
        role, _, datum = text.rpartition("=")
        found[role] = datum
    return found


def size_band(text: str) -> tuple[float, float]:
    """Parse ``LOW:HIGH`` households.

    Examples
    --------
    >>> size_band("300:500")
    (300.0, 500.0)
    """
    low, _, high = text.partition(":")
    try:
        band = float(low), float(high)
    except ValueError:
        band = (math.nan, math.nan)
    if not 0 < band[0] <= band[1] < math.inf:
        problem = Problem("USAGE", f"--size {text!r}", remedy="write LOW:HIGH, such as 300:500")
        raise InputError(problem)
    return band


def weights(texts: list[str] | None) -> dict[str, float]:
    """Parse ``NAME=X`` weights, numbers from 0 up.

    Examples
    --------
    >>> weights(["politics_law=2", "ecology=0.5"])
    {'politics_law': 2.0, 'ecology': 0.5}
    """
    found, problems = {}, []
    for name, text in pairs(texts, "--weight").items():
        try:
            found[name] = float(text)
        except ValueError:
            found[name] = math.nan
        if not 0 <= found[name] < math.inf:
            what, remedy = f"--weight {name}={text}", "write a number from 0 up, such as 2"
            problems.append(Problem("USAGE", what, remedy=remedy))
    if problems:
        raise InputError(*problems)
    return found


Counted = Literal["households", "people", "elders_60"]
COUNTS: Final[dict[str, Counted]] = {
    "households": "households",
    "people": "people",
    "elders": "elders_60",
}


def counted_band(text: str, size: str | None) -> tuple[Counted, tuple[float, float]]:
    """Return the column that is counted and its band; only households have a band by default.

    Examples
    --------
    >>> counted_band("elders", "80:150")
    ('elders_60', (80.0, 150.0))
    """
    if text not in COUNTS:
        problem = Problem("USAGE", f"--count-by {text!r}", remedy=f"use one of {', '.join(COUNTS)}")
        raise InputError(problem)
    if size is None and text != "households":
        remedy = f"add --size LOW:HIGH, the {text} of a cell"
        raise InputError(Problem("USAGE", f"--count-by {text} without a band", remedy=remedy))
    low, high = (standards.number(f"cell_households_{end}") for end in ("min", "max"))
    return COUNTS[text], (low, high) if size is None else size_band(size)


def targets(texts: list[str] | None) -> dict[str, int]:
    """Parse ``COMMUNITY=K``, whole numbers of cells from 1 up.

    Examples
    --------
    >>> targets(["420103001002=5"])
    {'420103001002': 5}
    """
    found, problems = {}, []
    for name, text in pairs(texts, "--target").items():
        found[name] = int(text) if re.fullmatch(r"0*[1-9]\d{0,5}", text) else 0
        if not found[name]:
            what, remedy = f"--target {name}={text}", "write a number of cells, 1 or more"
            problems.append(Problem("USAGE", what, remedy=remedy))
    if problems:
        raise InputError(*problems)
    return found


def day(text: str | None) -> str:
    """Check a day, ``YYYY-MM-DD``; empty where none is given.

    Examples
    --------
    >>> day("2026-11-22")
    '2026-11-22'
    """
    if text is None:
        return ""
    try:
        found = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        found = None
    if found is None:
        remedy = "write a day as YYYY-MM-DD, such as 2026-11-22"
        raise InputError(Problem("USAGE", f"--date {text!r}", remedy=remedy))
    return found.isoformat()


def local_time(text: str | None) -> datetime | None:
    """Parse a local time; None is none.

    Examples
    --------
    >>> local_time("2026-11-22T20:30").hour
    20
    """
    if text is None:
        return None
    shape = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d"
    try:
        found = datetime.fromisoformat(text) if re.fullmatch(shape, text) else None
    except ValueError:
        found = None
    if found is None:
        remedy = "write a local time as YYYY-MM-DDTHH:MM, such as 2026-11-22T20:30"
        raise InputError(Problem("USAGE", f"--when {text!r}", remedy=remedy))
    return found


def minutes(text: str) -> tuple[float, ...]:
    """Parse walking limits in minutes, ascending and each once.

    Examples
    --------
    >>> minutes("15,5,10")
    (5.0, 10.0, 15.0)
    """
    try:
        limits = sorted({float(part) for part in text.split(",")})
    except ValueError:
        limits = []
    most = standards.number("minutes_max")
    if not limits or not all(0 < limit <= most for limit in limits):
        remedy = f"write minutes above 0 and up to {most:g}, such as 5,10,15"
        raise InputError(Problem("USAGE", f"--minutes {text!r}", remedy=remedy))
    return tuple(limits)


def walker(name: str, speed_m_s: float | None) -> Profile:
    """Return the named walking profile, or one of a given speed."""
    return standards.profile(name) if speed_m_s is None else standards.profile_at(speed_m_s)


def place(text: str) -> tuple[float, float]:
    """Parse ``LON,LAT`` in degrees.

    Examples
    --------
    >>> place("114.27,30.6")
    (114.27, 30.6)
    """
    parts = text.split(",")
    try:
        lon, lat = (float(part) for part in parts)
    except ValueError:
        lon, lat = math.nan, math.nan
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004  (degrees)
        remedy = "write LON,LAT in degrees, longitude first"
        raise InputError(Problem("USAGE", f"--at {text!r}", remedy=remedy))
    return lon, lat
