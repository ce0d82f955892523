"""How good a grid is: the measures of ``report.json`` and the four principles of the policy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from onegrid.grids.check import gap_and_overlap_m2
from onegrid.grids.compare import preserved_share
from onegrid.grids.reuse import drawn_share
from onegrid.layers.borders import borders_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.grids.cells import Grid

_NEAR_SHARE = (50, 95)


@dataclass(frozen=True)
class Score:
    """Measures of one grid; shares from 0 to 1, distances in metres (straight lines)."""

    gap_m2: float
    overlap_m2: float
    in_band_share: float
    households_in_band_share: float
    border_reuse_share: float
    preserved_share: dict[str, float]
    mean_compactness: float
    convenience: dict[str, float]

    def principles(self) -> dict[str, float]:
        """Return the four principles (规模适度、无缝覆盖、便民利民、相对固定)."""
        kept = list(self.preserved_share.values())
        return {
            "moderate_size": self.in_band_share,
            "seamless": float(self.gap_m2 == 0 and self.overlap_m2 == 0),
            "convenient_p95_m": self.convenience["p95"],
            "stable": round(float(np.mean(kept)), 4) if kept else 1.0,
        }


def score_grid(
    grid: Grid,
    departments: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
    *,
    crosswalks: Mapping[str, pd.DataFrame],
    size: tuple[float, float],
    counted: str = "households",
) -> Score:
    """Measure a merged grid against the departments' cleaned layers and the band of a cell.

    ``counted`` is the column of the cells that the band counts; households in band are those of
    cells in band.
    """
    gap_m2, overlap_m2 = gap_and_overlap_m2(grid.cells, grid.communities)
    homes, counts = (grid.cells[column].to_numpy() for column in ("households", counted))
    banded = (counts >= size[0]) & (counts <= size[1])
    shapes = grid.cells.geometry.to_numpy()
    roundness = 4 * np.pi * shapely.area(shapes) / shapely.length(shapes) ** 2
    return Score(
        gap_m2=gap_m2,
        overlap_m2=overlap_m2,
        in_band_share=_share(banded[counts > 0].sum(), (counts > 0).sum()),
        households_in_band_share=_share(homes[banded].sum(), homes.sum()),
        border_reuse_share=border_reuse_share(grid.cells, departments),
        preserved_share={n: round(preserved_share(t), 4) for n, t in crosswalks.items()},
        mean_compactness=round(float(roundness.mean()), 4),
        convenience=_convenience(people, grid.cell_of),
    )


def _share(part: float, whole: float) -> float:
    return round(float(part) / float(whole), 4) if whole else 1.0


def border_reuse_share(
    cells: gpd.GeoDataFrame, departments: Mapping[str, gpd.GeoDataFrame]
) -> float:
    """Return the share of cell borders inside communities that follow an old border.

    A piece of border of at most 5 m follows one if its middle lies within 8 m of it.
    """
    shapes = cells.geometry.to_numpy()
    community = pd.factorize(cells["community_id"])[0]
    borders = borders_of(shapes)
    inner = (borders.left >= 0) & (borders.right >= 0)
    inner &= community[borders.left] == community[borders.right]
    if not inner.any() or not departments:
        return 1.0
    drawn = drawn_share(borders, [layer.geometry.to_numpy() for layer in departments.values()])
    length_m = borders.length_m
    return _share((length_m * drawn)[inner].sum(), length_m[inner].sum())


def _convenience(people: gpd.GeoDataFrame, cell_of: NDArray[np.int64]) -> dict[str, float]:
    """Return straight metres from doors to the service point of their cell, by households.

    The service point is the door nearest to the middle of the cell's households.
    """
    inside = (cell_of >= 0) & (people["households"].to_numpy() > 0)
    if not inside.any():
        return {"p50": 0.0, "p95": 0.0}
    xy = shapely.get_coordinates(people.geometry.to_numpy())[inside]
    weight = people["households"].to_numpy()[inside].astype(float)
    cell = np.unique(cell_of[inside], return_inverse=True)[1]
    total = np.bincount(cell, weight)
    middle = np.stack([np.bincount(cell, xy[:, k] * weight) / total for k in (0, 1)], axis=1)
    off_m = np.hypot(*(xy - middle[cell]).T)
    order = np.lexsort((np.arange(len(cell)), off_m, cell))
    first = order[np.unique(cell[order], return_index=True)[1]]
    distance_m = np.hypot(*(xy - xy[first][cell]).T)
    by_distance = np.argsort(distance_m, kind="stable")
    running = np.cumsum(weight[by_distance]) / weight.sum()
    ranks = [int(np.searchsorted(running, p / 100 - 1e-12)) for p in _NEAR_SHARE]
    return {
        f"p{p}": round(float(distance_m[by_distance[k]]), 1)
        for p, k in zip(_NEAR_SHARE, ranks, strict=True)
    }
