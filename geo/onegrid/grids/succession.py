"""Names of the cells of a grid that continues another: ids and codes survive, none comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.grids.cells import cell_names
from onegrid.grids.codes import cell_codes, community_codes, known_communities
from onegrid.grids.overlaps import match, overlaps

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.grids.cells import Namer
    from onegrid.grids.keep import Previous


def continued_names(previous: Previous, people: gpd.GeoDataFrame) -> Namer:
    """Return how `onegrid.grids.cells.build_grid` names the cells of a continued grid.

    A cell that continues a previous one (`overlaps.match`, inside one community) keeps its id,
    code, name and lock; every other one gets a code that was never issued before.
    """
    old = previous.cells

    def name(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> pd.DataFrame:
        row = match(overlaps(old, cells, people))
        before = old["community_id"].to_numpy()[row]
        row[before != cells["community_id"].to_numpy()] = -1
        stays = row >= 0
        kept = np.array(old["code"], dtype=object)[row]
        kept[~stays] = None
        codes, number = cell_codes(
            cells, _community_codes(previous, communities), kept=kept, issued=previous.issued()
        )
        taken = _ids_ever(previous)
        fresh = [_free_id(code, taken) for code in codes]
        return pd.DataFrame(
            {
                "cell_id": np.where(stays, old.index.to_numpy()[row], fresh),
                "code": codes,
                "name": np.where(
                    stays, old["name"].to_numpy()[row], cell_names(cells, communities, number)
                ),
                "locked": stays & old["locked"].to_numpy().astype(bool)[row],
            },
            index=cells.index,
        )

    return name


def _community_codes(previous: Previous, communities: gpd.GeoDataFrame) -> pd.Series[str]:
    table = previous.cells if previous.codes is None else previous.codes.reset_index()
    known = known_communities(table["code"].to_numpy(), table["community_id"].to_numpy())
    return community_codes(communities, known=known)


def _ids_ever(previous: Previous) -> set[str]:
    ever = set(previous.cells.index)
    return ever if previous.codes is None else ever | set(previous.codes["cell_id"])


def _free_id(code: str, taken: set[str]) -> str:
    """Return the code as id, with a number behind it if an edit has used that id before."""
    tries = (code if k == 0 else f"{code}-{k + 1}" for k in range(len(taken) + 1))
    return next(i for i in tries if i not in taken)
