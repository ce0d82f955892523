"""A what-if question: changes, who walks, how long, and to which kinds of facilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from onegrid.coverage.rules import services
from onegrid.errors import InputError, Problem
from onegrid.standards import (
    DEFAULT_PACK,
    DEFAULT_PROFILE,
    kind_of_category,
    kinds,
    numbers,
)
from onegrid.standards.signs import kind_order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

    from onegrid.siting.scenarios import Scenario
    from onegrid.standards import Norm


@dataclass(frozen=True)
class Question:
    """Changes as a scenario file says them, and how they are looked at.

    ``minutes`` stands in for the norm of every kind; without ``kinds`` those are told that the
    changes touch.
    """

    changes: Sequence[Mapping[str, Any]]
    profile: str = DEFAULT_PROFILE
    standard: str = DEFAULT_PACK
    minutes: float | None = None
    kinds: Sequence[str] = ()


@dataclass(frozen=True)
class Limits:
    """How long people may walk to a kind, in seconds: as the norms say it, before and after."""

    norms: tuple[Mapping[str, float], Mapping[str, float]]
    minutes: float | None

    @classmethod
    def of(
        cls, asked: Question, rules: tuple[Norm, ...], changed: tuple[Norm, ...] | None
    ) -> Limits:
        """Return the limits of a question by its norms, and by those that its changes bring."""
        before, after = (
            {service.kind: service.limit_s for service in services(norms)}
            for norms in (rules, changed or rules)
        )
        return cls((before, after), asked.minutes)

    def before_s(self, kind: str) -> float:
        """Return the limit of today."""
        return self._of(self.norms[0], kind)

    def after_s(self, kind: str) -> float:
        """Return the limit after the changes."""
        return self._of(self.norms[1], kind)

    def _of(self, norms: Mapping[str, float], kind: str) -> float:
        usual_s = max(numbers("circle_minutes")) * 60  # of a kind that the norms do not speak of
        return norms.get(kind, usual_s) if self.minutes is None else self.minutes * 60


def kinds_moving(scenario: Scenario, facilities: gpd.GeoDataFrame) -> set[str]:
    """Return the kinds of the facilities that come, go or move."""
    added = [] if scenario.added is None else scenario.added["kind"].tolist()
    named = facilities["kind"].reindex([*scenario.moved, *scenario.closed])
    return {*added, *named.dropna()}


def kinds_told(asked: Question, moving: set[str], limits: Limits, *, anew: bool) -> list[str]:
    """Return the kinds to tell of, in reading order; those of the norms where walks are `anew`.

    Raises
    ------
    InputError
        ``KIND_UNKNOWN``.
    """
    before, after = limits.norms
    touched = {*moving, *(k for k in {*before, *after} if anew or before.get(k) != after.get(k))}
    wanted = [kind_of_category(kind) or kind for kind in asked.kinds]
    strange = [kind for kind in wanted if kind not in {*kinds(), *touched, *before, *after}]
    if strange:
        what = f"no facility kind {', '.join(map(repr, strange))}"
        raise InputError(Problem("KIND_UNKNOWN", what, remedy="see `onegrid standards list`"))
    return kind_order(set(wanted) or touched)
