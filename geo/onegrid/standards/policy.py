"""Policy numbers, tolerances, facility kinds and departments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from onegrid.standards.tables import rows


@dataclass(frozen=True)
class Figure:
    """A policy number or tolerance with its unit, meaning, source and confidence."""

    name: str
    values: tuple[float, ...]
    unit: str
    meaning: str
    source: str
    confidence: str


@cache
def figures() -> dict[str, Figure]:
    """Return every policy number and tolerance by name, in the order of the table.

    Examples
    --------
    >>> figures()["community_workers_min"].confidence
    'seen'
    """
    return {
        row["name"]: Figure(
            name=row["name"],
            values=tuple(float(part) for part in row["value"].split(",")),
            unit=row["unit"],
            meaning=row["meaning"],
            source=row["source"],
            confidence=row["confidence"],
        )
        for row in rows("numbers.csv")
    }


def number(name: str) -> float:
    """Return one policy number or tolerance by name, in the unit its name ends with.

    Examples
    --------
    >>> number("cell_households_max")
    500.0
    """
    return numbers(name)[0]


def numbers(name: str) -> tuple[float, ...]:
    """Return a list-valued policy number.

    Examples
    --------
    >>> numbers("circle_minutes")
    (5.0, 10.0, 15.0)
    """
    return figures()[name].values


@dataclass(frozen=True)
class Kind:
    """A facility kind with its labels and OSM tags (``|`` alternatives, ``;`` conjunction)."""

    name: str
    label_zh: str
    label_en: str
    osm_tags: str


@cache
def kinds() -> dict[str, Kind]:
    """Return the facility kinds by name, in the order of the table."""
    return {
        row["kind"]: Kind(row["kind"], row["label_zh"], row["label_en"], row["osm_tags"])
        for row in rows("kinds.csv")
    }


@dataclass(frozen=True)
class Department:
    """A department that draws grids, with its labels."""

    name: str
    label_zh: str
    label_en: str


@cache
def departments() -> dict[str, Department]:
    """Return the departments by name, in the order of the table."""
    return {
        row["department"]: Department(row["department"], row["label_zh"], row["label_en"])
        for row in rows("departments.csv")
    }


_COUNTED: Final = {"households": "户数", "people": "人数", "elders_60": "老年人数"}


def counted_label(column: str) -> str:
    """Return the Chinese word for what the band of a cell counts; unknown ones are households.

    Examples
    --------
    >>> counted_label("elders_60")
    '老年人数'
    """
    return _COUNTED.get(column, _COUNTED["households"])


def department_label(name: str) -> str:
    """Return the Chinese label of a department; an unknown one is its own label.

    Examples
    --------
    >>> department_label("emergency"), department_label("消防")
    ('应急', '消防')
    """
    known = departments().get(name)
    return known.label_zh if known else name
