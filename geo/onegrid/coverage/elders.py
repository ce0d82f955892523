"""The elder-care page: elders by age band and care facility, 5, 10 and 15 minutes away.

Counts are aggregates of communities and above; special groups (困境儿童, 高龄独居老人, 独居或重度
残疾人) are counted there and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.coverage.demand import LEVELS, place_points, same_crs, units_of
from onegrid.coverage.suppress import blanked, hidden_units, tree_of
from onegrid.coverage.walks import known_codes, within_limit
from onegrid.standards import ELDER_KINDS, number, numbers, services_of
from onegrid.standards.elder_care import elder_services

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

ELDER_PACE: Final = "elder_75"
ELDER_LEVELS: Final = LEVELS[1:]
BANDS: Final = ("elders_60", "elders_80", "elders_alone")
# each group with those it is part of, which stand before it
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "elders_60": (),
    "elders_80": ("elders_60",),
    "elders_alone": ("elders_60",),
    "elders_80_alone": ("elders_80", "elders_alone"),
    "children": (),
    "children_in_need": ("children",),
    "disabled": (),
    "disabled_severe": ("disabled",),
}
_AREA_DECIMALS = 2


def within_columns() -> list[str]:
    """Return the names of the columns of elders within reach, by band and minutes.

    Examples
    --------
    >>> within_columns()[:3]
    ['elders_60_within_5', 'elders_60_within_10', 'elders_60_within_15']
    """
    return [f"{band}_within_{m:.0f}" for band in BANDS for m in numbers("circle_minutes")]


def measure_elders(
    walks: pd.DataFrame,
    people: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    *,
    profile: str = ELDER_PACE,
) -> pd.DataFrame:
    """Count elders and special groups, and who of them has a care facility within reach.

    Parameters
    ----------
    walks
        ``id, kind, walk_s``: the nearest facility of each elder-care kind for each door at elder
        pace, without a limit; absent rows reach nothing.
    people
        The people table by id, with whatever columns of `GROUPS` there are; a group without any
        figure is empty in the result, a single empty figure counts as 0.
    facilities
        FACILITIES by id, with ``services`` where known.
    cells
        Grid cells, in the CRS of the others.
    profile
        Name of the walking profile, for the column of that name.

    Returns
    -------
    elders
        A row per level (community and above), unit and elder-care kind: ``level, id, kind``, the
        groups, `within_columns`, ``facilities, floor_area_m2, services`` of what stands in the
        unit, ``profile``. Sorted by level as named, id and kind.

    Raises
    ------
    InputError
        If the CRS differ or a walk names a door that is not known.
    """
    same_crs(people=people, facilities=facilities, cells=cells)
    doors, units = people.sort_index(), units_of(cells)
    cell = place_points(doors.geometry.to_numpy(), cells)
    groups = {
        g: np.nan_to_num(doors[g].to_numpy(np.float64))
        for g in GROUPS
        if g in doors and doors[g].notna().any()
    }
    of_facility = place_points(facilities.geometry.to_numpy(), cells)
    parts = []
    for kind in ELDER_KINDS:
        walk_s = _walk_s(walks[walks["kind"] == kind], doors.index)
        counted = {**groups, **_reached(groups, walk_s)}
        mine = (facilities["kind"] == kind).to_numpy()
        for level in ELDER_LEVELS:
            table = pd.DataFrame({"level": level, "id": units.ids[level], "kind": kind})
            size, unit = len(units.ids[level]), np.append(units.of_cell[level], -1)
            sums = {name: _sum(values, unit[cell], size) for name, values in counted.items()}
            for name in (*GROUPS, *within_columns()):
                table[name] = pd.array(sums.get(name, [None] * size), dtype="Int64")
            there = _standing(facilities[mine], unit[of_facility[mine]], size)
            parts.append(table.join(there))
    order = {level: i for i, level in enumerate(ELDER_LEVELS)}
    found = pd.concat(parts, ignore_index=True).assign(profile=profile)
    rank = found["level"].map(order)
    return (
        found.assign(_rank=rank)
        .sort_values(["_rank", "id"], kind="stable", ignore_index=True)
        .drop(columns="_rank")
    )


def _walk_s(walks: pd.DataFrame, ids: pd.Index) -> Floats:
    walk_s = np.full(len(ids), np.inf)
    door = known_codes(walks["id"], ids, "walks")
    walk_s[door] = walks["walk_s"].to_numpy(np.float64, na_value=np.inf)
    return np.where(np.isnan(walk_s), np.inf, walk_s)


def _reached(groups: dict[str, Floats], walk_s: Floats) -> dict[str, Floats]:
    return {
        f"{band}_within_{m:.0f}": groups[band] * within_limit(walk_s, m * 60)
        for band in BANDS
        if band in groups
        for m in numbers("circle_minutes")
    }


def _sum(values: Floats, unit: Ints, size: int) -> Ints:
    there = unit >= 0
    total = np.bincount(unit[there], weights=values[there], minlength=size)
    return np.rint(total).astype(np.int64)


def _standing(facilities: gpd.GeoDataFrame, unit: Ints, size: int) -> pd.DataFrame:
    """Return what stands in each unit: facilities, floor area (empty if unknown), services."""
    area_m2 = facilities["floor_area_m2"].to_numpy(np.float64)
    known = np.isfinite(area_m2)
    total = _floats(np.where(known, area_m2, 0), unit, size)
    told = _floats(known.astype(float), unit, size) > 0
    offered: list[set[str]] = [set() for _ in range(size)]
    texts = facilities["services"] if "services" in facilities else [None] * len(facilities)
    for at, kind, text in zip(unit, facilities["kind"], texts, strict=True):  # few, and words
        if at >= 0:
            offered[at] |= set(services_of(kind, text))
    return pd.DataFrame(
        {
            "facilities": _sum(np.ones(len(unit)), unit, size),
            "floor_area_m2": np.round(np.where(told, total, np.nan), _AREA_DECIMALS),
            "services": [
                "、".join(s.name for s in elder_services() if s.name in names) for names in offered
            ],
        }
    )


def _floats(values: Floats, unit: Ints, size: int) -> Floats:
    there = unit >= 0
    return np.asarray(np.bincount(unit[there], weights=values[there], minlength=size), np.float64)


def suppress_elders(
    elders: pd.DataFrame,
    cells: gpd.GeoDataFrame,
    gaps: pd.DataFrame | None = None,
    *,
    k: float | None = None,
) -> pd.DataFrame:
    """Return a copy of the elders table that may be published beside the public gaps.

    A group of a unit hides with all that are part of it, and so do the figures of reach of a band
    and kind: where a part that the columns tell apart holds 1 to k - 1 people, where the gaps hide
    the unit, and where a blank neighbour could be told from a sum.

    Parameters
    ----------
    elders
        The table of `measure_elders`.
    cells
        The grid's cells.
    gaps
        The public gaps, suppressed already; None if they are not published.
    k
        The smallest count that is shown; ``suppress_below_people`` by default.

    Raises
    ------
    InputError
        If the table names a unit that the grid has not.
    """
    smallest = number("suppress_below_people") if k is None else k
    tree = tree_of(cells, levels=ELDER_LEVELS)
    key = elders["level"].astype(object) + "/" + elders["id"].astype(object)
    unit = known_codes(key.rename("id"), tree.index, "elders")
    reach = within_columns()
    public = elders.astype(dict.fromkeys([*GROUPS, *reach], "Int64"))
    for kind, places in elders.groupby("kind", sort=False).indices.items():
        rows = np.asarray(places)
        rows = rows[np.argsort(unit[rows], kind="stable")]
        told = elders.iloc[rows]
        counts = {g: told[g].to_numpy(np.float64, na_value=0.0) for g in (*GROUPS, *reach)}
        unknown = _hidden_in(gaps, tree.index, "people")
        hidden = _hidden_groups(counts, tree.children, must=unknown, k=smallest)
        for group, where in hidden.items():
            public = blanked(public, rows[where], [group])
        betrayed = _hidden_in(gaps, tree.index, "people_covered", kind, told["profile"])
        for band in BANDS:  # and among all elders, so among the oldest
            parts, must = _reach_parts(counts, band), betrayed | hidden[band]
            betrayed = hidden_units(parts, tree.children, must=must, k=smallest)
            names = [name for name in reach if name.startswith(f"{band}_within")]
            public = blanked(public, rows[betrayed], names)
    return public


def _hidden_in(
    gaps: pd.DataFrame | None,
    index: pd.Index,
    column: str,
    kind: object = None,
    profile: pd.Series | None = None,
) -> Bools:
    """Return which units the public gaps hide."""
    hidden = np.zeros(len(index), dtype=bool)
    if gaps is None:
        return hidden
    rows = gaps[gaps["level"].isin(ELDER_LEVELS) & gaps[column].isna()]
    if profile is not None:
        rows = rows[(rows["kind"] == kind) & rows["profile"].isin(set(profile))]
    key = rows["level"].astype(object) + "/" + rows["id"].astype(object)
    hidden[index.get_indexer(pd.Index(key))] = True
    return hidden


def _hidden_groups(
    counts: dict[str, Floats], children: tuple[tuple[int, ...], ...], *, must: Bools, k: float
) -> dict[str, Bools]:
    """Return where each group is hidden: also where a group is that it is part of."""
    anybody = np.sum([counts[group] for group, wholes in GROUPS.items() if not wholes], axis=0)
    most: dict[str, Floats] = {}  # who might be in a group, as far as is told of the wholes
    hidden: dict[str, Bools] = {}
    for group, wholes in GROUPS.items():
        told = [np.where(hidden[whole], most[whole], counts[whole]) for whole in wholes]
        most[group] = np.min([anybody, *told], axis=0)
        unknown = np.logical_or.reduce([must, *(hidden[whole] for whole in wholes)])
        parts = np.column_stack([most[group], _parts(counts, group)])
        hidden[group] = hidden_units(parts, children, must=unknown, k=k)
    return hidden


def _parts(counts: dict[str, Floats], group: str) -> Floats:
    """Return who is in a group, who is in those it is part of without it, and who in neither."""
    wholes = GROUPS[group]
    parts = [counts[group], *(counts[whole] - counts[group] for whole in wholes)]
    if len(wholes) > 1:
        (around,) = {GROUPS[whole][0] for whole in wholes}
        parts.append(counts[around] - sum(counts[whole] for whole in wholes) + counts[group])
    return np.column_stack(parts)


def _reach_parts(counts: dict[str, Floats], band: str) -> Floats:
    """Return the elders of a band between two limits, and those of their age but not of it."""
    minutes = [f"{m:.0f}" for m in numbers("circle_minutes")]
    steps = _between_limits(counts, band, minutes)
    reached = [counts[f"{band}_within_{m}"] for m in minutes]
    others = [_between_limits(counts, whole, minutes) - steps for whole in GROUPS[band]]
    return np.column_stack([counts["elders_60"], steps, *reached, *others])


def _between_limits(counts: dict[str, Floats], band: str, minutes: list[str]) -> Floats:
    reached = [counts[f"{band}_within_{m}"] for m in minutes]
    nobody = np.zeros_like(counts[band])
    return np.diff(np.column_stack([nobody, *reached, counts[band]]), axis=1)
