"""Which counts of a cell may be published, by the same rule as the gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.coverage.demand import LEVELS, units_of
from onegrid.coverage.suppress import suppress

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.coverage.demand import Units

_PEOPLE, _HOUSEHOLDS = "people", "households"  # stand in for facility kinds below


def public_cells(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells with counts that may be published; the others are missing.

    A cell hides its people exactly where the gaps hide them, so that the two tables together tell
    no more than each alone.

    Parameters
    ----------
    cells
        The CELLS table.

    Returns
    -------
    public
        Same rows and columns; ``households``, ``people`` and ``elders_60`` are nullable whole
        numbers, missing where few live, or where a neighbour with few could be told.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> cells = gpd.GeoDataFrame(
    ...     {"community_id": "m", "subdistrict_id": "s", "households": [3, 40, 90],
    ...      "people": [9, 100, 300], "elders_60": [0, 20, 80]}, index=["a", "b", "c"],
    ...     geometry=[box(i, 0, i + 1, 1) for i in range(3)], crs=4548)
    >>> public_cells(cells)["people"].tolist()
    [<NA>, <NA>, 300]
    """
    units = units_of(cells)
    ordered = cells.sort_index()
    people, elders, households = (
        ordered[name].to_numpy(float) for name in ("people", "elders_60", "households")
    )
    table = pd.concat(
        [
            _as_gaps(_PEOPLE, people, elders, units),
            _as_gaps(_HOUSEHOLDS, households, np.zeros_like(households), units),
        ],
        ignore_index=True,
    )
    public = suppress(table, cells)
    shown = public[public["level"] == "cell"].set_index("id")["people"].notna()
    of_kind = public[public["level"] == "cell"]["kind"].to_numpy()
    hidden = {kind: ~shown[of_kind == kind].reindex(cells.index) for kind in set(of_kind)}
    columns = {"people": _PEOPLE, "elders_60": _PEOPLE, "households": _HOUSEHOLDS}
    return cells.assign(
        **{name: cells[name].astype("Int64").mask(hidden[kind]) for name, kind in columns.items()}
    )


def _as_gaps(kind: str, everybody: np.ndarray, elders: np.ndarray, units: Units) -> pd.DataFrame:
    """Return counts of every unit in the form of the gaps table, nobody covered."""
    parts = []
    for level in LEVELS:
        total, old = units.roll_up(np.array([everybody, elders]), level)
        counts = {"people": total, "elders_60": old}
        parts.append(pd.DataFrame({"level": level, "id": units.ids[level], "kind": kind, **counts}))
    table = pd.concat(parts, ignore_index=True).astype({"people": int, "elders_60": int})
    return table.assign(people_covered=0, elders_60_covered=0)
