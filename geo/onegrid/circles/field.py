"""The raster life circle: distance to the reached street pieces at the nodes of a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from onegrid.circles.outline import Rings, outline
from onegrid.compiled import kernel, part
from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.circles.fence import Fences

_MOST_NODES = 1 << 26  # of all bands: two gigabytes, three bands of 47 km by 47 km
_POINT_M2 = 1e-12  # a shorter barrier piece is a point
_CLEAR_M = 1e-7  # a node this near to the border of the circle, as on a barrier, is inside


class Field(NamedTuple):
    """Distances in metres at the nodes of a grid, float64 (bands, rows, columns), south-west first.

    Node (r, c) is at ``west + c * pixel_m``, ``south + r * pixel_m``. Distances are exact up to
    the half width and a pixel more, which stands for anything farther. Beside a barrier they make
    it the border of the circle: on the reached side the half width less the way to the barrier, at
    least; behind it, ``walled``, the half width and the way to the barrier.
    """

    distance_m: NDArray[np.float64]
    walled: NDArray[np.bool_]
    west: float
    south: float
    pixel_m: float
    half_width_m: float


def make_field(
    points: NDArray[np.float64], *, bands: int, half_width_m: float, pixel_m: float
) -> Field:
    """Return an empty field around points, its nodes on whole multiples of the pixel.

    Raises
    ------
    InputError
        If it would not fit in memory.
    """
    far_m = half_width_m + pixel_m
    low = np.floor((points.min(axis=0) - far_m) / pixel_m) - 1
    high = np.ceil((points.max(axis=0) + far_m) / pixel_m) + 1
    columns, rows = (high - low + 1).astype(np.int64)
    if bands * rows * columns > _MOST_NODES:
        what = f"a circle of {columns * pixel_m / 1000:.0f} by {rows * pixel_m / 1000:.0f} km"
        raise InputError(Problem("CIRCLE_SIZE", what, remedy="fewer minutes, or method edges"))
    shape = (bands, rows, columns)
    west, south = (low * pixel_m).tolist()
    walled = np.zeros(shape, np.bool_)
    return Field(np.full(shape, far_m), walled, west, south, pixel_m, half_width_m)


def areas(field: Field, *, slack_m: float, least_m2: float) -> list[shapely.Geometry]:
    """Return the area of every band nearer to the pieces than the half width.

    Parameters
    ----------
    field
        Distances, from band to band never growing.
    slack_m
        How far outlines may be moved to be straight.
    least_m2
        Smaller holes are filled, smaller parts left out.
    """
    rings = outline(
        field.distance_m,
        field.walled,
        level=field.half_width_m,
        slack=slack_m / field.pixel_m,
    )
    x, y = rings.points.T
    twice = np.concatenate([[0.0], np.cumsum(x[:-1] * y[1:] - x[1:] * y[:-1])])
    area_m2 = (twice[rings.starts[1:] - 1] - twice[rings.starts[:-1]]) / 2 * field.pixel_m**2
    large = np.abs(area_m2) >= least_m2
    points = rings.points * field.pixel_m + (field.west, field.south)
    placed = Rings(points, rings.starts, rings.band)
    bands = range(len(field.distance_m))
    return [_area(placed, area_m2, np.flatnonzero(large & (rings.band == b))) for b in bands]


def _area(
    rings: Rings, area_m2: NDArray[np.float64], chosen: NDArray[np.int64]
) -> shapely.Geometry:
    """Return the polygons of some rings: those that enclose area, less the holes in them."""
    shells = chosen[area_m2[chosen] > 0]
    shells = shells[np.argsort(area_m2[shells], kind="stable")]
    holes = chosen[area_m2[chosen] < 0]
    owner = np.zeros(len(holes), np.int64)
    if len(shells) > 1 and len(holes):  # the smallest shell around it
        around = np.array([shapely.Polygon(_points(rings, i)) for i in shells])
        inside = shapely.points(rings.points[rings.starts[holes]])
        owner = shapely.contains_properly(around[:, None], inside).argmax(axis=0)
    order = np.concatenate([shells, holes])[
        np.argsort(np.append(np.arange(len(shells)), owner), kind="stable")
    ]
    sizes = np.bincount(owner, minlength=len(shells)) + 1
    counts = np.diff(rings.starts)[order]
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        np.concatenate([rings.points[:0], *(_points(rings, i) for i in order)]),
        (_offsets(counts), _offsets(sizes[: len(shells)])),
    )
    return polygons[0] if len(polygons) == 1 else shapely.multipolygons(polygons)


def _points(rings: Rings, ring: int) -> NDArray[np.float64]:
    return rings.points[rings.starts[ring] : rings.starts[ring + 1]]


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)])


@kernel
def splat(
    field: Field,
    band: int,
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    edge: NDArray[np.int64],
    fences: Fences,
) -> None:
    """Lower a band of the field, in place, to the distance from pieces; barriers are not passed."""
    _, height, width = field.distance_m.shape
    far_m = field.half_width_m + field.pixel_m
    for i in range(len(edge)):
        first, last = fences.indptr[edge[i]], fences.indptr[edge[i] + 1]
        for k in range(starts[i], starts[i + 1] - 1):
            x, y = points[k, 0], points[k, 1]
            dx, dy = points[k + 1, 0] - x, points[k + 1, 1] - y
            square = dx * dx + dy * dy
            left = (min(x, x + dx) - far_m - field.west) / field.pixel_m
            right = (max(x, x + dx) + far_m - field.west) / field.pixel_m
            below = (min(y, y + dy) - far_m - field.south) / field.pixel_m
            above = (max(y, y + dy) + far_m - field.south) / field.pixel_m
            for row in range(max(int(below), 0), min(int(above) + 2, height)):
                py = field.south + row * field.pixel_m
                for column in range(max(int(left), 0), min(int(right) + 2, width)):
                    px = field.west + column * field.pixel_m
                    t = 0.0
                    if square > 0:
                        t = min(max(((px - x) * dx + (py - y) * dy) / square, 0.0), 1.0)
                    qx, qy = x + t * dx, y + t * dy
                    gap_m = np.sqrt((px - qx) ** 2 + (py - qy) ** 2)
                    before_m = field.distance_m[band, row, column]
                    if gap_m >= before_m:
                        continue
                    walled = False
                    if last > first:
                        leg = (px, py, qx, qy)
                        gap_m, walled = _fenced(
                            leg, gap_m, field.half_width_m, fences.xy[first:last]
                        )
                    if abs(gap_m - field.half_width_m) < _CLEAR_M:
                        gap_m = field.half_width_m - _CLEAR_M
                    if gap_m < before_m:
                        field.distance_m[band, row, column] = gap_m
                        field.walled[band, row, column] = walled


@part
def _fenced(
    leg: tuple[float, float, float, float],
    gap_m: float,
    half_width_m: float,
    fences: NDArray[np.float64],
) -> tuple[float, bool]:
    """Return what a leg counts with barriers near it, and whether it crosses one."""
    px, py = leg[0], leg[1]
    near_m, wall_m = np.inf, np.inf
    for f in range(len(fences)):
        x, y = fences[f, 0], fences[f, 1]
        dx, dy = fences[f, 2] - x, fences[f, 3] - y
        square = max(dx * dx + dy * dy, _POINT_M2)
        t = min(max(((px - x) * dx + (py - y) * dy) / square, 0.0), 1.0)
        away_m = np.sqrt((px - x - t * dx) ** 2 + (py - y - t * dy) ** 2)
        near_m = min(near_m, away_m)
        if away_m < wall_m and _crosses(leg, x, y, dx, dy):
            wall_m = away_m
    if wall_m < np.inf:
        return max(gap_m, half_width_m + wall_m), True
    return max(gap_m, half_width_m - near_m), False


@part
def _crosses(
    leg: tuple[float, float, float, float], x: float, y: float, dx: float, dy: float
) -> bool:
    """Return whether a leg has its two ends on different sides of a straight barrier piece."""
    px, py, qx, qy = leg
    p_side = dx * (py - y) - dy * (px - x)
    q_side = dx * (qy - y) - dy * (qx - x)
    if p_side * q_side >= 0:
        return False
    start_side = (qx - px) * (y - py) - (qy - py) * (x - px)
    end_side = (qx - px) * (y + dy - py) - (qy - py) * (x + dx - px)
    crosses: bool = start_side * end_side <= 0
    return crosses
