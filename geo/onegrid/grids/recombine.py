"""A good grid in little time: join two neighbouring cells, and divide them again.

The two are divided along a random tree through their units, or stay one; a cell alone may be
divided, too. A change that costs more is taken, too, now and then, ever more seldom: simulated
annealing over recombinations of spanning trees (DeFord, Duchin, Solomon 2021, who draw random
plans by them).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.compiled import kernel, part
from onegrid.grids.faces import compact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.graph import Graph

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Costs = tuple[float, float, float, float, float, float]

_STEPS = 20, 200  # of one cooling, for each unit: so many more than units, and at most
_COOLINGS = 12  # at most; the last two brought nothing
_HEAT = 0.1  # taken at first: what it costs to miss the band by so much of it
_SPLIT = 0.1  # share of steps that divide one cell
_WORTH_M = 1e-6
_LEAN = 3.0  # most that a tree keeps to units dear to part, against chance


def recombine(
    graph: Graph, *, cells: int | None = None, each_m: float = 0.0, seed: int = 0
) -> NDArray[np.int64]:
    """Group the units of a connected graph into cells, well but without proof.

    Parameters
    ----------
    cells, each_m
        The number of cells wanted, and the metres each one more or less costs.
    seed
        Of the trees and chances: the same seed gives the same cells.

    Returns
    -------
    Cell of each unit, 0 … k-1; each connected if the graph is.

    Examples
    --------
    >>> import scipy.sparse as sp
    >>> from onegrid.grids.graph import Band, Graph
    >>> path = np.array([[0, 1], [1, 2], [2, 3]])
    >>> dear = sp.csr_array(([9.0, 9.0, 9.0, 9.0], ([0, 1, 2, 3], [1, 0, 3, 2])))
    >>> graph = Graph(np.full(4, 200.0), path, np.full(4, 9.0), dear, Band(300, 500, 1.0))
    >>> recombine(graph).tolist()
    [0, 0, 1, 1]
    """
    near = _near(graph)
    band = graph.band
    fee = (0.0, 0.0) if cells is None else (float(cells), each_m)
    costs = (band.low, band.high, band.household_m, band.miss_m, *fee)
    join = graph.join.toarray()
    heat = float(band.cost(np.array([band.low - _HEAT * (band.low + band.high) / 2]))[0])
    random = np.random.default_rng(seed)
    steps = min(graph.size + _STEPS[0], _STEPS[1]) * graph.size
    best = np.zeros(graph.size, dtype=np.int64)
    idle = 0
    for reheated in range(_COOLINGS):
        schedule = (steps, heat / (1 + reheated))
        best, gained = _cooled((join, *near), graph.counted, costs, best, random, schedule)
        best = compact(best)
        idle = 0 if gained else idle + 1
        if idle == 2:  # noqa: PLR2004  (see `_COOLINGS`)
            break
    return best


def _near(graph: Graph) -> tuple[Ints, Ints]:
    """Return the neighbours of each unit: where they start, and who they are."""
    ends = np.vstack([graph.pairs, graph.pairs[:, ::-1]])
    ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
    return np.searchsorted(ends[:, 0], np.arange(graph.size + 1)), ends[:, 1]


@part
def _band_cost(counted: float, costs: Costs) -> float:  # pragma: no cover  (compiled)
    outside = max(0.0, costs[0] - counted, counted - costs[1])
    return outside * costs[2] + (costs[3] if outside > 0.0 else 0.0)


@part
def _fee(cells: int, costs: Costs) -> float:  # pragma: no cover  (compiled)
    return costs[5] * abs(cells - costs[4])


@part
def _tree(
    graph: tuple[Floats, Ints, Ints],
    members: Ints,
    place: Ints,
    lean: float,
    random: np.random.Generator,
) -> tuple[Ints, Ints]:  # pragma: no cover  (compiled)
    """Return a random tree through some units: each one's place in order, and its parent's.

    Places are those among the members; the parent of the first is itself. Units that would be
    dear to part are likelier neighbours in the tree, the more it leans to them.
    """
    join, start, other = graph
    k = len(members)
    order, parent = np.empty(k, np.int64), np.zeros(k, np.int64)
    key, done = np.full(k, np.inf), np.zeros(k, np.bool_)
    first = random.integers(0, k)
    key[first], parent[first] = -np.inf, first
    for i in range(k):
        best = -1
        for j in range(k):
            if not done[j] and (best < 0 or key[j] < key[best]):
                best = j
        order[i], done[best] = best, True
        unit = members[best]
        for e in range(start[unit], start[unit + 1]):
            j = place[other[e]]
            if j >= 0 and not done[j]:
                far = random.random() - lean * join[unit, other[e]]
                if far < key[j]:
                    key[j], parent[j] = far, best
    return order, parent


@part
def _parted(
    join: Floats, members: Ints, order: Ints, parent: Ints
) -> Floats:  # pragma: no cover  (compiled)
    """Return what it costs to part the units below each unit of a tree from the others."""
    k = len(members)
    depth, parted = np.zeros(k, np.int64), np.zeros(k)
    for i in range(1, k):
        depth[order[i]] = depth[parent[order[i]]] + 1
    for i in range(k):
        for j in range(i):
            saved = join[members[i], members[j]]
            if saved != 0.0:
                a, b = i, j  # every edge on the way from one to the other parts the two
                while a != b:
                    if depth[a] >= depth[b]:
                        parted[a] += saved
                        a = parent[a]
                    else:
                        parted[b] += saved
                        b = parent[b]
    return parted


@part
def _best_cut(
    parted: Floats,
    counted: Floats,
    order: Ints,
    parent: Ints,
    costs: Costs,
    fees: tuple[float, float],
) -> tuple[int, float]:  # pragma: no cover  (compiled)
    """Return the unit below which a tree is best cut, -1 for nowhere, and what that costs."""
    below = counted.copy()
    for i in range(len(order) - 1, 0, -1):
        below[parent[order[i]]] += below[order[i]]
    total = below[order[0]]
    at, best = -1, _band_cost(total, costs) + fees[0]
    for i in range(1, len(order)):
        unit = order[i]
        cost = parted[unit] + _band_cost(below[unit], costs)
        cost += _band_cost(total - below[unit], costs) + fees[1]
        if cost < best:
            at, best = unit, cost
    return at, best


@part
def _cost_now(
    join: Floats, members: Ints, label: Ints, counted: Floats, costs: Costs
) -> float:  # pragma: no cover  (compiled)
    """Return what one cell or two cost, without the fee for their number."""
    total, first, cost = 0.0, 0.0, 0.0
    one = True
    for i in range(len(members)):
        total += counted[i]
        if label[i] == label[0]:
            first += counted[i]
        else:
            one = False
        for j in range(i):
            if label[i] != label[j]:
                cost += join[members[i], members[j]]
    cost += _band_cost(first, costs)
    return cost if one else cost + _band_cost(total - first, costs)


@kernel
def _cooled(
    graph: tuple[Floats, Ints, Ints],
    counted: Floats,
    costs: Costs,
    start: Ints,
    random: np.random.Generator,
    schedule: tuple[int, float],
) -> tuple[Ints, bool]:  # pragma: no cover  (compiled)
    """Recombine while cooling down; return the best cells met, and whether they are better."""
    steps, heat = schedule
    join = graph[0]
    n = len(counted)
    scale = np.abs(join).sum() / max(1, len(graph[2]))
    label, best = start.copy(), start.copy()
    place = np.full(n, -1)
    cells, fresh = int(start.max()) + 1, int(start.max()) + 1
    gained, most = 0.0, _WORTH_M
    for step in range(steps):
        unit = random.integers(0, n)
        a = b = label[unit]
        if random.random() >= _SPLIT and graph[1][unit] < graph[1][unit + 1]:
            b = label[graph[2][random.integers(graph[1][unit], graph[1][unit + 1])]]
            if a == b:
                continue
        members = np.flatnonzero((label == a) | (label == b))
        place[members] = np.arange(len(members))
        lean = random.random() * _LEAN / max(scale, 1e-9)
        order, parent = _tree(graph, members, place, lean, random)
        place[members] = -1
        were = cells if a == b else cells - 1  # cells if the two are joined
        fees = _fee(were, costs), _fee(were + 1, costs)
        size = counted[members]
        now = _cost_now(join, members, label[members], size, costs) + fees[cells - were]
        parted = _parted(join, members, order, parent)
        at, cost = _best_cut(parted, size, order, parent, costs, fees)
        gain = now - cost
        warm = heat * (1.0 - step / steps) ** 2
        if gain < 0.0 and random.random() >= np.exp(gain / max(warm, 1e-12)):
            continue
        if a == b:
            b, fresh = fresh, fresh + 1
        label[members[order[0]]] = a
        for one in order[1:]:
            label[members[one]] = b if one == at else label[members[parent[one]]]
        cells = were + (1 if at >= 0 else 0)
        gained += gain
        if gained > most:
            best[:], most = label, gained + _WORTH_M
    return best, most > _WORTH_M
