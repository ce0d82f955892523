"""The invented city between its streets: density, nested units, and every department's cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.io.sample import blocks, departments, regions
from onegrid.io.sample.streets import WaveField

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

_SPLINTER_M = 1.0  # where the end of a cut overshoots a corner
EMPTY_SHARE = 0.12  # of blocks: parks, works, schools


@dataclass(frozen=True)
class Nested:
    """Three levels of units as labels 0, 1, … of each face; every unit is in one piece."""

    subdistrict: Ints
    community: Ints
    cell: Ints


def density_of(faces: Shapes, rng: np.random.Generator, *, wave_m: float) -> Floats:
    """Return households expected on each face, up to a factor: uneven, some faces empty."""
    centre = shapely.get_coordinates(shapely.centroid(faces))
    smooth = WaveField.draw(rng, rms_m=0.45, wave_m=wave_m).at(centre)[:, 0]
    kind = rng.choice([0.45, 1.0, 2.6], size=len(faces), p=[0.35, 0.45, 0.2])  # low, slab, tower
    households = shapely.area(faces) * np.exp(smooth) * kind * rng.lognormal(0, 0.25, len(faces))
    households[rng.random(len(faces)) < EMPTY_SHARE] = 0
    if not households.any():
        households = shapely.area(faces)
    return np.asarray(households)


def nest(
    faces: Shapes,
    households: Floats,
    counts: tuple[int, int, int],
    rng: np.random.Generator,
    *,
    subdistrict: Ints | None = None,
    communities: Ints | None = None,
) -> Nested:
    """Return units of the three levels with ``counts`` (subdistricts, communities, cells) each.

    ``subdistrict`` (faces,) and ``communities`` (count in each subdistrict) may be given.
    """
    if subdistrict is None:
        subdistrict = regions.grow_regions(faces, households, counts[0], rng)
    load = np.bincount(subdistrict, weights=households + 1e-9).astype(np.float64)
    if communities is None:
        communities = regions.shares(counts[1], load, least=1)
    community = _within(faces, households, subdistrict, communities, rng)
    load = np.bincount(community, weights=households + 1e-9).astype(np.float64)
    cells = _capped(counts[2], load, np.bincount(community))
    return Nested(subdistrict, community, _within(faces, households, community, cells, rng))


def _capped(total: int, load: Floats, most: Ints) -> Ints:
    """Return shares of ``total`` by load, at least 1 and at most ``most`` each where possible."""
    wanted = regions.shares(total, load, least=1)
    while (wanted > most).any() and wanted.sum() < most.sum() + (wanted - most).clip(0).sum():
        spare = int((wanted - most).clip(0).sum())
        wanted = np.minimum(wanted, most)
        free = wanted < most
        wanted[free] += regions.shares(spare, load[free])
    return wanted


def _within(
    faces: Shapes, households: Floats, parent: Ints, counts: Ints, rng: np.random.Generator
) -> Ints:
    labels = np.zeros(len(faces), dtype=np.int64)
    first = 0
    for unit, count in enumerate(counts.tolist()):  # units are independent of each other
        members = np.flatnonzero(parent == unit)
        labels[members] = first + regions.grow_regions(
            faces[members], households[members], count, rng
        )
        first += count
    return np.asarray(np.unique(labels, return_inverse=True)[1])


@dataclass(frozen=True)
class Cut:
    """Faces after every department's own cuts: ``origin`` is the block each piece is from."""

    faces: Shapes
    origin: Ints
    cell: dict[str, Ints]


def cut_blocks(
    faces: Shapes, nested: Nested, habits: dict[str, departments.Habits], rng: np.random.Generator
) -> Cut:
    """Return faces with the blocks that some department really cuts through, and its labels."""
    found = {
        name: departments.cuts_for(faces, nested.cell, nested.community, habit.cut_share, rng)
        for name, habit in habits.items()
    }
    lines = [cut[1] for cut in found.values()]
    pieces, origin = subdivide(faces, np.concatenate(lines))
    centre = shapely.get_coordinates(shapely.centroid(faces))
    place = shapely.get_coordinates(shapely.point_on_surface(pieces))
    pairs, shared = blocks.neighbours(pieces)
    labels = {}
    for name, (face, _, other) in found.items():
        joins = np.full(len(faces), -1)
        joins[face] = other
        to = joins[origin]
        toward = centre[to] - centre[origin]
        near = (to >= 0) & (((place - centre[origin]) * toward).sum(axis=1) > 0)
        cell = np.where(near, nested.cell[to], nested.cell[origin])
        labels[name] = regions.in_one_piece(cell, pairs, shared, int(nested.cell.max()) + 1)
    return Cut(pieces, origin, labels)


def halves_of(faces: Shapes, households: Floats, *, above: float) -> Shapes:
    """Return lines that halve the faces with more than ``above`` households, until none has."""
    parts = np.maximum(households, 1e-9) / above
    lines = [
        blocks.halving_lines(faces[[face]], above_m2=float(shapely.area(faces[face]) / parts[face]))
        for face in np.flatnonzero(parts > 1)
    ]
    return np.concatenate(lines) if lines else np.array([], dtype=object)


def subdivide(faces: Shapes, lines: Shapes) -> tuple[Shapes, Ints]:
    """Return the faces cut by lines, and the face each piece is from."""
    pieces = blocks.faces_of(np.concatenate([shapely.boundary(faces), lines]))
    pieces = blocks.absorb_thin(pieces, below_m=_SPLINTER_M)
    inside = shapely.point_on_surface(pieces)
    piece, origin = shapely.STRtree(faces).query(inside, "intersects")
    order = np.lexsort((origin, piece))
    piece, first = np.unique(piece[order], return_index=True)
    return pieces[piece], origin[order][first]


def renumber(faces: Shapes, nested: Nested) -> Nested:
    """Return the units numbered within their parent's order, west to east and north to south."""
    subdistrict = in_order(faces, nested.subdistrict, np.zeros(len(faces), dtype=np.int64))
    community = in_order(faces, nested.community, subdistrict)
    return Nested(subdistrict, community, in_order(faces, nested.cell, community))


def in_order(faces: Shapes, labels: Ints, parents: Ints) -> Ints:
    """Return labels renumbered by parent label, then west to east and north to south."""
    area = shapely.area(faces)
    centre = shapely.get_coordinates(shapely.centroid(faces)) * area[:, None]
    total = np.bincount(labels, weights=area)
    x, y = (np.bincount(labels, weights=centre[:, axis]) / total for axis in (0, 1))
    order = np.lexsort((-y, x, regions.parent_of(labels, parents)))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return np.asarray(rank[labels])


def codes(parents: NDArray[np.object_], parent: Ints, *, digits: int = 3) -> NDArray[np.object_]:
    """Return a code for each child: its parent's code and its number in the parent from 1.

    Children of one parent follow each other in ``parent``.
    """
    first = np.searchsorted(parent, parent)
    number = np.arange(len(parent)) - first + 1
    return np.array(
        [f"{parents[p]}{n:0{digits}d}" for p, n in zip(parent, number, strict=True)], dtype=object
    )
