"""Join doors to the nearest street edge they can walk to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.network.tags import EdgeFlag
from onegrid.network.times import usable_edges
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_END_M = 1e-6  # a door this close to the end of an edge is at its node
_CONTACT_M = 1e-3  # a leg whose very end lies on a barrier touches it and does not cross it


@dataclass(frozen=True)
class Joints:
    """Where doors join the network, one row per door in their order.

    ``edge`` int64 (-1: no usable edge within the limit); ``along_m`` float64 from the start of
    the edge; ``gap_m`` float64 from the door to the street; ``xy`` float64 (doors, 2) the place
    on the street. The last three are NaN where ``edge`` is -1.
    """

    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]
    gap_m: NDArray[np.float64]
    xy: NDArray[np.float64]


def join_edges(network: Network, points: NDArray[np.object_], *, profile: Profile) -> Joints:
    """Join points to the nearest point of the nearest usable edge within 100 m.

    An edge is usable if the profile may walk it and the straight leg to it crosses no barrier
    line (touching one with its end, as at a bridge, is not crossing). Underground edges count only
    for points without a usable edge on the surface. Equal distance: the lowest edge.

    Parameters
    ----------
    network
        The network; `points` are in its CRS.
    points
        Points; null, empty and non-finite ones join nothing.
    profile
        Who walks.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0 0, 9 0)"]), crs=4547)
    >>> joints = join_edges(build_network(street)[0], shapely.points([[4, 3]]), profile=profile())
    >>> joints.edge.item(), joints.along_m.item(), joints.gap_m.item()
    (0, 4.0, 3.0)
    """
    edge = np.full(len(points), -1, dtype=np.int64)
    placed = has_place(points)
    for underground in (False, True):
        todo = np.flatnonzero(placed & (edge < 0))
        if len(todo):
            index = _index(network, profile.steps_allowed, underground)
            edge[todo] = _nearest(network, index, points[todo])
    return _joints(network, points, edge)


def has_place(points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which points are neither null nor empty, and have finite coordinates."""
    # An empty point has no bounds (NaN), and asking for its x is an error.
    return np.asarray(np.isfinite(shapely.bounds(points)).all(axis=-1))


@dataclass(frozen=True)
class _Index:
    tree: shapely.STRtree
    edges: NDArray[np.int64]


@lru_cache(maxsize=8)
def _index(network: Network, steps_allowed: bool, underground: bool) -> _Index:  # noqa: FBT001  (cache key)
    below = (network.flags & np.uint16(EdgeFlag.UNDERGROUND)) != 0
    usable = usable_edges(network, steps_allowed=steps_allowed)
    edges = np.flatnonzero(usable & (below == underground))
    return _Index(shapely.STRtree(network.lines[edges]), edges)


def _nearest(network: Network, index: _Index, points: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the edge of each point, -1 for none."""
    limit_m = number("join_limit_m")
    edge = np.full(len(points), -1, dtype=np.int64)
    point, line = index.tree.query_nearest(points, max_distance=limit_m, all_matches=True)
    found = index.edges[line]
    order = np.lexsort((found, point))
    point, found = point[order], found[order]
    clear = ~_crosses_barrier(network, points[point], found)
    _first(edge, point[clear], found[clear])
    blocked = np.setdiff1d(point, point[clear])
    if len(blocked):
        edge[blocked] = _nearest_clear(network, index, points[blocked], limit_m)
    return edge


def _nearest_clear(
    network: Network, index: _Index, points: NDArray[np.object_], limit_m: float
) -> NDArray[np.int64]:
    """Return the nearest edge past no barrier, looking at every edge within the limit."""
    edge = np.full(len(points), -1, dtype=np.int64)
    point, line = index.tree.query(points, predicate="dwithin", distance=limit_m)
    found = index.edges[line]
    clear = ~_crosses_barrier(network, points[point], found)
    point, found = point[clear], found[clear]
    gap_m = shapely.distance(points[point], network.lines[found])
    order = np.lexsort((found, gap_m, point))
    _first(edge, point[order], found[order])
    return edge


def _first(edge: NDArray[np.int64], point: NDArray[np.int64], found: NDArray[np.int64]) -> None:
    """Write the first edge found for each point; ``point`` is sorted."""
    first, at = np.unique(point, return_index=True)
    edge[first] = found[at]


def _crosses_barrier(
    network: Network, points: NDArray[np.object_], edge: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which straight legs, from a point to its edge, cross a barrier line."""
    crosses = np.zeros(len(points), dtype=np.bool_)
    if len(network.barriers) == 0 or len(points) == 0:
        return crosses
    legs = shapely.get_coordinates(shapely.shortest_line(points, network.lines[edge]))
    legs = legs.reshape(-1, 2, 2)
    step = legs[:, 1] - legs[:, 0]
    length_m = np.hypot(step[:, 0], step[:, 1])
    long = np.flatnonzero(length_m > 2 * _CONTACT_M)
    trim = step[long] * (_CONTACT_M / length_m[long])[:, None]
    inner = shapely.linestrings(np.stack([legs[long, 0] + trim, legs[long, 1] - trim], axis=1))
    hit, piece = network.barrier_tree.query(inner, predicate="intersects")
    # A leg that runs along a wall is not through it.
    shared = shapely.intersection(inner[hit], network.barrier_tree.geometries[piece])
    crosses[long[hit[shapely.length(shared) == 0]]] = True
    return crosses


def _joints(network: Network, points: NDArray[np.object_], edge: NDArray[np.int64]) -> Joints:
    along_m, gap_m = np.full(len(edge), np.nan), np.full(len(edge), np.nan)
    xy = np.full((len(edge), 2), np.nan)
    joined = np.flatnonzero(edge >= 0)
    lines, length_m = network.lines[edge[joined]], network.length_m[edge[joined]]
    at_m = shapely.line_locate_point(lines, points[joined])
    at_m = np.where(at_m < _END_M, 0.0, np.where(length_m - at_m < _END_M, length_m, at_m))
    along_m[joined] = at_m
    gap_m[joined] = shapely.distance(lines, points[joined])
    xy[joined] = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m))
    return Joints(edge, along_m, gap_m, xy)
