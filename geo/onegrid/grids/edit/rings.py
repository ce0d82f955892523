"""Redraw the rings of a shape: move, drop and insert vertices, the same way in every neighbour."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

Place = tuple[float, float]
Edge = tuple[Place, Place]

_PER_M = 1000.0  # steps of the 1 mm grid in a metre; a power of ten, so n / _PER_M is repeatable
_TRIANGLE = 3
_FEW = 40


def on_grid(xy: Sequence[float]) -> Place:
    """Return a place on the grid of 1 mm.

    Examples
    --------
    >>> on_grid([0.12345, 2])
    (0.123, 2.0)
    """
    return (round(xy[0] * _PER_M) / _PER_M, round(xy[1] * _PER_M) / _PER_M)


def put_on_grid(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes with every coordinate rounded to the grid of 1 mm."""
    rounded: NDArray[np.object_] = shapely.transform(
        shapes, lambda xy: np.rint(xy * _PER_M) / _PER_M
    )
    return rounded


@dataclass(frozen=True)
class Redraw:
    """What to do with a ring: ``inserted`` is by directed edge, so give both directions."""

    moved: Mapping[Place, Place] = field(default_factory=dict)
    dropped: frozenset[Place] = frozenset()
    inserted: Mapping[Edge, tuple[Place, ...]] = field(default_factory=dict)

    @cached_property
    def places(self) -> set[Place]:
        """The old vertices it speaks of."""
        return {*self.moved, *self.dropped, *(start for start, _ in self.inserted)}

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Bounding box of the old vertices it speaks of."""
        return _box(self.places)

    def changes(self, xy: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which vertices (n × 2, in the order of their rings) it may draw otherwise.

        Others may have a vertex at the end of an edge that is cut, and stay as they are.
        """
        if not self.places:
            return np.zeros(len(xy), dtype=bool)
        west, south, east, north = self.box
        inside = (xy >= (west, south)) & (xy <= (east, north))
        found: NDArray[np.bool_] = inside[:, 0] & inside[:, 1]
        near = np.flatnonzero(found)  # of a long border only the few vertices around the edit
        place = _packed(xy[near])
        end = np.zeros(len(xy), dtype=bool)
        found[near], end[near] = _among(place, self._gone), _among(place, self._ends)
        found[:-1] |= end[:-1] & end[1:]
        return found

    @cached_property
    def _gone(self) -> NDArray[np.complex128]:
        return _packed(np.array([*self.moved, *self.dropped], dtype=np.float64).reshape(-1, 2))

    @cached_property
    def _ends(self) -> NDArray[np.complex128]:
        ends = sorted({place for edge in self.inserted for place in edge})
        return _packed(np.array(ends, dtype=np.float64).reshape(-1, 2))

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """Bounding box of everything it takes away or draws."""
        drawn = {
            *self.moved.values(),
            *(place for chain in self.inserted.values() for place in chain),
        }
        return _box(self.places | drawn)


