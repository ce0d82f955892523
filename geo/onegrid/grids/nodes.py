"""Put polygons that stay beside polygons that are new, so that both share every node."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.grids.faces import faces_of, merged
from onegrid.grids.locate import locate
from onegrid.layers.borders import borders_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NODE_M: Final = 0.0015  # a node this close to an edge lies on it: both are on the 1 mm grid
_CRACK_M: Final = 0.005  # noding on the 1 mm grid leaves no wider gap


def matched(
    kept: NDArray[np.object_], new: NDArray[np.object_]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return kept polygons and new ones as one coverage.

    Kept polygons get the nodes of new ones on their border and are otherwise as they were. Only
    where that is not enough, since a border bent by half a millimetre meets another one, all
    borders are noded again; then a polygon as thin as that may vanish.

    Parameters
    ----------
    kept, new
        Polygons on the 1 mm grid, each a valid coverage, that touch and do not overlap.

    Returns
    -------
    polygons
        Those of `kept`, then those of `new`.
    index
        Number of each in the two arrays together.
    """
    shared, complete = share_nodes(kept, new)
    polygons = np.append(shared, new)
    index = np.arange(len(polygons))
    # a crack that is open to the outside is no fault of a coverage: it has to be asked apart
    if complete and shapely.is_valid(polygons).all() and shapely.coverage_is_valid(polygons):
        return polygons, index
    faces = faces_of(shapely.boundary(polygons))
    before = np.append(kept, new)
    middles = shapely.point_on_surface(faces)
    owner = locate(middles, before)
    crack = (owner < 0) & (2 * shapely.area(faces) < _CRACK_M * shapely.length(faces))
    owner[crack] = shapely.STRtree(before).nearest(middles[crack])
    index, label = np.unique(owner[owner >= 0], return_inverse=True)
    noded = merged(faces[owner >= 0], label)
    same = shapely.equals_exact(shapely.normalize(noded), shapely.normalize(polygons[index]))
    return np.where(same, polygons[index], noded), index


def share_nodes(
    polygons: NDArray[np.object_], others: NDArray[np.object_]
) -> tuple[NDArray[np.object_], bool]:
    """Return `polygons` with every node of `others` that lies on their border as a node too.

    Polygons that lack none are returned as they are. The second value is false where a node lies
    on a border that `others` do not follow from end to end.

    Parameters
    ----------
    polygons, others
        Polygons on the 1 mm grid that touch and do not overlap.

    Examples
    --------
    >>> from shapely import box
    >>> kept = np.array([box(0, 0, 2, 2)], dtype=object)
    >>> beside = np.array([box(2, 0, 3, 1), box(2, 1, 3, 2)], dtype=object)
    >>> int(shapely.get_num_coordinates(share_nodes(kept, beside)[0][0]))
    6
    """
    count = len(polygons)
    borders = borders_of(np.append(polygons, others))
    single = borders.left < 0  # a piece that no twin lies on
    ours, theirs = single & (borders.right < count), single & (borders.right >= count)
    chains, complete = _chains(borders.ends_m[ours], borders.ends_m[theirs])
    result = polygons.copy()
    owners = borders.right[ours]
    for index in np.unique(owners[list(chains)]):  # few kept polygons lie beside new ones
        mine = [chains[edge] for edge in chains if owners[edge] == index]
        result[index] = _with_chains(polygons[index], mine)
    return result, complete


def _chains(
    edges: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[dict[int, list[tuple[float, float]]], bool]:
    """Return for each edge that `others` follow in several steps the nodes of that way.

    The second value is false if for some edge with nodes on it there is no such way.
    """
    known = {tuple(xy) for xy in edges.reshape(-1, 2)}
    nodes = np.unique(others.reshape(-1, 2), axis=0)
    nodes = nodes[[tuple(xy) not in known for xy in nodes]]
    lines = shapely.linestrings(edges.reshape(-1, 2, 2))
    near = shapely.STRtree(lines).query(
        shapely.points(nodes), predicate="dwithin", distance=_NODE_M
    )[1]
    steps: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for x1, y1, x2, y2 in others.tolist():
        steps.setdefault((x1, y1), []).append((x2, y2))
        steps.setdefault((x2, y2), []).append((x1, y1))
    chains = {}
    for edge in np.unique(near):  # the edges beside new ground
        x1, y1, x2, y2 = edges[edge].tolist()
        chain = _walk(steps, (x1, y1), (x2, y2))
        if len(chain) > 2:  # noqa: PLR2004  (two are the ends)
            chains[int(edge)] = chain
    return chains, len(chains) == len(np.unique(near))


def _walk(
    steps: dict[tuple[float, float], list[tuple[float, float]]],
    start: tuple[float, float],
    end: tuple[float, float],
) -> list[tuple[float, float]]:
    """Return the nodes from start to end along the straight line, empty if there is no way."""
    length_m = math.dist(start, end)
    ahead = ((end[0] - start[0]) / length_m, (end[1] - start[1]) / length_m)

    def place(node: tuple[float, float]) -> tuple[float, float]:
        x, y = node[0] - start[0], node[1] - start[1]
        return x * ahead[0] + y * ahead[1], abs(x * ahead[1] - y * ahead[0])

    chain = [start]
    while chain[-1] != end:
        passed = place(chain[-1])[0]
        further = [
            (place(node), node)
            for node in steps.get(chain[-1], [])
            if place(node)[0] > passed and place(node)[1] <= _NODE_M
        ]
        if not further or min(further)[0][0] > length_m + _NODE_M:
            return []
        chain.append(min(further)[1])
    return chain


def _with_chains(
    polygon: shapely.Polygon, chains: list[list[tuple[float, float]]]
) -> shapely.Polygon:
    """Return the polygon with the nodes of each chain between its two ends."""
    between = {(chain[0], chain[-1]): chain[1:-1] for chain in chains}
    between |= {(b, a): nodes[::-1] for (a, b), nodes in between.items()}
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        nodes = [tuple(xy) for xy in ring.coords]
        longer = [nodes[0]]
        for pair in itertools.pairwise(nodes):
            longer += [*between.get(pair, []), pair[1]]
        rings.append(longer)
    return shapely.Polygon(rings[0], rings[1:])
