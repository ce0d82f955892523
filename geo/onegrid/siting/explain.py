"""Why a site was chosen: whom it newly serves, what is lost without it, what would come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.gains import Gains
    from onegrid.siting.situation import Situation

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Explained:
    """Reasons of a choice.

    ``sites`` has a row per site in order of choice: ``site`` (candidate), ``gained`` (weight newly
    covered after the sites before it), ``lost_without`` (weight nobody else would cover),
    ``next_best`` (the candidate to take in its place, -1 for none) and ``next_best_less`` (weight
    lost by that). ``newly`` has a row per need and the site that newly covers it:
    ``need, order``, both positions.
    """

    sites: pd.DataFrame
    newly: pd.DataFrame


def explain(situation: Situation, sites: Ints) -> Explained:
    """Explain a choice of sites by what each covers, in the order of `sites`.

    Examples
    --------
    >>> from onegrid.coverage.walks import Catchments
    >>> from onegrid.siting.situation import Situation
    >>> pairs = Catchments(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([60.0, 90.0, 30.0]))
    >>> case = Situation(pairs, np.array([5.0, 2.0]), np.full(2, np.inf), np.full(2, 900.0), 2)
    >>> explain(case, np.array([1])).sites.iloc[0].to_dict()
    {'site': 1.0, 'gained': 7.0, 'lost_without': 7.0, 'next_best': 0.0, 'next_best_less': 2.0}
    """
    gains = situation.cover()
    covering = np.zeros(gains.doors, dtype=np.int64)
    for site in sites:  # a few sites
        covering[_doors(gains, site)] += 1
    open_, rows, newly = covering == 0, [], []
    seen = np.zeros(gains.doors, dtype=np.bool_)
    for order, site in enumerate(sites.tolist()):
        mine = _doors(gains, site)
        new, only = mine[~seen[mine]], mine[covering[mine] == 1]
        seen[mine] = True
        lost = float(situation.weight[only].sum())
        other, regained = _next_best(gains, open_, only, taken=sites)
        rows.append((site, float(situation.weight[new].sum()), lost, other, lost - regained))
        newly.append(pd.DataFrame({"need": new, "order": order}))
    columns = ["site", "gained", "lost_without", "next_best", "next_best_less"]
    empty = pd.DataFrame({"need": np.empty(0, np.int64), "order": np.empty(0, np.int64)})
    return Explained(
        pd.DataFrame(rows, columns=columns), pd.concat([empty, *newly], ignore_index=True)
    )


def _doors(gains: Gains, site: int) -> Ints:
    return gains.door[gains.site_start[site] : gains.site_start[site + 1]]


def _next_best(gains: Gains, open_: Bools, only: Ints, *, taken: Ints) -> tuple[int, float]:
    """Return the candidate that would cover most of what is open without a site, and how much."""
    wanted = open_.copy()
    wanted[only] = True
    worth = np.add.reduceat(
        np.append(gains.site_gain * wanted[gains.door], 0.0), gains.site_start[:-1]
    )
    worth[np.diff(gains.site_start) == 0] = 0.0
    worth[taken] = 0.0
    best = int(np.argmax(worth)) if len(worth) else -1
    if best < 0 or worth[best] <= 0:
        return -1, 0.0
    return best, float(worth[best])
