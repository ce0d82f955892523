"""What each fix changes, cell by cell: who is served before and after."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.coverage.walks import sums

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from onegrid.coverage.demand import Demand
    from onegrid.coverage.gaps import Coverage

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

CELL_COLUMNS: Final = (
    *("rank", "kind", "fix", "where", "cell_id", "people", "people_before", "people_after"),
    *("elders_60", "elders_60_before", "elders_60_after"),
)
_OF_FIX: Final = CELL_COLUMNS[1:4]


def _nobody() -> Ints:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Fix:
    """One fix and the ``doors`` (positions) that gain by it.

    A fix of size has the ``missing_share`` of what it enlarges: of its doors, who reach the service
    already, that part is served anew. A fix of reach has 0, and all its doors are reached anew.
    """

    kind: str
    fix: str
    where: str
    elders: float
    people: float
    note: str
    doors: Ints = field(default_factory=_nobody)
    missing_share: float = 0.0


def effects_by_cell(coverage: Coverage, fixes: Sequence[Fix]) -> pd.DataFrame:
    """Return who is served before and after each fix in the cells that it changes.

    Served is who reaches the service; for a fix of size, who reaches it and finds room. A second
    site of a kind starts from what the first has changed, every other fix from today.

    Parameters
    ----------
    coverage
        The measured district.
    fixes
        In the order of their ranks.

    Returns
    -------
    effects
        `CELL_COLUMNS`, a row for each fix and cell, by rank and cell; residents in no cell are
        left out. An office table: gains may be small.
    """
    measured = coverage.measured
    demand, counts = measured.demand, np.array(coverage.counts[::-1])  # people, elders
    ids = np.array(demand.units.ids["cell"], dtype=object)
    everybody = demand.by_cell(counts)
    reached = {
        service.kind: demand.by_cell(counts * measured.walks.within[row])
        for row, service in enumerate(measured.services)
    }
    sited = {kind: np.zeros_like(everybody) for kind in reached}  # by the sites so far
    ranks, cells, figures = [], [], []
    for rank, fix in enumerate(fixes, start=1):  # a few hundred
        gained = _gained(fix, demand, counts)
        before = reached[fix.kind]
        if fix.missing_share:
            before = before - gained
        elif fix.fix == "new_site":
            before = before + sited[fix.kind]
            sited[fix.kind] = sited[fix.kind] + gained
        changed = np.flatnonzero(gained[0] > 0)
        told = [v[n] for n in range(len(counts)) for v in (everybody, before, before + gained)]
        ranks.append(np.full(len(changed), rank))
        cells.append(ids[changed])
        figures.append(np.array(told)[:, changed])
    if not ranks:
        return pd.DataFrame(columns=list(CELL_COLUMNS))
    of_row = np.concatenate(ranks)
    named = [np.array([getattr(f, n) for f in fixes], dtype=object)[of_row - 1] for n in _OF_FIX]
    columns = [of_row, *named, np.concatenate(cells), *np.hstack(figures).astype(np.int64)]
    return pd.DataFrame(dict(zip(CELL_COLUMNS, columns, strict=True)))


def _gained(fix: Fix, demand: Demand, counts: Floats) -> Floats:
    """Return the people and elders (2, cells) that a fix serves anew, whole people."""
    inside = fix.doors[demand.cell[fix.doors] >= 0]
    cell, size = demand.cell[inside], len(demand.units.ids["cell"])
    share = fix.missing_share or 1.0
    return _whole(np.array([sums(cell, share * count[inside], size) for count in counts]))


def _whole(values: Floats) -> Floats:
    """Round the values of each row to whole numbers that add up to the rounded sum."""
    rounded: Floats = np.diff(np.rint(np.cumsum(values, axis=1)), prepend=0.0, axis=1)
    return rounded
