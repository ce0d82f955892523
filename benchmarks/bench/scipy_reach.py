"""``onegrid reach`` as one would write it with scipy: NETWORK.npz FROM.gpkg TO.gpkg OUT.parquet.

Doors join the nearest edge; a search from both ends of the edge of each facility; doors on the edge
of a facility walk along it. It is fair: the network is read ready for use, and the smaller side is
searched from.
"""

from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

SPEED_M_S, LIMIT_S, REACH_M, TOGETHER = 80 / 60, 900.0, 100.0, 5


def main(network: str, origins: str, destinations: str, out: str) -> None:
    kept = np.load(network)
    xy, ends, length_m = kept["xy"], kept["ends"], kept["length_m"]
    tree = shapely.STRtree(shapely.linestrings(xy[ends]))
    homes, places = gpd.read_file(origins), gpd.read_file(destinations)
    home, home_edge, home_m, home_gap = _joined(tree, homes)
    place, edge, along_m, gap_m = _joined(tree, places)
    both = np.concatenate([ends, ends[:, ::-1]]).T
    shape = (len(xy), len(xy))
    matrix = coo_array((np.tile(length_m / SPEED_M_S, 2), both), shape=shape).tocsr()
    start, end = ends[home_edge].T
    tables = []
    for first in range(0, len(place), TOGETHER):
        rows = np.arange(first, min(first + TOGETHER, len(place)))
        times = dijkstra(matrix, indices=ends[edge[rows]].T.ravel(), limit=LIMIT_S)
        for k, row in enumerate(rows):
            rest_m = length_m[edge[row]] - along_m[row]
            node_s = np.minimum(
                times[k] + along_m[row] / SPEED_M_S, times[k + len(rows)] + rest_m / SPEED_M_S
            )
            left_m = length_m[home_edge] - home_m
            walk_s = np.minimum(
                node_s[start] + home_m / SPEED_M_S, node_s[end] + left_m / SPEED_M_S
            )
            same = home_edge == edge[row]
            walk_s[same] = np.minimum(walk_s, np.abs(home_m - along_m[row]) / SPEED_M_S)[same]
            walk_s += (home_gap + gap_m[row]) / SPEED_M_S
            near = np.flatnonzero(walk_s <= LIMIT_S)
            tables.append(
                pd.DataFrame({
                    "from_id": homes["id"].to_numpy()[home[near]],
                    "to_id": places["id"].iloc[place[row]],
                    "walk_s": walk_s[near].round(1),
                })
            )  # fmt: skip
    pd.concat(tables).sort_values(["from_id", "to_id"]).to_parquet(out, index=False)


def _joined(tree: shapely.STRtree, table: gpd.GeoDataFrame) -> tuple[np.ndarray, ...]:
    points = table.geometry.to_numpy()
    row, edge = tree.query_nearest(points, max_distance=REACH_M, all_matches=False)
    lines = tree.geometries[edge]
    along_m = shapely.line_locate_point(lines, points[row])
    return row, edge, along_m, shapely.distance(lines, points[row])


if __name__ == "__main__":
    main(*sys.argv[1:])
