"""Cells and atoms as tables: names, codes and counts of what the assignment decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.grids.codes import cell_codes, community_codes
from onegrid.grids.faces import merged
from onegrid.grids.locate import locate
from onegrid.schema import CELLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Namer = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], pd.DataFrame]

COUNTED: Final = ("households", "people", "elders_60")


class Pieces(Protocol):
    """Polygons that tile communities, each in one of them: `onegrid.grids.atoms.Atoms`."""

    @property
    def polygons(self) -> NDArray[np.object_]:
        """Polygons (n,)."""

    @property
    def community(self) -> NDArray[np.int64]:
        """Row of the communities frame (n,)."""


@dataclass(frozen=True)
class Grid:
    """A merged grid: ``cells``, ``atoms`` and ``communities`` tables, and each person-row's cell.

    ``cell_of`` (int64 per row of the people table) is the row of ``cells``, -1 outside.
    """

    cells: gpd.GeoDataFrame
    atoms: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    cell_of: NDArray[np.int64]


def fresh_names(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Name the cells of a grid that has no predecessor.

    Parameters
    ----------
    cells
        Geometry and ``community_id``.
    communities
        Table of the communities, indexed by their ids.

    Returns
    -------
    names
        ``cell_id``, ``code``, ``name`` and ``locked``, indexed like `cells`.
    """
    codes, number = cell_codes(cells, community_codes(communities))
    names = cell_names(cells, communities, number)
    return pd.DataFrame({"cell_id": codes, "code": codes, "name": names, "locked": False})


def cell_names(
    cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, number: pd.Series[int]
) -> list[str]:
    """Return the names of cells: that of their community and their number in it."""
    home = communities.loc[cells["community_id"], "name"].fillna("").astype(str)
    return [f"{name}第{n}网格" for name, n in zip(home, number, strict=True)]


def build_grid(
    atoms: Pieces,
    cell: NDArray[np.int64],
    communities: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    *,
    name: Namer = fresh_names,
) -> Grid:
    """Return the tables of a merged grid.

    Parameters
    ----------
    atoms, cell
        Atoms and the cell number of each.
    communities
        The nested communities the atoms tile; their geometry is replaced by that of their atoms.
    people
        Points with ``households, people, elders_60``; a point on a border counts in the lowest
        ``cell_id`` that touches it.
    name
        Gives the cells their ids, codes and names; see `fresh_names`.
    """
    shapes = merged(atoms.polygons, cell)
    first = np.unique(cell, return_index=True)[1]
    home = communities.index.to_numpy()[atoms.community[first]]
    cells = gpd.GeoDataFrame({"community_id": home}, geometry=shapes, crs=communities.crs)
    cells = _described(cells.join(name(cells, communities)), communities)
    rank = cells["cell"].to_numpy()
    points = people.geometry.to_numpy()
    cell_of = locate(points, cells.geometry.to_numpy())
    for counted in COUNTED:
        cells[counted] = _counted(people[counted].to_numpy(), cell_of, len(cells))
    most = standards.number("cell_households_max")
    cells["workers_needed"] = np.maximum(1, np.ceil(cells["households"] / most)).astype(np.int64)
    place = np.argsort(rank)  # cell number of the assignment -> row of the sorted table
    return Grid(
        cells=cells[[*CELLS.columns, "geometry"]],
        atoms=_atom_table(atoms, place[cell], cells, (points, people, cell_of)),
        communities=_retiled(cells, communities),
        cell_of=cell_of,
    )


def _described(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Describe the cells, sort them by id and remember their number as ``cell``."""
    cells = cells.assign(
        cell=np.arange(len(cells)),
        subdistrict_id=communities.loc[cells["community_id"], "subdistrict_id"].to_numpy(),
        area_m2=shapely.area(cells.geometry.to_numpy()).round(2),
        base_code=pd.Series([None] * len(cells), dtype=object),
    )
    return cells.sort_values("cell_id", kind="stable").set_index("cell_id")


def _counted(values: NDArray[np.int64], index: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    found = index >= 0
    total = np.bincount(index[found], values[found].astype(float), minlength=size)
    return np.rint(total).astype(np.int64)


def _atom_table(
    atoms: Pieces,
    cell_row: NDArray[np.int64],
    cells: gpd.GeoDataFrame,
    located: tuple[NDArray[np.object_], gpd.GeoDataFrame, NDArray[np.int64]],
) -> gpd.GeoDataFrame:
    """Return the atoms with the households of their own cell: both tables add up alike."""
    points, people, cell_of = located
    atom, point = _pairs(atoms.polygons, points)
    own = cell_row[atom] == cell_of[point]
    atom, point = atom[own], point[own]
    order = np.lexsort((-atom, point))
    atom_of = np.full(len(points), -1)
    atom_of[point[order]] = atom[order]
    frame = gpd.GeoDataFrame(
        {
            "cell_id": cells.index.to_numpy()[cell_row],
            "households": _counted(people["households"].to_numpy(), atom_of, len(atoms.polygons)),
        },
        geometry=atoms.polygons,
        crs=cells.crs,
    ).sort_values("cell_id", kind="stable")
    number = frame.groupby("cell_id").cumcount() + 1
    frame["atom_id"] = [f"{c}-{n:02d}" for c, n in zip(frame["cell_id"], number, strict=True)]
    return frame.set_index("atom_id")


def _pairs(
    polygons: NDArray[np.object_], points: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    return polygon, point


def _retiled(cells: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communities as the exact union of their cells (both lie on the 1 mm grid)."""
    by_community = cells.groupby("community_id")["geometry"]
    shapes = {i: shapely.coverage_union_all(np.asarray(part)) for i, part in by_community}
    kept = communities[communities.index.isin(list(shapes))]
    return kept.set_geometry([shapes[i] for i in kept.index], crs=communities.crs)
