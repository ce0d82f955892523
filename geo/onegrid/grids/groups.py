"""Divide a small graph of cells into connected groups of about equal weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_EXACT_CELLS = 12  # up to here every connected bipartition is looked at
_BALANCED_SHARE = 0.02  # halves that differ by less count as equal: the shorter border wins


def balanced_groups(
    weights: NDArray[np.float64],
    pairs: NDArray[np.int64],
    *,
    border_m: NDArray[np.float64],
    groups: int,
) -> NDArray[np.int64]:
    """Return a group 0 … groups-1 of each node; every group is connected where the graph is.

    Parameters
    ----------
    weights
        Households of each node, shape (n,), n >= groups.
    pairs, border_m
        Neighbours (m × 2) and the length of their common border.

    Examples
    --------
    >>> row = np.array([[0, 1], [1, 2], [2, 3]])
    >>> balanced_groups(np.array([5.0, 1, 1, 5]), row, border_m=np.ones(3), groups=2).tolist()
    [0, 0, 1, 1]
    """
    near = _linked(len(weights), pairs, border_m)
    label = np.zeros(len(weights), dtype=np.int64)
    todo = [(list(range(len(weights))), 0, groups)]
    while todo:  # halves of halves, each with its share of the groups
        nodes, first, count = todo.pop()
        label[nodes] = first
        if count > 1:
            left = count // 2
            part = _part(nodes, near, weights, (left, count))
            rest = [n for n in nodes if n not in part]
            todo += [(sorted(part), first, left), (rest, first + left, count - left)]
    order = np.unique(label, return_index=True)[1]
    rank = np.argsort(np.argsort(order))
    numbered: NDArray[np.int64] = rank[np.searchsorted(np.unique(label), label)]
    return numbered


def _linked(
    size: int, pairs: NDArray[np.int64], border_m: NDArray[np.float64]
) -> list[dict[int, float]]:
    """Return neighbours with border lengths; islands are linked to the rest by a border of 0."""
    near: list[dict[int, float]] = [{} for _ in range(size)]
    for (a, b), length in zip(pairs.tolist(), border_m.tolist(), strict=True):
        near[a][b] = near[b][a] = length
    seen = _reached(0, set(range(size)), near)
    while len(seen) < size:
        island = min(set(range(size)) - seen)
        near[island][island - 1] = near[island - 1][island] = 0.0
        seen = _reached(0, set(range(size)), near)
    return near


def _reached(start: int, allowed: set[int], near: list[dict[int, float]]) -> set[int]:
    seen, todo = {start}, [start]
    while todo:
        fresh = [n for n in near[todo.pop()] if n in allowed and n not in seen]
        seen.update(fresh)
        todo += fresh
    return seen


def _part(
    nodes: list[int],
    near: list[dict[int, float]],
    weights: NDArray[np.float64],
    share: tuple[int, int],
) -> set[int]:
    """Return the connected part whose rest is connected, closest to its share of the weight."""
    left, count = share
    whole = set(nodes)
    total = float(weights[nodes].sum())
    target = total * left / count

    def price(part: set[int]) -> tuple[float, float, list[int]]:
        off = abs(float(weights[sorted(part)].sum()) - target)
        cut_m = sum(m for n in part for o, m in near[n].items() if o in whole and o not in part)
        return (max(off, _BALANCED_SHARE * total), cut_m, sorted(part))

    fits = [
        part
        for part in _candidates(nodes, near)
        if len(part) >= left and len(whole) - len(part) >= count - left
    ]
    return min(fits, key=price) if fits else set(nodes[:left])


def _candidates(nodes: list[int], near: list[dict[int, float]]) -> Iterator[set[int]]:
    whole = set(nodes)
    found: Iterator[set[int]]
    found = _every_subset(nodes) if len(nodes) <= _EXACT_CELLS else _grown(nodes, near)
    for part in found:
        rest = whole - part
        if _reached(min(part), part, near) >= part and _reached(min(rest), rest, near) >= rest:
            yield part


def _every_subset(nodes: list[int]) -> Iterator[set[int]]:
    for mask in range(1, 2 ** len(nodes) - 1):
        yield {n for k, n in enumerate(nodes) if mask >> k & 1}


def _grown(nodes: list[int], near: list[dict[int, float]]) -> Iterator[set[int]]:
    """Grow a part from every node, by hops and by the longest border to the part."""
    whole = set(nodes)
    for start in nodes:
        for by_border in (False, True):
            part, rim = {start}, {n: m for n, m in near[start].items() if n in whole}
            while rim and len(part) < len(nodes) - 1:
                yield set(part)
                best = max(rim, key=lambda n: (rim[n], -n)) if by_border else next(iter(rim))
                part.add(best)
                del rim[best]
                for n, m in near[best].items():
                    if n in whole and n not in part:
                        rim[n] = rim.get(n, 0.0) + m
            yield set(part)
