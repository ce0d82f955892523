"""The elder-care page of a coverage run: at whose pace, and who is within reach of what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onegrid import standards
from onegrid.circles.reach import nearest
from onegrid.coverage.elders import ELDER_PACE, measure_elders

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile


def elder_profile(profiles: tuple[Profile, ...]) -> Profile:
    """Return the profile of the elder-care page: the slowest that was asked, or the usual one.

    Examples
    --------
    >>> elder_profile((standards.profile("plain"),)).name
    'elder_75'
    """
    usual = standards.profile(ELDER_PACE)
    slow = [p for p in profiles if p.speed_m_s <= standards.profile("elder_65").speed_m_s]
    return usual if usual in slow or not slow else min(slow, key=lambda p: p.speed_m_s)


def measure_elder_care(
    network: Network,
    facilities: gpd.GeoDataFrame,
    people: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    *,
    profile: Profile,
) -> pd.DataFrame:
    """Return the table of the elder-care page at one pace."""
    care = facilities[facilities["kind"].isin(list(standards.ELDER_KINDS))]
    walks = nearest(network, care, people, profile=profile)
    return measure_elders(walks, people, care, cells, profile=profile.name)
