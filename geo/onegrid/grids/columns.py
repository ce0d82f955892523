"""Cells of one community as columns: enumerate the connected sets of atoms, pick the best cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import scipy.sparse as sp
from numba import njit
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ROOM = 1.2  # a column may exceed the band by this much: the band is a cost, not a law
_MIP_GAP = 0.002
_MIP_NODES = 1_000
_PRICED_IN = 400  # columns added to the relaxation in one round
_ROUNDS = 200
_NEAR_MAX = 8_000  # columns the closing programme may hold


class Costs(Protocol):
    """The options that price a cell."""

    @property
    def size(self) -> tuple[float, float]:
        """Household band."""

    @property
    def household_m(self) -> float:
        """Metres of border per household out of band."""

    @property
    def base_household_m(self) -> float:
        """Metres of border per household moved from its base cell."""


@dataclass(frozen=True)
class Graph:
    """Units of one community: ``households`` (float n), neighbours, border cost, base label."""

    households: NDArray[np.float64]
    pairs: NDArray[np.int64]
    cost: NDArray[np.float64]
    base: NDArray[np.int64]
    moved: NDArray[np.float64] | None = None  # households of a unit outside its base label

    def parts(self) -> NDArray[np.int64]:
        """Return the connected part of each unit."""
        return self._parts_of(self.pairs)

    def parts_of(self, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the connected parts when only units of one label hold together."""
        return self._parts_of(self.pairs[labels[self.pairs[:, 0]] == labels[self.pairs[:, 1]]])

    def _parts_of(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        n = len(self.households)
        links = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        part: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
        return part

    def subgraph(self, members: NDArray[np.int64]) -> Graph:
        """Return the graph of some units, renumbered in their order."""
        place = np.full(len(self.households), -1)
        place[members] = np.arange(len(members))
        inside = (place[self.pairs] >= 0).all(axis=1)
        moved = None if self.moved is None else self.moved[members]
        pairs, cost = place[self.pairs[inside]], self.cost[inside]
        return Graph(self.households[members], pairs, cost, self.base[members], moved)

    def merged(self, labels: NDArray[np.int64]) -> Graph:
        """Return the graph whose units are the labels 0 … k-1."""
        k = int(labels.max()) + 1
        ends = np.sort(labels[self.pairs], axis=1)
        apart = ends[:, 0] != ends[:, 1]
        pairs, index = np.unique(ends[apart], axis=0, return_inverse=True)
        cost = np.bincount(index.ravel(), self.cost[apart], minlength=len(pairs))
        main = np.full(k, -1)
        stray = np.zeros(k)
        for unit in range(k):  # tens of units
            mine = labels == unit
            main[unit], stray[unit] = self._main_base(np.flatnonzero(mine))
        total = sums(labels, self.households)
        return Graph(total, pairs, cost.astype(float), main, stray)

    def _main_base(self, members: NDArray[np.int64]) -> tuple[int, float]:
        households = self.households[members]
        stray = 0.0 if self.moved is None else float(self.moved[members].sum())
        own = households if self.moved is None else households - self.moved[members]
        labels, index = np.unique(self.base[members], return_inverse=True)
        total = np.bincount(index, own)
        main = int(np.argmax(total))
        return int(labels[main]), stray + float(total.sum() - total[main])

    def contract(self, households_max: float) -> NDArray[np.int64]:
        """Join neighbours that are dearest to part, a tenth of the units at a time."""
        root = np.arange(len(self.households))
        total = self.households.copy()

        def find(unit: int) -> int:
            while root[unit] != unit:
                root[unit] = root[root[unit]]
                unit = int(root[unit])
            return unit

        wanted = max(1, len(root) // 10)
        order = np.argsort(-self.cost, kind="stable")
        for cap in (households_max, np.inf):
            for edge in order:  # greedy: each join changes what the next one weighs
                a, b = find(int(self.pairs[edge, 0])), find(int(self.pairs[edge, 1]))
                if a == b or total[a] + total[b] > cap:
                    continue
                root[max(a, b)] = min(a, b)
                total[min(a, b)] += total[max(a, b)]
                wanted -= 1
                if wanted == 0:
                    break
            if wanted == 0:
                break
        return np.unique([find(i) for i in range(len(root))], return_inverse=True)[1]

    def objective(self, labels: NDArray[np.int64], costs: Costs) -> float:
        """Return the cost of cells in metres of border."""
        cut = labels[self.pairs[:, 0]] != labels[self.pairs[:, 1]]
        total = sums(labels, self.households)
        border_m = float(self.cost[cut].sum())
        stray = sum(
            self._main_base(np.flatnonzero(labels == cell))[1] for cell in range(len(total))
        )
        band_m = float(out_of_band(total, costs.size).sum()) * costs.household_m
        return border_m + band_m + stray * costs.base_household_m

    def loose_bound(self, costs: Costs) -> float:
        """Return a bound without search: every gain of a border, no cost but of too big units."""
        too_many = np.maximum(0.0, self.households - costs.size[1]).sum()
        return float(self.cost[self.cost < 0].sum() + too_many * costs.household_m)


def sums(labels: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the values of each label 0 … k-1."""
    return np.bincount(labels, values).astype(np.float64)


def out_of_band(households: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
    """Return the households each cell lacks or has too many."""
    outside: NDArray[np.float64] = np.maximum(
        0.0, np.maximum(size[0] - households, households - size[1])
    )
    return outside


@njit(cache=True)
def _enumerate(
    near: NDArray[np.uint64], households: NDArray[np.float64], room: NDArray[np.float64], most: int
) -> NDArray[np.uint64]:  # pragma: no cover  (compiled)
    """List every connected set of units once, by its first unit; empty if there are too many."""
    n = len(households)
    one = np.uint64(1)
    found = np.empty(most, np.uint64)
    count = 0
    depth = most
    sets = np.empty(depth, np.uint64)
    edges = np.empty(depth, np.uint64)
    banned = np.empty(depth, np.uint64)
    size = np.empty(depth, np.float64)
    for first in range(n):
        lower = (one << np.uint64(first + 1)) - one
        top = 1
        sets[0] = one << np.uint64(first)
        banned[0] = lower
        edges[0] = near[first] & ~lower
        size[0] = households[first]
        if count >= most:
            return found[:0]
        found[count] = sets[0]
        count += 1
        while top > 0:
            top -= 1
            members, border, out, total = sets[top], edges[top], banned[top], size[top]
            while border != np.uint64(0):
                bit = border & (~border + one)
                border ^= bit
                out |= bit
                unit = 0
                while (bit >> np.uint64(unit)) != one:
                    unit += 1
                if total + households[unit] > room[first]:
                    continue
                if count >= most or top >= depth:
                    return found[:0]
                found[count] = members | bit
                count += 1
                sets[top] = members | bit
                banned[top] = out
                edges[top] = (border | near[unit]) & ~out
                size[top] = total + households[unit]
                top += 1
    return found[:count]


def enumerate_cells(
    graph: Graph, size: tuple[float, float], *, most: int
) -> NDArray[np.bool_] | None:
    """Return every possible cell (bool, cells × units), or None if there are more than `most`.

    Possible is connected and at most a fifth above the band; a unit that is bigger by itself may
    take small neighbours that would otherwise stay alone.
    """
    n = len(graph.households)
    order = np.argsort(-graph.households, kind="stable")
    rank = np.argsort(order, kind="stable")
    near = np.zeros(n, dtype=np.uint64)
    for a, b in rank[graph.pairs]:
        near[a] |= np.uint64(1) << np.uint64(b)
        near[b] |= np.uint64(1) << np.uint64(a)
    households = graph.households[order]
    room = np.maximum(size[1] * _ROOM, households + size[0] / 2)
    masks = _enumerate(near, households, room, most)
    if not len(masks):
        return None
    by_rank = (masks[:, None] >> np.arange(n, dtype=np.uint64)) & np.uint64(1)
    cells = np.zeros((len(masks), n), dtype=bool)
    cells[:, order] = by_rank.astype(bool)
    return cells


def _column_costs(graph: Graph, cells: NDArray[np.bool_], costs: Costs) -> NDArray[np.float64]:
    """Return the cost of each cell; a border between two cells is paid half by each."""
    value = out_of_band(cells @ graph.households, costs.size) * costs.household_m
    for (a, b), cost in zip(graph.pairs, graph.cost, strict=True):
        value += cost / 2 * (cells[:, a] != cells[:, b])
    if costs.base_household_m and (graph.base >= 0).any():
        value += costs.base_household_m * _strays(graph, cells)
    return value


def _strays(graph: Graph, cells: NDArray[np.bool_]) -> NDArray[np.float64]:
    moved = np.zeros(len(graph.households)) if graph.moved is None else graph.moved
    own = graph.households - moved
    labels = np.unique(graph.base)
    by_label = np.stack([cells @ (own * (graph.base == label)) for label in labels], axis=1)
    strays: NDArray[np.float64] = by_label.sum(axis=1) - by_label.max(axis=1) + cells @ moved
    return strays


def solve_columns(
    graph: Graph, cells: NDArray[np.bool_], costs: Costs
) -> tuple[NDArray[np.int64], float]:
    """Cover every unit by exactly one cell at least cost.

    Returns
    -------
    labels
        Cell of each unit (int64).
    bound
        No cover by these cells is cheaper.
    """
    cost = _column_costs(graph, cells, costs)
    pool, relaxed, reduced = _relax(cells, cost)
    chosen, value, _ = _integer(cells, cost, pool)
    near = np.flatnonzero(reduced <= value - relaxed + 1e-6)
    bound = relaxed
    if value - relaxed > _MIP_GAP * max(1.0, abs(value)) and len(near) <= _NEAR_MAX:
        better, better_value, better_bound = _integer(cells, cost, near)
        bound = max(relaxed, min(better_bound, value))
        if better_value < value:
            chosen, value = better, better_value
    labels = np.full(len(graph.households), -1)
    for label, column in enumerate(chosen):
        labels[cells[column]] = label
    return labels, min(bound, value)


def _relax(
    cells: NDArray[np.bool_], cost: NDArray[np.float64]
) -> tuple[NDArray[np.int64], float, NDArray[np.float64]]:
    """Solve the linear relaxation by column generation over the listed cells.

    Returns the columns priced in, the value, and the reduced cost of every cell.
    """
    size = cells.sum(axis=1)
    seed = np.argsort(cost / size, kind="stable")[:_PRICED_IN]
    in_pool = size == 1
    in_pool[seed] = True
    for unit in range(cells.shape[1]):
        mine = np.flatnonzero(cells[:, unit])
        in_pool[mine[np.argsort(cost[mine], kind="stable")[:20]]] = True
    for _ in range(_ROUNDS):
        pool = np.flatnonzero(in_pool)
        result = linprog(
            cost[pool],
            A_eq=sp.csc_matrix(cells[pool].T.astype(float)),
            b_eq=np.ones(cells.shape[1]),
            bounds=(0, None),
            method="highs-ds",
        )
        reduced = cost - cells @ result.eqlin.marginals
        wanted = np.flatnonzero(reduced < -1e-6 * (1 + abs(result.fun)))
        if not len(wanted):
            break
        in_pool[wanted[np.argsort(reduced[wanted], kind="stable")[:_PRICED_IN]]] = True
    # columns left out may lower the value by at most their reduced cost, once per unit
    slack = float(min(0.0, reduced.min())) * cells.shape[1]
    return pool, float(result.fun) + slack, reduced


def _integer(
    cells: NDArray[np.bool_], cost: NDArray[np.float64], pool: NDArray[np.int64]
) -> tuple[NDArray[np.int64], float, float]:
    """Return the best cover by the cells of a pool, its value and a bound on that value."""
    result = milp(
        cost[pool],
        constraints=LinearConstraint(sp.csc_matrix(cells[pool].T.astype(float)), 1, 1),
        integrality=np.ones(len(pool)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": _MIP_GAP, "node_limit": _MIP_NODES},
    )
    if result.x is None:
        return np.empty(0, dtype=np.int64), float("inf"), float("-inf")
    bound = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
    return pool[result.x > 0.5], float(result.fun), float(bound)  # noqa: PLR2004  (0 or 1)
