"""The raster life circle: distance to the reached street pieces on a grid, and its contour."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

import contourpy
import numpy as np
import shapely

from onegrid.network.kernel import kernel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.circles.fence import Fences


class Field(NamedTuple):
    """Distances in metres at the nodes of a grid, float64 (rows, columns), south-west first.

    Node (r, c) is at ``west + c * pixel_m``, ``south + r * pixel_m``. Distances are exact up to
    ``far_m``, which stands for anything farther: one pixel more than the contour's distance, so
    that both ends of every grid line that the contour crosses are exact.
    """

    distance_m: NDArray[np.float64]
    west: float
    south: float
    pixel_m: float
    far_m: float


def make_field(points: NDArray[np.float64], *, half_width_m: float, pixel_m: float) -> Field:
    """Return an empty field around points, its nodes on whole multiples of the pixel."""
    far_m = half_width_m + pixel_m
    low = np.floor((points.min(axis=0) - far_m) / pixel_m) - 1
    high = np.ceil((points.max(axis=0) + far_m) / pixel_m) + 1
    columns, rows = (high - low + 1).astype(np.int64)
    west, south = low * pixel_m
    return Field(np.full((rows, columns), far_m), float(west), float(south), pixel_m, far_m)


def contour(field: Field, *, half_width_m: float) -> shapely.MultiPolygon:
    """Return the area nearer to the pieces than the half width, in metres."""
    rows, columns = field.distance_m.shape
    generator = contourpy.contour_generator(
        field.west + np.arange(columns) * field.pixel_m,
        field.south + np.arange(rows) * field.pixel_m,
        field.distance_m,
        name="serial",
        fill_type=contourpy.FillType.OuterOffset,
    )
    points, rings = cast(
        "tuple[list[NDArray[np.float64]], list[NDArray[np.int64]]]",
        generator.filled(-1.0, half_width_m),
    )
    if not points:
        return shapely.MultiPolygon()
    starts = np.concatenate([[0], np.cumsum([len(p) for p in points])])
    ring = np.concatenate([r[:-1] + s for r, s in zip(rings, starts[:-1], strict=True)])
    polygon = np.concatenate([[0], np.cumsum([len(r) - 1 for r in rings])])
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON,
        np.concatenate(points),
        (np.append(ring, starts[-1]), polygon),
    )
    return shapely.multipolygons(polygons)


@kernel
def splat(
    field: Field,
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    edge: NDArray[np.int64],
    fences: Fences,
) -> None:
    """Lower the field, in place, to the distance from pieces; nodes beyond a barrier are not."""
    height, width = field.distance_m.shape
    for i in range(len(edge)):
        first, last = fences.indptr[edge[i]], fences.indptr[edge[i] + 1]
        for k in range(starts[i], starts[i + 1] - 1):
            x, y = points[k, 0], points[k, 1]
            dx, dy = points[k + 1, 0] - x, points[k + 1, 1] - y
            square = dx * dx + dy * dy
            left = (min(x, x + dx) - field.far_m - field.west) / field.pixel_m
            right = (max(x, x + dx) + field.far_m - field.west) / field.pixel_m
            below = (min(y, y + dy) - field.far_m - field.south) / field.pixel_m
            above = (max(y, y + dy) + field.far_m - field.south) / field.pixel_m
            for row in range(max(int(below), 0), min(int(above) + 2, height)):
                py = field.south + row * field.pixel_m
                for column in range(max(int(left), 0), min(int(right) + 2, width)):
                    px = field.west + column * field.pixel_m
                    t = 0.0
                    if square > 0:
                        t = min(max(((px - x) * dx + (py - y) * dy) / square, 0.0), 1.0)
                    qx, qy = x + t * dx, y + t * dy
                    gap_m = np.hypot(px - qx, py - qy)
                    if gap_m < field.distance_m[row, column]:
                        crossed = False
                        for f in range(first, last):
                            if _crosses(px, py, qx, qy, fences.xy[f]):
                                crossed = True
                                break
                        if not crossed:
                            field.distance_m[row, column] = gap_m


@kernel
def _crosses(px: float, py: float, qx: float, qy: float, wall: NDArray[np.float64]) -> bool:
    """Return whether a leg has its two ends on different sides of a straight barrier piece."""
    ax, ay, bx, by = wall[0], wall[1], wall[2], wall[3]
    p_side = (bx - ax) * (py - ay) - (by - ay) * (px - ax)
    q_side = (bx - ax) * (qy - ay) - (by - ay) * (qx - ax)
    if p_side * q_side >= 0:
        return False
    a_side = (qx - px) * (ay - py) - (qy - py) * (ax - px)
    b_side = (qx - px) * (by - py) - (qy - py) * (bx - px)
    crosses: bool = a_side * b_side <= 0
    return crosses
