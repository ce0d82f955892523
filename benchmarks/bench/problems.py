"""Units for regionalisation peers, of two kinds.

Either onegrid's own atoms (so that a peer is not punished for dirty lines) or the raw blocks
between roads and community borders.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.sparse.csgraph import connected_components

from bench.columns import first_inside, load_dirty, load_ground, near
from bench.units import Problem, Units
from onegrid.layers.borders import borders_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from bench.columns import Ground, Layer
    from bench.units import Ints, Shapes

_WANTED_HOUSEHOLDS = 400
_ON_LINE_M = 8.0


def raw_blocks(dirty_path: str, ground_path: str, out: str) -> Generator[None, None, None]:
    """Write the units between roads and community borders, nothing repaired or joined."""
    yield
    roads, ground = load_dirty(dirty_path).roads, load_ground(ground_path)
    rims = shapely.boundary(ground.communities)
    lines = np.append(rims, roads)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=0.001)]))
    home = first_inside(shapely.point_on_surface(faces), ground.communities)
    _write(make_units(faces[home >= 0], home[home >= 0], ground), out)


def own_atoms(atoms_path: str, ground_path: str, out: str) -> Generator[None, None, None]:
    """Write onegrid's atoms as units."""
    yield
    shapes: Shapes = pickle.loads(Path(atoms_path).read_bytes())  # noqa: S301  (our own)
    ground = load_ground(ground_path)
    home = first_inside(shapely.point_on_surface(shapes), ground.communities)
    _write(make_units(shapes, home, ground), out)


def _write(units: Units, out: str) -> None:
    Path(out).write_bytes(pickle.dumps(units))


def make_units(shapes: Shapes, home: Ints, ground: Ground) -> Units:
    """Return units (edge-matched polygons) of communities ``home`` as problems."""
    at = first_inside(ground.homes, shapes)
    inside = at >= 0
    households = np.bincount(at[inside], ground.households[inside], minlength=len(shapes))
    borders = borders_of(shapes)
    shared = (borders.left >= 0) & (borders.right >= 0)
    shared &= home[borders.left] == home[borders.right]
    left, right = borders.left[shared], borders.right[shared]
    middles = shapely.points(borders.middles_m[shared])
    drawn = [near(middles, shapely.boundary(x.shapes), _ON_LINE_M) for x in _layers(ground)]
    pairs, pair = np.unique(np.stack([left, right], axis=1), axis=0, return_inverse=True)
    length_m = np.bincount(pair.ravel(), borders.length_m[shared], minlength=len(pairs))
    drawn_m = np.bincount(
        pair.ravel(), borders.length_m[shared] * np.mean(drawn, axis=0), minlength=len(pairs)
    )
    n = len(shapes)
    links = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    island = connected_components(links, directed=False)[1]
    problems = []
    for number in range(int(island.max()) + 1):  # each is a problem of its own
        unit = np.flatnonzero(island == number)
        place = np.full(n, -1)
        place[unit] = np.arange(len(unit))
        mine = place[pairs[:, 0]] >= 0
        total = households[unit].sum()
        problems.append(
            Problem(
                unit=unit,
                shapes=shapes[unit],
                households=households[unit].astype(np.int64),
                pairs=place[pairs[mine]],
                length_m=np.asarray(length_m[mine], dtype=np.float64),
                drawn_share=drawn_m[mine] / np.maximum(length_m[mine], 1e-9),
                cells=max(1, min(len(unit), round(total / _WANTED_HOUSEHOLDS))),
                band=ground.band,
            )
        )
    return Units(shapes, problems)


def _layers(ground: Ground) -> list[Layer]:
    return list(ground.departments.values())
