"""Departmental grids: variations of a true grid, then drawn by hand with metres of error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.io.sample.blocks import cross_cut, neighbours
from onegrid.io.sample.regions import grow_regions, stays_whole
from onegrid.io.sample.streets import WaveField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_BIGGEST_ERROR_M = 15.0


@dataclass(frozen=True)
class Habits:
    """How a department departs from the true grid and how well it draws.

    Shares are of cells (``merge_share``, ``split_share``) or of blocks on a border
    (``move_share``, ``cut_share``). Errors are root mean squares in metres: ``drift_m`` common to
    neighbours, ``hand_m`` of each polygon, ``noise_m`` of each vertex.
    """

    merge_share: float = 0.08
    split_share: float = 0.08
    move_share: float = 0.08
    cut_share: float = 0.04
    drift_m: float = 3.0
    hand_m: float = 0.6
    noise_m: float = 0.3


def cuts_for(
    faces: Shapes, labels: Ints, parents: Ints, share: float, rng: np.random.Generator
) -> tuple[Ints, Shapes, Ints]:
    """Return faces to cut, the cuts, and the neighbouring face whose cell the near half joins.

    Faces are drawn among those that border another cell of the same parent; the cut runs beside
    that border, through the middle of the face.
    """
    pairs, shared = neighbours(faces)
    both = np.vstack([pairs, pairs[:, ::-1]])
    length = np.tile(shared, 2)
    fit = (labels[both[:, 0]] != labels[both[:, 1]]) & (parents[both[:, 0]] == parents[both[:, 1]])
    both, length = both[fit], length[fit]
    order = np.lexsort((both[:, 1], -length, both[:, 0]))
    face, first = np.unique(both[order, 0], return_index=True)
    other = both[order, 1][first]
    chosen = np.sort(rng.permutation(len(face))[: round(share * len(face))])
    face, other = face[chosen], other[chosen]
    if not len(face):
        return face, np.array([], dtype=object), other
    middle = shapely.get_coordinates(shapely.centroid(faces[face]))
    toward = shapely.get_coordinates(shapely.centroid(faces[other])) - middle
    across = toward[:, ::-1] * np.array([-1, 1])
    return face, cross_cut(faces[face], middle, across), other


def vary(
    faces: Shapes, labels: Ints, parents: Ints, habits: Habits, rng: np.random.Generator
) -> Ints:
    """Return a department's own cell of each face: some cells merged, split, or moved a block.

    ``parents`` (faces,) is the community; merges and moves stay inside it. Every cell stays in
    one piece.
    """
    pairs, _ = neighbours(faces)
    siblings = pairs[parents[pairs[:, 0]] == parents[pairs[:, 1]]]
    cells = np.unique(labels)
    labels = _moved(labels, pairs, siblings, habits.move_share, rng)
    to_split = rng.permutation(cells)[: round(habits.split_share * len(cells))]
    for fresh, cell in enumerate(to_split.tolist(), start=int(cells.max()) + 1):
        members = np.flatnonzero(labels == cell)
        if len(members) > 1:
            half = grow_regions(faces[members], shapely.area(faces[members]), 2, rng)
            labels[members[half == 1]] = fresh
    labels = _merged(labels, siblings, round(habits.merge_share * len(cells)), rng)
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def _moved(
    labels: Ints, pairs: Ints, siblings: Ints, share: float, rng: np.random.Generator
) -> Ints:
    """Give some faces on a border to the cell across it, unless that tears their own cell."""
    labels = labels.copy()
    around: list[list[int]] = [[] for _ in labels]
    for a, b in pairs.tolist():
        around[a].append(b)
        around[b].append(a)
    border = siblings[labels[siblings[:, 0]] != labels[siblings[:, 1]]]
    for a, b in rng.permutation(border)[: round(share * len(border))].tolist():
        if stays_whole(a, labels, around):
            labels[a] = labels[b]
    return labels


def _merged(labels: Ints, siblings: Ints, count: int, rng: np.random.Generator) -> Ints:
    """Join ``count`` pairs of neighbouring cells, each cell at most once."""
    labels = labels.copy()
    border = siblings[labels[siblings[:, 0]] != labels[siblings[:, 1]]]
    used: set[int] = set()
    for a, b in rng.permutation(border).tolist():
        mine, other = int(labels[a]), int(labels[b])
        if len(used) < 2 * count and mine not in used and other not in used:
            used |= {mine, other}
            labels[labels == other] = mine
    return labels


def draw(polygons: Shapes, habits: Habits, rng: np.random.Generator) -> Shapes:
    """Return polygons as somebody digitised them: valid, vertices of their own, metres off.

    The drift is a smooth field, the same for neighbours; the hand is a smooth field of each
    polygon, so that neighbours leave small gaps and overlaps. No vertex moves more than 15 m in
    either axis.
    """
    traced = shapely.segmentize(shapely.simplify(polygons, 1.0), 60.0)
    traced = np.where(shapely.is_valid(traced), traced, polygons)
    drift = WaveField.draw(rng, rms_m=habits.drift_m, wave_m=420.0)
    hand = WaveField.draw(rng, rms_m=habits.hand_m, wave_m=160.0)
    turns = rng.uniform(0, 2 * np.pi, (len(polygons), 1))
    xy, owner = shapely.get_coordinates(traced, return_index=True)
    move = drift.at(xy) + hand.at(xy, shift=turns[owner]) + rng.normal(0, habits.noise_m, xy.shape)
    move = np.clip(move, -_BIGGEST_ERROR_M, _BIGGEST_ERROR_M)
    start = _ring_starts(traced)
    stop = np.append(start[1:], len(xy)) - 1
    move[stop] = move[start]  # rings stay closed
    drawn = shapely.set_coordinates(traced.copy(), np.round(xy + move, 2))
    broken = ~shapely.is_valid(drawn)
    drawn[broken] = [_largest(shapely.make_valid(shape)) for shape in drawn[broken]]
    return np.asarray(drawn)


def _ring_starts(polygons: Shapes) -> Ints:
    """Return the number of the first coordinate of every ring."""
    _, ring = shapely.get_coordinates(shapely.get_rings(polygons), return_index=True)
    return np.flatnonzero(np.diff(ring, prepend=-1) > 0)


def _largest(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    return parts[int(shapely.area(parts).argmax())]


def bow_tie(polygon: shapely.Polygon) -> shapely.Polygon:
    """Return a polygon that crosses itself: two neighbouring vertices of it swapped."""
    xy = shapely.get_coordinates(polygon.exterior)
    for first in range(1, len(xy) - 2):
        swapped = xy.copy()
        swapped[[first, first + 1]] = swapped[[first + 1, first]]
        crossed = shapely.Polygon(swapped)
        if not crossed.is_valid:
            return crossed
    return polygon
