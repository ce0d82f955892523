"""Features for a page that carries its data with it: lines as short text, words written once.

A ring or line is a string: differences between neighbouring vertices as whole numbers of the last
decimal, zigzag, in 5-bit groups, low group first, each written as the character 63 above it. This
is a fifth of the size of decimal pairs. The page's own script reads it back.

**Source**: the encoded polyline algorithm of map services.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from onegrid.maps.geojson import lonlat_shapes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import geopandas as gpd

DECIMALS = 6  # of a degree: 0.1 m
_TYPES = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
_BITS, _MORE, _FIRST = 5, 0x20, 63
_GROUPS = 7  # 35 bits: 180 degrees in millionths, zigzag, need 29


def packed_collection(
    frame: gpd.GeoDataFrame,
    properties: Sequence[dict[str, Any]] | None = None,
    *,
    labels: Mapping[str, Sequence[str]] | None = None,
    simplify_m: float = 0,
    decimals: int = DECIMALS,
) -> dict[str, Any]:
    """Return features as short rows.

    Parameters
    ----------
    frame
        Any CRS.
    properties
        Of each row, all with the same names; none if left out.
    labels
        For a property that is a list of values: the labels of the values. A value of None has no
        row in the tooltip.
    simplify_m
        Largest move of a border in metres; a valid coverage stays one.
    decimals
        Decimals of a degree to keep.

    Returns
    -------
    collection
        ``rows`` are lists: the position of the geometry type in ``types``, the coordinates nested
        as in GeoJSON with text for each line, then the properties in the order of ``columns``. A
        text that occurs again stands once in ``words``, and its position instead. Rows without
        geometry are left out.
    """
    shapes = lonlat_shapes(frame, simplify_m=simplify_m, decimals=decimals)
    given = properties if properties is not None else [{}] * len(frame)
    words = _repeated(given)
    return {
        "scale": 10**decimals,
        "types": list(_TYPES),
        "columns": list(given[0]) if given else [],
        "labels": {name: list(values) for name, values in (labels or {}).items()},
        "words": list(words),
        "rows": [
            [
                _TYPES.index(shape.geom_type),
                _coordinates(shape, 10**decimals),
                *(_shortened(value, words) for value in row.values()),
            ]
            for row, shape in zip(given, shapes, strict=True)
            if shape is not None and not shape.is_empty
        ],
    }


def _repeated(properties: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return the texts in lists that occur more than once, each with its position."""
    counts = Counter(text for row in properties for value in row.values() for text in _texts(value))
    again = (text for text, count in counts.items() if count > 1 and len(text) > 1)
    return {text: position for position, text in enumerate(again)}


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401  (any property)
    for part in value if isinstance(value, list) else ():
        if isinstance(part, str):
            yield part
        else:
            yield from _texts(part)


def _shortened(value: Any, words: dict[str, int]) -> Any:  # noqa: ANN401  (any property)
    if not isinstance(value, list):
        return value
    return [words.get(p, p) if isinstance(p, str) else _shortened(p, words) for p in value]


def _coordinates(shape: shapely.Geometry, scale: int) -> Any:  # noqa: ANN401  (nested as GeoJSON)
    if shape.geom_type == "Polygon":
        return [_coordinates(ring, scale) for ring in (shape.exterior, *shape.interiors)]
    if shape.geom_type.startswith("Multi"):
        return [_coordinates(part, scale) for part in shape.geoms]
    return pack(np.rint(shapely.get_coordinates(shape) * scale).astype(np.int64))


def pack(points: np.ndarray) -> str:
    """Return whole-number points as text.

    Parameters
    ----------
    points
        int64 (n, 2).

    Examples
    --------
    >>> pack(np.array([[3850000, -12020000], [4070000, -12095000]]))
    '_p~iF~ps|U_ulLnnqC'
    >>> unpack(pack(np.array([[7, -1], [0, 12]]))).tolist()
    [[7, -1], [0, 12]]
    """
    deltas = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel()
    zigzag = (deltas << 1) ^ (deltas >> 63)
    groups = (zigzag[:, None] >> (_BITS * np.arange(_GROUPS))) & (_MORE - 1)
    left = zigzag[:, None] >> (_BITS * np.arange(1, _GROUPS + 1))
    used = np.hstack([np.ones((len(zigzag), 1), dtype=bool), left[:, :-1] > 0])
    codes = groups + np.where(left > 0, _MORE, 0) + _FIRST
    text: bytes = codes[used].astype(np.uint8).tobytes()
    return text.decode("ascii")


def unpack(text: str) -> np.ndarray:
    """Return the points of `pack`, int64 (n, 2)."""
    codes = np.frombuffer(text.encode("ascii"), dtype=np.uint8).astype(np.int64) - _FIRST
    last = np.flatnonzero(codes < _MORE)
    starts = np.append(0, last[:-1] + 1)
    place = np.arange(len(codes)) - np.repeat(starts, last - starts + 1)
    zigzag = np.add.reduceat((codes & (_MORE - 1)) << (_BITS * place), starts)
    deltas = (zigzag >> 1) ^ -(zigzag & 1)
    return deltas.reshape(-1, 2).cumsum(axis=0)
