"""What a build found: sizes, islands, dead ends, and places where lines almost meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from onegrid.network.crossings import ends_near
from onegrid.network.tags import EdgeFlag
from onegrid.standards import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.network.arrays import Network
    from onegrid.network.crossings import Crossings

SHOWN = 10  # places and ids named in a report
Spots = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Island:
    """Streets that no other street leads to: where one of them is, how many, how long."""

    place: tuple[float, float]
    edges: int
    length_m: float


@dataclass(frozen=True)
class NetworkReport:
    """What a build found: sizes, and places where lines meet without being joined.

    ``crossings`` counts pairs of lines on one level that cross without a shared end, ``touches``
    ends that lie on the middle of another line; ``joined`` says whether both became nodes.
    ``islands`` are the longest components but the first. ``dead_ends`` counts nodes with one edge,
    ``stubs`` those of them whose edge is very short, ``near_ends`` those that stop just before
    another street of their level. ``dropped`` counts what is not in the network, by reason;
    ``kinds`` counts edges by flag; ``heights_share`` is the share of the length with known heights.
    """

    nodes: int
    edges: int
    length_m: float
    components: int
    largest_component_share: float
    islands: tuple[Island, ...]
    dead_ends: int
    stubs: int
    stub_places: Spots
    near_ends: int
    near_end_places: Spots
    barriers: int
    crossings: int
    crossing_places: Spots
    touches: int
    touch_places: Spots
    joined: bool
    heights_share: float
    kinds: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)


def report_on(
    network: Network,
    found: Crossings,
    level: NDArray[np.int64],
    *,
    joined: bool,
    dropped: dict[str, int],
) -> NetworkReport:
    """Describe a network that was just built.

    Parameters
    ----------
    network
        The network.
    found
        What `onegrid.network.crossings.find_crossings` said of its lines before they were joined.
    level
        Level of every edge, as it was given there.
    joined, dropped
        As in the report.
    """
    components, islands = _islands(network)
    ends = _dead_ends(network)
    stubs = ends[network.length_m[ends[:, 1]] < number("stub_m")]
    near = _near_ends(network, ends, level)
    return NetworkReport(
        nodes=len(network.xy),
        edges=len(network.ends),
        length_m=float(network.length_m.sum()),
        components=components,
        largest_component_share=islands[0].length_m / float(network.length_m.sum()),
        islands=islands[1 : SHOWN + 1],
        dead_ends=len(ends),
        stubs=len(stubs),
        stub_places=_spots(network.xy[stubs[:, 0]]),
        near_ends=len(near),
        near_end_places=_spots(network.xy[near]),
        barriers=len(network.barrier_offsets) - 1,
        crossings=len(found.crossing_xy),
        crossing_places=_spots(found.crossing_xy),
        touches=len(found.touch_xy),
        touch_places=_spots(found.touch_xy),
        joined=joined,
        heights_share=_heights_share(network),
        kinds={
            str(flag.name).lower(): int(((network.flags & np.uint16(flag)) != 0).sum())
            for flag in EdgeFlag
        },
        dropped=dropped,
    )


def _spots(xy: NDArray[np.float64]) -> Spots:
    """Return the first places, each once: several lines may meet in one."""
    places = dict.fromkeys((float(x), float(y)) for x, y in xy[: SHOWN * SHOWN].round(3))
    return tuple(places)[:SHOWN]


def _islands(network: Network) -> tuple[int, tuple[Island, ...]]:
    """Return the number of components, and the longest of them, longest first."""
    count = len(network.xy)
    ones = np.ones(len(network.ends), dtype=np.int8)
    links = coo_array((ones, (network.ends[:, 0], network.ends[:, 1])), shape=(count, count))
    components, label = connected_components(links, directed=False)
    of_edge = label[network.ends[:, 0]]
    length_m = np.bincount(of_edge, weights=network.length_m, minlength=components)
    edges = np.bincount(of_edge, minlength=components)
    longest = np.argsort(-length_m, kind="stable")[: SHOWN + 1]
    first_node = np.unique(label, return_index=True)[1]
    places = network.xy[first_node[longest]].round(3).tolist()
    return int(components), tuple(
        Island((place[0], place[1]), int(edges[i]), float(length_m[i]))
        for place, i in zip(places, longest, strict=True)
    )


def _dead_ends(network: Network) -> NDArray[np.int64]:
    """Return (node, its only edge) of every dead end."""
    degree = np.bincount(network.ends.ravel(), minlength=len(network.xy))
    edge, side = np.nonzero(degree[network.ends] == 1)
    return np.column_stack([network.ends[edge, side], edge]).astype(np.int64)


def _near_ends(
    network: Network, ends: NDArray[np.int64], level: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the dead ends that stop just before a street of their level, sorted."""
    # Contiguous, as where crossings are looked for: another layout is compiled anew.
    end_xy = np.ascontiguousarray(network.xy[network.ends].transpose(1, 0, 2))
    dead = np.zeros(len(network.xy), dtype=np.bool_)
    dead[ends[:, 0]] = True
    asked, near_m = np.ascontiguousarray(dead[network.ends.T]), number("near_end_m")
    pairs = ends_near(network.street_tree, end_xy, level, asked, near_m, True)  # noqa: FBT003
    end, edge = pairs.T
    side, own = np.divmod(end, len(level))
    node = network.ends[own, side]
    # What joins it, or the other end of its own street, is no neighbour that it misses.
    joined = np.zeros(len(node), dtype=np.bool_)
    for known in (node, network.ends[own, 1 - side]):
        joined |= (network.ends[edge] == known[:, None]).any(axis=1)
    near: NDArray[np.int64] = np.unique(node[~joined])
    return near


def _heights_share(network: Network) -> float:
    if not len(network.z_m):
        return 0.0
    known = np.isfinite(network.z_m[network.offsets[:-1]])
    return float(network.length_m[known].sum() / network.length_m.sum())
