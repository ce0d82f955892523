"""Policy numbers, norm packs and walking profiles, each with unit, source and confidence.

Everything here is read from the CSV files of ``onegrid_data/standards``; a figure that nobody has
checked against its source is shown as unverified (未核实) wherever it is used.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from onegrid.errors import Problem, StandardError

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_PACK = "cangzhou-2020"
DEFAULT_PROFILE = "plain"
UNVERIFIED = "未核实"
VERIFIED = "seen"
PER_LEVELS = ("", "facility", "community", "subdistrict", "per_100_households", "per_1000_elders")


@dataclass(frozen=True)
class Profile:
    """How somebody walks: ``speed_m_s``, factor on stairs, wait at a crossing in seconds."""

    name: str
    label_zh: str
    label_en: str
    speed_m_s: float
    stairs_factor: float = 1.0
    crossing_wait_s: float = 0.0
    steps_allowed: bool = True
    source: str = "given by the user"
    confidence: str = "assumption"


@dataclass(frozen=True)
class Norm:
    """One rule of a norm pack: a facility kind, its walking limit and its floor area."""

    pack: str
    kind: str
    minutes: float
    per: str = ""
    floor_m2_min: float | None = None
    floor_m2_per_100_households: float | None = None
    note: str = ""
    title: str = ""
    clause: str = ""
    confidence: str = "assumption"

    @property
    def limit_s(self) -> float:
        """The walking limit in seconds."""
        return self.minutes * 60

    @property
    def verified(self) -> bool:
        """Whether the figure was read at its source."""
        return self.confidence == VERIFIED


@dataclass(frozen=True)
class Kind:
    """A facility kind with its labels and OSM tags (``|`` alternatives, ``;`` conjunction)."""

    name: str
    label_zh: str
    label_en: str
    osm_tags: str


def _rows(file: str) -> list[dict[str, str]]:
    text = resources.files("onegrid_data").joinpath("standards", file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def _numbers() -> dict[str, str]:
    return {row["name"]: row["value"] for row in _rows("numbers.csv")}


def number(name: str) -> float:
    """Return one policy number or tolerance by name, in the unit its name ends with.

    Examples
    --------
    >>> number("cell_households_max")
    500.0
    """
    return numbers(name)[0]


@cache
def numbers(name: str) -> tuple[float, ...]:
    """Return a list-valued policy number.

    Examples
    --------
    >>> numbers("circle_minutes")
    (5.0, 10.0, 15.0)
    """
    return tuple(float(part) for part in _numbers()[name].split(","))


@cache
def kinds() -> dict[str, Kind]:
    """Return the facility kinds by name, in the order of the table."""
    return {
        row["kind"]: Kind(row["kind"], row["label_zh"], row["label_en"], row["osm_tags"])
        for row in _rows("kinds.csv")
    }


@cache
def _departments() -> dict[str, str]:
    return {row["department"]: row["label_zh"] for row in _rows("departments.csv")}


def department_label(name: str) -> str:
    """Return the Chinese label of a department; an unknown one is its own label.

    Examples
    --------
    >>> department_label("emergency"), department_label("消防")
    ('应急', '消防')
    """
    return _departments().get(name, name)


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
        )
        for row in _rows("profiles.csv")
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
            Problem("PROFILE_UNKNOWN", f"no walking profile {name!r}", remedy=_one_of(profiles()))
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


def pack(name: str = DEFAULT_PACK) -> tuple[Norm, ...]:
    """Return the rules of a bundled norm pack, in the order of the table.

    Raises
    ------
    StandardError
        If there is no pack of that name; the message lists those there are.

    Examples
    --------
    >>> [(n.kind, n.per, n.floor_m2_min) for n in pack()][1]
    ('elder_care_center', 'subdistrict', 750.0)
    """
    names = packs()
    if name not in names:
        raise StandardError(
            Problem("PACK_UNKNOWN", f"no norm pack {name!r}", remedy=_one_of(names))
        )
    return norms(row for row in _rows("packs.csv") if row["pack"] == name)


@cache
def packs() -> tuple[str, ...]:
    """Return the names of the bundled norm packs, in the order of the table."""
    return tuple(dict.fromkeys(row["pack"] for row in _rows("packs.csv")))


def norms(rows: Iterable[dict[str, str]], *, source: str = "packs.csv") -> tuple[Norm, ...]:
    """Return the norms that the rows of a pack file describe.

    Raises
    ------
    StandardError
        Naming every row with a kind without a name, a figure that is no number, a limit that is
        not positive, a negative area, or an unknown ``per`` level.
    """
    found: list[Norm] = []
    problems: list[Problem] = []
    for line, row in enumerate(rows, start=2):
        try:
            found.append(_norm(row))
        except ValueError as error:
            problems.append(Problem("PACK_ROW", str(error), source, f"line {line}"))
    if not found and not problems:
        problems.append(Problem("PACK_EMPTY", "no rule in the norm pack", source))
    if problems:
        raise StandardError(*problems)
    return tuple(found)


def _norm(row: dict[str, str]) -> Norm:
    kind, per = (row.get("kind") or "").strip(), (row.get("per") or "").strip()
    if not kind:
        msg = "kind is empty"
        raise ValueError(msg)
    if per not in PER_LEVELS:
        msg = f"per is {per!r}, must be one of {', '.join(PER_LEVELS[1:])} or empty"
        raise ValueError(msg)
    minutes = _figure(row, "minutes")
    if minutes is None or minutes <= 0:
        msg = "minutes must be above 0"
        raise ValueError(msg)
    return Norm(
        pack=row.get("pack") or "",
        kind=kind,
        minutes=minutes,
        per=per,
        floor_m2_min=_figure(row, "floor_m2_min"),
        floor_m2_per_100_households=_figure(row, "floor_m2_per_100_households"),
        note=row.get("note") or "",
        title=row.get("title") or "",
        clause=row.get("clause") or "",
        confidence=row.get("confidence") or "assumption",
    )


def _figure(row: dict[str, str], name: str) -> float | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        msg = f"{name} is {text!r}, not a number"
        raise ValueError(msg) from None
    if not 0 <= value < float("inf"):
        msg = f"{name} is {text}, must be 0 or more"
        raise ValueError(msg)
    return value


def _one_of(names: Iterable[str]) -> str:
    return "use one of " + ", ".join(names)
