"""Who lives where: every door in its cell, every cell in its community, subdistrict, district."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.errors import InputError, Problem
from onegrid.grids.locate import locate as locate_points
from onegrid.schema import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

LEVELS: Final = ("cell", "community", "subdistrict", "district")
COUNTS: Final = ("households", "people", "elders_60")
_DIGITS_OF_DISTRICT = 6
_SHOWN = 5


@dataclass(frozen=True)
class Units:
    """The units of every level and the unit each cell belongs to.

    ``ids[level]`` are sorted; ``of_cell[level]`` is int64 (cells), -1 where a cell names none.
    """

    ids: Mapping[str, tuple[str, ...]]
    of_cell: Mapping[str, Ints]

    def roll_up(self, by_cell: Floats, level: str) -> Floats:
        """Return the sums (rows, units of `level`) of values by cell (rows, cells)."""
        unit, units = self.of_cell[level], len(self.ids[level])
        known = np.flatnonzero(unit >= 0)
        rows = [np.bincount(unit[known], row[known], minlength=units) for row in by_cell]
        return np.array(rows, dtype=np.float64).reshape(len(by_cell), units)

    def roll_up_max(self, by_cell: Floats, level: str) -> Floats:
        """Return the maxima (rows, units of `level`); -inf where a unit has no cell."""
        unit = self.of_cell[level]
        known = np.flatnonzero(unit >= 0)
        total = np.full((len(self.ids[level]), len(by_cell)), -np.inf)
        np.maximum.at(total, unit[known], by_cell[:, known].T)
        return total.T


@dataclass(frozen=True)
class Demand:
    """Doors sorted by id with the units they lie in.

    ``doors`` has ``cell_id, community_id, subdistrict_id`` (empty outside every cell) and the
    counts; ``cell`` is int64 (doors), the position among ``units.ids["cell"]``, -1 outside.
    """

    doors: gpd.GeoDataFrame
    cell: Ints
    units: Units
    outside: tuple[str, ...]
    missing_counts: dict[str, int]

    def by_cell(self, values: Floats) -> Floats:
        """Return the sums (rows, cells) of values by door (rows, doors)."""
        return self._reduce(values, np.add, 0.0)

    def by_cell_max(self, values: Floats) -> Floats:
        """Return the maxima (rows, cells); -inf where nobody lives."""
        return self._reduce(values, np.maximum, -np.inf)

    def unit(self, level: str) -> Ints:
        """Return the unit of `level` each door lies in, int64 (doors), -1 for none."""
        return np.append(self.units.of_cell[level], -1)[self.cell]

    def _reduce(self, values: Floats, how: np.ufunc, start: float) -> Floats:
        total = np.full((len(values), len(self.units.ids["cell"])), start)
        order = np.argsort(self.cell, kind="stable")
        order = order[np.searchsorted(self.cell[order], 0) :]
        cells, starts = np.unique(self.cell[order], return_index=True)
        if len(cells):
            total[:, cells] = how.reduceat(values[:, order], starts, axis=1)
        return total


def locate(people: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> Demand:
    """Find the cell, community and subdistrict of every door.

    Parameters
    ----------
    people
        PEOPLE table. A count that is empty is taken as 0 and counted in ``missing_counts``.
    cells
        Grid cells indexed by ``cell_id`` with ``community_id`` and ``subdistrict_id``, same CRS.

    Returns
    -------
    demand
        Doors sorted by id. A point on a border belongs to the lowest ``cell_id`` that touches it.

    Raises
    ------
    InputError
        If a table breaks its schema, the CRS differ, or a community lies in two subdistricts.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> people = gpd.GeoDataFrame(
    ...     {"households": [1], "people": [3], "elders_60": [1], "elders_80": [0],
    ...      "elders_alone": [0]}, index=["b1"], geometry=[Point(5, 1)], crs=4548)
    >>> cells = gpd.GeoDataFrame(
    ...     {"community_id": ["c", "c"], "subdistrict_id": ["s", "s"]}, index=["2", "1"],
    ...     geometry=[box(5, 0, 9, 9), box(0, 0, 5, 9)], crs=4548)
    >>> locate(people, cells).doors.cell_id["b1"]
    '1'
    """
    filled, missing_counts = _fill_counts(people)
    doors = PEOPLE.check(filled).sort_index()
    same_crs(people=people, cells=cells)
    units = units_of(cells)
    cell = place_points(doors.geometry.to_numpy(), cells)
    doors = doors[[*COUNTS, doors.geometry.name]]
    demand = Demand(doors, cell, units, tuple(doors.index[cell < 0]), missing_counts)
    columns = {f"{level}_id": _names(units, level, demand.unit(level)) for level in LEVELS[:-1]}
    return Demand(doors.assign(**columns), cell, units, demand.outside, missing_counts)


def place_points(points: npt.NDArray[np.object_], cells: gpd.GeoDataFrame) -> Ints:
    """Return, for each point, the position of its cell among the cells sorted by id, or -1."""
    return locate_points(points, cells.geometry.sort_index().to_numpy())


def units_of(cells: gpd.GeoDataFrame) -> Units:
    """Return the units of all levels that a grid's cells form.

    The district's id is the first six digits of the subdistrict ids when all share them, else
    ``district``. A cell without a subdistrict counts in its community and the district only.

    Raises
    ------
    InputError
        If ids repeat or a community lies in two subdistricts.
    """
    problems = _nesting_problems(cells)
    if problems:
        raise InputError(*problems)
    ordered = cells.sort_index()
    ids = {"cell": tuple(str(i) for i in ordered.index)}
    of_cell: dict[str, Ints] = {"cell": np.arange(len(ordered), dtype=np.int64)}
    for level in LEVELS[1:3]:
        codes, names = pd.factorize(ordered[f"{level}_id"], sort=True)
        ids[level], of_cell[level] = tuple(str(name) for name in names), codes.astype(np.int64)
    ids["district"] = (_district_id(ids["subdistrict"], of_cell["subdistrict"]),)
    of_cell["district"] = np.zeros(len(ordered), dtype=np.int64)
    return Units(ids, of_cell)


def same_crs(**tables: gpd.GeoDataFrame) -> None:
    """Raise one `InputError` naming every table that is not in the CRS of the first."""
    (first, reference), *others = tables.items()
    problems = [
        Problem(
            "CRS_MISMATCH",
            f"{name} are in {_crs_name(table)}, {first} in {_crs_name(reference)}",
            name,
            remedy="bring both to one CRS",
        )
        for name, table in others
        if table.crs != reference.crs
    ]
    if problems:
        raise InputError(*problems)


def _crs_name(table: gpd.GeoDataFrame) -> str:
    return "no CRS" if table.crs is None else str(table.crs.to_string())


def _fill_counts(people: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, dict[str, int]]:
    missing = {name: int(people[name].isna().sum()) if name in people else 0 for name in COUNTS}
    empty = [name for name, count in missing.items() if count]
    filled = people.assign(**{name: people[name].fillna(0).astype(np.int64) for name in empty})
    return filled, missing


def _nesting_problems(cells: gpd.GeoDataFrame) -> list[Problem]:
    problems = [
        Problem("SCHEMA_MISSING", f"{name} missing", "cells")
        for name in ("community_id", "subdistrict_id")
        if name not in cells
    ]
    if not cells.index.is_unique:
        repeated = ", ".join(map(str, cells.index[cells.index.duplicated()].unique()[:_SHOWN]))
        problems.append(Problem("SCHEMA_UNIQUE", "cell_id is repeated", "cells", f"at {repeated}"))
    if problems:
        return problems
    parents = cells.groupby("community_id")["subdistrict_id"].nunique()
    split = [str(name) for name in parents.index[parents > 1]]
    if not split:
        return []
    what = "a community lies in two subdistricts"
    remedy = "give all its cells one subdistrict_id"
    return [Problem("GRID_NESTING", what, "cells", ", ".join(split[:_SHOWN]), remedy)]


def _district_id(subdistricts: tuple[str, ...], of_cell: Ints) -> str:
    stems = {name[:_DIGITS_OF_DISTRICT] for name in subdistricts}
    if len(stems) == 1 and (of_cell >= 0).all():
        stem = stems.pop()
        if re.fullmatch(r"[0-9]{6}", stem):
            return stem
    return "district"


def _names(units: Units, level: str, codes: Ints) -> npt.NDArray[np.object_]:
    return np.array([*units.ids[level], None], dtype=object)[codes]
