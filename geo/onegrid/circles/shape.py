"""Life circles: the area along the streets that are reached on foot within some minutes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import geopandas as gpd
import numpy as np
import shapely

from onegrid.circles.fence import cut_at_fences, find_fences
from onegrid.circles.field import areas, make_field, splat
from onegrid.circles.places import join_places
from onegrid.compiled import in_threads
from onegrid.errors import InputError, Problem
from onegrid.network.graph import towards
from onegrid.network.pieces import Pieces, cut_pieces, reached_pieces
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.build import Network
    from onegrid.standards import Profile

METHODS: Final = ("raster", "edges")
_S_PER_MIN = 60
_QUARTER_STEPS = 8  # straight steps that draw a quarter of a round end
_FIRST_EASE_M, _LAST_EASE_M = 1e-6, 1e-2  # how much a band may grow to hold the one inside it


def life_circles(
    network: Network,
    facilities: gpd.GeoDataFrame,
    *,
    minutes: tuple[float, ...],
    profile: Profile,
    method: str = "raster",
) -> gpd.GeoDataFrame:
    """Draw the life circles of facilities.

    A circle is the street pieces reached within the time, drawn 25 m to either side with round
    ends and cut at barrier lines: what a barrier parts from its own street piece goes, and a
    street that crosses the barrier stays on both sides. The time binds the pieces; an edge that is
    reached in part is drawn in part.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id.
    minutes
        Walking limits.
    profile
        Who walks.
    method
        ``edges`` draws the exact union; ``raster`` outlines its distance field on 12.5 m pixels,
        straightened by 3 m, and draws no hole and no part under 200 m².

    Returns
    -------
    circles
        facility_id, minutes, area_m2, geometry in the network's CRS, sorted by facility_id as
        text and minutes; larger limits contain smaller ones. Facilities without a street within
        100 m, and limits that do not even reach the street, have no row.

    Raises
    ------
    CrsError
        If the table has no CRS.
    InputError
        If a limit or a figure of the profile is not above 0, the method is unknown, ids repeat or
        a geometry is not a point.

    Examples
    --------
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=shapely.from_wkt(["LINESTRING (0 0, 999 0)"]), crs=4547)
    >>> clinic = gpd.GeoDataFrame(index=["c"], geometry=shapely.points([[499.5, 0]]), crs=4547)
    >>> circles = life_circles(build_network(street)[0], clinic, minutes=(5,), profile=profile(),
    ...     method="edges")
    >>> circles.area_m2.round(-1).item()  # 800 m of street, 50 m wide, and two half discs
    41950.0
    """
    bands = _bands(minutes)
    if method not in METHODS:
        raise InputError(
            Problem("METHOD", f"no method {method!r}", remedy="use one of " + ", ".join(METHODS))
        )
    places = join_places(network, facilities, profile=profile)
    drawer: _Drawer = _RasterDrawer(network) if method == "raster" else _EdgeDrawer(network)
    limits_s = tuple(band * _S_PER_MIN for band in bands)
    graph = towards(places.graph)  # who lives in the circle walks to the facility

    def draw(row: int) -> list[shapely.Geometry]:
        pieces = reached_pieces(graph, places.coming, row, limits_s=limits_s)
        return drawer.draw(pieces, len(bands))

    rows = np.flatnonzero(places.doors.edge >= 0)
    shapes = in_threads(draw, rows.tolist())
    geometry = np.array([shape for circle in shapes for shape in circle], dtype=object)
    drawn = ~shapely.is_empty(geometry)
    return gpd.GeoDataFrame(
        {
            "facility_id": np.repeat(places.ids[rows], len(bands))[drawn],
            "minutes": np.tile(np.array(bands), len(rows))[drawn],
            "area_m2": shapely.area(geometry[drawn]),
        },
        geometry=geometry[drawn],
        crs=network.crs,
    )


def _bands(minutes: tuple[float, ...]) -> tuple[float, ...]:
    wrong = [m for m in minutes if not 0 < m < np.inf]
    if wrong or not minutes:
        what = f"limit of {wrong[0]} minutes" if wrong else "no limit in minutes"
        raise InputError(Problem("MINUTES", what, remedy="give minutes above 0, like 5,10,15"))
    return tuple(sorted({float(m) for m in minutes}))


class _Drawer(Protocol):
    def draw(self, pieces: Pieces, bands: int) -> list[shapely.Geometry]:
        """Return the shape of every band, empty where nothing is reached."""
        ...


@dataclass(frozen=True)
class _EdgeDrawer:
    """Unites drawn pieces; whole edges, the most, are drawn once for all facilities."""

    network: Network
    drawn: dict[int, shapely.Geometry] = field(default_factory=dict)

    def draw(self, pieces: Pieces, bands: int) -> list[shapely.Geometry]:
        shapes: list[shapely.Geometry] = []
        whole = (pieces.from_m == 0) & (pieces.to_m == self.network.length_m[pieces.edge])
        before = np.empty(0, dtype=np.int64)
        for band in range(bands):
            here = pieces.band == band
            edges = np.unique(pieces.edge[here & whole])
            new = np.setdiff1d(edges, before)
            parts = [*shapes[-1:], *self._whole(new), *self._parts(pieces, here & ~whole)]
            shapes.append(shapely.union_all(parts) if parts else shapely.Polygon())
            before = edges
        return _nest(shapes)

    def _whole(self, edges: NDArray[np.int64]) -> list[shapely.Geometry]:
        missing = np.array([e for e in edges.tolist() if e not in self.drawn], dtype=np.int64)
        if len(missing):
            shapes = self._paint(self.network.lines[missing], missing)
            self.drawn.update(zip(missing.tolist(), shapes, strict=True))
        return [self.drawn[e] for e in edges.tolist()]

    def _parts(self, pieces: Pieces, rows: NDArray[np.bool_]) -> NDArray[np.object_]:
        chosen = Pieces(
            pieces.band[rows], pieces.edge[rows], pieces.from_m[rows], pieces.to_m[rows]
        )
        return self._paint(piece_lines(self.network, chosen), chosen.edge)

    def _paint(self, lines: NDArray[np.object_], edge: NDArray[np.int64]) -> NDArray[np.object_]:
        half_width_m = number("circle_half_width_m")
        shapes = shapely.buffer(lines, half_width_m, quad_segs=_QUARTER_STEPS)
        return cut_at_fences(shapes, lines, edge, find_fences(self.network, half_width_m))


@dataclass(frozen=True)
class _RasterDrawer:
    """Outlines the distance to the pieces; a band goes on from the field of the one before."""

    network: Network

    def draw(self, pieces: Pieces, bands: int) -> list[shapely.Geometry]:
        if len(pieces.edge) == 0:
            return [shapely.Polygon()] * bands
        half_width_m, pixel_m = number("circle_half_width_m"), number("circle_raster_m")
        points, starts = cut_pieces(self.network.vertices, self.network.offsets, pieces)
        canvas = make_field(points, bands=bands, half_width_m=half_width_m, pixel_m=pixel_m)
        fences = find_fences(self.network, half_width_m + pixel_m, crossed=False)
        for band in range(bands):
            if band:
                canvas.distance_m[band] = canvas.distance_m[band - 1]
                canvas.walled[band] = canvas.walled[band - 1]
            first, last = np.searchsorted(pieces.band, [band, band + 1])
            splat(canvas, band, points, starts[first : last + 1], pieces.edge[first:last], fences)
        return areas(canvas, slack_m=number("circle_slack_m"), least_m2=number("circle_least_m2"))


def piece_lines(network: Network, pieces: Pieces) -> NDArray[np.object_]:
    """Return the LineStrings of pieces of edges."""
    points, starts = cut_pieces(network.vertices, network.offsets, pieces)
    piece = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    lines: NDArray[np.object_] = shapely.linestrings(points, indices=piece)
    return lines


def _nest(shapes: list[shapely.Geometry]) -> list[shapely.Geometry]:
    """Return the shapes, each grown by what the one before sticks out by rounding."""
    nested = shapes[:1]
    for shape in shapes[1:]:
        inner, outer, ease_m = nested[-1], shape, _FIRST_EASE_M
        while not shapely.is_empty(inner) and not shapely.covers(outer, inner):
            if ease_m > _LAST_EASE_M:
                break
            outer = shapely.union_all([outer, shapely.buffer(inner, ease_m)])
            ease_m *= 10
        nested.append(outer)
    return nested
