"""Build a walk network, compact arrays of nodes and edges, from street lines.

A line with a railway, waterway or barrier class and no street class is a barrier: nobody walks on
it, and no joining leg crosses it. Every other line is walked both ways, unless its class (a
motorway, a street that is not built yet) says that nobody walks there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from onegrid.crs import is_metric
from onegrid.errors import CrsError, NetworkError, Problem
from onegrid.network import tags
from onegrid.network.crossings import find_crossings, split_lines
from onegrid.network.tags import EdgeFlag
from onegrid.schema import LINES

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EdgeFlag", "Network", "NetworkReport", "build_network"]

_SHOWN = 10  # places and ids named in a report
_HILBERT_LEVEL = 16


@dataclass(frozen=True, eq=False)
class Network:
    """A walk network in a metric CRS; every edge is walked both ways.

    ``xy`` float64 (nodes, 2); ``ends`` int32 (edges, 2); ``length_m`` float64 (edges);
    ``flags`` uint16 (edges) of `EdgeFlag`; the points of edge e, from ``ends[e, 0]`` to
    ``ends[e, 1]``, are ``vertices[offsets[e]:offsets[e + 1]]``; ``name_id`` int32 (edges) is a
    place in ``names``, -1 for none; ``barriers`` are LineStrings that nobody crosses off a street.
    """

    crs: str
    xy: NDArray[np.float64]
    ends: NDArray[np.int32]
    length_m: NDArray[np.float64]
    flags: NDArray[np.uint16]
    vertices: NDArray[np.float64]
    offsets: NDArray[np.int64]
    name_id: NDArray[np.int32]
    names: tuple[str, ...]
    barriers: NDArray[np.object_]

    @cached_property
    def lines(self) -> NDArray[np.object_]:
        """The edges as LineStrings, made once."""
        edge = np.repeat(np.arange(len(self.ends)), np.diff(self.offsets))
        lines: NDArray[np.object_] = shapely.linestrings(self.vertices, indices=edge)
        return lines

    @cached_property
    def barrier_segments(self) -> NDArray[np.float64]:
        """The straight pieces of the barriers, float64 (pieces, 4) as x, y, x, y, made once."""
        xy, line = shapely.get_coordinates(self.barriers, return_index=True)
        same = line[1:] == line[:-1]
        return np.hstack([xy[:-1][same], xy[1:][same]])

    @cached_property
    def barrier_tree(self) -> shapely.STRtree:
        """Index of `barrier_segments`: a river of 10,000 points is searched piece by piece."""
        return shapely.STRtree(shapely.linestrings(self.barrier_segments.reshape(-1, 2, 2)))

    def opened(self) -> Network:
        """Return the network with every closed edge open: what gates and private roads cost."""
        return replace(self, flags=self.flags & np.uint16(~EdgeFlag.CLOSED & 0xFFFF))


@dataclass(frozen=True)
class NetworkReport:
    """What a build found: sizes, and places where lines meet without being joined.

    ``crossings`` counts pairs of lines on one level that cross without a shared end, ``touches``
    ends that lie on the middle of another line; ``joined`` says whether both became nodes.
    ``dropped`` counts what is not in the network, by reason.
    """

    nodes: int
    edges: int
    length_m: float
    components: int
    largest_component_share: float
    barriers: int
    crossings: int
    crossing_places: tuple[tuple[float, float], ...]
    touches: int
    touch_places: tuple[tuple[float, float], ...]
    joined: bool
    dropped: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Streets:
    """Walkable lines with what is known about each; ``level`` int64 tells bridges apart."""

    lines: NDArray[np.object_]
    flags: NDArray[np.uint16]
    name_id: NDArray[np.int32]
    level: NDArray[np.int64]

    def take(self, lines: NDArray[np.object_], source: NDArray[np.int64]) -> _Streets:
        """Return new lines, each made from the line ``source``, without those of no length."""
        kept = shapely.length(lines) > 0
        index = source[kept]
        return _Streets(lines[kept], self.flags[index], self.name_id[index], self.level[index])


def build_network(lines: gpd.GeoDataFrame, *, node: bool = False) -> tuple[Network, NetworkReport]:
    """Build a walk network from lines of the roads table.

    Parameters
    ----------
    lines
        Lines with a metric CRS; any column of the roads table may be missing. Streets join where
        their end coordinates are equal, and only there. Edges keep the order of the lines.
    node
        Also join streets where they cross, and where one ends on another, unless a bridge, a
        tunnel or a layer sets them apart.

    Returns
    -------
    network, report
        The network, nodes along a Hilbert curve, and what was found on the way.

    Raises
    ------
    CrsError
        If the CRS is missing or not metric.
    NetworkError
        If a geometry is not a line or not finite, or nothing is left to walk on.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> streets = gpd.GeoDataFrame(
    ...     geometry=[LineString([(0, 0), (100, 0)]), LineString([(50, -50), (50, 50)])], crs=4547)
    >>> network, report = build_network(streets)
    >>> report.edges, report.components, report.crossings
    (2, 2, 1)
    >>> build_network(streets, node=True)[1].edges
    4
    """
    usable = _usable(lines)
    barrier, walked = tags.classify(usable)
    passable = barrier & tags.passable(usable)
    names, name_id = tags.names(usable)
    every = _Streets(
        shapely.force_2d(usable.geometry.to_numpy()),
        tags.flags(usable),
        name_id,
        tags.levels(usable),
    )
    picked = np.flatnonzero(walked)
    parts, source = shapely.get_parts(every.lines[picked], return_index=True)
    streets = every.take(_positive_zero(parts), picked[source])
    if len(streets.lines) == 0:
        raise NetworkError(
            Problem("NETWORK_EMPTY", "no line to walk on", remedy="give a layer of street lines")
        )
    dropped = {
        "no_geometry": len(lines) - len(usable),
        "zero_length": len(parts) - len(streets.lines),
        "not_walkable": int((~barrier & ~walked).sum()),
        "passable_barriers": int(passable.sum()),
    }
    found = find_crossings(streets.lines, streets.level)
    if node:
        streets = streets.take(*split_lines(streets.lines, found.cut_line, found.cut_xy))
    barriers = _positive_zero(shapely.get_parts(every.lines[barrier & ~passable]))
    barriers = barriers[shapely.length(barriers) > 0]
    network = _pack(streets, names, barriers, str(lines.crs.to_string()))
    components, share = _components(network)
    report = NetworkReport(
        nodes=len(network.xy),
        edges=len(network.ends),
        length_m=float(network.length_m.sum()),
        components=components,
        largest_component_share=share,
        barriers=len(barriers),
        crossings=len(found.crossing_xy),
        crossing_places=_places(found.crossing_xy),
        touches=len(found.touch_xy),
        touch_places=_places(found.touch_xy),
        joined=node,
        dropped=dropped,
    )
    return network, report


def _places(xy: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in xy[:_SHOWN].round(3))


def _usable(lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the rows that have a geometry, after checking that all of them are sound lines."""
    if not is_metric(lines.crs):
        raise CrsError(
            Problem(
                "CRS_UNUSABLE" if lines.crs else "CRS_MISSING",
                "street lines are not in a metric CRS",
                "roads",
                remedy="declare the CRS, or read the file with one",
            )
        )
    usable = lines[~(lines.geometry.isna() | lines.geometry.is_empty)]
    geometry = usable.geometry.to_numpy()
    finite = np.isfinite(shapely.bounds(geometry)).all(axis=1)
    wrong = ~usable.geom_type.isin(LINES).to_numpy() | ~finite | _has_nan(geometry)
    if wrong.any():
        ids = usable.index[wrong]
        shown = ", ".join(str(i) for i in ids[:_SHOWN])
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        raise NetworkError(
            Problem(
                "NETWORK_GEOMETRY",
                "geometry is not a line with finite coordinates",
                "roads",
                f"at {shown}{more}",
                "keep only line features",
            )
        )
    return usable


