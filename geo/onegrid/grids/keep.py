"""Merge again: what need not move stays exactly where it is.

A previous cell keeps its borders unless its community's outline moved there, a department drew or
gave up a border there, or its households left the band. Locked cells stay in any case. Only the
ground of the others is cut into atoms and assigned anew: previous borders cut it first, no atom
crosses one, and in the sum that `assign` minimises the previous grid speaks as one more department.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.errors import InputError, Problem
from onegrid.grids import evidence as grounds
from onegrid.grids.ground import moved_outlines, open_ground
from onegrid.grids.kept import Kept, Tiles
from onegrid.grids.locate import locate

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

_SAME_AREA_SHARE: Final = 1e-6
_GRID_DECIMALS: Final = 3  # the partition grid of 1 mm


@dataclass(frozen=True)
class Previous:
    """A grid that was merged before: its layers as written, those that a file lacks are None.

    ``cells`` is the CELLS table; ``atoms`` (``cell_id``) and ``codes`` (`lifecycle`) as merged;
    ``evidence`` the departments' borders it was made from (`onegrid.grids.evidence.evidence_of`).
    ``conflicts`` are its questions, with what was answered;
    ``size`` is the band of a cell it was made for, None where nobody knows, and ``count_by`` the
    column that band counts.
    """

    cells: gpd.GeoDataFrame
    atoms: gpd.GeoDataFrame | None = None
    codes: gpd.GeoDataFrame | None = None
    evidence: gpd.GeoDataFrame | None = None
    conflicts: gpd.GeoDataFrame | None = None
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
class Wishes:
    """What the next grid must have: ``dedicated`` cells (polygons), a number of cells by community.

    ``targets`` holds the number of cells by community id, dedicated and locked ones included.
    """

    dedicated: NDArray[np.object_] = field(default_factory=lambda: np.empty(0, dtype=object))
    targets: Mapping[str, int] = field(default_factory=dict)


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
    wishes: Wishes | None = None,
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
    wishes
        What was asked for besides: the cells concerned make room.

    Raises
    ------
    InputError
        If a locked cell no longer fits into its community, or a dedicated one lies in it.
    """
    cells = previous.cells
    shapes = cells.geometry.to_numpy()
    asked = wishes or Wishes()
    outlines = moved_outlines(cells, communities)
    home = locate(shapely.point_on_surface(shapes), communities.geometry.to_numpy())
    torn = outlines.touched(shapes) | (home < 0)
    occupied = _occupied(shapes, asked.dedicated)
    locked = cells["locked"].to_numpy().astype(bool)
    _refuse_locked(cells[locked & (torn | occupied)].index, torn[locked & (torn | occupied)])
    drawn = _departed(previous, layers)
    grown = grounds.overgrown(cells, people, bands) & ~locked
    reason = np.full(len(cells), "", dtype=object)
    for why, where in (
        (grounds.TARGET, _miscounted(home, communities, asked)),
        (grounds.NEIGHBOUR, grounds.beside(cells, grown)),
        (grounds.HOUSEHOLDS, grown),
        (grounds.DEPARTMENT if previous.evidence is not None else grounds.UNKNOWN, drawn),
        (grounds.DEDICATED, occupied),
    ):
        reason[where & ~locked] = why
    reason[torn] = grounds.OUTLINE
    tiles, cell = _tiles(previous, home)
    ground = open_ground(cells, communities, free=reason != "", outlines=outlines)
    return Kept(pd.Series(reason, index=cells.index), tiles, cell, ground)


def _refuse_locked(ids: pd.Index[str], torn: NDArray[np.bool_]) -> None:
    unlock = "unlock it (onegrid edit)"
    told = {
        True: ("LOCKED_CELL_TORN", "left its community", "give the community its former border"),
        False: ("DEDICATED_LOCKED", "overlaps a dedicated cell", "draw that one beside it"),
    }
    problems = []
    for cell, left in zip(ids, torn.tolist(), strict=True):
        code, what, otherwise = told[left]
        remedy = f"{unlock}, or {otherwise}"
        problems.append(Problem(code, f"locked cell {cell} {what}", "", "", remedy))
    if problems:
        raise InputError(*problems)


def _occupied(shapes: NDArray[np.object_], dedicated: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return the cells that dedicated polygons lie in, by more than drawing noise."""
    found = np.zeros(len(shapes), dtype=bool)
    other, cell = shapely.STRtree(shapes).query(dedicated, predicate="intersects")
    shared = shapely.intersection(dedicated[other], shapes[cell])
    wide = 2 * shapely.area(shared) > standards.number("fault_width_m") * shapely.length(shared)
    found[cell[wide]] = True
    return found


def _miscounted(
    home: NDArray[np.int64], communities: gpd.GeoDataFrame, asked: Wishes
) -> NDArray[np.bool_]:
    """Return the cells of communities that are to have another number of cells."""
    counts = np.bincount(home[home >= 0], minlength=len(communities))
    inner = shapely.point_on_surface(asked.dedicated)
    extra = locate(inner, communities.geometry.to_numpy())
    counts += np.bincount(extra[extra >= 0], minlength=len(communities))
    ids = communities.index.astype(str)
    wanted = np.array([asked.targets.get(i, n) for i, n in zip(ids, counts, strict=True)])
    wrong: NDArray[np.bool_] = (home >= 0) & (wanted != counts)[home]
    return wrong


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
