"""Split a cell into k parts of about equal households."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.edit.cutting import halves, union
from onegrid.grids.edit.regroup import refuse_locked, refuse_taken
from onegrid.grids.edit.rings import put_on_grid
from onegrid.grids.edit.rows import ATOMS, Key, Row
from onegrid.grids.edit.split import into_parts
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.outcome import Outcome
    from onegrid.grids.edit.rings import Place

_ANGLES = 6  # directions tried, the long axis first
_LATTICE = 24  # sample points along the longer side where no doors are given
_SHARES = np.linspace(0.1, 0.9, 9)  # where chords are tried in a cell that is far from convex
_UNBALANCED = 0.05  # a share missed by more is worth trying other cuts
_CLOSE = 0.02  # shares missed by less are as good as each other: the shorter cut is better
_OVERSHOOT_M = 0.005  # a cut ends this far behind the border it meets, so that noding finds it
_NOISE = 1e-9  # of float sums


_Cut = tuple[float, float, list["Place"]]  # error, length (m), line: the best is the least


@dataclass(frozen=True)
class _Weights:
    """Places with weights: doors with households, or samples of atoms."""

    xy: NDArray[np.float64]
    weight: NDArray[np.float64]


def split_k(draft: Draft, cell_id: str, k: int, *, new_ids: Sequence[str]) -> Outcome:
    """Cut a cell by straight lines into `k` connected parts, balanced by households.

    Balanced by the doors if they were given, else by the households of the atoms spread over
    their area, else by area. Each cut is the best of six directions: closest to its share, then
    shortest. The new ids go to the parts from west to east, north to south.

    Raises
    ------
    EditError
        ``EDIT_UNKNOWN_ID``, ``EDIT_LOCKED``, ``EDIT_DUPLICATE_ID``, ``EDIT_LINE_NOT_CROSSING``.
    """
    cell = draft.cell(cell_id)
    refuse_locked(draft, [cell_id])
    refuse_taken(draft, new_ids, gone=[cell_id])
    parts = _cut(draft, [atom.key.id for atom in draft.atoms_of(cell_id)], k, of=cell_id)
    grounds = [union([_atom(draft, i).shape for i in part]) for part in parts]
    inner = shapely.get_coordinates(shapely.point_on_surface(np.array(grounds, dtype=object)))
    order = np.lexsort((-inner[:, 1], inner[:, 0]))
    return into_parts(draft, cell, [parts[i] for i in order], new_ids)


def _cut(draft: Draft, names: Sequence[str], k: int, *, of: str) -> list[list[str]]:
    """Return k groups of atoms: one straight cut into k // 2 and the rest, then each again."""
    if k == 1:
        return [list(names)]
    atoms = [_atom(draft, name) for name in names]
    line = _best_line(_weights(draft, atoms), union([atom.shape for atom in atoms]), k // 2 / k)
    first, rest = halves(draft, atoms, line, of=of)
    # a cut of the first side may end on the second, so its atoms are looked up when it is its turn
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
    x, y = np.meshgrid(
        np.arange(west + step_m / 2, east, step_m), np.arange(south + step_m / 2, north, step_m)
    )
    xy = np.column_stack([x.ravel(), y.ravel()])
    atom = locate(shapely.points(xy), shapes)
    missed = np.setdiff1d(np.arange(len(shapes)), atom)
    xy, atom = np.vstack([xy, _inner(shapes[missed])]), np.append(atom, missed)
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
    angles = np.arctan2(long[1], long[0]) + np.pi * np.arange(_ANGLES) / _ANGLES
    axes = np.column_stack([np.cos(angles), np.sin(angles)])
    found = _straight(weights, ground, axes, share)
    if not found or min(found)[0] > _UNBALANCED:  # far from convex, or homes in one place
        found += _partial(weights, ground, axes[::2], share)
    return min(found)[-1]


def _straight(
    weights: _Weights, ground: shapely.Geometry, axes: NDArray[np.float64], share: float
) -> list[_Cut]:
    """Return for each axis the cut right across at the share, if it makes two pieces."""
    along = axes @ weights.xy.T
    order = np.argsort(along, axis=1, kind="stable")
    along = np.take_along_axis(along, order, axis=1)
    running = np.cumsum(weights.weight[order], axis=1)
    offsets_m = np.full(len(axes), np.inf)
    errors = np.zeros(len(axes))
    for i, (at, sums) in enumerate(zip(along, running, strict=True)):  # a few axes
        k = int(np.searchsorted(sums, sums[-1] * share - _NOISE))
        beyond = int(np.searchsorted(at, at[k], side="right"))
        if beyond < len(at):
            offsets_m[i] = (at[k] + at[beyond]) / 2
            errors[i] = abs(sums[beyond - 1] / sums[-1] - share)
    there = np.isfinite(offsets_m)
    chords, axis = _chords(ground, axes[there], offsets_m[there])
    whole = np.bincount(axis, minlength=len(axes))[axis] == 1
    lengths_m = shapely.length(chords)
    return [
        (_graded(errors[there][axis[i]]), float(lengths_m[i]), _places(chords[i]))
        for i in np.flatnonzero(whole)
    ]


def _partial(
    weights: _Weights, ground: shapely.Geometry, axes: NDArray[np.float64], share: float
) -> list[_Cut]:
    """Return cuts across a part of the ground, such as one leg of an L."""
    reach = shapely.get_coordinates(ground) @ axes.T
    offsets_m = reach.min(axis=0) + np.outer(_SHARES, np.ptp(reach, axis=0))
    chords, _ = _chords(ground, np.tile(axes, (len(_SHARES), 1)), offsets_m.ravel())
    scored = [_scored(weights, ground, chord, share) for chord in chords]
    return [
        (_graded(error), float(length_m), line)
        for (error, line), length_m in zip(scored, shapely.length(chords), strict=True)
    ]


def _chords(
    ground: shapely.Geometry, axes: NDArray[np.float64], offsets_m: NDArray[np.float64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the pieces inside of lines across axes, each a little longer, and whose they are."""
    across = np.column_stack([-axes[:, 1], axes[:, 0]])
    reach = shapely.get_coordinates(ground) @ across.T
    middle = axes * offsets_m[:, None]
    low, high = (reach.min(axis=0) - 1)[:, None], (reach.max(axis=0) + 1)[:, None]
    lines = shapely.linestrings(np.stack([middle + across * low, middle + across * high], axis=1))
    parts, axis = shapely.get_parts(shapely.intersection(lines, ground), return_index=True)
    real = shapely.length(parts) > _OVERSHOOT_M
    parts, axis = parts[real], axis[real]
    ends = shapely.get_coordinates(shapely.get_point(parts[:, None], [0, -1])).reshape(-1, 2, 2)
    step = ends[:, 1] - ends[:, 0]
    step *= _OVERSHOOT_M / np.hypot(*step.T)[:, None]
    longer = np.stack([ends[:, 0] - step, ends[:, 1] + step], axis=1)
    return put_on_grid(shapely.linestrings(longer)), axis


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
    (dx, dy), (x, y) = b - a, (_inner(pieces) - a).T
    piece = pieces[int(np.argmax(dx * y - dy * x))]
    shapely.prepare(piece)
    left = weights.weight[shapely.contains_xy(piece, weights.xy)].sum() / weights.weight.sum()
    errors = abs(left - share), abs(1 - left - share)
    return (errors[0], line) if errors[0] <= errors[1] else (errors[1], line[::-1])


def _graded(error: float) -> float:
    return max(0.0, round(error - _CLOSE, 2))


def _places(chord: shapely.Geometry) -> list[Place]:
    return [(x, y) for x, y in shapely.get_coordinates(chord).tolist()]


def _lines(ground: shapely.Geometry, chord: shapely.Geometry) -> shapely.Geometry:
    return shapely.union_all([shapely.boundary(ground), chord])
