"""What a plan is made of, people and facilities as labels, and small changes to those."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.network.graph import Doors, door_rows, make_doors, towards
from onegrid.network.kernel import FAR, Bits
from onegrid.network.snap import join_edges
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.network.graph import Graph
    from onegrid.standards import Profile

LOST: Final = -1  # the label of a door whose facility is taken away, to tell that it differs


@dataclass(frozen=True)
class People:
    """Who walks: ids, points in the network's CRS, where they set out, how many they are.

    ``xy`` float64 (doors, 2) are their places, NaN for none; ``ends`` int64 (doors, 2) the nodes of
    the edge each joins, -1 for none; ``unit`` int64 is a place in ``units``, the areas that people
    gained and lost are told by.
    """

    ids: NDArray[np.object_]
    points: NDArray[np.object_]
    xy: NDArray[np.float64]
    doors: Doors
    ends: NDArray[np.int64]
    people: NDArray[np.float64]
    unit: NDArray[np.int64]
    units: NDArray[np.object_]


@dataclass(frozen=True)
class Kind:
    """The facilities of one kind by id; labels (time, rank) by node, and ``found`` by door."""

    ids: NDArray[np.object_]
    points: NDArray[np.object_]
    sources: Doors
    labels: NDArray[np.int64]
    found: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Ground:
    """What facilities are put on: the network as one profile walks it, and the people on it."""

    network: Network
    profile: Profile
    limit_s: float
    graph: Graph
    bits: Bits
    people: People


def spliced(doors: Doors, start: int, stop: int, new: Doors) -> Doors:
    """Return doors with the rows from start to stop replaced."""
    pairs = zip(doors, new, strict=True)
    return Doors(*(np.concatenate([old[:start], row, old[stop:]]) for old, row in pairs))


def owned(labels: NDArray[np.int64], bits: Bits, rank: int) -> NDArray[np.int64]:
    """Return where the labels are of one source."""
    return np.flatnonzero(((labels & ((1 << bits.rank) - 1)) == rank) & (labels != FAR))


def renumbered(kind: Kind, bits: Bits, first: int, step: int) -> Kind:
    """Return a kind with the ranks from the first on shifted by a step in all labels."""
    mask = (1 << bits.rank) - 1

    def shifted(labels: NDArray[np.int64]) -> NDArray[np.int64]:
        later = ((labels & mask) >= first) & (labels != FAR) & (labels != LOST)
        moved: NDArray[np.int64] = labels + step * later
        return moved

    return replace(kind, labels=shifted(kind.labels), found=shifted(kind.found))


def beside(network: Network, xy: NDArray[np.float64], edge: int) -> NDArray[np.int64]:
    """Return the places that may join an edge: those near its bounds."""
    reach_m = number("join_limit_m")
    line_xy = network.vertices[network.offsets[edge] : network.offsets[edge + 1]]
    low, high = line_xy.min(axis=0) - reach_m, line_xy.max(axis=0) + reach_m
    x, y = xy.T  # NaN where there is no point
    return np.flatnonzero((x >= low[0]) & (x <= high[0]) & (y >= low[1]) & (y <= high[1]))


def places(points: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the places of points, float64 (points, 2), NaN where there is none."""
    xy: NDArray[np.float64] = shapely.bounds(points)[:, :2]
    return xy


def rejoined(doors: Doors, rows: NDArray[np.int64], new: Doors) -> Doors:
    """Return doors with some rows replaced."""
    changed = door_rows(doors, np.arange(len(doors.edge)))
    for column, values in zip(changed, new, strict=True):
        column[rows] = values
    return changed


def door_ends(network: Network, doors: Doors) -> NDArray[np.int64]:
    """Return the nodes of the edge of each door, -1 for none, int64 (doors, 2)."""
    ends = network.ends[doors.edge].astype(np.int64)
    ends[doors.edge < 0] = -1
    return ends


def coming(ground: Ground, points: NDArray[np.object_]) -> Doors:
    """Return points as doors that walks end at."""
    joints = join_edges(ground.network, points, profile=ground.profile)
    return make_doors(towards(ground.graph), joints)


def rejoined_people(ground: Ground, edge: int) -> tuple[People, NDArray[np.int64]]:
    """Return the people, and the rows of those who may join elsewhere now."""
    who = ground.people
    rows = beside(ground.network, who.xy, edge)
    joints = join_edges(ground.network, who.points[rows], profile=ground.profile)
    new, ends = make_doors(ground.graph, joints), who.ends.copy()
    ends[rows] = door_ends(ground.network, new)
    return replace(who, doors=rejoined(who.doors, rows, new), ends=ends), rows


def rejoined_sources(ground: Ground, kind: Kind, edge: int) -> tuple[Doors, NDArray[np.int64]]:
    """Return the sources of a kind, and the ranks of those that join elsewhere now."""
    rows = beside(ground.network, places(kind.points), edge)
    if len(rows) == 0:
        return kind.sources, rows
    new = coming(ground, kind.points[rows])
    old = door_rows(kind.sources, rows)
    moved = rows[(new.edge != old.edge) | (new.along_m != old.along_m)]
    return rejoined(kind.sources, rows, new), moved
