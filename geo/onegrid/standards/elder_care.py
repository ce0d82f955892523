"""The services of elder care, and what words and kinds of facility stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from onegrid.standards.tables import rows


@dataclass(frozen=True)
class ElderService:
    """A service for elders: its name, the words that mean it, the kinds that offer it by name."""

    name: str
    words: tuple[str, ...]
    kinds: tuple[str, ...]


@cache
def elder_services() -> tuple[ElderService, ...]:
    """Return the services of elder care in the order of the table."""
    return tuple(
        ElderService(
            row["service"],
            tuple(row["words"].split("|")),
            tuple(kind for kind in row["kinds"].split("|") if kind),
        )
        for row in rows("elder_services.csv")
    )


def services_of(kind: str, text: object = None) -> tuple[str, ...]:
    """Return the services that a facility offers, by its kind and by what it says of itself.

    Examples
    --------
    >>> services_of("elder_canteen", "送餐、家政"), services_of("elder_care_center")
    (('助餐', '助洁'), ())
    """
    said = text if isinstance(text, str) else ""
    return tuple(
        service.name
        for service in elder_services()
        if kind in service.kinds or any(word in said for word in service.words)
    )
