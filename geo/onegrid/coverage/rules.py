"""What a norm pack asks of each facility kind: one walking limit, and floor area by level."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from onegrid.standards import Norm

FLOOR_LEVELS: Final = ("facility", "community", "subdistrict")
# A rate names no level; the community is the smallest unit that owes its residents floor area.
_RATE_LEVEL: Final = "community"


@dataclass(frozen=True)
class FloorRule:
    """Floor area that each unit of a level (or each facility) must have.

    The requirement is the largest of the minimum and of the two rates times the residents; a unit
    with fewer residents than the thresholds owes nothing.
    """

    level: str
    minimum_m2: float = 0.0
    m2_per_100_households: float = 0.0
    m2_per_1000_elders: float = 0.0
    households_from: float = 0.0
    people_from: float = 0.0


@dataclass(frozen=True)
class Service:
    """A facility kind under a pack: walking limit in seconds, floor rules by ascending level.

    Several rules of one level have different thresholds; a unit owes the largest that binds it.
    """

    kind: str
    limit_s: float
    floors: tuple[FloorRule, ...] = ()


def services(norms: Iterable[Norm]) -> tuple[Service, ...]:
    """Return one service per facility kind, in the order the kinds first appear.

    A kind with several rows gets the strictest figure of each: the shortest walk, and at each
    level and threshold the largest minimum and the largest rate. A minimum without a level is
    asked of each facility; a rate without a level, or beside a minimum per facility, of each
    community.

    Examples
    --------
    >>> from onegrid.standards import pack
    >>> [(rule.minimum_m2, rule.households_from) for rule in services(pack("qinhuai"))[0].floors]
    [(200.0, 1000.0), (300.0, 2000.0)]
    """
    by_kind: dict[str, list[Norm]] = {}
    for norm in norms:
        by_kind.setdefault(norm.kind, []).append(norm)
    return tuple(
        Service(kind, min(row.limit_s for row in rows), _floors(rows))
        for kind, rows in by_kind.items()
    )


def _floors(rows: list[Norm]) -> tuple[FloorRule, ...]:
    asked = [rule for row in rows for rule in _floor_rules(row)]
    keys = {(FLOOR_LEVELS.index(r.level), r.households_from, r.people_from) for r in asked}
    merged = []
    for level, households, people in sorted(keys):
        same = [
            rule
            for rule in asked
            if (rule.level, rule.households_from, rule.people_from)
            == (FLOOR_LEVELS[level], households, people)
        ]
        merged.append(
            replace(
                same[0],
                minimum_m2=max(rule.minimum_m2 for rule in same),
                m2_per_100_households=max(rule.m2_per_100_households for rule in same),
                m2_per_1000_elders=max(rule.m2_per_1000_elders for rule in same),
            )
        )
    return tuple(merged)


def _floor_rules(row: Norm) -> list[FloorRule]:
    minimum, rate = row.floor_m2_min, row.floor_m2_per_100_households
    level = row.per if row.per in FLOOR_LEVELS else ""
    rules = []
    if minimum is not None:
        if row.per == "per_100_households":
            rules.append(FloorRule(_RATE_LEVEL, m2_per_100_households=minimum))
        elif row.per == "per_1000_elders":
            rules.append(FloorRule(_RATE_LEVEL, m2_per_1000_elders=minimum))
        else:
            rules.append(FloorRule(level or "facility", minimum_m2=minimum))
    if rate is not None:
        where = level if level in FLOOR_LEVELS[1:] else _RATE_LEVEL
        rules.append(FloorRule(where, m2_per_100_households=rate))
    households, people = row.households_from, row.people_from
    return [replace(rule, households_from=households, people_from=people) for rule in rules]
