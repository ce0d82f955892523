"""Read the CSV tables of ``onegrid_data/standards``, and say which names they know."""

from __future__ import annotations

import csv
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def rows(file: str) -> list[dict[str, str]]:
    """Return the rows of a table as text."""
    text = resources.files("onegrid_data").joinpath("standards", file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def one_of(names: Iterable[str]) -> str:
    """Return the remedy for an unknown name."""
    return "use one of " + ", ".join(names)
