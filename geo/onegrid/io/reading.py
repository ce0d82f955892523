"""Read any vector file into a frame as it is: text decoded, geometry flat, nothing judged yet."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import shapely

from onegrid.io.encoding import decode_bytes, decode_latin, guess_dbf, is_mojibake
from onegrid.io.findings import Finding
from onegrid.io.points import to_points
from onegrid.io.sources import FORMATS, Located, bad, located

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from onegrid.errors import InputError, Problem

_REMEDY_FORMAT: Final = "export it again as one of " + ", ".join(FORMATS)
OSM_FILES: Final = (".pbf", ".osm", ".osm.bz2", ".osm.gz", ".graphml")
_REFUSED: Final = ("OGR_VRT", "GDALG", "HTTP", "WFS", "OAPIF", "OGCAPI", "CSW", "PDF")


@dataclass(frozen=True)
class Raw:
    """A layer as read: ``frame`` (CRS may be missing), layer, what was noticed, text encoding.

    ``problems`` concern single rows (a coordinate that is no number) and are raised together with
    those of the columns.
    """

    source: str
    frame: gpd.GeoDataFrame
    layer: str = ""
    findings: tuple[Finding, ...] = ()
    problems: tuple[Problem, ...] = field(default=())
    encoding: str = "utf-8"


@dataclass(frozen=True)
class _Wanted:
    """Layer names by preference, and whether heights (z) are kept."""

    layers: tuple[str, ...] = ()
    heights: bool = False


def read_raw(source: str, *, layers: Sequence[str] = (), heights: bool = False) -> Raw:
    """Read one layer of `source` without judging columns, geometry types or CRS.

    Parameters
    ----------
    source
        ``FILE`` or ``FILE#layer``.
    layers
        Layer names to take by preference when the file has several and none is asked for.
    heights
        Keep the third coordinate.

    Raises
    ------
    InputError
        If the file cannot be read, or it is not clear which layer is meant.
    """
    with located(source) as place, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            raw = _reader(place)(place, _Wanted(tuple(layers), heights))
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise _unreadable(place, error) from None
        except (pyogrio.errors.FeatureError, pyogrio.errors.GeometryError) as error:
            raise _unreadable(place, error) from None
        except (pa.ArrowException, shapely.errors.ShapelyError, ValueError) as error:
            # a ValueError is text that is not in its encoding, or a damaged date
            raise _unreadable(place, error) from None
        except OSError as error:
            raise _unreadable(place, error) from None
        except (pyproj.exceptions.CRSError, UnboundLocalError):
            # the second is how pyogrio says that GDAL cannot put a damaged .prj in words
            what, remedy = "its CRS cannot be read", "replace the .prj or set the CRS again"
            raise bad(place.source, "CRS_UNUSABLE", what, remedy) from None
        return replace(raw, findings=(*raw.findings, *_from_warnings(heard)))


def list_spatial_layers(source: str) -> list[str]:
    """Return the names of the layers of a file that have geometry; empty for CSV and Parquet.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    return [name for name, kind in list_layers(source).items() if kind]