def _has_nan(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return which geometries have a coordinate that is not finite; bounds skip NaN."""
    xy, row = shapely.get_coordinates(geometry, return_index=True)
    bad = np.zeros(len(geometry), dtype=np.bool_)
    bad[row[~np.isfinite(xy).all(axis=1)]] = True
    return bad


def _positive_zero(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the lines with -0.0 written as 0.0: equal numbers must also sort as equal."""
    copied: NDArray[np.object_] = shapely.transform(lines, lambda xy: xy + 0.0)
    return copied


def _pack(
    streets: _Streets, names: tuple[str, ...], barriers: NDArray[np.object_], crs: str
) -> Network:
    vertices = shapely.get_coordinates(streets.lines)
    counts = shapely.get_num_coordinates(streets.lines)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    end_xy = np.stack([vertices[offsets[:-1]], vertices[offsets[1:] - 1]], axis=1).reshape(-1, 2)
    xy, node = _join_equal(end_xy)
    return Network(
        crs=crs,
        xy=xy,
        ends=node.reshape(-1, 2).astype(np.int32),
        length_m=shapely.length(streets.lines),
        flags=streets.flags,
        vertices=vertices,
        offsets=offsets,
        name_id=streets.name_id,
        names=names,
        barriers=barriers,
    )


def _join_equal(
    end_xy: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the distinct places, along a Hilbert curve, and the place of each line end."""
    order = np.lexsort((end_xy[:, 1], end_xy[:, 0]))
    ranked = end_xy[order]
    new = np.concatenate([[True], (ranked[1:] != ranked[:-1]).any(axis=1)])
    place = np.empty(len(end_xy), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    xy = ranked[new]
    along = gpd.GeoSeries.from_xy(*xy.T).hilbert_distance(level=_HILBERT_LEVEL).to_numpy()
    curve = np.lexsort((xy[:, 1], xy[:, 0], along))  # neighbours in space are near in memory
    rank = np.empty(len(xy), dtype=np.int64)
    rank[curve] = np.arange(len(xy))
    return np.ascontiguousarray(xy[curve]), rank[place]


def _components(network: Network) -> tuple[int, float]:
    """Return the number of islands, and the share of the street length on the longest one."""
    count = len(network.xy)
    ones = np.ones(len(network.ends), dtype=np.int8)
    links = coo_array((ones, (network.ends[:, 0], network.ends[:, 1])), shape=(count, count))
    components, label = connected_components(links, directed=False)
    by_island = np.bincount(label[network.ends[:, 0]], weights=network.length_m)
    return int(components), float(by_island.max() / network.length_m.sum())
