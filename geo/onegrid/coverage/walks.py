"""Walking times as arrays: a row per service, a column per door, and each facility's catchment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.errors import InputError, Problem
from onegrid.standards import number

if TYPE_CHECKING:
    import numpy.typing as npt

    from onegrid.coverage.rules import Service

    Ints = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float64]
    Bools = npt.NDArray[np.bool_]

_SHOWN = 5


@dataclass(frozen=True)
class Catchments:
    """Door–facility pairs of one service within its limit, sorted by door, then facility.

    ``door`` and ``facility`` are positions, int64 (pairs); ``walk_s`` float64 (pairs).
    """

    door: Ints
    facility: Ints
    walk_s: Floats

    def keep(self, mask: Bools) -> Catchments:
        """Return the pairs of a mask."""
        return Catchments(self.door[mask], self.facility[mask], self.walk_s[mask])


@dataclass(frozen=True)
class Walks:
    """The nearest facility of each service for every door, arrays (services, doors).

    ``walk_s`` is NaN and ``facility`` -1 where nothing is reached; ``within`` tells whether the
    walk keeps the limit, ``within_if_open`` whether it would with every gate and door open, and
    ``facility_if_open`` where it would go then. ``catchments`` holds the pairs of each service,
    None where nobody computed them.
    """

    walk_s: Floats
    facility: Ints
    within: Bools
    within_if_open: Bools
    facility_if_open: Ints
    catchments: tuple[Catchments | None, ...]


def within_limit(walk_s: Floats, limit_s: float | Floats) -> Bools:
    """Return where a walk keeps the limit; the last bit of a float sum does not decide it."""
    return walk_s <= np.asarray(limit_s) + number("walk_noise_s")


def nearest_arrays(
    nearest: pd.DataFrame, services: tuple[Service, ...], doors: pd.Index, facilities: pd.Index
) -> tuple[Floats, Ints]:
    """Return walking seconds (NaN: none) and facility positions (-1), both (services, doors).

    Rows of kinds without a service are left out; a door and kind without a row reach nothing.

    Raises
    ------
    InputError
        If a row names a door or facility that is not in its table, or a door and kind repeat.
    """
    kind = codes_of(nearest["kind"], pd.Index([service.kind for service in services]))
    rows = nearest[kind >= 0]
    kind = kind[kind >= 0]
    door = known_codes(rows["id"], doors, "doors")
    facility = codes_of(rows["facility_id"], facilities)
    walk_s = rows["walk_s"].to_numpy(np.float64, na_value=np.nan)
    reached = np.isfinite(walk_s)
    if (facility[reached] < 0).any():
        known_codes(rows["facility_id"][reached], facilities, "doors")
    flat = kind * len(doors) + door
    if np.bincount(flat).max(initial=0) > 1:
        what = "a door has two rows of one kind"
        raise InputError(Problem("DOORS_REPEATED", what, "doors"))
    shape = (len(services), len(doors))
    all_walks = np.full(shape, np.nan)
    all_facilities = np.full(shape, -1, dtype=np.int64)
    all_walks.flat[flat] = np.where(reached, walk_s, np.nan)
    all_facilities.flat[flat] = np.where(reached, facility, -1)
    return all_walks, all_facilities


def catchments_of(
    pairs: pd.DataFrame, limit_s: float, doors: pd.Index, facilities: pd.Index
) -> Catchments:
    """Return the pairs ``door_id, facility_id, walk_s`` within a limit as positions.

    Raises
    ------
    InputError
        If a pair names a door or facility that is not in its table.
    """
    found = Catchments(
        known_codes(pairs["door_id"], doors, "pairs"),
        known_codes(pairs["facility_id"], facilities, "pairs"),
        pairs["walk_s"].to_numpy(np.float64),
    )
    found = found.keep(within_limit(found.walk_s, limit_s))
    key = found.door * len(facilities) + found.facility
    if (np.diff(key) >= 0).all():  # reach sorts its pairs: usually nothing to do
        return found
    order = np.argsort(key, kind="stable")
    return Catchments(found.door[order], found.facility[order], found.walk_s[order])


def leave_out_shut(walks: Walks, shut: Bools) -> Walks:
    """Return the walks with facilities that are shut taken away (`shut`: bool (facilities)).

    A door turns to its nearest open facility within the limit; where there is none, or where the
    pairs of the service are not known, it keeps its row and is no longer within.
    """
    walk_s, facility, within = walks.walk_s.copy(), walks.facility.copy(), walks.within.copy()
    catchments: list[Catchments | None] = []
    for row, pairs in enumerate(walks.catchments):
        turned = np.append(shut, False)[facility[row]]
        within[row] &= ~turned
        left = None if pairs is None else pairs.keep(~shut[pairs.facility])
        catchments.append(left)
        if left is None:
            continue
        order = np.lexsort((left.facility, left.walk_s, left.door))
        door, first = np.unique(left.door[order], return_index=True)
        best = order[first][turned[door]]
        facility[row, left.door[best]] = left.facility[best]
        walk_s[row, left.door[best]] = left.walk_s[best]
        within[row, left.door[best]] = True
    return replace(
        walks, walk_s=walk_s, facility=facility, within=within, catchments=tuple(catchments)
    )


def served(walks: Walks, row: int, weight: Floats, facilities: int) -> Floats:
    """Return the weight in the catchment of each facility of one service, float64 (facilities).

    Without the pairs of the service each door counts at its nearest facility only: a lower bound.
    """
    pairs = walks.catchments[row]
    if pairs is not None:
        return sums(pairs.facility, weight[pairs.door], facilities)
    doors = np.flatnonzero(walks.within[row])
    return sums(walks.facility[row, doors], weight[doors], facilities)


def sums(codes: Ints, weight: Floats, size: int) -> Floats:
    """Return the weight by code, float64 (size); zeros where there is nothing to add."""
    return np.bincount(codes, weights=weight, minlength=size).astype(np.float64)


def codes_of(values: pd.Series, index: pd.Index) -> Ints:
    """Return the position of each value in a unique index, int64, -1 where it is not there."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        lookup = np.append(index.get_indexer(pd.Index(values.cat.categories)), -1)
        return lookup[values.cat.codes.to_numpy()].astype(np.int64)
    return index.get_indexer(pd.Index(values)).astype(np.int64)


def known_codes(values: pd.Series, index: pd.Index, source: str) -> Ints:
    """Return the position of each value in a unique index, int64.

    Raises
    ------
    InputError
        If a value is not in the index; the message names the first few.
    """
    codes = codes_of(values, index)
    if (codes < 0).any():
        strangers = ", ".join(str(v) for v in values[codes < 0].unique()[:_SHOWN])
        what = f"{values.name} is not in the table it refers to"
        raise InputError(Problem("UNKNOWN_ID", what, source, f"at {strangers}"))
    return codes
