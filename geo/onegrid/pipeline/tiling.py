"""``onegrid export --format pmtiles``: the map of a plan in one file of vector tiles."""

from __future__ import annotations

import gzip
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import suppress
from onegrid.crs import to_lonlat
from onegrid.errors import InputError, Problem
from onegrid.io.files import refuse_overwrite, write_bytes
from onegrid.maps.pmtiles import archive
from onegrid.maps.tile_grid import tiles_over
from onegrid.maps.tile_layer import TileLayer
from onegrid.pipeline.map_layers import (
    department_grids,
    gaps_of_cells,
    life_circles,
    road_lines,
    water_areas,
)
from onegrid.pipeline.mapping import TITLE, read_results
from onegrid.pipeline.stages import Run
from onegrid.pipeline.workspace import write_plan
from onegrid.store import audit, open_workspace

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from onegrid.maps.page import MapTables
    from onegrid.maps.tile_grid import Tile
    from onegrid.store import Workspace
    from onegrid.store.audit import By

ZOOMS: Final = range(9, 17)  # of an archive; maps enlarge the last, where a step is 15 cm
_LEVEL: Final = 6
_PRIVATE: Final = {
    "cells": ["workers_needed", "locked", "base_code"],
    "conflicts": ["households", "choices", "reason", "drawn", "followed", "between", "level"],
}


def export_tiles(place: str, plan_id: str, out: Path, *, by: By) -> dict[str, Any]:
    """Write the map of a plan as one archive of tiles, fit to be published.

    Figures of few people are not in it. Who did so is on record before the file is there.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``, or that there is no workspace.
    """
    run = Run("export")
    refuse_overwrite(out, [])
    with closing(open_workspace(place)) as workspace:
        with run.stage("切片"):
            content, told = tiles_of_plan(workspace, plan_id)
        with workspace.writing() as connection:
            audit.note(connection, by, "export", plan_id, {"file": "pmtiles", **told})
        with run.stage("写出"):
            write_bytes(out, content)
    return {"plan": plan_id, **told, "out": str(out), "bytes": len(content)}


def tiles_of_plan(workspace: Workspace, plan_id: str) -> tuple[bytes, dict[str, Any]]:
    """Return the archive of a plan of an open workspace, and what is in it."""
    with tempfile.TemporaryDirectory(prefix="onegrid-tiles-") as name:
        written = write_plan(workspace, plan_id, Path(name))
        packed, told = tiles_of_folder(Path(name))
    return packed, {"revision": written["revision"], **told}


def tiles_of_folder(folder: Path) -> tuple[bytes, dict[str, Any]]:
    """Return the archive of a plan that was written to a folder, and what is in it.

    Raises
    ------
    InputError
        ``MAP_EMPTY``.
    """
    layers = public_layers(read_results(folder))
    tiles = cut(layers)
    if not tiles:
        raise InputError(Problem("MAP_EMPTY", "the plan has nothing to draw"))
    bounds = to_lonlat(layers["cells"]).total_bounds.round(7).tolist()
    west, south, east, north = bounds
    described = [
        {"id": layer, "fields": {str(c): "" for c in _columns(frame)},
         "minzoom": ZOOMS[0], "maxzoom": ZOOMS[-1]}
        for layer, frame in layers.items()
    ]  # fmt: skip
    metadata = {"name": TITLE, "type": "overlay", "vector_layers": described}
    packed = archive(tiles, metadata, (west, south, east, north))
    return packed, {"layers": len(layers), "tiles": len(tiles)}


def public_layers(tables: MapTables) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of results that may be published, by name."""
    found: dict[str, gpd.GeoDataFrame | None] = {
        "communities": tables.communities,
        "conflicts": tables.conflicts,
        "facilities": tables.facilities,
    }
    if tables.cells is not None:
        found["cells"] = public_cells(tables.cells)
        if tables.gaps is not None:
            found["gaps"] = gaps_of_cells(suppress(tables.gaps, tables.cells), tables.cells)
    if tables.departments:
        found["departments"] = department_grids(tables.departments)
    if tables.circles is not None:
        kinds: pd.Series | None = None if tables.facilities is None else tables.facilities["kind"]
        found["circles"] = life_circles(tables.circles, kinds)
    if tables.roads is not None:
        found["roads"] = road_lines(tables.roads)
    if tables.water is not None:
        found["water"] = water_areas(tables.water)
    return {
        name: frame.drop(columns=_PRIVATE.get(name, []), errors="ignore")
        for name, frame in sorted(found.items())
        if frame is not None and len(frame)
    }


def cut(layers: dict[str, gpd.GeoDataFrame], zooms: range = ZOOMS) -> dict[Tile, bytes]:
    """Return every tile of the layers that holds something, packed with gzip."""
    parts: dict[Tile, list[bytes]] = {}
    for name, frame in layers.items():
        layer = TileLayer(name, frame)
        box = layer.box
        for tile in [] if box is None else [t for z in zooms for t in tiles_over(box, z)]:
            content = layer.tile(tile)
            if content:
                parts.setdefault(tile, []).append(content)
    return {
        tile: gzip.compress(b"".join(contents), _LEVEL, mtime=0)
        for tile, contents in sorted(parts.items())
    }


def _columns(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(frame.index.name or "id"), *(c for c in frame.columns if c != frame.geometry.name)]
