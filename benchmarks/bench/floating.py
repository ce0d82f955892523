"""Floating catchments here and in PySAL ``access``, as ``reach_access.py`` asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from access import fca
from access.weights import step_fn

from bench.clock import timed
from onegrid.coverage.access import floating_catchments

if TYPE_CHECKING:
    from collections.abc import Generator

LIMIT_S = 900.0


def floating(
    method: str, doors: int, facilities: int, pairs: int
) -> Generator[None, None, dict[str, Any]]:
    """Return what one floating catchment method costs, here and in PySAL ``access``."""
    rng = np.random.default_rng(0)
    key = np.unique(rng.integers(0, doors * facilities, pairs))
    table = pd.DataFrame({"door_id": key // facilities, "facility_id": key % facilities})
    table["walk_s"] = rng.uniform(0, LIMIT_S, len(key)).round(1)
    people = pd.Series(rng.integers(0, 50, doors), dtype=float)
    places = pd.Series(rng.integers(10, 500, facilities), dtype=float)
    cost = table.set_axis(["origin", "dest", "cost"], axis=1)
    demand = pd.DataFrame({"demand": people}).rename_axis("geoid")
    supply = pd.DataFrame({"supply": places}).rename_axis("geoid")
    zones = None if method == "2sfca" else step_fn({300: 1, 600: 0.68, 900: 0.22})
    peer = fca.three_stage_fca if method == "3sfca" else fca.two_stage_fca
    yield
    theirs, theirs_s = timed(lambda: peer(demand, supply, cost, LIMIT_S, weight_fn=zones))
    ours, ours_s = timed(
        lambda: floating_catchments(table, people, places, limit_s=LIMIT_S, method=method)
    )
    apart = float(np.abs(theirs.reindex(people.index).fillna(0) - ours).max())
    return {"pairs": len(key), "apart": apart, "ours_s": ours_s, "peer_s": theirs_s}
