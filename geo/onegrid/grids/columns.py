"""Cover the units of one community by cells at least cost, with a bound that no grid beats.

A set partitioning problem: every possible cell is a column. Columns are made when prices of the
units (the duals of the linear relaxation) say that they are worth it; the search that makes them
(`pricing`) also proves when no other can help. What the relaxation leaves open a small integer
programme closes over every cell that an optimal grid could still hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import highspy
import numpy as np
import scipy.sparse as sp

from onegrid.grids.faces import compact
from onegrid.grids.pricing import Prices, Space
from onegrid.grids.recombine import recombine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.graph import Graph

_GAP: Final = 0.001  # a bound this close to the objective is as good as equal
_ROUNDS: Final = 60
_NODES: Final = (1_000, 8_000, 64_000)  # of one search, for each first unit: one after the other
_STEPS: Final = 250_000_000  # most work of one search, and twice that of one relaxation
_HOPE: Final = 0.2  # a relaxation that proves nothing after so much of that work never will
_KEPT: Final = 4_000  # cells one search may return
_NEAR_MAX: Final = 5_000  # cells the closing programme may hold
_MIP_NODES: Final = 300
_STEADY: Final = 0.5  # share of the best prices so far in the next ones
_EASY_UNITS: Final = 10  # so many need no start
_UNITS_MAX: Final = 300  # beyond, no proof is tried
_LOOSE: Final = 0.002  # a unit may be covered by so much more or less than once, see `_Master`
_FEASIBLE: Final = 2  # HiGHS: the solution found is feasible
_CHOSEN: Final = 0.5  # a binary variable above this is 1


def cover(graph: Graph, *, cells: int | None = None) -> tuple[NDArray[np.int64], float, float]:
    """Group the units of a graph into cells.

    Parameters
    ----------
    cells
        The number of cells wanted; it comes before everything else.

    Returns
    -------
    labels
        Cell of each unit, 0 … k-1.
    objective, bound
        What the cells cost, and what no cells (with `cells` given: no such number of them) can
        undercut, in metres.
    """
    master = _Master(graph, cells)
    first = [np.eye(graph.size, dtype=np.bool_)]
    if graph.size > _EASY_UNITS:
        each_m = 0.0 if master.count is None else master.count.each_m
        start = recombine(graph, cells=cells, each_m=each_m)
        count = int(start.max()) + 1
        if graph.size > _UNITS_MAX:
            return start, graph.objective(start) + master.missed(count), _forced(graph)
        first.append(np.arange(count)[:, None] == start)
    for some in first:
        master.add(some)
    space = Space.of(graph)
    chosen, bound = _closed(master, space, _priced(master, space))
    labels = np.full(graph.size, -1)
    for label, column in enumerate(chosen):
        labels[master.cells[column]] = label
    labels = compact(labels)
    objective = float(master.cost[chosen].sum())
    missed = master.missed(len(chosen))
    return labels, objective, min(objective, max(bound - missed, _forced(graph)))


def _forced(graph: Graph) -> float:
    """Return what any grid pays: nothing costs less than nothing, and some units are too big."""
    too_big = graph.counted[graph.counted > graph.band.high]
    return float(graph.band.cost(too_big).sum())


def cell_costs(graph: Graph, cells: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what each of the cells (bool, cells × units) costs by itself, in metres."""
    member = cells.astype(np.float64)
    saved = ((graph.join @ member.T).T * member).sum(axis=1) / 2
    cost: NDArray[np.float64] = member @ graph.alone - saved
    return cost + graph.band.cost(member @ graph.counted)


@dataclass(frozen=True)
class _Count:
    """How many cells are wanted, and what each one too many or too few costs."""

    cells: int
    each_m: float


