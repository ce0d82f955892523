"""The description of OGC API Features as OpenAPI 3.0: other programs read it to find their way."""

from __future__ import annotations

from typing import Any, Final

_NUMBER: Final = {"type": "integer", "minimum": 0}
_TEXT: Final = {"type": "string"}
_QUERY: Final = {
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100},
    "offset": {**_NUMBER, "default": 0},
    "bbox": {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}},
    "bbox-crs": _TEXT,
    "crs": _TEXT,
    "datetime": _TEXT,
    "filter": _TEXT,
    "filter-lang": {"type": "string", "enum": ["cql2-text"], "default": "cql2-text"},
    "filter-crs": _TEXT,
}
_ITEMS: Final = "/collections/{collectionId}/items"
_ITEM: Final = f"{_ITEMS}/{{featureId}}"
JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
SCHEMA: Final = "application/schema+json"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
_READS: Final = {  # path: what is there, and as what
    "/": ("Landing page", JSON),
    "/conformance": ("What this service conforms to", JSON),
    "/api": ("This description", OPENAPI),
    "/collections": ("The layers", JSON),
    "/collections/{collectionId}": ("One layer", JSON),
    "/collections/{collectionId}/queryables": ("What its items can be asked by", SCHEMA),
    _ITEMS: ("Its items, page by page", GEOJSON),
    _ITEM: ("One item", GEOJSON),
}
_REFUSED: Final = {"400": "not understood", "404": "not there"}
_REFUSED_WRITES: Final = {"409": "somebody has saved since", "412": "it has changed since",
                          "415": "no GeoJSON", "422": "refused, with every reason"}  # fmt: skip
_WRITES: Final = {
    _ITEMS: {"post": "Cut a new cell out of the one it lies in"},
    _ITEM: {
        "put": "Replace a cell: its name, its lock, the vertices of its border",
        "patch": "Change a cell",
        "delete": "Give a cell's ground to the neighbour with the longest common border",
    },
}


def description(base: str, title: str, *, writing: bool) -> dict[str, Any]:
    """Return the description of the service that begins at an address.

    Examples
    --------
    >>> sorted(description("/ogc", "x", writing=True)["paths"]["/collections"])
    ['get']
    """
    paths = {path: {"get": _operation(path, told)} for path, (told, _) in _READS.items()}
    for path, operations in (_WRITES if writing else {}).items():
        paths[path] |= {
            method: _operation(path, told, method) for method, told in operations.items()
        }
    return {
        "openapi": "3.0.3",
        "info": {"title": title, "version": "1.0.0"},
        "servers": [{"url": base}],
        "paths": paths,
    }


def query_parameters() -> list[dict[str, Any]]:
    """Return the parameters of an address of items."""
    return [
        {"name": name, "in": "query", "required": False, "schema": schema}
        | ({"style": "form", "explode": False} if name == "bbox" else {})
        for name, schema in _QUERY.items()
    ]


def _operation(path: str, told: str, method: str = "get") -> dict[str, Any]:
    names = [name for name in ("collectionId", "featureId") if f"{{{name}}}" in path]
    asked = [{"name": n, "in": "path", "required": True, "schema": _TEXT} for n in names]
    if method == "get" and path == _ITEMS:
        asked += query_parameters()
    if method == "get" and path == _ITEM:
        asked += [one for one in query_parameters() if one["name"] == "crs"]
    status = {"get": "200", "post": "201"}.get(method, "204")
    done: dict[str, Any] = {"description": told}
    if method == "get":
        done["content"] = {_READS[path][1]: {"schema": {"type": "object"}}}
    refused = _REFUSED if method == "get" else _REFUSED | _REFUSED_WRITES
    operation: dict[str, Any] = {
        "summary": told,
        "parameters": asked,
        "responses": {status: done} | {code: {"description": why} for code, why in refused.items()},
    }
    if method in {"post", "put", "patch"}:
        operation["requestBody"] = {"content": {GEOJSON: {"schema": {"type": "object"}}}}
    return operation
