"""The fewest (or cheapest) sites that cover everybody who can be covered: LSCP and p-centre."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from onegrid.siting.cover_kernels import descend_cover, greedy_cover, packed
from onegrid.siting.cover_reduce import reduce_cover
from onegrid.siting.cover_walk import fewer_sites
from onegrid.siting.gains import make_gains
from onegrid.siting.reduce import merge_doors

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.siting.choose import Effort
    from onegrid.siting.gains import Gains

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_HALF = 0.5
_STEPS_A_SITE = 50  # of a walk at most: small pieces are soon walked through
_NOISE = 1e-6  # of a sum of costs


class Cover(NamedTuple):
    """Sites that cover every door with a gain, what they cost, and the least any cover costs."""

    sites: Ints
    cost: float
    bound: float


def cheapest_cover(gains: Gains, cost: Floats, *, effort: Effort) -> Cover:
    """Choose sites that together reach every door anybody reaches, at the least cost.

    What must be taken is taken, what another site or door makes needless is dropped, and what is
    left falls apart into pieces that are solved one by one.

    Parameters
    ----------
    gains
        Who reaches whom; how large the gains are does not matter.
    cost
        float64 (sites), above 0; ones ask for the fewest sites.
    effort
        Gap and nodes.

    Examples
    --------
    >>> from onegrid.siting.choose import Effort
    >>> from onegrid.siting.gains import make_gains
    >>> door, site = np.array([0, 1, 1, 2, 2, 3]), np.array([0, 0, 1, 1, 2, 2])
    >>> gains = make_gains(door, site, np.ones(6), doors=4, sites=3)
    >>> cheapest_cover(gains, np.ones(3), effort=Effort())
    Cover(sites=array([0, 2]), cost=2.0, bound=2.0)
    """
    small = merge_doors(_alike(gains))
    rows, open_, taken = reduce_cover(small, cost)
    chosen = [np.flatnonzero(taken)]
    bound = float(cost[taken].sum())
    for sites, piece in _pieces(small, rows, open_):  # each is its own problem
        found = _solved(piece, cost[sites], effort)
        chosen.append(sites[found.sites])
        bound += found.bound
    sites = np.sort(np.concatenate(chosen)).astype(np.int64)
    return Cover(sites, float(cost[sites].sum()), min(bound, float(cost[sites].sum())))


def can_cover(gains: Gains, count: int, *, effort: Effort) -> tuple[Ints | None, bool]:
    """Return a cover of at most `count` sites, or None and whether it is proven there is none."""
    small = merge_doors(_alike(gains))
    ones = np.ones(small.sites)
    quick = greedy_cover(small, ones)
    if len(quick) <= count:
        return quick, False
    if packed(small) > count:
        return None, True
    found = cheapest_cover(small, ones, effort=effort)
    if len(found.sites) <= count:
        return found.sites, False
    return None, found.bound > count + _HALF


def _alike(gains: Gains) -> Gains:
    """Return the same reach with gains of 1: only who reaches whom matters."""
    door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))
    ones = np.ones(len(gains.site))
    return make_gains(door, gains.site, ones, doors=gains.doors, sites=gains.sites)


def _pieces(
    gains: Gains, rows: npt.NDArray[np.bool_], open_: npt.NDArray[np.bool_]
) -> list[tuple[Ints, Gains]]:
    """Return what is left as parts that share no site: the sites of each, and who reaches them."""
    door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))
    left = rows[door] & open_[gains.site]
    door, site = door[left], gains.site[left]
    links = coo_array(
        (np.ones(len(door)), (door, site + gains.doors)), shape=(gains.doors + gains.sites,) * 2
    )
    part = connected_components(links, directed=False)[1][door]
    order = np.argsort(part, kind="stable")
    cuts = np.flatnonzero(np.diff(part[order])) + 1
    found = []
    for pairs in np.split(order, cuts) if len(order) else []:
        sites, of_site = np.unique(site[pairs], return_inverse=True)
        doors, of_door = np.unique(door[pairs], return_inverse=True)
        ones = np.ones(len(pairs))
        piece = make_gains(of_door, of_site, ones, doors=len(doors), sites=len(sites))
        found.append((sites, piece))
    return found


def _solved(piece: Gains, cost: Floats, effort: Effort) -> Cover:
    """Solve one piece by prices and a walk, then by HiGHS if it is not too large."""
    descent = descend_cover(piece, cost, greedy_cover(piece, cost), effort.rounds)
    best = Cover(descent.chosen, descent.cost, _raised(descent.bound, cost))
    if best.bound < best.cost * (1 - effort.gap):
        if (cost == 1).all():
            least, steps = int(best.bound), min(effort.cover_steps, _STEPS_A_SITE * piece.sites)
            sites = fewer_sites(piece, best.sites, least=least, steps=steps, seed=effort.seed)
            best = Cover(sites, float(len(sites)), best.bound)
        still_open = best.bound < best.cost * (1 - effort.gap)
        if still_open and len(piece.site) <= effort.cover_pairs:
            found = _exact(piece, cost, effort)
            bound = max(best.bound, found.bound)
            best = (found if found.cost < best.cost else best)._replace(bound=bound)
    return best._replace(bound=min(best.bound, best.cost))


def _raised(bound: float, cost: Floats) -> float:
    """Return a bound raised to the next whole number where every cost is whole."""
    return float(np.ceil(bound - _NOISE)) if (cost == np.rint(cost)).all() else bound


def _exact(piece: Gains, cost: Floats, effort: Effort) -> Cover:
    """Return the best cover HiGHS finds in its nodes, and its bound; without one, it costs inf."""
    ones = np.ones(len(piece.site))
    links = csr_array((ones, piece.site, piece.door_start), shape=(piece.doors, piece.sites))
    result = milp(
        cost,
        constraints=LinearConstraint(links.tocsc(), 1, np.inf),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(cost)),
        options={"mip_rel_gap": effort.gap, "node_limit": effort.cover_nodes(len(ones))},
    )
    bound = 0.0 if result.mip_dual_bound is None else float(result.mip_dual_bound)
    if result.x is None:
        return Cover(np.empty(0, np.int64), np.inf, _raised(bound, cost))
    sites = np.flatnonzero(result.x > _HALF)
    return Cover(sites, float(cost[sites].sum()), _raised(bound, cost))
