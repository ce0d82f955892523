"""The cheapest fixes: open a way, enlarge what is too small, and only then build a new site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from onegrid.coverage.causes import CLOSED, FULL
from onegrid.coverage.walks import known_codes, sums, within_limit
from onegrid.standards import number

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.gaps import Coverage

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

FIX_COLUMNS: Final = ("kind", "fix", "where", "elders_60_gained", "people_gained", "cost_note")
_BY_COST: Final = ("open_link", "enlarge", "new_site")


@dataclass(frozen=True)
class _Fix:
    kind: str
    fix: str
    where: str
    elders: float
    people: float
    note: str


def candidate_points(coverage: Coverage) -> gpd.GeoDataFrame:
    """Return places to try for new sites, indexed by ``candidate_id``.

    In each square of ``candidate_spacing_m`` the uncovered door (of any kind) with most elders,
    then most people, then the lowest id. Squares are numbered west to east, south to north.
    """
    doors = coverage.measured.demand.doors
    lacking = doors[(~coverage.measured.walks.within).any(axis=0) & (doors["people"] > 0)]
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
    candidates: gpd.GeoDataFrame | None = None,
    reached: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Rank what would serve most elders, then most people; of equals the cheaper sort first.

    Each row stands for itself alone, except that a kind's new sites follow one another: the gain
    of the second is what it adds to the first. ``open_link`` is opening a shut way (measured) or
    crossing a barrier (an estimate from air lines, as ``cost_note`` says); ``enlarge`` gains the
    users beyond what the present size serves; ``new_site`` gains uncovered people within the
    limit, or is a unit without any facility whose norm asks for floor area of its own.

    Parameters
    ----------
    coverage
        A measured district.
    candidates
        Points for new sites by ``candidate_id``, such as `candidate_points`.
    reached
        ``candidate_id, door_id, walk_s``: doors within the longest limit of each candidate.

    Returns
    -------
    fixes
        ``kind, fix, where, elders_60_gained, people_gained, cost_note``; `where` is a facility id,
        ``level id`` of a unit, or ``x y`` in the metric CRS. An office table: gains may be small.

    Raises
    ------
    InputError
        If `reached` names a candidate or door that is not known.
    """
    found: list[_Fix] = []
    for row in range(len(coverage.measured.services)):
        found += _opened(coverage, row)
        found += _linked(coverage, row)
        found += _enlarged_facilities(coverage, row)
        found += _enlarged_units(coverage, row)
    if candidates is not None and reached is not None:
        found += _new_sites(coverage, candidates, reached)
    useful = [fix for fix in found if fix.people > 0]
    useful.sort(key=lambda f: (-f.elders, -f.people, _BY_COST.index(f.fix), f.kind, f.where))
    rows = [(f.kind, f.fix, f.where, int(f.elders), int(f.people), f.note) for f in useful]
    return pd.DataFrame(rows, columns=list(FIX_COLUMNS))


def _opened(coverage: Coverage, row: int) -> list[_Fix]:
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
        _Fix(kind, "open_link", str(names[f]), gain_elders[f], gain[f], note)
        for f in np.flatnonzero(gain > 0)
    ]


def _linked(coverage: Coverage, row: int) -> list[_Fix]:
    """Return crossings of named barriers, one per square, with the severed doors they serve.

    A door is served if the air line to the crossing and on to its air-nearest facility, both
    lengthened by the detour factor, keeps the limit. Further barriers are not looked at.
    """
    measured, crossings = coverage.measured, coverage.measured.causes.crossings
    mine = np.flatnonzero(crossings.row == row)
    square = np.floor(crossings.xy[mine] / number("candidate_spacing_m"))
    keys = np.column_stack([crossings.barrier[mine], square.astype(np.int64)])
    places, of_place = np.unique(keys, axis=0, return_inverse=True)
    service, detour = measured.services[row], number("link_detour_factor")
    reach_m = service.limit_s * coverage.options.profile.speed_m_s / detour
    elders, people = coverage.counts
    door_xy = measured.demand.doors.geometry.get_coordinates().to_numpy()
    facility_xy = measured.facilities.geometry.get_coordinates().to_numpy()
    found = []
    for place, (barrier, *_) in enumerate(places):  # places on a map, not features: few
        at = crossings.xy[mine[of_place.ravel() == place]]
        middle = at[np.argmin(np.hypot(*(at - at.mean(axis=0)).T))]
        same = mine[crossings.barrier[mine] == barrier]
        doors = crossings.door[same]
        legs_m = np.hypot(*(door_xy[doors] - middle).T)
        legs_m += np.hypot(*(facility_xy[crossings.facility[same]] - middle).T)
        gained = doors[legs_m <= reach_m]
        note = (
            f"估算：在此跨越{coverage.options.barrier_label(int(barrier))}，两侧路程按直线的"
            f" {detour:g} 倍计，不计其他阻隔"
        )
        where = f"{middle[0]:.1f} {middle[1]:.1f}"
        gains = elders[gained].sum(), people[gained].sum()
        found.append(_Fix(service.kind, "open_link", where, *gains, note))
    found.sort(key=lambda f: (-f.elders, -f.people, f.where))
    return found[: int(number("fixes_per_kind"))]


