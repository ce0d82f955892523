"""What is shut at an asked time: gates and streets with hours, and facilities."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from onegrid import schema
from onegrid.coverage.hours import open_at
from onegrid.errors import InputError, Problem
from onegrid.network.tags import EdgeFlag

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd

    from onegrid.network.arrays import Network

# Places whose opening hours are asked for, as those of facilities are.
PLACES_WITH_HOURS: Final = replace(
    schema.PLACES, columns={"opening_hours": schema.FACILITIES.columns["opening_hours"]}
)
_SHUT: Final = ("no", "private")
_CONDITION: Final = re.compile(r"\s*(\w+)\s*@\s*\(?([^()]*)\)?\s*")


def network_at(network: Network, asked: datetime) -> tuple[Network, tuple[str, ...]]:
    """Return a network with the streets closed that are shut at a local time.

    The texts that nobody could read come beside it; they count as open.

    Examples
    --------
    >>> from datetime import datetime
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from onegrid.network.build import build_network
    >>> gate = gpd.GeoDataFrame({"opening_hours": ["06:00-22:00"]},
    ...     geometry=[LineString([(0, 0), (9, 0)])], crs=4547)
    >>> network, _ = build_network(gate)
    >>> [int(network_at(network, datetime(2026, 11, 22, hour))[0].flags[0]) & EdgeFlag.CLOSED > 0
    ...     for hour in (12, 23)]
    [False, True]
    """
    opened, unread = [], []
    for text in network.hours:
        found, unknown = _open(text, asked)
        opened.append(found)
        unread += unknown
    shut = ~np.array([*opened, True])[network.hours_id]  # the last: no hours
    flags = network.flags | np.where(shut, np.uint16(EdgeFlag.CLOSED), np.uint16(0))
    return network.with_flags(flags), tuple(unread)


def open_places(
    table: gpd.GeoDataFrame, asked: datetime
) -> tuple[gpd.GeoDataFrame, tuple[str, ...], tuple[str, ...]]:
    """Return the places that are open at a local time, the ids of the others, and texts unread.

    Raises
    ------
    InputError
        If none is open.
    """
    is_open, unread = open_at(table["opening_hours"].tolist(), asked)
    if len(table) and not is_open.any():
        what = f"nothing is open at {asked:%Y-%m-%d %H:%M}"
        raise InputError(Problem("ALL_SHUT", what, "facilities", remedy="ask for another time"))
    return table[is_open], tuple(table.index[~is_open].astype(str)), unread


def _open(text: str, asked: datetime) -> tuple[bool, list[str]]:
    """Return whether a street is open; ``no @ (22:00-06:00)`` is shut in those hours."""
    conditional = _CONDITION.fullmatch(text)
    hours = conditional[2] if conditional else text
    within, unread = open_at([hours], asked)
    if unread:
        return True, [text]
    shut_within = conditional is not None and conditional[1] in _SHUT
    return bool(within[0]) != shut_within, []
