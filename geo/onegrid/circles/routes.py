"""The way from an asked point to the nearest facilities, as a line and in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from onegrid.circles.nearby import Wish, draw_ways, find_nearest, make_bench, trace_ways
from onegrid.circles.places import Places, join_places
from onegrid.circles.reach import DECIMALS_S, facility_kinds
from onegrid.circles.words import tell_steps
from onegrid.errors import InputError, Problem
from onegrid.network.graph import US_PER_S, Doors, make_doors
from onegrid.network.kernel import FAR, label_bits, limit_us
from onegrid.network.pieces import Pieces, cut_pieces
from onegrid.network.search import Stops, make_stops
from onegrid.network.snap import Joints, join_edges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from onegrid.circles.nearby import Ways
    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_GOAL: Final = "goal"


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


class Walks(NamedTuple):
    """The answers to one question, kind by kind: ``counts`` of each. Nearest first.

    The way of answer i is ``xy[starts[i]:starts[i + 1]]``; the rest is as in `Answer`.
    """

    counts: dict[str, int]
    facility_id: list[str]
    walk_s: list[float]
    distance_m: list[float]
    xy: NDArray[np.float64]
    starts: NDArray[np.int64]
    steps: list[list[str]]


@dataclass(frozen=True)
class Services:
    """Facilities joined to a network as one profile walks it: made once, asked often.

    ``kinds`` are sorted; ``kind`` int64 is the place in them of each of `places`, ``names`` what
    each is called, ``xy`` float64 (places, 2) where it is.
    """

    network: Network
    profile: Profile
    places: Places
    stops: Stops
    kinds: tuple[str, ...]
    kind: NDArray[np.int64]
    names: tuple[str, ...]
    xy: NDArray[np.float64]


def join_services(network: Network, facilities: gpd.GeoDataFrame, *, profile: Profile) -> Services:
    """Join facilities to a network, ready for `ask_nearest`.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id, with a column ``kind`` and perhaps ``name``.
    profile
        Who walks.

    Raises
    ------
    CrsError
        If the table has no CRS.
    InputError
        As `onegrid.circles.reach.nearest`.
    """
    of_row = facility_kinds(facilities)
    places = join_places(network, facilities, profile=profile)
    kinds, kind = np.unique(of_row.astype("str")[places.row], return_inverse=True)
    names = [""] * len(places.ids)
    if "name" in facilities:
        names = facilities["name"].fillna("").astype("str").to_numpy()[places.row].tolist()
    xy = np.full((len(places.ids), 2), np.nan)
    joined = np.flatnonzero(places.joints.edge >= 0)
    xy[joined] = shapely.get_coordinates(places.points[joined])
    stops = make_stops(places.graph, places.coming)
    known = tuple(str(name) for name in kinds)
    return Services(network, profile, places, stops, known, kind.ravel(), tuple(names), xy)


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
    services = join_services(network, facilities, profile=profile)
    return ask_nearest(services, point, kinds=kinds, count=count, limit_s=limit_s)


def ask_nearest(
    services: Services,
    point: shapely.Point,
    *,
    kinds: Sequence[str],
    count: int = 5,
    limit_s: float | None = None,
) -> dict[str, list[Answer]]:
    """Answer one question; see `nearest_routes`."""
    walks = find_walks(services, point, kinds=kinds, count=count, limit_s=limit_s)
    way = np.repeat(np.arange(len(walks.steps)), np.diff(walks.starts))
    routes = shapely.linestrings(walks.xy, indices=way) if len(way) else ()
    columns = (walks.facility_id, walks.walk_s, walks.distance_m, routes, walks.steps)
    answers = map(Answer, *columns)
    return {name: list(islice(answers, own)) for name, own in walks.counts.items()}


def find_walks(
    services: Services,
    point: shapely.Point,
    *,
    kinds: Sequence[str],
    count: int = 5,
    limit_s: float | None = None,
) -> Walks:
    """Answer one question in arrays, for whoever writes the ways down at once.

    Raises
    ------
    InputError
        If no street is within 100 m of the point, or the count or the limit is not above 0.
    """
    if count < 1:
        raise InputError(Problem("COUNT", f"{count} answers", remedy="ask for one or more"))
    graph, stops = services.places.graph, services.stops
    names = list(dict.fromkeys(kinds))
    slot = {name: i for i, name in enumerate(names)}
    of_kind = np.array([slot.get(kind, -1) for kind in services.kinds], dtype=np.int64)
    limit = limit_us(limit_s, label_bits(graph, 1))
    wish = Wish(services.kind, of_kind, len(names), count, limit)
    joints, asked = _join(services, point)
    bench = make_bench(graph)
    time_us, stop = find_nearest(graph, bench, asked, stops, wish)
    found = time_us < FAR
    ways = trace_ways(graph, bench, asked, stops.doors, stop[found])
    counts = dict(zip(names, found.sum(axis=1).tolist(), strict=True))
    off_m = float(joints.gap_m[0])
    return _walks(services, point, off_m, (counts, stop[found], time_us[found]), ways)


def route_between(
    network: Network,
    start: shapely.Point,
    goal: shapely.Point,
    *,
    profile: Profile,
    limit_s: float | None = None,
) -> Answer | None:
    """Return the way between two points in the network's CRS, None if there is none.

    Raises
    ------
    InputError
        If no street is within 100 m of a point, or the limit is not above 0.

    Examples
    --------
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame({"name": ["中山大道"]},
    ...     geometry=shapely.from_wkt(["LINESTRING (0 0, 999 0)"]), crs=4547)
    >>> way = route_between(build_network(street)[0], shapely.Point(0, 0), shapely.Point(80, 0),
    ...     profile=profile())
    >>> way.walk_s, way.distance_m, way.steps
    (60.0, 80.0, ['沿中山大道步行80米', '到达目的地'])
    """
    frame = gpd.GeoDataFrame({"kind": _GOAL}, index=[_GOAL], geometry=[goal], crs=network.crs)
    services = join_services(network, frame, profile=profile)
    if services.places.joints.edge[0] < 0:
        raise _far(goal)
    found = ask_nearest(services, start, kinds=[_GOAL], count=1, limit_s=limit_s)[_GOAL]
    return found[0] if found else None


def _join(services: Services, point: shapely.Point) -> tuple[Joints, Doors]:
    at = np.array([point], dtype=object)
    joints = join_edges(services.network, at, profile=services.profile)
    if joints.edge[0] < 0:
        raise _far(point)
    return joints, make_doors(services.places.graph, joints)


def _far(point: shapely.Point) -> InputError:
    where = f"at {point.wkt}" if point is not None else ""
    return InputError(
        Problem("AT_FAR", "no street within 100 m", "point", where, "ask nearer to a street")
    )


def _walks(
    services: Services,
    point: shapely.Point,
    off_m: float,
    found: tuple[dict[str, int], NDArray[np.int64], NDArray[np.int64]],
    ways: Ways,
) -> Walks:
    """Return what was found as it is told; `off_m` is how far the point is from the street."""
    counts, stop, time_us = found
    network, row = services.network, services.stops.row[stop]
    low, high = np.minimum(ways.from_m, ways.to_m), np.maximum(ways.from_m, ways.to_m)
    pieces = Pieces(np.zeros_like(ways.edge), ways.edge, low, high)
    points, starts = cut_pieces(network.vertices, network.offsets, pieces)
    begin = np.array([point.x, point.y])
    xy, offsets, heading = draw_ways(ways, points, starts, begin, services.xy[row])
    gaps_m = np.full((len(row), 2), off_m)
    gaps_m[:, 1] = services.places.joints.gap_m[row]
    along_m = np.append(0.0, np.cumsum(high - low))[ways.starts]
    distance_m = np.diff(along_m) + gaps_m.sum(axis=1)
    names = [services.names[i] for i in row.tolist()]
    steps = tell_steps(network, ways, heading, gaps_m, names)
    walk_s = (time_us / US_PER_S).round(DECIMALS_S)
    ids = services.places.ids[row].astype("str").tolist()
    return Walks(counts, ids, walk_s.tolist(), distance_m.tolist(), xy, offsets, steps)
