"""Merge again: what need not move stays exactly where it is.

A previous cell keeps its borders unless its community's outline moved there, a department drew or
gave up a border there, or its households left the band. Locked cells stay in any case. Only the
ground of the others is cut into atoms and assigned anew: previous borders cut it first, no atom
crosses one, and in the sum that `assign` minimises the previous grid speaks as one more department.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.errors import InputError, Problem
from onegrid.grids import evidence as grounds
from onegrid.grids.faces import compact
from onegrid.grids.ground import moved_outlines, open_ground
from onegrid.grids.locate import locate
from onegrid.grids.nodes import matched

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.grids.atoms import Atoms

_SAME_AREA_SHARE: Final = 1e-6
_GRID_DECIMALS: Final = 3  # the partition grid of 1 mm


@dataclass(frozen=True)
class Previous:
    """A grid that was merged before: its layers as written, those that a file lacks are None.

    ``cells`` is the CELLS table; ``atoms`` (``cell_id``) and ``codes`` (`lifecycle`) as merged;
    ``evidence`` the departments' borders it was made from (`onegrid.grids.evidence.evidence_of`).
    ``size`` is the band of a cell it was made for, None where nobody knows, and ``count_by`` the
    column that band counts.
    """

    cells: gpd.GeoDataFrame
    atoms: gpd.GeoDataFrame | None = None
    codes: gpd.GeoDataFrame | None = None
    evidence: gpd.GeoDataFrame | None = None
    size: tuple[float, float] | None = None
    count_by: str = "households"

    def bands(self, size: tuple[float, float], *, count_by: str = "households") -> grounds.Bands:
        """Return the band of a cell now, and the one this grid was made for."""
        before = (self.size or size) if count_by == self.count_by else None
        return grounds.Bands(size, before, count_by)

    def issued(self) -> set[str]:
        """Return every code ever issued, void ones included."""
        ever = set(self.cells["code"])
        return ever if self.codes is None else ever | set(self.codes.index)


@dataclass(frozen=True)
class Tiles:
    """Polygons that tile communities, with the community row of each."""

    polygons: NDArray[np.object_]
    community: NDArray[np.int64]


@dataclass(frozen=True)
class Kept:
    """What stays, and the ground that is divided anew.

    ``reason`` (per previous cell) is empty where it stays, else why it may move; ``tiles`` and
    ``cell`` (row of the previous cells) are the atoms of all previous cells; ``ground`` is what
    `onegrid.grids.atoms.make_atoms` takes in place of communities.
    """

    reason: pd.Series[str]
    tiles: Tiles
    cell: NDArray[np.int64]
    ground: gpd.GeoDataFrame

    def counts(self) -> dict[str, int]:
        """Return how many previous cells stay, and how many may move for each reason."""
        found = self.reason.value_counts().sort_index()
        return {str(reason) or "kept": int(count) for reason, count in found.items()}


def sound_previous(previous: Previous) -> Previous:
    """Return the grid with its nodes on the 1 mm grid, where those of a merged grid are anyway.

    Raises
    ------
    InputError
        If it cannot be continued: codes are empty or repeated, cells overlap or do not match.
    """
    cells = _on_grid(previous.cells)
    shapes = cells.geometry.to_numpy()
    remedy = "continue a grid that onegrid merge or edit wrote; give others as a --department"
    found = []
    if cells["code"].isna().any() or cells["code"].duplicated().any():
        found.append(Problem("PREVIOUS_CODES", "codes are empty or repeated", "", "", remedy))
    if not shapely.is_valid(shapes).all() or not shapely.coverage_is_valid(shapes):
        found.append(Problem("PREVIOUS_BROKEN", "cells overlap or do not match", "", "", remedy))
    if found:
        raise InputError(*found)
    atoms = None if previous.atoms is None else _on_grid(previous.atoms)
    return replace(previous, cells=cells.sort_index(), atoms=atoms)


def _on_grid(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = frame.geometry.to_numpy()
    return frame.set_geometry(shapely.transform(shapes, lambda xy: xy.round(_GRID_DECIMALS)))


def plan_kept(
    previous: Previous,
    communities: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame],
    people: gpd.GeoDataFrame,
    *,
    bands: grounds.Bands,
) -> Kept:
    """Decide which previous cells stay.

    Parameters
    ----------
    previous
        The grid to continue, in the CRS of the district (see `sound_previous`).
    communities, layers, people
        Nested communities, cleaned departments and doors of today.
    bands
        Household bands, now and when the previous grid was made.

    Raises
    ------
    InputError
        If a locked cell no longer fits into its community.
    """
    cells = previous.cells
    shapes = cells.geometry.to_numpy()
    outlines = moved_outlines(cells, communities)
    home = locate(shapely.point_on_surface(shapes), communities.geometry.to_numpy())
    torn = outlines.touched(shapes) | (home < 0)
    locked = cells["locked"].to_numpy().astype(bool)
    if (torn & locked).any():
        remedy = "unlock it (onegrid edit), or give the community its former border"
        raise InputError(
            *(
                Problem("LOCKED_CELL_TORN", f"locked cell {i} left its community", "", "", remedy)
                for i in cells.index[torn & locked]
            )
        )
    drawn = _departed(previous, layers)
    grown = grounds.overgrown(cells, people, bands) & ~locked
    reason = np.full(len(cells), "", dtype=object)
    for why, where in (
        (grounds.NEIGHBOUR, grounds.beside(cells, grown)),
        (grounds.HOUSEHOLDS, grown),
        (grounds.DEPARTMENT if previous.evidence is not None else grounds.UNKNOWN, drawn),
    ):
        reason[where & ~locked] = why
    reason[torn] = grounds.OUTLINE
    tiles, cell = _tiles(previous, home)
    ground = open_ground(cells, communities, free=reason != "", outlines=outlines)
    return Kept(pd.Series(reason, index=cells.index), tiles, cell, ground)


def _departed(previous: Previous, layers: Mapping[str, gpd.GeoDataFrame]) -> NDArray[np.bool_]:
    shapes = previous.cells.geometry.to_numpy()
    if previous.evidence is None:
        return np.ones(len(shapes), dtype=bool)
    pieces = grounds.changed_evidence(previous.evidence, grounds.evidence_of(layers))
    return grounds.touched_by(shapes, pieces)


def _tiles(previous: Previous, home: NDArray[np.int64]) -> tuple[Tiles, NDArray[np.int64]]:
    """Return the atoms of all previous cells; a cell that its atoms do not tile is one atom."""
    cells = previous.cells
    shapes = cells.geometry.to_numpy()
    polygons, cell = shapes[:0], np.empty(0, dtype=np.int64)
    if previous.atoms is not None and len(previous.atoms):
        cell = cells.index.get_indexer(previous.atoms["cell_id"])
        polygons, cell = previous.atoms.geometry.to_numpy()[cell >= 0], cell[cell >= 0]
        total_m2 = np.bincount(cell, shapely.area(polygons), minlength=len(cells))
        tiled = np.abs(total_m2 - shapely.area(shapes)) <= _SAME_AREA_SHARE * shapely.area(shapes)
        polygons, cell = polygons[tiled[cell]], cell[tiled[cell]]
    bare = np.setdiff1d(np.arange(len(cells)), cell)
    polygons, cell = np.append(polygons, shapes[bare]), np.append(cell, bare)
    order = np.argsort(cell, kind="stable")
    return Tiles(polygons[order], home[cell[order]]), cell[order]


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
    stays = (kept.reason == "").to_numpy().copy()
    alike = _unchanged(assigned, label) & (label >= 0)
    alike &= (kept.reason != grounds.OUTLINE).to_numpy()[label]
    stays[label[alike]] = True
    mine, new = stays[kept.cell], ~alike
    polygons, tile = matched(kept.tiles.polygons[mine], atoms.polygons[new])
    community = np.append(kept.tiles.community[mine], atoms.community[new])[tile]
    cell = np.append(kept.cell[mine], assigned[new] + len(stays))[tile]
    return Tiles(polygons, community), compact(cell)


def _unchanged(assigned: NDArray[np.int64], label: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return the atoms whose cell is exactly their previous cell."""
    pairs, index = np.unique(np.stack([assigned, label]), axis=1, return_inverse=True)
    alone = (np.bincount(pairs[0])[pairs[0]] == 1) & (np.bincount(pairs[1] + 1)[pairs[1] + 1] == 1)
    found: NDArray[np.bool_] = alone[index.ravel()]
    return found
