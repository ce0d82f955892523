"""Missing links: where a gate, a crossing or a bridge would bring most elders within reach.

Two street points are near in the air and far on foot when the walk to the nearest facility is much
longer from one of them than from the other and the way between. What a link gains is then counted
on the streets: every uncovered door that walks to its one end, over it, and on from its other end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.spatial import KDTree

from onegrid.coverage.walks import known_codes, nearest_arrays, within_limit
from onegrid.standards import number

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.gaps import Coverage
    from onegrid.coverage.rules import Service

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

_SAME_PLACE_M = 0.001


def street_points(lines: npt.NDArray[np.object_], crs: str) -> gpd.GeoDataFrame:
    """Return places on streets that a link may join, indexed by ``point_id``.

    Both ends of every line and equal steps between, ``link_points_m`` at most; of points at one
    place the first.

    Examples
    --------
    >>> street = np.array([shapely.LineString([(0, 0), (90, 0)])], dtype=object)
    >>> [p.x for p in street_points(street, "EPSG:4548").geometry]
    [0.0, 45.0, 90.0]
    """
    steps = np.ceil(shapely.length(lines) / number("link_points_m")).astype(np.int64)
    line = np.repeat(np.arange(len(lines)), steps + 1)
    first = np.cumsum(steps + 1) - (steps + 1)
    along = (np.arange(len(line)) - first[line]) / np.maximum(steps, 1)[line]
    points = shapely.line_interpolate_point(lines[line], along, normalized=True)
    place = np.round(shapely.get_coordinates(points) / _SAME_PLACE_M).astype(np.int64)
    _, kept = np.unique(place, axis=0, return_index=True)
    points = points[np.sort(kept)]
    return gpd.GeoDataFrame(
        index=pd.Index([f"p{i:07d}" for i in range(len(points))], name="point_id"),
        geometry=points,
        crs=crs,
    )


def missing_links(
    coverage: Coverage, points: gpd.GeoDataFrame, nearest: pd.DataFrame
) -> gpd.GeoDataFrame:
    """Return the links worth counting, at most one of each kind for each square they start in.

    A link is at most ``link_most_m`` long, saves ``link_saving_s`` at least, leads to a facility
    within the limit, and is ``severed_ratio`` times as far on foot as in the air.

    Parameters
    ----------
    coverage
        A measured district.
    points
        Street points by ``point_id``, such as `street_points`.
    nearest
        ``id, kind, facility_id, walk_s``: the nearest facility of each kind for each point,
        without a limit and not rounded.

    Returns
    -------
    links
        ``kind, point_id`` (where it starts), ``rest_s`` (over it and on to the facility), and the
        line, metric CRS; in the order of kinds, then from west to east.
    """
    measured = coverage.measured
    services, ids = measured.services, points.index
    walk_s, _ = nearest_arrays(nearest, services, ids, measured.facilities.index)
    xy = points.geometry.get_coordinates().to_numpy()
    pairs = KDTree(xy).query_pairs(number("link_most_m"), output_type="ndarray")
    start, end = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64).T
    over_s = np.hypot(*(xy[start] - xy[end]).T) / coverage.options.profile.speed_m_s
    rows = []
    for service, to_facility in zip(services, np.nan_to_num(walk_s, nan=np.inf), strict=True):
        rest_s = over_s + to_facility[end]
        worth = np.flatnonzero(_worth(to_facility[start], rest_s, over_s, service))
        chosen = worth[_best_in_squares(xy[start[worth]], rest_s[worth], end[worth])]
        rows.append(
            gpd.GeoDataFrame(
                {
                    "kind": np.full(len(chosen), service.kind, dtype=object),
                    "point_id": ids.to_numpy(object)[start[chosen]],
                    "rest_s": rest_s[chosen],
                },
                geometry=shapely.linestrings(np.stack([xy[start[chosen]], xy[end[chosen]]], 1)),
                crs=points.crs,
            )
        )
    return gpd.GeoDataFrame(pd.concat(rows, ignore_index=True), crs=points.crs)


def _worth(
    to_facility_s: Floats, rest_s: Floats, over_s: Floats, service: Service
) -> npt.NDArray[np.bool_]:
    """Return which links lead to a facility in time and are near in the air, far on foot."""
    start = np.flatnonzero(rest_s <= service.limit_s)  # who starts there is nowhere yet
    round_s = to_facility_s[start] - (rest_s[start] - over_s[start])
    saves = to_facility_s[start] - rest_s[start] >= number("link_saving_s")
    far = round_s >= number("severed_ratio") * over_s[start]
    found = np.zeros(len(rest_s), dtype=bool)
    found[start[saves & far]] = True
    return found


def _best_in_squares(xy: Floats, rest_s: Floats, tie: Ints) -> Ints:
    """Return the place with the shortest rest in each square, squares from west to east."""
    square = np.floor(xy / number("link_square_m"))
    order = np.lexsort((tie, rest_s, square[:, 1], square[:, 0]))
    _, first = np.unique(square[order], axis=0, return_index=True)
    return np.asarray(order[first], dtype=np.int64)


def best_links(
    coverage: Coverage, links: gpd.GeoDataFrame, reached: pd.DataFrame, row: int
) -> list[tuple[int, Ints]]:
    """Return the links of one service that gain most, with the doors each gains by itself.

    Each next one adds most elders, then people, to those before it: links side by side count once.
    Of equals the shorter is better.

    Parameters
    ----------
    coverage
        A measured district.
    links
        The table of `missing_links`.
    reached
        ``door_id, point_id, walk_s``: starts within the longest limit of uncovered doors, not
        rounded.
    row
        Position of the service.

    Returns
    -------
    chosen
        The position in `links` and the positions of the doors, ``fixes_per_kind`` at most.

    Raises
    ------
    InputError
        If `reached` names a door that is not known.
    """
    measured, service = coverage.measured, coverage.measured.services[row]
    mine = np.flatnonzero((links["kind"] == service.kind).to_numpy())
    of_point = pd.DataFrame({"point_id": links["point_id"].to_numpy()[mine], "link": mine})
    pairs = reached.merge(of_point, on="point_id")
    door = known_codes(pairs["door_id"], measured.demand.doors.index, "links")
    link = pairs["link"].to_numpy(np.int64)
    whole_s = pairs["walk_s"].to_numpy(np.float64) + links["rest_s"].to_numpy()[link]
    kept = within_limit(whole_s, service.limit_s) & ~measured.walks.within[row, door]
    shape = (len(links), len(measured.demand.doors))
    gains = csr_array((np.ones(kept.sum()), (link[kept], door[kept])), shape=shape)
    elders, people = coverage.counts
    length_m, left = shapely.length(links.geometry.to_numpy()), np.ones(len(people))
    chosen = []
    for _ in range(int(number("fixes_per_kind"))):
        added = gains @ np.column_stack([elders * left, people * left])
        best = int(np.lexsort((length_m, -added[:, 1], -added[:, 0]))[0]) if len(added) else -1
        if best < 0 or not added[best, 1]:
            break
        doors = gains[[best]].indices.astype(np.int64)
        chosen.append((best, np.sort(doors)))
        left[doors] = 0.0
    return chosen
