"""``onegrid map``: one page from whatever result files a folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from onegrid.errors import InputError, Problem
from onegrid.io.files import refuse_overwrite, write_text
from onegrid.io.networks import read_network
from onegrid.io.reading import list_layers, list_spatial_layers, read_raw
from onegrid.maps.page import MapTables, result_page
from onegrid.maps.themes import SizeBand
from onegrid.pipeline.folder import (
    NETWORK_FILE,
    WATER_FILE,
    layer_of,
    read_report,
    unverified_note,
)
from onegrid.pipeline.previous import SETTINGS, made_for
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from pathlib import Path

    from onegrid.network.build import Network

_PLACE = r"^(-?\d+(?:\.\d+)?) (-?\d+(?:\.\d+)?)$"
TITLE = "全要素网格与十五分钟生活圈"


def read_results(folder: Path) -> MapTables:
    """Return the tables of a result folder; files that are not there are left out.

    Raises
    ------
    InputError
        If the folder has none of the files a map can show.
    """
    report = read_report(folder)
    source = report.get("source")
    about = source if isinstance(source, dict) else {}
    tables = MapTables(
        cells=layer_of(folder / "grid.gpkg", "cells", "cell_id"),
        communities=layer_of(folder / "grid.gpkg", "communities", "community_id"),
        departments=_departments(folder / "departments.gpkg"),
        conflicts=layer_of(folder / "grid.gpkg", "conflicts", "conflict_id"),
        circles=layer_of(folder / "circles.gpkg", "circles"),
        gaps=_table(folder / "gaps.csv"),
        facilities=layer_of(folder / "facilities.gpkg", "facilities", "facility_id"),
        roads=_streets(folder / NETWORK_FILE),
        water=layer_of(folder / WATER_FILE, "water"),
        sites=layer_of(folder / "sites.gpkg", "sites"),
        fixes=_fixes(folder),
        scenarios=_table(folder / "scenarios.csv"),
        band=_band(folder / "grid.gpkg"),
        attribution=(*about.get("attribution", ()), *unverified_note(report)),
        synthetic=bool(about.get("synthetic", False)),
    )
    if not tables.frames():
        what = "no result file here (grid.gpkg, circles.gpkg, facilities.gpkg …)"
        remedy = "run onegrid merge, circles or coverage with this folder first"
        raise InputError(Problem("MAP_EMPTY", what, str(folder), "", remedy))
    return tables


def draw_map(folder: Path, out: Path, *, office: bool = False) -> dict[str, Any]:
    """Write the page of a result folder; counts of few people only in an office's page."""
    run = Run("map")
    refuse_overwrite(out, [p for p in folder.glob("*") if p.is_file() and p != out])
    with run.stage("读取"):
        tables = read_results(folder)
    with run.stage("绘制地图"):
        page = result_page(tables, title=TITLE, office=office)
        write_text(out, page, private=office)
    return {"file": str(out), "bytes": len(page.encode())}


def _departments(path: Path) -> dict[str, gpd.GeoDataFrame]:
    if not path.is_file():
        return {}
    return {name: read_raw(f"{path}#{name}").frame for name in list_spatial_layers(str(path))}


def _band(path: Path) -> SizeBand | None:
    """Return the band a grid was made for, None where its file does not say."""
    if not path.is_file() or SETTINGS not in list_layers(str(path)):
        return None
    (low, high), counted = made_for(str(path))
    return SizeBand(low, high, counted)


def _table(path: Path) -> pd.DataFrame | None:
    return pd.read_csv(path, dtype={"id": str}) if path.is_file() else None


def _fixes(folder: Path) -> gpd.GeoDataFrame | None:
    """Return the fixes that stand at a place of their own, with their ranks; None without a grid.

    Facilities to enlarge and units that lack area are no such places.
    """
    path, cells = folder / "fixes.csv", layer_of(folder / "grid.gpkg", "cells", "cell_id")
    if cells is None or not path.is_file():
        return None
    fixes = pd.read_csv(path, dtype={"where": str}).reset_index(names="rank")
    place = fixes["where"].str.extract(_PLACE).astype(float)
    fixes = fixes.assign(rank=fixes["rank"] + 1)[place[0].notna()]
    points = gpd.points_from_xy(place[0].dropna(), place[1].dropna())
    return gpd.GeoDataFrame(fixes, geometry=points, crs=cells.crs)


def _streets(path: Path) -> gpd.GeoDataFrame | None:
    return streets_of(read_network(path)) if path.is_file() else None


def streets_of(network: Network) -> gpd.GeoDataFrame:
    """Return the streets of a network with their names, and its barriers, as light lines."""
    lines, barriers = network.lines, network.barriers
    classes = np.array([*network.classes, "residential"], dtype=object)  # the last: not known
    highway = np.append(classes[network.class_id], [None] * len(barriers))
    names = np.array([*network.names, None], dtype=object)  # the last: it has none
    name = np.append(names[network.name_id], [None] * len(barriers))
    shapes = np.append(lines, barriers)
    barrier = [None] * len(lines) + ["yes"] * len(barriers)
    frame = {
        "name": name,
        "highway": highway,
        "railway": None,
        "waterway": None,
        "barrier": barrier,
    }
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=network.crs)
