"""Norm packs: which facility within how many minutes, and how big."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Final

from onegrid.errors import Problem, StandardError
from onegrid.standards.categories import kind_of_category
from onegrid.standards.policy import kinds
from onegrid.standards.tables import one_of, rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DEFAULT_PACK = "cangzhou-2020"
UNVERIFIED = "未核实"
VERIFIED = "seen"
CONFIDENCES: Final = (VERIFIED, "seen_secondary", "remembered", "assumption")
PER_LABELS: Final = {
    "": "不限面积",
    "facility": "每处设施",
    "community": "每个社区",
    "subdistrict": "每个街道",
    "per_100_households": "每百户",
    "per_1000_elders": "每千名老人",
}
PER_LEVELS: Final = tuple(PER_LABELS)
# what a person may write in a pack of his own, beside our names
COLUMN_ALIASES: Final = {
    "kind": ("设施", "类别", "设施类别"),
    "minutes": ("分钟", "步行分钟", "步行时间"),
    "per": ("单位", "按什么计"),
    "floor_m2_min": ("面积下限", "最小面积", "建筑面积"),
    "floor_m2_per_100_households": ("每百户面积", "每百户"),
    "floor_m2_per_bed": ("每床面积", "床均面积"),
    "capacity": ("容量", "床位"),
    "note": ("备注",),
    "title": ("文件", "标准"),
    "clause": ("条款",),
    "confidence": ("可信度", "核实"),
    "households_from": ("起算户数",),
    "people_from": ("起算人口",),
    "source": ("来源",),
}
_FIGURES: Final = (
    *("minutes", "floor_m2_min", "floor_m2_per_100_households"),
    *("households_from", "people_from", "floor_m2_per_bed"),
)
_BEDS = re.compile(
    r"(?:>=?|≥|不少于|至少)?\s*(\d+(?:\.\d+)?)\s*(?:beds?|床位?|张床位?|个床位|张)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Norm:
    """One rule of a norm pack: a facility kind, its walking limit and its floor area.

    ``floor_m2_min`` is asked of each unit that ``per`` names; a unit with fewer households or
    people than ``households_from`` and ``people_from`` owes nothing. ``capacity`` is in the norm's
    own words; ``floor_m2_per_bed`` is asked of each facility for each of its beds.
    """

    pack: str
    kind: str
    minutes: float
    per: str = ""
    floor_m2_min: float | None = None
    floor_m2_per_100_households: float | None = None
    capacity: str = ""
    note: str = ""
    title: str = ""
    clause: str = ""
    confidence: str = "assumption"
    households_from: float = 0.0
    people_from: float = 0.0
    source: str = ""
    floor_m2_per_bed: float | None = None

    @property
    def beds_min(self) -> float | None:
        """The beds that each of what ``per`` names must have; None where the words mean no beds.

        Examples
        --------
        >>> Norm("own", "elder_home", 15, capacity="40 beds").beds_min
        40.0
        >>> Norm("own", "clinic", 15, capacity=">= 60 % for residents").beds_min is None
        True
        """
        match = _BEDS.fullmatch(self.capacity.strip())
        return float(match[1]) if match else None

    @property
    def limit_s(self) -> float:
        """The walking limit in seconds."""
        return self.minutes * 60

    @property
    def verified(self) -> bool:
        """Whether the figure was read at its source."""
        return self.confidence == VERIFIED

    def as_row(self) -> dict[str, str]:
        """Return the rule as a row of a pack file.

        Examples
        --------
        >>> Norm("own", "clinic", 15, "facility", 300).as_row()["floor_m2_min"]
        '300'
        """
        return {name: _text(value) for name, value in asdict(self).items()}


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


def norms(lines: Iterable[Mapping[str, str]], *, source: str = "packs.csv") -> tuple[Norm, ...]:
    """Return the norms that the rows of a pack file describe.

    A kind that no table knows stays as it is written: a city has kinds of its own.

    Raises
    ------
    StandardError
        Naming every row with a kind without a name, a figure that is no number, a limit that is
        not positive, a negative area, or an unknown ``per`` level.
    """
    found, problems = _read(lines, source)
    if problems:
        raise StandardError(*problems)
    return found


def unverified_kinds(found: Iterable[Norm]) -> dict[str, str]:
    """Return, for each kind of a pack, the mark of a rule that nobody has checked, else nothing.

    Examples
    --------
    >>> unverified_kinds([Norm("own", "clinic", 15), Norm("own", "bank", 10, confidence="seen")])
    {'clinic': '未核实', 'bank': ''}
    """
    marks: dict[str, str] = {}
    for norm in found:
        marks[norm.kind] = marks.get(norm.kind, "") or ("" if norm.verified else UNVERIFIED)
    return marks


def pack_problems(
    lines: Iterable[Mapping[str, str]], *, source: str
) -> tuple[tuple[Norm, ...], tuple[Problem, ...]]:
    """Return the sound rules of a pack file and everything that is wrong or doubtful with it.

    Beyond what `norms` refuses: a kind that is in no table, a confidence that has no meaning, a
    rule given twice, two walking limits for one kind.

    Examples
    --------
    >>> rows = [{"kind": "clinik", "minutes": "15"}, {"kind": "clinic", "minutes": "-5"}]
    >>> [problem.code for problem in pack_problems(rows, source="own.csv")[1]]
    ['PACK_ROW', 'PACK_KIND']
    """
    lines = list(lines)
    found, problems = _read(lines, source)
    first: dict[tuple[str, ...], int] = {}
    limits: dict[str, tuple[str, int]] = {}
    for line, row in enumerate(lines, start=2):
        kind = _kind(row)
        where = f"line {line}"
        if kind and kind not in kinds():
            near = get_close_matches(kind, kinds(), n=1)
            remedy = f"did you mean {near[0]}?" if near else "see onegrid standards list --kinds"
            problems.append(Problem("PACK_KIND", f"no kind {kind!r}", source, where, remedy))
        confidence = _said(row, "confidence")
        if confidence and confidence not in CONFIDENCES:
            what = f"confidence is {confidence!r}"
            problems.append(Problem("PACK_CONFIDENCE", what, source, where, one_of(CONFIDENCES)))
        same = (_said(row, "pack"), kind, _per(row), _said(row, "households_from"))
        key = (*same, _said(row, "people_from"))
        if key in first:
            what = f"the rule of line {first[key]} again"
            problems.append(Problem("PACK_DUPLICATE", what, source, where, "delete one"))
        first.setdefault(key, line)
        limit, there = limits.setdefault(kind, (_said(row, "minutes"), line))
        if kind and limit != _said(row, "minutes"):
            what = f"{_said(row, 'minutes')} minutes for {kind}, {limit} in line {there}"
            problems.append(Problem("PACK_LIMITS", what, source, where, "the shorter one counts"))
    return found, tuple(problems)


def _read(
    lines: Iterable[Mapping[str, str]], source: str
) -> tuple[tuple[Norm, ...], list[Problem]]:
    found: list[Norm] = []
    problems: list[Problem] = []
    for line, row in enumerate(lines, start=2):
        faults: list[str] = []
        norm = _norm(row, faults)
        problems += [Problem("PACK_ROW", fault, source, f"line {line}") for fault in faults]
        if not faults:
            found.append(norm)
    if not found and not problems:
        problems.append(Problem("PACK_EMPTY", "no rule in the norm pack", source))
    return tuple(found), problems


def _norm(row: Mapping[str, str], faults: list[str]) -> Norm:
    kind, per = _kind(row), _per(row)
    if not kind:
        faults.append("kind is empty")
    if per not in PER_LEVELS:
        faults.append(f"per is {per!r}, must be one of {', '.join(PER_LEVELS[1:])} or empty")
    figures = {name: _figure(row, name, faults) for name in _FIGURES}
    minutes = figures["minutes"]
    if not minutes and not any(fault.startswith("minutes") for fault in faults):
        faults.append("minutes must be above 0")
    return Norm(
        pack=_said(row, "pack"),
        kind=kind,
        minutes=minutes or 0.0,
        per=per,
        floor_m2_min=figures["floor_m2_min"],
        floor_m2_per_100_households=figures["floor_m2_per_100_households"],
        capacity=_said(row, "capacity"),
        note=_said(row, "note"),
        title=_said(row, "title"),
        clause=_said(row, "clause"),
        confidence=_said(row, "confidence") or "assumption",
        households_from=figures["households_from"] or 0.0,
        people_from=figures["people_from"] or 0.0,
        source=_said(row, "source"),
        floor_m2_per_bed=figures["floor_m2_per_bed"],
    )


def _said(row: Mapping[str, str], name: str) -> str:
    return (row.get(name) or "").strip()


def _kind(row: Mapping[str, str]) -> str:
    said = _said(row, "kind")
    return kind_of_category(said) or said


def _per(row: Mapping[str, str]) -> str:
    said = _said(row, "per")
    return next((level for level, label in PER_LABELS.items() if label == said), said)


def _figure(row: Mapping[str, str], name: str, faults: list[str]) -> float | None:
    text = _said(row, name)
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        faults.append(f"{name} is {text!r}, not a number")
        return None
    if not 0 <= value < float("inf"):
        faults.append(f"{name} is {text}, must be 0 or more")
        return None
    return value


def _text(value: object) -> str:
    if value is None or value == 0:
        return ""
    return f"{value:.12g}" if isinstance(value, float | int) else str(value)