def _enlarged_facilities(coverage: Coverage, row: int) -> list[_Fix]:
    """Return the facilities below their own norm or with more people than capacity."""
    measured, stock = coverage.measured, coverage.measured.stock
    share, load = measured.floors[row].facility_share, measured.causes.load[row]
    rules = measured.services[row].floors
    asked_m2 = max((rule.minimum_m2 for rule in rules if rule.level == "facility"), default=0.0)
    small = (stock.kind == row) & ((share < 1) | (load > stock.capacity_people))
    found = []
    for f in np.flatnonzero(small):  # a sentence for each: few
        notes, missing = [], float(1 - share[f])
        if missing > 0:
            notes.append(_area_note(stock.floor_m2[f], asked_m2))
        if load[f] > stock.capacity_people[f]:
            missing = max(missing, float(1 - stock.capacity_people[f] / load[f]))
            over = load[f] - stock.capacity_people[f]
            notes.append(f"还缺 {over:.0f} 人的容量：时限内有 {load[f]:.0f} 人")
        users = measured.walks.facility[row] == f
        elders, people = _beyond_size(coverage, row, users, missing)
        name, note = str(measured.facilities.index[f]), "；".join(notes)
        found.append(_Fix(measured.services[row].kind, "enlarge", name, elders, people, note))
    return found


def _enlarged_units(coverage: Coverage, row: int) -> list[_Fix]:
    """Return, for units short of floor area, the largest facility to enlarge, or a new site."""
    measured, stock = coverage.measured, coverage.measured.stock
    kind, floors, demand = measured.services[row].kind, measured.floors[row], measured.demand
    found = []
    for level, share in floors.unit_share.items():
        of_facility = np.append(demand.units.of_cell[level], -1)[stock.cell]
        for unit in np.flatnonzero(share < 1):  # a sentence for each: few
            users = demand.unit(level) == unit
            elders, people = _beyond_size(coverage, row, users, float(1 - share[unit]))
            name = f"{level} {demand.units.ids[level][unit]}"
            note = f"{_area_note(floors.area_m2[level][unit], floors.required_m2[level][unit])}"
            inside = np.flatnonzero((stock.kind == row) & (of_facility == unit))
            if len(inside):
                largest = inside[np.argmax(stock.floor_m2[inside])]
                where = str(measured.facilities.index[largest])
                found.append(_Fix(kind, "enlarge", where, elders, people, f"{note}（{name}）"))
            else:
                note = f"{note}，本地没有设施"
                found.append(_Fix(kind, "new_site", name, elders, people, note))
    return found


def _area_note(area_m2: float, asked_m2: float) -> str:
    return f"还缺 {asked_m2 - area_m2:.0f} m²：现有 {area_m2:.0f}，应有 {asked_m2:.0f} m²"


def _beyond_size(
    coverage: Coverage, row: int, users: Bools, missing_share: float
) -> tuple[float, float]:
    """Return the elders and people among reached users that the present size does not serve."""
    elders, people = coverage.counts
    full = users & (coverage.measured.causes.cause[row] == FULL)
    gains = elders[full].sum() * missing_share, people[full].sum() * missing_share
    return float(np.rint(gains[0])), float(np.rint(gains[1]))


def _new_sites(
    coverage: Coverage, candidates: gpd.GeoDataFrame, reached: pd.DataFrame
) -> list[_Fix]:
    """Return the greedy choice of sites for each kind: most uncovered elders, then people."""
    measured = coverage.measured
    ordered = candidates.sort_index()
    site = known_codes(reached["candidate_id"], ordered.index, "candidates")
    door = known_codes(reached["door_id"], measured.demand.doors.index, "candidates")
    walk_s = np.asarray(reached["walk_s"], np.float64)
    xy = ordered.geometry.get_coordinates().to_numpy()
    elders, people = coverage.counts
    shape = (len(ordered), len(people))
    found = []
    for row, service in enumerate(measured.services):
        near = within_limit(walk_s, service.limit_s)
        links = csr_array((np.ones(near.sum()), (site[near], door[near])), shape=shape)
        links.data[:] = 1.0  # a pair given twice, then summed, is still one
        left = ~measured.walks.within[row]
        for turn in range(1, int(number("fixes_per_kind")) + 1):
            gains = links @ np.column_stack([elders * left, people * left])
            best = np.lexsort((-gains[:, 1], -gains[:, 0]))[:1]
            if not gains[best, 1].any():
                break
            chosen = int(best[0])
            note = f"同类第 {turn} 处新址，候选点 {ordered.index[chosen]}"
            where = f"{xy[chosen, 0]:.1f} {xy[chosen, 1]:.1f}"
            gained_elders, gained = gains[chosen].tolist()
            found.append(_Fix(service.kind, "new_site", where, gained_elders, gained, note))
            left = left & (links[[chosen]].toarray()[0] == 0)
    return found
