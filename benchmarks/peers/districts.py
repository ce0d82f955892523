"""maup: blocks assigned to one department's cells, and two ways of repairing a layer."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import maup
import numpy as np
import pandas as pd
import shapely
from bench.columns import Layer, load_dirty, load_ground, polygonal
from bench.units import Labels, Units

if TYPE_CHECKING:
    from collections.abc import Generator

    from bench.columns import Shapes

_CRS = "EPSG:4548"  # any metric one; maup only wants the same twice


def assign(units_path: str, ground_path: str) -> Generator[Labels | None, None, Labels | None]:
    """Give every unit to the cell that covers most of it, of the department that drew most.

    As everybody else it makes cells inside communities: a cell of the department that lies in
    several is one cell in each.
    """
    units: Units = pickle.loads(Path(units_path).read_bytes())  # noqa: S301  (our own)
    ground = load_ground(ground_path)
    areas_m2 = {name: shapely.area(x.shapes).sum() for name, x in ground.departments.items()}
    name = max(sorted(areas_m2), key=areas_m2.__getitem__)
    yield None
    sources = gpd.GeoDataFrame(geometry=units.shapes, crs=_CRS)
    targets = gpd.GeoDataFrame(geometry=ground.departments[name].shapes, crs=_CRS)
    found = maup.assign(sources, targets)
    drawn = pd.to_numeric(found).fillna(-1).to_numpy().astype(int)
    home = np.zeros(len(drawn), dtype=int)
    for number, problem in enumerate(units.problems):
        home[problem.unit] = number
    cell = np.unique(np.stack([home, drawn], axis=1), axis=0, return_inverse=True)[1].ravel()
    cell[drawn < 0] = -1
    return Labels(cell, len(units.problems), 0, f"follows {name} alone")


def smart_repair(dirty_path: str) -> Generator[dict[str, Layer], None, dict[str, Layer]]:
    """Repair each layer by ``smart_repair`` with its defaults."""
    dirty = load_dirty(dirty_path)
    yield {}
    done: dict[str, Layer] = {}
    for name, layer in dirty.layers.items():
        fixed = maup.smart_repair(gpd.GeoDataFrame(geometry=polygonal(layer.shapes), crs=_CRS))
        done[name] = Layer(_shapes(fixed), layer.codes)
        yield done
    return done


def quick_repair(dirty_path: str) -> Generator[dict[str, Layer], None, dict[str, Layer]]:
    """Repair each layer by ``quick_repair``; without ``force_polygons`` it stops at lines."""
    dirty = load_dirty(dirty_path)
    yield {}
    done: dict[str, Layer] = {}
    for name, layer in dirty.layers.items():
        drawn = gpd.GeoSeries(polygonal(layer.shapes), crs=_CRS)
        fixed = maup.quick_repair(drawn, force_polygons=True)
        done[name] = Layer(_shapes(fixed), layer.codes)
        yield done
    return done


def _shapes(fixed: gpd.GeoDataFrame | gpd.GeoSeries) -> Shapes:
    return np.asarray(fixed.geometry.make_valid().to_numpy())