def _box(places: Iterable[Place]) -> tuple[float, float, float, float]:
    xs, ys = zip(*places, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def _packed(xy: NDArray[np.float64]) -> NDArray[np.complex128]:
    """Return places as one number each, which can be looked up exactly."""
    return np.ascontiguousarray(xy).view(np.complex128).ravel()


def _among(places: NDArray[np.complex128], known: NDArray[np.complex128]) -> NDArray[np.bool_]:
    """Return which places are known; a few are compared before `numpy.isin` has begun."""
    few = len(known) <= _FEW
    found: NDArray[np.bool_] = (
        (places[:, None] == known).any(axis=1) if few else np.isin(places, known)
    )
    return found


def both_ways(chains: Mapping[Edge, tuple[Place, ...]]) -> dict[Edge, tuple[Place, ...]]:
    """Return the insertions of each edge and of its reverse."""
    back = {(b, a): chain[::-1] for (a, b), chain in chains.items()}
    return {**chains, **back}


def redraw(shapes: NDArray[np.object_], how: Redraw) -> list[shapely.Geometry | None]:
    """Return redrawn shapes: the very same object where nothing changes, None if a ring vanishes.

    Examples
    --------
    >>> square = shapely.Polygon([(0, 0), (1, 0), (1, 1), (0, 1)])
    >>> found = redraw(np.array([square], dtype=object), Redraw(moved={(1.0, 1.0): (2.0, 2.0)}))
    >>> found[0].area
    2.0
    """
    polygons, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, polygon_of = shapely.get_rings(polygons, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    flagged = how.changes(xy)
    drawn: dict[int, NDArray[np.float64]] = {}
    for ring in np.unique(ring_of[flagged]).tolist():  # few of the rings near an edit
        start, stop = np.searchsorted(ring_of, [ring, ring + 1])
        places = _redrawn(xy[start:stop], flagged[start:stop], how)
        if places is not None:
            drawn[ring] = places
    result: list[shapely.Geometry | None] = list(shapes)
    for shape in np.unique(shape_of[polygon_of[list(drawn)]]).tolist() if drawn else ():
        own = range(*np.searchsorted(shape_of, [shape, shape + 1]).tolist())
        mine = range(*np.searchsorted(polygon_of, [own.start, own.stop]).tolist())
        if any(len(drawn[ring]) < _TRIANGLE for ring in mine if ring in drawn):
            result[shape] = None
            continue
        new = {r: shapely.linearrings(drawn[r]) if r in drawn else rings[r] for r in mine}
        parts = [[new[r] for r in mine if polygon_of[r] == part] for part in own]
        made = [shapely.polygons(part[0], holes=part[1:] or None) for part in parts]
        single = shapes[shape].geom_type == "Polygon"
        result[shape] = made[0] if single else shapely.MultiPolygon(made)
    return result


def _redrawn(
    xy: NDArray[np.float64], flagged: NDArray[np.bool_], how: Redraw
) -> NDArray[np.float64] | None:
    """Return the vertices of a redrawn ring (the first not repeated), None if it stays."""
    pieces: list[NDArray[np.float64]] = []
    last, changed = 0, False
    for i in np.flatnonzero(flagged[:-1]).tolist():  # few: the rest is copied as it is
        (x, y), (next_x, next_y) = xy[i : i + 2].tolist()
        place: Place = (x, y)
        kept = [] if place in how.dropped else [how.moved.get(place, place)]
        drawn = [*kept, *how.inserted.get((place, (next_x, next_y)), ())]
        changed = changed or drawn != [place]
        pieces += [xy[last:i], np.array(drawn, dtype=np.float64).reshape(-1, 2)]
        last = i + 1
    if not changed:
        return None
    ring = np.vstack([*pieces, xy[last:-1]])
    # a weld puts two neighbours into one place
    apart: NDArray[np.bool_] = (ring != np.roll(ring, 1, axis=0)).any(axis=1)
    return ring[apart]


def places_of(ring: shapely.Geometry) -> list[Place]:
    """Return the vertices of a ring, the first one not repeated."""
    return [(x, y) for x, y in shapely.get_coordinates(ring)[:-1].tolist()]


def rings_of(shape: shapely.Geometry) -> Iterator[list[Place]]:
    """Give the vertices of every ring of a shape."""
    for polygon in shapely.get_parts(shape):
        for ring in shapely.get_rings(polygon):
            yield places_of(ring)


def edges_of(ring: Sequence[Place]) -> Iterable[Edge]:
    """Return the directed edges of a ring."""
    return pairwise([*ring, ring[0]])


def insertions(old: shapely.Geometry, new: shapely.Geometry) -> dict[Edge, tuple[Place, ...]]:
    """Return the vertices that `new` has between neighbouring vertices of `old`, by edge.

    Both shapes are the same ground; `new` has every vertex of `old`.
    """
    known = {place for ring in rings_of(old) for place in ring}
    found: dict[Edge, tuple[Place, ...]] = {}
    for ring in rings_of(new):
        start = next((i for i, place in enumerate(ring) if place in known), None)
        if start is None:
            continue
        turned = [*ring[start:], *ring[:start], ring[start]]
        last, between = turned[0], []
        for place in turned[1:]:
            if place not in known:
                between.append(place)
                continue
            if between:
                found[last, place] = tuple(between)
            last, between = place, []
    return found
