"""GEOS: ``shapely.coverage_clean`` by itself, and a chain of ``geopandas.overlay``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from bench.columns import Layer, load_dirty, load_ground, polygonal

if TYPE_CHECKING:
    from collections.abc import Generator

    from bench.columns import Shapes

_GAP_WIDTH_M = 30.0


def repair(dirty_path: str) -> Generator[dict[str, Layer], None, dict[str, Layer]]:
    """Repair each layer by ``coverage_clean`` with automatic snapping."""
    dirty = load_dirty(dirty_path)
    yield {}
    done: dict[str, Layer] = {}
    for name, layer in dirty.layers.items():
        shapes = polygonal(layer.shapes)
        done[name] = Layer(shapely.coverage_clean(shapes, gap_width=_GAP_WIDTH_M), layer.codes)
        yield done
    return done


def overlay(dirty_path: str, ground_path: str) -> Generator[Shapes | None, None, Shapes | None]:
    """Overlay the communities with every department in turn; each piece is a cell."""
    dirty, ground = load_dirty(dirty_path), load_ground(ground_path)
    yield None
    pieces = gpd.GeoDataFrame(geometry=ground.communities)
    for layer in dirty.layers.values():
        drawn = gpd.GeoDataFrame(geometry=polygonal(layer.shapes))
        pieces = gpd.overlay(pieces, drawn, how="identity", keep_geom_type=True)
    return np.asarray(pieces.geometry.make_valid().to_numpy())
