"""Invent a whole district of any size: its truth, and what four departments make of it.

The departments start from their own variation of the true grid and draw it with metres of error;
their files have the faults that offices' files have. Used by tests and benchmarks.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.errors import InputError, Problem
from onegrid.io.sample import (
    blocks,
    city,
    compounds,
    departments,
    offices,
    people,
    regions,
    roads,
    writing,
)
from onegrid.io.sample.facilities import place_facilities
from onegrid.io.sample.streets import Streets, WaveField, draw_streets
from onegrid.io.sample.units import Units, community_frame, grow_units, home_names, truth_layers
from onegrid.io.writing import write_layers, write_parquet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Shapes = NDArray[np.object_]

CELL_AREA_M2 = 62_000
HOUSEHOLDS_PER_BUILDING = 7.5
_COMPOUND_SHARE = 0.08
_COMPOUND_AREA_M2 = (14_000, 90_000)
_THIN_M = 25.0
_LEAST_BLOCKS, _FEWEST_FACES, _TRIES = 12, 4, 40
_ROAD_WAVE_M = 200.0
_RAIL_BEYOND_M = 200.0
_RAIL_CLEAR_M = 20.0
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
    subdistrict. ``blocks_per_cell`` is how finely streets cut the ground. ``road_noise_m`` and
    ``road_missing_share`` are those of the roads that are handed out.

    Raises
    ------
    InputError
        If there are more subdistricts than communities, communities than cells, or cells than
        households.
    """

    seed: int = 20
    subdistricts: int = 13
    communities: int = 138
    cells: int = 564
    households: int = 225_000
    buildings: int = 0
    area_m2: float = 0
    blocks_per_cell: float = 3.7
    faults: bool = True
    unit_grid: bool = True
    road_noise_m: float = 1.2
    road_missing_share: float = 0.03
    adcode: str = "130999"

    def __post_init__(self) -> None:
        sizes = (1, self.subdistricts, self.communities, self.cells, self.households)
        if list(sizes) != sorted(sizes):
            what = "subdistricts, communities, cells and households must not decrease, from 1"
            raise InputError(Problem("DISTRICT_SIZE", f"{what}; they are {sizes[1:]}"))


@dataclass(frozen=True)
class DistrictPaths:
    """Files of an invented district; ``truth`` has the layers cells, subdistricts, streets."""

    communities: Path
    households: Path
    roads: Path
    facilities: Path
    truth: Path
    departments: dict[str, Path]


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
    streets, plain = _ground(area, round(chosen.blocks_per_cell * chosen.cells), rng)
    density = city.density_of(plain, rng, wave_m=0.6 * np.sqrt(area))
    counts = (chosen.subdistricts, chosen.communities, chosen.cells)
    true = grow_units(plain, density, counts, chosen.adcode, rng)
    homes, home_face = _homes(plain, density, chosen, rng)
    lived_in = np.bincount(home_face, minlength=len(plain)) > 0
    paths = DistrictPaths(
        communities=folder / "communities.gpkg",
        households=folder / "households.parquet",
        roads=folder / "roads.parquet",
        facilities=folder / "facilities.parquet",
        truth=folder / "truth.gpkg",
        departments=_write_departments(folder, true, chosen, rng),
    )
    write_layers(paths.communities, {"communities": community_frame(true, crs=_CRS)})
    write_parquet(paths.households, homes)
    write_parquet(paths.roads, _roads(streets, plain, lived_in, chosen, rng))
    write_parquet(paths.facilities, place_facilities(homes, home_names(true, homes), rng))
    write_layers(paths.truth, truth_layers(true, streets, crs=_CRS))
    return paths


