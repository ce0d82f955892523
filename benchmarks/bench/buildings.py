"""An invented town of many buildings, as a folder of results and as GeoJSON."""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from onegrid.io.files import write_json, write_layers, write_text
from onegrid.io.networks import write_network
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE

sys.path.append(str(Path(__file__).parents[2] / "tests"))
import edits  # the lattices that the tests prove

BUILDINGS_PER_CELL = 100
_HALF_M = (2.5, 4.5)  # half a side of the smallest and of the largest, on plots of ten metres
_DECIMALS = 6  # of a degree: a decimetre
_SRID = 4547


def town(side: int) -> gpd.GeoDataFrame:
    """Return the buildings of a town of ``side × side`` hectares, a hundred on each."""
    rng = np.random.default_rng(side)
    west, south = edits.WEST_M, edits.SOUTH_M
    steps = np.arange(10 * side) * 10.0 + 5.0
    x, y = (axis.ravel() for axis in np.meshgrid(west + steps, south + steps))
    half = rng.uniform(*_HALF_M, (2, len(x)))
    boxes = shapely.box(x - half[0], y - half[1], x + half[0], y + half[1])
    return gpd.GeoDataFrame(geometry=boxes, crs=_SRID)


def write_town(folder: Path, side: int) -> gpd.GeoDataFrame:
    """Write a town's cells, streets and buildings as results that can be served."""
    tables, _ = edits.lattice(side, side)
    cells, towns = tables["cells"], tables["communities"]
    towns = towns.assign(name=towns.index, subdistrict_name="街道")
    buildings = town(side)
    write_layers(folder / "grid.gpkg", {"cells": cells, "communities": towns})
    write_layers(folder / "buildings.gpkg", {"buildings": buildings})
    write_network(build_network(_streets(side))[0], folder / NETWORK_FILE)
    write_json(folder / "report.json", {})
    write_text(folder / "map.html", "<!doctype html>")
    return buildings


def geojson(buildings: gpd.GeoDataFrame) -> bytes:
    """Return buildings in degrees, without a space or a digit too many."""
    there = buildings.to_crs(4326)
    there = there.set_geometry(shapely.set_precision(there.geometry, 10.0**-_DECIMALS))
    text: str = there.to_json(drop_id=True, separators=(",", ":"))
    return text.encode()


def _streets(side: int) -> gpd.GeoDataFrame:
    length_m = side * edits.SIDE_M
    at = np.arange(side + 1) * edits.SIDE_M
    along = [[(x, 0), (x, length_m)] for x in at] + [[(0, y), (length_m, y)] for y in at]
    lines = shapely.linestrings(np.add(along, (edits.WEST_M, edits.SOUTH_M)))
    return gpd.GeoDataFrame({"highway": ["residential"] * len(lines)}, geometry=lines, crs=_SRID)
