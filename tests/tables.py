"""A small made-up district, built by code: three by two communities of two by two cells."""

from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid.io.files import write_csv, write_json, write_layers, write_parquet, write_text
from onegrid.io.networks import write_network
from onegrid.maps import MapTables, result_page
from onegrid.network.build import build_network
from onegrid.pipeline.folder import NETWORK_FILE

if TYPE_CHECKING:
    from pathlib import Path

CRS = "EPSG:4548"  # metres; the district lies near 116.84 E, 38.3 N
WEST_M, SOUTH_M, CELL_M = 486_000.0, 4_240_000.0, 300.0
HOUSEHOLDS = (350, 420, 0, 610, 210, 4, 333, 480)
KINDS = ("elder_care_center", "day_care_station", "pharmacy")


def cells() -> gpd.GeoDataFrame:
    """Return 24 cells in 6 communities of 2 subdistricts."""
    rows = []
    for east, north in product(range(6), range(4)):
        west, south = WEST_M + east * CELL_M, SOUTH_M + north * CELL_M
        order = len(rows)
        households = HOUSEHOLDS[order % len(HOUSEHOLDS)]
        rows.append(
            {
                "cell_id": f"c{order:02d}",
                "code": f"130902001{order:06d}",
                "name": f"第{order + 1}网格",
                "community_id": f"m{east // 2}{north // 2}",
                "subdistrict_id": f"s{north // 2}",
                "households": households,
                "people": households * 3,
                "elders_60": households // 2,
                "area_m2": CELL_M**2,
                "base_code": "",
                "workers_needed": 1,
                "locked": False,
                "geometry": shapely.box(west, south, west + CELL_M, south + CELL_M),
            }
        )
    return gpd.GeoDataFrame(rows, crs=CRS).set_index("cell_id")


def communities() -> gpd.GeoDataFrame:
    """Return the communities, one with a name that is HTML."""
    outlines = cells().dissolve("community_id", as_index=True)[["subdistrict_id", "geometry"]]
    outlines["name"] = [f"{i}社区" for i in outlines.index]
    outlines.loc["m00", "name"] = '<img src=x onerror="alert(1)"></script>'
    outlines["subdistrict_name"] = outlines["subdistrict_id"] + "街道"
    return outlines


def departments() -> dict[str, gpd.GeoDataFrame]:
    """Return two old grids, one shifted against the other."""
    old = cells()[["code", "geometry"]].rename_axis("feature_id")
    shifted = old.set_geometry(old.geometry.translate(40, 25))
    return {"politics_law": old, "emergency": shifted}


def facilities() -> gpd.GeoDataFrame:
    """Return six facilities of three kinds."""
    east = WEST_M + np.array([150, 750, 1050, 450, 1350, 900.0])
    north = SOUTH_M + np.array([150, 450, 950, 800, 300, 1000.0])
    kinds = [KINDS[i % len(KINDS)] for i in range(len(east))]
    return gpd.GeoDataFrame(
        {
            "kind": kinds,
            "name": [f"设施{i}" for i in range(len(east))],
            "floor_area_m2": 300.0,
            "capacity_people": np.nan,
            "opening_hours": "08:00-18:00",
            "phone": "",
            "address": "",
        },
        index=pd.Index([f"f{i}" for i in range(len(east))], name="facility_id"),
        geometry=shapely.points(east, north),
        crs=CRS,
    )


def circles() -> gpd.GeoDataFrame:
    """Return stand-ins for life circles: squares that nest."""
    rows = [
        {
            "facility_id": i,
            "minutes": float(minutes),
            "area_m2": (2 * half) ** 2,
            "geometry": shapely.box(p.x - half, p.y - half, p.x + half, p.y + half),
        }
        for i, p in facilities().geometry.items()
        for minutes, half in ((5, 150.0), (10, 300.0), (15, 450.0))
    ]
    return gpd.GeoDataFrame(rows, crs=CRS)


def roads() -> gpd.GeoDataFrame:
    """Return a lattice of streets and one railway."""
    east = [WEST_M + i * CELL_M for i in range(7)]
    north = [SOUTH_M + i * CELL_M for i in range(5)]
    lines = [shapely.LineString([(x, a), (x, b)]) for x in east for a, b in pairwise(north)]
    lines += [shapely.LineString([(a, y), (b, y)]) for y in north for a, b in pairwise(east)]
    lines.append(shapely.LineString([(WEST_M, SOUTH_M - 60), (WEST_M + 1800, SOUTH_M - 60)]))
    streets = len(lines) - 1
    return gpd.GeoDataFrame(
        {
            "highway": [*["residential"] * streets, ""],
            "railway": [*[""] * streets, "rail"],
            "waterway": "",
            "barrier": "",
        },
        index=pd.Index([f"r{i}" for i in range(streets + 1)], name="road_id"),
        geometry=lines,
        crs=CRS,
    )


