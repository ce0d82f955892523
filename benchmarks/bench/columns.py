"""The neutral columns: one function measures every grid, ours and theirs, from its polygons alone.

Nothing of onegrid is used here, and nothing is believed that a program says of its own result.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

SLIVER_M2, SLIVER_M = 100.0, 3.0  # a part below either (mean width: twice area by perimeter)
STEP_M, NEAR_M, SAME_M = 5.0, 8.0, 0.05
_ACROSS_SHARE = 0.01
_GRID_M = 0.001


@dataclass(frozen=True)
class Layer:
    """One department's grid: polygons (n,), and the code of each (n,)."""

    shapes: Shapes
    codes: NDArray[np.object_]


@dataclass(frozen=True)
class Ground:
    """What a grid is measured against, in one metric CRS.

    ``communities`` (polygons that tile the district), ``homes`` (points) with ``households`` each,
    the departments' old grids by name, and the household band of a cell.
    """

    communities: Shapes
    homes: Shapes
    households: Ints
    departments: dict[str, Layer]
    band: tuple[float, float]


@dataclass(frozen=True)
class Dirty:
    """What programs are given that read layers: each as it came, the roads (lines), the CRS."""

    layers: dict[str, Layer]
    roads: Shapes
    crs: str


def load_dirty(path: str) -> Dirty:
    """Read the layers as they came."""
    dirty: Dirty = pickle.loads(Path(path).read_bytes())  # noqa: S301  (our own)
    return dirty


def load_ground(path: str) -> Ground:
    """Read what grids are measured against."""
    ground: Ground = pickle.loads(Path(path).read_bytes())  # noqa: S301  (our own)
    return ground


def grid_columns(cells: Shapes, ground: Ground) -> dict[str, float]:
    """Return the neutral columns of a grid; shares from 0 to 1."""
    cell_of = first_inside(ground.homes, cells)
    total = _sums(cell_of, ground.households, len(cells))
    lived_in = total > 0
    banded = (total >= ground.band[0]) & (total <= ground.band[1])
    lost = ground.households[cell_of < 0].sum()
    return {
        "cells": len(cells),
        **tiling_columns(cells, shapely.union_all(ground.communities)),
        "in_band_share": _share(banded[lived_in].sum(), lived_in.sum()),
        "households_in_band_share": _share(total[banded].sum(), ground.households.sum()),
        "border_reuse_share": border_reuse_share(cells, ground),
        **{
            f"kept_{name}": kept_share(cell_of, ground, layer)
            for name, layer in sorted(ground.departments.items())
        },
        "compactness": float(polsby_popper(cells).mean()),
        "across_communities": int(_across(cells, ground.communities).sum()),
        "lost_households": int(lost),
    }


def tiling_columns(polygons: Shapes, ground: shapely.Geometry) -> dict[str, float]:
    """Return gap, overlap, slivers and parts of polygons that should tile the ground."""
    shapes, union, gap_m2 = _united(polygons, ground)
    parts = shapely.get_parts(polygons)
    parts = parts[shapely.area(parts) > 0]
    area_m2 = shapely.area(parts)
    thin = 2 * area_m2 < SLIVER_M * shapely.length(parts)
    return {
        "gap_m2": gap_m2,
        "overlap_m2": max(0.0, float(shapely.area(shapes).sum() - shapely.area(union))),
        "slivers": int((thin | (area_m2 < SLIVER_M2)).sum()),
        "parts_per_cell": _share(len(parts), len(polygons)),
    }


def _united(polygons: Shapes, ground: shapely.Geometry) -> tuple[Shapes, shapely.Geometry, float]:
    """Return the polygons, their union, and the area (m2) of the ground outside it.

    Where what a program left cannot be computed with as it is, each polygon is put on a grid of
    1 mm first.
    """
    try:
        union = shapely.union_all(polygons)
        return polygons, union, float(shapely.area(shapely.difference(ground, union)))
    except shapely.GEOSException:
        rounded = shapely.set_precision(polygons, _GRID_M)
        union = shapely.union_all(rounded)
        return rounded, union, float(shapely.area(shapely.difference(ground, union)))


def first_inside(points: Shapes, polygons: Shapes) -> Ints:
    """Return for each point the lowest polygon that touches it, -1 for none."""
    found = np.full(len(points), -1)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.lexsort((-polygon, point))
    found[point[order]] = polygon[order]  # the last write of a point is its lowest polygon
    return found


def kept_share(cell_of: Ints, ground: Ground, layer: Layer) -> float:
    """Return the households that stay with the largest part of their old cell, over all of them."""
    row = first_inside(ground.homes, layer.shapes)
    inside = row >= 0
    known, code = np.unique(layer.codes[row[inside]].astype(str), return_inverse=True)
    households, cell = ground.households[inside], cell_of[inside]
    kept = 0
    for old in range(len(known)):  # hundreds of old cells
        mine = (code == old) & (cell >= 0)
        if mine.any():
            kept += int(np.bincount(cell[mine], households[mine]).max())
    return _share(kept, households.sum())


