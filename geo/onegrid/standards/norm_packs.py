"""Norm packs: which facility within how many minutes, and how big."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from onegrid.errors import Problem, StandardError
from onegrid.standards.tables import one_of, rows

if TYPE_CHECKING:
    from collections.abc import Iterable

DEFAULT_PACK = "cangzhou-2020"
UNVERIFIED = "未核实"
VERIFIED = "seen"
PER_LEVELS = ("", "facility", "community", "subdistrict", "per_100_households", "per_1000_elders")


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
        raise StandardError(Problem("PACK_UNKNOWN", f"no norm pack {name!r}", remedy=one_of(names)))
    return norms(row for row in rows("packs.csv") if row["pack"] == name)


@cache
def packs() -> tuple[str, ...]:
    """Return the names of the bundled norm packs, in the order of the table."""
    return tuple(dict.fromkeys(row["pack"] for row in rows("packs.csv")))


def norms(lines: Iterable[dict[str, str]], *, source: str = "packs.csv") -> tuple[Norm, ...]:
    """Return the norms that the rows of a pack file describe.

    Raises
    ------
    StandardError
        Naming every row with a kind without a name, a figure that is no number, a limit that is
        not positive, a negative area, or an unknown ``per`` level.
    """
    found: list[Norm] = []
    problems: list[Problem] = []
    for line, row in enumerate(lines, start=2):
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
