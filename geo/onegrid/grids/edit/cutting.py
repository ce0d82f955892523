"""Cut atoms along lines: one noding for the atoms, the same junctions in every neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid import standards
from onegrid.grids.edit.counts import apportioned
from onegrid.grids.edit.refusal import Code, refusal
from onegrid.grids.edit.rings import Edge, Place, Redraw, both_ways, insertions, put_on_grid
from onegrid.grids.edit.rows import ATOMS, Key, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.grids.edit.draft import Draft


def union(shapes: Sequence[shapely.Geometry] | NDArray[np.object_]) -> shapely.Geometry:
    """Return the ground of shapes that share every node; all nodes on the outside stay."""
    array = np.asarray(shapes, dtype=object)
    return array[0] if len(array) == 1 else shapely.coverage_union_all(array)


def halves(
    draft: Draft, atoms: Sequence[Row], line: Sequence[Place], *, of: str
) -> tuple[list[str], list[str]]:
    """Cut some atoms of one cell in two along a line; return the atoms to its left and right.

    Loose ends of the line and what lies outside count for nothing. ``of`` names the cell in a
    refusal.

    Raises
    ------
    EditError
        ``EDIT_LINE_NOT_CROSSING``, ``EDIT_MULTIPART`` if there would be more than two pieces,
        ``EDIT_OVERLAP`` if the line crosses itself inside.
    """
    ground = union([atom.shape for atom in atoms])
    drawn = _snapped(line, atoms)
    left, right = _two_pieces(ground, drawn, of)
    cut = shapely.intersection(shapely.boundary(left), shapely.boundary(right))
    pieces = noded(draft, atoms, cut)
    inner = shapely.point_on_surface(np.array([piece.shape for piece in pieces], dtype=object))
    is_left = shapely.distance(left, inner) <= shapely.distance(right, inner)
    ids = [piece.key.id for piece in pieces]
    return (
        [i for i, side in zip(ids, is_left, strict=True) if side],
        [i for i, side in zip(ids, is_left, strict=True) if not side],
    )


def _snapped(line: Sequence[Place], atoms: Sequence[Row]) -> shapely.Geometry:
    """Return the line on the 1 mm grid, led through vertices that it passes within 1 cm."""
    places = [place for i, place in enumerate(line) if i == 0 or place != line[i - 1]]
    if len(places) < 2:  # noqa: PLR2004  (a line has two ends)
        return shapely.LineString()
    nodes = shapely.get_coordinates(np.array([atom.shape for atom in atoms], dtype=object))
    near_m = standards.number("vertex_snap_m")
    return shapely.snap(shapely.LineString(places), shapely.MultiPoint(nodes), near_m)


def _two_pieces(
    ground: shapely.Geometry, line: shapely.Geometry, of: str
) -> tuple[shapely.Geometry, shapely.Geometry]:
    grid_m = standards.number("grid_size_m")
    where = line.coords[0] if len(line.coords) else None
    remedy = "draw it from border to border, once across the cell"
    crossing = _crossing_itself(line, ground)
    if crossing is not None:
        raise refusal(Code.OVERLAP, f"the line crosses itself in cell {of}", at=crossing)
    rim = shapely.boundary(ground)
    faces = shapely.get_parts(
        shapely.polygonize([shapely.union_all([rim, line], grid_size=grid_m)])
    )
    faces = faces[shapely.intersects(ground, shapely.point_on_surface(faces))]
    if len(faces) > 2:  # noqa: PLR2004
        what = f"the line cuts cell {of} into {len(faces)} pieces"
        raise refusal(Code.MULTIPART, what, at=where, remedy=remedy)
    least_m2 = standards.number("edit_piece_min_m2")
    if len(faces) < 2 or shapely.area(faces).min() < least_m2:  # noqa: PLR2004
        what = f"the line does not cut cell {of} in two"
        raise refusal(Code.LINE_NOT_CROSSING, what, at=where, remedy=remedy)
    one, two = shapely.orient_polygons(faces, exterior_cw=False)
    cut = shapely.intersection(shapely.boundary(one), shapely.boundary(two))
    if not shapely.dwithin(cut, rim, grid_m):
        what = f"the line runs in a ring inside cell {of}"
        raise refusal(Code.LINE_NOT_CROSSING, what, at=where, remedy=remedy)
    return (one, two) if _is_left(one, cut, line) else (two, one)


def _crossing_itself(line: shapely.Geometry, ground: shapely.Geometry) -> Place | None:
    if shapely.is_simple(line):
        return None
    parts = shapely.get_parts(shapely.node(line))
    ends = shapely.get_coordinates(shapely.get_point(parts, [[0], [-1]]).ravel())
    places, count = np.unique(ends, axis=0, return_counts=True)
    for x, y in places[count > 2].tolist():  # noqa: PLR2004  (three ends meet where it crosses)
        if shapely.contains_properly(ground, shapely.Point(x, y)):
            return (x, y)
    return None


def _is_left(piece: shapely.Geometry, cut: shapely.Geometry, line: shapely.Geometry) -> bool:
    """Return whether a piece, its rings turned to have it on their left, goes with the line."""
    starts, stops = [], []
    for ring in shapely.get_rings(piece):
        xy = shapely.get_coordinates(ring)
        starts.append(xy[:-1])
        stops.append(xy[1:])
    a, b = np.vstack(starts), np.vstack(stops)
    middles = shapely.points((a + b) / 2)
    grid_m = standards.number("grid_size_m")
    own = shapely.dwithin(cut, middles, grid_m / 10)
    along = shapely.line_locate_point(line, middles[own])
    first = int(np.argmin(along))
    step = (b[own] - a[own])[first]
    ahead = _direction(line, float(along[first]))
    return bool(np.dot(step, ahead) > 0)


def _direction(line: shapely.Geometry, along_m: float) -> NDArray[np.float64]:
    xy = shapely.get_coordinates(line)
    steps = np.diff(xy, axis=0)
    reached = np.cumsum(np.hypot(*steps.T))
    direction: NDArray[np.float64] = steps[min(np.searchsorted(reached, along_m), len(steps) - 1)]
    return direction


def noded(draft: Draft, atoms: Sequence[Row], line: shapely.Geometry) -> list[Row]:
    """Cut atoms along a line, put the junctions into all neighbours, return the atoms there now.

    An atom that is not cut keeps its id. The pieces of another one share its households by area.
    """
    grid_m = standards.number("grid_size_m")
    shapes = np.array([atom.shape for atom in atoms], dtype=object)
    # the places of the cut were rounded: edges are led through them, not cut again a step beside
    ends = shapely.MultiPoint(shapely.get_coordinates(line))
    lines = np.append(shapely.snap(shapely.boundary(shapes), ends, grid_m), line)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines, grid_size=grid_m)]))
    faces = put_on_grid(faces)
    face, atom = shapely.STRtree(shapes).query(shapely.point_on_surface(faces), "within")
    order = np.lexsort((face, atom))
    face, atom = face[order], atom[order]
    chains: dict[Edge, tuple[Place, ...]] = {}
    names: list[str] = []
    for number, row in enumerate(atoms):  # a few atoms, each with its own vertices
        pieces = faces[face[atom == number]]
        if not len(pieces):
            what = f"the line runs too close along atom {row.key.id}"
            raise refusal(Code.OVERLAP, what, at=row.shape.centroid.coords[0])
        chains |= insertions(row.shape, union(pieces))
        if len(pieces) > 1:
            names += _replaced(draft, row, pieces)
        else:
            names.append(row.key.id)
    if chains:
        draft.redraw(Redraw(inserted=both_ways(chains)))
    rows = [draft.get(Key(ATOMS, name)) for name in sorted(names)]
    return [row for row in rows if row is not None]


def _replaced(draft: Draft, row: Row, pieces: NDArray[np.object_]) -> list[str]:
    inner = shapely.get_coordinates(shapely.point_on_surface(pieces))
    pieces = pieces[np.lexsort((-inner[:, 1], inner[:, 0]))]
    households = apportioned(row.count("households"), shapely.area(pieces))
    draft.drop(row.key)
    made = []
    for shape, count in zip(pieces, households, strict=True):
        name = draft.new_atom_id(row.key.id)
        draft.origin[name] = draft.origin.get(row.key.id, row.key.id)
        made.append(name)
        draft.put(Row(Key(ATOMS, name), {**row.attributes, "households": count}, shape))
    return made
