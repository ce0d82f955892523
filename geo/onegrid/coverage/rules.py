"""What a norm pack asks of each facility kind: one walking limit, and floor area by level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onegrid.standards import Norm

SIZE_LEVELS: Final = ("facility", "community", "subdistrict")
# A rate names no level. The community is the smallest unit that owes its households anything;
# beds for elders stand in homes that serve a circle of 50,000 people and more, a subdistrict.
_RATE_LEVELS: Final = {"per_100_households": "community", "per_1000_elders": "subdistrict"}


@dataclass(frozen=True)
class SizeRule:
    """Floor area (m²) or beds that each unit of a level (or each facility) must have.

    The requirement is the largest of the minimum and of the rates times the residents (of a
    facility: times its own beds); a unit with fewer residents than the thresholds owes nothing.
    """

    level: str
    minimum: float = 0.0
    per_100_households: float = 0.0
    per_1000_elders: float = 0.0
    per_bed: float = 0.0
    households_from: float = 0.0
    people_from: float = 0.0


_RATES: Final = ("minimum", "per_100_households", "per_1000_elders", "per_bed")


@dataclass(frozen=True)
class Service:
    """A facility kind under a pack: walking limit in seconds, size rules by ascending level.

    Several rules of one level have different thresholds; a unit owes the largest that binds it.
    """

    kind: str
    limit_s: float
    floors: tuple[SizeRule, ...] = ()
    beds: tuple[SizeRule, ...] = ()


def services(norms: Iterable[Norm]) -> tuple[Service, ...]:
    """Return one service per facility kind, in the order the kinds first appear.

    A kind with several rows gets the strictest figure of each: the shortest walk, and at each
    level and threshold the largest minimum and the largest rate. A minimum without a level is
    asked of each facility; a rate without a level, or beside a minimum per facility, of each
    community.

    Examples
    --------
    >>> from onegrid.standards import pack
    >>> [(rule.minimum, rule.households_from) for rule in services(pack("qinhuai"))[0].floors]
    [(200.0, 1000.0), (300.0, 2000.0)]
    """
    by_kind: dict[str, list[Norm]] = {}
    for norm in norms:
        by_kind.setdefault(norm.kind, []).append(norm)
    return tuple(
        Service(
            kind,
            min(row.limit_s for row in rows),
            _strictest([rule for row in rows for rule in _floor_rules(row)]),
            _strictest([rule for row in rows for rule in _bed_rules(row)]),
        )
        for kind, rows in by_kind.items()
    )


def _strictest(asked: list[SizeRule]) -> tuple[SizeRule, ...]:
    """Return one rule for each level and threshold, with the largest of every figure."""
    keys = {(SIZE_LEVELS.index(r.level), r.households_from, r.people_from) for r in asked}
    merged = []
    for level, households, people in sorted(keys):
        key = (SIZE_LEVELS[level], households, people)
        same = [r for r in asked if (r.level, r.households_from, r.people_from) == key]
        largest = {name: max(getattr(rule, name) for rule in same) for name in _RATES}
        merged.append(replace(same[0], **largest))
    return tuple(merged)


def _floor_rules(row: Norm) -> list[SizeRule]:
    rules = []
    if row.floor_m2_min is not None:
        rules.append(_per(row.per, row.floor_m2_min))
    if row.floor_m2_per_100_households is not None:
        rate = "per_100_households"
        level = row.per if row.per in SIZE_LEVELS[1:] else _RATE_LEVELS[rate]
        rules.append(SizeRule(level, per_100_households=row.floor_m2_per_100_households))
    if row.floor_m2_per_bed is not None:
        rules.append(SizeRule("facility", per_bed=row.floor_m2_per_bed))
    return [_from(rule, row) for rule in rules]


def _bed_rules(row: Norm) -> list[SizeRule]:
    return [] if row.beds_min is None else [_from(_per(row.per, row.beds_min), row)]


def _per(per: str, figure: float) -> SizeRule:
    """Return the rule of a figure that is asked of what `per` names, else of each facility."""
    if per in _RATE_LEVELS:
        return SizeRule(_RATE_LEVELS[per], **{per: figure})
    return SizeRule(per if per in SIZE_LEVELS else "facility", minimum=figure)


def _from(rule: SizeRule, row: Norm) -> SizeRule:
    return replace(rule, households_from=row.households_from, people_from=row.people_from)
