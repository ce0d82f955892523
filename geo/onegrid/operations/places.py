"""Where a case belongs: its cell, the old cell of a department, reports that may be the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from onegrid.grids.locate import locate

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


def cells_under(
    points: NDArray[np.object_], cells: NDArray[np.object_], *, nearest: bool = False
) -> NDArray[np.int64]:
    """Return the number of the cell each point lies in or on, int64 (points), -1 for none.

    Parameters
    ----------
    points, cells
        Points and polygons in metres; cells sorted by id, which decides on a border.
    nearest
        Give a point outside all cells to the nearest one: a case that was inside once keeps
        somebody who answers for it.

    Examples
    --------
    >>> from shapely import Point, box
    >>> cells = np.array([box(0, 0, 9, 9), box(9, 0, 18, 9)])
    >>> points = np.array([Point(9, 4), Point(30, 4)])
    >>> cells_under(points, cells), cells_under(points, cells, nearest=True)
    (array([ 0, -1]), array([0, 1]))
    """
    found = locate(points, cells)
    lost = np.flatnonzero(found < 0)
    if nearest and len(lost) and len(cells):
        tree = shapely.STRtree(cells)
        point, cell = tree.query_nearest(points[lost], all_matches=True)
        order = np.lexsort((-cell, point))
        found[lost[point[order]]] = cell[order]  # the last write of a point is its lowest cell
    return found


def old_cell(crosswalk: pd.DataFrame, cell_id: str, *, department: str) -> str | None:
    """Return the old cell of a department that holds most of a cell, None if none does.

    Equal shares: the lowest code.

    Examples
    --------
    >>> import pandas as pd
    >>> walk = pd.DataFrame({"cell_id": "c1", "department": "ecology",
    ...                      "old_code": ["b", "a", ""], "area_m2": [40.0, 40.0, 90.0]})
    >>> old_cell(walk, "c1", department="ecology")
    'a'
    """
    mine = crosswalk[
        (crosswalk["cell_id"] == cell_id)
        & (crosswalk["department"] == department)
        & (crosswalk["old_code"].fillna("") != "")
    ]
    if not len(mine):
        return None
    ranked = mine.sort_values(["area_m2", "old_code"], ascending=[False, True], kind="stable")
    return str(ranked["old_code"].iloc[0])


def near_by(
    point: shapely.Point, others: NDArray[np.object_], *, within_m: float
) -> list[tuple[int, float]]:
    """Return the numbers of the points near one, with the metres to each, the nearest first.

    Examples
    --------
    >>> from shapely import Point
    >>> near_by(Point(0, 0), np.array([Point(30, 40), Point(0, 9), Point(99, 0)]), within_m=50)
    [(1, 9.0), (0, 50.0)]
    """
    air_m = shapely.distance(point, others)
    order = np.argsort(air_m, kind="stable")
    return [(int(i), float(air_m[i])) for i in order if air_m[i] <= within_m]
