"""Walking profiles: how somebody walks, and who measured it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from onegrid.errors import Problem, StandardError
from onegrid.standards.policy import number
from onegrid.standards.tables import one_of, rows

DEFAULT_PROFILE = "plain"


@dataclass(frozen=True)
class Profile:
    """How somebody walks: ``speed_m_s``, factor on stairs, wait at a crossing in seconds, slope.

    The wait is that at an ordinary road; see `crossing_shares`. ``slope`` is "none" or "tobler"
    (Tobler's hiking function: uphill is slower than downhill). ``source`` and ``confidence`` are
    those of the speed; the penalties and the slope have their own.
    """

    name: str
    label_zh: str
    label_en: str
    speed_m_s: float
    stairs_factor: float = 1.0
    crossing_wait_s: float = 0.0
    steps_allowed: bool = True
    source: str = "given by the user"
    confidence: str = "assumption"
    penalty_source: str = "none"
    penalty_confidence: str = "assumption"
    slope: str = "none"
    slope_source: str = "none"
    slope_confidence: str = "assumption"

    @property
    def fastest_m_s(self) -> float:
        """The highest speed on any street: for bounds by straight line."""
        downhill = math.exp(number("tobler_rate") * abs(number("tobler_easiest_slope")))
        return self.speed_m_s / min(self.stairs_factor, 1.0) * (downhill if self.sloped else 1.0)

    @property
    def sloped(self) -> bool:
        """Whether slopes change the pace."""
        return self.slope != "none"


@cache
def profiles() -> dict[str, Profile]:
    """Return the walking profiles by name, in the order of the table.

    Examples
    --------
    >>> profiles()["elder_75"].speed_m_s
    0.75
    """
    return {
        row["profile"]: Profile(
            name=row["profile"],
            label_zh=row["label_zh"],
            label_en=row["label_en"],
            speed_m_s=float(row["speed_m_s"]),
            stairs_factor=float(row["stairs_factor"]),
            crossing_wait_s=float(row["crossing_wait_s"]),
            steps_allowed=row["steps_allowed"] == "1",
            source=row["speed_source"],
            confidence=row["speed_confidence"],
            penalty_source=row["penalty_source"],
            penalty_confidence=row["penalty_confidence"],
            slope=row["slope"],
            slope_source=row["slope_source"],
            slope_confidence=row["slope_confidence"],
        )
        for row in rows("profiles.csv")
    }


@cache
def crossing_shares() -> dict[str, float]:
    """Return the wait at a crossing by class of the road crossed, largest roads first.

    In shares of the profile's ``crossing_wait_s``. Classes that are not listed are no roads: a
    footway that meets another is no crossing of it.

    Examples
    --------
    >>> crossing_shares()["primary"], crossing_shares()["living_street"]
    (1.5, 0.0)
    """
    return {row["road_class"]: float(row["wait_share"]) for row in rows("crossings.csv")}


def profile(name: str = DEFAULT_PROFILE) -> Profile:
    """Return one walking profile.

    Raises
    ------
    StandardError
        If there is no profile of that name; the message lists those there are.
    """
    if name not in profiles():
        raise StandardError(
            Problem("PROFILE_UNKNOWN", f"no walking profile {name!r}", remedy=one_of(profiles()))
        )
    return profiles()[name]


def profile_at(speed_m_s: float) -> Profile:
    """Return a profile without penalties that walks at a given speed.

    Raises
    ------
    StandardError
        If nobody walks at that speed.
    """
    least, most = number("speed_min_m_s"), number("speed_max_m_s")
    if not least <= speed_m_s <= most:
        remedy = f"give metres a second, above 0: from {least:g} to {most:g}"
        raise StandardError(Problem("SPEED", f"walking speed {speed_m_s} m/s", remedy=remedy))
    label = f"{speed_m_s:g} m/s"
    return Profile(label, label, label, speed_m_s)
