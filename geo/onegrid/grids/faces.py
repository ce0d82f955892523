"""The faces of one planar line work: how they are made, who borders whom, how they merge.

Everything a merged grid is made of is a set of these faces, so cells tile their community and share
every node by construction; nothing is ever overlaid afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Borders:
    """Straight pieces of border between two faces, each stored once.

    ``left`` and ``right`` (int64, n) are face numbers, left < right, -1 for the outside;
    ``ends_m`` (float64, n × 4) holds x1, y1, x2, y2; ``length_m`` (float64, n).
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    ends_m: NDArray[np.float64]
    length_m: NDArray[np.float64]

    @property
    def middles_m(self) -> NDArray[np.float64]:
        """Middle of each piece, shape (n, 2)."""
        middles: NDArray[np.float64] = (self.ends_m[:, :2] + self.ends_m[:, 2:]) / 2
        return middles

    def lines(self) -> NDArray[np.object_]:
        """Each piece as a LineString."""
        lines: NDArray[np.object_] = shapely.linestrings(self.ends_m.reshape(-1, 2, 2))
        return lines

    def between(self, labels: NDArray[np.int64]) -> Borders:
        """Return the pieces between faces of different label; outer ones are left out."""
        inner = (self.left >= 0) & (self.right >= 0)
        cut = inner & (labels[self.left] != labels[self.right])
        return Borders(self.left[cut], self.right[cut], self.ends_m[cut], self.length_m[cut])


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


def borders_of(faces: NDArray[np.object_]) -> Borders:
    """Return the border pieces of faces that tile (edge-matched polygons)."""
    starts, stops, owner = _ring_segments(faces)
    swap = (starts[:, 0] > stops[:, 0]) | (
        (starts[:, 0] == stops[:, 0]) & (starts[:, 1] > stops[:, 1])
    )
    ends = np.where(swap[:, None], np.hstack([stops, starts]), np.hstack([starts, stops]))
    order = np.lexsort((owner, *ends.T[::-1]))
    ends, owner = ends[order], owner[order]
    first = np.ones(len(ends), dtype=bool)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    at = np.flatnonzero(first)
    twin = np.append(~first[1:], False)[at]
    right = owner[np.where(twin, at + 1, at)]
    left = np.where(twin, owner[at], -1)
    length_m = np.hypot(ends[at, 2] - ends[at, 0], ends[at, 3] - ends[at, 1])
    return Borders(left, right, ends[at], length_m)


def _ring_segments(
    faces: NDArray[np.object_],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    polygons, face = shapely.get_parts(faces, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    owner = face[polygon[ring[:-1][same]]].astype(np.int64)
    return xy[:-1][same], xy[1:][same], owner


def neighbours(borders: Borders, *, length_m: NDArray[np.float64] | None = None) -> Adjacency:
    """Sum the border pieces of each pair of faces.

    ``length_m`` replaces the length of each piece, e.g. by 0 where it may not be crossed.
    """
    inner = (borders.left >= 0) & (borders.right >= 0)
    pairs, index = np.unique(
        np.stack([borders.left[inner], borders.right[inner]], axis=1), axis=0, return_inverse=True
    )
    lengths = (borders.length_m if length_m is None else length_m)[inner]
    total_m = np.bincount(index.ravel(), lengths, minlength=len(pairs)).astype(np.float64)
    return Adjacency(pairs, total_m)


@dataclass(frozen=True)
class Adjacency:
    """Pairs of neighbours (int64, n × 2, each once, sorted) and a value for each pair."""

    pairs: NDArray[np.int64]
    length_m: NDArray[np.float64]


def merged(faces: NDArray[np.object_], labels: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return one polygon per label 0 … k-1: the union of the faces that carry it."""
    order = np.argsort(labels, kind="stable")
    bounds = np.flatnonzero(np.diff(labels[order])) + 1
    groups = np.split(faces[order], bounds)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)


def widths_m(faces: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the diameter of the largest circle inside each face, in metres (to 0.5 m).

    The mean width 2·area/perimeter is at most that; only faces it leaves in doubt are measured.
    """
    mean_m = 2 * shapely.area(faces) / shapely.length(faces)
    width_m: NDArray[np.float64] = mean_m.copy()
    doubtful = mean_m < standards.number("block_width_m")
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
