"""pygeoda: max-p regions and SKATER, compact by coordinates, at least 300 households a region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pygeoda

if TYPE_CHECKING:
    from bench.units import Problem
    from numpy.typing import NDArray


def max_p(problem: Problem) -> NDArray[np.int64]:
    """As many regions as possible with the least households each."""
    bound, weights, data = _asked(problem)
    found = pygeoda.maxp_greedy(weights, data, bound, problem.band[0], cpu_threads=1)
    return np.asarray(found["Clusters"])


def skater(problem: Problem) -> NDArray[np.int64]:
    """Cut the spanning tree into k regions with the least households each."""
    bound, weights, data = _asked(problem)
    options: dict[str, Any] = {"bound_variable": bound, "min_bound": problem.band[0]}
    found = pygeoda.skater(problem.cells, weights, data, cpu_threads=1, **options)
    return np.asarray(found["Clusters"])


def _asked(problem: Problem) -> tuple[list[float], Any, list[list[float]]]:
    frame = gpd.GeoDataFrame(geometry=problem.shapes)
    weights = pygeoda.rook_weights(pygeoda.open(frame))
    return problem.households.astype(float).tolist(), weights, problem.middles.T.tolist()
