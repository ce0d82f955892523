"""The ``coverage`` part of ``report.json``: district totals, sources, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.coverage.demand import COUNTS
from onegrid.coverage.suppress import suppress
from onegrid.standards import UNVERIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import geopandas as gpd

    from onegrid.coverage.gaps import Coverage
    from onegrid.standards import Norm, Profile

    Value = str | float | int | bool | None | list["Value"] | dict[str, "Value"]

_FIGURES = (
    *("people", "people_covered", "elders_60", "elders_60_covered", "covered_share"),
    *("worst_walk_s", "floor_area_m2", "required_floor_area_m2", "cause", "accessibility"),
)


def report(
    coverage: Coverage,
    cells: gpd.GeoDataFrame,
    *,
    missing_counts: Mapping[str, int] | None = None,
    beside: Iterable[Coverage] = (),
) -> dict[str, Value]:
    """Return what ``report.json`` holds under ``coverage``, fit to be published.

    Parameters
    ----------
    coverage
        A measured district.
    cells
        The grid's cells, to suppress small counts as the public gaps do.
    missing_counts
        Rows without a figure that import filled with 0, by column; added to those found here.
    beside
        The same district at other paces, whose gaps are published too: they hide together.

    Returns
    -------
    report
        Plain values for JSON; a figure that is empty or suppressed is None.
    """
    measured, given = coverage.measured, missing_counts or {}
    name = coverage.options.profile.name
    others = [found.gaps for found in beside if found.options.profile.name != name]
    public = suppress(pd.concat([coverage.gaps, *others], ignore_index=True), cells)
    mine = (public["level"] == "district") & (public["profile"] == name)
    district = public[mine].set_index("kind")
    stock, demand = measured.stock, measured.demand
    counted = stock.kind >= 0
    kinds = measured.facilities["kind"]
    return {
        "standard": _standard(coverage.norms),
        "profile": _profile(coverage.options.profile),
        "asked": None if coverage.options.asked is None else coverage.options.asked.isoformat(),
        "kinds": {
            str(kind): {name: _plain(row[name]) for name in _FIGURES}
            for kind, row in district.iterrows()
        },
        "missing_counts": {
            name: demand.missing_counts[name] + given.get(name, 0) for name in COUNTS
        },
        "points_outside": [str(i) for i in demand.outside],
        "facilities_outside": _names(measured.facilities.index[stock.cell < 0]),
        "facilities_without_norm": dict(
            sorted((str(kind), int(n)) for kind, n in kinds[~counted].value_counts().items())
        ),
        "facilities_without_capacity": int((counted & np.isnan(stock.capacity_people)).sum()),
        "facilities_without_floor_area": int((counted & np.isnan(stock.floor_m2)).sum()),
        "cells_without_subdistrict": int((demand.units.of_cell["subdistrict"] < 0).sum()),
        "hours_not_understood": list(coverage.unread_hours),
    }


def _standard(norms: tuple[Norm, ...]) -> dict[str, Value]:
    rows: list[Value] = [
        {
            "kind": norm.kind,
            "minutes": norm.minutes,
            "per": norm.per,
            "floor_m2_min": norm.floor_m2_min,
            "floor_m2_per_100_households": norm.floor_m2_per_100_households,
            "floor_m2_per_bed": norm.floor_m2_per_bed,
            "capacity": norm.capacity,
            "beds_min": norm.beds_min,
            "households_from": norm.households_from or None,
            "people_from": norm.people_from or None,
            "note": norm.note,
            "title": norm.title,
            "clause": norm.clause,
            "source": norm.source,
            "confidence": norm.confidence,
            "unverified": "" if norm.verified else UNVERIFIED,
        }
        for norm in norms
    ]
    return {"pack": norms[0].pack if norms else "", "rules": rows}


def _profile(profile: Profile) -> dict[str, Value]:
    return {
        "name": profile.name,
        "label_zh": profile.label_zh,
        "label_en": profile.label_en,
        "speed_m_s": profile.speed_m_s,
        "source": profile.source,
        "confidence": profile.confidence,
        "stairs_factor": profile.stairs_factor,
        "crossing_wait_s": profile.crossing_wait_s,
        "penalty_source": profile.penalty_source,
        "penalty_confidence": profile.penalty_confidence,
        "steps_allowed": profile.steps_allowed,
        "slope": profile.slope,
        "slope_source": profile.slope_source,
        "slope_confidence": profile.slope_confidence,
    }


def _names(index: pd.Index) -> list[Value]:
    return [str(name) for name in index]


def _plain(value: object) -> Value:
    """Return a figure as plain Python; empty ones as None."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, np.generic):
        plain: Value = value.item()
        return plain
    return value if isinstance(value, str | float | int) else str(value)
