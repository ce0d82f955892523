"""Who borders whom in polygons that share every vertex, and along which pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

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
