"""What planners want of a grid: the band, what counts, whose borders, how much each is worth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from onegrid import standards

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class AssignOptions:
    """What a good grid is.

    Prices are in borders of a mean cell, a square with its share of the community's inhabited
    ground and of what the band counts, so that they mean the same where cells are large; shares
    are of the metres they speak of.

    Parameters
    ----------
    size
        Band of a cell, in units of `count_by`.
    count_by
        What the band counts: ``households``, ``people`` or ``elders_60``.
    weights
        How much each department's borders and cells count (1 unless named).
    base
        The department whose cells are kept whole where they can be.
    targets
        Number of cells wanted, by community id.
    barriers
        Whether a cell may straddle a railway, water, wall or expressway only where the ground on
        one side of it is too small for a cell of its own.
    miss, outside
        Price of a cell out of band, and of as many households out of band as a mean cell has.
    keep, keep_base
        Price of as many households as a mean cell has that leave the others of their old cell, over
        all departments by weight, and of the base department on top.
    fresh_share
        Extra cost of a metre of border no department drew.
    compact_share
        Cost of a metre of any border.
    barrier_share
        Cost of a metre of barrier inside a cell.
    """

    size: tuple[float, float] = field(
        default_factory=lambda: (
            standards.number("cell_households_min"),
            standards.number("cell_households_max"),
        )
    )
    weights: Mapping[str, float] = field(default_factory=dict)
    base: str | None = None
    miss: float = 2.0
    outside: float = 8.0
    keep: float = 3.0
    keep_base: float = 3.0
    compact_share: float = 1.0
    barrier_share: float = 3.0
    count_by: Literal["households", "people", "elders_60"] = "households"
    targets: Mapping[str, int] = field(default_factory=dict)
    barriers: bool = True
    fresh_share: float = 5.0
