"""The ground that is divided anew when the rest of a grid stays as it is."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.changes import border_lines, pieces_away
from onegrid.grids.faces import borders_of, faces_of
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from numpy.typing import NDArray

_OVERSHOOT_M: Final = 0.005  # a line ends this far behind the one it meets, so that noding finds it
_NODE_M: Final = 0.0015  # a node this close to an edge lies on it: both are on the 1 mm grid


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

    Lines closer than the width of a fault (0.1 m) are the same line.
    """
    parts = cells.groupby("community_id", sort=True)["geometry"]
    before = np.array(
        [shapely.coverage_union_all(np.asarray(part)) for _, part in parts], dtype=object
    )
    old, now = border_lines(before), border_lines(communities.geometry.to_numpy())
    near_m = standards.number("fault_width_m")
    return Outlines(old, pieces_away(now, old, near_m=near_m), pieces_away(old, now, near_m=near_m))


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


def share_nodes(polygons: NDArray[np.object_], others: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return `polygons` with every node of `others` that lies on their border as a node too.

    Polygons that lack none are returned as they are.

    Parameters
    ----------
    polygons, others
        Polygons on the 1 mm grid that touch and do not overlap.

    Examples
    --------
    >>> from shapely import box
    >>> kept = np.array([box(0, 0, 2, 2)], dtype=object)
    >>> beside = np.array([box(2, 0, 3, 1), box(2, 1, 3, 2)], dtype=object)
    >>> int(shapely.get_num_coordinates(share_nodes(kept, beside)[0]))
    6
    """
    count = len(polygons)
    borders = borders_of(np.append(polygons, others))
    single = borders.left < 0  # a piece that no twin lies on
    ours, theirs = single & (borders.right < count), single & (borders.right >= count)
    chains = _chains(borders.ends_m[ours], borders.ends_m[theirs])
    result = polygons.copy()
    owners = borders.right[ours]
    for index in np.unique(owners[list(chains)]):  # few kept polygons lie beside new ones
        mine = [chains[edge] for edge in chains if owners[edge] == index]
        result[index] = _with_chains(polygons[index], mine)
    return result


def _chains(
    edges: NDArray[np.float64], others: NDArray[np.float64]
) -> dict[int, list[tuple[float, float]]]:
    """Return for each edge that `others` follow in several steps the nodes of that way."""
    nodes = np.unique(others.reshape(-1, 2), axis=0)
    lines = shapely.linestrings(edges.reshape(-1, 2, 2))
    near = shapely.STRtree(lines).query(
        shapely.points(nodes), predicate="dwithin", distance=_NODE_M
    )[1]
    steps: dict[tuple[float, float], list[tuple[float, float]]] = {}
    for x1, y1, x2, y2 in others.tolist():
        steps.setdefault((x1, y1), []).append((x2, y2))
        steps.setdefault((x2, y2), []).append((x1, y1))
    chains = {}
    for edge in np.unique(near):  # the edges beside new ground
        x1, y1, x2, y2 = edges[edge].tolist()
        chain = _walk(steps, (x1, y1), (x2, y2))
        if len(chain) > 2:  # noqa: PLR2004  (two are the ends)
            chains[int(edge)] = chain
    return chains


def _walk(
    steps: dict[tuple[float, float], list[tuple[float, float]]],
    start: tuple[float, float],
    end: tuple[float, float],
) -> list[tuple[float, float]]:
    """Return the nodes from start to end along the straight line, empty if there is no way."""
    length_m = math.dist(start, end)
    ahead = ((end[0] - start[0]) / length_m, (end[1] - start[1]) / length_m)

    def place(node: tuple[float, float]) -> tuple[float, float]:
        x, y = node[0] - start[0], node[1] - start[1]
        return x * ahead[0] + y * ahead[1], abs(x * ahead[1] - y * ahead[0])

    chain = [start]
    while chain[-1] != end:
        passed = place(chain[-1])[0]
        further = [
            (place(node), node)
            for node in steps.get(chain[-1], [])
            if place(node)[0] > passed and place(node)[1] <= _NODE_M
        ]
        if not further or min(further)[0][0] > length_m + _NODE_M:
            return []
        chain.append(min(further)[1])
    return chain


def _with_chains(
    polygon: shapely.Polygon, chains: list[list[tuple[float, float]]]
) -> shapely.Polygon:
    """Return the polygon with the nodes of each chain between its two ends."""
    between = {(chain[0], chain[-1]): chain[1:-1] for chain in chains}
    between |= {(b, a): nodes[::-1] for (a, b), nodes in between.items()}
    rings = []
    for ring in (polygon.exterior, *polygon.interiors):
        nodes = [tuple(xy) for xy in ring.coords]
        longer = [nodes[0]]
        for pair in itertools.pairwise(nodes):
            longer += [*between.get(pair, []), pair[1]]
        rings.append(longer)
    return shapely.Polygon(rings[0], rings[1:])
