"""Build the bundled sample: real roads, outline, names and codes; everything else invented.

Run ``python tools/build_sample.py`` to download the inputs, or ``--from FOLDER`` with the packages
already there. The result is the same bytes every time and goes to ``data/onegrid_data/sample``.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sample_inputs import Inputs, download, read_inputs
from street_names import street_names

from onegrid.io.sample import blocks, city, compounds, offices, people, regions, roads, writing
from onegrid.io.sample.departments import Habits
from onegrid.io.sample.facilities import place_facilities
from onegrid.io.writing import write_parquet

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "data" / "onegrid_data" / "sample"
CRS = "EPSG:4547"
SEED = 420103
CELLS, HOUSEHOLDS, BUILDINGS = 520, 205_000, 15_000
CLIP_M, THIN_M, BLOCK_M2 = 300.0, 30.0, 30_000.0
COMPOUNDS, COMPOUND_M2 = 70, (12_000, 60_000)
HABITS = {
    "politics_law": Habits(0.03, 0.04, 0.05, 0.02, drift_m=1.6, hand_m=0.5),
    "emergency": Habits(0.08, 0.03, 0.06, 0.03, drift_m=3.0, hand_m=0.7),
    "urban_management": Habits(0.03, 0.1, 0.06, 0.04, drift_m=2.4, hand_m=0.6),
    "ecology": Habits(0.15, 0.02, 0.06, 0.02, drift_m=4.5, hand_m=0.9, noise_m=0.4),
}
# Where subdistricts lie, roughly (lon, lat): the borders grown from these are invented.
PLACES = {
    "420103001": (114.2865, 30.5685),
    "420103002": (114.2945, 30.5765),
    "420103003": (114.2890, 30.5805),
    "420103004": (114.2890, 30.5720),
    "420103005": (114.2815, 30.5745),
    "420103006": (114.2765, 30.5800),
    "420103007": (114.2770, 30.5890),
    "420103008": (114.2650, 30.5900),
    "420103009": (114.2720, 30.6100),
    "420103010": (114.2690, 30.6000),
    "420103011": (114.2840, 30.5830),
    "420103012": (114.2560, 30.6160),
    "420103013": (114.2430, 30.6230),
    "420103400": (114.2290, 30.6150),
    "420103401": (114.2370, 30.5990),
}
VIRTUAL_RADIUS_M = {"420103400": 450.0, "420103401": 600.0}  # their communities: 虚拟社区
RIVER, OLD_TOWN = (528_000.0, 3_383_700.0), (527_300.0, 3_384_200.0)
NOT_LIVED_IN = ((521_900.0, 3_388_300.0), (525_500.0, 3_385_500.0), (522_500.0, 3_385_500.0))
RAILWAY = (
    (520600, 3387750), (521600, 3388250), (522500, 3388560), (523400, 3388830),
    (524250, 3389080), (525100, 3389370), (525900, 3389560), (526700, 3389800),
)  # fmt: skip
BRIDGES = ("motorway", "trunk", "primary", "secondary", "tertiary")
BANK_M, SHORTEST_BANK_M, RAIL_CLEAR_M = 35.0, 200.0, 20.0


@dataclass(frozen=True)
class Land:
    """Blocks of the district: their faces, where people live, and the invented lanes."""

    faces: np.ndarray
    density: np.ndarray
    lanes: np.ndarray
    river: shapely.Polygon


def main() -> None:
    """Build the sample into its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, help="folder with the packages")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        source = asked.source or Path(scratch)
        if asked.source is None:
            download(source)
        inputs = read_inputs(source)
    asked.out.mkdir(parents=True, exist_ok=True)
    build(inputs, asked.out)
    for path in sorted(asked.out.iterdir()):
        print(f"{path.stat().st_size:>10,} {path.name}")


def build(inputs: Inputs, out: Path) -> None:
    """Write every file of the sample."""
    rng = np.random.default_rng(SEED)
    outline = _to_metric(inputs.outline)
    streets = _real_streets(inputs, outline)
    land = _land(streets, outline, rng)
    nested, community_codes = _units(land, inputs, rng)
    homes, names, home_face = _people(land, nested, community_codes, inputs, rng)
    lived_in = np.bincount(home_face, minlength=len(land.faces)) > 0
    write_parquet(out / "communities.parquet", _communities(land, nested, community_codes, inputs))
    write_parquet(out / "roads.parquet", _roads(streets, land, (outline, lived_in), rng))
    write_parquet(out / "water.parquet", _water(land, outline))
    write_parquet(out / "households.parquet", homes.assign(note=roads.INVENTED_NOTE))
    writing.write_lonlat_csv(out / "facilities.csv", place_facilities(homes, names, rng))
    drawn = offices.department_frames(land.faces, nested, HABITS, rng, crs=CRS)
    plain = {
        name: frame.drop(columns="subdistrict").assign(note=roads.INVENTED_NOTE)
        for name, frame in drawn.items()
    }
    for name in ("politics_law", "emergency"):
        write_parquet(out / f"{name}.parquet", plain[name])
    chinese = offices.in_chinese(plain["urban_management"]).rename(columns={"note": "备注"})
    writing.write_gbk_shapefile(out / "urban_management.shp.zip", chinese)
    writing.write_geojson(out / "ecology.geojson", plain["ecology"])


