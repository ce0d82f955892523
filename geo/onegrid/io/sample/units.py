"""The true units of an invented district: grown from road blocks, numbered, named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.io.sample import blocks, city, regions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.io.sample.streets import Streets

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Units:
    """Ids and names of the units, and the faces they are made of."""

    faces: Shapes
    nested: city.Nested
    subdistrict_ids: NDArray[np.object_]
    community_ids: NDArray[np.object_]
    cell_ids: NDArray[np.object_]


def grow_units(
    plain: Shapes,
    density: Floats,
    counts: tuple[int, int, int],
    adcode: str,
    rng: np.random.Generator,
) -> Units:
    """Return the true units; a block with more homes than a cell has a true border through it.

    ``counts`` are how many subdistricts, communities and cells to make.
    """
    above = density.sum() / counts[2] * 0.9
    faces, origin = city.subdivide(plain, city.halves_of(plain, density, above=above))
    part = shapely.area(faces) / shapely.area(plain)[origin]
    nested = city.renumber(faces, city.nest(faces, density[origin] * part, counts, rng))
    root = np.array([adcode], dtype=object)
    sub = city.codes(root, np.zeros(nested.subdistrict.max() + 1, dtype=np.int64))
    com = city.codes(sub, regions.parent_of(nested.community, nested.subdistrict))
    cell = city.codes(com, regions.parent_of(nested.cell, nested.community))
    return Units(faces, nested, sub, com, cell)


def home_names(units: Units, homes: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the ``community`` and ``subdistrict`` names of each row of a people table."""
    inner = shapely.STRtree(units.faces).nearest(homes.geometry.to_numpy())
    return pd.DataFrame(
        {
            "community": [f"第{n + 1}社区" for n in units.nested.community[inner]],
            "subdistrict": [f"第{n + 1}街道" for n in units.nested.subdistrict[inner]],
        }
    )


def community_frame(units: Units, *, crs: str) -> gpd.GeoDataFrame:
    """Return the communities table."""
    parent = regions.parent_of(units.nested.community, units.nested.subdistrict)
    frame = gpd.GeoDataFrame(
        {
            "name": [f"第{n + 1}社区" for n in range(len(parent))],
            "subdistrict_id": units.subdistrict_ids[parent],
            "subdistrict_name": [f"第{p + 1}街道" for p in parent],
        },
        geometry=blocks.union_by(units.faces, units.nested.community),
        index=units.community_ids,
        crs=crs,
    )
    frame.index.name = "community_id"
    return frame


def truth_layers(units: Units, streets: Streets, *, crs: str) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers cells, subdistricts and streets as they truly are."""
    parent = regions.parent_of(units.nested.cell, units.nested.community)
    above = regions.parent_of(units.nested.cell, units.nested.subdistrict)
    cells = gpd.GeoDataFrame(
        {
            "community_id": units.community_ids[parent],
            "subdistrict_id": units.subdistrict_ids[above],
        },
        geometry=blocks.union_by(units.faces, units.nested.cell),
        index=units.cell_ids,
        crs=crs,
    )
    cells.index.name = "cell_id"
    subdistricts = gpd.GeoDataFrame(
        {"name": [f"第{n + 1}街道" for n in range(len(units.subdistrict_ids))]},
        geometry=blocks.union_by(units.faces, units.nested.subdistrict),
        index=units.subdistrict_ids,
        crs=crs,
    )
    subdistricts.index.name = "subdistrict_id"
    true_streets = gpd.GeoDataFrame({"highway": streets.highway}, geometry=streets.lines, crs=crs)
    true_streets.index.name = "road_id"
    return {"cells": cells, "subdistricts": subdistricts, "streets": true_streets}
