"""Atoms to cells: one small optimisation per community, solved exactly or with a proven gap.

A cell is a connected set of atoms. Its cost is what its borders cost (metres of border, fewer where
departments drew one, more where they did not), plus households outside the size band, plus
households moved away from the base department. A community is covered by cells exactly once: a set
partitioning problem whose columns are enumerated (`columns`), priced by its linear relaxation and
closed by a small integer programme (`solve_columns`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from onegrid import standards
from onegrid.grids.columns import Graph, enumerate_cells, solve_columns
from onegrid.grids.faces import compact, neighbours
from onegrid.grids.polish import polish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms

_COLUMNS_MAX = 60_000
_UNITS_MAX = 60  # units of one community: the bits of a column
_UNDECIDED_M = 1e-6


@dataclass(frozen=True)
class AssignOptions:
    """What a good grid is.

    ``size`` is the household band of a cell; ``weights`` how much each department's border counts
    (1 unless named); ``base`` the department whose cells are kept where they can be;
    ``household_m`` metres of border that one household out of band is worth; ``compact_share`` the
    cost of a metre of any border; ``barrier_share`` the gain of a border along a barrier.
    """

    size: tuple[float, float] = field(
        default_factory=lambda: (
            standards.number("cell_households_min"),
            standards.number("cell_households_max"),
        )
    )
    weights: Mapping[str, float] = field(default_factory=dict)
    base: str | None = None
    household_m: float = 50.0
    base_household_m: float = 5.0
    compact_share: float = 0.15
    barrier_share: float = 3.0


@dataclass(frozen=True)
class Solved:
    """How one community was solved: objective and proven bound in metres of border."""

    community: int
    objective: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative gap between objective and bound; 0 is proven best."""
        spread = self.objective - self.bound
        return 0.0 if spread <= _UNDECIDED_M else spread / max(abs(self.objective), 1.0)


@dataclass(frozen=True)
class Assignment:
    """``cell`` (int64 per atom, 0 … k-1, no cell in two communities) and how it was found."""

    cell: NDArray[np.int64]
    solved: tuple[Solved, ...]


def assign(atoms: Atoms, *, options: AssignOptions | None = None) -> Assignment:
    """Group atoms into cells, each connected and inside one community.

    The result does not depend on the order of departments or communities; ties go to the
    solution found first in atom order, which is fixed.
    """
    chosen = options or AssignOptions()
    pairs, cost = border_costs(atoms, chosen)
    base = atoms.labels.get(chosen.base or "", np.full(len(atoms.polygons), -1))
    cell = np.full(len(atoms.polygons), -1)
    solved: list[Solved] = []
    cells = 0
    for community in np.unique(atoms.community):  # each is a problem of its own
        members = np.flatnonzero(atoms.community == community)
        graph = _graph(members, pairs, cost, atoms.households, base)
        labels, bound = _solve(graph, chosen)
        cell[members] = labels + cells
        cells += int(labels.max()) + 1
        solved.append(Solved(int(community), graph.objective(labels, chosen), bound))
    return Assignment(cell, tuple(solved))


def border_costs(
    atoms: Atoms, options: AssignOptions
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return neighbouring atoms (n × 2) and what a cell border between them costs, in metres.

    A metre costs 1 where no department drew it, -1 where all did, by their weights between.
    """
    borders = atoms.borders
    adjacency = neighbours(borders)
    barrier_m = neighbours(borders, length_m=borders.length_m * atoms.is_barrier).length_m
    a, b = adjacency.pairs.T
    drawn, total = np.zeros(len(a)), np.zeros(len(a))
    for name in sorted(atoms.labels):
        label = atoms.labels[name]
        weight = options.weights.get(name, 1.0)
        known = (label[a] >= 0) & (label[b] >= 0)
        total += weight * known
        drawn += weight * (known & (label[a] != label[b]))
    share = np.divide(drawn, total, out=np.zeros(len(a)), where=total > 0)
    length_m = adjacency.length_m
    cost = length_m * (1 - 2 * share + options.compact_share) - options.barrier_share * barrier_m
    return adjacency.pairs, cost


def _graph(
    members: NDArray[np.int64],
    pairs: NDArray[np.int64],
    cost: NDArray[np.float64],
    households: NDArray[np.int64],
    base: NDArray[np.int64],
) -> Graph:
    place = np.full(len(households), -1)
    place[members] = np.arange(len(members))
    inside = (place[pairs[:, 0]] >= 0) & (place[pairs[:, 1]] >= 0)
    return Graph(
        households=households[members].astype(float),
        pairs=place[pairs[inside]],
        cost=cost[inside],
        base=base[members],
    )


def _solve(graph: Graph, options: AssignOptions) -> tuple[NDArray[np.int64], float]:
    """Return the cells of one community and a bound that no grid of it can beat.

    Where the atoms are too many to enumerate, those that no border parts are joined first, the
    result is improved atom by atom, and the bound is the weaker one of the relaxed whole.
    """
    labels = graph.parts()
    best = np.empty(len(graph.households), dtype=np.int64)
    bound = 0.0
    cells = 0
    for part in range(int(labels.max()) + 1):  # a community may consist of islands
        members = np.flatnonzero(labels == part)
        island = graph.subgraph(members)
        cell, island_bound = _solve_connected(island, options)
        best[members] = cell + cells
        cells += int(cell.max()) + 1
        bound += island_bound
    return compact(best), bound


def _solve_connected(graph: Graph, options: AssignOptions) -> tuple[NDArray[np.int64], float]:
    units = np.arange(len(graph.households))
    contracted, exact = graph, True
    while True:
        found = None
        if len(contracted.households) <= _UNITS_MAX:
            found = enumerate_cells(contracted, options.size, most=_COLUMNS_MAX)
        if found is not None:
            break
        exact = False
        joined = contracted.contract(options.size[1])
        units, contracted = joined[units], contracted.merged(joined)
    labels, bound = solve_columns(contracted, found, options)
    cell = labels[units]
    if exact:
        return compact(cell), bound
    polished = polish(graph, cell, options)
    return compact(polished), graph.loose_bound(options)
