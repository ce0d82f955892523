"""The units of one community, and what it costs to group them into cells.

Every term of the sum that a grid minimises is of one of three kinds: something a unit costs by
itself (`Graph.alone`), something two units save when they share a cell (`Graph.join`), and
households out of the band. That is all the solvers know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Band:
    """Households a cell should have, and what it costs to miss that.

    A cell out of the band costs ``miss_m`` metres, and ``household_m`` more for each household.
    """

    low: float
    high: float
    household_m: float
    miss_m: float = 0.0

    def cost(self, counted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what cells of so many households cost for being out of the band."""
        outside = out_of_band(counted, (self.low, self.high))
        cost: NDArray[np.float64] = self.household_m * outside + self.miss_m * (outside > 0)
        return cost


@dataclass(frozen=True)
class Graph:
    """Units of one community.

    ``counted`` (float n): households, or what else the band counts; ``pairs`` (int64 m × 2):
    neighbours that may share a cell; ``alone`` (float n): metres each costs as a cell of its own;
    ``join`` (sparse n × n, symmetric, empty diagonal): metres saved when two share a cell.
    """

    counted: NDArray[np.float64]
    pairs: NDArray[np.int64]
    alone: NDArray[np.float64]
    join: sp.csr_array
    band: Band

    @property
    def size(self) -> int:
        """Number of units."""
        return len(self.counted)

    def parts(self) -> NDArray[np.int64]:
        """Return the connected part of each unit."""
        return parts_of(self.pairs, self.size)

    def parts_of(self, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the connected parts when only units of one label hold together."""
        together = labels[self.pairs[:, 0]] == labels[self.pairs[:, 1]]
        return parts_of(self.pairs[together], self.size)

    def subgraph(self, members: NDArray[np.int64]) -> Graph:
        """Return the graph of some units, renumbered in their order."""
        place = np.full(self.size, -1)
        place[members] = np.arange(len(members))
        inside = (place[self.pairs] >= 0).all(axis=1)
        join = self.join[members][:, members]
        pairs = place[self.pairs[inside]]
        return Graph(self.counted[members], pairs, self.alone[members], join, self.band)

    def merged(self, labels: NDArray[np.int64]) -> Graph:
        """Return the graph whose units are the labels 0 … k-1; every grouping costs what it did."""
        k = int(labels.max()) + 1
        ends = np.sort(labels[self.pairs], axis=1)
        pairs = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
        member = sp.csr_array((np.ones(self.size), (np.arange(self.size), labels)))
        join = (member.T @ self.join @ member).tocsr()
        saved = join.diagonal() / 2
        alone = np.bincount(labels, self.alone, minlength=k) - saved
        join = join - sp.diags_array(join.diagonal(), format="csr")
        return Graph(sums(labels, self.counted), pairs, alone, join.tocsr(), self.band)

    def objective(self, labels: NDArray[np.int64]) -> float:
        """Return what cells cost, in metres."""
        whole = self.merged(labels)
        return float(whole.alone.sum() + self.band.cost(whole.counted).sum())


def parts_of(pairs: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    """Return the connected part (0 … k-1) of each of `size` units."""
    links = sp.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
    part: NDArray[np.int64] = connected_components(links, directed=False)[1].astype(np.int64)
    return part


def sums(labels: NDArray[np.int64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the values of each label 0 … k-1."""
    return np.bincount(labels, values).astype(np.float64)


def out_of_band(households: NDArray[np.float64], size: tuple[float, float]) -> NDArray[np.float64]:
    """Return the households each cell lacks or has too many."""
    outside: NDArray[np.float64] = np.maximum(
        0.0, np.maximum(size[0] - households, households - size[1])
    )
    return outside
