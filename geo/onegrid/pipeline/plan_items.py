"""Cells that another program sends whole, as the edits that lead to them.

A program such as QGIS knows rows, not partitions: it sends a cell with another name or another
outline, a new one, or that one is gone. Each is turned into edits, which are then proved like any.
"""

from __future__ import annotations

from itertools import count, pairwise
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np
import shapely

from onegrid.errors import InputError, Problem
from onegrid.grids.edit.rows import CELLS
from onegrid.pipeline.plan_places import SNAP_M

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from onegrid.grids.edit import Row

Edits = list[dict[str, Any]]
_BEYOND_M: Final = 0.05  # so that a cut that ends on a border crosses it
_CRUMB_SHARE: Final = 1e-6  # of a cell: ground that rounding puts on the other side
_CLOSE: Final = 1e-9


class ItemError(InputError):
    """A cell that no edits lead to."""

    code = "ITEM"


def replacing(row: Row, attributes: Mapping[str, Any], shape: shapely.Geometry | None) -> Edits:
    """Return the edits that give a cell another name, lock or outline.

    Parameters
    ----------
    row
        The cell as it stands.
    attributes
        Those it is to have; those left out stay.
    shape
        Its outline in the CRS of the grid, None to keep it.

    Raises
    ------
    ItemError
        ``ITEM_COLUMN`` for what is counted or given elsewhere, ``ITEM_SHAPE`` for an outline that
        moving and inserting vertices does not lead to.
    """
    asked = {k: v for k, v in attributes.items() if k != "cell_id"}
    fixed = [k for k, v in asked.items() if k not in {"name", "locked"} and _differs(row, k, v)]
    if fixed:
        remedy = "only name, locked and the outline of a cell can be changed"
        raise ItemError(*(Problem("ITEM_COLUMN", "it follows from the ground", "", name, remedy)
                          for name in fixed))  # fmt: skip
    edits: Edits = []
    if "name" in asked and (asked["name"] or "") != row.text("name"):
        edits.append({"op": "rename", "cell_id": row.key.id, "name": asked["name"] or ""})
    if "locked" in asked and bool(asked["locked"]) != bool(row.attributes.get("locked")):
        edits.append({"op": "lock", "cell_id": row.key.id, "locked": bool(asked["locked"])})
    if shape is not None:
        # a locked cell does not move: unlock before, lock after
        edits = [*_outlined(row.shape, _one_part(shape)), *edits]
    return edits


def creating(cells: Mapping[str, Row], cell_id: str | None, shape: shapely.Geometry) -> Edits:
    """Return the edit that cuts a new cell out of the one it lies in.

    Without an id it is called after the cell that it comes from.

    Raises
    ------
    ItemError
        ``ITEM_SHAPE`` if it lies in none, or leaves more than one part of it.
    """
    whole = _one_part(shape)
    middle = whole.representative_point()
    home = next((row for row in cells.values() if row.shape.covers(middle)), None)
    if home is None or whole.difference(home.shape).area > _CRUMB_SHARE * home.shape.area + (
        SNAP_M * whole.length
    ):
        _refuse("a new cell has to lie in one cell, which it is cut out of")
    inner = shapely.difference(whole.exterior, shapely.buffer(home.shape.boundary, SNAP_M))
    line = shapely.line_merge(inner) if inner.geom_type == "MultiLineString" else inner
    if line.geom_type != "LineString" or line.is_empty or line.is_closed:
        _refuse("its border has to cross the cell that it is cut out of, once")
    xy = _longer(shapely.get_coordinates(line))
    ahead, behind = xy[1] - xy[0], (xy[0] + xy[1]) / 2
    left = behind + SNAP_M * np.array([-ahead[1], ahead[0]]) / np.hypot(*ahead)
    free = (f"{home.key.id}-{n}" for n in count(2))
    names = [cell_id or next(name for name in free if name not in cells), home.key.id]
    if not whole.covers(shapely.Point(left)):
        names.reverse()
    return [{"op": "split", "cell_id": home.key.id, "line": xy.tolist(), "new_ids": names}]


