"""A plan as one file to take away: for QGIS, for CAD, for a map on the web, for the printer."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from onegrid.grids.edit.rows import CELLS, COMMUNITIES, SUBDISTRICTS
from onegrid.io.dxf import dxf
from onegrid.io.shapefiles import write_shapefiles
from onegrid.maps.geojson import feature_collection
from onegrid.pipeline.plan_tables import GRID_FILE
from onegrid.pipeline.reporting import write_report
from onegrid.pipeline.tiling import tiles_of_plan
from onegrid.pipeline.workspace import write_plan
from onegrid.reports.content import ReportOptions
from onegrid.store import plans
from onegrid.store.rows import frame_of, read_layer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from onegrid.io.shapefiles import Encoding
    from onegrid.store import Workspace

Form = Literal["folder", "gpkg", "shp", "geojson", "dxf", "pmtiles", "xlsx", "sheets"]
_DATE: Final = (2000, 1, 1, 0, 0, 0)  # of the files in an archive: same plan, same bytes
_GEOJSON_DECIMALS: Final = 7


class Taken(NamedTuple):
    """A file to take away: its bytes, the end of its name, and what the record says of it."""

    content: bytes
    suffix: str
    about: dict[str, Any]


def take_away(
    workspace: Workspace, plan_id: str, form: Form, *, encoding: Encoding = "utf-8"
) -> Taken:
    """Return a plan as it stands as one file.

    Parameters
    ----------
    workspace
        Where the plan is.
    plan_id
        The plan.
    form
        ``folder``: everything, as an archive; ``gpkg``: every layer of the grid; ``shp``: cells,
        communities and subdistricts as an archive of shapefiles; ``geojson``: the cells in degrees;
        ``dxf``: the borders for CAD; ``pmtiles``: a map without figures of few people; ``xlsx``:
        the report with every figure; ``sheets``: a page of A4 for each cell, to be printed.
    encoding
        Of the texts of shapefiles.

    Raises
    ------
    InputError
        ``PLAN_UNKNOWN``; ``ENCODING`` where a text has characters that the encoding lacks.
    """
    if form == "pmtiles":
        content, about = tiles_of_plan(workspace, plan_id)
        return Taken(content, ".pmtiles", {"file": form, **about})
    with tempfile.TemporaryDirectory(prefix="onegrid-export-") as name:
        folder = Path(name)
        if form in _OF_LAYERS:
            layers, about = _borders(workspace, plan_id)
            content, suffix = _OF_LAYERS[form](layers, folder, encoding)
        else:
            told = write_plan(workspace, plan_id, folder)
            about = {name: told[name] for name in ("revision", "cells")}
            content, suffix = _OF_FOLDER[form](folder)
    return Taken(content, suffix, {"file": form, **about})


def _borders(
    workspace: Workspace, plan_id: str
) -> tuple[dict[str, gpd.GeoDataFrame], dict[str, Any]]:
    """Return the three levels of a plan, and what the record says."""
    crs = f"EPSG:{workspace.srid}"
    with workspace.reading() as connection:
        head = plans.plan_head(connection, plan_id)
        layers = {
            layer: frame_of(layer, read_layer(connection, plan_id, layer).values(), crs=crs)
            for layer in (CELLS, COMMUNITIES, SUBDISTRICTS)
        }
    return layers, {"revision": head.revision, "cells": len(layers[CELLS])}


def _shapefiles(
    layers: Mapping[str, gpd.GeoDataFrame], folder: Path, encoding: Encoding
) -> tuple[bytes, str]:
    write_shapefiles(folder, layers, encoding=encoding)
    return _packed(folder), f"-{encoding}-shp.zip"


def _geojson(
    layers: Mapping[str, gpd.GeoDataFrame], _folder: Path, _encoding: Encoding
) -> tuple[bytes, str]:
    cells = layers[CELLS]
    columns = [name for name in cells if name != cells.geometry.name]
    told = feature_collection(cells, columns, decimals=_GEOJSON_DECIMALS)
    return json.dumps(told, ensure_ascii=False).encode(), ".geojson"


def _drawing(
    layers: Mapping[str, gpd.GeoDataFrame], _folder: Path, _encoding: Encoding
) -> tuple[bytes, str]:
    drawn = {layer.upper(): frame for layer, frame in layers.items()}
    return dxf(drawn, {CELLS.upper(): "code"}), ".dxf"


def _whole(folder: Path) -> tuple[bytes, str]:
    return _packed(folder), ".zip"


def _grid(folder: Path) -> tuple[bytes, str]:
    return (folder / GRID_FILE).read_bytes(), ".gpkg"


def _workbook(folder: Path) -> tuple[bytes, str]:
    return _report(folder, ".xlsx", ReportOptions(office=True)), ".xlsx"


def _sheets(folder: Path) -> tuple[bytes, str]:
    options = ReportOptions(office=True, cells=None, chapters=False)
    return _report(folder, ".html", options), "-A4.html"


def _report(folder: Path, suffix: str, options: ReportOptions) -> bytes:
    out = folder / f"report-taken{suffix}"
    write_report(folder, out, options=options)
    return out.read_bytes()


def _packed(folder: Path) -> bytes:
    """Return the files of a folder as one archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(path.name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, path.read_bytes())
    return packed.getvalue()


_OF_LAYERS: Final[Mapping[str, Callable[..., tuple[bytes, str]]]] = {
    "shp": _shapefiles,
    "geojson": _geojson,
    "dxf": _drawing,
}
_OF_FOLDER: Final[Mapping[str, Callable[[Path], tuple[bytes, str]]]] = {
    "folder": _whole,
    "gpkg": _grid,
    "xlsx": _workbook,
    "sheets": _sheets,
}
