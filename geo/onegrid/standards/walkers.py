"""Walking profiles: how somebody walks, and who measured it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from onegrid.errors import Problem, StandardError
from onegrid.standards.tables import one_of, rows

DEFAULT_PROFILE = "plain"


@dataclass(frozen=True)
class Profile:
    """How somebody walks: ``speed_m_s``, factor on stairs, wait at a crossing in seconds.

    ``source`` and ``confidence`` are those of the speed; the penalties have their own.
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
        )
        for row in rows("profiles.csv")
    }


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
        If the speed is not a positive finite number.
    """
    if not 0 < speed_m_s < float("inf"):
        raise StandardError(
            Problem("SPEED", f"walking speed {speed_m_s} m/s", remedy="give a speed above 0")
        )
    label = f"{speed_m_s:g} m/s"
    return Profile(label, label, label, speed_m_s)
