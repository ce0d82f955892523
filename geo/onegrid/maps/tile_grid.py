"""The squares of a web map: each zoom halves them, from one that holds the world."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

HALF_WORLD_M: Final = math.pi * 6_378_137  # of Web Mercator
EXTENT: Final = 4096  # steps along the side of a tile
BUFFER: Final = 64  # steps drawn beyond each side, so that no outline shows where tiles meet
ZOOM_MAX: Final = 22

Box = tuple[float, float, float, float]


class Tile(NamedTuple):
    """One square: zoom, column from the west, row from the north."""

    z: int
    x: int
    y: int

    def box(self, buffer: int = 0) -> Box:
        """Return west, south, east, north in metres of Web Mercator.

        Parameters
        ----------
        buffer
            Steps of 1/4096 of the side to go beyond each side.

        Examples
        --------
        >>> [round(side) for side in Tile(1, 1, 0).box()]
        [0, 0, 20037508, 20037508]
        """
        side_m = 2 * HALF_WORLD_M / (1 << self.z)
        west, north = self.x * side_m - HALF_WORLD_M, HALF_WORLD_M - self.y * side_m
        more_m = side_m * buffer / EXTENT
        return west - more_m, north - side_m - more_m, west + side_m + more_m, north + more_m


def tiles_over(box: Box, z: int) -> list[Tile]:
    """Return the tiles of a zoom that a box in Web Mercator touches, by column and row.

    Examples
    --------
    >>> tiles_over((-1.0, -1.0, 1.0, 1.0), 1)
    [Tile(z=1, x=0, y=0), Tile(z=1, x=0, y=1), Tile(z=1, x=1, y=0), Tile(z=1, x=1, y=1)]
    """
    west, south, east, north = box
    side_m = 2 * HALF_WORLD_M / (1 << z)

    def step(value_m: float) -> int:
        return min(max(math.floor((value_m + HALF_WORLD_M) / side_m), 0), (1 << z) - 1)

    columns = range(step(west), step(east) + 1)
    rows = range(step(-north), step(-south) + 1)
    return [Tile(z, x, y) for x in columns for y in rows]
