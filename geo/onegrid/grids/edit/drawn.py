"""Which ground changes cells if the border between two of them goes where a department drew it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid import standards
from onegrid.layers.gaps import polygons_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

_THIN_M: Final = 0.2  # ground thinner than that is the same border drawn twice


def ground_between(
    strip: shapely.Geometry,
    cells: tuple[shapely.Geometry, shapely.Geometry],
    lines: NDArray[np.object_],
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return the ground the first cell gives to the second, and the reverse; either may be empty.

    The two cells are divided by a department's lines. Each part goes with the cell that has more of
    it outside the strip, and takes along what the other cell has of it in the strip. Where that
    other cell has more of the part outside the strip than in it, the department drew no border
    there, and nothing moves.

    Parameters
    ----------
    strip
        Disputed ground along the border of the two cells, on the 1 mm grid.
    cells
        The two cells.
    lines
        Borders the department drew near the cells, in the same metric CRS.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> west, east = box(0, 0, 50, 100), box(50, 0, 100, 100)
    >>> drawn = np.array([LineString([(56, -40), (56, 140)])])
    >>> given, taken = ground_between(box(44, 0, 58, 100), (west, east), drawn)
    >>> given.is_empty, taken.bounds
    (True, (50.0, 0.0, 56.0, 100.0))
    """
    grid_m = standards.number("grid_size_m")
    around = shapely.coverage_union_all(np.array(cells, dtype=object))
    rims = np.append(_inside(lines, around), shapely.boundary(around))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(rims, grid_size=grid_m)]))
    faces = faces[shapely.intersects(faces, strip)]  # a part outside the strip moves nothing
    strips = _parted(strip, cells)
    inside = [_sized(faces, part) for part in strips]
    one = _sized(faces, cells[0])
    bodies = [one - inside[0], shapely.area(faces) - one - inside[1]]
    given = (bodies[1] > bodies[0]) & (bodies[0] <= inside[0]) & (inside[0] > 0)
    taken = (bodies[0] > bodies[1]) & (bodies[1] <= inside[1]) & (inside[1] > 0)
    return _wide(faces[given], strips[0]), _wide(faces[taken], strips[1])


@lru_cache(maxsize=1)  # every department is asked about the same strip; nothing of it is prepared
def _parted(
    strip: shapely.Geometry, cells: tuple[shapely.Geometry, shapely.Geometry]
) -> list[shapely.Geometry]:
    """Return what each of two cells has of a strip."""
    grid_m = standards.number("grid_size_m")
    return [polygons_of(shapely.intersection(cell, strip, grid_size=grid_m)) for cell in cells]


def _inside(lines: NDArray[np.object_], around: shapely.Geometry) -> NDArray[np.object_]:
    """Return the parts of lines in a polygon; only those that cross its border are cut."""
    shapely.prepare(around)
    within = shapely.contains_properly(around, lines)
    crossing = lines[~within & shapely.intersects(around, lines)]
    return np.append(lines[within], shapely.intersection(crossing, around))


def _sized(faces: NDArray[np.object_], ground: shapely.Geometry) -> NDArray[np.float64]:
    area_m2: NDArray[np.float64] = shapely.area(shapely.intersection(faces, ground))
    return area_m2


def _wide(faces: NDArray[np.object_], strip: shapely.Geometry) -> shapely.Geometry:
    """Return the polygons of some faces in a strip that are worth moving."""
    if not len(faces):
        return shapely.MultiPolygon()
    grid_m = standards.number("grid_size_m")
    whole = shapely.union_all(faces, grid_size=grid_m)
    parts = shapely.get_parts(polygons_of(shapely.intersection(whole, strip, grid_size=grid_m)))
    area_m2, length_m = shapely.area(parts), shapely.length(parts)
    worth = (area_m2 >= standards.number("edit_piece_min_m2")) & (2 * area_m2 > _THIN_M * length_m)
    return shapely.multipolygons(parts[worth])
