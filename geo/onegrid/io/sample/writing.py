"""Write layers in the shapes that offices send; the same layer gives the same bytes."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import shapely

from onegrid.io.writing import staged, write_csv, write_text

if TYPE_CHECKING:
    import geopandas as gpd

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest date a zip file can hold
_DBF_DATE = "1980-01-01"
_DEGREE_DECIMALS = 7  # about 1 cm


def write_geojson(path: Path, frame: gpd.GeoDataFrame, *, crs_name: str | None = None) -> None:
    """Write a layer as GeoJSON in longitude/latitude, one feature a line.

    ``crs_name`` is an authority string like ``EPSG:4490`` to declare; without it the file is
    plain GeoJSON (WGS 84).
    """
    lonlat = frame.to_crs(crs_name or "EPSG:4326")
    shapes = shapely.transform(
        lonlat.geometry.to_numpy(), lambda xy: np.round(xy, _DEGREE_DECIMALS)
    )
    columns = lonlat.drop(columns=lonlat.geometry.name).reset_index().to_dict("records")
    lines = [
        json.dumps(
            {"type": "Feature", "properties": row, "geometry": json.loads(geometry)},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for row, geometry in zip(columns, shapely.to_geojson(shapes), strict=True)
    ]
    head = '{"type":"FeatureCollection",'
    if crs_name:
        urn = "urn:ogc:def:crs:" + crs_name.replace(":", "::")
        head += '"crs":{"type":"name","properties":{"name":"' + urn + '"}},'
    text = head + '"features":[\n' + ",\n".join(lines) + "\n]}\n"
    write_text(path, text)


def write_gbk_shapefile(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write a zipped Shapefile with GBK text and no ``.cpg``, as many offices send it."""
    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder) / f"{path.stem.removesuffix('.shp')}.shp"
        pyogrio.write_dataframe(
            frame.reset_index(drop=True),
            inner,
            driver="ESRI Shapefile",
            encoding="GBK",
            layer_options={"DBF_DATE_LAST_UPDATE": _DBF_DATE},
        )
        with staged(path) as stage, zipfile.ZipFile(stage, "w") as archive:
            for part in sorted(Path(folder).iterdir()):
                if part.suffix != ".cpg":
                    entry = zipfile.ZipInfo(part.name, _LONG_AGO)
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, part.read_bytes(), compresslevel=9)


def write_lonlat_csv(path: Path, frame: gpd.GeoDataFrame) -> None:
    """Write points as CSV with ``lon`` and ``lat``, UTF-8."""
    degrees = frame.to_crs("EPSG:4326").get_coordinates().round(_DEGREE_DECIMALS)
    table = frame.drop(columns=frame.geometry.name).assign(lon=degrees["x"], lat=degrees["y"])
    write_csv(path, table)
