"""Atoms: the smallest pieces a merged grid is made of.

Road blocks of one community, split where a department's border really cuts a block (people on both
sides) and where a block alone holds more households than a cell may. Borders that departments drew
beside a road are that road.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.cuts import balanced_cuts, department_cuts
from onegrid.grids.faces import (
    Borders,
    absorb,
    borders_of,
    faces_of,
    merged,
    widths_m,
)
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

# streets inside a block: they lead to doors and do not part neighbourhoods
_INSIDE_A_BLOCK: Final = frozenset(
    {"service", "footway", "path", "steps", "cycleway", "track", "corridor", "bridleway"}
)
_ON_LINE_M = 0.02  # a border piece this close to a barrier is the barrier


@dataclass(frozen=True)
class Atoms:
    """Atoms that tile the communities, with what the assignment needs to know of them.

    ``polygons`` (n,), ``community`` (row of the communities frame, int64 n), ``households``
    (int64 n), ``labels`` (per department: row of its cleaned layer with the largest share of the
    atom's area, -1 where it drew nothing), ``borders`` and ``is_barrier`` (bool per border piece).
    """

    polygons: NDArray[np.object_]
    community: NDArray[np.int64]
    households: NDArray[np.int64]
    labels: dict[str, NDArray[np.int64]]
    borders: Borders
    is_barrier: NDArray[np.bool_]


def make_atoms(
    communities: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    *,
    households_max: float,
) -> Atoms:
    """Cut the communities of a district into atoms.

    Parameters
    ----------
    communities
        Nested communities (see `onegrid.layers.nest`), metric CRS.
    departments
        Cleaned layers by name, the first to cut first, in the CRS of the communities.
    people
        Points with ``households``.
    roads
        Lines of the ROADS table, or None: then only department borders cut.
    households_max
        A block with more is split into balanced parts where its doors allow it.
    """
    xy = shapely.get_coordinates(people.geometry.to_numpy())
    weights = people["households"].to_numpy()
    streets, barriers = skeleton_lines(roads)
    outlines = shapely.boundary(communities.geometry.to_numpy())
    blocks = _faces_inside(np.concatenate([outlines, streets, barriers]), communities)
    blocks = _without_thin(blocks, communities, xy, weights, barriers)
    doors = locate(shapely.points(xy), blocks)
    cuts = department_cuts(blocks, departments, doors=doors, xy=xy, households=weights)
    if len(cuts):
        rims = np.append(shapely.boundary(blocks), cuts)
        blocks = _faces_inside(rims, communities)
        blocks = _without_thin(blocks, communities, xy, weights, barriers)
    doors = locate(shapely.points(xy), blocks)
    cuts = balanced_cuts(blocks, doors=doors, xy=xy, households=weights, most=households_max)
    if len(cuts):
        blocks = _faces_inside(np.append(shapely.boundary(blocks), cuts), communities)
        doors = locate(shapely.points(xy), blocks)
    return _described(blocks, communities, departments, barriers, doors, weights)


def skeleton_lines(
    roads: gpd.GeoDataFrame | None,
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the streets that bound blocks, and the barriers (rail, water, walls), as lines."""
    if roads is None or not len(roads):
        return np.empty(0, dtype=object), np.empty(0, dtype=object)
    highway = roads["highway"].fillna("").astype(str)
    blocked = np.zeros(len(roads), dtype=bool)
    for column in ("railway", "waterway", "barrier"):
        blocked |= roads[column].fillna("").astype(str).ne("").to_numpy()
    blocked &= highway.eq("").to_numpy()
    street = ~blocked & ~highway.isin(_INSIDE_A_BLOCK).to_numpy()
    lines = roads.geometry.to_numpy()
    return lines[street], lines[blocked]


def _faces_inside(lines: NDArray[np.object_], communities: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the faces of `lines` that lie inside a community."""
    faces = faces_of(lines)
    return faces[_regions(faces, communities) >= 0]


def _regions(faces: NDArray[np.object_], communities: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the row of the community each face lies in, -1 for none."""
    return locate(shapely.point_on_surface(faces), communities.geometry.to_numpy())


def _without_thin(
    faces: NDArray[np.object_],
    communities: gpd.GeoDataFrame,
    xy: NDArray[np.float64],
    households: NDArray[np.int64],
    barriers: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Join thin faces (medians, strips beside a road) to a neighbour of their community."""
    inside = _sum_by(locate(shapely.points(xy), faces), households, len(faces))
    width_m = widths_m(faces)
    empty_limit_m = standards.number("block_width_m")
    weak = (width_m < standards.number("border_snap_m")) | (
        (width_m < empty_limit_m) & (inside == 0)
    )
    for respected in (barriers, barriers[:0]):  # across a barrier only if there is no other way
        borders = borders_of(faces)
        labels = absorb(
            faces,
            weak=weak,
            region=_regions(faces, communities),
            open_length_m=np.where(on_lines(borders, respected), 0.0, borders.length_m),
            borders=borders,
        )
        faces, weak = merged(faces, labels), _all_weak(weak, labels)
    return faces


def _all_weak(weak: NDArray[np.bool_], labels: NDArray[np.int64]) -> NDArray[np.bool_]:
    strong = np.bincount(labels, ~weak)
    all_weak: NDArray[np.bool_] = strong == 0
    return all_weak


def on_lines(borders: Borders, lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which border pieces lie on one of the lines."""
    on = np.zeros(len(borders.left), dtype=bool)
    if len(lines):
        tree = shapely.STRtree(lines)
        hits = tree.query(
            shapely.points(borders.middles_m), predicate="dwithin", distance=_ON_LINE_M
        )
        on[hits[0]] = True
    return on


def _described(
    blocks: NDArray[np.object_],
    communities: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    barriers: NDArray[np.object_],
    doors: NDArray[np.int64],
    households: NDArray[np.int64],
) -> Atoms:
    borders = borders_of(blocks)
    labels = {name: largest_share(blocks, layer) for name, layer in departments.items()}
    return Atoms(
        polygons=blocks,
        community=_regions(blocks, communities),
        households=_sum_by(doors, households, len(blocks)).astype(np.int64),
        labels=labels,
        borders=borders,
        is_barrier=on_lines(borders, barriers),
    )


def largest_share(polygons: NDArray[np.object_], layer: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the row of `layer` that covers most of each polygon, -1 where none covers any."""
    shapes = layer.geometry.to_numpy()
    polygon, row = shapely.STRtree(shapes).query(polygons, predicate="intersects")
    area_m2 = shapely.area(shapely.intersection(polygons[polygon], shapes[row]))
    order = np.lexsort((-row, area_m2, polygon))
    label = np.full(len(polygons), -1)
    covered = order[area_m2[order] > 0]
    label[polygon[covered]] = row[covered]  # the last write of a polygon is its largest
    return label


def _sum_by(index: NDArray[np.int64], values: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    found = index >= 0
    total = np.bincount(index[found], values[found].astype(np.float64), minlength=size)
    return total.astype(np.float64)
