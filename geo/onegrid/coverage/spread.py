"""Spread the totals of areas over their buildings by floor area, to the last person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.coverage.demand import place_points, same_crs

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]

# each count is shared out like the one it is part of; people by floor area
PART_OF: Final = {
    "people": "",
    "households": "people",
    "elders_60": "people",
    "elders_80": "elders_60",
    "elders_alone": "elders_60",
    "elders_80_alone": "elders_80",
    "children": "people",
    "children_in_need": "children",
    "disabled": "people",
    "disabled_severe": "disabled",
}
_UNITS_PER_M2: Final = 100  # shares are exact in whole numbers


@dataclass(frozen=True)
class Spread:
    """Residents at doors, and what had to be supposed.

    ``people`` is a people table: a row for each building in an area, and one at the middle of each
    area that has residents but no building (``area:ID``; its ids in ``without_building``).
    ``without_floor_area`` are the areas whose buildings have no area and share alike;
    ``empty_buildings`` lie in no area.
    """

    people: gpd.GeoDataFrame
    without_building: tuple[str, ...]
    without_floor_area: tuple[str, ...]
    empty_buildings: tuple[str, ...]


def spread_totals(totals: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> Spread:
    """Share the counts of areas out to the buildings that stand in them (dasymetric mapping).

    Every area keeps its total of every count. People go by floor area, by the largest remainder;
    a part of a group goes by the counts of that group, so that no building has more elders than
    people where its area has not. Ties go to the lower building id.

    Parameters
    ----------
    totals
        Polygons by id, with columns of `PART_OF` in whole numbers; empty counts as 0.
    buildings
        Points or polygons by id, same metric CRS, with ``floor_area_m2`` where known; else the
        footprint times ``floors`` (1 if unknown). One without any area counts as the mean of those
        known in its area. A building belongs to the area with the lowest id that its inner point
        touches.

    Raises
    ------
    InputError
        If the CRS differ.

    Examples
    --------
    >>> from shapely import Point, box
    >>> block = gpd.GeoDataFrame(
    ...     {"people": [10], "elders_60": [3]}, index=["k1"], geometry=[box(0, 0, 9, 9)], crs=4548)
    >>> houses = gpd.GeoDataFrame(
    ...     {"floor_area_m2": [100.0, 200.0]}, index=["a", "b"],
    ...     geometry=[Point(1, 1), Point(2, 2)], crs=4548)
    >>> spread_totals(block, houses).people[["people", "elders_60"]].to_numpy().tolist()
    [[3, 1], [7, 2]]
    """
    same_crs(people=totals, buildings=buildings)
    areas, houses = totals.sort_index(), buildings.sort_index()
    doors = np.asarray(shapely.point_on_surface(houses.geometry.to_numpy()), dtype=object)
    area = place_points(doors, areas)
    inside = area >= 0
    area = area[inside]
    floor, without_area = _filled(_floor_units(houses)[inside], area, len(areas))
    counts = {name: _whole(areas[name]) for name in PART_OF if name in areas}
    shared: dict[str, Ints] = {}
    for name, total in counts.items():
        like = shared.get(PART_OF[name])
        shared[name] = _share_out(total, area, floor if like is None else like, spare=floor)
    lonely = np.bincount(area, minlength=len(areas)) == 0
    lonely &= np.any([total > 0 for total in counts.values()], axis=0)
    middle = np.asarray(shapely.point_on_surface(areas.geometry.to_numpy()[lonely]), dtype=object)
    ids = [*houses.index[inside].astype(str), *(f"area:{i}" for i in areas.index[lonely])]
    people = gpd.GeoDataFrame(
        {name: np.r_[shared[name], counts[name][lonely]] for name in counts},
        index=pd.Index(ids, name="id"),
        geometry=np.r_[doors[inside], middle],
        crs=totals.crs,
    )
    named = areas.index.astype(str)
    return Spread(
        people,
        tuple(named[lonely]),
        tuple(named[without_area]),
        tuple(houses.index[~inside].astype(str)),
    )


def _whole(values: pd.Series) -> Ints:
    figures = np.nan_to_num(values.to_numpy(np.float64, na_value=np.nan))
    return np.asarray(np.rint(figures), dtype=np.int64)


def _floor_units(buildings: gpd.GeoDataFrame) -> Ints:
    """Return floor areas in whole units, -1 where nothing is known."""
    rows = len(buildings)
    known = (
        buildings["floor_area_m2"] if "floor_area_m2" in buildings else pd.Series([np.nan] * rows)
    )
    floors = buildings["floors"] if "floors" in buildings else pd.Series([np.nan] * rows)
    storeys = floors.to_numpy(np.float64)
    footprint = shapely.area(buildings.geometry.to_numpy())
    drawn = footprint * np.where(np.isnan(storeys), 1.0, storeys)
    area_m2 = known.to_numpy(np.float64)
    area_m2 = np.where(np.isnan(area_m2) & (drawn > 0), drawn, area_m2)
    units = np.rint(np.nan_to_num(area_m2, nan=-1.0) * _UNITS_PER_M2).astype(np.int64)
    return np.asarray(np.where(np.isnan(area_m2), -1, units), dtype=np.int64)


def _filled(floor: Ints, area: Ints, size: int) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return floor areas, the unknown ones filled, and the areas whose buildings have none."""
    known = floor >= 0
    count = np.bincount(area[known], minlength=size)
    total = np.bincount(area[known], weights=floor[known], minlength=size)
    mean = np.where(count > 0, total // np.maximum(count, 1), 0).astype(np.int64)
    filled = np.where(known, floor, mean[area])
    bare = np.bincount(area, weights=filled, minlength=size) == 0
    alike = np.where(bare[area], 1, filled)
    return alike, bare & (np.bincount(area, minlength=size) > 0)


def _share_out(total: Ints, area: Ints, weight: Ints, *, spare: Ints) -> Ints:
    """Share whole numbers by weight with the largest remainder; all in whole numbers."""
    size = len(total)
    whole = _sums(weight, area, size)
    weight = np.where(whole[area] > 0, weight, spare)
    whole = np.where(whole > 0, whole, _sums(spare, area, size))
    product = total[area] * weight
    given, left = np.divmod(product, np.maximum(whole[area], 1))
    missing = total - _sums(given, area, size)
    order = np.lexsort((np.arange(len(area)), -left, area))
    start = np.searchsorted(area[order], np.arange(size))
    rank = np.arange(len(area)) - start[area[order]]
    given[order] += rank < missing[area[order]]
    return np.asarray(given, dtype=np.int64)


def _sums(values: Ints, area: Ints, size: int) -> Ints:
    total = np.zeros(size, dtype=np.int64)
    np.add.at(total, area, values)
    return total
