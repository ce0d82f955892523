"""Life circles of one town by onegrid and by what others draw, as ``reach_circles.py`` asks."""
# ruff: noqa: PLC0415  (whatever is not installed must not stop the others)

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.towns import limit_threads, matrix_of, open_town
from onegrid.io.networks import read_network

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    from bench.towns import Town

MINUTES = (5.0, 10.0, 15.0)
HALF_M = 25.0
Drawn = dict[tuple[str, float], bytes]


def write_places(path: str, out: str, count: int) -> Generator[None, None, None]:
    """Write places of facilities a few metres off the streets, all over a town."""
    yield
    network = read_network(Path(path))
    rng = np.random.default_rng(17)
    chosen = rng.choice(network.xy, count, replace=False) + 3.0
    ids = [f"p{number:04d}" for number in range(count)]
    gpd.GeoDataFrame(index=ids, geometry=shapely.points(chosen), crs=network.crs).to_parquet(out)


def drawn(who: str, path: str, places: str) -> Generator[None, None, Drawn]:
    """Draw 5, 10 and 15 minutes around every place."""
    limit_threads(1)
    draw = {"raster": _ours, "edges": _ours}.get(who, _others)(who, path, gpd.read_parquet(places))
    draw(slice(0, 2))  # compiled, or found on disk
    yield
    return draw(slice(None))


def _ours(method: str, path: str, places: gpd.GeoDataFrame) -> Callable[[slice], Drawn]:
    from onegrid.circles.shape import life_circles
    from onegrid.standards import profile

    network = read_network(Path(path))

    def draw(rows: slice) -> Drawn:
        asked = {"minutes": MINUTES, "profile": profile(), "method": method}
        found = life_circles(network, places.iloc[rows], **asked)  # type: ignore[arg-type]
        keys = zip(found["facility_id"], found["minutes"], strict=True)
        return dict(zip(keys, shapely.to_wkb(found.geometry.to_numpy()), strict=True))

    return draw


def _others(who: str, path: str, places: gpd.GeoDataFrame) -> Callable[[slice], Drawn]:
    """Draw around the nodes that are reached: what tutorials make of a search."""
    from scipy.sparse.csgraph import dijkstra

    town = open_town(path)
    matrix, points = matrix_of(town), shapely.points(town.xy)
    start = shapely.STRtree(points).nearest(places.geometry.to_numpy())
    shape = {"hull": _hull, "concave": _concave, "osmnx": _buffered}[who]

    def draw(rows: slice) -> Drawn:
        circles = {}
        for name, node in zip(places.index[rows], start[rows], strict=True):
            seconds = dijkstra(matrix, indices=node, limit=60 * MINUTES[-1])
            for minutes in MINUTES:
                circles[name, minutes] = shape(town, seconds <= 60 * minutes).wkb
        return circles

    return draw


def _hull(town: Town, reached: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    return shapely.convex_hull(shapely.multipoints(town.xy[reached]))


def _concave(town: Town, reached: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    return shapely.concave_hull(shapely.multipoints(town.xy[reached]), ratio=0.3)


def _buffered(town: Town, reached: NDArray[np.bool_]) -> Any:  # noqa: ANN401
    """As OSMnx's example of isochrones: nodes and edges of the reached part, buffered, united."""
    edges = town.ends[reached[town.ends].all(axis=1)]
    parts = pd.concat(
        [
            gpd.GeoSeries(shapely.points(town.xy[reached])).buffer(HALF_M),
            gpd.GeoSeries(shapely.linestrings(town.xy[edges])).buffer(HALF_M),
        ]
    )
    return shapely.Polygon(parts.union_all().exterior) if len(edges) else parts.union_all()


def compared(exact: str, other: str) -> Generator[None, None, dict[str, float]]:
    """Tell how much of their area circles share with the exact ones, and how many points they have.

    A circle that the other does not draw shares nothing.
    """
    yield
    right, left = (pickle.loads(Path(file).read_bytes()) for file in (exact, other))  # noqa: S301
    pairs = [(left.get(key), wkb) for key, wkb in right.items()]
    ours = shapely.from_wkb([mine or shapely.Polygon().wkb for mine, _ in pairs])
    truth = shapely.from_wkb([wkb for _, wkb in pairs])
    shared = shapely.area(shapely.intersection(ours, truth))
    iou = shared / shapely.area(shapely.union(ours, truth))
    return {
        "iou": float(iou.mean()),
        "iou_low": float(np.quantile(iou, 0.05)),
        "beyond": float(1 - shared.sum() / shapely.area(ours).sum()),
        "points": float(shapely.get_num_coordinates(ours).mean()),
    }
