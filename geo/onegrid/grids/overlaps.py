"""What two partitions of one ground have in common, pair by pair, and which cells are the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import scipy.sparse as sp
import shapely
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import connected_components

from onegrid.grids.locate import locate

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_CRUMB_M2: Final = 0.01  # overlay noise along a shared border
_HALF: Final = 0.5
_SAME_AREA, _SAME_HOMES = 0.95, 0.99


@dataclass(frozen=True)
class Overlaps:
    """Pairs of an old and a new cell that share ground or households.

    ``pairs`` has the columns ``old``, ``new`` (rows of the two tables), ``area_m2`` and
    ``households``, sorted; ``old_area_m2``, ``new_area_m2``, ``old_households`` and
    ``new_households`` are the totals of each row; ``old_of`` and ``new_of`` the cells of each row
    of the people table, -1 for none.
    """

    pairs: pd.DataFrame
    old_area_m2: NDArray[np.float64]
    new_area_m2: NDArray[np.float64]
    old_households: NDArray[np.float64]
    new_households: NDArray[np.float64]
    old_of: NDArray[np.int64]
    new_of: NDArray[np.int64]

    def shares(self) -> pd.DataFrame:
        """Return the pairs with the shares of either cell that both have in common.

        ``of_old`` and ``of_new`` are the smaller one of the shares of area and of households (of
        area alone where nobody lives); ``all_old`` and ``all_new`` say that it is practically the
        whole cell; ``real`` is false for crumbs of both.
        """
        table = self.pairs.copy()
        table["real"] = False
        for side, area_m2, homes in (
            ("old", self.old_area_m2, self.old_households),
            ("new", self.new_area_m2, self.new_households),
        ):
            row = table[side].to_numpy()
            by_area = table["area_m2"].to_numpy() / area_m2[row]
            total = homes[row]
            by_homes = np.divide(
                table["households"].to_numpy(), total, out=np.ones(len(row)), where=total > 0
            )
            table[f"of_{side}"] = np.minimum(by_area, by_homes)
            table[f"all_{side}"] = (by_area >= _SAME_AREA) & (by_homes >= _SAME_HOMES)
            table["real"] |= (by_area > 1 - _SAME_AREA) | (
                (by_homes > 1 - _SAME_HOMES) & (total > 0)
            )
        return table


def overlaps(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, people: gpd.GeoDataFrame) -> Overlaps:
    """Measure what each old and each new cell share.

    Parameters
    ----------
    old, new
        Polygons without overlap, one metric CRS; ids in the order that decides for a point on a
        border (the first polygon that touches it).
    people
        Points with ``households`` in the same CRS.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import Point, box
    >>> old = gpd.GeoDataFrame(geometry=[box(0, 0, 4, 1)], index=["a"])
    >>> new = gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1), box(1, 0, 4, 1)], index=["b", "c"])
    >>> people = gpd.GeoDataFrame({"households": [7]}, geometry=[Point(2, 0.5)])
    >>> overlaps(old, new, people).pairs.values.tolist()
    [[0.0, 0.0, 1.0, 0.0], [0.0, 1.0, 3.0, 7.0]]
    """
    before, after = old.geometry.to_numpy(), new.geometry.to_numpy()
    b, a = shapely.STRtree(before).query(after, predicate="intersects")[::-1]
    area_m2 = shapely.area(shapely.intersection(before[b], after[a]))
    ground = pd.DataFrame({"old": b, "new": a, "area_m2": area_m2})
    smaller_m2 = np.minimum(shapely.area(before)[b], shapely.area(after)[a])
    ground = ground[ground["area_m2"] > np.minimum(_CRUMB_M2, smaller_m2 / 2)]
    points = people.geometry.to_numpy()
    old_of = locate(points, before)
    new_of = _beside_old(points, old_of, locate(points, after), (after, ground))
    homes = pd.DataFrame(
        {
            "old": old_of,
            "new": new_of,
            "households": people["households"].to_numpy().astype(float),
        }
    )
    settled = homes[(homes["old"] >= 0) & (homes["new"] >= 0) & (homes["households"] > 0)]
    shared = settled.groupby(["old", "new"])["households"].sum().reset_index()
    pairs = ground.merge(shared, on=["old", "new"], how="outer").fillna(0.0)
    pairs = pairs.sort_values(["old", "new"], ignore_index=True)
    return Overlaps(
        pairs.astype({"old": np.int64, "new": np.int64}),
        shapely.area(before),
        shapely.area(after),
        _totals(homes, "old", len(before)),
        _totals(homes, "new", len(after)),
        old_of,
        new_of,
    )


def _beside_old(
    points: NDArray[np.object_],
    old_of: NDArray[np.int64],
    new_of: NDArray[np.int64],
    ground: tuple[NDArray[np.object_], pd.DataFrame],
) -> NDArray[np.int64]:
    """Return the new cell of each point; on a border, one that shares ground with its old cell.

    A point on a border lies in the first cell that touches it: another order of ids alone would
    else move it.
    """
    after, shared = ground
    area_m2 = pd.Series(shared["area_m2"].to_numpy(), [shared["old"], shared["new"]])
    pair = pd.MultiIndex.from_arrays([old_of, new_of])
    astray = np.flatnonzero((old_of >= 0) & (new_of >= 0) & ~pair.isin(area_m2.index))
    place, cell = shapely.STRtree(after).query(points[astray], predicate="intersects")
    choice = pd.MultiIndex.from_arrays([old_of[astray][place], cell])
    common_m2 = area_m2.reindex(choice).fillna(0.0).to_numpy()
    order = np.lexsort((-cell, common_m2, place))
    order = order[common_m2[order] > 0]
    found = new_of.copy()
    found[astray[place[order]]] = cell[order]  # the last write of a point is its largest share
    return found


def _totals(homes: pd.DataFrame, side: str, size: int) -> NDArray[np.float64]:
    row = homes[side].to_numpy()
    inside = row >= 0
    total = np.bincount(row[inside], homes["households"].to_numpy()[inside], minlength=size)
    return total.astype(np.float64)


def match(found: Overlaps) -> NDArray[np.int64]:
    """Return for each new cell the old cell it continues, -1 for none.

    One old cell is continued by at most one new cell. Of all such matchings this one keeps most
    households together, then most area. A pair counts only where it is at least half of the old
    cell or half of the new one: what merely lies in the same place is another cell.
    """
    pairs = found.pairs
    matched = np.full(len(found.new_area_m2), -1)
    if not len(pairs):
        return matched
    table = found.shares()
    worth = pairs["households"].to_numpy() + pairs["area_m2"].to_numpy() / (
        2 * pairs["area_m2"].sum() + 1
    )
    counts = ((table["of_old"] >= _HALF) | (table["of_new"] >= _HALF)).to_numpy()
    old, new = pairs["old"].to_numpy()[counts], pairs["new"].to_numpy()[counts]
    for olds, news, gain in _groups(old, new, worth[counts]):
        rows, columns = linear_sum_assignment(gain, maximize=True)
        real = gain[rows, columns] > 0
        matched[news[columns[real]]] = olds[rows[real]]
    return matched


def _groups(
    old: NDArray[np.int64], new: NDArray[np.int64], worth: NDArray[np.float64]
) -> list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]:
    """Return the old rows, new rows and gain matrix of each connected group of pairs."""
    olds, o = np.unique(old, return_inverse=True)
    news, n = np.unique(new, return_inverse=True)
    size = len(olds) + len(news)
    links = sp.coo_matrix((np.ones(len(o)), (o, n + len(olds))), shape=(size, size))
    part = connected_components(links, directed=False)[1]
    groups = []
    for label in range(part.max(initial=-1) + 1):  # a handful of cells each
        mine = part[o] == label
        left, i = np.unique(o[mine], return_inverse=True)
        right, j = np.unique(n[mine], return_inverse=True)
        gain = np.zeros((len(left), len(right)))
        gain[i, j] = worth[mine]
        groups.append((olds[left], news[right], gain))
    return groups


def lineage(
    found: Overlaps, old_codes: NDArray[np.object_], new_codes: NDArray[np.object_]
) -> pd.DataFrame:
    """Say what became of every old cell and where every new one comes from.

    Parameters
    ----------
    found, old_codes, new_codes
        `overlaps` of two grids and the codes of their rows.

    Returns
    -------
    table
        ``kind``, ``old_code``, ``new_code``, ``area_m2``, ``households``: one row per old cell and
        new cell it goes to. Kinds: ``kept`` and ``renamed`` (the same ground, 95 % of the area and
        99 % of the households, with the same or another code), ``split`` (one old cell is two or
        more new ones), ``merged`` (the reverse), ``redrawn`` (anything else), ``new`` (no old cell
        was there, ``old_code`` empty), ``gone`` (no new cell is there, ``new_code`` empty).
    """
    table = found.shares()
    old, new = table["old"].to_numpy(), table["new"].to_numpy()
    whole_old, whole_new = table["all_old"].to_numpy(), table["all_new"].to_numpy()
    kind = np.full(len(table), "redrawn", dtype=object)
    real = table["real"].to_numpy()
    for side, whole, label in ((old, whole_new, "split"), (new, whole_old, "merged")):
        size = int(side.max(initial=-1)) + 1
        pure = np.bincount(side[real & ~whole], minlength=size) == 0
        several = np.bincount(side[real & whole], minlength=size) > 1
        kind[(pure & several)[side]] = label
    same = whole_old & whole_new
    alike = old_codes[old] == new_codes[new]
    kind[same] = np.where(alike[same], "kept", "renamed")
    rows = pd.DataFrame(
        {
            "kind": kind,
            "old_code": old_codes[old],
            "new_code": new_codes[new],
            "area_m2": table["area_m2"].round(2),
            "households": table["households"].astype(np.int64),
        }
    )[real]
    gone = np.setdiff1d(np.arange(len(old_codes)), old[real])
    come = np.setdiff1d(np.arange(len(new_codes)), new[real])
    left = _alone(old_codes[gone], found.old_area_m2[gone], found.old_households[gone])
    added = _alone(new_codes[come], found.new_area_m2[come], found.new_households[come])
    left = left.assign(kind="gone", old_code=left["code"], new_code="")
    added = added.assign(kind="new", old_code="", new_code=added["code"])
    rows = pd.concat([rows, left[rows.columns], added[rows.columns]], ignore_index=True)
    return rows.sort_values(["old_code", "new_code", "kind"], kind="stable", ignore_index=True)


def _alone(
    codes: NDArray[np.object_], area_m2: NDArray[np.float64], households: NDArray[np.float64]
) -> pd.DataFrame:
    counts = {"area_m2": area_m2.round(2), "households": households.astype(np.int64)}
    return pd.DataFrame({"code": codes, **counts})
