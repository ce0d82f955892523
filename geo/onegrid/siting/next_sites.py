"""New sites among the fixes of a measured district: for each kind the best, then the next best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from onegrid.coverage.effects import Fix
from onegrid.coverage.walks import Catchments, known_codes
from onegrid.siting.gains import cover_gains
from onegrid.siting.kernels import greedy
from onegrid.standards import number

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from onegrid.coverage.gaps import Coverage


def next_sites(
    coverage: Coverage, candidates: gpd.GeoDataFrame, reached: pd.DataFrame
) -> list[Fix]:
    """Return for each kind the site that gains most, then what adds most to it, and so on.

    Most is most uncovered elders, then people, then the lowest id; ``fixes_per_kind`` sites of a
    kind at most. Unlike the sites of `solve.choose_sites`, the first stands for itself: it is the
    best single site, whatever is built later.

    Parameters
    ----------
    coverage
        A measured district.
    candidates
        Points by ``candidate_id``, such as `onegrid.coverage.fixes.candidate_points`.
    reached
        ``candidate_id, door_id, walk_s``: doors within the longest limit of each candidate.

    Raises
    ------
    InputError
        If `reached` names a candidate or door that is not known.
    """
    measured = coverage.measured
    doors, ordered = measured.demand.doors.index, candidates.sort_index()
    once = reached.drop_duplicates(["candidate_id", "door_id"])
    pairs = Catchments(
        known_codes(once["door_id"], doors, "candidates"),
        known_codes(once["candidate_id"], ordered.index, "candidates"),
        once["walk_s"].to_numpy(np.float64),
    )
    elders, people = coverage.counts
    weight = elders * (people.sum() + 1.0) + people  # an elder outweighs everybody else
    xy = ordered.geometry.get_coordinates().to_numpy()
    found = []
    for row, service in enumerate(measured.services):
        left = ~measured.walks.within[row]
        limits = np.full(len(doors), service.limit_s)
        gains = cover_gains(pairs, weight, ~left, sites=len(ordered), limit_s=limits)
        for turn, site in enumerate(greedy(gains, int(number("fixes_per_kind"))).tolist(), start=1):
            mine = gains.door[gains.site_start[site] : gains.site_start[site + 1]]
            served = mine[left[mine]]
            left[served] = False
            gained = float(elders[served].sum()), float(people[served].sum())
            note = f"同类第 {turn} 处新址"
            where = f"{xy[site, 0]:.1f} {xy[site, 1]:.1f}"
            found.append(Fix(service.kind, "new_site", where, *gained, note, served))
    return found
