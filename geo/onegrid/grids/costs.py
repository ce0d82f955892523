"""What is worth what: the graph of each community, from its atoms and the wishes of the planner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
import shapely

from onegrid import standards
from onegrid.grids.graph import Band, Graph, parts_of, sums
from onegrid.layers.borders import neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms
    from onegrid.grids.options import AssignOptions

_MOSTLY = 0.5  # a common border of which more is barrier is one


@dataclass(frozen=True)
class BorderCosts:
    """What it costs to part neighbouring atoms, and to join them, in metres.

    ``pairs`` (int64, n × 2) with the length of their common border; ``parted_m``: the metres
    departments did not draw, by weight, more where none of them has a border within the matching
    distance, and a little for any metre; ``joined_m``: the metres they drew, and barriers inside a
    cell; ``barred``: mostly a barrier.
    """

    pairs: NDArray[np.int64]
    length_m: NDArray[np.float64]
    parted_m: NDArray[np.float64]
    joined_m: NDArray[np.float64]
    barred: NDArray[np.bool_]


def border_costs(atoms: Atoms, options: AssignOptions) -> BorderCosts:
    """Price the borders between all neighbouring atoms."""
    borders = atoms.borders
    adjacency = neighbours(borders)
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
    fresh_m = neighbours(borders, length_m=borders.length_m * (1 - atoms.drawn_share)).length_m
    barrier_m = neighbours(borders, length_m=borders.length_m * atoms.is_barrier).length_m
    return BorderCosts(
        pairs=adjacency.pairs,
        length_m=length_m,
        parted_m=length_m * (1 - share + options.compact_share) + options.fresh_share * fresh_m,
        joined_m=length_m * share + options.barrier_share * barrier_m,
        barred=barrier_m > _MOSTLY * length_m,
    )


def graph_of(
    atoms: Atoms, members: NDArray[np.int64], borders: BorderCosts, options: AssignOptions
) -> Graph:
    """Return the graph of some atoms of one community; `borders` are those of all atoms."""
    n = len(members)
    place = np.full(len(atoms.polygons), -1)
    place[members] = np.arange(n)
    inside = (place[borders.pairs] >= 0).all(axis=1)
    pairs = place[borders.pairs[inside]]
    parted_m, joined_m = borders.parted_m[inside], borders.joined_m[inside]
    counted = atoms.counted[members].astype(float)
    mean = _mean_cell(atoms, members, options)
    alone, join = _split_costs(atoms, members, options, mean)
    alone = alone + np.bincount(pairs.ravel(), np.repeat(parted_m, 2) / 2, minlength=n)
    saved = sp.coo_array((parted_m - joined_m, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    low, high = options.size
    middle = (low + high) / 2
    length_m = borders.length_m[inside]
    if options.barriers:
        free = passable(pairs, length_m, borders.barred[inside], counted, low)
        pairs, length_m = pairs[free], length_m[free]
    pairs = pairs[wide_enough(pairs, length_m, n)]
    band = Band(low, high, options.outside * mean.border_m / middle, options.miss * mean.border_m)
    return Graph(counted, pairs, alone, (join + saved + saved.T).tocsr(), band)


@dataclass(frozen=True)
class _MeanCell:
    """What a cell of a community has on the mean: metres of border (of a square), households."""

    border_m: float
    households: float


def _mean_cell(atoms: Atoms, members: NDArray[np.int64], options: AssignOptions) -> _MeanCell:
    counted = atoms.counted[members]
    lived_m2 = shapely.area(atoms.polygons[members])
    if counted.any():
        lived_m2 = lived_m2[counted > 0]
    cells = max(1.0, counted.sum() / (sum(options.size) / 2))
    border_m = 4 * float(np.sqrt(lived_m2.sum() / cells))
    return _MeanCell(border_m, max(1.0, float(atoms.households[members].sum() / cells)))


def _split_costs(
    atoms: Atoms, members: NDArray[np.int64], options: AssignOptions, mean: _MeanCell
) -> tuple[NDArray[np.float64], sp.csr_array]:
    """Price the households of an old cell that leave its others.

    An old cell of h households that falls into parts of h1, h2, … costs Σ hi · (1 − hi / h) times
    the metres a household is worth: nothing if it stays whole, and between one and two times those
    outside its largest part if it does not. Returned as costs of atoms alone and joined.
    """
    n = len(members)
    households = atoms.households[members].astype(float)
    alone = np.zeros(n)
    join = sp.csr_array((n, n))
    weight = {name: options.weights.get(name, 1.0) for name in sorted(atoms.labels)}
    whole = sum(weight.values()) or 1.0
    for name, mine in weight.items():
        price = options.keep * mine / whole + options.keep_base * (name == options.base)
        metres = price * mean.border_m / mean.households
        label = atoms.labels[name][members]
        lives = (label >= 0) & (households > 0)
        if not metres or not lives.any():
            continue
        old = np.unique(label[lives], return_inverse=True)[1]
        total = sums(old, households[lives])
        at = np.flatnonzero(lives)
        of = sp.csr_array((households[lives], (at, old)), shape=(n, len(total)))
        both = of @ sp.diags_array(1 / total) @ of.T * metres
        alone[at] += metres * households[lives]
        alone -= both.diagonal()
        join = join + 2 * (both - sp.diags_array(both.diagonal()))
    return alone, join.tocsr()


def wide_enough(
    pairs: NDArray[np.int64], length_m: NDArray[np.float64], size: int
) -> NDArray[np.bool_]:
    """Return the neighbours that hold a cell together: no necks (10 m), unless there is but one.

    Atoms that necks alone join to the others keep the widest of theirs, each part in turn.
    """
    wide = length_m >= standards.number("neck_width_m")
    order = np.argsort(-length_m, kind="stable")
    while True:
        part = parts_of(pairs[wide], size)
        across = order[part[pairs[order, 0]] != part[pairs[order, 1]]]
        if not len(across):
            return wide
        wide[across[0]] = True


def passable(
    pairs: NDArray[np.int64],
    length_m: NDArray[np.float64],
    barred: NDArray[np.bool_],
    counted: NDArray[np.float64],
    least: float,
) -> NDArray[np.bool_]:
    """Return the neighbours that may share a cell.

    Those across a barrier may not, unless the ground on one side of it has too few households to
    stand alone: it is then joined with the side it shares the longest border with, the smallest
    ground first.
    """
    if not barred.any():
        return np.ones(len(pairs), dtype=bool)
    side = parts_of(pairs[~barred], len(counted))
    while True:
        total = sums(side, counted)
        across = side[pairs[:, 0]] != side[pairs[:, 1]]
        weak = np.unique(side[pairs[across]])
        weak = weak[total[weak] < least]
        if not len(weak):
            free: NDArray[np.bool_] = ~barred | ~across
            return free
        poorest = weak[np.argmin(total[weak])]
        ends = side[pairs]
        mine = across & (ends == poorest).any(axis=1)
        other = ends[mine].sum(axis=1) - poorest
        shared_m = np.bincount(other, length_m[mine], minlength=len(total))
        side = np.where(side == poorest, int(np.argmax(shared_m)), side)
