"""What a report is, whatever file it becomes: sections of text, tables and pictures.

A report is composed once; the three writers show the same values. In a table a figure is itself
(float or whole number), an empty one is missing, and one that may not be published is `HIDDEN`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd

from onegrid.standards import UNVERIFIED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from onegrid.standards.signs import Sign

HIDDEN: Final = "不公开"
EMPTY: Final = "—"
_DECIMALS: Final = {"count": 0, "area": 0, "metres": 0, "minutes": 1, "number": 3}


@dataclass(frozen=True)
class Column:
    """A column of a table: the field that holds it, its heading and its form.

    ``form`` is "text", "count", "area" (m²), "metres", "minutes", "share" (0–1) or "number";
    ``width`` is in characters of a spreadsheet; what is not on ``paper`` stands there only.
    """

    field: str
    label: str
    form: str = "text"
    width: int = 12
    paper: bool = True


@dataclass(frozen=True)
class Bars:
    """A bar chart of a table: fields of one form side by side for each value of a field."""

    title: str
    category: str
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table: ``rows`` has a field for every column.

    ``key`` names its worksheet (at most 31 characters), which always has every row; ``printed`` is
    how many rows go on paper, None for all.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    note: str = ""
    printed: int | None = None
    bars: Bars | None = None

    def on_paper(self) -> Table:
        """Return what is printed of it; the note tells what is not.

        Examples
        --------
        >>> rows = pd.DataFrame({"a": [1, 2, 3], "b": 0})
        >>> columns = (Column("a", "甲"), Column("b", "乙", paper=False))
        >>> short = Table("t", "t", columns, rows, printed=2).on_paper()
        >>> len(short.rows), len(short.columns), short.note
        (2, 1, '（另有 1 行，见电子表格）')
        """
        rows = self.rows.head(self.printed) if self.printed is not None else self.rows
        left = len(self.rows) - len(rows)
        more = f"（另有 {left} 行，见电子表格）" if left else ""
        columns = tuple(column for column in self.columns if column.paper)
        return replace(self, columns=columns, rows=rows, note=self.note + more)


@dataclass(frozen=True)
class Mark:
    """Geometries (object array, metres) that are drawn alike.

    Areas have ``fill`` and ``pattern``; lines ``stroke`` with ``width`` in points and ``dash``;
    points a ``radius`` in points. ``labels`` are written at the middle of each geometry.
    """

    shapes: np.ndarray
    fill: str = ""
    pattern: str = "solid"
    stroke: str = ""
    width: float = 0.5
    dash: str = ""
    radius: float = 3.0
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A map: ``marks`` from the lowest to the topmost, in the ``bounds`` (w, s, e, n), metres.

    It is ``width`` points wide and as high as its bounds ask.
    """

    title: str
    marks: tuple[Mark, ...]
    bounds: tuple[float, float, float, float]
    legend: tuple[Sign, ...] = ()
    width: float = 480

    @property
    def points_per_metre(self) -> float:
        """The scale of the drawing."""
        west, _, east, _ = self.bounds
        return self.width / (east - west)

    @property
    def height(self) -> float:
        """The height in points."""
        _, south, _, north = self.bounds
        return (north - south) * self.points_per_metre

    def to_points(self, xy: np.ndarray) -> np.ndarray:
        """Return coordinates (n, 2) in points from the upper left corner, y down."""
        west, _, _, north = self.bounds
        moved = np.column_stack([xy[:, 0] - west, north - xy[:, 1]])
        return np.asarray(moved * self.points_per_metre)


@dataclass(frozen=True)
class Section:
    """A chapter: paragraphs, then pictures, then tables."""

    title: str
    text: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()

    def printed(self) -> list[Table]:
        """Return the tables that go on paper, as they go there."""
        return [table.on_paper() for table in self.tables if table.printed != 0]


Fact: TypeAlias = tuple[str, object, str]


@dataclass(frozen=True)
class Sheet:
    """The page of one cell: facts as (label, value, form) rows, tables, and a small map.

    ``note`` stands on every page, which may be handed out without the others.
    """

    key: str
    title: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    picture: Picture
    note: str = ""


@dataclass(frozen=True)
class Report:
    """A whole report. ``notices`` stand under the title on every kind of file."""

    title: str
    notices: tuple[str, ...]
    sections: tuple[Section, ...]
    sheets: tuple[Sheet, ...] = ()

    def tables(self) -> Iterator[Table]:
        """Yield the tables of all sections in order."""
        for section in self.sections:
            yield from section.tables


def is_missing(value: object) -> bool:
    """Return whether a figure is empty."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))


def shown(value: object, form: str = "text") -> str:
    """Return a value as people read it.

    Examples
    --------
    >>> shown(1234.0, "count"), shown(0.5, "share"), shown(None), shown(HIDDEN, "share")
    ('1,234', '50.0%', '—', '不公开')
    """
    if is_missing(value):
        return EMPTY
    if form == "text" or isinstance(value, str):
        return str(value)
    number = float(value)  # type: ignore[arg-type]  # a figure: the other kinds were told above
    if form == "share":
        return f"{number:.1%}"
    return f"{number:,.{_DECIMALS[form]}f}"


def trust(confidence: str) -> str:
    """Return the mark of a figure that nobody has read at its source, else nothing.

    Examples
    --------
    >>> trust("remembered"), trust("seen")
    ('未核实', '')
    """
    return "" if confidence == "seen" else UNVERIFIED
