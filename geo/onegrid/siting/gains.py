"""What each candidate would give to each door, as a sparse matrix in both orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import coo_array

from onegrid.compiled import kernel
from onegrid.coverage.walks import within_limit

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.walks import Catchments

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]


class Gains(NamedTuple):
    """Gains of candidates for doors, all above 0; a door has the best gain of the chosen sites.

    Sites of door d are ``site[door_start[d]:door_start[d + 1]]``, best gain first, equal gains by
    site; doors of site j are ``door[site_start[j]:site_start[j + 1]]``, ascending. Sizes are
    linear in the reached pairs.
    """

    door_start: Ints
    site: Ints
    door_gain: Floats
    site_start: Ints
    door: Ints
    site_gain: Floats

    @property
    def doors(self) -> int:
        """The number of doors."""
        return len(self.door_start) - 1

    @property
    def sites(self) -> int:
        """The number of candidates."""
        return len(self.site_start) - 1

    @property
    def whole(self) -> bool:
        """Whether every gain is a whole number, so that values are too."""
        return bool((self.door_gain == np.rint(self.door_gain)).all())


def make_gains(door: Ints, site: Ints, gain: Floats, *, doors: int, sites: int) -> Gains:
    """Return gains from pairs in any order; gains of 0 or less are left out, pairs are unique.

    Examples
    --------
    >>> found = make_gains(np.array([1, 0, 1]), np.array([0, 0, 1]), np.array([2.0, 3.0, 5.0]),
    ...     doors=2, sites=2)
    >>> found.site.tolist(), found.door_gain.tolist()
    ([0, 1, 0], [3.0, 5.0, 2.0])
    """
    good = gain > 0
    pairs = coo_array((gain[good], (door[good], site[good])), shape=(doors, sites))
    by_site = pairs.tocsc()
    by_door = by_site.tocsr()  # from columns, so that sites ascend within a door
    start, site = by_door.indptr.astype(np.int64), by_door.indices.astype(np.int64)
    best_first(start, site, by_door.data)
    return Gains(
        *(start, site, by_door.data),
        *(by_site.indptr.astype(np.int64), by_site.indices.astype(np.int64), by_site.data),
    )


@kernel
def best_first(start: Ints, site: Ints, gain: Floats) -> None:
    """Sort the sites of every door by gain, the best first, in place; equal gains stay as is."""
    for d in range(start.size - 1):
        a, b = start[d], start[d + 1]
        for e in range(a + 1, b):
            if gain[e] > gain[e - 1]:
                order = np.argsort(-gain[a:b], kind="mergesort")
                site[a:b], gain[a:b] = site[a:b][order], gain[a:b][order]
                break


def cover_gains(
    pairs: Catchments, weight: Floats, covered: Bools, *, sites: int, limit_s: Floats
) -> Gains:
    """Return the weight that each candidate would newly cover, door by door.

    Parameters
    ----------
    pairs
        Reached pairs of door and candidate, ``facility`` being the candidate.
    weight, covered
        By door: how much it counts, and whether an existing facility covers it already.
    limit_s
        By door: longer walks cover nobody.
    """
    kept = ~covered[pairs.door] & within_limit(pairs.walk_s, limit_s[pairs.door])
    door, site = pairs.door[kept], pairs.facility[kept]
    return make_gains(door, site, weight[door], doors=len(weight), sites=sites)


def walk_gains(pairs: Catchments, weight: Floats, now_s: Floats, *, sites: int) -> Gains:
    """Return the weighted walking seconds that each candidate would save, door by door.

    ``now_s`` is what a door walks without any new site.
    """
    saved = weight[pairs.door] * (now_s[pairs.door] - pairs.walk_s)
    return make_gains(pairs.door, pairs.facility, saved, doors=len(weight), sites=sites)


def value_of(gains: Gains, chosen: Ints) -> float:
    """Return the sum over doors of the best gain among the chosen sites."""
    return float(best_gains(gains, chosen).sum())


def best_gains(gains: Gains, chosen: Ints) -> Floats:
    """Return the best gain of each door among the chosen sites, float64 (doors)."""
    best = np.zeros(gains.doors)
    mine = np.zeros(gains.sites, dtype=np.bool_)
    mine[chosen] = True
    door = np.repeat(np.arange(gains.doors), np.diff(gains.door_start))
    hit = mine[gains.site]
    np.maximum.at(best, door[hit], gains.door_gain[hit])
    return best
