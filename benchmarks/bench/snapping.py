"""Joining doors to the nearest street of a bent lattice, by onegrid and by a peer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from bench.towns import lattice
from onegrid.network.snap import join_edges
from onegrid.standards import profile

if TYPE_CHECKING:
    from collections.abc import Generator

    from onegrid.network.arrays import Network

LIMIT_M = 100.0


def joined(side: int, doors: int, who: str) -> Generator[dict[str, Any], None, dict[str, Any]]:
    """Join doors to the lattice; return its size, seconds and which edges were found."""
    network = lattice(side)
    low, high = network.xy.min(axis=0), network.xy.max(axis=0)
    points = shapely.points(np.random.default_rng(doors).uniform(low, high, (doors, 2)))
    edge = {"onegrid": _ours, "shapely": _shapely}[who]
    edge(lattice(3), points[:1])  # compiled, or found on disk
    yield {}
    started = time.process_time()
    found = edge(network, points)
    spent_s = round(time.process_time() - started, 2)
    return {"edges": len(network.ends), "cpu_s": spent_s, "sum": int(found.sum())}


def _ours(network: Network, points: np.ndarray) -> np.ndarray:
    return join_edges(network, points, profile=profile()).edge


def _shapely(network: Network, points: np.ndarray) -> np.ndarray:
    tree = shapely.STRtree(network.lines)
    point, line = tree.query_nearest(points, max_distance=LIMIT_M, all_matches=True)
    edge = np.full(len(points), len(network.ends), dtype=np.int64)
    np.minimum.at(edge, point, line)
    return np.where(edge < len(network.ends), edge, -1)
