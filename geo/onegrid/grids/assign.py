"""Atoms to cells: one small optimisation per community, solved exactly or with a proven gap.

A cell is a connected set of atoms. A grid costs what its borders cost (`costs`), plus households
outside the size band, plus households that leave the others of their old cell; the sum is never
negative. A community is covered by cells exactly once: a set partitioning problem whose columns are
made as they are needed (`columns`, `pricing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from onegrid.grids.columns import cover
from onegrid.grids.costs import border_costs, graph_of
from onegrid.grids.graph import Band
from onegrid.grids.options import AssignOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms
    from onegrid.grids.graph import Graph

_UNDECIDED_M = 1e-6
_TARGET_SLACK = 0.25  # a target's cells may differ by this from their mean if it is out of band


@dataclass(frozen=True)
class Solved:
    """How one community was solved.

    ``objective`` and ``bound`` in metres of border, never negative: what its grid costs, and what
    no grid of its atoms can beat. A grid, here, is made of connected cells of at most a fifth above
    the band that respect barriers (and of the ``wanted`` number of cells). ``cells`` came out.
    """

    community: int
    objective: float
    bound: float
    cells: int
    wanted: int | None = None

    @property
    def gap(self) -> float:
        """Relative gap between objective and bound; 0 is proven best."""
        spread = self.objective - self.bound
        return 0.0 if spread <= _UNDECIDED_M else spread / max(self.objective, 1.0)


@dataclass(frozen=True)
class Assignment:
    """``cell`` (int64 per atom, 0 … k-1, no cell in two communities) and how it was found."""

    cell: NDArray[np.int64]
    solved: tuple[Solved, ...]


def assign(
    atoms: Atoms, *, options: AssignOptions | None = None, communities: Sequence[str] | None = None
) -> Assignment:
    """Group atoms into cells, each connected and inside one community.

    Parameters
    ----------
    atoms
        Of all communities.
    communities
        Ids of the communities by row, for `AssignOptions.targets`.

    The result does not depend on the order of departments or communities; ties go to the
    solution found first in atom order, which is fixed.
    """
    chosen = options or AssignOptions()
    borders = border_costs(atoms, chosen)
    cell = np.full(len(atoms.polygons), -1)
    solved: list[Solved] = []
    cells = 0
    for community in np.unique(atoms.community):  # each is a problem of its own
        members = np.flatnonzero(atoms.community == community)
        name = None if communities is None else str(communities[int(community)])
        wanted = None if name is None else chosen.targets.get(name)
        graph = graph_of(atoms, members, borders, chosen)
        labels, objective, bound = _solve(graph, wanted)
        count = int(labels.max()) + 1
        cell[members] = labels + cells
        cells += count
        solved.append(Solved(int(community), objective, bound, count, wanted))
    return Assignment(cell, tuple(solved))


def _solve(graph: Graph, wanted: int | None) -> tuple[NDArray[np.int64], float, float]:
    """Return the cells of one community, their cost, and a bound that no grid of it can beat."""
    if wanted is not None:
        return cover(_banded(graph, wanted), cells=max(wanted, 1))
    part = graph.parts()
    best = np.empty(graph.size, dtype=np.int64)
    objective = bound = 0.0
    cells = 0
    for island in range(int(part.max()) + 1):  # barriers and gaps leave problems of their own
        members = np.flatnonzero(part == island)
        labels, cost, least = cover(graph.subgraph(members))
        best[members] = labels + cells
        cells += int(labels.max()) + 1
        objective += cost
        bound += least
    return best, objective, bound


def _banded(graph: Graph, wanted: int) -> Graph:
    """Return the graph with a band that so many cells can meet."""
    mean = float(graph.counted.sum()) / max(wanted, 1)
    band = graph.band
    if band.low <= mean <= band.high:
        return graph
    low, high = mean * (1 - _TARGET_SLACK), mean * (1 + _TARGET_SLACK)
    return replace(graph, band=Band(low, high, band.household_m, band.miss_m))
