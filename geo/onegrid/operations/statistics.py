"""Counts of cases: whole for those who work on them, without the small ones for the public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.coverage.suppress import hidden_units, tree_of
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd

Counts = tuple[int, int]  # all cases, and those that are open


def public_units(
    counts: Mapping[str, Counts], cells: gpd.GeoDataFrame, *, k: float | None = None
) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Return the cases of every unit as they may be published: all and open ones.

    Counts of 1 to 9 are None, and enough of their neighbours that no total gives them back: the
    rule that hides few residents, with cases in the place of people.

    Parameters
    ----------
    counts
        By cell; cells that are not named have none.
    cells
        The grid's cells: which unit is part of which.
    k
        The smallest count that is shown; ``suppress_below_people`` by default.

    Returns
    -------
    public
        By level (``cell``, ``community``, ``subdistrict``, ``district``) and id.
    """
    tree = tree_of(cells)
    names = [str(name).partition("/")[::2] for name in tree.index]
    total = np.zeros((len(names), 2))
    for place in reversed(range(len(names))):  # parents come before their children
        below = list(tree.children[place])
        total[place] = total[below].sum(axis=0) if below else counts.get(names[place][1], (0, 0))
    parts = np.column_stack([total, total[:, 0] - total[:, 1]])
    smallest = number("suppress_below_people") if k is None else k
    nobody = np.zeros(len(names), dtype=bool)
    hidden = hidden_units(parts, tree.children, must=nobody, k=smallest)
    shown = [
        (None, None) if hide else (int(row[0]), int(row[1]))
        for hide, row in zip(hidden, total, strict=True)
    ]
    return dict(zip(names, shown, strict=True))


def public_counts(counts: Sequence[int], *, k: float | None = None) -> list[int | None]:
    """Return counts that add up to a known total, without the small ones.

    If what is hidden is one count, or fewer than `k` together, the next smallest goes with it.

    Examples
    --------
    >>> public_counts([3, 40, 12, 0])
    [None, 40, None, 0]
    >>> public_counts([10, 40])
    [10, 40]
    """
    smallest = number("suppress_below_people") if k is None else k
    ranked = sorted((count, place) for place, count in enumerate(counts) if count > 0)
    hidden: list[int] = []
    together = 0
    for count, place in ranked:
        if count >= smallest and (not hidden or (len(hidden) > 1 and together >= smallest)):
            break
        hidden.append(place)
        together += count
    return [None if place in hidden else count for place, count in enumerate(counts)]
