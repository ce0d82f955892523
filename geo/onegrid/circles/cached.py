"""Reach kept for repeated questions: who gets where within how long, row by row, nearest first."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from onegrid.circles.places import join_places
from onegrid.compiled import in_threads, kernel, part
from onegrid.errors import InputError, Problem
from onegrid.network.graph import US_PER_S
from onegrid.network.search import reach_pairs
from onegrid.standards import number

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

HOW: Final = ("sum", "mean", "max", "min", "count")
_S_PER_MIN = 60
_CHUNK = 1 << 13  # origins a task


@dataclass(frozen=True, eq=False)
class CachedReach:
    """All walks within a limit, by origin: ``indptr[i]:indptr[i + 1]`` are those of origin i.

    ``destination`` int32 (pairs) is a place in ``destination_ids``, ``walk_s`` float64 (pairs)
    ascends within an origin (equal: by destination id); ``origin_ids`` and ``destination_ids``
    are sorted as text.
    """

    origin_ids: pd.Index[str]
    destination_ids: pd.Index[str]
    indptr: NDArray[np.int64]
    destination: NDArray[np.int32]
    walk_s: NDArray[np.float64]
    limit_s: float

    def aggregate(
        self, values: pd.Series[float], *, minutes: float, how: str = "sum"
    ) -> pd.Series[float]:
        """Return for each origin what the destinations within some minutes add up to.

        Parameters
        ----------
        values
            By destination id; destinations without a value, or with NaN, are left out.
        minutes
            Walking limit, at most the one that was cached.
        how
            ``sum``, ``mean``, ``max``, ``min`` or ``count`` (of destinations with a value).

        Returns
        -------
        aggregate
            By origin id; where nothing is reached 0 for sums and counts, else NaN.

        Raises
        ------
        InputError
            If the limit is not above 0 or was not cached, or `how` is unknown.
        """
        limit_s = minutes * _S_PER_MIN
        problems = []
        if not 0 < limit_s <= self.limit_s:
            what = f"limit of {minutes} minutes"
            remedy = f"from above 0 up to {self.limit_s / _S_PER_MIN:g} are cached"
            problems.append(Problem("MINUTES", what, remedy=remedy))
        if how not in HOW:
            remedy = "use one of " + ", ".join(HOW)
            problems.append(Problem("METHOD", f"no way {how!r} to aggregate", remedy=remedy))
        if problems:
            raise InputError(*problems)
        given = values.set_axis(values.index.astype(str)).reindex(self.destination_ids)
        value = np.asarray(given, dtype=np.float64)
        known, last_s = ~np.isnan(value), limit_s + number("walk_noise_s")
        if how in ("max", "min"):
            sign = 1.0 if how == "max" else -1.0
            highest = self._gather(np.where(known, sign * value, -np.inf), last_s, highest=True)
            found = np.where(np.isinf(highest), np.nan, sign * highest)
        elif how == "count":
            found = self._gather(known.astype(np.float64), last_s)
        else:
            found = self._gather(np.where(known, value, 0.0), last_s)
        if how == "mean":
            count = self._gather(known.astype(np.float64), last_s)
            found = np.divide(found, count, out=np.full(len(found), np.nan), where=count > 0)
        return pd.Series(found, self.origin_ids, name=how)

    def _gather(
        self, value: NDArray[np.float64], last_s: float, *, highest: bool = False
    ) -> NDArray[np.float64]:
        """Return by origin the sum, or the highest, of the values reached up to a time."""
        found = np.empty(len(self.origin_ids))
        rows = self.indptr, self.destination, self.walk_s

        def run(first: int) -> None:
            span = (first, min(first + _CHUNK, len(found)))
            _gathered(rows, value, last_s, highest, span, found)

        in_threads(run, range(0, len(found), _CHUNK))
        return found


def cache_reach(
    network: Network,
    origins: gpd.GeoDataFrame,
    destinations: gpd.GeoDataFrame,
    *,
    minutes: float,
    profile: Profile,
) -> CachedReach:
    """Find all walks within a limit once, to aggregate over them often.

    Parameters
    ----------
    network
        The walk network.
    origins, destinations
        Points indexed by id, in any CRS.
    minutes
        Longest walk.
    profile
        Who walks.

    Raises
    ------
    CrsError, InputError
        As `onegrid.circles.reach.reach`.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1000, 0)])], crs=4547)
    >>> homes = gpd.GeoDataFrame(index=["h"], geometry=[Point(0, 0)], crs=4547)
    >>> shops = gpd.GeoDataFrame(index=["a", "b"], geometry=[Point(80, 0), Point(880, 0)], crs=4547)
    >>> cached = cache_reach(build_network(street)[0], homes, shops, minutes=15, profile=profile())
    >>> area = pd.Series({"a": 40.0, "b": 300.0})
    >>> [cached.aggregate(area, minutes=m)["h"].item() for m in (5, 15)]
    [40.0, 340.0]
    """
    left = join_places(network, origins, profile=profile)
    right = join_places(network, destinations, profile=profile)
    limit_s = minutes * _S_PER_MIN
    pairs = reach_pairs(left.graph, left.doors, right.coming, limit_s=limit_s)
    indptr = np.searchsorted(pairs.origin, np.arange(len(left.ids) + 1))
    bits = len(right.ids).bit_length()  # 26 at most: 38 hours of walking fit beside them
    packed = (pairs.walk_us << bits) | pairs.destination
    in_threads(lambda first: _sort_rows(packed, indptr, first), range(0, len(left.ids), _CHUNK))
    return CachedReach(
        pd.Index(left.ids, dtype="str", name=origins.index.name),
        pd.Index(right.ids, dtype="str", name=destinations.index.name),
        indptr,
        (packed & ((1 << bits) - 1)).astype(np.int32),
        (packed >> bits) / US_PER_S,
        limit_s,
    )


def _sort_rows(packed: NDArray[np.int64], indptr: NDArray[np.int64], first: int) -> None:
    """Sort some rows; one by one, since a sort of all pairs by origin as well takes ten times."""
    bounds = indptr[first : first + _CHUNK + 1].tolist()
    for start, end in pairwise(bounds):
        packed[start:end].sort()


_Rows = tuple["NDArray[np.int64]", "NDArray[np.int32]", "NDArray[np.float64]"]


@kernel
def _gathered(
    rows: _Rows,
    value: NDArray[np.float64],
    last_s: float,
    highest: bool,  # noqa: FBT001  (a kernel)
    span: tuple[int, int],
    found: NDArray[np.float64],
) -> None:
    for i in range(span[0], span[1]):
        total = -np.inf if highest else 0.0
        for k in range(rows[0][i], _past(rows, i, last_s)):
            one = value[rows[1][k]]
            total = max(total, one) if highest else total + one
        found[i] = total


@part
def _past(rows: _Rows, i: int, last_s: float) -> int:
    """Return one past the last pair of an origin up to a time."""
    first: int = rows[0][i]
    past: int = rows[0][i + 1]
    if past > first and rows[2][past - 1] > last_s:
        past = first + int(np.searchsorted(rows[2][first:past], last_s, "right"))
    return past
