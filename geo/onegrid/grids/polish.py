"""Improve cells unit by unit: what contraction decided too coarsely is decided again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.grids.graph import sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.graph import Graph

_ROUNDS = 20
_WORTH_M = 1e-6


def polish(graph: Graph, labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move single units to a neighbouring cell as long as a move lowers the cost.

    No cell is emptied or torn apart; units are tried in order, so the result repeats.
    """
    cell = labels.copy()
    near: list[list[int]] = [[] for _ in range(graph.size)]
    for a, b in graph.pairs.tolist():
        near[a].append(b)
        near[b].append(a)
    join = graph.join.toarray()
    total = sums(cell, graph.counted)
    for _ in range(_ROUNDS):
        moves = 0
        for unit in range(graph.size):  # each move changes what the next one gains
            home, people = int(cell[unit]), graph.counted[unit]
            targets = sorted({int(cell[other]) for other in near[unit]} - {home})
            if not targets:
                continue
            saved = np.bincount(cell, join[unit], minlength=len(total))
            now = graph.band.cost(total)
            without = graph.band.cost(total[[home]] - people)[0]
            within = graph.band.cost(total[targets] + people)
            gain = saved[targets] - saved[home] + now[home] - without + now[targets] - within
            best = int(np.argmax(gain))
            if gain[best] > _WORTH_M and _holds(cell, near, unit):
                total[home] -= people
                total[targets[best]] += people
                cell[unit] = targets[best]
                moves += 1
        if not moves:
            break
    return cell


def _holds(cell: NDArray[np.int64], near: list[list[int]], unit: int) -> bool:
    """Whether the unit's cell is one part, and not empty, without it."""
    home = cell[unit]
    mates = [other for other in near[unit] if cell[other] == home]
    if not mates:
        return False
    seen, stack = {unit, mates[0]}, [mates[0]]
    while stack:
        for other in near[stack.pop()]:
            if cell[other] == home and other not in seen:
                seen.add(other)
                stack.append(other)
    return all(mate in seen for mate in mates)
