"""Layers as OGC API Features tells of them: collections, items, and what an address asks for."""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

import pandas as pd
import shapely

from onegrid.crs import LONLAT, to_lonlat
from onegrid.errors import Problem
from onegrid.maps.geojson import plain
from onegrid_api.cql2 import chosen
from onegrid_api.cql2_values import kind_of
from onegrid_api.errors import NotThereError, QueryError
from onegrid_api.ogc_api import GEOJSON, JSON, SCHEMA
from onegrid_api.ogc_crs import CRS84, EPSG, crs_uris, shapes_in, touching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd
    import numpy as np

    from onegrid_api.tiles import Source

LIMIT: Final = 100
_DECIMALS: Final = {True: 9, False: 3}  # of a degree, of a metre: a vertex comes back as the same
_SIDES: Final = 4
_FEATURES: Final = "http://www.opengis.net/spec/ogcapi-features-"
CONFORMANCE: Final = [
    *(f"{_FEATURES}1/1.0/conf/{name}" for name in ("core", "geojson", "oas30")),
    f"{_FEATURES}2/1.0/conf/crs",
    *(
        f"{_FEATURES}3/1.0/conf/{name}"
        for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")
    ),
    *(
        f"http://www.opengis.net/spec/cql2/1.0/conf/{name}"
        for name in ("cql2-text", "basic-cql2", "advanced-comparison-operators",
                     "basic-spatial-functions", "spatial-functions")
    ),
]  # fmt: skip
WRITING: Final = [
    f"{_FEATURES}4/1.0/conf/{name}"
    for name in ("create-replace-delete", "update", "features", "optimistic-locking-etags")
]
_KNOWN: Final = frozenset(
    {"limit", "offset", "bbox", "bbox-crs", "crs", "datetime", "filter", "filter-lang",
     "filter-crs"}
)  # fmt: skip
_TIME: Final = r"(\d{4}-\d{2}-\d{2}([Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2}))?|\.\.|)"
_DATETIME: Final = re.compile(f"{_TIME}(/{_TIME})?")
_TYPES: Final = {"text": "string", "number": "number", "truth value": "boolean"}


@dataclass(frozen=True)
class Query:
    """Which items an address asks for, and how."""

    limit: int = LIMIT
    offset: int = 0
    bbox: tuple[float, ...] = ()
    bbox_crs: str = CRS84
    crs: str = CRS84
    filter: str = ""
    filter_crs: str = CRS84
    properties: Mapping[str, str] = field(default_factory=dict)