def list_layers(source: str) -> dict[str, str]:
    """Return the geometry type of every layer of a file by its name, empty for a mere table.

    CSV and Parquet have no layers.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with located(source) as place, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if _reader(place) is not _read_gdal:
            return {}
        try:
            return {str(name): str(kind or "") for name, kind in pyogrio.list_layers(place.path)}
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
            raise _unreadable(place, error) from None


def _reader(place: Located) -> Callable[[Located, _Wanted], Raw]:
    if place.suffix in (".csv", ".txt", ".tsv"):
        return _read_csv
    if place.suffix in (".parquet", ".geoparquet", ".pq"):
        return _read_parquet
    if place.suffix in (".geojson", ".json", ".geojsonl", ".topojson"):
        return _read_json
    if place.path.name.lower().endswith(OSM_FILES):
        return _read_osm
    return _read_gdal


def _read_osm(place: Located, _: _Wanted) -> Raw:
    from onegrid.io.osm import read_osm  # noqa: PLC0415  (importing osmnx takes a second)

    lines = read_osm(place.source)
    return Raw(place.source, lines.reset_index(), place.path.stem)


def _unreadable(place: Located, error: Exception) -> InputError:
    said = str(error).replace(str(place.path), place.path.name).partition("; It might help")[0]
    if "malformed" in said or "not a database" in said:
        return bad(place.source, "FILE_TRUNCATED", "is damaged or cut off", "copy it again")
    return bad(place.source, "FILE_FORMAT", "cannot be read", _REMEDY_FORMAT, error=said)


def _from_warnings(heard: list[warnings.WarningMessage]) -> list[Finding]:
    unclosed = [w for w in heard if "closed ring" in str(w.message).lower()]
    if not unclosed:
        return []
    return [Finding("INVALID_RING", len(unclosed), "", "补上环的终点，使其闭合")]


def _choose_layer(place: Located, layers: Sequence[str]) -> str:
    listed = pyogrio.list_layers(place.path)
    names = [str(name) for name, _ in listed]
    if place.layer is not None:
        if place.layer in names:
            return place.layer
        what = f"no layer {place.layer!r}; there are {', '.join(names) or 'none'}"
        raise bad(place.source, "LAYER_MISSING", what, "name one of them after #")
    spatial = [str(name) for name, kind in listed if kind is not None]
    if not spatial:
        what = "no layer with geometry"
        raise bad(place.source, "EMPTY", what, "export the layer with its geometry")
    if len(spatial) == 1:
        return spatial[0]
    lowered = {name.lower(): name for name in reversed(spatial)}
    for name in layers:
        if name.lower() in lowered:
            return lowered[name.lower()]
    what = f"holds {len(spatial)} layers: {', '.join(spatial)}"
    remedy = f"choose one, for example {place.source}#{spatial[0]}"
    raise bad(place.source, "LAYER_CHOICE", what, remedy)


def _read_gdal(place: Located, wanted: _Wanted) -> Raw:
    layer = _choose_layer(place, wanted.layers)
    guess = guess_dbf(place.path) if place.suffix == ".shp" else None
    encoding = None if guess is None else "ISO-8859-1"
    frame, info = _load(place.path, layer, encoding, heights=wanted.heights)
    if info["driver"] in _REFUSED:
        remedy = "export the data itself, for example as GeoPackage"
        raise bad(place.source, "FILE_FORMAT", f"is a {info['driver']} source", remedy)
    if info["driver"] == "LIBKML" and "id2" in frame:  # `id` is the placemark's, not the table's
        frame = frame.drop(columns="id").rename(columns={"id2": "id"})
    if len(frame) != info["features"]:
        what = f"{info['features']} features announced, {len(frame)} readable"
        raise bad(place.source, "FILE_TRUNCATED", what, "copy or export it again")
    findings, codec = [], "utf-8"
    if guess is not None:
        frame, codec = _decoded(frame, guess.codec), guess.codec
        if guess.guessed:
            findings.append(_guessed(guess.codec, guess.declared, ".dbf"))
    elif is_mojibake(_texts(frame)):
        frame, codec = _decoded(frame, "gb18030"), "gb18030"
        findings.append(_guessed("gb18030", "latin-1", layer))
    return Raw(place.source, frame, layer, tuple(findings), encoding=codec)


def _load(
    path: Path | bytes, layer: str | None, encoding: str | None, *, heights: bool
) -> tuple[gpd.GeoDataFrame, dict[str, object]]:
    info = pyogrio.read_info(path, layer=layer, encoding=encoding, force_feature_count=True)
    frame = pyogrio.read_dataframe(
        path,
        layer=layer,
        encoding=encoding,
        force_2d=not heights,
        fid_as_index=True,
        on_invalid="fix",
        datetime_as_string=True,
    )
    if not isinstance(frame, gpd.GeoDataFrame):  # a layer without geometry, asked for by name
        frame = gpd.GeoDataFrame(frame, geometry=[None] * len(frame))
    fids = frame.index.to_numpy()
    stored = bool(info["fid_column"]) or not np.array_equal(fids, np.arange(len(frame)))
    frame = frame.reset_index(drop=True)
    if stored and "fid" not in frame:
        frame["fid"] = fids
    return frame, info


def _read_json(place: Located, wanted: _Wanted) -> Raw:
    data = place.path.read_bytes()
    text = decode_bytes(data)
    if text is None:
        raise bad(place.source, "FILE_FORMAT", "is not text", "save it as UTF-8 GeoJSON")
    codec = text[1]
    if codec == "utf-8-sig":
        return _read_gdal(place, wanted)
    try:
        json.loads(text[0])
    except ValueError as error:
        raise _unreadable(place, error) from None
    if place.layer is not None:
        raise bad(place.source, "LAYER_MISSING", "the file has one layer", "leave out #layer")
    frame, _ = _load(text[0].encode("utf-8"), None, None, heights=wanted.heights)
    guessed = (_guessed(codec, "utf-8", ""),)
    return Raw(place.source, frame, place.path.stem, guessed, encoding=codec)


def _read_csv(place: Located, _: _Wanted) -> Raw:
    text = decode_bytes(place.path.read_bytes())
    if text is None:
        raise bad(place.source, "FILE_FORMAT", "is not text", "save it as CSV in UTF-8")
    if place.layer is not None:
        raise bad(place.source, "LAYER_MISSING", "a CSV has no layers", "leave out #layer")
    if "\0" in text[0]:
        raise bad(place.source, "FILE_FORMAT", "is not text", "save it as CSV in UTF-8")
    head = text[0].partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)  # rows longer than the header
            lines = io.StringIO(text[0])
            table = pd.read_csv(lines, sep=mark, dtype=str, skipinitialspace=True, index_col=False)
    except (pd.errors.ParserError, pd.errors.ParserWarning, ValueError) as error:
        remedy = "check quotes and commas"
        raise bad(place.source, "FILE_FORMAT", "is no table", remedy, error=error) from None
    findings = (_guessed(text[1], "utf-8", ""),) if text[1] == "gb18030" else ()
    frame, problems = to_points(table, place.source)
    codec = text[1].removesuffix("-sig")
    return Raw(place.source, frame, place.path.stem, findings, tuple(problems), codec)


def _read_parquet(place: Located, wanted: _Wanted) -> Raw:
    if place.layer is not None:
        raise bad(place.source, "LAYER_MISSING", "Parquet has no layers", "leave out #layer")
    schema = pq.read_schema(place.path)
    if b"geo" in (schema.metadata or {}):
        try:
            frame = gpd.read_parquet(place.path)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _unreadable(place, error) from None
        frame = frame.rename_geometry("geometry") if frame.geometry.name != "geometry" else frame
        return Raw(place.source, _flat(frame, wanted), place.path.stem)
    table = pq.read_table(place.path).to_pandas()
    if table.index.name is not None:
        table = table.reset_index()
    if "geometry" not in table:
        frame, problems = to_points(table, place.source)
        return Raw(place.source, frame, place.path.stem, (), tuple(problems))
    try:
        geometry = shapely.from_wkb(table["geometry"].to_numpy(), on_invalid="fix")
    except (TypeError, shapely.errors.ShapelyError) as error:
        remedy = "write it as GeoParquet"
        what = "column geometry is not WKB"
        raise bad(place.source, "FILE_FORMAT", what, remedy, error=error) from None
    frame = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=geometry)
    return Raw(place.source, _flat(frame, wanted), place.path.stem)


def _flat(frame: gpd.GeoDataFrame, wanted: _Wanted) -> gpd.GeoDataFrame:
    named = frame.reset_index(drop=frame.index.name is None or frame.index.name in frame)
    # Arrow decodes text when it is first touched: touch it here, where bad bytes are expected
    texts = [n for n in named.columns if isinstance(named[n].dtype, pd.StringDtype)]
    named = named.astype(dict.fromkeys(texts, object))
    if wanted.heights:
        return named
    return named.set_geometry(shapely.force_2d(named.geometry.array))


def _texts(frame: gpd.GeoDataFrame) -> list[object]:
    texts: list[object] = list(frame.columns)
    for name in frame.columns:
        if frame[name].dtype.kind == "O" or isinstance(frame[name].dtype, pd.StringDtype):
            values = [value for value in frame[name].array if isinstance(value, str)]
            if not "".join(values).isascii():  # one pass in C: most columns of codes are ASCII
                texts.extend(dict.fromkeys(values))
    return texts


def _decoded(frame: gpd.GeoDataFrame, codec: str) -> gpd.GeoDataFrame:
    names = pd.Series(list(frame.columns), dtype=object)
    decoded = {
        name: decode_latin(frame[name].astype(object), codec)
        for name in frame.columns
        if isinstance(frame[name].dtype, pd.StringDtype) or frame[name].dtype == object
    }
    named = frame.assign(**decoded)
    return named.rename(columns=dict(zip(names, decode_latin(names, codec), strict=True)))


def _guessed(codec: str, declared: str, part: str) -> Finding:
    shown = {"gb18030": "GBK", "utf-8": "UTF-8"}.get(codec, codec)
    stated = f"（文件声明为 {declared}）" if declared else "（文件未声明编码）"
    remedy = f"按 {shown} 读取文字{stated}；修复将补写 .cpg 或另存为 UTF-8，不改坐标"
    return Finding("ENCODING_GUESSED", 1, part, remedy)
