"""How long one profile walks along each edge, in either direction.

Time on an edge is length / speed, times the stairs factor on steps, elsewhere times what Tobler's
hiking function makes of the slope. A crossing costs its wait once to whoever walks between a place
on it and one of its ends, or all of it; half of it where the edge is half of a crossing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from onegrid.errors import InputError, Problem
from onegrid.network.tags import EdgeFlag
from onegrid.standards import number
from onegrid.standards.walkers import crossing_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.standards import Profile

_MOST_STAIRS = 1000.0  # beyond these, whole microseconds would overflow
_MOST_WAIT_S = 86_400.0


@dataclass(frozen=True, eq=False)
class EdgeTimes:
    """Seconds along every edge, float64 (edges).

    ``forward_s`` from the start of the edge to its end, ``backward_s`` back, wait included, inf
    where the profile may not walk; ``forward_s_m`` and ``backward_s_m`` seconds a metre, for parts
    of an edge; ``wait_s`` is paid once by whoever comes from a place on the edge to one of its
    ends. Where no slope counts, both directions are the same arrays.
    """

    forward_s: NDArray[np.float64]
    backward_s: NDArray[np.float64]
    forward_s_m: NDArray[np.float64]
    backward_s_m: NDArray[np.float64]
    wait_s: NDArray[np.float64]

    @property
    def directed(self) -> bool:
        """Whether one direction may take longer than the other."""
        return self.forward_s is not self.backward_s


def usable_edges(network: Network, *, steps_allowed: bool) -> NDArray[np.bool_]:
    """Return which edges may be walked: none that is closed, and no steps if none are climbed."""
    barred = EdgeFlag.CLOSED if steps_allowed else EdgeFlag.CLOSED | EdgeFlag.STEPS
    return np.asarray((network.flags & np.uint16(barred)) == 0)


@lru_cache(maxsize=8)
def edge_times(network: Network, profile: Profile) -> EdgeTimes:
    """Return the times of a network as a profile walks it; made once for each pair of them.

    Raises
    ------
    InputError
        If a figure of the profile is not one that somebody can walk with.
    NetworkError
        If the network's arrays do not fit each other.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from onegrid.network.build import build_network
    >>> from onegrid.standards import profile
    >>> hill = gpd.GeoDataFrame(geometry=[LineString([(0, 0, 0), (100, 0, 5)])], crs=4547)
    >>> times = edge_times(build_network(hill)[0], profile("adult"))
    >>> times.forward_s.round(1).item(), times.backward_s.round(1).item()
    (95.3, 67.2)
    """
    _check_profile(profile)
    network.require_sound()
    steps = (network.flags & np.uint16(EdgeFlag.STEPS)) != 0
    pace_s_m = np.where(steps, profile.stairs_factor, 1.0) / profile.speed_m_s
    wait_s = _waits(network, profile)
    usable = usable_edges(network, steps_allowed=profile.steps_allowed)
    length_m = network.length_m

    def whole(s_m: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(usable, length_m * s_m + wait_s, np.inf)

    if not (profile.sloped and len(network.z_m)):
        flat_s = whole(pace_s_m)
        return EdgeTimes(flat_s, flat_s, pace_s_m, pace_s_m, wait_s)
    uphill, downhill = _slope_factors(network)
    forward_s_m = pace_s_m * np.where(steps, 1.0, uphill)
    backward_s_m = pace_s_m * np.where(steps, 1.0, downhill)
    return EdgeTimes(whole(forward_s_m), whole(backward_s_m), forward_s_m, backward_s_m, wait_s)


def _waits(network: Network, profile: Profile) -> NDArray[np.float64]:
    shares = crossing_shares()
    by_class = np.array(
        [shares.get(name.removesuffix("_link"), 1.0) for name in network.classes] + [1.0]
    )  # the last is that of -1: a road nobody knows
    crossing = (network.flags & np.uint16(EdgeFlag.CROSSING)) != 0
    half = (network.flags & np.uint16(EdgeFlag.HALF_CROSSING)) != 0
    share = by_class[network.crosses_id] * np.where(half, 0.5, 1.0)
    return np.where(crossing, profile.crossing_wait_s * share, 0.0)


def _slope_factors(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return by how much longer the level pace takes, along every edge and back.

    **Source** Tobler (1993), Three presentations on geographical analysis and modeling: speed is
    6 exp(-3.5 |slope + 0.05|) km/h. Taken relative to level ground, and averaged over the edge.
    """
    step = np.diff(network.vertices, axis=0)
    run_m = np.hypot(step[:, 0], step[:, 1])
    rise_m = np.diff(network.z_m)
    steepest = number("slope_max")
    slope = np.divide(rise_m, run_m, out=np.zeros_like(run_m), where=run_m > 0)
    slope = np.clip(np.nan_to_num(slope, nan=0.0), -steepest, steepest)
    first = network.offsets[:-1]
    run_m[first[1:] - 1] = 0.0  # from the end of one edge to the start of the next

    def factor(along: NDArray[np.float64]) -> NDArray[np.float64]:
        rate, easiest = number("tobler_rate"), number("tobler_easiest_slope")
        longer = np.exp(rate * (np.abs(along - easiest) - abs(easiest)))
        total: NDArray[np.float64] = np.add.reduceat(longer * run_m, first)
        return total / network.length_m

    return factor(slope), factor(-slope)


def _check_profile(profile: Profile) -> None:
    slowest, fastest = number("speed_min_m_s"), number("speed_max_m_s")
    speed, stairs, wait_s = profile.speed_m_s, profile.stairs_factor, profile.crossing_wait_s
    figures = {
        "SPEED": (f"walking speed {speed} m/s", slowest <= speed <= fastest),
        "STAIRS": (f"stairs factor {stairs}", 0 < stairs <= _MOST_STAIRS),
        "WAIT": (f"wait of {wait_s} s at a crossing", 0 <= wait_s <= _MOST_WAIT_S),
    }
    wrong = [
        Problem(code, what, f"profile {profile.name}", remedy="give one that people walk with")
        for code, (what, good) in figures.items()
        if not good
    ]
    if wrong:
        raise InputError(*wrong)
