"""The faces of one planar line work: how they are made, how they merge.

Everything a merged grid is made of is a set of these faces, so cells tile their community and share
every node by construction; nothing is ever overlaid afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.layers.borders import neighbours

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.layers.borders import Borders


def faces_of(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the faces that `lines` enclose, noded on the partition grid of 1 mm.

    Faces that share a border share every vertex of it. Order: west to east, south to north.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> cross = [box(0, 0, 10, 10).exterior, LineString([(5, -1), (5, 11)])]
    >>> shapely.area(faces_of(np.array(cross, dtype=object))).tolist()
    [50.0, 50.0]
    """
    grid_m = standards.number("grid_size_m")
    noded = shapely.union_all(shapely.set_precision(lines, grid_m), grid_size=grid_m)
    parts = shapely.get_parts(shapely.polygonize([noded]))
    middles = shapely.get_coordinates(shapely.point_on_surface(parts))
    faces: NDArray[np.object_] = parts[np.lexsort((middles[:, 1], middles[:, 0]))]
    return faces


def merged(faces: NDArray[np.object_], labels: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return one polygon per label 0 … k-1: the union of the faces that carry it."""
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order])) + 1
    groups = np.split(faces[order], bounds)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)


def widths_m(faces: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the diameter of the largest circle inside each face, in metres (to 0.5 m).

    The mean width 2·area/perimeter is at most that, the narrow side of the smallest box around it
    at least. Only faces are measured that these leave in doubt: others get the mean width where it
    is that of a block, and the side of the box where it is too thin for one in any case.
    """
    width_m: NDArray[np.float64] = 2 * shapely.area(faces) / shapely.length(faces)
    doubtful = np.flatnonzero(width_m < standards.number("block_width_m"))
    box = shapely.get_coordinates(shapely.oriented_envelope(faces[doubtful])).reshape(-1, 5, 2)
    sides_m = np.hypot(*np.moveaxis(np.diff(box[:, :3], axis=1), 2, 0)).min(axis=1)
    width_m[doubtful] = sides_m
    doubtful = doubtful[sides_m >= standards.number("border_snap_m")]
    circles = [shapely.maximum_inscribed_circle(face, 0.5) for face in faces[doubtful]]
    width_m[doubtful] = 2 * shapely.length(np.array(circles, dtype=object))
    return width_m


def absorb(
    faces: NDArray[np.object_],
    *,
    weak: NDArray[np.bool_],
    region: NDArray[np.int64],
    open_length_m: NDArray[np.float64],
    borders: Borders,
) -> NDArray[np.int64]:
    """Join every weak face to the neighbour of its region it shares the longest open border with.

    Parameters
    ----------
    faces, weak, region
        Polygons, which of them must go, and the region (community) none may leave; shape (n,).
    open_length_m
        Length of each piece of `borders` that counts: 0 where a barrier must not be crossed.

    Returns
    -------
    labels
        Numbers 0 … k-1 in face order; a weak face without a neighbour in its region stays.
    """
    adjacency = neighbours(borders, length_m=open_length_m)
    near: list[dict[int, float]] = [{} for _ in range(len(faces))]
    same = region[adjacency.pairs[:, 0]] == region[adjacency.pairs[:, 1]]
    for (a, b), length in zip(adjacency.pairs[same], adjacency.length_m[same], strict=True):
        if length > 0:
            near[a][int(b)] = near[b][int(a)] = float(length)
    root = np.arange(len(faces))
    area_m2 = shapely.area(faces)
    for face in np.argsort(area_m2, kind="stable"):  # a chain: each step changes its neighbours
        if not weak[face] or not near[face]:
            continue
        host = max(near[face], key=lambda other: (near[face][other], -other))
        root[face] = host
        for other, length in near[face].items():
            del near[other][int(face)]
            if other != host:
                near[host][other] = near[other][host] = near[host].get(other, 0.0) + length
        near[face] = {}
    return compact(_roots(root))


def _roots(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    while (parent[parent] != parent).any():
        parent = parent[parent]
    return parent


def compact(labels: NDArray[np.int64]) -> NDArray[np.int64]:
    """Renumber labels 0 … k-1 in order of first appearance."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    renumbered: NDArray[np.int64] = rank[inverse]
    return renumbered