def _ground(area_m2: float, wanted: int, rng: np.random.Generator) -> tuple[Streets, Shapes]:
    """Return streets and the blocks they enclose, at least a few however small the district."""
    count = max(wanted, _LEAST_BLOCKS)
    for _ in range(_TRIES):
        streets = draw_streets(area_m2, count, rng, np.array(_PLACE))
        faces = blocks.faces_of(streets.lines)
        plain = blocks.absorb_thin(_one_piece(faces), below_m=_THIN_M) if len(faces) else faces
        if len(plain) >= _FEWEST_FACES:
            return streets, plain
        count += _FEWEST_FACES  # a lattice this small may enclose nothing: a finer one
    what = f"no streets fit into {area_m2:g} m2"
    raise InputError(Problem("DISTRICT_SIZE", what, remedy="give a larger area_m2 or 0"))


def _one_piece(faces: Shapes) -> Shapes:
    """Return the largest set of faces connected by borders."""
    pairs, _ = blocks.neighbours(faces)
    return np.asarray(faces[regions.largest_component(pairs, len(faces))])


def _homes(
    plain: Shapes, density: Floats, options: DistrictOptions, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, Ints]:
    buildings = options.buildings or round(options.households / HOUSEHOLDS_PER_BUILDING)
    wanted = regions.shares(
        min(buildings, options.households), np.sqrt(density * shapely.area(plain))
    )
    built = people.place_buildings(plain, wanted, rng)
    elders = WaveField.draw(rng, rms_m=0.05, wave_m=2500).at(built.xy)[:, 0]
    share = np.clip(0.22 + elders, 0.08, 0.45)
    frame = people.residents(built, density, options.households, share, rng, crs=_CRS)
    return frame, built.face


def _railway(streets: Streets, rng: np.random.Generator) -> shapely.LineString:
    """Return a line from edge to edge, slightly bent."""
    west, south, east, north = shapely.total_bounds(streets.lines)
    bend = np.convolve(rng.normal(0, 0.05, 9), [0.25, 0.5, 0.25], "same") * (north - south)
    start, stop = (south + (north - south) * rng.uniform(0.2, 0.8, 2)).tolist()
    x = np.linspace(west - _RAIL_BEYOND_M, east + _RAIL_BEYOND_M, 9)
    return shapely.LineString(np.round(np.column_stack([x, np.linspace(start, stop, 9) + bend]), 2))


def _roads(
    streets: Streets,
    plain: Shapes,
    lived_in: NDArray[np.bool_],
    options: DistrictOptions,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return the streets as an office has them: a railway, metre noise, a few streets missing."""
    railway = _railway(streets, rng)
    lines, origin = roads.sever(streets.lines, streets.highway == "primary", railway)
    area, (low, high) = shapely.area(plain), _COMPOUND_AREA_M2
    clear = shapely.distance(plain, railway) > _RAIL_CLEAR_M
    fit = np.flatnonzero(lived_in & clear & (area > low) & (area < high))
    chosen = np.sort(rng.permutation(fit)[: round(_COMPOUND_SHARE * len(plain))])
    walled = compounds.wall_in(plain, chosen, lines, rng, shut_share=0.5)
    table = pd.DataFrame({"highway": streets.highway[origin]})
    frame = roads.road_table(table, lines, walled, [(railway, {"railway": "rail"})], crs=_CRS)
    minor = (frame["highway"] == "residential").to_numpy()
    frame = frame[~(minor & (rng.random(len(frame)) < options.road_missing_share))]
    noise = WaveField.draw(rng, rms_m=options.road_noise_m, wave_m=_ROAD_WAVE_M)
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy + noise.at(xy), 2))
    return frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=_CRS))


def _write_departments(
    folder: Path, units: Units, options: DistrictOptions, rng: np.random.Generator
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
    write_layers(paths["politics_law"], {"grid": plain["politics_law"]})
    write_layers(paths["emergency"], {"grid": plain["emergency"].to_crs(_OTHER_ZONE)})
    chinese = offices.in_chinese(plain["urban_management"])
    writing.write_gbk_shapefile(paths["urban_management"], chinese)
    writing.write_geojson(paths["ecology"], plain["ecology"], crs_name=_DEGREES)
    if options.unit_grid:
        paths["urban_units"] = folder / "urban_units.gpkg"
        unit_grid = offices.unit_frame(units.faces, rng, crs=_CRS)
        write_layers(paths["urban_units"], {"grid": unit_grid})
    return paths
