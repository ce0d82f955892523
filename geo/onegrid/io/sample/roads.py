"""The roads table of an invented city: streets, compound lanes and what cannot be crossed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.io.sample.compounds import split_at

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.io.sample.compounds import Compounds

    Shapes = NDArray[np.object_]

COLUMNS = (
    "name", "highway", "railway", "waterway", "barrier", "foot", "access", "bridge", "layer",
    "opening_hours", "note",
)  # fmt: skip
REAL_NOTE, INVENTED_NOTE = "OpenStreetMap", "示意数据"
NAMED_NOTE = "OpenStreetMap,名称为示意数据"
_APART_M = 8.0  # a street that ends at a barrier ends this far from it
_TOUCH_M, _SNAP_M = 0.1, 0.3


def sever(
    lines: Shapes, bridge: NDArray[np.bool_], barrier: shapely.LineString
) -> tuple[Shapes, NDArray[np.int64]]:
    """Return lines cut off at a barrier except for the ``bridge`` ones, and each one's origin."""
    hit = shapely.intersects(lines, barrier) & ~bridge
    left = lines.copy()
    left[hit] = shapely.difference(lines[hit], barrier.buffer(_APART_M))
    parts, origin = shapely.get_parts(left, return_index=True)
    inner = hit[origin]
    parts[inner] = shapely.transform(parts[inner], lambda xy: np.round(xy, 2))
    long_enough = shapely.length(parts) > 1
    return parts[long_enough], origin[long_enough]


def road_table(
    streets: pd.DataFrame,
    lines: Shapes,
    compounds: Compounds,
    barriers: list[tuple[shapely.LineString, dict[str, str]]],
    *,
    crs: str,
) -> gpd.GeoDataFrame:
    """Return the roads table: streets with a node at every gate, then lanes, walls, barriers.

    ``streets`` has the columns known of each of ``lines``; the rest is empty.
    """
    pieces, origin = split_at(lines, compounds.joints)
    invented = [{**tags, "note": INVENTED_NOTE} for tags in compounds.tags]
    invented += [{"barrier": "wall", "note": INVENTED_NOTE}] * len(compounds.walls)
    invented += [{**tags, "note": INVENTED_NOTE} for _, tags in barriers]
    more = [*compounds.lanes, *compounds.walls, *(line for line, _ in barriers)]
    table = pd.concat([streets.iloc[origin], pd.DataFrame(invented)], ignore_index=True)
    table = table.reindex(columns=COLUMNS).astype(object).fillna("")
    frame = gpd.GeoDataFrame(
        table, geometry=np.concatenate([pieces, np.array([*more, None], dtype=object)[:-1]]),
        crs=crs,
    )  # fmt: skip
    frame.index = [f"R{number:05d}" for number in range(1, len(frame) + 1)]
    frame.index.name = "road_id"
    return frame


def snap_ends(added: Shapes, lines: Shapes) -> Shapes:
    """Return added lines with each end that is within 30 cm of an end of ``lines`` put on it."""
    nodes = shapely.get_point(lines, np.array([[0], [-1]])).ravel()
    tree = shapely.STRtree(nodes)
    snapped = added.copy()
    for which in (0, -1):
        ends = shapely.get_point(snapped, which)
        mine, node = tree.query_nearest(ends, max_distance=_SNAP_M, all_matches=False)
        for line, to in zip(mine.tolist(), shapely.get_coordinates(nodes[node]), strict=True):
            xy = shapely.get_coordinates(snapped[line])
            xy[which] = to
            snapped[line] = shapely.LineString(xy)
    return snapped


def joints_of(lines: Shapes, added: NDArray[np.int64]) -> list[tuple[int, float, float]]:
    """Return where the ``added`` lines meet or cross the others: (line number, x, y).

    The end of an added line that lies within 10 cm of a line is a node of that line; where they
    cross elsewhere both get the node.
    """
    tree = shapely.STRtree(lines)
    ends = shapely.get_point(lines[added], np.array([[0], [-1]])).ravel()
    mine, other = tree.query(ends, predicate="dwithin", distance=_TOUCH_M)
    foreign = np.tile(added, 2)[mine] != other
    at = shapely.get_coordinates(ends)[mine[foreign]]
    joints = [(int(n), *xy) for n, xy in zip(other[foreign], at.tolist(), strict=True)]
    one, two = tree.query(lines[added], predicate="crosses")
    crossing = shapely.intersection(lines[added[one]], lines[two])
    for number, hit, where in zip(added[one].tolist(), two.tolist(), crossing, strict=True):
        for x, y in np.round(shapely.get_coordinates(shapely.get_parts(where)), 2).tolist():
            own, its = (_gap_to_ends(lines[n], x, y) for n in (number, hit))
            if own[0] > _TOUCH_M:
                joints += (
                    [(number, *its[1])] if its[0] <= _TOUCH_M else [(number, x, y), (hit, x, y)]
                )
    return joints


def _gap_to_ends(line: shapely.LineString, x: float, y: float) -> tuple[float, tuple[float, float]]:
    """Return how far a place is from the nearer end of a line, and that end."""
    ends = shapely.get_coordinates(line)[[0, -1]]
    gap = np.hypot(ends[:, 0] - x, ends[:, 1] - y)
    nearer = int(gap.argmin())
    return float(gap[nearer]), (float(ends[nearer, 0]), float(ends[nearer, 1]))
