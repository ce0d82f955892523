"""Most weight served when every site serves only so much: capacitated covering."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from onegrid.coverage.walks import within_limit
from onegrid.siting.capacity_exact import Served, most_served
from onegrid.siting.capacity_prices import nearly_most_served
from onegrid.siting.choose import Effort, choose, in_order
from onegrid.siting.gains import make_gains, value_of
from onegrid.siting.reduce import merge_doors, shrink
from onegrid.siting.solve import Sited

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.walks import Catchments
    from onegrid.siting.gains import Gains
    from onegrid.siting.situation import Situation

    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


def best_served(
    reach: Gains, capacity: Floats, built: Bools, *, count: int, effort: Effort
) -> Served:
    """Choose at most `count` new sites so that most weight finds a place, and prove how good it is.

    Prices and a search come first. HiGHS is asked only where they leave more than
    ``effort.served_gap`` open and no more than ``effort.capacity_pairs`` pairs of sites that a
    better choice may contain.

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
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> reach = make_gains(door, site, np.array([9.0, 9.0, 4.0]), doors=2, sites=2)
    >>> best_served(reach, np.array([8.0, 7.0]), np.zeros(2, bool), count=1, effort=Effort())
    Served(sites=array([0]), value=8.0, bound=8.0, load=array([8., 0.]))
    """
    near = nearly_most_served(reach, capacity, built, count=count, effort=effort)
    found, left = near.found, np.flatnonzero(near.may | near.must | built)
    if found.gap <= effort.served_gap:
        return found
    few = shrink(reach, settled=np.empty(0, dtype=np.int64), free=left).gains
    if len(few.site) > effort.capacity_pairs:
        return found
    stays = built | near.must
    more = count - int(near.must.sum())
    near_enough = replace(effort, gap=effort.served_gap)
    proven = most_served(few, capacity[left], stays[left], count=more, effort=near_enough)
    bound = max(found.value, min(found.bound, proven.bound))
    if proven.value <= found.value:
        return found._replace(bound=bound)
    load = np.zeros(reach.sites)
    load[left] = proven.load
    chosen = near.must.copy()
    chosen[left[proven.sites]] = True
    return Served(np.flatnonzero(chosen), proven.value, bound, load)


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
    before = best_served(merged, capacity, built, count=0, effort=effort)
    found = best_served(merged, capacity, built, count=count, effort=effort)
    cover = situation.cover()
    ordered = in_order(cover, found.sites)
    covered = float(situation.weight[situation.covered].sum())
    after = covered + value_of(cover, ordered)
    bound = covered + choose(cover, max(1, len(ordered)), effort=effort).bound
    sited = Sited(ordered, covered, after, max(bound, after), found.value, found.bound)
    return sited, ServedNow(before.value, found.value, found.bound, found.load[ordered])
