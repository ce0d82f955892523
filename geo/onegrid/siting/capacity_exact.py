"""Most weight served when every site serves only so much: the plan that HiGHS proves best."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from onegrid.coverage.walks import sums

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_HALF = 0.5


class Served(NamedTuple):
    """New sites, the weight that all sites together serve, a bound on it, and each site's part.

    ``load`` is float64 (sites), existing ones included.
    """

    sites: Ints
    value: float
    bound: float
    load: Floats

    @property
    def gap(self) -> float:
        """What the bound leaves open, as a share of it."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def most_served(
    reach: Gains, capacity: Floats, built: Bools, *, count: int, effort: Effort
) -> Served:
    """Choose at most `count` new sites so that most weight finds a place, and prove it by HiGHS.

    A door's weight may be shared among sites; nobody is served twice.

    Parameters
    ----------
    reach
        Who reaches which site; a door's gain is its weight, the same at all its sites.
    capacity
        float64 (sites): the weight each can serve; infinite for no limit.
    built
        bool (sites): existing facilities, open in any case.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = make_gains(door, site, np.array([9.0, 9.0, 4.0]), doors=2, sites=2)
    >>> most_served(reach, np.array([8.0, 7.0]), np.zeros(2, bool), count=1, effort=Effort())
    Served(sites=array([0]), value=8.0, bound=8.0, load=array([8., 0.]))
    """
    sites, pairs = reach.sites, len(reach.site)
    door = np.repeat(np.arange(reach.doors), np.diff(reach.door_start))
    entry = np.arange(pairs)
    weight = reach.door_gain
    whole = np.bincount(reach.site, weights=weight, minlength=sites)  # nobody serves more
    room = np.minimum(capacity, whole)
    rows = np.concatenate([door, reach.doors + reach.site, reach.doors + np.arange(sites)])
    columns = np.concatenate([sites + entry, sites + entry, np.arange(sites)])
    data = np.concatenate([np.ones(2 * pairs), -room])
    # A door sends a site at most its weight, and nothing where nothing is built.
    tied = reach.doors + sites
    rows = np.concatenate([rows, tied + entry, tied + entry, np.full(sites, tied + pairs)])
    columns = np.concatenate([columns, sites + entry, reach.site, np.arange(sites)])
    data = np.concatenate([data, np.ones(pairs), -np.minimum(weight, room[reach.site])])
    data = np.concatenate([data, (~built).astype(np.float64)])
    total = np.zeros(reach.doors)
    total[door] = weight
    upper = np.concatenate([total, np.zeros(sites), np.zeros(pairs), [count]])
    result = milp(
        np.concatenate([np.zeros(sites), -np.ones(pairs)]),
        constraints=LinearConstraint(
            coo_array((data, (rows, columns)), shape=(len(upper), sites + pairs)).tocsc(),
            -np.inf,
            upper,
        ),
        bounds=Bounds(
            np.concatenate([built.astype(np.float64), np.zeros(pairs)]),
            np.concatenate([np.ones(sites), np.full(pairs, np.inf)]),
        ),
        integrality=np.concatenate([np.ones(sites), np.zeros(pairs)]),
        options={"mip_rel_gap": effort.gap, "node_limit": effort.cover_nodes(pairs)},
    )
    ceiling = float(total.sum())
    bound = ceiling if result.mip_dual_bound is None else min(ceiling, -result.mip_dual_bound)
    if result.x is None:
        return Served(np.empty(0, np.int64), 0.0, bound, np.zeros(sites))
    chosen = np.flatnonzero((result.x[:sites] > _HALF) & ~built)
    load = sums(reach.site, result.x[sites:], sites)
    value = float(result.x[sites:].sum())
    return Served(chosen, value, max(bound, value), load)
