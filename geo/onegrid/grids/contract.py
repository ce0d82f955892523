"""Join units that are dearest to part: a rough problem to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.graph import Graph


def contract(graph: Graph, units: int) -> NDArray[np.int64]:
    """Return which neighbours are joined so that about `units` are left, as labels 0 … k-1.

    Joined cells stay under the top of the band as long as there are others to join.
    """
    root = np.arange(graph.size)
    total = graph.counted.copy()

    def find(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = int(root[unit])
        return unit

    left = graph.size - units
    saved = graph.join[graph.pairs[:, 0], graph.pairs[:, 1]]
    order = np.argsort(-np.asarray(saved).ravel(), kind="stable")
    for cap in (graph.band.high, np.inf):
        for edge in order:  # greedy: each join changes what the next one weighs
            if left <= 0:
                break
            a, b = find(int(graph.pairs[edge, 0])), find(int(graph.pairs[edge, 1]))
            if a != b and total[a] + total[b] <= cap:
                root[max(a, b)] = min(a, b)
                total[min(a, b)] += total[max(a, b)]
                left -= 1
    return np.unique([find(i) for i in range(graph.size)], return_inverse=True)[1]
