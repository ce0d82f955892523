"""Regions grown from road blocks: how the invented borders come to follow roads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from onegrid.io.sample.blocks import neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_ROUNDS = 80  # of the balancing; later rounds change nothing visible
_MOVE_PRICE = 0.02  # a face moves only for more than this: keeps regions compact


def grow_regions(
    faces: Shapes,
    weight: Floats,
    count: int,
    rng: np.random.Generator,
    *,
    seeds: Floats | None = None,
    targets: Floats | None = None,
) -> Ints:
    """Return a region 0 … count−1 for each face: compact, in one piece, of like weight.

    A power diagram of the face centres whose weights are moved until the loads meet ``targets``
    (equal by default), then pieces cut off are given to a neighbour. ``seeds`` (count, 2) holds
    the centres in place; without it they start on random faces and follow their regions.
    """
    count = min(count, len(faces))
    load = weight + 1e-6 * weight.sum() / len(faces) + 1e-9
    goal = (np.ones(count) if targets is None else targets) + 1e-9
    goal = goal * load.sum() / goal.sum()
    xy = shapely.get_coordinates(shapely.centroid(faces))
    centres = _spread(xy, load, count, rng) if seeds is None else seeds
    labels = _power_diagram(xy, load, goal, centres, move=seeds is None)
    pairs, shared = neighbours(faces)
    for _ in range(3):
        labels = in_one_piece(labels, pairs, shared, count)
        labels = _fill_empty(labels, load, pairs, count)
        labels = _even_out(labels, load, goal, pairs)
    return labels


def _spread(xy: Floats, load: Floats, count: int, rng: np.random.Generator) -> Floats:
    chosen = [int(rng.choice(len(xy), p=load / load.sum()))]
    away = ((xy - xy[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(count - 1):  # k-means++: each next centre far from those before
        score = away * load
        chosen.append(int(rng.choice(len(xy), p=score / score.sum())))
        away = np.minimum(away, ((xy - xy[chosen[-1]]) ** 2).sum(axis=1))
    return xy[chosen]


def _power_diagram(xy: Floats, load: Floats, goal: Floats, centres: Floats, *, move: bool) -> Ints:
    count = len(centres)
    extent = (np.ptp(xy, axis=0) ** 2).sum() / count
    bonus, best, best_miss = np.zeros(count), np.zeros(len(xy), dtype=np.int64), np.inf
    for step in range(_ROUNDS):
        away = ((xy[:, None] - centres[None]) ** 2).sum(axis=2)
        labels = (away - bonus).argmin(axis=1)
        sums = np.bincount(labels, weights=load, minlength=count)
        miss = float((((sums - goal) / goal) ** 2).sum())
        if miss < best_miss:
            best, best_miss = labels, miss
        bonus += 0.25 * extent * (1 - step / _ROUNDS) * np.clip((goal - sums) / goal, -0.5, 0.5)
        if move:
            mean = [
                np.bincount(labels, weights=load * xy[:, axis], minlength=count) for axis in (0, 1)
            ]
            moved = np.column_stack(mean) / np.maximum(sums, 1e-12)[:, None]
            centres = np.where((sums > 0)[:, None], moved, centres)
    return best


def in_one_piece(labels: Ints, pairs: Ints, shared: Floats, count: int) -> Ints:
    """Return labels with every part cut off from its region given to the longest neighbour."""
    labels = labels.copy()
    for _ in range(len(labels)):
        same = labels[pairs[:, 0]] == labels[pairs[:, 1]]
        piece = _components(pairs[same], len(labels))
        size = np.bincount(piece)
        piece_label = np.zeros(len(size), dtype=np.int64)
        piece_label[piece] = labels
        order = np.lexsort((np.arange(len(size)), -size, piece_label))
        main = order[np.unique(piece_label[order], return_index=True)[1]]
        loose = ~np.isin(piece, main)
        both = np.vstack([pairs[~same], pairs[~same][:, ::-1]])
        length = np.tile(shared[~same], 2)
        use = loose[both[:, 0]]
        if not use.any():
            return labels
        give = np.zeros((len(size), count))
        np.add.at(give, (piece[both[use, 0]], labels[both[use, 1]]), length[use])
        taker = give.argmax(axis=1)
        first = int(piece[np.flatnonzero(loose)[0]])  # one at a time: takers may be loose too
        if not give[first].any():
            return labels
        labels[piece == first] = taker[first]
    return labels


def _components(pairs: Ints, count: int) -> Ints:
    graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _around(pairs: Ints, count: int) -> list[list[int]]:
    lists: list[list[int]] = [[] for _ in range(count)]
    for a, b in pairs.tolist():
        lists[a].append(b)
        lists[b].append(a)
    return lists


def stays_whole(face: int, labels: Ints, around: list[list[int]]) -> bool:
    """Return whether the region of ``face`` has other faces and is in one piece without it."""
    mine = labels[face]
    ends = [n for n in around[face] if labels[n] == mine]
    if not ends:
        return False
    seen, todo = {face, ends[0]}, [ends[0]]
    missing = set(ends[1:])
    while todo and missing:
        for n in around[todo.pop()]:
            if n not in seen and labels[n] == mine:
                seen.add(n)
                missing.discard(n)
                todo.append(n)
    return not missing


def _fill_empty(labels: Ints, load: Floats, pairs: Ints, count: int) -> Ints:
    labels = labels.copy()
    around = _around(pairs, len(labels))
    for empty in np.setdiff1d(np.arange(count), labels):
        sums = np.bincount(labels, weights=load, minlength=count)
        for region in np.argsort(-sums, kind="stable"):
            members = np.flatnonzero(labels == region)
            giver = next((f for f in members if stays_whole(int(f), labels, around)), None)
            if giver is not None:
                labels[giver] = empty
                break
    return labels


def _even_out(labels: Ints, load: Floats, goal: Floats, pairs: Ints) -> Ints:
    """Move border faces from heavy to light neighbours while that lowers the squared misses."""
    labels = labels.copy()
    around = _around(pairs, len(labels))
    sums: Floats = np.bincount(labels, weights=load, minlength=len(goal)).astype(np.float64)
    for _ in range(4):
        moved = False
        border = np.unique(pairs[labels[pairs[:, 0]] != labels[pairs[:, 1]]])
        for face in border.tolist():
            own, size = int(labels[face]), float(load[face])
            takers = {int(labels[n]) for n in around[face]} - {own}
            gains = {t: _gain(sums, goal, own, t, size) for t in sorted(takers)}
            taker = max(gains, key=lambda t: gains[t], default=own)
            if gains.get(taker, 0) > 0 and stays_whole(face, labels, around):
                labels[face] = taker
                sums[own] -= size
                sums[taker] += size
                moved = True
        if not moved:
            break
    return labels


def _gain(sums: Floats, goal: Floats, own: int, taker: int, size: float) -> float:
    before = ((sums[own] - goal[own]) / goal[own]) ** 2
    before += ((sums[taker] - goal[taker]) / goal[taker]) ** 2
    after = ((sums[own] - size - goal[own]) / goal[own]) ** 2
    after += ((sums[taker] + size - goal[taker]) / goal[taker]) ** 2
    return float(before - after - _MOVE_PRICE)


def shares(total: int, weights: Floats, *, least: int = 0) -> Ints:
    """Return whole numbers in proportion to ``weights`` that sum to ``total`` (largest remainder).

    Examples
    --------
    >>> shares(10, np.array([1.0, 1.0, 2.0])).tolist()
    [3, 2, 5]
    """
    free = total - least * len(weights)
    exact = weights * (free / weights.sum())
    whole = np.floor(exact).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    whole[order[: free - whole.sum()]] += 1
    return np.asarray(whole + least)


def largest_component(pairs: Ints, count: int) -> NDArray[np.bool_]:
    """Return which of ``count`` faces are in the largest set connected by ``pairs``."""
    part = _components(pairs, count)
    return np.asarray(part == np.bincount(part).argmax())


def parent_of(child: Ints, parent: Ints) -> Ints:
    """Return the parent label of each child label 0, 1, …, both given by face."""
    return np.asarray(parent[np.unique(child, return_index=True)[1]])
