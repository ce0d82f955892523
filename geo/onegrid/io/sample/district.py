"""Invent a whole district of any size: its truth, and what four departments make of it.

The departments start from their own variation of the true grid and draw it with metres of error;
their files have the faults that offices' files have. Used by tests and benchmarks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.io.sample import blocks, city, compounds, departments, offices, people, roads, writing
from onegrid.io.sample.facilities import place_facilities
from onegrid.io.sample.streets import Streets, WaveField, draw_streets

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

CELL_AREA_M2 = 62_000
HOUSEHOLDS_PER_BUILDING = 7.5
_BLOCKS_PER_CELL = 3.7
_COMPOUND_SHARE = 0.08
_COMPOUND_AREA_M2 = (14_000, 90_000)
_THIN_M = 25.0
_PLACE = (500_000.0, 4_240_000.0)  # near Cangzhou in its CGCS2000 zone
_CRS, _OTHER_ZONE, _DEGREES = "EPSG:4548", "EPSG:4549", "EPSG:4490"

HABITS = {
    "politics_law": departments.Habits(0.05, 0.05, 0.06, 0.03, drift_m=2.0, hand_m=0.5),
    "emergency": departments.Habits(0.12, 0.04, 0.08, 0.04, drift_m=4.0, hand_m=0.8),
    "urban_management": departments.Habits(0.04, 0.14, 0.08, 0.05, drift_m=3.0, hand_m=0.6),
    "ecology": departments.Habits(0.2, 0.03, 0.1, 0.03, drift_m=6.0, hand_m=1.0, noise_m=0.5),
}


@dataclass(frozen=True)
class DistrictOptions:
    """Size and dirt of an invented district.

    ``area_m2`` and ``buildings`` follow from ``cells`` and ``households`` when 0. With ``faults``
    the departments' files have bow-ties, duplicate codes, a duplicated feature and a missing
    subdistrict. ``road_noise_m`` and ``road_missing_share`` are those of the roads that are
    handed out.
    """

    seed: int = 20
    subdistricts: int = 13
    communities: int = 138
    cells: int = 564
    households: int = 225_000
    buildings: int = 0
    area_m2: float = 0
    faults: bool = True
    unit_grid: bool = True
    road_noise_m: float = 1.2
    road_missing_share: float = 0.03
    adcode: str = "130999"


@dataclass(frozen=True)
class DistrictPaths:
    """Files of an invented district; ``truth`` has the layers cells, subdistricts, streets."""

    communities: Path
    households: Path
    roads: Path
    facilities: Path
    truth: Path
    departments: dict[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class _Units:
    """Ids and names of the units, and the faces they are made of."""

    faces: Shapes
    nested: city.Nested
    subdistrict_ids: NDArray[np.object_]
    community_ids: NDArray[np.object_]
    cell_ids: NDArray[np.object_]


def write_district(folder: str | Path, options: DistrictOptions | None = None) -> DistrictPaths:
    """Write an invented district into a folder; the same options give the same bytes.

    Examples
    --------
    >>> import tempfile
    >>> small = DistrictOptions(subdistricts=1, communities=4, cells=16, households=6_000)
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sorted(write_district(place, small).departments)
    ['ecology', 'emergency', 'politics_law', 'urban_management', 'urban_units']
    """
    chosen = options or DistrictOptions()
    rng = np.random.default_rng(chosen.seed)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    area = chosen.area_m2 or CELL_AREA_M2 * chosen.cells
    streets = draw_streets(
        area, max(6, round(_BLOCKS_PER_CELL * chosen.cells)), rng, np.array(_PLACE)
    )
    plain = blocks.absorb_thin(_one_piece(blocks.faces_of(streets.lines)), below_m=_THIN_M)
    density = city.density_of(plain, rng, wave_m=0.6 * np.sqrt(area))
    units = _units(plain, density, chosen, rng)
    homes, home_face = _homes(plain, density, chosen, rng)
    inner = shapely.STRtree(units.faces).nearest(homes.geometry.to_numpy())
    names = pd.DataFrame(
        {
            "community": [f"第{n + 1}社区" for n in units.nested.community[inner]],
            "subdistrict": [f"第{n + 1}街道" for n in units.nested.subdistrict[inner]],
        }
    )
    walled = _compounds(plain, home_face, streets, rng)
    paths = DistrictPaths(
        communities=folder / "communities.gpkg",
        households=folder / "households.parquet",
        roads=folder / "roads.parquet",
        facilities=folder / "facilities.parquet",
        truth=folder / "truth.gpkg",
        departments={},
    )
    writing.write_gpkg(paths.communities, {"communities": _community_frame(units)})
    writing.write_parquet(paths.households, homes)
    writing.write_parquet(paths.roads, _road_frame(streets, walled, chosen, rng))
    writing.write_parquet(paths.facilities, place_facilities(homes, names, rng))
    writing.write_gpkg(paths.truth, _truth(units, streets))
    paths.departments.update(_write_departments(folder, units, chosen, rng))
    return paths


def _one_piece(faces: Shapes) -> Shapes:
    """Return the largest set of faces connected by borders."""
    pairs, _ = blocks.neighbours(faces)
    return np.asarray(faces[blocks.largest_component(pairs, len(faces))])


def _units(
    plain: Shapes, density: Floats, options: DistrictOptions, rng: np.random.Generator
) -> _Units:
    """Grow the true units; a block with more homes than a cell has a true border through it."""
    above = density.sum() / options.cells * 0.9
    faces, origin = city.subdivide(plain, city.halves_of(plain, density, above=above))
    part = shapely.area(faces) / shapely.area(plain)[origin]
    counts = (options.subdistricts, options.communities, options.cells)
    nested = city.nest(faces, density[origin] * part, counts, rng)
    nested = city.renumber(faces, nested)
    sub = np.array(
        [f"{options.adcode}{n + 1:03d}" for n in range(nested.subdistrict.max() + 1)], dtype=object
    )
    com = city.codes(sub, blocks.parent_of(nested.community, nested.subdistrict))
    cell = city.codes(com, blocks.parent_of(nested.cell, nested.community))
    return _Units(faces, nested, sub, com, cell)


def _homes(
    plain: Shapes, density: Floats, options: DistrictOptions, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, Ints]:
    buildings = options.buildings or round(options.households / HOUSEHOLDS_PER_BUILDING)
    wanted = blocks.shares(
        min(buildings, options.households), np.sqrt(density * shapely.area(plain))
    )
    xy, face = people.place_buildings(plain, wanted, rng)
    elders = WaveField.draw(rng, rms_m=0.05, wave_m=2500).at(xy)[:, 0]
    share = np.clip(0.22 + elders, 0.08, 0.45)
    frame = people.residents(xy, face, density, options.households, share, rng, crs=_CRS)
    return frame, face


def _compounds(
    plain: Shapes, home_face: Ints, streets: Streets, rng: np.random.Generator
) -> compounds.Compounds:
    low, high = _COMPOUND_AREA_M2
    area = shapely.area(plain)
    lived_in = np.bincount(home_face, minlength=len(plain)) > 0
    fit = np.flatnonzero(lived_in & (area > low) & (area < high))
    chosen = np.sort(rng.permutation(fit)[: round(_COMPOUND_SHARE * len(plain))])
    return compounds.wall_in(plain, chosen, streets.lines, rng, shut_share=0.5)


def _road_frame(
    streets: Streets,
    walled: compounds.Compounds,
    options: DistrictOptions,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the streets as an office has them: a railway, metre noise, a few streets missing."""
    box = shapely.total_bounds(streets.lines)
    bend = rng.normal(0, 0.05, 9) * (box[3] - box[1])
    rail = shapely.LineString(
        np.round(
            np.column_stack(
                [
                    np.linspace(box[0] - 200, box[2] + 200, 9),
                    np.linspace(*(box[1] + (box[3] - box[1]) * rng.uniform(0.2, 0.8, 2)), 9)
                    + np.convolve(bend, [0.25, 0.5, 0.25], "same"),
                ]
            ),
            2,
        )
    )
    lines = streets.lines
    table = pd.DataFrame({"highway": streets.highway})
    frame = roads.road_table(table, lines, walled, [(rail, {"railway": "rail"})], crs=_CRS)
    bridge = (frame["highway"] == "primary").to_numpy() | (frame["barrier"] == "wall").to_numpy()
    bridge[-1] = True  # the railway itself
    parts, origin = roads.sever(frame.geometry.to_numpy(), bridge, rail)
    frame = frame.iloc[origin].set_geometry(
        gpd.GeoSeries(parts, index=frame.index[origin], crs=_CRS)
    )
    minor = (frame["highway"] == "residential").to_numpy()
    frame = frame[~(minor & (rng.random(len(frame)) < options.road_missing_share))]
    noise = WaveField.draw(rng, rms_m=options.road_noise_m, wave_m=200)
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy + noise.at(xy), 2))
    frame = frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=_CRS))
    frame.index = [f"R{number:05d}" for number in range(1, len(frame) + 1)]
    frame.index.name = "road_id"
    return frame


