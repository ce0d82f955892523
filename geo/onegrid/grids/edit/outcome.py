"""What a verb tells besides the rows it wrote."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The ids an edit speaks of, where its counts come from, and what a person should know."""

    ids: tuple[str, ...]
    counts: str = ""
    remark: str = ""
