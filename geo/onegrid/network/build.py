"""Build a walk network, compact arrays of nodes and edges, from street lines.

A line with a railway, waterway or barrier class and no street class is a barrier: nobody walks on
it, and no joining leg crosses it. Every other line is walked both ways, unless its class (a
motorway, a street that is not built yet) says that nobody walks there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import is_metric
from onegrid.errors import CrsError, NetworkError, Problem
from onegrid.network import tags
from onegrid.network.arrays import Network
from onegrid.network.crossings import find_crossings
from onegrid.network.report import SHOWN, NetworkReport, report_on
from onegrid.network.splitting import split_lines
from onegrid.network.tags import EdgeFlag
from onegrid.schema import LINES
from onegrid.standards.walkers import crossing_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["EdgeFlag", "Network", "NetworkReport", "build_network"]

_HILBERT_LEVEL = 16
_EARTH_M = 1e8  # no projection in metres reaches farther


@dataclass(frozen=True)
class _Streets:
    """Walkable lines, and the row of the table that each comes from."""

    lines: NDArray[np.object_]
    row: NDArray[np.int64]

    @classmethod
    def of(cls, lines: NDArray[np.object_], row: NDArray[np.int64]) -> _Streets:
        """Return lines without those of no length."""
        kept = shapely.length(lines) > 0
        return cls(lines[kept], row[kept])


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
        If a geometry is not a line on Earth, or nothing is left to walk on.

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
    shapes = _positive_zero(usable.geometry.to_numpy())
    picked = np.flatnonzero(walked)
    parts, source = _parts(shapes[picked], picked)
    streets = _Streets.of(parts, source)
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
    level = tags.levels(usable)
    found = find_crossings(streets.lines, level[streets.row])
    if node:
        pieces, line = split_lines(streets.lines, found.cut_line, found.cut_xy)
        streets = _Streets.of(pieces, streets.row[line])
    lines_across, across = _parts(shapes[barrier & ~passable], np.flatnonzero(barrier & ~passable))
    network = _pack(streets, usable, lines_across, across)
    report = report_on(network, found, level[streets.row], joined=node, dropped=dropped)
    return network, report


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
    on_earth = (np.abs(shapely.bounds(geometry)) < _EARTH_M).all(axis=1)
    wrong = ~usable.geom_type.isin(LINES).to_numpy() | ~on_earth | _has_nan(geometry)
    if wrong.any():
        ids = usable.index[wrong]
        shown = ", ".join(str(i) for i in ids[:SHOWN])
        more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
        raise NetworkError(
            Problem(
                "NETWORK_GEOMETRY",
                "geometry is not a line with coordinates in metres on Earth",
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
    xy, line = shapely.get_coordinates(lines, return_index=True)
    wrong = np.unique(line[((xy == 0) & np.signbit(xy)).any(axis=1)])
    copied = lines.copy()
    for row in wrong.tolist():  # hardly any
        copied[row] = shapely.transform(
            lines[row], lambda xyz: xyz + 0.0, include_z=lines[row].has_z
        )
    return copied


def _parts(
    lines: NDArray[np.object_], row: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return LineStrings and the row that each comes from; copying them all takes memory."""
    if (shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING).all():
        return lines, row
    parts, source = shapely.get_parts(lines, return_index=True)
    return parts, row[source]


def _pack(
    streets: _Streets,
    table: gpd.GeoDataFrame,
    barriers: NDArray[np.object_],
    barrier_row: NDArray[np.int64],
) -> Network:
    vertices = shapely.get_coordinates(streets.lines)
    counts = shapely.get_num_coordinates(streets.lines)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    end_xy = np.stack([vertices[offsets[:-1]], vertices[offsets[1:] - 1]], axis=1).reshape(-1, 2)
    xy, node = _join_equal(end_xy)
    ends = node.reshape(-1, 2).astype(np.int32)
    flags = tags.flags(table)[streets.row]
    names, name_id = tags.text_ids(tags.names(table))
    classes, class_id = tags.text_ids(tags.street_class(table))
    hours, hours_id = tags.text_ids(tags.hours(table))
    crosses_id, half = _crossed(ends, flags, class_id[streets.row], classes)
    long = shapely.length(barriers) > 0
    barriers, barrier_row = shapely.force_2d(barriers[long]), barrier_row[long]
    barrier_counts = shapely.get_num_coordinates(barriers)
    return Network(
        crs=str(table.crs.to_string()),
        xy=xy,
        ends=ends,
        length_m=shapely.length(streets.lines),
        flags=flags | np.where(half, np.uint16(EdgeFlag.HALF_CROSSING), np.uint16(0)),
        vertices=vertices,
        offsets=offsets,
        name_id=name_id[streets.row],
        names=names,
        class_id=class_id[streets.row],
        classes=classes,
        crosses_id=crosses_id,
        hours_id=hours_id[streets.row],
        hours=hours,
        barrier_xy=shapely.get_coordinates(barriers),
        barrier_offsets=np.concatenate([[0], np.cumsum(barrier_counts)]).astype(np.int64),
        barrier_names=tuple(names[i] if i >= 0 else "" for i in name_id[barrier_row].tolist()),
        z_m=_heights(streets.lines),
    )


def _heights(lines: NDArray[np.object_]) -> NDArray[np.float64]:
    if not shapely.has_z(lines).any():
        return np.empty(0)
    z_m: NDArray[np.float64] = shapely.get_coordinates(lines, include_z=True)[:, 2]
    return z_m


def _crossed(
    ends: NDArray[np.int32],
    flags: NDArray[np.uint16],
    class_id: NDArray[np.int32],
    classes: tuple[str, ...],
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return the class of the road that each crossing meets (-1: none), and which meet it halfway.

    A crossing that shares a node with its road was cut there, into two halves: each has the road
    at one end. The largest road counts where several meet.
    """
    crossing = (flags & np.uint16(EdgeFlag.CROSSING)) != 0
    order = {name: place for place, name in enumerate(crossing_shares())}
    rank = np.array([order.get(name.removesuffix("_link"), len(order)) for name in classes] + [99])
    road = np.flatnonzero(~crossing & (rank[class_id] < len(order)))
    key = rank[class_id[road]] * (len(classes) + 1) + class_id[road]
    largest = np.full(int(ends.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(largest, ends[road].ravel(), np.repeat(key, 2))
    at_ends = np.where(crossing[:, None], largest[ends], np.iinfo(np.int64).max)
    met = at_ends != np.iinfo(np.int64).max
    crossed = np.where(met.any(axis=1), at_ends.min(axis=1) % (len(classes) + 1), -1)
    return crossed.astype(np.int32), met.sum(axis=1) == 1


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
