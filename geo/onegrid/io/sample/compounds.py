"""Walled compounds: a wall around a block, lanes inside, joined to the street only at gates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

WALL_INSET_M = 5.0  # the wall stands this far from the middle of the street
LANE_INSET_M = 15.0  # the lane runs this far inside the wall
_GATE_WIDTH_M = 5.0
_STREET_NEAR_M = 60.0  # a gate opens to a street within this distance
_SAME_PLACE_M = 0.5
_LANE_AREA_M2 = 1500.0
_ONE_GATE_SHARE = 0.35  # of compounds; the rest have two
_ROUNDING_M = 0.01  # the coordinate grid
OPEN_HOURS = "06:00-23:00"


@dataclass
class Compounds:
    """Walls, and street pieces inside; ``joints`` are the places where streets must have a node.

    Piece attributes are columns of the roads table.
    """

    faces: list[int] = field(default_factory=list)
    walls: list[shapely.LineString] = field(default_factory=list)
    wall_face: list[int] = field(default_factory=list)
    lanes: list[shapely.LineString] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    joints: list[tuple[int, float, float]] = field(default_factory=list)

    def add(self, line: Floats, **tags: str) -> None:
        """Note one street piece, unless it has no length."""
        rounded = shapely.LineString(np.round(line, 2))
        if rounded.length > 0:
            self.lanes.append(rounded)
            self.tags.append(tags)


def wall_in(
    faces: Shapes, candidates: Ints, streets: Shapes, rng: np.random.Generator, *, shut_share: float
) -> Compounds:
    """Return walls and lanes for those candidate faces that can hold a compound.

    A face with a street inside, or too narrow for a lane, is passed over. About ``shut_share`` of
    the second gates are for residents' cars only (``access=private``).
    """
    found = Compounds()
    tree = shapely.STRtree(streets)
    rings = shapely.simplify(
        shapely.buffer(faces[candidates], -WALL_INSET_M, join_style="mitre", mitre_limit=2), 1.0
    )
    for face, ring in zip(candidates.tolist(), rings, strict=True):  # each is built step by step
        lane = shapely.buffer(ring, -LANE_INSET_M, join_style="mitre", mitre_limit=2)
        single = all(isinstance(g, shapely.Polygon) and not len(g.interiors) for g in (ring, lane))
        if not single or lane.area < _LANE_AREA_M2 or len(tree.query(ring, "intersects")):
            continue
        gates = _gates(ring, lane.exterior, streets, tree, rng)
        if gates:
            _build(found, face, (ring, lane), gates, shut=rng.random() < shut_share)
    return found


@dataclass(frozen=True)
class _Gate:
    street: int
    joint: Floats
    door: Floats
    inner: Floats
    along_m: float


def _gates(
    ring: shapely.Polygon,
    lane: shapely.LinearRing,
    streets: Shapes,
    tree: shapely.STRtree,
    rng: np.random.Generator,
) -> list[_Gate]:
    """Return one or two gates, about opposite each other, each facing a street straight on."""
    wall = ring.exterior
    first = rng.random()
    wanted = [first] if rng.random() < _ONE_GATE_SHARE else [first, first + rng.uniform(0.4, 0.6)]
    gates: list[_Gate] = []
    for place in wanted:
        for step in np.arange(8) / 16:
            gate = _gate_at(wall, lane, streets, tree, ((place + step) % 1) * wall.length)
            if gate is not None and all(
                np.hypot(*(gate.inner - g.inner)) > 2 * _GATE_WIDTH_M for g in gates
            ):
                gates.append(gate)
                break
    return sorted(gates, key=lambda gate: gate.along_m)


def _gate_at(
    wall: shapely.LinearRing,
    lane: shapely.LinearRing,
    streets: Shapes,
    tree: shapely.STRtree,
    at_m: float,
) -> _Gate | None:
    door = wall.interpolate(at_m)
    near = tree.query_nearest(door, max_distance=_STREET_NEAR_M, all_matches=False)
    if not len(near):
        return None
    street = int(near[0])
    joint = shapely.get_coordinates(shapely.shortest_line(streets[street], door))[0]
    ends = shapely.get_coordinates(streets[street])[[0, -1]]
    to_end = np.hypot(*(ends - joint).T)
    if to_end.min() < _SAME_PLACE_M:
        joint = ends[to_end.argmin()]
    inner = shapely.get_coordinates(shapely.shortest_line(lane, door))[0]
    place = [np.round(p, 2) for p in (joint, shapely.get_coordinates(door)[0], inner)]
    path = shapely.LineString(place)
    crossed = shapely.intersection(path, wall.difference(door.buffer(_GATE_WIDTH_M / 2)))
    if not crossed.is_empty or path.length > _STREET_NEAR_M:
        return None
    along_m = float(lane.project(shapely.Point(place[2])))
    return _Gate(street, place[0], place[1], place[2], along_m)


def _build(
    found: Compounds,
    face: int,
    shapes: tuple[shapely.Polygon, shapely.Polygon],
    gates: list[_Gate],
    *,
    shut: bool,
) -> None:
    ring, lane = shapes
    openings = shapely.union_all([shapely.Point(g.door).buffer(_GATE_WIDTH_M / 2) for g in gates])
    found.faces.append(face)
    pieces = shapely.line_merge(shapely.difference(ring.exterior, openings))
    for part in shapely.get_parts(pieces):
        found.walls.append(shapely.LineString(np.round(shapely.get_coordinates(part), 2)))
        found.wall_face.append(face)
    for number, gate in enumerate(gates):
        is_shut = shut and number == len(gates) - 1 and number > 0
        tags = {"access": "private"} if is_shut else {"opening_hours": OPEN_HOURS}
        found.add(np.array([gate.joint, gate.door]), highway="service", barrier="gate", **tags)
        found.add(np.array([gate.door, gate.inner]), highway="service")
        found.joints.append((gate.street, *gate.joint.tolist()))
    _lane_ring(found, lane.exterior, gates)


def _lane_ring(found: Compounds, ring: shapely.LinearRing, gates: list[_Gate]) -> None:
    """Add the ring lane, split where the gates join it so that the pieces share their ends."""
    xy = shapely.get_coordinates(ring)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    for number, gate in enumerate(gates):
        after = gates[(number + 1) % len(gates)]
        stop = after.along_m if after.along_m > gate.along_m else after.along_m + along[-1]
        unrolled = np.concatenate([xy[:-1], xy[1:]])
        reach = np.concatenate([along[:-1], along[1:] + along[-1]])
        between = unrolled[(reach > gate.along_m + 0.05) & (reach < stop - 0.05)]
        found.add(np.vstack([gate.inner, between, after.inner]), highway="service")


def split_at(lines: Shapes, joints: list[tuple[int, float, float]]) -> tuple[Shapes, Ints]:
    """Return lines with a shared end at every joint (line number, x, y), and each one's origin."""
    wanted: dict[int, list[tuple[float, float]]] = {}
    for line, x, y in joints:
        wanted.setdefault(line, []).append((x, y))
    pieces: list[shapely.LineString] = []
    origin: list[int] = []
    for number, line in enumerate(lines):
        parts = _split(line, wanted[number]) if number in wanted else [line]
        pieces.extend(parts)
        origin.extend([number] * len(parts))
    return np.array(pieces, dtype=object), np.array(origin)


def _split(line: shapely.LineString, places: list[tuple[float, float]]) -> list[shapely.LineString]:
    xy = shapely.get_coordinates(line)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    points = np.unique(np.array(places), axis=0)
    at = shapely.line_locate_point(line, shapely.points(points))
    apart = (at > _ROUNDING_M) & (at < along[-1] - _ROUNDING_M)
    order = np.argsort(at[apart], kind="stable")
    points, at = points[apart][order], at[apart][order]
    stops = np.vstack([xy[:1], points, xy[-1:]])
    reach = np.concatenate([[0], at, [along[-1]]])
    parts = []
    for start, end, a, b in zip(stops[:-1], stops[1:], reach[:-1], reach[1:], strict=True):
        inner = xy[(along > a + 0.005) & (along < b - 0.005)]
        part = shapely.LineString(np.vstack([start, inner, end]))
        if part.length > 0:
            parts.append(part)
    return parts or [line]