def gaps() -> pd.DataFrame:
    """Return coverage figures for every cell and everything above it, for three kinds."""
    base = cells()
    shares = {"elder_care_center": 0.0, "day_care_station": 0.99, "pharmacy": 1.0}
    causes = {"elder_care_center": "far", "day_care_station": "severed", "pharmacy": "covered"}
    frames = []
    for kind, share in shares.items():
        cell = pd.DataFrame(
            {
                "level": "cell",
                "id": base.index,
                "community": base["community_id"],
                "subdistrict": base["subdistrict_id"],
                "kind": kind,
                "people": base["people"],
                "people_covered": (base["people"] * share).astype(int),
                "elders_60": base["elders_60"],
                "elders_60_covered": (base["elders_60"] * share).astype(int),
                "cause": causes[kind],
            }
        ).reset_index(drop=True)
        counts = ["people", "people_covered", "elders_60", "elders_60_covered"]
        frames.append(cell)
        for level in ("community", "subdistrict"):
            summed = cell.groupby(level)[counts].sum().reset_index(names="id")
            frames.append(summed.assign(level=level, kind=kind, cause=causes[kind]))
        total = cell[counts].sum().to_frame().T
        frames.append(total.assign(level="district", id="district", kind=kind, cause=causes[kind]))
    table = pd.concat(frames, ignore_index=True).drop(columns=["community", "subdistrict"])
    table["covered_share"] = table["people_covered"] / table["people"].where(table["people"] > 0)
    table["covered_share"] = table["covered_share"].astype(float)
    table["worst_walk_s"] = 700.0
    table["floor_area_m2"] = 300.0
    table["required_floor_area_m2"] = np.nan
    table["profile"] = "plain"
    table["accessibility"] = 0.1
    table["cause"] = table["cause"].where(table["people"] > 0, "")
    return table


def report() -> dict[str, object]:
    """Return the summary that the commands would write."""
    return {
        "merge": {
            "cells": 24,
            "communities": 6,
            "gap_m2": 0.0,
            "overlap_m2": 0.0,
            "in_band_share": 0.5714,
            "border_reuse_share": 0.912,
            "mean_compactness": 0.78,
            "preserved_share": {"politics_law": 0.97, "emergency": 0.88},
            "points_outside": ["door-1", "door-2"],
        },
        "coverage": {
            "kinds": {
                "elder_care_center": {
                    "people": 7200,
                    "people_covered": 0,
                    "elders_60": 1200,
                    "elders_60_covered": 0,
                    "covered_share": 0.0,
                    "worst_walk_s": 700.0,
                    "cause": "far",
                }
            }
        },
    }


def map_tables() -> MapTables:
    """Return everything a map can show of this district."""
    return MapTables(
        cells=cells(),
        communities=communities(),
        departments=departments(),
        circles=circles(),
        gaps=gaps(),
        facilities=facilities(),
        roads=roads(),
        attribution=("© OpenStreetMap contributors (ODbL)",),
        synthetic=True,
    )


def write_results(folder: Path) -> None:
    """Write the folder that the commands would leave, office files among them."""
    folder.mkdir(exist_ok=True)
    write_layers(folder / "grid.gpkg", {"cells": cells(), "communities": communities()})
    write_layers(folder / "facilities.gpkg", {"facilities": facilities()})
    write_csv(folder / "gaps.csv", gaps(), private=True)
    fixes = pd.DataFrame(
        {
            "kind": ["elder_care_center", "pharmacy"],
            "fix": ["new_site", "open_link"],
            "where": ["c00", "c01"],
            "elders_60_gained": [420, 3],
            "people_gained": [1200, 8],
            "cost_note": "",
        }
    )
    write_csv(folder / "fixes.csv", fixes)
    write_parquet(folder / "doors.parquet", pd.DataFrame({"id": ["door-1"], "walk_s": [60.0]}))
    write_json(folder / "report.json", report())
    write_text(folder / "map.html", result_page(map_tables(), title="示意区"))
    write_network(build_network(roads())[0], folder / NETWORK_FILE)
