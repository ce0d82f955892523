"""Search the possible cells of a community: all of them, without listing them.

A possible cell is a connected set of units that holds at most its room. With a price for every
unit, the search finds for each unit the cheapest cell in which it is the first, or every cell
below a limit. Branches are cut off where even their best case is too dear, so that communities
with billions of possible cells can be searched; what a search of limited length has not seen it
still bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from onegrid.compiled import kernel, part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.graph import Graph

_ROOM = 1.2  # a cell may exceed the band by this much: the band is a cost, not a law


@dataclass(frozen=True)
class Prices:
    """What units (float n) and each cell are worth: a cell is looked for that costs less."""

    unit: NDArray[np.float64]
    cell: float = 0.0

    def mixed(self, other: Prices, share: float) -> Prices:
        """Return prices between these and others."""
        unit = share * self.unit + (1 - share) * other.unit
        return Prices(unit, share * self.cell + (1 - share) * other.cell)


@dataclass(frozen=True)
class Space:
    """The possible cells of a graph, its units by descending households.

    ``order`` are the units in the order of search; the other arrays follow that order: ``room``
    (most households of a cell that begins with a unit), ``near`` (bool n × n), ``join`` (n × n).
    """

    graph: Graph
    order: NDArray[np.int64]
    room: NDArray[np.float64]
    near: NDArray[np.bool_]
    join: NDArray[np.float64]

    @classmethod
    def of(cls, graph: Graph) -> Space:
        """Prepare the search of a graph.

        Possible is connected and at most a fifth above the band; a unit that is bigger by itself
        may take small neighbours that would otherwise stay alone.
        """
        order = np.argsort(-graph.counted, kind="stable")
        rank = np.argsort(order, kind="stable")
        near = np.zeros((graph.size, graph.size), dtype=np.bool_)
        a, b = rank[graph.pairs].T
        near[a, b] = near[b, a] = True
        counted = graph.counted[order]
        room = np.maximum(graph.band.high * _ROOM, counted + graph.band.low / 2)
        return cls(graph, order, room, near, graph.join.toarray()[np.ix_(order, order)])

    def search(self, prices: Prices, *, limit: float, every: bool, nodes: int, most: int) -> Found:
        """Find cells whose cost less the prices is below a limit.

        Parameters
        ----------
        prices
            Of the units of the graph and of a cell.
        limit, every
            Below it cells are wanted: every one, or for each first unit ever cheaper ones.
        nodes, most
            Branches looked at for each first unit, and cells kept in all.
        """
        band = self.graph.band
        counted = self.graph.counted[self.order]
        alone = (self.graph.alone - prices.unit)[self.order]
        weight = float(counted @ counted)
        density = float(prices.unit[self.order] @ counted) / weight if weight else 0.0
        density = min(max(density, 0.0), band.household_m)
        cells, value, least, complete, looked = _search(
            (self.join, self.near),
            (alone, counted, self.room),
            (band.low, band.high, band.household_m, band.miss_m, density, prices.cell),
            (limit, every, nodes, most),
        )
        found = np.zeros_like(cells)
        found[:, self.order] = cells
        return Found(found, value, least, bool(complete), int(looked) * self.graph.size)


@dataclass(frozen=True)
class Found:
    """What a search found: ``cells`` (bool, k × units), ``value`` of each (cost less prices).

    ``least`` (float n) bounds from below what the cells cost that begin with each unit, in order of
    search; ``complete`` tells whether nothing was left unseen, ``steps`` how much work it was:
    branches looked at, times units.
    """

    cells: NDArray[np.bool_]
    value: NDArray[np.float64]
    least: NDArray[np.float64]
    complete: bool
    steps: int


@part
def _reach(
    near: NDArray[np.bool_], counted: NDArray[np.float64], first: int, room: float
) -> NDArray[np.bool_]:  # pragma: no cover  (compiled)
    """Return the later units that some cell of `first` can hold: near enough by households."""
    n = len(counted)
    least = np.full(n, np.inf)
    done = np.zeros(n, np.bool_)
    least[first] = counted[first]
    while True:
        unit = -1
        for k in range(first, n):
            if not done[k] and least[k] <= room and (unit < 0 or least[k] < least[unit]):
                unit = k
        if unit < 0:
            return done
        done[unit] = True
        for k in range(first, n):
            if near[unit, k] and least[unit] + counted[k] < least[k]:
                least[k] = least[unit] + counted[k]


@part
def _start(
    graph: tuple[NDArray[np.float64], NDArray[np.bool_]],
    reach: NDArray[np.bool_],
    alone: NDArray[np.float64],
    first: int,
    units: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    gains: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:  # pragma: no cover  (compiled)
    """Set the first level: one unit inside, all it can reach still open."""
    (join, near), (inside, still, touched), (saved, hoped) = graph, units, gains
    n = len(alone)
    for k in range(n):
        inside[0, k] = k == first
        still[0, k] = reach[k] and k > first
        touched[0, k] = near[first, k]
        saved[0, k] = join[first, k] - alone[k]
        hoped[0, k] = 0.0
    for k in range(first + 1, n):
        if still[0, k]:
            for j in range(first + 1, n):
                if still[0, j] and join[k, j] > 0.0:
                    hoped[0, k] += join[k, j] / 2


@part
def _best_case(
    level: int,
    first: int,
    units: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    gains: tuple[NDArray[np.float64], NDArray[np.float64]],
    size: tuple[NDArray[np.float64], float, float, tuple[float, float, float, float, float, float]],
) -> tuple[float, int]:  # pragma: no cover  (compiled)
    """Return the most that open units can bring, and the touched one that brings most (-1: none).

    A household in the band brings a common price, beyond it only costs; what a unit brings is
    counted over that price. Savings between two open units are hoped for, half by each.
    """
    (_, still, touched), (saved, hoped) = units, gains
    counted, total, room, (_, high, household_m, miss_m, density, _) = size
    gain = density * (high - total)
    if total > high:
        gain = -miss_m - household_m * (total - high)
    best, branch = -np.inf, -1
    for k in range(first + 1, len(counted)):
        if still[level, k] and total + counted[k] <= room:
            bring = saved[level, k] + hoped[level, k]
            if bring > density * counted[k]:
                gain += bring - density * counted[k]
            if touched[level, k] and bring > best:
                best, branch = bring, k
    return gain, branch


@part
def _descend(
    level: int,
    branch: int,
    first: int,
    graph: tuple[NDArray[np.float64], NDArray[np.bool_]],
    units: tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]],
    gains: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> None:  # pragma: no cover  (compiled)
    """Set the next level, with a unit inside, and leave it out of this one."""
    (join, near), (inside, still, touched), (saved, hoped) = graph, units, gains
    up = level + 1
    inside[up] = inside[level]
    inside[up, branch] = True
    still[level, branch] = False
    for k in range(first + 1, len(join)):
        still[up, k] = still[level, k]
        if still[level, k]:
            both = join[branch, k]
            hoped[level, k] -= max(0.0, both) / 2
            hoped[up, k] = hoped[level, k]
            saved[up, k] = saved[level, k] + both
            touched[up, k] = touched[level, k] or near[branch, k]


@kernel
def _search(
    graph: tuple[NDArray[np.float64], NDArray[np.bool_]],
    alone_counted_room: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]],
    band: tuple[float, float, float, float, float, float],
    wanted: tuple[float, bool, int, int],
) -> tuple[
    NDArray[np.bool_], NDArray[np.float64], NDArray[np.float64], bool, int
]:  # pragma: no cover  (compiled)
    """Search depth first: with a unit inside, then without it."""
    alone, counted, room = alone_counted_room
    low, high, household_m, miss_m, _, fee = band
    start, every, nodes_max, most = wanted
    n = len(alone)
    cells, value, least = np.zeros((most, n), np.bool_), np.empty(most), np.full(n, start)
    kept, looked, complete = 0, 0, True
    flags = (n + 1, n)  # one row for each level of the search
    units = np.zeros(flags, np.bool_), np.zeros(flags, np.bool_), np.zeros(flags, np.bool_)
    gains = np.zeros(flags), np.zeros(flags)
    cost, total = np.zeros(n + 1), np.zeros(n + 1)
    for first in range(n):
        limit, level, nodes, fresh = start, 0, 0, True
        _start(graph, _reach(graph[1], counted, first, room[first]), alone, first, units, gains)
        cost[0], total[0] = alone[first] - fee, counted[first]
        while level >= 0:
            outside = max(0.0, low - total[level], total[level] - high)
            worth = cost[level] + household_m * outside + (miss_m if outside > 0 else 0.0)
            if fresh and worth < limit:
                if kept < most:
                    cells[kept], value[kept] = units[0][level], worth
                kept += 1
                least[first] = min(least[first], worth)
                limit = limit if every else worth
            size = (counted, total[level], room[first], band)
            gain, branch = _best_case(level, first, units, gains, size)
            if branch < 0 or cost[level] - gain >= limit:
                level, fresh = level - 1, False
                continue
            nodes += 1
            if nodes > nodes_max:
                break
            cost[level + 1] = cost[level] - gains[0][level, branch]
            total[level + 1] = total[level] + counted[branch]
            _descend(level, branch, first, graph, units, gains)
            level, fresh = level + 1, True
        looked += nodes
        for left in range(level + 1):  # cut short: the best case of all that was not seen
            size = (counted, total[left], room[first], band)
            gain, _ = _best_case(left, first, units, gains, size)
            least[first] = min(least[first], cost[left] - gain)
            complete = False
    return cells[:kept], value[:kept], least, complete and kept <= most, looked
