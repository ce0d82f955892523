"""The way from an asked point to the nearest facilities, as a line and in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from onegrid.circles.places import Places, join_places
from onegrid.circles.reach import DECIMALS_S, facility_kinds
from onegrid.circles.words import Walked, tell_steps
from onegrid.crs import in_crs
from onegrid.errors import InputError, Problem
from onegrid.network.graph import US_PER_S, Graph, walk_graph
from onegrid.network.kernel import FAR, label_bits, limit_us
from onegrid.network.pieces import Pieces, cut_pieces
from onegrid.network.search import between_us, walk_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.network.build import Network
    from onegrid.standards import Profile

ASKED: Final = "at"  # the id of the asked point
_SPARE_M = 1.0  # rounding of times never costs an answer
_POINT_M = 1e-6  # a shorter piece is a point


@dataclass(frozen=True)
class Answer:
    """One facility and the way there.

    ``walk_s`` rounded to 0.1 s; ``distance_m`` planar metres; ``route`` a LineString in the
    network's CRS from the asked point to the facility, off-street ends included; ``steps`` the way
    in words.
    """

    facility_id: str
    walk_s: float
    distance_m: float
    route: shapely.LineString
    steps: list[str]


class _Trip(NamedTuple):
    """The asked point, the places asked for, and times and arcs by node from the point."""

    network: Network
    graph: Graph
    asked: Places
    places: Places
    labels: NDArray[np.int64]
    via: NDArray[np.int64]


def nearest_routes(  # noqa: PLR0913  (every one is asked for by name)
    network: Network,
    facilities: gpd.GeoDataFrame,
    point: shapely.Point,
    *,
    kinds: Sequence[str],
    count: int = 5,
    limit_s: float | None = None,
    profile: Profile,
) -> dict[str, list[Answer]]:
    """Find the nearest facilities of some kinds by walking time, and the way to each.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id, with a column ``kind`` and perhaps ``name``.
    point
        Where somebody asks, in the network's CRS.
    kinds
        The kinds asked for.
    count
        Answers for each kind, at most.
    limit_s
        Longest walk in seconds; None is anywhere on the network.
    profile
        Who walks.

    Returns
    -------
    answers
        By kind, nearest first; equal times by facility id. Empty where nothing is reached.

    Raises
    ------
    CrsError
        If the table has no CRS.
    InputError
        If no street is within 100 m of the point, or as `onegrid.circles.reach.nearest`.

    Examples
    --------
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame({"name": ["中山大道"]},
    ...     geometry=shapely.from_wkt(["LINESTRING (0 0, 999 0)"]), crs=4547)
    >>> shops = gpd.GeoDataFrame({"kind": ["market"], "name": ["菜场"]}, index=["m1"],
    ...     geometry=shapely.points([[160, 20]]), crs=4547)
    >>> answers = nearest_routes(build_network(street)[0], shops, shapely.Point(40, 0),
    ...     kinds=["market"], profile=profile())
    >>> answers["market"][0].walk_s, answers["market"][0].steps
    (105.0, ['沿中山大道步行120米', '离开道路步行20米', '到达菜场'])
    """
    graph = walk_graph(network, profile)
    longest_us = limit_us(limit_s, label_bits(graph, 1))
    asked = _join_asked(network, point, profile)
    kind = facility_kinds(facilities)
    facilities = in_crs(facilities, network.crs)
    near = np.isin(kind, list(kinds)) & _within_air(facilities, point, limit_s, profile)
    places = join_places(network, facilities[near], profile=profile)
    kind = kind[near][places.row]
    trip = _Trip(network, graph, asked, places, *walk_tree(graph, asked.doors, 0, limit_s=limit_s))
    time_us = _times(trip).min(axis=0)
    names = _names(facilities[near], places)
    answers: dict[str, list[Answer]] = {}
    for name in dict.fromkeys(kinds):
        rows = np.flatnonzero((kind == name) & (time_us <= longest_us))
        rows = rows[np.argsort(time_us[rows], kind="stable")][:count]
        answers[name] = [_answer(trip, row, names[row]) for row in rows.tolist()]
    return answers


def _join_asked(network: Network, point: shapely.Point, profile: Profile) -> Places:
    frame = gpd.GeoDataFrame(index=[ASKED], geometry=[point], crs=network.crs)
    asked = join_places(network, frame, profile=profile)
    if asked.joints.edge[0] < 0:
        where = f"at {point.wkt}" if point is not None else ""
        raise InputError(
            Problem("AT_FAR", "no street within 100 m", "point", where, "ask nearer to a street")
        )
    return asked


def _within_air(
    facilities: gpd.GeoDataFrame, point: shapely.Point, limit_s: float | None, profile: Profile
) -> NDArray[np.bool_]:
    """Return which facilities a straight walk could reach: joining the others is idle work."""
    if limit_s is None:
        return np.ones(len(facilities), dtype=np.bool_)
    air_m = limit_s * profile.speed_m_s / min(profile.stairs_factor, 1.0) + _SPARE_M
    return np.asarray(shapely.dwithin(facilities.geometry.to_numpy(), point, air_m))


def _names(facilities: gpd.GeoDataFrame, places: Places) -> list[str]:
    if "name" not in facilities:
        return [""] * len(places.ids)
    names = facilities["name"].fillna("").astype("str").to_numpy()[places.row]
    return [str(name) for name in names]


def _times(trip: _Trip) -> NDArray[np.int64]:
    """Return microseconds to each place along its own edge, and over either end, (3, places)."""
    doors = trip.places.doors
    joined = doors.edge >= 0
    ends = trip.graph.ends[np.where(joined, doors.edge, 0)]
    over_start = np.where(joined, trip.labels[ends[:, 0]] + doors.start_us, FAR)
    over_end = np.where(joined, trip.labels[ends[:, 1]] + doors.end_us, FAR)
    along = np.full(len(doors.edge), FAR)
    for row in np.flatnonzero(
        doors.edge == trip.asked.doors.edge[0]
    ).tolist():  # few: one edge's doors
        along[row] = between_us(trip.graph, trip.asked.doors, 0, doors, row)
    return np.stack([along, over_start, over_end])


def _answer(trip: _Trip, row: int, name: str) -> Answer:
    way = _way(trip, row)
    parts = _parts(trip.network, way)
    asked, place = trip.asked, trip.places
    start, end = (shapely.get_coordinates(p) for p in (asked.points[0], place.points[row]))
    line = np.concatenate([start, *parts, end])
    new = np.concatenate([[True], (line[1:] != line[:-1]).any(axis=1)])
    line = line[new] if new.sum() > 1 else line[:2]
    gaps_m = (float(asked.joints.gap_m[0]), float(place.joints.gap_m[row]))
    walked_m = sum(abs(piece.to_m - piece.from_m) for piece in way)
    return Answer(
        facility_id=str(place.ids[row]),
        walk_s=round(int(_times(trip)[:, row].min()) / US_PER_S, DECIMALS_S),
        distance_m=walked_m + sum(gaps_m),
        route=shapely.LineString(line),
        steps=tell_steps(trip.network, way, parts, gaps_m, name),
    )


def _way(trip: _Trip, row: int) -> list[Walked]:
    """Return the pieces walked to a place, in order."""
    graph, door, place = trip.graph, trip.asked.doors, trip.places.doors
    own, last = int(door.edge[0]), int(place.edge[row])
    from_m, to_m = float(door.along_m[0]), float(place.along_m[row])
    best = int(np.argmin(_times(trip)[:, row]))
    if best == 0:
        return _walked([Walked(own, from_m, to_m)])
    way = [Walked(last, 0.0 if best == 1 else float(graph.length_m[last]), to_m)]
    node = int(graph.ends[last, best - 1])
    while trip.via[node] >= 0:
        edge = int(graph.edge[trip.via[node]])
        length_m = float(graph.length_m[edge])
        forward = graph.ends[edge, 1] == node
        way.append(Walked(edge, *((0.0, length_m) if forward else (length_m, 0.0))))
        node = int(graph.ends[edge, 0 if forward else 1])
    starts = graph.ends[own, 0] == node and trip.labels[node] == door.start_us[0]
    way.append(Walked(own, from_m, 0.0 if starts else float(graph.length_m[own])))
    return _walked(way[::-1])


def _walked(way: list[Walked]) -> list[Walked]:
    return [piece for piece in way if abs(piece.to_m - piece.from_m) > _POINT_M]


def _parts(network: Network, way: list[Walked]) -> list[NDArray[np.float64]]:
    """Return the points of each piece in walking order."""
    if not way:
        return []
    edge = np.array([piece.edge for piece in way], dtype=np.int64)
    low = np.array([min(piece.from_m, piece.to_m) for piece in way])
    high = np.array([max(piece.from_m, piece.to_m) for piece in way])
    pieces = Pieces(np.zeros_like(edge), edge, low, high)
    points, starts = cut_pieces(network.vertices, network.offsets, pieces)
    parts = [points[a:b] for a, b in pairwise(starts.tolist())]
    return [
        part if piece.from_m < piece.to_m else part[::-1]
        for part, piece in zip(parts, way, strict=True)
    ]