def border_reuse_share(cells: Shapes, ground: Ground) -> float:
    """Return the share of borders between cells that lies within 8 m of an old border.

    Borders of communities are left out: they are given to everybody.
    """
    lines = shapely.get_parts(shapely.union_all(shapely.boundary(cells), grid_size=_GRID_M))
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, STEP_M), return_index=True)
    step = line[1:] == line[:-1]
    middles = shapely.points(((xy[1:] + xy[:-1]) / 2)[step])
    length_m = np.hypot(*(xy[1:] - xy[:-1])[step].T)
    inner = ~near(middles, shapely.boundary(ground.communities), SAME_M)
    rims = [shapely.boundary(layer.shapes) for layer in ground.departments.values()]
    if not inner.any() or not rims:
        return 1.0
    followed = near(middles[inner], np.concatenate(rims), NEAR_M)
    return _share(length_m[inner][followed].sum(), length_m[inner].sum())


def near(points: Shapes, lines: Shapes, within_m: float) -> NDArray[np.bool_]:
    """Return which points lie within some metres of a line."""
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    step = line[1:] == line[:-1]
    segments = shapely.linestrings(np.stack([xy[:-1][step], xy[1:][step]], axis=1))
    hits = shapely.STRtree(segments).query(points, predicate="dwithin", distance=within_m)
    found = np.zeros(len(points), dtype=bool)
    found[hits[0]] = True
    return found


def polsby_popper(polygons: Shapes) -> Floats:
    """Return 4 pi area by squared perimeter: 1 for a circle, 0.785 for a square."""
    round_share: Floats = 4 * np.pi * shapely.area(polygons) / shapely.length(polygons) ** 2
    return round_share


def _across(cells: Shapes, communities: Shapes) -> NDArray[np.bool_]:
    """Return which cells have more than a hundredth of themselves outside their main community."""
    cell, community = shapely.STRtree(communities).query(cells, predicate="intersects")
    try:
        shared = shapely.intersection(cells[cell], communities[community])
    except shapely.GEOSException:
        shared = shapely.intersection(cells[cell], communities[community], grid_size=_GRID_M)
    shared_m2 = shapely.area(shared)
    most, total = np.zeros(len(cells)), np.zeros(len(cells))
    np.maximum.at(most, cell, shared_m2)
    np.add.at(total, cell, shared_m2)
    return total - most > _ACROSS_SHARE * np.maximum(total, 1e-9)


def _sums(index: Ints, values: Ints, size: int) -> Ints:
    found = index >= 0
    return np.bincount(index[found], values[found], minlength=size).round().astype(np.int64)


def _share(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole else 1.0


def repair_columns(
    before: dict[str, Layer], after: dict[str, Layer], *, close_m: float
) -> dict[str, float]:
    """Return what a repair left and what it moved, summed over the layers.

    The ground a layer should cover is what it drew, with cracks narrower than twice `close_m`
    closed. ``vanished`` counts codes that lost 99 % of their area, ``moved_m2`` sums the symmetric
    differences, ``invalid`` counts invalid polygons.
    """
    found: dict[str, float] = dict.fromkeys(("gap_m2", "overlap_m2", "slivers", "parts"), 0)
    found |= dict.fromkeys(("vanished", "moved_m2", "invalid"), 0)
    for name, layer in before.items():
        drawn, left = _by_code(layer), _by_code(after[name])
        whole = shapely.union_all(np.array(list(drawn.values()), dtype=object))
        whole = shapely.buffer(whole, close_m, join_style="mitre")
        ground = shapely.buffer(whole, -close_m, join_style="mitre")
        shapes = after[name].shapes
        found["invalid"] += int((~shapely.is_valid(shapes)).sum())
        shapes = shapely.make_valid(shapes)
        tiling = tiling_columns(shapes, ground)
        for key in ("gap_m2", "overlap_m2", "slivers"):
            found[key] += tiling[key]
        found["parts"] += int((shapely.get_num_geometries(shapes) > 1).sum())
        for code, shape in drawn.items():
            rest = left.get(code, shapely.Polygon())
            found["vanished"] += rest.area < 0.01 * shape.area
            found["moved_m2"] += shapely.symmetric_difference(shape, rest).area
    return found


def _by_code(layer: Layer) -> dict[str, shapely.Geometry]:
    """Return the area drawn under each code; bow-ties become their lobes, twins one."""
    shapes = shapely.make_valid(layer.shapes)
    codes = layer.codes.astype(str)
    return {code: shapely.union_all(shapes[codes == code]) for code in np.unique(codes)}


def polygonal(shapes: Shapes) -> Shapes:
    """Return shapes made valid, and of each only its polygons: what every program can read."""
    found: Shapes = shapely.make_valid(shapes)
    for i in np.flatnonzero(shapely.get_type_id(found) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(found[i]))
        found[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    return found


def coded(codes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return codes as text; features without one share an empty code."""
    return np.array(["" if code is None else str(code) for code in codes], dtype=object)
