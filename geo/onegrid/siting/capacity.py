"""Most weight served when every site serves only so much: capacitated covering."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from onegrid.coverage.walks import sums, within_limit
from onegrid.siting.capacity_prices import Served, nearly_most_served
from onegrid.siting.choose import Effort, choose, in_order
from onegrid.siting.gains import make_gains, value_of
from onegrid.siting.reduce import merge_doors
from onegrid.siting.solve import Sited

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.walks import Catchments
    from onegrid.siting.gains import Gains
    from onegrid.siting.situation import Situation

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_HALF = 0.5


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


class ServedNow(NamedTuple):
    """The weight that existing facilities serve, with the new sites, and at best; and each site's.

    ``load`` is float64 (new sites), in their order.
    """

    served_before: float
    served_after: float
    served_bound: float
    load: Floats


def choose_served(
    situation: Situation, standing: Catchments, *, room: Floats, each: float, count: int
) -> tuple[Sited, ServedNow]:
    """Choose at most `count` candidates so that most weight finds a place, existing ones included.

    Parameters
    ----------
    situation
        Needs of one kind, and candidates.
    standing
        Doors that reach existing facilities, ``facility`` being a position in `room`.
    room
        float64 (facilities): the weight each can serve, infinite where nobody knows.
    each
        The weight that each new site can serve.
    count
        Most new sites.

    Returns
    -------
    sited, served
        The objective is the weight served. Sites are in the order of what each newly covers.
    """
    effort = Effort()
    near = within_limit(situation.pairs.walk_s, situation.limit_s[situation.pairs.door])
    pairs, sites = situation.pairs.keep(near), situation.sites
    door = np.concatenate([pairs.door, standing.door])
    site = np.concatenate([pairs.facility, standing.facility + sites])
    doors, total = len(situation.weight), sites + len(room)
    reach = make_gains(door, site, situation.weight[door], doors=doors, sites=total)
    merged = merge_doors(reach)
    capacity = np.concatenate([np.full(sites, each), room])
    built = np.arange(total) >= sites
    solve = most_served if len(merged.site) <= effort.capacity_pairs else nearly_most_served
    before = solve(merged, capacity, built, count=0, effort=effort)
    found = solve(merged, capacity, built, count=count, effort=effort)
    if found.value < before.value:  # out of nodes before anything was found
        found = before._replace(bound=found.bound)
    cover = situation.cover()
    ordered = in_order(cover, found.sites)
    covered = float(situation.weight[situation.covered].sum())
    after = covered + value_of(cover, ordered)
    bound = covered + choose(cover, max(1, len(ordered)), effort=effort).bound
    sited = Sited(ordered, covered, after, max(bound, after), found.value, found.bound)
    return sited, ServedNow(before.value, found.value, found.bound, found.load[ordered])
