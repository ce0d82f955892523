"""Split a cell into k parts of about equal households."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.edit.cutting import halves, union
from onegrid.grids.edit.regroup import refuse_locked, refuse_taken
from onegrid.grids.edit.rings import on_grid
from onegrid.grids.edit.rows import ATOMS, Key, Row
from onegrid.grids.edit.split import into_parts
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.outcome import Outcome
    from onegrid.grids.edit.rings import Place

_ANGLES = 12  # directions tried, the long axis first
_LATTICE = 40  # sample points along the longer side where no doors are given
_SHARES = np.linspace(0.1, 0.9, 9)  # where chords are tried in a cell that is far from convex
_FAR_FROM_CONVEX = 1.2  # area of the hull over that of the cell
_OVERSHOOT_M = 0.005  # a cut ends this far behind the border it meets, so that noding finds it
_NOISE = 1e-9  # of float sums


@dataclass(frozen=True)
class _Weights:
    """Places with weights: doors with households, or samples of atoms."""

    xy: NDArray[np.float64]
    weight: NDArray[np.float64]


def split_k(draft: Draft, cell_id: str, k: int, *, new_ids: Sequence[str]) -> Outcome:
    """Cut a cell by straight lines into `k` connected parts, balanced by households.

    Balanced by the doors if they were given, else by the households of the atoms spread over
    their area, else by area. Each cut is the best of twelve directions: closest to its share, then
    shortest. The new ids go to the parts from west to east, north to south.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID``, ``EDIT_LOCKED``, ``EDIT_DUPLICATE_ID``, ``EDIT_LINE_NOT_CROSSING``.
    """
    cell = draft.cell(cell_id)
    refuse_locked(draft, [cell_id])
    refuse_taken(draft, new_ids, gone=[cell_id])
    parts = _cut(draft, draft.atoms_of(cell_id), k, of=cell_id)
    grounds = [union([_atom(draft, i).shape for i in part]) for part in parts]
    inner = shapely.get_coordinates(shapely.point_on_surface(np.array(grounds, dtype=object)))
    order = np.lexsort((-inner[:, 1], inner[:, 0]))
    return into_parts(draft, cell, [parts[i] for i in order], new_ids)


def _cut(draft: Draft, atoms: Sequence[Row], k: int, *, of: str) -> list[list[str]]:
    """Return k groups of atoms: one straight cut into k // 2 and the rest, then each again."""
    if k == 1:
        return [[atom.key.id for atom in atoms]]
    line = _best_line(_weights(draft, atoms), union([atom.shape for atom in atoms]), k // 2 / k)
    sides = halves(draft, atoms, line, of=of)
    first, rest = ([_atom(draft, i) for i in side] for side in sides)
    return [*_cut(draft, first, k // 2, of=of), *_cut(draft, rest, k - k // 2, of=of)]


def _atom(draft: Draft, name: str) -> Row:
    row = draft.get(Key(ATOMS, name))
    assert row is not None  # noqa: S101  (the cut has just named it)
    return row


def _weights(draft: Draft, atoms: Sequence[Row]) -> _Weights:
    shapes = np.array([atom.shape for atom in atoms], dtype=object)
    doors = draft.board.doors
    if doors is not None:
        xy, households = doors.places(doors.inside(shapes))
        if households.sum() > 0:
            return _Weights(xy, households.astype(np.float64))
    west, south, east, north = shapely.total_bounds(shapes)
    step_m = max(east - west, north - south) / _LATTICE
    x, y = np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m))
    xy = np.vstack([np.column_stack([x.ravel(), y.ravel()]), _inner(shapes)])
    atom = locate(shapely.points(xy), shapes)
    xy, atom = xy[atom >= 0], atom[atom >= 0]
    households = np.array([row.count("households") for row in atoms], dtype=np.float64)
    if households.sum() == 0:
        households = shapely.area(shapes)
    return _Weights(xy, households[atom] / np.bincount(atom, minlength=len(shapes))[atom])


def _inner(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    inner: NDArray[np.float64] = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return inner


def _best_line(weights: _Weights, ground: shapely.Geometry, share: float) -> list[Place]:
    """Return the straight cut whose left side comes closest to a share of the weight."""
    box = shapely.get_coordinates(shapely.minimum_rotated_rectangle(ground))
    sides = np.diff(box, axis=0)[:2]
    long = sides[int(np.argmax(np.hypot(*sides.T)))]
    start = np.arctan2(long[1], long[0])
    scored: list[tuple[float, float, int, list[Place]]] = []
    for number in range(_ANGLES):
        angle = start + np.pi * number / _ANGLES
        axis = np.array([np.cos(angle), np.sin(angle)])
        for offset_m in _offsets(weights, ground, axis, share):
            chords = _chords(ground, axis, offset_m)
            for chord in chords:
                if len(chords) == 1:  # everything below the offset lies to the left
                    below = weights.weight[weights.xy @ axis < offset_m].sum()
                    error, line = abs(below / weights.weight.sum() - share), _places(chord)
                else:
                    error, line = _scored(weights, ground, chord, share)
                scored.append((round(error, 2), shapely.length(chord), number, line))
    return min(scored)[-1]


def _offsets(
    weights: _Weights, ground: shapely.Geometry, axis: NDArray[np.float64], share: float
) -> list[float]:
    """Return where to cut along an axis: at the share of the weight, else spread out."""
    along = weights.xy @ axis
    order = np.argsort(along, kind="stable")
    along, running = along[order], np.cumsum(weights.weight[order])
    k = int(np.searchsorted(running, running[-1] * share - _NOISE))
    above = along[along > along[k]]
    found = [float(along[k] + above[0]) / 2] if len(above) else []
    if shapely.area(shapely.convex_hull(ground)) > _FAR_FROM_CONVEX * ground.area or not found:
        reach = shapely.get_coordinates(ground) @ axis
        found += (reach.min() + _SHARES * np.ptp(reach)).tolist()
    return found


def _chords(
    ground: shapely.Geometry, axis: NDArray[np.float64], offset_m: float
) -> list[shapely.Geometry]:
    """Return the pieces of the line across an axis that lie inside, each a little longer."""
    across = np.array([-axis[1], axis[0]])
    reach = shapely.get_coordinates(ground) @ across
    ends = [axis * offset_m + across * end for end in (reach.min() - 1, reach.max() + 1)]
    parts = shapely.get_parts(shapely.intersection(shapely.LineString(ends), ground))
    chords = []
    for part in parts[shapely.length(parts) > _OVERSHOOT_M]:
        a, b = shapely.get_coordinates(part)[[0, -1]]
        step = (b - a) / np.hypot(*(b - a)) * _OVERSHOOT_M
        chords.append(shapely.LineString([on_grid(a - step), on_grid(b + step)]))
    return chords


def _scored(
    weights: _Weights, ground: shapely.Geometry, chord: shapely.Geometry, share: float
) -> tuple[float, list[Place]]:
    """Return how far a cut is from the share, and the cut turned to have that side on its left."""
    a, b = shapely.get_coordinates(chord)
    pieces = shapely.get_parts(shapely.polygonize([shapely.node(_lines(ground, chord))]))
    pieces = pieces[shapely.intersects(ground, shapely.point_on_surface(pieces))]
    line = _places(chord)
    if len(pieces) != 2:  # noqa: PLR2004  (from the border to a hole: no cut at all)
        return (np.inf, line)
    inner = _inner(pieces)
    turned = np.cross(np.append(b - a, 0), np.column_stack([inner - a, np.zeros(2)]))[:, 2]
    side = locate(shapely.points(weights.xy), pieces)
    held = np.bincount(side[side >= 0], weights.weight[side >= 0], minlength=2) / (
        weights.weight.sum()
    )
    left = held[int(np.argmax(turned))]
    errors = abs(left - share), abs(1 - left - share)
    return (errors[0], line) if errors[0] <= errors[1] else (errors[1], line[::-1])


def _places(chord: shapely.Geometry) -> list[Place]:
    return [on_grid(place) for place in shapely.get_coordinates(chord).tolist()]


def _lines(ground: shapely.Geometry, chord: shapely.Geometry) -> shapely.Geometry:
    return shapely.union_all([shapely.boundary(ground), chord])
