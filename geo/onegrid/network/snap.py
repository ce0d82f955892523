"""Join doors to the nearest street edge they can walk to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.compiled import in_threads, kernel, part
from onegrid.network.boxes import (
    FAN,
    STACK,
    Tree,
    box_gap2,
    crosses,
    curve_order,
    nearest_on,
    pieces_within,
)
from onegrid.network.tags import EdgeFlag
from onegrid.network.times import usable_edges
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_END_M: Final = 1e-6  # a door this close to the end of an edge is at its node
_CONTACT_M: Final = 1e-3  # a leg whose very end lies on a barrier touches it and does not cross it
_SURFACE: Final = 1
_UNDERGROUND: Final = 2
_CHUNK: Final = 1 << 14  # doors a task; neighbours, so that one task works on one part of town


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

    Raises
    ------
    NetworkError
        If the network's arrays do not fit each other.

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
    streets, barriers = network.street_tree, network.barrier_pieces
    allowed = _allowed(network, profile.steps_allowed)
    xy = np.full((len(points), 2), np.nan)
    placed = np.flatnonzero(has_place(points))
    xy[placed] = shapely.get_coordinates(points[placed])
    low, size = streets.box[-1, :2], float((streets.box[-1, 2:] - streets.box[-1, :2]).max())
    order = placed[curve_order(xy[placed], low, size)]
    edge = np.full(len(points), -1, dtype=np.int64)
    along_m, gap_m = np.full(len(points), np.nan), np.full(len(points), np.nan)
    limit_m = number("join_limit_m")

    def join(first: int) -> None:
        rows = order[first : first + _CHUNK]
        edge[rows], found = _join(streets, barriers, allowed, xy[rows], limit_m)
        along_m[rows], gap_m[rows], xy[rows] = found[:, 0], found[:, 1], found[:, 2:]

    in_threads(join, range(0, len(order), _CHUNK))
    xy[edge < 0] = np.nan
    rest_m = np.where(edge >= 0, network.length_m[edge] - along_m, np.inf)
    along_m = np.where(along_m < _END_M, 0.0, np.where(rest_m < _END_M, along_m + rest_m, along_m))
    return Joints(edge, along_m, gap_m, xy)


def has_place(points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which points are neither null nor empty, and have finite coordinates."""
    # An empty point has no bounds (NaN), and asking for its x is an error.
    return np.asarray(np.isfinite(shapely.bounds(points)).all(axis=-1))


@lru_cache(maxsize=8)
def _allowed(network: Network, steps_allowed: bool) -> NDArray[np.uint8]:  # noqa: FBT001  (cache key)
    """Return by edge whether it may be joined, and whether it is underground."""
    below = (network.flags & np.uint16(EdgeFlag.UNDERGROUND)) != 0
    usable = usable_edges(network, steps_allowed=steps_allowed)
    kind = np.where(below, _UNDERGROUND, _SURFACE)
    return np.where(usable, kind, 0).astype(np.uint8)


