"""Where two sets of borders differ, and who lives in another cell than before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onegrid.grids.overlaps import Overlaps

_PIECE_M: Final = 5.0  # borders are compared in pieces of at most this length


def border_lines(polygons: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the borders of polygons as lines, each drawn once even where two share it.

    Examples
    --------
    >>> from shapely import box
    >>> shared = border_lines(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)], dtype=object))
    >>> float(shapely.length(shared).sum())
    7.0
    """
    rings = shapely.get_parts(shapely.boundary(polygons))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    step = ring[1:] == ring[:-1]
    ends = np.hstack([xy[:-1][step], xy[1:][step]])
    swap = (ends[:, 0] > ends[:, 2]) | ((ends[:, 0] == ends[:, 2]) & (ends[:, 1] > ends[:, 3]))
    ends[swap] = ends[swap][:, [2, 3, 0, 1]]
    edges = np.unique(ends, axis=0).reshape(-1, 2, 2)
    if not len(edges):
        return np.empty(0, dtype=object)
    merged: NDArray[np.object_] = shapely.get_parts(
        shapely.line_merge(shapely.multilinestrings(shapely.linestrings(edges)))
    )
    return merged


def pieces_away(
    lines: NDArray[np.object_], others: NDArray[np.object_], *, near_m: float
) -> NDArray[np.object_]:
    """Return the straight pieces of `lines`, at most 5 m long, whose middle is not near `others`.

    Parameters
    ----------
    lines, others
        LineStrings in one metric CRS.
    near_m
        A middle within this distance of one of `others` is near.
    """
    if not len(lines):
        return np.empty(0, dtype=object)
    xy, line = shapely.get_coordinates(shapely.segmentize(lines, _PIECE_M), return_index=True)
    step = line[1:] == line[:-1]
    ends = np.stack([xy[:-1][step], xy[1:][step]], axis=1)
    away = np.ones(len(ends), dtype=bool)
    if len(others):
        rims, other = shapely.get_coordinates(others, return_index=True)
        step = other[1:] == other[:-1]
        edges = shapely.linestrings(np.stack([rims[:-1][step], rims[1:][step]], axis=1))
        near = shapely.STRtree(edges).query(
            shapely.points(ends.mean(axis=1)), predicate="dwithin", distance=near_m
        )[0]
        away[near] = False
    found: NDArray[np.object_] = shapely.linestrings(ends[away])
    return found


def changed_borders(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the borders that only one of two grids has, beyond the matching distance of 8 m.

    Returns
    -------
    lines
        ``side`` (``old`` or ``new``), ``length_m`` and geometry, the longest first.
    """
    near_m = standards.number("border_match_m")
    sides = {
        "old": border_lines(old.geometry.to_numpy()),
        "new": border_lines(new.geometry.to_numpy()),
    }
    frames = []
    for side, other in (("old", "new"), ("new", "old")):
        pieces = pieces_away(sides[side], sides[other], near_m=near_m)
        joined = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(pieces)))
        frames.append(pd.DataFrame({"side": side, "geometry": joined}, index=range(len(joined))))
    table = pd.concat(frames, ignore_index=True)
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=new.crs)
    length_m = shapely.length(frame.geometry.to_numpy())
    xy = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy())).reshape(-1, 2)
    order = np.lexsort((xy[:, 1], xy[:, 0], frame["side"].to_numpy().astype(str), -length_m))
    frame = frame.assign(length_m=length_m.round(2)).iloc[order]
    frame.index = pd.Index([f"B{k + 1:05d}" for k in range(len(frame))], name="border_id")
    return frame[["side", "length_m", "geometry"]]


@dataclass(frozen=True)
class Moved:
    """Who lives in another cell than the largest part of the old cell does.

    ``household`` (bool per row of the people table), ``households`` (their sum), ``share`` of all
    households that both grids place, ``main`` (per old cell: the row of the new cell that most of
    its households went to, then most of its area, -1 where nothing is), ``unplaced`` households
    that only one of the grids places, or none.
    """

    household: NDArray[np.bool_]
    households: int
    share: float
    main: NDArray[np.int64]
    unplaced: int


def moved_households(found: Overlaps, people: gpd.GeoDataFrame) -> Moved:
    """Return the households whose cell changed beyond a rename.

    A household moved if the largest part of its old cell is in another new cell than it is: a cell
    that is only renamed, or joined with another as a whole, moves nobody.
    """
    pairs = found.pairs
    order = np.lexsort((pairs["new"], -pairs["area_m2"], -pairs["households"], pairs["old"]))
    main = np.full(len(found.old_area_m2), -1)
    first = pairs.iloc[order].drop_duplicates("old")
    main[first["old"].to_numpy()] = first["new"].to_numpy()
    homes = people["households"].to_numpy()
    placed = (found.old_of >= 0) & (found.new_of >= 0)
    away: NDArray[np.bool_] = placed & (main[found.old_of] != found.new_of)
    total = int(homes[placed].sum())
    moved = int(homes[away].sum())
    share = round(moved / total, 6) if total else 0.0
    return Moved(away, moved, share, main, int(homes[~placed].sum()))


def moved_areas(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    codes: Mapping[str, NDArray[np.object_]],
    moved: Moved,
) -> gpd.GeoDataFrame:
    """Return the ground that left the largest part of its old cell, most households first.

    Strips narrower than a sliver (3 m) in which nobody moved are left out: they are the same
    border drawn twice.

    Parameters
    ----------
    codes
        Codes of the rows of both grids: ``old`` and ``new``.
    """
    before, after = old.geometry.to_numpy(), new.geometry.to_numpy()
    row, other = shapely.STRtree(after).query(before, predicate="intersects")
    apart = moved.main[row] != other
    row, other = row[apart], other[apart]
    pieces = shapely.intersection(before[row], after[other])
    parts, pair = shapely.get_parts(pieces, return_index=True)
    flat = shapely.get_dimensions(parts) == 2  # noqa: PLR2004  (an overlay adds lines and points)
    parts, pair = parts[flat], pair[flat]
    doors = people.geometry.to_numpy()[moved.household]
    homes = people["households"].to_numpy()[moved.household]
    within = locate(doors, parts)
    inside = np.bincount(within[within >= 0], homes[within >= 0], minlength=len(parts))
    area_m2 = shapely.area(parts)
    width_m = 2 * area_m2 / shapely.length(parts)
    kept = (width_m >= standards.number("sliver_width_m")) | (inside > 0)
    frame = gpd.GeoDataFrame(
        {
            "old_code": codes["old"][row[pair]],
            "new_code": codes["new"][other[pair]],
            "area_m2": area_m2.round(2),
            "households": inside.astype(np.int64),
        },
        geometry=parts,
        crs=new.crs,
    )[kept]
    xy = shapely.get_coordinates(shapely.centroid(frame.geometry.to_numpy())).reshape(-1, 2)
    order = np.lexsort((xy[:, 1], xy[:, 0], -frame["area_m2"], -frame["households"]))
    frame = frame.iloc[order]
    frame.index = pd.Index([f"M{k + 1:05d}" for k in range(len(frame))], name="moved_id")
    return frame
