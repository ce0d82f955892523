"""Edits drawn in a browser: from lon/lat to the grid's CRS, onto the vertices that are meant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely

from onegrid.crs import LONLAT, in_crs
from onegrid.grids.edit.rows import CELLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit import Board, Edit

SNAP_M: Final = 0.01
_PLACES: Final = frozenset({"from", "to", "near", "line"})


def in_grid(edits: Sequence[Edit], *, crs: str) -> list[Edit]:
    """Return edits with coordinates in lon/lat as edits in the CRS of the grid."""
    return [_redrawn(edit, lambda places: _projected(places, crs)) for edit in edits]


def snapped(edits: Sequence[Edit], board: Board) -> list[Edit]:
    """Return edits with each coordinate that is within a centimetre of a vertex put on it."""
    return [_redrawn(edit, lambda places: _on_vertices(places, board)) for edit in edits]


def _redrawn(edit: Edit, draw: Any) -> Edit:  # noqa: ANN401  (places to places)
    fields = dict(edit.fields)
    for name in sorted(_PLACES & set(fields)):
        given = np.asarray(fields[name], dtype=float)
        drawn = draw(given.reshape(-1, 2))
        fields[name] = drawn.reshape(given.shape).tolist()
    return replace(edit, fields=fields)


def _projected(places: NDArray[np.float64], crs: str) -> NDArray[np.float64]:
    points = gpd.GeoDataFrame(geometry=shapely.points(places), crs=LONLAT)
    placed: NDArray[np.float64] = shapely.get_coordinates(in_crs(points, crs).geometry.to_numpy())
    return placed if len(placed) == len(places) else np.full(places.shape, np.nan)


def _on_vertices(places: NDArray[np.float64], board: Board) -> NDArray[np.float64]:
    found = places.copy()
    for number, (x, y) in enumerate(places):  # the few places of one edit
        if not np.isfinite([x, y]).all():
            continue
        near = board.cells_near((x - SNAP_M, y - SNAP_M, x + SNAP_M, y + SNAP_M))
        shapes = [board.rows[CELLS][name].shape for name in sorted(near)]
        vertices = shapely.get_coordinates(shapes)
        if not len(vertices):
            continue
        away_m = np.hypot(*(vertices - (x, y)).T)
        if away_m.min() <= SNAP_M:
            found[number] = vertices[away_m.argmin()]
    return found
