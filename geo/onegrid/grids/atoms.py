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
from onegrid.grids.faces import absorb, faces_of, merged, widths_m
from onegrid.grids.locate import locate
from onegrid.grids.needles import cut_needles, without_new_nodes
from onegrid.grids.reuse import drawn_share
from onegrid.layers.borders import Borders, borders_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

# streets inside a block: they lead to doors and do not part neighbourhoods
_INSIDE_A_BLOCK: Final = frozenset(
    {"service", "footway", "path", "steps", "cycleway", "track", "corridor", "bridleway"}
)
_EXPRESSWAY: Final = frozenset({"motorway", "trunk"})  # a street nobody crosses on foot
_CRUMB_M2 = 0.01  # smaller than anything drawn
_ON_LINE_M = 0.02  # a border piece this close to a barrier is the barrier


@dataclass(frozen=True)
class Atoms:
    """Atoms that tile the communities, with what the assignment needs to know of them.

    ``polygons`` (n,), ``community`` (row of the communities frame, int64 n), ``households``
    (int64 n), ``labels`` (per department: row of its cleaned layer with the largest share of the
    atom's area, -1 where it drew nothing), ``borders`` and for each piece of them ``is_barrier``
    (bool) and ``drawn_share`` (float: how much of it lies within 8 m of some department's border);
    ``counted`` (int64 n): what the band counts.
    """

    polygons: NDArray[np.object_]
    community: NDArray[np.int64]
    households: NDArray[np.int64]
    labels: dict[str, NDArray[np.int64]]
    borders: Borders
    is_barrier: NDArray[np.bool_]
    drawn_share: NDArray[np.float64]
    counted: NDArray[np.int64]


def make_atoms(
    communities: gpd.GeoDataFrame,
    departments: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    *,
    households_max: float,
    count_by: str = "households",
) -> Atoms:
    """Cut the communities of a district into atoms.

    Parameters
    ----------
    communities
        Nested communities (see `onegrid.layers.nest`), metric CRS.
    departments
        Cleaned layers by name, the first to cut first, in the CRS of the communities.
    people
        Points with ``households`` and the column `count_by`.
    roads
        Lines of the ROADS table, or None: then only department borders cut.
    households_max
        A block with more is split into balanced parts where its doors allow it.
    count_by
        What is counted for `households_max` and for the band of a cell.
    """
    ground = communities.geometry.to_numpy()
    homes = _Homes(people.geometry.to_numpy(), people["households"].to_numpy())
    streets, _ = skeleton_lines(roads)
    barriers = barrier_lines(roads)
    lines = np.concatenate([shapely.boundary(ground), streets, barriers])
    blocks = _without_thin(_faces_inside(lines, ground), ground, homes, barriers)
    xy = shapely.get_coordinates(homes.at)
    doors = locate(homes.at, blocks)
    cuts = department_cuts(blocks, departments, doors=doors, xy=xy, households=homes.households)
    if len(cuts):
        rims = np.append(shapely.boundary(blocks), cuts)
        blocks = _without_thin(_faces_inside(rims, ground), ground, homes, barriers)
    doors = locate(homes.at, blocks)
    counted = people[count_by].to_numpy()
    cuts = balanced_cuts(blocks, doors=doors, xy=xy, households=counted, most=households_max)
    if len(cuts):
        blocks = _faces_inside(np.append(shapely.boundary(blocks), cuts), ground)
    blocks = without_new_nodes(_joined(*cut_needles(blocks), ground, barriers), blocks)
    blocks = _without_crumbs(blocks)
    doors = locate(homes.at, blocks)
    borders = borders_of(blocks)
    return Atoms(
        polygons=blocks,
        community=_regions(blocks, ground),
        households=_sum_by(doors, homes.households, len(blocks)).astype(np.int64),
        labels={name: largest_share(blocks, layer) for name, layer in departments.items()},
        borders=borders,
        is_barrier=on_lines(borders, barriers),
        drawn_share=drawn_share(borders, [x.geometry.to_numpy() for x in departments.values()]),
        counted=_sum_by(doors, counted, len(blocks)).astype(np.int64),
    )


@dataclass(frozen=True)
class _Homes:
    """Doors (points) and the households behind each."""

    at: NDArray[np.object_]
    households: NDArray[np.int64]

    def inside(self, faces: NDArray[np.object_]) -> NDArray[np.float64]:
        return _sum_by(locate(self.at, faces), self.households, len(faces))


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


def _faces_inside(lines: NDArray[np.object_], ground: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the faces of `lines` that lie inside a community."""
    faces = faces_of(lines)
    return faces[_regions(faces, ground) >= 0]


def _regions(faces: NDArray[np.object_], ground: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the community each face lies in, -1 for none."""
    return locate(shapely.point_on_surface(faces), ground)


def barrier_lines(roads: gpd.GeoDataFrame | None) -> NDArray[np.object_]:
    """Return what a cell should not straddle: rail, water, walls, and expressways."""
    barriers = skeleton_lines(roads)[1]
    if roads is None or not len(roads):
        return barriers
    fast = roads["highway"].isin(_EXPRESSWAY).to_numpy()
    return np.append(barriers, roads.geometry.to_numpy()[fast])


def _without_thin(
    faces: NDArray[np.object_],
    ground: NDArray[np.object_],
    homes: _Homes,
    barriers: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Join thin faces (medians, strips beside a road) to a neighbour of their community."""
    width_m = widths_m(faces)
    empty = homes.inside(faces) == 0
    weak = (width_m < standards.number("border_snap_m")) | (
        (width_m < standards.number("block_width_m")) & empty
    )
    return _joined(faces, weak, ground, barriers)


def _joined(
    faces: NDArray[np.object_],
    weak: NDArray[np.bool_],
    ground: NDArray[np.object_],
    barriers: NDArray[np.object_],
) -> NDArray[np.object_]:
    """Join weak faces to neighbours of their community, across a barrier only if need be."""
    for respected in (barriers, barriers[:0]):
        borders = borders_of(faces)
        labels = absorb(
            faces,
            weak=weak,
            region=_regions(faces, ground),
            open_length_m=np.where(on_lines(borders, respected), 0.0, borders.length_m),
            borders=borders,
        )
        faces, weak = merged(faces, labels), _all_weak(weak, labels)
    return faces


def _without_crumbs(faces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Join what noding left over of two borders to the neighbour, of whatever community.

    A crumb that has no neighbour in its own community would be a cell of its own.
    """
    crumbs = shapely.area(faces) < _CRUMB_M2
    if not crumbs.any():
        return faces
    borders = borders_of(faces)
    anywhere = np.zeros(len(faces), dtype=np.int64)
    open_length_m = borders.length_m
    labels = absorb(
        faces, weak=crumbs, region=anywhere, open_length_m=open_length_m, borders=borders
    )
    return merged(faces, labels)


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
