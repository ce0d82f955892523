"""The inputs of the merge benchmarks: invented districts of three kinds, and the real Seattle.

Seattle's layers come from the npm package ``seattle-boundaries-data`` (CC0): downloaded when they
are needed, checked against their hash, never kept in the repository.
"""

from __future__ import annotations

import hashlib
import pickle
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.columns import Dirty, Layer, coded
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.pipeline.merge import MergeInputs, MergeTables, read_merge

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).parents[2]
DEPARTMENTS = ("politics_law", "emergency", "urban_management", "ecology")
BAND = (300.0, 500.0)
QUICK = DistrictOptions(subdistricts=3, communities=24, cells=100, households=40_000)
FINE_BLOCKS_PER_CELL = 10.0
DISTRICTS = {
    "quick": QUICK,
    "coarse": DistrictOptions(),
    "fine": DistrictOptions(blocks_per_cell=FINE_BLOCKS_PER_CELL),
}
_PACKAGE = "seattle-boundaries-data@5.0.3"
_SHA512 = (
    "a3b0f3bc65222610a082eef139a96d1fd4656b6446cf7e4d681312ebbc3323ab"
    "699295c31129e35aab044e87d798de586272a9e97ae68c887aca6c75c36c4c2e"
)
_SEATTLE_CRS = "EPSG:32610"
_SEATTLE = {
    "police_beats": ("spd-beats", "name"),
    "police_micro": ("spd-mcpp-areas", "NAME"),
    "schools": ("sps_attendance_area_ES", "ES_ZONE"),
    "neighbourhoods": ("neighborhoods", "id"),
}
_HOUSEHOLDS_PER_TRACT = 170


@dataclass(frozen=True)
class Case:
    """One input: the tables a merge reads, and the household band."""

    name: str
    tables: MergeTables
    band: tuple[float, float] = BAND


def prepare(name: str, case_out: str, dirty_out: str) -> Generator[None, None, None]:
    """Write the case of a name, and its layers as they came, as pickles."""
    yield
    tables = _seattle() if name == "seattle" else district_tables(DISTRICTS[name])
    Path(case_out).write_bytes(pickle.dumps(Case(name, tables)))
    Path(dirty_out).write_bytes(pickle.dumps(_dirty(tables)))


def prepare_size(size: float, case_out: str) -> Generator[None, None, None]:
    """Write the coarse district at a multiple of its size."""
    yield
    usual = DISTRICTS["coarse"]
    counts = {
        name: max(1, round(getattr(usual, name) * size))
        for name in ("subdistricts", "communities", "cells", "households")
    }
    tables = district_tables(replace(usual, **counts))
    Path(case_out).write_bytes(pickle.dumps(Case("growth", tables)))


def _dirty(tables: MergeTables) -> Dirty:
    layers = {
        name: Layer(layer.geometry.to_numpy(), coded(layer["code"].to_numpy()))
        for name, layer in sorted(tables.departments.items())
    }
    roads = np.empty(0, dtype=object) if tables.roads is None else tables.roads.geometry.to_numpy()
    return Dirty(layers, roads, str(tables.communities.crs))


def load(path: str) -> Case:
    """Read a case."""
    case: Case = pickle.loads(Path(path).read_bytes())  # noqa: S301  (our own)
    return case


def district_tables(options: DistrictOptions) -> MergeTables:
    """Return the tables of an invented district, read from its files as a user's would be."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_district(folder, options)
        inputs = MergeInputs(
            {name: str(paths.departments[name]) for name in DEPARTMENTS},
            str(paths.communities),
            str(paths.households),
            str(paths.roads),
        )
        return read_merge(inputs)


def _seattle() -> MergeTables:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        with tarfile.open(_seattle_archive()) as archive:
            archive.extractall(folder, filter="data")
        data = folder / "package" / "data"
        return read_merge(_seattle_files(data, folder))


def _seattle_archive() -> Path:
    """Return the package's file, downloaded by npm unless it is there; its hash must be right."""
    keep = ROOT / ".bench-venv" / "data"
    archive = keep / (_PACKAGE.replace("@", "-") + ".tgz")
    if not archive.exists():
        keep.mkdir(parents=True, exist_ok=True)
        npm = [str(ROOT / "tools" / "with_node.sh"), "npm", "pack", _PACKAGE]
        subprocess.run(npm, cwd=keep, check=True, capture_output=True)  # noqa: S603  (our own)
    found = hashlib.sha512(archive.read_bytes()).hexdigest()
    if found != _SHA512:
        archive.unlink()
        message = f"{_PACKAGE} is not the file it was: sha512 {found}"
        raise ValueError(message)
    return archive


def _seattle_files(data: Path, folder: Path) -> MergeInputs:
    """Write the tables a merge reads; the departments' polygons stay as they were drawn."""
    departments = {}
    for name, (file, code) in _SEATTLE.items():
        layer = gpd.read_file(data / f"{file}.geojson")
        if "city" in layer:
            layer = layer[layer["city"] == "Seattle"]
        frame = layer[[code, "geometry"]].rename(columns={code: "code"}).to_crs(_SEATTLE_CRS)
        departments[name] = _written(frame, folder / f"{name}.gpkg")
    districts = gpd.read_file(data / "city-council-districts.geojson").to_crs(_SEATTLE_CRS)
    labels = "D" + districts["district"].astype(int).astype(str)
    communities = gpd.GeoDataFrame(
        {
            "community_id": labels,
            "name": labels,
            "subdistrict_id": "S1",
            "subdistrict_name": "Seattle",
        },
        geometry=districts.geometry,
    )
    tracts = gpd.read_file(data / "census-tracts.geojson").to_crs(_SEATTLE_CRS)
    city = gpd.read_file(data / "city-limits.geojson").to_crs(_SEATTLE_CRS).union_all()
    roads = gpd.GeoDataFrame(
        {"highway": "tertiary"}, index=tracts.index, geometry=tracts.boundary, crs=_SEATTLE_CRS
    ).explode(ignore_index=True)
    homes = _homes(tracts, shapely.intersection(city, communities.union_all()))
    return MergeInputs(
        departments,
        _written(communities, folder / "communities.gpkg"),
        _written(homes, folder / "homes.gpkg"),
        _written(roads, folder / "roads.gpkg"),
    )


def _written(frame: gpd.GeoDataFrame, path: Path) -> str:
    frame.to_file(path, layer=path.stem)
    return str(path)


def _homes(tracts: gpd.GeoDataFrame, city: shapely.Geometry) -> gpd.GeoDataFrame:
    """Return points on the land of each tract: tracts are drawn to hold about as many people."""
    rng = np.random.default_rng(20)
    shapely.prepare(city)
    points = []
    for tract in tracts.geometry.to_numpy():  # a hundred tracts
        land = shapely.intersection(tract, city)
        if land.area < 0.05 * tract.area:
            continue
        west, south, east, north = land.bounds
        found = np.empty((0, 2))
        shapely.prepare(land)
        while len(found) < _HOUSEHOLDS_PER_TRACT:
            xy = rng.uniform((west, south), (east, north), (4 * _HOUSEHOLDS_PER_TRACT, 2))
            found = np.vstack([found, xy[shapely.contains_xy(land, *xy.T)]])
        points.append(found[:_HOUSEHOLDS_PER_TRACT].round(2))
    xy = np.vstack(points)
    table = pd.DataFrame(
        {"id": [f"h{i:05d}" for i in range(len(xy))], "households": 1, "people": 2}
    )
    return gpd.GeoDataFrame(table, geometry=shapely.points(xy), crs=tracts.crs)
