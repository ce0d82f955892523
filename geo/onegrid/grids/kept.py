"""What of a previous grid stays, and how it is put together with what was divided anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.grids import evidence as grounds
from onegrid.grids.faces import compact
from onegrid.grids.nodes import matched

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms


@dataclass(frozen=True)
class Tiles:
    """Polygons that tile communities, with the community row of each."""

    polygons: NDArray[np.object_]
    community: NDArray[np.int64]


NO_TILES: Final = Tiles(np.empty(0, dtype=object), np.empty(0, dtype=np.int64))


@dataclass(frozen=True)
class Kept:
    """What stays, and the ground that is divided anew.

    ``reason`` (per previous cell) is empty where it stays, else why it may move; ``tiles`` and
    ``cell`` (row of the previous cells) are the atoms of all previous cells; ``ground`` is what
    `onegrid.grids.atoms.make_atoms` takes in place of communities; ``dedicated`` are cells that
    were drawn as they are to be.
    """

    reason: pd.Series[str]
    tiles: Tiles
    cell: NDArray[np.int64]
    ground: gpd.GeoDataFrame
    dedicated: Tiles = NO_TILES

    def held(self, communities: int) -> NDArray[np.int64]:
        """Return the number of cells that stay, dedicated ones included, by community (row)."""
        tiles, cell = undivided(self)
        first = np.unique(cell, return_index=True)[1]
        return np.bincount(tiles.community[first], minlength=communities)

    def counts(self) -> dict[str, int]:
        """Return how many previous cells stay, and how many may move for each reason."""
        found = self.reason.value_counts().sort_index()
        return {str(reason) or "kept": int(count) for reason, count in found.items()}


def nothing_kept(communities: gpd.GeoDataFrame) -> Kept:
    """Return the ground of communities that have no previous grid."""
    rows = np.arange(len(communities))
    ground = communities[["geometry"]].reset_index(drop=True)
    return Kept(
        pd.Series([], dtype=object),
        NO_TILES,
        np.empty(0, dtype=np.int64),
        ground.assign(community=rows, previous=-1)[["community", "previous", "geometry"]],
    )


def joined(
    kept: Kept, atoms: Atoms, assigned: NDArray[np.int64], label: NDArray[np.int64]
) -> tuple[Tiles, NDArray[np.int64]]:
    """Return all atoms of the grid, those that stay first, and the cell number of each.

    Parameters
    ----------
    kept
        What stays.
    atoms, assigned, label
        Atoms of the open ground, the cell of each and its previous cell (-1 on new ground). A
        previous cell that came out as it was is not redrawn: it stays to the last digit.
    """
    whole = ~kept.reason.isin([grounds.OUTLINE, grounds.DEDICATED]).to_numpy()
    alike = label >= 0
    alike[alike] = whole[label[alike]]
    alike &= _unchanged(assigned, label)
    stays, cell = undivided(kept, also=label[alike])
    first_free = int(cell.max(initial=-1)) + 1
    polygons, tile = matched(stays.polygons, atoms.polygons[~alike])
    community = np.append(stays.community, atoms.community[~alike])[tile]
    return Tiles(polygons, community), compact(np.append(cell, assigned[~alike] + first_free)[tile])


def undivided(
    kept: Kept, *, also: NDArray[np.int64] | None = None
) -> tuple[Tiles, NDArray[np.int64]]:
    """Return the atoms of what stays, dedicated cells last, and the cell number of each.

    ``also`` are previous cells (rows) that were open and stay nevertheless.
    """
    stays = (kept.reason == "").to_numpy().copy()
    if also is not None:
        stays[also] = True
    mine = stays[kept.cell]
    numbers = np.arange(len(kept.dedicated.polygons)) + len(stays)
    return (
        Tiles(
            np.append(kept.tiles.polygons[mine], kept.dedicated.polygons),
            np.append(kept.tiles.community[mine], kept.dedicated.community),
        ),
        compact(np.append(kept.cell[mine], numbers)),
    )


def _unchanged(assigned: NDArray[np.int64], label: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the atoms whose cell is exactly their previous cell."""
    pairs, index = np.unique(np.stack([assigned, label]), axis=1, return_inverse=True)
    alone = (np.bincount(pairs[0])[pairs[0]] == 1) & (np.bincount(pairs[1] + 1)[pairs[1] + 1] == 1)
    found: NDArray[np.bool_] = alone[index.ravel()]
    return found
