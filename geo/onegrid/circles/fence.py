"""Keep drawn street pieces on their own side of barrier lines.

A street that itself crosses a barrier, on a bridge or at a level crossing, is drawn on both sides:
what is cut away is only what lies beyond a barrier from the piece it belongs to. So a river cuts
off the strip that a riverside street would paint on the other bank, and a railway below a bridge
leaves the bridge whole.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.build import Network

_TOUCH_M = 1e-3  # a street that enters a part for less only touches it


class Fences(NamedTuple):
    """Barrier pieces by edge: those near edge e are rows ``indptr[e]:indptr[e + 1]`` of ``xy``.

    ``xy`` is float64 (pieces, 4), x, y, x, y of straight pieces in metres.
    """

    indptr: NDArray[np.int64]
    xy: NDArray[np.float64]


@lru_cache(maxsize=8)
def find_fences(network: Network, near_m: float, *, crossed: bool = True) -> Fences:
    """Return the barrier pieces within some metres of each edge; found once for each network.

    Those that the edge itself crosses are left out unless ``crossed``.
    """
    if len(network.barriers) == 0:
        return Fences(np.zeros(len(network.ends) + 1, np.int64), np.empty((0, 4)))
    edge, piece = network.barrier_tree.query(network.lines, predicate="dwithin", distance=near_m)
    if not crossed:
        beside = ~shapely.crosses(network.lines[edge], network.barrier_tree.geometries[piece])
        edge, piece = edge[beside], piece[beside]
    order = np.lexsort((piece, edge))
    indptr = np.searchsorted(edge[order], np.arange(len(network.ends) + 1))
    return Fences(indptr.astype(np.int64), network.barrier_segments[piece[order]])


def cut_at_fences(
    shapes: NDArray[np.object_],
    lines: NDArray[np.object_],
    edge: NDArray[np.int64],
    fences: Fences,
) -> NDArray[np.object_]:
    """Return each shape without the parts that barriers part from the line inside it.

    Parameters
    ----------
    shapes
        Polygons, each drawn around the line of the same place.
    lines
        Street pieces.
    edge
        The edge each piece belongs to, int64.
    fences
        Barriers near each edge.
    """
    near = np.flatnonzero(fences.indptr[edge + 1] > fences.indptr[edge])
    if len(near) == 0:
        return shapes
    cut = shapes.copy()
    for i in near:  # few: only pieces beside a barrier, each with its own
        rows = slice(fences.indptr[edge[i]], fences.indptr[edge[i] + 1])
        barrier = shapely.linestrings(fences.xy[rows].reshape(-1, 2, 2))
        cut[i] = keep_attached(shapes[i], lines[i], barrier)
    return cut


def keep_attached(
    shape: shapely.Geometry, line: shapely.Geometry, barrier: NDArray[np.object_]
) -> shapely.Geometry:
    """Return the parts of a shape, parted by barrier lines, in which some of the line runs.

    Examples
    --------
    >>> street, river = shapely.from_wkt(["LINESTRING (0 0, 9 0)", "LINESTRING (-99 5, 99 5)"])
    >>> keep_attached(street.buffer(25), street, np.array([river])).bounds[3]
    5.0
    """
    border = shapely.union_all([shape.boundary, *barrier])
    faces = shapely.get_parts(shapely.polygonize([border]))
    faces = faces[shapely.contains_properly(shape, shapely.point_on_surface(faces))]
    if len(faces) < 2:  # noqa: PLR2004  (one face is the whole shape)
        return shape
    shapely.prepare(faces)
    beside = shapely.intersects(faces, line)
    inside_m = shapely.length(shapely.intersection(faces[beside], line))
    return shapely.union_all(faces[beside][inside_m > _TOUCH_M])
