"""Which polygon a point lies in: one rule for households on a border, used everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray


def locate(points: NDArray[np.object_], polygons: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the number of the polygon each point lies in or on, -1 for none.

    A point on a border belongs to the first polygon that touches it, so sort polygons by id.

    Examples
    --------
    >>> from shapely import Point, box
    >>> locate(np.array([Point(1, 0), Point(9, 9)]), np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    array([ 0, -1])
    """
    found = np.full(len(points), -1)
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    order = np.lexsort((-polygon, point))
    found[point[order]] = polygon[order]  # the last write of a point is its lowest polygon
    return found