def _community_frame(units: _Units) -> gpd.GeoDataFrame:
    parent = blocks.parent_of(units.nested.community, units.nested.subdistrict)
    frame = gpd.GeoDataFrame(
        {
            "name": [f"第{n + 1}社区" for n in range(len(parent))],
            "subdistrict_id": units.subdistrict_ids[parent],
            "subdistrict_name": [f"第{p + 1}街道" for p in parent],
        },
        geometry=blocks.union_by(units.faces, units.nested.community),
        index=units.community_ids,
        crs=_CRS,
    )
    frame.index.name = "community_id"
    return frame


def _truth(units: _Units, streets: Streets) -> dict[str, gpd.GeoDataFrame]:
    parent = blocks.parent_of(units.nested.cell, units.nested.community)
    above = blocks.parent_of(units.nested.cell, units.nested.subdistrict)
    cells = gpd.GeoDataFrame(
        {
            "community_id": units.community_ids[parent],
            "subdistrict_id": units.subdistrict_ids[above],
        },
        geometry=blocks.union_by(units.faces, units.nested.cell),
        index=units.cell_ids,
        crs=_CRS,
    )
    cells.index.name = "cell_id"
    subdistricts = gpd.GeoDataFrame(
        {"name": [f"第{n + 1}街道" for n in range(len(units.subdistrict_ids))]},
        geometry=blocks.union_by(units.faces, units.nested.subdistrict),
        index=units.subdistrict_ids,
        crs=_CRS,
    )
    subdistricts.index.name = "subdistrict_id"
    true_streets = gpd.GeoDataFrame({"highway": streets.highway}, geometry=streets.lines, crs=_CRS)
    true_streets.index.name = "road_id"
    return {"cells": cells, "subdistricts": subdistricts, "streets": true_streets}