class _Master:
    """The linear relaxation over the columns made so far, solved anew from where it was.

    Every unit is covered once, up to a hair: the hair, and a row by which the hairs add up to no
    households, keep prices near a common price of a household. Of the many prices that prove the
    same these are the ones a search can use.
    """

    def __init__(self, graph: Graph, cells: int | None) -> None:
        self.graph = graph
        most_m = float(graph.alone.sum() + np.abs(graph.join.data).sum() / 2)
        most_m += float(graph.band.cost(np.append(graph.counted, graph.counted.sum())).sum())
        self.count = None if cells is None else _Count(cells, most_m)
        self.cells = np.zeros((0, graph.size), dtype=np.bool_)
        self.cost = np.zeros(0)
        self._known: set[bytes] = set()
        self._solver = _quiet(presolve="off")
        _add_rows(self._solver, np.append(np.ones(graph.size), 0.0))
        households = graph.counted / max(1.0, float(graph.counted.max()))
        for unit in range(graph.size):
            rows = np.array([unit, graph.size], np.int32)
            values = np.array([1.0, households[unit]])
            self._solver.addCol(0.0, -_LOOSE, _LOOSE, 2, rows, values)
        if self.count is not None:
            _add_rows(self._solver, np.array([self.count.cells], dtype=np.float64))
            self._add_misses(self._solver, graph.size + 1)

    def _add_misses(self, solver: highspy.Highs, row: int) -> None:
        """Let the number of cells in a row be missed, at its price."""
        if self.count is not None:
            for sign in (1.0, -1.0):
                at = np.array([row], np.int32)
                solver.addCol(self.count.each_m, 0.0, highspy.kHighsInf, 1, at, np.array([sign]))

    def missed(self, cells: int) -> float:
        """Return what so many cells cost for being another number than wanted."""
        return 0.0 if self.count is None else self.count.each_m * abs(cells - self.count.cells)

    def add(self, cells: NDArray[np.bool_]) -> bool:
        """Add the cells that are not there yet; return whether there were any."""
        packed = np.packbits(cells, axis=1)
        fresh = []
        for row in range(len(cells)):  # hundreds a round
            key = packed[row].tobytes()
            if key not in self._known:
                self._known.add(key)
                fresh.append(row)
        new = cells[fresh]
        if not len(new):
            return False
        cost = cell_costs(self.graph, new)
        extra = np.zeros((len(new), 1 if self.count is None else 2))
        extra[:, 1:] = 1.0  # the row of hairs, then that of the number of cells
        _add_columns(self._solver, cost, np.hstack([new, extra]), most=highspy.kHighsInf)
        self.cells = np.concatenate([self.cells, new])
        self.cost = np.concatenate([self.cost, cost])
        return True

    def prices(self) -> tuple[float, Prices]:
        """Return the value of the relaxation and the prices that go with it."""
        self._solver.run()
        value = float(self._solver.getInfo().objective_function_value)
        dual = np.array(self._solver.getSolution().row_dual, dtype=np.float64)
        n = self.graph.size
        return value, Prices(dual[:n], 0.0 if self.count is None else float(dual[n + 1]))

    def bound(self, prices: Prices, least: NDArray[np.float64]) -> float:
        """Return what no grid undercuts if cells beginning with a unit cost at least so much.

        A grid pays the prices of all units, and for each cell what it costs beyond them; at most
        one cell begins with each unit.
        """
        fee = 0.0 if self.count is None else prices.cell * self.count.cells
        return float(prices.unit.sum() + fee + np.minimum(least, 0.0).sum())

    def reduced(self, prices: Prices) -> NDArray[np.float64]:
        """Return what each column costs beyond the prices."""
        found: NDArray[np.float64] = self.cost - self.cells @ prices.unit - prices.cell
        return found

    def integer(self, pool: NDArray[np.int64]) -> tuple[NDArray[np.int64], float, float]:
        """Return the best cover by the columns of a pool, its cost and a bound on that cost."""
        solver = _quiet(mip_rel_gap=_GAP, mip_max_nodes=_MIP_NODES)
        _add_rows(solver, np.ones(self.graph.size))
        if self.count is not None:
            _add_rows(solver, np.array([self.count.cells], dtype=np.float64))
        rows = self.cells[pool].astype(np.float64)
        if self.count is not None:
            rows = np.hstack([rows, np.ones((len(pool), 1))])
        _add_columns(solver, self.cost[pool], rows, most=1.0)
        kinds = np.full(len(pool), highspy.HighsVarType.kInteger)
        solver.changeColsIntegrality(len(pool), np.arange(len(pool), dtype=np.int32), kinds)
        self._add_misses(solver, self.graph.size)
        solver.run()
        info = solver.getInfo()
        if info.primal_solution_status != _FEASIBLE:
            return np.empty(0, dtype=np.int64), float("inf"), float("-inf")
        chosen = np.array(solver.getSolution().col_value)[: len(pool)] > _CHOSEN
        return pool[chosen], float(info.objective_function_value), float(info.mip_dual_bound)


