"""The ground that is divided anew when the rest of a grid stays as it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.changes import border_lines, pieces_away
from onegrid.grids.faces import faces_of
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_OVERSHOOT_M: Final = 0.005  # a line ends this far behind the one it meets, so that noding finds it
_CRUMB_M2: Final = (
    1.0  # closing gaps between communities may leave as much, or not, by a millimetre
)


@dataclass(frozen=True)
class Outlines:
    """Borders of communities before and after: ``new`` and ``lost`` pieces, ``old`` whole lines."""

    old: NDArray[np.object_]
    new: NDArray[np.object_]
    lost: NDArray[np.object_]

    def touched(self, cells: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return the cells that the border of a community moved through or away from."""
        pieces = np.concatenate([self.new, self.lost])
        near_m = 2 * standards.number("fault_width_m")
        found = np.zeros(len(cells), dtype=bool)
        if len(pieces):
            tree = shapely.STRtree(pieces)
            found[tree.query(shapely.buffer(cells, -near_m), predicate="intersects")[0]] = True
            middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
            near = shapely.STRtree(middles).query(cells, predicate="dwithin", distance=near_m)
            found[near[0]] = True
        return found


def moved_outlines(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> Outlines:
    """Compare the communities that previous cells add up to with those of today.

    Lines closer than the width of a fault (0.1 m) are the same line, and a border that left no
    wider ground, or less than 1 m², to another community has not moved: crumbs and hair-thin spikes
    of a drawing, which no cell keeps, are no news.
    """
    parts = cells.groupby("community_id", sort=True)["geometry"]
    before = {name: shapely.coverage_union_all(np.asarray(part)) for name, part in parts}
    after = dict(zip(communities.index, communities.geometry.to_numpy(), strict=True))
    old, now = (border_lines(np.array([*side.values()])) for side in (before, after))
    near_m = standards.number("fault_width_m")
    new, lost = pieces_away(now, old, near_m=near_m), pieces_away(old, now, near_m=near_m)
    moved = _moved_ground(before, after, np.concatenate([new, lost]), near_m)
    return Outlines(old, _along(new, moved, near_m), _along(lost, moved, near_m))


def _moved_ground(
    before: Mapping[str, shapely.Geometry],
    after: Mapping[str, shapely.Geometry],
    pieces: NDArray[np.object_],
    width_m: float,
) -> NDArray[np.object_]:
    """Return the ground that communities near some pieces won or lost: no crumbs, no hairs."""
    names = sorted({*before, *after})
    nothing = shapely.Polygon()
    sides = np.array([[side.get(name, nothing) for name in names] for side in (before, after)])
    near = shapely.STRtree(pieces).query(sides.ravel(), predicate="dwithin", distance=width_m)[0]
    one, other = sides[:, np.unique(near % len(names))]
    ground = shapely.get_parts(shapely.symmetric_difference(one, other))
    ground = ground[shapely.area(ground) >= _CRUMB_M2]
    wide: NDArray[np.object_] = ground[~shapely.is_empty(shapely.buffer(ground, -width_m / 2))]
    return wide


def _along(
    pieces: NDArray[np.object_], ground: NDArray[np.object_], near_m: float
) -> NDArray[np.object_]:
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    near = shapely.STRtree(ground).query(middles, predicate="dwithin", distance=near_m)[0]
    found: NDArray[np.object_] = pieces[np.unique(near)]
    return found


def open_ground(
    cells: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    *,
    free: NDArray[np.bool_],
    outlines: Outlines,
) -> gpd.GeoDataFrame:
    """Return the ground no kept cell covers, in pieces that never cross a previous border.

    Parameters
    ----------
    cells, free
        Previous cells (a valid coverage on the 1 mm grid) and which of them are given up.
    communities
        The nested communities of today.
    outlines
        Where the borders of communities moved; the cells they touched are free.

    Returns
    -------
    ground
        Multipolygons or polygons with ``community`` (row of `communities`) and ``previous`` (row of
        `cells`, -1 on new ground); where no outline moved they are the previous cells themselves.
    """
    shapes = cells.geometry.to_numpy()
    torn = outlines.touched(shapes)
    whole = np.flatnonzero(free & ~torn)
    pieces = [shapes[whole]]
    previous = [whole]
    if torn.any() or len(outlines.new):
        faces, row = _torn_faces(shapes, torn, outlines)
        pieces.append(faces)
        previous.append(row)
    geometry, old = np.concatenate(pieces), np.concatenate(previous)
    inner = shapely.point_on_surface(geometry)
    home = locate(inner, communities.geometry.to_numpy())
    ground = gpd.GeoDataFrame(
        {"community": home, "previous": old}, geometry=geometry, crs=cells.crs
    )[home >= 0]
    return _joined(ground)


def _torn_faces(
    shapes: NDArray[np.object_], torn: NDArray[np.bool_], outlines: Outlines
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return the faces of torn cells and of new ground, each with its previous cell."""
    lines = np.concatenate([shapely.boundary(shapes[torn]), outlines.old])
    faces = faces_of(np.concatenate([lines, _led_onto(outlines.new, lines)]))
    row = locate(shapely.point_on_surface(faces), shapes)
    ours = (row < 0) | torn[row]
    return faces[ours], row[ours]


def _led_onto(pieces: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return pieces joined to lines, each loose end led straight onto the nearest of `lines`."""
    if not len(pieces):
        return pieces
    joined: NDArray[np.object_] = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(pieces))
    )
    open_ones = joined[~shapely.is_closed(joined)]
    if not len(open_ones) or not len(lines):
        return joined
    ends = np.concatenate([shapely.get_point(open_ones, 0), shapely.get_point(open_ones, -1)])
    nearest = shapely.STRtree(lines).query_nearest(ends, all_matches=False)[1]
    xy = shapely.get_coordinates(shapely.shortest_line(ends, lines[nearest])).reshape(-1, 2, 2)
    step = xy[:, 1] - xy[:, 0]
    length_m = np.hypot(*step.T)
    beyond = np.divide(_OVERSHOOT_M, length_m, out=np.zeros(len(xy)), where=length_m > 0)
    xy[:, 1] += step * beyond[:, None]
    led: NDArray[np.object_] = np.append(joined, shapely.linestrings(xy[length_m > 0]))
    return led


def _joined(ground: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one row per community and previous cell, in that order."""
    keys = ["community", "previous"]
    first = ground.drop_duplicates(keys).sort_values(keys, ignore_index=True)
    if len(first) == len(ground):
        return first
    parts = {
        key: shapely.coverage_union_all(np.asarray(part))
        for key, part in ground.groupby(keys)["geometry"]
    }
    shapes = [parts[key] for key in zip(first["community"], first["previous"], strict=True)]
    return first.set_geometry(shapes, crs=ground.crs)
