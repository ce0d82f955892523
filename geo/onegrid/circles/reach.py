"""What is reached on foot, in seconds: all pairs within a limit, and the nearest of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from onegrid.circles.places import Places, join_places
from onegrid.errors import InputError, Problem
from onegrid.network.graph import US_PER_S, towards
from onegrid.network.nearest import contraction_for, nearest_labels
from onegrid.network.search import reach_pairs

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.network.build import Network
    from onegrid.standards import Profile

DECIMALS_S = 1  # times are written to a tenth of a second


@dataclass(frozen=True)
class Reach:
    """All pairs within a limit.

    ``pairs`` has from_id, to_id and walk_s (rounded to 0.1 s), sorted by from_id and to_id as
    text. ``unreachable`` are the ids, of either table, that join no street within 100 m;
    ``skipped`` those without a point.
    """

    pairs: pd.DataFrame
    unreachable: tuple[str, ...]
    skipped: tuple[str, ...] = ()


def reach(
    network: Network,
    origins: gpd.GeoDataFrame | Places,
    destinations: gpd.GeoDataFrame | Places,
    *,
    limit_s: float,
    profile: Profile,
    rounded: bool = True,
) -> Reach:
    """Find all pairs of origin and destination within a walking limit.

    Parameters
    ----------
    network
        The walk network.
    origins, destinations
        Points indexed by id, in any CRS; or places joined to the network for the profile before.
    limit_s
        Longest walk, in seconds; applied before rounding, a walk of exactly the limit counts.
    profile
        Who walks.
    rounded
        Times to 0.1 s, as they are shown; False where they are computed with.

    Raises
    ------
    CrsError
        If a table has no CRS.
    InputError
        If the limit or a figure of the profile is not above 0, ids repeat or a geometry is not a
        point.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1000, 0)])], crs=4547)
    >>> homes = gpd.GeoDataFrame(index=["h1"], geometry=[Point(0, 8)], crs=4547)
    >>> clinics = gpd.GeoDataFrame(index=["c1"], geometry=[Point(800, 0)], crs=4547)
    >>> network, _ = build_network(street)
    >>> reach(network, homes, clinics, limit_s=900, profile=profile()).pairs
      from_id to_id  walk_s
    0      h1    c1   606.0
    """
    _check_limit(limit_s)
    left, right = (_joined(network, asked, profile) for asked in (origins, destinations))
    found = reach_pairs(left.graph, left.doors, right.coming, limit_s=limit_s)
    order = np.argsort(found.origin * len(right.ids) + found.destination, kind="stable")
    walk_s = found.walk_us[order] / US_PER_S
    pairs = pd.DataFrame(
        {
            "from_id": pd.Series(left.ids, dtype="str").take(found.origin[order]).array,
            "to_id": pd.Series(right.ids, dtype="str").take(found.destination[order]).array,
            "walk_s": walk_s.round(DECIMALS_S) if rounded else walk_s,
        }
    )
    return Reach(
        pairs,
        tuple(sorted({*left.unreachable, *right.unreachable})),
        tuple(sorted({*left.skipped, *right.skipped})),
    )


def nearest(
    network: Network,
    facilities: gpd.GeoDataFrame,
    doors: gpd.GeoDataFrame | Places,
    *,
    profile: Profile,
    limit_s: float | None = None,
) -> pd.DataFrame:
    """Find the nearest facility of every kind for every door.

    Parameters
    ----------
    network
        The walk network.
    facilities
        Points indexed by id, with a column ``kind``.
    doors
        Points indexed by id, or places as in `reach`.
    profile
        Who walks.
    limit_s
        Longest walk, in seconds; None is anywhere on the network.

    Returns
    -------
    nearest
        id, kind, facility_id, walk_s: one row per kind (as text) and door (as in the table).
        Where nothing is reached facility_id is None and walk_s NaN. ``walk_s`` is not rounded, so
        that limits can be applied to it. Equal times: the lowest facility id.

    Raises
    ------
    CrsError, InputError
        As `reach`, and if a facility has no kind.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString, Point
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1000, 0)])], crs=4547)
    >>> door = gpd.GeoDataFrame(index=["h1"], geometry=[Point(500, 0)], crs=4547)
    >>> shops = gpd.GeoDataFrame({"kind": "market"}, index=["m2", "m1"],
    ...     geometry=[Point(100, 0), Point(900, 0)], crs=4547)
    >>> nearest(build_network(street)[0], shops, door, profile=profile())
       id    kind facility_id  walk_s
    0  h1  market          m1   300.0
    """
    if limit_s is not None:
        _check_limit(limit_s)
    kind = facility_kinds(facilities)
    targets = join_places(network, facilities, profile=profile)
    homes = _joined(network, doors, profile)
    names, code = np.unique(kind[targets.row], return_inverse=True)
    source, walk_us = nearest_labels(
        towards(targets.graph),  # people walk to facilities, the search goes the other way
        targets.coming,
        code.astype(np.int64),
        homes.doors,
        limit_s=limit_s,
        contraction=contraction_for(network, profile, kinds=len(names), limit_s=limit_s),
    )
    found = source >= 0
    facility = np.full(source.shape, None, dtype=object)
    walk_s = np.full(source.shape, np.nan)
    into = np.broadcast_to(homes.row, source.shape)
    facility[np.nonzero(found)[0], into[found]] = targets.ids[source[found]]
    walk_s[np.nonzero(found)[0], into[found]] = walk_us[found] / US_PER_S
    ids = np.empty_like(homes.ids)
    ids[homes.row] = homes.ids
    return pd.DataFrame(
        {
            "id": pd.array(np.tile(ids, len(names)), dtype="str"),
            "kind": pd.array(np.repeat(names, len(ids)), dtype="str"),
            # As objects: pandas would turn None into NaN in a column of text.
            "facility_id": pd.Series(facility.ravel(), dtype=object),
            "walk_s": walk_s.ravel(),
        }
    )


def _joined(network: Network, asked: gpd.GeoDataFrame | Places, profile: Profile) -> Places:
    return asked if isinstance(asked, Places) else join_places(network, asked, profile=profile)


def facility_kinds(facilities: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the kind of every facility, as text.

    Raises
    ------
    InputError
        If the column is missing, or empty anywhere.
    """
    if "kind" not in facilities:
        raise InputError(Problem("SCHEMA_MISSING", "kind missing (facility kind)", "facilities"))
    empty = facilities["kind"].isna() | (facilities["kind"].astype("str").str.strip() == "")
    if empty.any():
        where = "at " + ", ".join(str(i) for i in facilities.index[empty][:5])
        raise InputError(Problem("SCHEMA_MISSING", "kind is empty", "facilities", where))
    kind: NDArray[np.object_] = facilities["kind"].astype("str").to_numpy(dtype=object)
    return kind


def _check_limit(limit_s: float) -> None:
    if not limit_s > 0:
        raise InputError(
            Problem("LIMIT", f"walking limit {limit_s} s", remedy="give a time above 0")
        )