def _quiet(**options: float | str) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {"output_flag": False, "threads": 1, **options}.items():
        solver.setOptionValue(name, value)
    return solver


def _add_rows(solver: highspy.Highs, sides: NDArray[np.float64]) -> None:
    none = np.empty(0, np.int32)
    for side in sides.tolist():
        solver.addRow(side, side, 0, none, np.empty(0))


def _add_columns(
    solver: highspy.Highs, cost: NDArray[np.float64], rows: NDArray[np.float64], *, most: float
) -> None:
    """Add columns, each with what it adds to every row."""
    count = len(cost)
    entries = sp.csr_array(rows)
    solver.addCols(
        count, cost, np.zeros(count), np.full(count, most), entries.nnz,
        entries.indptr[:-1].astype(np.int32), entries.indices.astype(np.int32), entries.data,
    )  # fmt: skip


def _priced(master: _Master, space: Space) -> tuple[Prices, float]:
    """Make columns until none can lower the relaxation; return the best prices and their bound."""
    best, proven = None, -np.inf
    effort = steps = 0
    for _ in range(_ROUNDS):
        value, prices = master.prices()
        if value - proven <= _GAP / 4 * max(1.0, value) or steps > 2 * _STEPS:
            break
        if proven < 0.0 and steps > _HOPE * _STEPS:
            break
        worth = -1e-7 * (1 + abs(value))
        grown = complete = False
        for at in (prices,) if best is None else (best.mixed(prices, _STEADY), prices):
            nodes = _nodes(space, effort)
            found = space.search(at, limit=worth, every=False, nodes=nodes, most=_KEPT)
            steps += found.steps
            bound = master.bound(at, found.least)
            complete = found.complete
            if best is None or bound > proven:
                best, proven = at, bound
            cost = cell_costs(master.graph, found.cells) - prices.cell
            if master.add(found.cells[cost - found.cells @ prices.unit < worth]):
                grown = True
                break
        if not grown:
            if complete or _nodes(space, effort) < _NODES[effort] or effort + 1 == len(_NODES):
                break
            effort += 1
    return best or prices, proven


def _nodes(space: Space, effort: int) -> int:
    """Return the branches one search may look at for each first unit."""
    return min(_NODES[effort], _STEPS // space.graph.size**2)


def _closed(
    master: _Master, space: Space, relaxed: tuple[Prices, float]
) -> tuple[NDArray[np.int64], float]:
    """Return the best cover found and the best bound; both count missed cells."""
    prices, bound = relaxed
    chosen, cost, _ = master.integer(np.arange(len(master.cost)))
    if cost - bound <= _GAP * max(1.0, cost) or bound < 0.0:
        return chosen, bound
    spread = cost - bound + 1e-6
    nodes = _nodes(space, len(_NODES) - 1)
    near = space.search(prices, limit=spread, every=True, nodes=nodes, most=_NEAR_MAX)
    if near.complete:  # every cell of a cheaper grid is among them
        master.add(near.cells)
        pool = np.flatnonzero(master.reduced(prices) <= spread)
        better, value, least = master.integer(pool)
        bound = max(bound, min(least, cost))
        if value < cost:
            chosen = better
    return chosen, bound