def deleting(cells: Mapping[str, Row], cell_id: str) -> Edits:
    """Return the edit that gives a cell's ground to the neighbour with the longest common border.

    Raises
    ------
    ItemError
        ``ITEM_SHAPE`` if it has no neighbour in its community.
    """
    gone = cells[cell_id]
    community = gone.text("community_id")
    others = [
        n for n in sorted(cells) if n != cell_id and cells[n].text("community_id") == community
    ]
    shared = [shapely.intersection(gone.shape, cells[n].shape).length for n in others]
    if not shared or max(shared) == 0:
        _refuse("it has no neighbour in its community to give its ground to")
    heir = others[int(np.argmax(shared))]
    return [{"op": "merge", "cell_ids": [cell_id, heir], "new_id": heir}]


def _differs(row: Row, name: str, value: object) -> bool:
    was = row.attributes.get(name)
    if isinstance(was, float) and isinstance(value, (int, float)):
        return abs(was - value) > _CLOSE * max(abs(was), 1)
    return was != value and not (was is None and name not in row.attributes and value is None)


def _one_part(shape: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shape)
    if len(parts) != 1 or parts[0].geom_type != "Polygon" or not shapely.is_valid(parts[0]):
        _refuse("a cell is one valid polygon")
    return parts[0]


def _outlined(was: shapely.Geometry, now: shapely.Polygon) -> Edits:
    old = shapely.get_rings(shapely.orient_polygons(was))
    new = shapely.get_rings(shapely.orient_polygons(now))
    if len(old) != len(new):
        _refuse("a cell keeps its holes")
    return [edit for one, other in zip(old, new, strict=True) for edit in _moved(one, other)]


def _moved(was: shapely.LinearRing, now: shapely.LinearRing) -> Edits:
    """Return the edits from one ring to another: vertices inserted, then moved."""
    old, new = shapely.get_coordinates(was)[:-1], shapely.get_coordinates(now)[:-1]
    away_m = np.hypot(*(new[:, None, :] - old[None, :, :]).transpose(2, 0, 1))
    match = np.where(away_m.min(axis=1) <= SNAP_M, away_m.argmin(axis=1), -1)
    known = np.flatnonzero(match >= 0)
    if len(known) == len(new) == len(old):
        return []
    if not len(known):
        _refuse("no vertex of it is where one was")
    new, match = np.roll(new, -known[0], axis=0), np.roll(match, -known[0])
    stops = [*np.flatnonzero(match >= 0), len(new)]
    inserts: Edits = []
    moves: Edits = []
    for here, there in pairwise(stops):
        start = int(match[here])
        end = int(match[there]) if there < len(new) else int(match[0])
        between = [old[(start + k) % len(old)] for k in range(1, (end - start - 1) % len(old) + 1)]
        drawn = list(new[here + 1 : there])
        if len(drawn) < len(between):
            _refuse("a vertex is gone: only moving and inserting them is possible")
        for place in drawn[len(between) :]:
            last = between[-1] if between else old[start]
            foot = _foot(last, old[end], place)
            inserts.append({"op": "insert_vertex", "near": foot})
            between.append(np.array(foot))
        moves += [
            {"op": "move_border", "from": list(map(float, a)), "to": list(map(float, b))}
            for a, b in zip(between, drawn, strict=True)
            if np.hypot(*(a - b)) > SNAP_M
        ]
    return inserts + moves


def _foot(
    a: NDArray[np.float64], b: NDArray[np.float64], place: NDArray[np.float64]
) -> list[float]:
    """Return the place on a stretch of border nearest to another one, on the 1 mm grid."""
    line = shapely.LineString([a, b])
    at = shapely.line_interpolate_point(line, shapely.line_locate_point(line, shapely.Point(place)))
    return [round(float(at.x), 3), round(float(at.y), 3)]


def _longer(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a line with both ends drawn out a little, past the border they end at."""
    found = xy.copy()
    for end, before in ((0, 1), (-1, -2)):
        ahead = xy[end] - xy[before]
        found[end] = xy[end] + ahead / np.hypot(*ahead) * _BEYOND_M
    return found


def _refuse(what: str) -> NoReturn:
    raise ItemError(Problem("ITEM_SHAPE", what, "", CELLS))
