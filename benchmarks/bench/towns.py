"""Towns to walk in: bent lattices, and the real streets of two cities.

The cities' streets (ODbL, © OpenStreetMap contributors) come from the source distribution of the
Python package ``neatnet``: downloaded when they are needed, checked against their hash, never kept
in the repository.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import geopandas as gpd
import numba
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array

from onegrid.io.networks import read_network, write_network
from onegrid.network.arrays import Network
from onegrid.network.build import build_network
from onegrid.network.skeleton import contractible
from onegrid.network.times import edge_times
from onegrid.standards import profile

if TYPE_CHECKING:
    from collections.abc import Generator

    from numpy.typing import NDArray

CITIES = {"Wuhan": "wuhan_8989", "Liège": "liege_1656"}
KINDS = 20
LIMIT_S = 900.0
SPEED_M_S = 80 / 60
SHARE = 0.005  # of the nodes have a facility of a kind
STEP_M = 100.0
_BEND_M = 30.0
_CORNER_M = (500_000, 3_300_000)
_PACKAGE, _FILE = "neatnet==0.1.6", "neatnet-0.1.6.tar.gz"
_SHA256 = "a1f760e0875a7f42a778d86293c397b37ee61e71fba49769c2b3db30271a7fff"
_KEEP = Path(__file__).parents[2] / ".bench-venv" / "data"


class Town(NamedTuple):
    """Nodes along a Hilbert curve, the lightest edge between two of them, seconds at 80 m/min."""

    xy: NDArray[np.float64]
    ends: NDArray[np.int32]
    seconds: NDArray[np.float64]
    facilities: NDArray[np.int64]  # (kinds, facilities), nodes


def write_town(name: str, out: str) -> Generator[None, None, dict[str, int]]:
    """Write the network of ``lattice N`` (N × N crossroads) or of a city; return its sizes."""
    yield
    network = _city(name) if name in CITIES else lattice(int(name.split()[1]))
    write_network(contractible(network), Path(out))
    return {"nodes": len(network.xy), "edges": len(network.ends)}


def open_town(path: str) -> Town:
    """Return the town of a network file, the same facilities every time."""
    network = read_network(Path(path))
    seconds = edge_times(network, profile()).forward_s
    ends = np.sort(network.ends, axis=1)
    order = np.lexsort((seconds, ends[:, 1], ends[:, 0]))
    order = order[(ends[order, 0] != ends[order, 1]) & np.isfinite(seconds[order])]
    pair = ends[order]
    first = np.append(True, (pair[1:] != pair[:-1]).any(axis=1))  # scipy adds up parallel edges
    rng = np.random.default_rng(7)
    count = max(int(SHARE * len(network.xy)), 1)
    chosen = [np.sort(rng.choice(len(network.xy), count, replace=False)) for _ in range(KINDS)]
    xy = np.array(network.xy)
    return Town(xy, pair[first], seconds[order][first], np.array(chosen))


def matrix_of(town: Town) -> Any:  # noqa: ANN401  (scipy has no types)
    """Return the seconds between neighbours as scipy keeps them."""
    both = np.concatenate([town.ends, town.ends[:, ::-1]])
    cost = np.concatenate([town.seconds, town.seconds])
    return coo_array((cost, (both[:, 0], both[:, 1])), shape=(len(town.xy),) * 2).tocsr()


def limit_threads(count: int) -> None:
    """Let numba and OpenMP use so many threads."""
    numba.set_num_threads(count)
    os.environ["OMP_NUM_THREADS"] = str(count)


def lattice(side: int) -> Network:
    """Return a bent lattice of `side` by `side` crossroads, one straight edge between two."""
    rng = np.random.default_rng(side)
    at = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.divmod(at.ravel(), side), axis=1) * STEP_M
    xy = xy + rng.uniform(-_BEND_M, _BEND_M, xy.shape) + _CORNER_M
    pairs = [(at[:-1], at[1:]), (at[:, :-1], at[:, 1:])]
    ends = np.concatenate([np.stack([a.ravel(), b.ravel()], axis=1) for a, b in pairs])
    along = gpd.GeoSeries.from_xy(*xy.T).hilbert_distance(level=16).to_numpy()
    order = np.argsort(along, kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    xy, ends = np.ascontiguousarray(xy[order]), place[ends]
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


def _city(name: str) -> Network:
    with tarfile.open(_archive()) as archive:
        streets = archive.extractfile(
            f"{_FILE.removesuffix('.tar.gz')}/data/{CITIES[name]}/original.parquet"
        )
        assert streets is not None  # noqa: S101  (a file, not a folder)
        lines = gpd.read_parquet(io.BytesIO(streets.read()))
    return build_network(lines)[0]


def _archive() -> Path:
    """Return the package's file, downloaded by pip unless it is there; its hash must be right."""
    archive = _KEEP / _FILE
    if not archive.exists():
        own = _KEEP / "pip"
        python = own / "bin" / "python"
        source = ["--no-deps", "--no-binary", "neatnet", "-d", str(_KEEP), _PACKAGE]
        for command in (
            [sys.executable, "-m", "venv", str(own)],
            [str(python), "-m", "pip", "download", "-q", *source],
        ):
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (our own)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != _SHA256:
        archive.unlink()
        message = f"{_PACKAGE} is not the file it was: sha256 {found}"
        raise ValueError(message)
    return archive


def write_walkers(path: str, folder: str, doors: int, places: int) -> Generator[None, None, None]:
    """Write what a program starts from: origins, destinations, and the network for scipy."""
    yield
    network = read_network(Path(path))
    low, high = network.xy.min(axis=0), network.xy.max(axis=0)
    for name, count in (("from", doors), ("to", places)):
        points = shapely.points(np.random.default_rng(count).uniform(low, high, (count, 2)))
        table = gpd.GeoDataFrame(
            {"id": [f"{name[0]}{i:06d}" for i in range(count)]}, geometry=points, crs=network.crs
        )
        table.to_file(Path(folder) / f"{name}.gpkg", layer="places")
    arrays = {"xy": network.xy, "ends": network.ends, "length_m": network.length_m}
    np.savez(Path(folder) / "network.npz", **arrays)


def apart(folder: str) -> Generator[None, None, dict[str, float]]:
    """Return how many walks two programs found, and by how much they differ."""
    yield
    left, right = (pd.read_parquet(Path(folder) / f"{who}.parquet") for who in ("onegrid", "scipy"))
    both = left.merge(right, on=["from_id", "to_id"])
    off_s = (both["walk_s_x"] - both["walk_s_y"]).abs().max()
    return {"pairs": len(left), "other_pairs": len(left) + len(right) - 2 * len(both),
            "off_s": float(off_s)}  # fmt: skip
