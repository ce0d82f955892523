"""Improve cells atom by atom: what contraction decided too coarsely is decided again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid.grids.columns import out_of_band, sums

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from onegrid.grids.columns import Costs, Graph

_ROUNDS = 20
_WORTH_M = 1e-6


def polish(graph: Graph, labels: NDArray[np.int64], costs: Costs) -> NDArray[np.int64]:
    """Move single units to a neighbouring cell as long as a move lowers the cost.

    No cell is emptied or torn apart; units are tried in order, so the result repeats.
    """
    cell = labels.copy()
    near: list[list[tuple[int, float]]] = [[] for _ in graph.households]
    for (a, b), cost in zip(graph.pairs.tolist(), graph.cost.tolist(), strict=True):
        near[a].append((b, cost))
        near[b].append((a, cost))
    total = sums(cell, graph.households)
    for _ in range(_ROUNDS):
        moves = 0
        for unit in range(len(cell)):  # each move changes what the next one gains
            target = _best_move(graph, cell, total, (unit, near[unit]), costs)
            if target is not None and _holds(cell, near, unit):
                total[cell[unit]] -= graph.households[unit]
                total[target] += graph.households[unit]
                cell[unit] = target
                moves += 1
        if not moves:
            break
    return cell


def _best_move(
    graph: Graph,
    cell: NDArray[np.int64],
    total: NDArray[np.float64],
    unit_near: tuple[int, list[tuple[int, float]]],
    costs: Costs,
) -> int | None:
    unit, near = unit_near
    home, people = int(cell[unit]), graph.households[unit]
    joined: dict[int, float] = {}
    for other, cost in near:
        joined[int(cell[other])] = joined.get(int(cell[other]), 0.0) + cost
    best, best_gain = None, _WORTH_M
    for target in sorted(joined):
        if target == home:
            continue
        before = out_of_band(total[[home, target]], costs.size).sum()
        after = out_of_band(total[[home, target]] + [-people, people], costs.size).sum()
        gain = (before - after) * costs.household_m + joined[target] - joined.get(home, 0.0)
        if gain > best_gain:
            best, best_gain = target, gain
    return best


def _holds(cell: NDArray[np.int64], near: list[list[tuple[int, float]]], unit: int) -> bool:
    """Whether the unit's cell is one part, and not empty, without it."""
    home = cell[unit]
    mates = [other for other, _ in near[unit] if cell[other] == home]
    if not mates:
        return False
    seen, stack = {unit, mates[0]}, [mates[0]]
    while stack:
        for other, _ in near[stack.pop()]:
            if cell[other] == home and other not in seen:
                seen.add(other)
                stack.append(other)
    return all(mate in seen for mate in mates)
