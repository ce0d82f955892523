"""Road blocks: faces between lines, their neighbours, unions and halves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

NODE_GRID_M = 0.01
_MOST_HALVINGS = 12  # 2**12 pieces of one face: it does not halve


def faces_of(lines: Shapes, *, keep: shapely.Geometry | None = None) -> Shapes:
    """Return the faces that lines enclose, noded on a 1 cm grid, west to east.

    ``keep`` limits the answer to faces whose inside lies in it. Together the faces are a valid
    coverage: neighbours share every node.
    """
    noded = shapely.get_parts(shapely.union_all(lines, grid_size=NODE_GRID_M))
    faces = shapely.get_parts(shapely.polygonize(noded))
    inside = shapely.get_coordinates(shapely.point_on_surface(faces))
    if keep is not None:
        shapely.prepare(keep)
        chosen = shapely.contains_xy(keep, inside[:, 0], inside[:, 1])
        faces, inside = faces[chosen], inside[chosen]
    return np.asarray(faces[np.lexsort((inside[:, 1], inside[:, 0]))])


def neighbours(faces: Shapes) -> tuple[Ints, Floats]:
    """Return pairs of faces (m, 2) that share border, lower index first, and its metres (m,).

    Segments are matched by equal ends, so the faces must be a valid coverage.
    """
    rings, ring_face = shapely.get_rings(faces, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    start, end = xy[:-1][same], xy[1:][same]
    face = ring_face[ring[:-1][same]]
    flip = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    key = np.hstack([np.where(flip[:, None], end, start), np.where(flip[:, None], start, end)])
    order = np.lexsort(key.T)
    key, face = key[order], face[order]
    twin = np.flatnonzero((key[1:] == key[:-1]).all(axis=1))
    pair = np.sort(np.column_stack([face[twin], face[twin + 1]]), axis=1)
    length = np.hypot(*(key[twin, 2:] - key[twin, :2]).T)
    pairs, back = np.unique(pair, axis=0, return_inverse=True)
    shared = np.bincount(back.ravel(), weights=length, minlength=len(pairs))
    apart = pairs[:, 0] != pairs[:, 1]
    return pairs[apart], shared[apart]


def width_m(faces: Shapes) -> Floats:
    """Return the mean width of faces: four areas over the perimeter (the side of a square)."""
    return np.asarray(4 * shapely.area(faces) / shapely.length(faces))


def absorb_thin(faces: Shapes, *, below_m: float) -> Shapes:
    """Return faces with those narrower than ``below_m`` joined to the longest shared border.

    Medians of dual carriageways and islands of junctions disappear this way; a thin face without
    a neighbour stays.
    """
    while True:
        pairs, shared = neighbours(faces)
        thin = width_m(faces) < below_m
        both = np.vstack([pairs, pairs[:, ::-1]])
        length = np.tile(shared, 2)
        mine = thin[both[:, 0]]
        both, length = both[mine], length[mine]
        if not len(both):
            return faces
        best = np.lexsort((both[:, 1], -length, both[:, 0]))
        giver, first = np.unique(both[best, 0], return_index=True)
        graph = csr_array(
            (np.ones(len(giver)), (giver, both[best, 1][first])), shape=(len(faces),) * 2
        )
        faces = union_by(faces, connected_components(graph, directed=False)[1])


def union_by(faces: Shapes, labels: Ints) -> Shapes:
    """Return one shape per label 0, 1, …: the union of its faces (of a valid coverage)."""
    order = np.argsort(labels, kind="stable")
    bounds = np.searchsorted(labels[order], np.arange(labels.max() + 2))
    joined = [shapely.coverage_union_all(faces[order[a:b]]) for a, b in itertools.pairwise(bounds)]
    parts = np.array(joined, dtype=object)
    single = shapely.get_num_geometries(parts) == 1
    parts[single] = shapely.get_geometry(parts[single], 0)
    return np.asarray(shapely.normalize(parts))


def cross_cut(faces: Shapes, through: Floats, along: Floats) -> Shapes:
    """Return a line through each face at ``through`` (n, 2) in direction ``along`` (n, 2).

    It overshoots the face by 3 cm, so that noding it with the borders cuts the face in two.
    """
    reach = shapely.length(faces)[:, None]
    unit = along / np.hypot(*along.T)[:, None]
    line = shapely.linestrings(np.stack([through - unit * reach, through + unit * reach], axis=1))
    inside = shapely.intersection(line, shapely.buffer(faces, 3 * NODE_GRID_M))
    parts, owner = shapely.get_parts(inside, return_index=True)
    near = shapely.distance(parts, shapely.points(through)[owner])
    order = np.lexsort((near, owner))
    _, first = np.unique(owner[order], return_index=True)
    return np.asarray(parts[order[first]])


def halving_lines(faces: Shapes, *, above_m2: float) -> Shapes:
    """Return the cuts that halve faces across their long side until none is above an area."""
    cuts: list[Shapes] = []
    rest = faces[shapely.area(faces) > above_m2]
    while len(rest):
        boxes = shapely.oriented_envelope(rest)
        corners = shapely.get_coordinates(boxes).reshape(-1, 5, 2)
        sides = np.diff(corners[:, :3], axis=1)
        longer = np.hypot(sides[..., 0], sides[..., 1]).argmax(axis=1)
        across = sides[np.arange(len(rest)), 1 - longer]
        middle = shapely.get_coordinates(shapely.centroid(boxes))
        line = cross_cut(rest, middle, across)
        cuts.append(line)
        halves = shapely.get_parts(
            shapely.polygonize(
                shapely.get_parts(
                    shapely.union_all(
                        np.concatenate([shapely.boundary(rest), line]), grid_size=NODE_GRID_M
                    )
                )
            )
        )
        shrunk = shapely.area(halves) < shapely.area(rest).max()  # an odd shape may not halve
        rest = halves[(shapely.area(halves) > above_m2) & shrunk]
        if len(cuts) > _MOST_HALVINGS:
            break
    return np.concatenate(cuts) if cuts else np.array([], dtype=object)
