"""Put a vertex on a border, in the cells on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.nodes import vertex_at
from onegrid.grids.edit.outcome import Outcome
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rings import Edge, Place, Redraw, both_ways, on_grid
from onegrid.grids.edit.rows import CELLS

if TYPE_CHECKING:
    from onegrid.grids.edit.draft import Draft


def insert_vertex(draft: Draft, near: Place) -> Outcome:
    """Put a vertex on the nearest border at its point nearest to a place; no ground moves.

    Raises
    ------
    EditError
        ``EDIT_NO_VERTEX`` if no border runs near, ``EDIT_OVERLAP`` if a vertex is there already.
    """
    reach_m = standards.number("edit_reach_m")
    edge = _nearest_edge(draft, near, reach_m)
    if edge is None:
        what = f"no border within {reach_m:g} m"
        raise refusal(Code.NO_VERTEX, what, at=near, remedy="point at a border")
    line = shapely.LineString(edge)
    foot = shapely.line_interpolate_point(
        line, shapely.line_locate_point(line, shapely.Point(near))
    )
    place = on_grid((foot.x, foot.y))
    there = vertex_at(draft, place)
    if there is not None:
        raise refusal(Code.OVERLAP, "a vertex is there already", at=there)
    draft.redraw(Redraw(inserted=both_ways({edge: (place,)})))
    return Outcome(tuple(row.key.id for row in draft.written(CELLS)))


def _nearest_edge(draft: Draft, near: Place, reach_m: float) -> Edge | None:
    x, y = near
    rows = draft.around((x - reach_m, y - reach_m, x + reach_m, y + reach_m))
    shapes = np.array([row.shape for row in rows], dtype=object)
    rings = shapely.get_rings(shapely.get_parts(shapes))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    ends = np.stack([xy[:-1][same], xy[1:][same]], axis=1)
    if not len(ends):
        return None
    gaps_m = shapely.distance(shapely.linestrings(ends), shapely.Point(near))
    if gaps_m.min() > reach_m:
        return None
    nearest = ends[gaps_m == gaps_m.min()].tolist()  # both sides of a border, perhaps several
    (ax, ay), (bx, by) = min(sorted(edge) for edge in nearest)
    return (ax, ay), (bx, by)
