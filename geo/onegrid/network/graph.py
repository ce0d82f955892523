"""A network as one profile walks it: costs in whole microseconds, and doors on its edges.

Time on an edge is length / speed, times the stairs factor on steps. A crossing costs its wait once
to whoever walks between a place on it and one of its ends, or all of it; a place at an end is at
the node and pays nothing there, and two places in the middle of one crossing have no wait between.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from onegrid.errors import InputError, Problem
from onegrid.network.build import EdgeFlag, Network
from onegrid.network.snap import usable_edges

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.snap import Joints
    from onegrid.standards import Profile

US_PER_S: Final = 1e6


class Graph(NamedTuple):
    """A network as one profile walks it, ready for kernels; both directions of every open edge.

    Arcs of node i are ``indptr[i]:indptr[i + 1]`` in ``target``, ``cost_us``, ``edge``; ``ends``,
    ``length_m``, ``pace_us_m`` (microseconds a metre) and ``wait_us`` are by edge; ``flat_us_m``
    is the pace off the streets.
    """

    indptr: NDArray[np.int64]
    target: NDArray[np.int32]
    cost_us: NDArray[np.int64]
    edge: NDArray[np.int32]
    ends: NDArray[np.int32]
    length_m: NDArray[np.float64]
    pace_us_m: NDArray[np.float64]
    wait_us: NDArray[np.int64]
    flat_us_m: float


class Doors(NamedTuple):
    """Doors on edges: microseconds from the door to either end of its edge, and to the street.

    ``edge`` is -1 where a door joins nothing; the other columns are 0 there.
    """

    edge: NDArray[np.int64]
    along_m: NDArray[np.float64]
    leg_us: NDArray[np.int64]
    start_us: NDArray[np.int64]
    end_us: NDArray[np.int64]


@lru_cache(maxsize=8)
def walk_graph(network: Network, profile: Profile) -> Graph:
    """Return the network as a profile walks it; made once for each pair of them.

    Raises
    ------
    InputError
        If a figure of the profile is not one that somebody can walk with.
    """
    _check_profile(profile)
    steps = (network.flags & np.uint16(EdgeFlag.STEPS)) != 0
    crossing = (network.flags & np.uint16(EdgeFlag.CROSSING)) != 0
    pace_us_m = np.where(steps, profile.stairs_factor, 1.0) / profile.speed_m_s * US_PER_S
    wait_us = np.where(crossing, round(profile.crossing_wait_s * US_PER_S), 0).astype(np.int64)
    length_m = np.array(network.length_m)
    # At least one, so that a label always grows along an edge and ties settle in one pass.
    cost_us = np.maximum(np.rint(length_m * pace_us_m).astype(np.int64) + wait_us, 1)

    ends = np.array(network.ends)
    open_edge = np.flatnonzero(usable_edges(network, steps_allowed=profile.steps_allowed))
    back = open_edge[ends[open_edge, 0] != ends[open_edge, 1]]  # a loop is listed once
    edge = np.concatenate([open_edge, back]).astype(np.int32)
    source = np.concatenate([ends[open_edge, 0], ends[back, 1]])
    target = np.concatenate([ends[open_edge, 1], ends[back, 0]])
    order = np.lexsort((edge, source))
    indptr = np.searchsorted(source[order], np.arange(len(network.xy) + 1))
    return Graph(
        indptr.astype(np.int64),
        target[order].astype(np.int32),
        cost_us[edge[order]],
        edge[order],
        ends,
        length_m,
        pace_us_m,
        wait_us,
        US_PER_S / profile.speed_m_s,
    )


def _check_profile(profile: Profile) -> None:
    figures = {
        "SPEED": (profile.speed_m_s, 0 < profile.speed_m_s < np.inf, "walking speed in m/s"),
        "STAIRS": (profile.stairs_factor, 0 < profile.stairs_factor < np.inf, "stairs factor"),
        "WAIT": (profile.crossing_wait_s, 0 <= profile.crossing_wait_s < np.inf, "wait in s"),
    }
    wrong = [
        Problem(code, f"{what} is {value}", f"profile {profile.name}", remedy="give one above 0")
        for code, (value, good, what) in figures.items()
        if not good
    ]
    if wrong:
        raise InputError(*wrong)


def make_doors(graph: Graph, joints: Joints) -> Doors:
    """Return joints as a graph's walker counts them, in microseconds."""
    joined = joints.edge >= 0
    edge = np.where(joined, joints.edge, 0)
    along_m = np.where(joined, joints.along_m, 0.0)
    pace_us_m, wait_us = graph.pace_us_m[edge], graph.wait_us[edge]
    gap_m = np.where(joined, joints.gap_m, 0.0)
    leg_us = np.rint(gap_m * graph.flat_us_m).astype(np.int64)
    rest_m = graph.length_m[edge] - along_m

    def walk_us(part_m: NDArray[np.float64]) -> NDArray[np.int64]:
        part_us = np.rint(part_m * pace_us_m).astype(np.int64)
        whole: NDArray[np.int64] = leg_us + part_us + np.where(part_m > 0, wait_us, 0)
        return whole

    return Doors(joints.edge.astype(np.int64), along_m, leg_us, walk_us(along_m), walk_us(rest_m))


def door_rows(doors: Doors, rows: NDArray[np.int64]) -> Doors:
    """Return some rows of doors."""
    return Doors(
        doors.edge[rows],
        doors.along_m[rows],
        doors.leg_us[rows],
        doors.start_us[rows],
        doors.end_us[rows],
    )
