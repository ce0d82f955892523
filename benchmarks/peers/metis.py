"""pymetis: multilevel k-way graph partitioning, balanced by households."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pymetis

if TYPE_CHECKING:
    from bench.units import Problem
    from numpy.typing import NDArray

_CUTS = 10  # partitions tried, of which the best is taken


def by_length(problem: Problem) -> NDArray[np.int64]:
    """Cut as few metres of border as possible."""
    return _partition(problem, problem.length_m)


def by_old_borders(problem: Problem) -> NDArray[np.int64]:
    """Cut as few metres as possible that no department drew: what onegrid asks for."""
    return _partition(problem, problem.length_m * (1.05 - problem.drawn_share))


def _partition(problem: Problem, cost_m: NDArray[np.float64]) -> NDArray[np.int64]:
    offsets, near, pair = problem.adjacency()
    weights = np.maximum(1, np.rint(cost_m * 10)).astype(int)
    _, labels = pymetis.part_graph(
        problem.cells,
        xadj=offsets.tolist(),
        adjncy=near.tolist(),
        vweights=problem.households.tolist(),
        eweights=weights[pair].tolist(),
        recursive=False,
        contiguous=True,
        options=pymetis.Options(seed=20, ncuts=_CUTS),
    )
    return np.asarray(labels)