def _to_metric(shape: shapely.Geometry) -> shapely.Geometry:
    metric = gpd.GeoSeries([shape], crs="EPSG:4326").to_crs(CRS).iloc[0]
    return shapely.transform(metric, lambda xy: np.round(xy, 2))


def _real_streets(inputs: Inputs, outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return the real roads within the clip distance, whole, one row for each line."""
    metric = inputs.roads.to_crs(CRS)
    near = metric[metric.intersects(outline.buffer(CLIP_M))]
    lines = shapely.transform(near.geometry.to_numpy(), lambda xy: np.round(xy, 2))
    key = shapely.to_wkb(shapely.normalize(lines))
    once = ~pd.Series(key).duplicated().to_numpy()
    order = np.lexsort((key[once], near["v"].to_numpy()[once], near["u"].to_numpy()[once]))
    frame = near[once].iloc[order].set_geometry(gpd.GeoSeries(lines[once][order], crs=CRS).values)
    frame["name"] = street_names(frame.geometry.to_numpy(), frame["highway"].to_numpy(object))
    return frame[["name", "highway", "geometry"]].reset_index(drop=True)


def _land(streets: gpd.GeoDataFrame, outline: shapely.Polygon, rng: np.random.Generator) -> Land:
    lines = np.append(streets.geometry.to_numpy(), shapely.boundary(outline))
    whole = blocks.absorb_thin(blocks.faces_of(lines, keep=outline), below_m=THIN_M)
    river = whole[shapely.contains_xy(whole, *RIVER)][0]
    apart = np.logical_or.reduce([shapely.contains_xy(whole, *p) for p in (RIVER, *NOT_LIVED_IN)])
    lanes = blocks.halving_lines(whole[~apart], above_m2=BLOCK_M2)
    faces, origin = city.subdivide(whole, lanes)
    density = city.density_of(faces, rng, wave_m=2500)
    centre = shapely.get_coordinates(shapely.centroid(faces))
    away = np.hypot(*(centre - OLD_TOWN).T)
    density *= (1 + 2.5 * np.exp(-((away / 1800) ** 2))) * ~apart[origin]
    return Land(faces, density, lanes, river)


def _units(land: Land, inputs: Inputs, rng: np.random.Generator) -> tuple[city.Nested, np.ndarray]:
    """Grow subdistricts from their real places, then communities and cells inside them."""
    codes = sorted(PLACES)
    seeds = np.array(
        [shapely.get_coordinates(_to_metric(shapely.Point(PLACES[c])))[0] for c in codes]
    )
    counts = np.array([sum(s == c for _, s in inputs.communities.values()) for c in codes])
    centre = shapely.get_coordinates(shapely.centroid(land.faces))
    label = np.full(len(land.faces), -1)
    for number, code in enumerate(codes):
        if code in VIRTUAL_RADIUS_M:
            label[np.hypot(*(centre - seeds[number]).T) < VIRTUAL_RADIUS_M[code]] = number
    land.density[label >= 0] = 0
    living = np.array([code not in VIRTUAL_RADIUS_M for code in codes])
    rest = label < 0
    grown = regions.grow_regions(
        land.faces[rest], land.density[rest], living.sum(), rng,
        seeds=seeds[living], targets=counts[living].astype(float),
    )  # fmt: skip
    label[rest] = np.flatnonzero(living)[grown]
    pairs, shared = blocks.neighbours(land.faces)
    label = regions.in_one_piece(label, pairs, shared, len(codes))
    nested = city.nest(
        land.faces, land.density, (len(codes), counts.sum(), CELLS), rng,
        subdistrict=label, communities=counts,
    )  # fmt: skip
    community = city.in_order(land.faces, nested.community, label)
    cell = city.in_order(land.faces, nested.cell, community)
    names = np.array(sorted(inputs.communities, key=lambda c: (inputs.communities[c][1], c)))
    return city.Nested(label, community, cell), names


def _people(
    land: Land, nested: city.Nested, codes: np.ndarray, inputs: Inputs, rng: np.random.Generator
) -> tuple[gpd.GeoDataFrame, pd.DataFrame, np.ndarray]:
    spread = np.sqrt(land.density * shapely.area(land.faces))
    built = people.place_buildings(land.faces, regions.shares(BUILDINGS, spread), rng)
    of_community = np.clip(rng.normal(0.23, 0.05, len(codes)), 0.1, 0.4)
    share = of_community[nested.community[built.face]]
    homes = people.residents(built, land.density, HOUSEHOLDS, share, rng, crs=CRS)
    home_face = shapely.STRtree(land.faces).nearest(homes.geometry.to_numpy())
    of_home = codes[nested.community[home_face]]
    names = pd.DataFrame(
        {
            "community": [inputs.communities[c][0] for c in of_home],
            "subdistrict": [inputs.subdistricts[inputs.communities[c][1]] for c in of_home],
        }
    )
    return homes, names, home_face


def _communities(
    land: Land, nested: city.Nested, codes: np.ndarray, inputs: Inputs
) -> gpd.GeoDataFrame:
    parents = [inputs.communities[code][1] for code in codes]
    frame = gpd.GeoDataFrame(
        {
            "name": [inputs.communities[code][0] for code in codes],
            "subdistrict_id": parents,
            "subdistrict_name": [inputs.subdistricts[parent] for parent in parents],
            "note": "名称与编码真实,边界为示意数据",
        },
        geometry=blocks.union_by(land.faces, nested.community),
        index=pd.Index(codes.astype(object), name="community_id"),
        crs=CRS,
    )
    return frame.sort_index()


def _roads(
    streets: gpd.GeoDataFrame,
    land: Land,
    bounds: tuple[shapely.Polygon, np.ndarray],
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Return real roads, invented lanes and compounds, and the barriers, joined at nodes.

    ``bounds`` are the outline and which faces people live in.
    """
    outline, lived_in = bounds
    railway = shapely.LineString(RAILWAY)
    bank = shapely.boundary(shapely.buffer(land.river, -BANK_M))
    open_water = shapely.buffer(shapely.boundary(outline), 1.5 * BANK_M)
    bank = shapely.line_merge(shapely.difference(shapely.simplify(bank, 2), open_water))
    bank = shapely.transform(bank, lambda xy: np.round(xy, 2))
    note = np.where(streets["name"] != "", roads.NAMED_NOTE, roads.REAL_NOTE)
    real = pd.DataFrame(streets[["name", "highway"]].assign(note=note))
    lines, table = _with_lanes(streets.geometry.to_numpy(), real, land.lanes)
    bridge = table["highway"].str.removesuffix("_link").isin(BRIDGES).to_numpy()
    for barrier in (railway, bank):
        lines, origin = roads.sever(lines, bridge, barrier)
        table, bridge = table.iloc[origin].reset_index(drop=True), bridge[origin]
    area = shapely.area(land.faces)
    clear = shapely.distance(land.faces, railway) > RAIL_CLEAR_M
    fit = np.flatnonzero(lived_in & clear & (area > COMPOUND_M2[0]) & (area < COMPOUND_M2[1]))
    chosen = np.sort(rng.permutation(fit)[: 2 * COMPOUNDS])
    walled = compounds.wall_in(land.faces, chosen, lines, rng, shut_share=0.5)
    barriers = [
        (railway, {"railway": "rail", "name": "铁路(示意)"}),
        *((line, {"waterway": "riverbank", "name": "江岸线(示意)"}) for line in _lines_of(bank)),
    ]
    return roads.road_table(table, lines, walled, barriers, crs=CRS)


def _water(land: Land, outline: shapely.Polygon) -> gpd.GeoDataFrame:
    """Return the river as an area: from its bank line to the outline of the district."""
    shore = shapely.difference(shapely.boundary(land.river), shapely.boundary(outline).buffer(1))
    river = shapely.simplify(shapely.difference(land.river, shapely.buffer(shore, BANK_M)), 2)
    return gpd.GeoDataFrame(
        {"name": "大江(示意)", "note": roads.INVENTED_NOTE},
        geometry=[shapely.transform(river, lambda xy: np.round(xy, 2))],
        index=pd.Index(["W00001"], name="water_id"),
        crs=CRS,
    )


def _lines_of(shape: shapely.Geometry) -> list[shapely.LineString]:
    parts = [part for part in shapely.get_parts(shape) if part.length > SHORTEST_BANK_M]
    return [shapely.LineString(shapely.get_coordinates(part)) for part in parts]


def _with_lanes(
    lines: np.ndarray, table: pd.DataFrame, lanes: np.ndarray
) -> tuple[np.ndarray, pd.DataFrame]:
    """Add the invented lanes, with a shared node wherever one meets or crosses another line."""
    lanes = roads.snap_ends(shapely.transform(lanes, lambda xy: np.round(xy, 2)), lines)
    every = np.concatenate([lines, lanes])
    invented = {"highway": "service", "note": roads.INVENTED_NOTE}
    rows = pd.concat([table, pd.DataFrame([invented] * len(lanes))], ignore_index=True)
    pieces, origin = compounds.split_at(
        every, roads.joints_of(every, np.arange(len(lines), len(every)))
    )
    return pieces, rows.iloc[origin].reset_index(drop=True)


if __name__ == "__main__":
    main()
