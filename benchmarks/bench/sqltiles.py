"""Tiles straight from PostGIS by ``ST_AsMVT``, as tile servers on it do: the peer of ours."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from bench.serving import TICKS_S, process_fields

if TYPE_CHECKING:
    from onegrid.maps.tile_grid import Tile

CONNECTIONS = 8  # each is a process of PostGIS: more than the cores only wait
_MAKE = """
CREATE TABLE IF NOT EXISTS drawn AS SELECT cell_id, code, name, community_id, subdistrict_id,
  households, people, elders_60, area_m2, ST_Transform(shape, 3857) AS shape
  FROM cells WHERE plan_id = 'shown';
CREATE INDEX IF NOT EXISTS drawn_shape ON drawn USING gist (shape);
ANALYZE drawn
"""
_TILE = """
SELECT ST_AsMVT(t, 'cells') FROM (
  SELECT cell_id, code, name, community_id, subdistrict_id, households, people, elders_60, area_m2,
    ST_AsMVTGeom(shape, ST_TileEnvelope(%s, %s, %s), 4096, 64) AS geom
  FROM drawn WHERE shape && ST_TileEnvelope(%s, %s, %s, margin => 64.0 / 4096)
) AS t
"""


def sql_tiles(url: str, tiles: list[Tile], seconds: float) -> dict[str, Any]:
    """Return how fast PostGIS itself makes tiles, one after the other in each connection."""
    address = url.replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(_MAKE)
        keeper = int(process_fields(connection.info.backend_pid)[1])
        before_s = ended_s(keeper)
    spent_s: list[float] = []
    sizes: list[int] = []
    until = time.perf_counter() + seconds

    def ask(first: int) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            number = first
            while (began := time.perf_counter()) < until:
                tile = tiles[number % len(tiles)]
                number += CONNECTIONS
                (content,) = connection.execute(_TILE, (*tile, *tile)).fetchone() or (b"",)
                spent_s.append(time.perf_counter() - began)
                sizes.append(len(content))

    began = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took_s = time.perf_counter() - began
    time.sleep(0.5)  # until the processes of the connections have ended
    p50, p99 = np.percentile(spent_s, [50, 99])
    return {
        "name": "tiles z15, ST_AsMVT",
        "asked": len(spent_s),
        "per_s": len(spent_s) / took_s,
        "p50_ms": 1000 * p50,
        "p99_ms": 1000 * p99,
        "cpu_ms": 1000 * (ended_s(keeper) - before_s) / len(spent_s),
        "mean_kb": float(np.mean(sizes)) / 1000,
        "failed": 0,
    }


def ended_s(pid: int) -> float:
    """Return the CPU seconds of the processes that a process began and that have ended."""
    return sum(map(int, process_fields(pid)[13:15])) / TICKS_S
