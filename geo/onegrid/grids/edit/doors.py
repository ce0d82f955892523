"""Household points: who lives in which of a few cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.cells import COUNTED
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


class Doors:
    """Points with ``households, people, elders_60``, indexed once.

    Examples
    --------
    >>> import geopandas as gpd
    >>> people = gpd.GeoDataFrame(
    ...     {"households": [4], "people": [9], "elders_60": [1]}, geometry=[shapely.Point(1, 1)])
    >>> squares = np.array([shapely.box(0, 0, 2, 2), shapely.box(0, 0, 1, 1)], dtype=object)
    >>> doors = Doors(people)
    >>> doors.counted(doors.inside(squares), squares).tolist()
    [[4, 9, 1], [0, 0, 0]]
    """

    def __init__(self, people: gpd.GeoDataFrame) -> None:
        self._points: NDArray[np.object_] = people.geometry.to_numpy()
        self._tree = shapely.STRtree(self._points)
        self._counts = people[list(COUNTED)].to_numpy(dtype=np.int64)

    def inside(self, shapes: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the numbers of the points in or on any of `shapes`, ascending."""
        found: NDArray[np.int64] = np.unique(self._tree.query(shapes, predicate="intersects")[1])
        return found

    def owners(self, doors: NDArray[np.int64], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the first shape each of some points lies in or on, -1 for none."""
        return locate(self._points[doors], shapes)

    def counted(self, doors: NDArray[np.int64], shapes: NDArray[np.object_]) -> NDArray[np.int64]:
        """Return the counts (int64, n × 3) of shapes; a point counts in the first it touches."""
        owner = self.owners(doors, shapes)
        there = owner >= 0
        total = np.zeros((len(shapes), len(COUNTED)), dtype=np.int64)
        np.add.at(total, owner[there], self._counts[doors[there]])
        return total

    def places(self, doors: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Return coordinates (m, n × 2) and households of some points."""
        return shapely.get_coordinates(self._points[doors]), self._counts[doors, 0]
