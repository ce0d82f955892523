"""The cheapest fixes: open a way, enlarge what is too small, and only then build a new site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.coverage.causes import CLOSED, FULL, first_crossings
from onegrid.coverage.effects import Fix, effects_by_cell
from onegrid.coverage.links import best_links
from onegrid.coverage.walks import sums
from onegrid.standards import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from onegrid.coverage.gaps import Coverage
    from onegrid.coverage.sizes import Sizes

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

FIX_COLUMNS: Final = ("kind", "fix", "where", "elders_60_gained", "people_gained", "cost_note")
_BY_COST: Final = ("open_link", "enlarge", "new_site")


@dataclass(frozen=True)
class Fixes:
    """What would help: ``table`` is ``fixes.csv``, ``cells`` is ``fix_cells.csv``.

    ``cells`` says who is served before and after, see `effects.effects_by_cell`.
    """

    table: pd.DataFrame
    cells: pd.DataFrame


def uncovered(coverage: Coverage) -> pd.Index:
    """Return the ids of doors with residents that lack a service of any kind."""
    doors = coverage.measured.demand.doors
    lacking = (~coverage.measured.walks.within).any(axis=0) & (doors["people"] > 0)
    found: pd.Index = doors.index[lacking]
    return found


def candidate_points(coverage: Coverage) -> gpd.GeoDataFrame:
    """Return places to try for new sites, indexed by ``candidate_id``.

    In each square of ``candidate_spacing_m`` the uncovered door (of any kind) with most elders,
    then most people, then the lowest id. Squares are numbered west to east, south to north.
    """
    doors = coverage.measured.demand.doors
    lacking = doors.loc[uncovered(coverage)]
    chosen = best_in_squares(
        lacking, ["elders_60", "people"], spacing_m=number("candidate_spacing_m")
    )
    names = pd.Index([f"s{i:05d}" for i in range(1, len(chosen) + 1)], name="candidate_id")
    return gpd.GeoDataFrame(index=names, geometry=chosen.geometry.to_numpy(), crs=doors.crs)


def best_in_squares(
    points: gpd.GeoDataFrame, by: list[str], *, spacing_m: float
) -> gpd.GeoDataFrame:
    """Return the row with most of the columns `by` in each square; of equals the first.

    Squares of a side of `spacing_m` are in order from west to east, south to north.
    """
    square = np.floor(points.geometry.get_coordinates() / spacing_m)
    ranked = points.assign(_x=square["x"], _y=square["y"]).sort_values(
        ["_x", "_y", *by], ascending=[True, True, *[False] * len(by)], kind="stable"
    )
    return ranked[~ranked.duplicated(["_x", "_y"])].drop(columns=["_x", "_y"])


def cheapest_fixes(
    coverage: Coverage,
    *,
    sites: Sequence[Fix] = (),
    links: gpd.GeoDataFrame | None = None,
    starts: pd.DataFrame | None = None,
) -> Fixes:
    """Rank what would serve most elders, then most people; of equals the cheaper sort first.

    Each row stands for itself alone, except that a kind's new sites follow one another: the gain
    of the second is what it adds to the first. ``open_link`` is a facility that is reached once
    whatever is shut on the way opens, or a new way (a gate, a crossing, a bridge); ``enlarge``
    gains the users beyond what the present size serves; ``new_site`` gains uncovered people within
    the limit, or is a unit without any facility whose norm asks for floor area of its own.

    Parameters
    ----------
    coverage
        A measured district.
    sites
        New sites by kind in order of choice, such as `onegrid.siting.next_sites` finds them.
    links
        New ways to count, such as `links.missing_links`.
    starts
        ``door_id, point_id, walk_s``: starts of links within the longest limit of uncovered doors.

    Returns
    -------
    fixes
        The table has ``kind, fix, where, elders_60_gained, people_gained, cost_note``; `where` is
        a facility id, ``level id`` of a unit, or ``x y`` in the metric CRS. An office table: gains
        may be small.

    Raises
    ------
    InputError
        If `starts` names a door or start that is not known.
    """
    found = list(sites)
    for row in range(len(coverage.measured.services)):
        found += _opened(coverage, row)
        if links is not None and starts is not None:
            found += _linked(coverage, links, starts, row)
        found += _enlarged_facilities(coverage, row)
        found += _enlarged_units(coverage, row)
    useful = [fix for fix in found if fix.people > 0]
    useful.sort(key=lambda f: (-f.elders, -f.people, _BY_COST.index(f.fix), f.kind, f.where))
    rows = [(f.kind, f.fix, f.where, int(f.elders), int(f.people), f.note) for f in useful]
    table = pd.DataFrame(rows, columns=list(FIX_COLUMNS))
    return Fixes(table, effects_by_cell(coverage, useful))


def _opened(coverage: Coverage, row: int) -> list[Fix]:
    """Return the facilities that doors would reach if gates and facilities were open."""
    measured = coverage.measured
    elders, people = coverage.counts
    doors = np.flatnonzero(measured.causes.cause[row] == CLOSED)
    target = measured.walks.facility_if_open[row, doors]
    size = len(measured.stock.kind)
    gain_elders, gain = sums(target, elders[doors], size), sums(target, people[doors], size)
    note = "所问时间内，沿途关闭的门和设施本身都开放"
    kind, names = measured.services[row].kind, measured.facilities.index
    return [
        Fix(kind, "open_link", str(names[f]), gain_elders[f], gain[f], note, doors[target == f])
        for f in np.flatnonzero(gain > 0)
    ]


def _linked(
    coverage: Coverage, links: gpd.GeoDataFrame, starts: pd.DataFrame, row: int
) -> list[Fix]:
    """Return the new ways that gain most, with what they cross."""
    chosen = best_links(coverage, links, starts, row)
    elders, people = coverage.counts
    lines = links.geometry.to_numpy()[[link for link, _ in chosen]]
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    crossing, barrier, _ = first_crossings(ends, coverage.options.barriers)
    crossed = dict(zip(crossing.tolist(), barrier.tolist(), strict=True))
    found = []
    for order, (_, doors) in enumerate(chosen):  # a sentence for each: few
        x, y = ends[order].mean(axis=0)
        what = f"新开 {shapely.length(lines[order]):.0f} 米通道"
        if order in crossed:
            what += (
                f"（桥、地道、过街口或门），跨越{coverage.options.barrier_label(crossed[order])}"
            )
        else:
            what += "（开门或连通断头路）"
        kind = coverage.measured.services[row].kind
        gains = float(elders[doors].sum()), float(people[doors].sum())
        note = f"{what}；按路网逐户算出"
        found.append(Fix(kind, "open_link", f"{x:.1f} {y:.1f}", *gains, note, doors))
    return found


def _enlarged_facilities(coverage: Coverage, row: int) -> list[Fix]:
    """Return the facilities below their own norm or with more people than capacity."""
    measured, stock = coverage.measured, coverage.measured.stock
    load, sizes = measured.causes.load[row], _sizes(coverage, row)
    short = np.fmax(load - stock.capacity_people, 0.0)  # NaN: not known
    over = np.divide(short, load, out=np.zeros(len(load)), where=short > 0)
    missing = np.maximum.reduce([over, *(1 - size.facility_share for size, *_ in sizes)])
    found = []
    for f in np.flatnonzero((stock.kind == row) & (missing > 0)):  # a sentence for each: few
        notes = [
            _size_note(stocked[f], size.facility_asked[f], unit)
            for size, stocked, unit in sizes
            if size.facility_share[f] < 1
        ]
        if over[f] > 0:
            notes.append(f"还缺 {short[f]:.0f} 人的容量：时限内有 {load[f]:.0f} 人")
        users = _at_full(coverage, row, measured.walks.facility[row] == f)
        gains = _beyond_size(coverage, users, missing[f])
        name, note = str(measured.facilities.index[f]), "；".join(notes)
        kind = measured.services[row].kind
        found.append(Fix(kind, "enlarge", name, *gains, note, users, float(missing[f])))
    return found


def _sizes(coverage: Coverage, row: int) -> tuple[tuple[Sizes, Floats, str], ...]:
    """Return the sizes of a service, those of all facilities, and their unit."""
    measured, stock = coverage.measured, coverage.measured.stock
    return (
        (measured.floors[row], stock.floor_m2, " m²"),
        (measured.beds[row], stock.beds, " 张床"),
    )


def _enlarged_units(coverage: Coverage, row: int) -> list[Fix]:
    """Return, for units short of a size, the largest facility to enlarge, or a new site."""
    measured, stock = coverage.measured, coverage.measured.stock
    kind, demand = measured.services[row].kind, measured.demand
    found = []
    for size, level in [(s, lv) for s in _sizes(coverage, row) for lv in s[0].unit_share]:
        sizes, stocked, unit = size
        share = sizes.unit_share[level]
        of_facility = np.append(demand.units.of_cell[level], -1)[stock.cell]
        for at in np.flatnonzero(share < 1):  # a sentence for each: few
            missing = float(1 - share[at])
            users = _at_full(coverage, row, demand.unit(level) == at)
            gains = _beyond_size(coverage, users, missing)
            name = f"{level} {demand.units.ids[level][at]}"
            note = _size_note(sizes.have[level][at], sizes.asked[level][at], unit)
            inside = np.flatnonzero((stock.kind == row) & (of_facility == at))
            if len(inside):
                largest = inside[np.argmax(stocked[inside])]
                where, note = str(measured.facilities.index[largest]), f"{note}（{name}）"
                found.append(Fix(kind, "enlarge", where, *gains, note, users, missing))
            else:
                note = f"{note}，本地没有设施"
                found.append(Fix(kind, "new_site", name, *gains, note, users, missing))
    return found


def _size_note(have: float, asked: float, unit: str) -> str:
    return f"还缺 {asked - have:.0f}{unit}：现有 {have:.0f}，应有 {asked:.0f}{unit}"


def _at_full(coverage: Coverage, row: int, users: Bools) -> Ints:
    """Return the doors among `users` whose service is too small."""
    return np.flatnonzero(users & (coverage.measured.causes.cause[row] == FULL))


def _beyond_size(coverage: Coverage, full: Ints, missing_share: float) -> tuple[float, float]:
    """Return the elders and people at doors that the present size does not serve."""
    elders, people = coverage.counts
    gains = elders[full].sum() * missing_share, people[full].sum() * missing_share
    return float(np.rint(gains[0])), float(np.rint(gains[1]))