def _write_departments(
    folder: Path, units: _Units, options: DistrictOptions, rng: np.random.Generator
) -> dict[str, Path]:
    drawn = offices.department_frames(units.faces, units.nested, HABITS, rng, crs=_CRS)
    if options.faults:
        drawn = offices.with_faults(drawn, int(units.nested.subdistrict.max()), rng)
    paths = {
        "politics_law": folder / "politics_law.gpkg",
        "emergency": folder / "emergency.gpkg",
        "urban_management": folder / "urban_management.shp.zip",
        "ecology": folder / "ecology.geojson",
    }
    plain = {name: frame.drop(columns="subdistrict") for name, frame in drawn.items()}
    writing.write_gpkg(paths["politics_law"], {"grid": plain["politics_law"]})
    writing.write_gpkg(paths["emergency"], {"grid": plain["emergency"].to_crs(_OTHER_ZONE)})
    chinese = offices.in_chinese(plain["urban_management"])
    writing.write_gbk_shapefile(paths["urban_management"], chinese)
    writing.write_geojson(paths["ecology"], plain["ecology"], crs_name=_DEGREES)
    if options.unit_grid:
        paths["urban_units"] = folder / "urban_units.gpkg"
        unit_grid = offices.unit_frame(units.faces, rng, crs=_CRS)
        writing.write_gpkg(paths["urban_units"], {"grid": unit_grid})
    return paths
