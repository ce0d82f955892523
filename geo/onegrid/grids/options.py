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
    household_m, miss_m
        Metres of border that one household out of band is worth, and a cell out of band on top.
    keep_household_m, base_household_m
        Metres for one household that leaves the others of its old cell, over all departments by
        weight, and of the base department on top.
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
    household_m: float = 20.0
    miss_m: float = 1_200.0
    base_household_m: float = 5.0
    compact_share: float = 0.15
    barrier_share: float = 3.0
    count_by: Literal["households", "people", "elders_60"] = "households"
    targets: Mapping[str, int] = field(default_factory=dict)
    barriers: bool = True
    keep_household_m: float = 5.0
    fresh_share: float = 5.0
