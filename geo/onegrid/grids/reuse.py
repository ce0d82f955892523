"""Which borders follow one that a department drew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.layers.borders import Borders

_PIECE_M = 5.0  # a border is judged in pieces of at most this length


def drawn_share(borders: Borders, drawn: Sequence[NDArray[np.object_]]) -> NDArray[np.float64]:
    """Return how much of each border piece lies within 8 m of a polygon's border, 0 to 1.

    Pieces at the outside count as 0: they are nobody's choice. A piece is judged in steps of at
    most 5 m, by the middle of each.
    """
    share = np.zeros(len(borders.left))
    inner = np.flatnonzero((borders.left >= 0) & (borders.right >= 0))
    rims = [shapely.boundary(shapes) for shapes in drawn]
    if not len(inner) or not rims:
        return share
    steps = shapely.segmentize(borders.lines()[inner], _PIECE_M)
    xy, line = shapely.get_coordinates(steps, return_index=True)
    step = line[1:] == line[:-1]
    middles = shapely.points(((xy[1:] + xy[:-1]) / 2)[step])
    piece = line[:-1][step]
    near = _near_lines(middles, np.concatenate(rims))
    share[inner] = np.bincount(piece, near, minlength=len(inner)) / np.bincount(piece)
    return share


def _near_lines(points: NDArray[np.object_], lines: NDArray[np.object_]) -> NDArray[np.bool_]:
    xy, line = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    step = line[1:] == line[:-1]
    segments = shapely.linestrings(np.stack([xy[:-1][step], xy[1:][step]], axis=1))
    near = np.zeros(len(points), dtype=bool)
    hits = shapely.STRtree(segments).query(
        points, predicate="dwithin", distance=standards.number("border_match_m")
    )
    near[hits[0]] = True
    return near
