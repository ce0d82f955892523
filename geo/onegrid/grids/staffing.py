"""How many people the norms ask for: community workers, and the team of every cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid import standards

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

STAFF_COLUMNS: Final = (
    "level",
    "id",
    "households",
    "cells",
    "community_workers",
    "cadres",
    "workers",
    "volunteers",
)
FIGURES: Final = (
    "community_workers_min",
    "community_workers_base_households",
    "community_workers_step_households",
    "cell_households_max",
    "cell_cadres",
    "cell_volunteers_min",
    "cell_volunteers_step_households",
)
# the norm gives the three numbers; how they make a formula is a reading of it
FORMULA_CONFIDENCE: Final = "assumption"


@dataclass(frozen=True)
class Staffing:
    """Staff needed per unit, and where the numbers come from.

    ``table`` has `STAFF_COLUMNS`, one row per cell, community, subdistrict and the district;
    ``community_workers`` is empty for cells. ``figures`` are the policy numbers used.
    """

    table: pd.DataFrame
    figures: tuple[standards.Figure, ...]

    def totals(self) -> dict[str, int]:
        """Return the staff of the whole district."""
        row = self.table[self.table["level"] == "district"].iloc[0]
        names = ("community_workers", "cadres", "workers", "volunteers")
        return {name: int(row[name]) for name in names}

    def report(self) -> dict[str, object]:
        """Return what ``report.json`` says of staffing: totals, figures and their confidence."""
        return {
            **self.totals(),
            "formula": "max(min, min + round((households - base) / step))",
            "formula_confidence": FORMULA_CONFIDENCE,
            "figures": [
                {
                    "name": f.name,
                    "value": standards.number(f.name),
                    "source": f.source,
                    "confidence": f.confidence,
                }
                for f in self.figures
            ],
        }


def community_workers(households: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the community workers needed for each number of households.

    At least 5 up to 1,500 households, one more per about 300 above; halves round up.

    **Source**: 沧州市民政局等9部门《关于加强和完善城市社区管理服务的实施意见》 (2020-11-23) 五(一)
    gives the three numbers; the formula is our reading of them.

    Examples
    --------
    >>> community_workers(np.array([0, 1500, 1649, 1650, 3000])).tolist()
    [5, 5, 5, 6, 10]
    """
    least = standards.number("community_workers_min")
    base = standards.number("community_workers_base_households")
    step = standards.number("community_workers_step_households")
    more = np.floor((households - base) / step + 0.5)
    needed: NDArray[np.int64] = np.maximum(least, least + more).astype(np.int64)
    return needed


def cell_workers(households: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the full-time workers each cell needs: one per cell of the largest size, at least one.

    Examples
    --------
    >>> cell_workers(np.array([0, 500, 501])).tolist()
    [1, 1, 2]
    """
    most = standards.number("cell_households_max")
    needed: NDArray[np.int64] = np.maximum(1, np.ceil(households / most)).astype(np.int64)
    return needed


def cell_volunteers(households: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the volunteers (多群) each cell needs.

    Examples
    --------
    >>> cell_volunteers(np.array([0, 400, 401])).tolist()
    [2, 2, 3]
    """
    least = standards.number("cell_volunteers_min")
    step = standards.number("cell_volunteers_step_households")
    needed: NDArray[np.int64] = np.maximum(least, np.ceil(households / step)).astype(np.int64)
    return needed


def staffing(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> Staffing:
    """Return the staff needed on every level, 一格一干、多专多群.

    Parameters
    ----------
    cells
        Table CELLS, with ``households, community_id, subdistrict_id``.
    communities
        Communities by id with ``subdistrict_id``; one without cells counts with 0 households.
    """
    households = cells["households"].to_numpy()
    team = pd.DataFrame(
        {
            "community": cells["community_id"].astype(str).to_numpy(),
            "id": cells.index.astype(str),
            "households": households,
            "cells": 1,
            "cadres": int(standards.number("cell_cadres")),
            "workers": cell_workers(households),
            "volunteers": cell_volunteers(households),
        }
    )
    counts = ["households", "cells", "cadres", "workers", "volunteers"]
    ids = communities.index.astype(str)
    by_community = team.groupby("community")[counts].sum().reindex(ids, fill_value=0)
    by_community["community_workers"] = community_workers(by_community["households"].to_numpy())
    home = communities["subdistrict_id"].fillna("").astype(str).to_numpy()
    by_subdistrict = by_community.groupby(home, sort=True).sum()
    district = by_community.sum().to_frame("district").T
    levels = {"community": by_community, "subdistrict": by_subdistrict, "district": district}
    rows = [frame.rename_axis("id").reset_index().assign(level=n) for n, frame in levels.items()]
    table = pd.concat([team.assign(level="cell"), *rows], ignore_index=True)
    whole = [*counts, "community_workers"]
    table[whole] = table[whole].astype("Int64")
    figures = standards.figures()
    return Staffing(table[list(STAFF_COLUMNS)], tuple(figures[name] for name in FIGURES))
