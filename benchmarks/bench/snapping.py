"""Joining doors to the nearest street of a bent lattice, by onegrid and by a peer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from onegrid.network.build import Network
from onegrid.network.snap import join_edges
from onegrid.standards import profile

if TYPE_CHECKING:
    from collections.abc import Generator

STEP_M = 100.0
LIMIT_M = 100.0


def lattice(side: int) -> Network:
    """Return a bent lattice of `side` by `side` crossroads, one straight edge between two."""
    rng = np.random.default_rng(side)
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    xy = places * STEP_M + rng.uniform(-30, 30, places.shape) + [500_000, 3_300_000]
    node = np.arange(side * side, dtype=np.int32).reshape(side, side)
    across = np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1)
    along = np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1)
    ends = np.concatenate([across, along])
    vertices, none = xy[ends].reshape(-1, 2), np.full(len(ends), -1, dtype=np.int32)
    return Network(
        crs="EPSG:4547",
        xy=xy,
        ends=ends,
        length_m=np.hypot(*(vertices[1::2] - vertices[::2]).T),
        flags=np.zeros(len(ends), dtype=np.uint16),
        vertices=vertices,
        offsets=np.arange(0, 2 * len(ends) + 1, 2),
        name_id=none,
        names=(),
        class_id=none,
        classes=(),
        crosses_id=none,
        hours_id=none,
        hours=(),
        barrier_xy=np.empty((0, 2)),
        barrier_offsets=np.zeros(1, dtype=np.int64),
    )


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
