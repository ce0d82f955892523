"""Vertices of the borders: which one is meant, which cells have it, and where it may go."""

from __future__ import annotations

from math import dist
from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rings import Edge, Place, edges_of, rings_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from onegrid.grids.edit.draft import Draft
    from onegrid.grids.edit.rows import Row


def box_of(*places: Place) -> tuple[float, float, float, float]:
    """Return the bounding box of some places."""
    xs, ys = zip(*places, strict=True)
    return (min(xs), min(ys), max(xs), max(ys))


def vertex_at(draft: Draft, place: Place) -> Place | None:
    """Return the vertex nearest to a place, within 1 cm; None where there is none."""
    near_m = standards.number("vertex_snap_m")
    x, y = place
    shapes = [row.shape for row in draft.around((x - near_m, y - near_m, x + near_m, y + near_m))]
    xy = shapely.get_coordinates(np.array(shapes, dtype=object))
    gaps_m = np.hypot(*(xy - place).T)
    if not len(gaps_m) or gaps_m.min() > near_m:
        return None
    least = xy[gaps_m == gaps_m.min()].tolist()
    return min((px, py) for px, py in least)


def known_vertex(draft: Draft, place: Place) -> Place:
    """Return the vertex at a place, or refuse with ``EDIT_NO_VERTEX``."""
    vertex = vertex_at(draft, place)
    if vertex is None:
        near_m = standards.number("vertex_snap_m")
        what = f"no border vertex within {near_m:g} m"
        raise refusal(Code.NO_VERTEX, what, at=place, remedy="insert one first")
    return vertex


def cells_at(draft: Draft, vertex: Place) -> list[Row]:
    """Return the cells that have a vertex, by id."""
    return [
        cell
        for cell in draft.cells_near(box_of(vertex))
        if any(vertex in ring for ring in rings_of(cell.shape))
    ]


def fixed_border_at(draft: Draft, vertex: Place) -> set[Place]:
    """Return the vertices that a vertex is joined with along borders no edit may bend.

    These are borders of communities; where communities move along, only the outer border.
    """
    side: dict[Edge, str] = {}
    for cell in cells_at(draft, vertex):
        for ring in rings_of(shapely.orient_polygons(cell.shape)):
            side |= {edge: cell.text("community_id") for edge in edges_of(ring) if vertex in edge}
    return {
        a if b == vertex else b
        for (a, b), community in side.items()
        if (beyond := side.get((b, a))) is None or not (beyond == community or draft.with_parents)
    }


def refuse_leaving_community(draft: Draft, vertex: Place, to: Place) -> None:
    """Refuse with ``EDIT_OTHER_COMMUNITY`` a move that would bend a border that must stay.

    A vertex on a straight piece of such a border may slide along it.
    """
    joined = sorted(fixed_border_at(draft, vertex))
    if not joined:
        return
    if len(joined) == 2 and _slides(joined, vertex, to):  # noqa: PLR2004  (no junction of three)
        return
    if draft.with_parents:
        what, remedy = "the vertex lies on the outer border of the grid", "move vertices inside"
    else:
        what = "the vertex lies on the border of a community"
        remedy = "move vertices inside it, or the communities along (with_parents)"
    raise refusal(Code.OTHER_COMMUNITY, what, at=vertex, remedy=remedy)


def _slides(ends: Sequence[Place], vertex: Place, to: Place) -> bool:
    straight = shapely.LineString(ends)
    grid_m = standards.number("grid_size_m")
    inside = all(dist(to, end) > grid_m for end in ends)
    on_it = shapely.dwithin(straight, shapely.points([vertex, to]), grid_m)
    return inside and bool(on_it.all())