def read_query(asked: Iterable[tuple[str, str]], frame: gpd.GeoDataFrame, most: int) -> Query:
    """Return what an address asks of a layer.

    Raises
    ------
    QueryError
        With everything that is not understood.
    """
    given = dict(asked)
    columns = {str(frame.index.name), *frame.columns} - {frame.geometry.name}
    bbox = _numbers(given.get("bbox", ""))
    numbers = {
        name: int(text) if re.fullmatch(r"\d{1,9}", text) else -1
        for name, text in (("limit", given.get("limit", str(LIMIT))),
                           ("offset", given.get("offset", "0")))
    }  # fmt: skip
    problems = list(_odd(given, columns, list(crs_uris(frame))))
    if "bbox" in given and not _is_box(bbox):
        problems.append(Problem("QUERY", "not four or six numbers, the least first", "", "bbox"))
    problems += [
        Problem("QUERY", f"no whole number from {least}", "", name)
        for name, least in (("limit", 1), ("offset", 0))
        if numbers[name] < least
    ]
    if problems:
        raise QueryError(*problems)
    return Query(
        min(numbers["limit"], most),
        numbers["offset"],
        bbox[:2] + bbox[len(bbox) // 2 :][:2],
        given.get("bbox-crs", CRS84),
        given.get("crs", CRS84),
        given.get("filter", ""),
        given.get("filter-crs", CRS84),
        {name: given[name] for name in sorted(columns & given.keys())},
    )


def _odd(given: Mapping[str, str], columns: set[str], crs: list[str]) -> Iterator[Problem]:
    """Yield what is not understood of the parameters that are words."""
    for name in sorted(given.keys() - _KNOWN - columns):
        yield Problem("QUERY", "no such parameter or property", "", name)
    for name in ("crs", "bbox-crs", "filter-crs"):
        if given.get(name, CRS84) not in crs:
            yield Problem("QUERY", f"not one of {', '.join(crs)}", "", name)
    if given.get("filter-lang", "cql2-text") != "cql2-text":
        yield Problem("QUERY", "only cql2-text", "", "filter-lang")
    if "datetime" in given and not _DATETIME.fullmatch(given["datetime"]):
        yield Problem("QUERY", "no time or interval of RFC 3339", "", "datetime")


def picked(frame: gpd.GeoDataFrame, query: Query) -> gpd.GeoDataFrame:
    """Return the rows that a query asks for, on all of its pages.

    Raises
    ------
    QueryError
        If its filter is not understood, or a value does not fit its property.
    """
    for name, text in query.properties.items():
        frame = frame[_equal(frame, name, text)]
    if query.bbox:
        frame = frame[touching(shapes_in(frame, query.bbox_crs), query.bbox, query.bbox_crs)]
    if query.filter:
        frame = frame[chosen(frame, query.filter, shapes_in(frame, query.filter_crs))]
    return frame


def features(frame: gpd.GeoDataFrame, crs: str) -> list[dict[str, Any]]:
    """Return rows as GeoJSON features in a CRS, its axes in the order of its authority."""
    named = crs_uris(frame)[crs]
    digits = _DECIMALS[named == LONLAT]
    shapes = shapely.transform(shapes_in(frame, crs), lambda xy: xy.round(digits))
    columns = [c for c in frame.columns if c != frame.geometry.name]
    rows = pd.DataFrame(frame[columns]).itertuples(index=False)
    return [
        {
            "type": "Feature",
            "id": str(name),
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {str(frame.index.name): str(name)}
            | {c: plain(value) for c, value in zip(columns, row, strict=True)},
        }
        for name, shape, row in zip(frame.index, shapes, rows, strict=True)
    ]


def item_of(frame: gpd.GeoDataFrame, item_id: str) -> gpd.GeoDataFrame:
    """Return the one row of an id.

    Raises
    ------
    NotThereError
        If there is none.
    """
    if item_id not in frame.index:
        msg = f"no item {item_id!r}"
        raise NotThereError(msg)
    return frame.loc[[item_id]]


def tag_of(row: gpd.GeoDataFrame) -> str:
    """Return what changes whenever an item does."""
    told = repr(pd.DataFrame(row.drop(columns=row.geometry.name)).to_dict("split")).encode()
    shape: bytes = shapely.to_wkb(row.geometry.iloc[0])
    return f'"{hashlib.sha256(told + shape).hexdigest()[:32]}"'


def collection(source: Source, base: str) -> dict[str, Any]:
    """Return a layer as a collection; ``base`` is the address of the landing page."""
    frame = source.frame()
    here = f"{base}/collections/{quote(source.name)}"
    drawn = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    told: dict[str, Any] = {
        "id": source.name,
        "title": source.title,
        "itemType": "feature",
        "links": [
            link("self", here, JSON),
            link("items", f"{here}/items", GEOJSON, source.title),
            link("http://www.opengis.net/def/rel/ogc/1.0/queryables", f"{here}/queryables", SCHEMA),
        ],
        "crs": list(crs_uris(frame)),
        "storageCrs": f"{EPSG}{frame.crs.to_epsg()}",
    }
    if len(drawn):
        bounds = to_lonlat(drawn).total_bounds.round(7).tolist()
        told["extent"] = {"spatial": {"bbox": [bounds], "crs": CRS84}}
    return told


def queryables(source: Source, base: str) -> dict[str, Any]:
    """Return what the items of a layer can be asked by, as a JSON schema."""
    frame = source.frame()
    columns = {str(frame.index.name): {"type": "string", "title": str(frame.index.name)}}
    for name in frame.columns:
        if name != frame.geometry.name:
            columns[name] = {"type": _TYPES[kind_of(frame[name])], "title": name}
    shape = {"title": "geometry", "format": "geometry-any", "x-ogc-role": "primary-geometry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{quote(source.name)}/queryables",
        "type": "object",
        "title": source.title,
        "properties": {**columns, "geometry": shape},
        "additionalProperties": False,
    }


def page_links(
    here: str, asked: Mapping[str, str], query: Query, total: int
) -> list[dict[str, str]]:
    """Return the links of a page of items: itself, and its neighbours."""

    def at(offset: int) -> str:
        return f"{here}?{urlencode({**asked, 'limit': query.limit, 'offset': offset})}"

    found = [link("self", f"{here}?{urlencode(asked)}" if asked else here, GEOJSON)]
    if query.offset + query.limit < total:
        found.append(link("next", at(query.offset + query.limit), GEOJSON))
    if query.offset:
        found.append(link("prev", at(max(query.offset - query.limit, 0)), GEOJSON))
    return found


def link(rel: str, href: str, kind: str, title: str = "") -> dict[str, str]:
    """Return a link."""
    return {"rel": rel, "href": href, "type": kind} | ({"title": title} if title else {})


def _equal(frame: gpd.GeoDataFrame, name: str, text: str) -> np.ndarray:
    values = frame.index.to_series() if name == frame.index.name else frame[name]
    wanted: Any = text
    if kind_of(values) == "number":
        (wanted,) = _numbers(text)[:1] or (None,)
    elif kind_of(values) == "truth value":
        wanted = {"true": True, "false": False}.get(text.lower())
    if wanted is None:
        raise QueryError(Problem("QUERY", f"not a {kind_of(values)}", "", name))
    found = pd.array((values == wanted).to_numpy(), dtype="boolean")
    known: np.ndarray = found.fillna(value=False).to_numpy(dtype=bool)
    return known


def _numbers(text: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        return ()
    return found if all(map(math.isfinite, found)) else ()


def _is_box(numbers: tuple[float, ...]) -> bool:
    half = len(numbers) // 2
    # the first axis may run across the date line
    return len(numbers) in (_SIDES, 6) and numbers[1] <= numbers[half + 1]
