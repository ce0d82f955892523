"""spopt: AZP, SKATER and max-p, compact by coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from libpysal.weights import W
from spopt.region import AZP, MaxPHeuristic, Skater

if TYPE_CHECKING:
    from bench.units import Problem
    from numpy.typing import NDArray

_PLACE = ["x", "y"]


def azp(problem: Problem) -> NDArray[np.int64]:
    """Automatic zoning into k regions."""
    return _solved(AZP(*_asked(problem), _PLACE, n_clusters=problem.cells, random_state=20))


def skater(problem: Problem) -> NDArray[np.int64]:
    """Cut the spanning tree into k regions."""
    return _solved(Skater(*_asked(problem), _PLACE, n_clusters=problem.cells))


def max_p(problem: Problem) -> NDArray[np.int64]:
    """As many regions as possible with the least households each."""
    least = problem.band[0]
    return _solved(MaxPHeuristic(*_asked(problem), _PLACE, "households", least))


def _asked(problem: Problem) -> tuple[gpd.GeoDataFrame, W]:
    x, y = ((problem.middles - problem.middles.mean(axis=0)) / 100).T
    table = {"x": x, "y": y, "households": problem.households}
    frame = gpd.GeoDataFrame(table, geometry=problem.shapes)
    offsets, near, _ = problem.adjacency()
    parts = np.split(near, offsets[1:-1])
    weights = W({i: part.tolist() for i, part in enumerate(parts)}, silence_warnings=True)
    return frame, weights


def _solved(model: Any) -> NDArray[np.int64]:  # noqa: ANN401  (a model of a library without types)
    np.random.seed(20)  # noqa: NPY002  (these models draw from the global generator)
    model.solve()
    return np.asarray(model.labels_)