@kernel
def _join(
    streets: Tree,
    barriers: Tree,
    allowed: NDArray[np.uint8],
    xy: NDArray[np.float64],
    limit_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return edge (-1: none), and metres along it, metres to it and place of every joint."""
    edge, found = np.empty(len(xy), np.int64), np.empty((len(xy), 4))
    stack, gap2 = np.empty((STACK, 2), np.int64), np.empty(STACK)
    for row in range(len(xy)):
        x, y = xy[row, 0], xy[row, 1]
        edge[row] = -1
        found[row, 0] = found[row, 1] = found[row, 2] = found[row, 3] = np.nan
        for kind in (_SURFACE, _UNDERGROUND):
            piece = _nearest(streets, allowed, kind, (x, y, limit_m), stack, gap2)
            if piece >= 0 and _blocked(streets, barriers, piece, x, y):
                piece = _nearest_clear(streets, barriers, allowed, kind, (x, y, limit_m))
            if piece >= 0:
                qx, qy, size2 = nearest_on(streets, piece, x, y)
                ax, ay = streets.piece[piece, 0], streets.piece[piece, 1]
                edge[row] = streets.line[piece]
                found[row, 0] = streets.along_m[piece] + np.hypot(qx - ax, qy - ay)
                found[row, 1], found[row, 2], found[row, 3] = np.sqrt(size2), qx, qy
                break
    return edge, found


@part
def _nearest(
    tree: Tree,
    allowed: NDArray[np.uint8],
    kind: int,
    within: tuple[float, float, float],
    stack: NDArray[np.int64],
    gap2: NDArray[np.float64],
) -> int:
    """Return the nearest piece of a line of one kind, -1 for none; equal: the lowest line."""
    x, y, limit_m = within
    best, best2 = int(np.int64(-1)), limit_m * limit_m  # a bare -1 would be a type of its own
    stack[0, 0], stack[0, 1], gap2[0] = tree.level[-1] - 1, len(tree.level) - 2, 0.0
    size = 1
    while size > 0:
        size -= 1
        b, depth = stack[size, 0], stack[size, 1]
        if gap2[size] > best2:
            continue
        first = (b - tree.level[depth]) * FAN
        if depth == 0:
            for i in range(first, min(first + FAN, len(tree.piece))):
                near2 = nearest_on(tree, i, x, y)[2]
                if allowed[tree.line[i]] == kind and _before(tree, i, near2, best, best2):
                    best, best2 = i, near2
            continue
        base = size
        for child in range(first, min(first + FAN, tree.level[depth] - tree.level[depth - 1])):
            below = tree.level[depth - 1] + child
            far2 = box_gap2(tree, below, x, y)
            if far2 > best2:
                continue
            at = size  # the nearest box on top: it is searched first, and shuts out the others
            while at > base and gap2[at - 1] < far2:
                gap2[at] = gap2[at - 1]
                stack[at, 0], stack[at, 1] = stack[at - 1, 0], stack[at - 1, 1]
                at -= 1
            stack[at, 0], stack[at, 1], gap2[at] = below, depth - 1, far2
            size += 1
    return best


@part
def _before(tree: Tree, i: int, near2: float, best: int, best2: float) -> bool:
    """Return whether piece i comes before the best one: by distance, line, place on the line."""
    if near2 != best2 or best < 0:
        return near2 <= best2
    first: bool = tree.along_m[i] < tree.along_m[best]
    if tree.line[i] != tree.line[best]:
        first = tree.line[i] < tree.line[best]
    return first


@part
def _blocked(streets: Tree, barriers: Tree, piece: int, x: float, y: float) -> bool:
    """Return whether the straight leg from a place to a piece crosses a barrier."""
    if len(barriers.piece) == 0:
        return False
    qx, qy, size2 = nearest_on(streets, piece, x, y)
    if size2 <= 4 * _CONTACT_M * _CONTACT_M:
        return False
    trim = _CONTACT_M / np.sqrt(size2)
    dx, dy = (qx - x) * trim, (qy - y) * trim
    leg = (x + dx, y + dy, qx - dx, qy - dy)
    hit: bool = crosses(barriers, leg, np.empty(32, np.int64))
    return hit


@part
def _nearest_clear(
    streets: Tree,
    barriers: Tree,
    allowed: NDArray[np.uint8],
    kind: int,
    within: tuple[float, float, float],
) -> int:
    """Return the nearest piece past no barrier, looking at every line within the limit."""
    x, y, limit_m = within
    bounds = (x - limit_m, y - limit_m, x + limit_m, y + limit_m)
    near, count = pieces_within(streets, bounds, np.empty(256, np.int64))
    gap2 = np.empty(count)
    for k in range(count):
        gap2[k] = np.inf
        if allowed[streets.line[near[k]]] == kind:
            gap2[k] = nearest_on(streets, near[k], x, y)[2]
    while True:
        best, best2 = int(np.int64(-1)), limit_m * limit_m
        for k in range(count):
            if _before(streets, near[k], gap2[k], best, best2):
                best, best2 = near[k], gap2[k]
        if best < 0 or not _blocked(streets, barriers, best, x, y):
            return best
        for k in range(count):  # a line has one nearest place: its others do not count
            if streets.line[near[k]] == streets.line[best]:
                gap2[k] = np.inf
