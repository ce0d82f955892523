"""The four bounds (四至) of a cell: which street, or which neighbour, lies on each side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.grids.locate import locate
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

SIDES: Final = {"东": (1, 0), "南": (0, -1), "西": (-1, 0), "北": (0, 1)}
OUTSIDE: Final = "区外"
_PIECE_M: Final = 15.0  # a border is looked at in pieces of this length
_STEP_M: Final = 1.0  # the neighbour is who holds the ground this far outside
_PARALLEL: Final = 0.85  # cosine: a street that crosses a border does not bound it
_FACING: Final = 0.25  # cosine: less is no longer facing a side
_WORTH_NAMING: Final = 0.25  # of the length of a side
_NAMED: Final = 2


def four_bounds(
    cells: gpd.GeoDataFrame,
    roads: gpd.GeoDataFrame | None,
    labels: Mapping[str, str],
    *,
    asked: list[str] | None = None,
) -> pd.DataFrame:
    """Say what bounds each cell on its four sides.

    A piece of border belongs to the side its outward normal points to; a side of a cell on its
    corner, which has none, is made of those that face it. A piece is named after the nearest street
    that runs along it within ``border_snap_m``, else after the cell beyond. A side is called by
    what bounds at least a quarter of it, two names at most, the longer first.

    Parameters
    ----------
    cells
        The grid's cells by id, in a metric CRS.
    roads
        Lines with ``name`` in the same CRS; None if there are no streets.
    labels
        What a neighbouring cell is called, by id.
    asked
        The ids of the cells to describe; all by default.

    Returns
    -------
    bounds
        Indexed as `asked` (or `cells`), columns 东, 南, 西, 北.

    Examples
    --------
    >>> import geopandas as gpd
    >>> cells = gpd.GeoDataFrame(
    ...     index=["a", "b"], geometry=[shapely.box(0, 0, 90, 90), shapely.box(90, 0, 180, 90)],
    ...     crs=4547)
    >>> street = gpd.GeoDataFrame(
    ...     {"name": ["人民路"]}, geometry=[shapely.LineString([(-9, 95), (200, 95)])], crs=4547)
    >>> four_bounds(cells, street, {"a": "一号", "b": "二号"}).loc["a"].tolist()
    ['二号', '区外', '区外', '人民路']
    """
    ids = list(cells.index.astype(str)) if asked is None else asked
    shapes = shapely.orient_polygons(cells.geometry.loc[ids].to_numpy())
    start, end, owner = _segments(shapely.segmentize(shapely.get_exterior_ring(shapes), _PIECE_M))
    along = end - start
    length_m = np.hypot(*along.T)
    normal = np.column_stack([along[:, 1], -along[:, 0]]) / length_m[:, None]
    middle = (start + end) / 2
    facing = normal @ np.array(list(SIDES.values())).T
    street = _streets(middle, along / length_m[:, None], roads)
    ordered = cells.sort_index()
    beyond = locate(shapely.points(middle + normal * _STEP_M), ordered.geometry.to_numpy())
    names = [labels.get(str(i), str(i)) for i in ordered.index]
    neighbour = np.array([*names, OUTSIDE], dtype=object)[beyond]
    piece, side = _sides(facing, owner)
    pieces = pd.DataFrame(
        {
            "cell": owner[piece],
            "side": side,
            "name": np.where(street != "", street, neighbour)[piece],
            "length_m": length_m[piece],
        }
    )
    told = _told(pieces)
    table = [[told.get((row, s), "") for s in range(len(SIDES))] for row in range(len(ids))]
    return pd.DataFrame(table, index=pd.Index(ids, name="cell_id"), columns=list(SIDES))


def _sides(facing: Floats, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return pieces of border with the side of each, from how much they face the four sides.

    A piece is of the side it faces most. A cell that stands on its corner has no piece of some
    side then: there it is those that face it at all.
    """
    most = np.argmax(facing, axis=1)
    found = [(np.arange(len(owner)), most)]
    for side in range(len(SIDES)):
        lacking = ~np.isin(owner, owner[most == side])
        piece = np.flatnonzero(lacking & (facing[:, side] >= _FACING))
        found.append((piece, np.full(len(piece), side)))
    return np.concatenate([p for p, _ in found]), np.concatenate([s for _, s in found])


def _segments(lines: np.ndarray) -> tuple[Floats, Floats, np.ndarray]:
    """Return start and end of every segment, and the line it is part of."""
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    real = (owner[1:] == owner[:-1]) & (xy[1:] != xy[:-1]).any(axis=1)
    return xy[:-1][real], xy[1:][real], owner[1:][real]


def _streets(middle: Floats, heading: Floats, roads: gpd.GeoDataFrame | None) -> np.ndarray:
    """Return the name of the street along each place, empty where there is none."""
    found = np.full(len(middle), "", dtype=object)
    named = None if roads is None else roads[roads["name"].fillna("") != ""]
    if named is None or not len(named):
        return found
    lines, parts = shapely.get_parts(named.geometry.to_numpy(), return_index=True)
    start, end, owner = _segments(lines)
    names = named["name"].to_numpy(object)[parts][owner]
    pieces = shapely.linestrings(np.stack([start, end], axis=1))
    places = shapely.points(middle)
    within_m = number("border_snap_m")
    place, piece = shapely.STRtree(pieces).query(places, predicate="dwithin", distance=within_m)
    way = end[piece] - start[piece]
    cosine = np.abs((way * heading[place]).sum(axis=1)) / np.hypot(*way.T)
    place, piece = place[cosine >= _PARALLEL], piece[cosine >= _PARALLEL]
    far_m = shapely.distance(places[place], pieces[piece])
    order = np.lexsort((piece, far_m, place))
    _, first = np.unique(place[order], return_index=True)
    best = order[first]
    found[place[best]] = names[piece[best]]
    return found


def _told(pieces: pd.DataFrame) -> dict[tuple[int, int], str]:
    """Return the names of each (cell, side), the longest first."""
    sums = pieces.groupby(["cell", "side", "name"], sort=True)["length_m"].sum().reset_index()
    whole = sums.groupby(["cell", "side"])["length_m"].transform("sum")
    longest = sums.groupby(["cell", "side"])["length_m"].transform("max")
    worth = sums[(sums["length_m"] >= _WORTH_NAMING * whole) | (sums["length_m"] == longest)]
    worth = worth.sort_values(
        ["cell", "side", "length_m"], ascending=[True, True, False], kind="stable"
    )
    told: dict[tuple[int, int], str] = {}
    named = worth.groupby(["cell", "side"]).head(_NAMED)
    for cell, side, name in zip(named["cell"], named["side"], named["name"], strict=True):
        before = told.get((cell, side))
        told[cell, side] = f"{before}、{name}" if before else name
    return told
