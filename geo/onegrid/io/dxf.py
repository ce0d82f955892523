r"""Write areas and their names as a drawing that CAD programs open: DXF R12, the oldest there is.

Each ring is a closed polyline, each name a text in its area; other characters than ASCII stand as
``\U+XXXX``, which every program of the kind reads. Units are metres of the CRS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import shapely

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import geopandas as gpd

_TEXT_HEIGHT_M: Final = 8.0
_ASCII_END: Final = 128
_BMP_END: Final = 0x10000
_COLOURS: Final = (8, 6, 1, 5, 3)  # grey, magenta, red, blue, green: one a layer, in turn


def dxf(layers: Mapping[str, gpd.GeoDataFrame], names: Mapping[str, str]) -> bytes:
    r"""Return a drawing with a layer for each frame of areas.

    Parameters
    ----------
    layers
        Areas by the name of their layer (letters, digits and ``_``), in one metric CRS.
    names
        For some layers the column whose text is written into each area.

    Examples
    --------
    >>> import geopandas as gpd
    >>> cell = gpd.GeoDataFrame({"code": ["甲1"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=4547)
    >>> drawing = dxf({"CELLS": cell}, {"CELLS": "code"}).decode("ascii")
    >>> drawing.count("VERTEX"), "\\U+75321" in drawing
    (4, True)
    """
    entities = [
        line
        for layer, frame in layers.items()
        for line in _entities(layer, frame, names.get(layer))
    ]
    pairs = [*_tables(layers), *_section("ENTITIES", entities), (0, "EOF")]
    return "".join(f"{code}\n{value}\n" for code, value in pairs).encode("ascii")


def _tables(layers: Iterable[str]) -> Iterator[tuple[int, str]]:
    names = list(layers)
    told: list[tuple[int, str]] = [(0, "TABLE"), (2, "LAYER"), (70, str(len(names)))]
    for number, name in enumerate(names):
        colour = str(_COLOURS[number % len(_COLOURS)])
        told += [(0, "LAYER"), (2, name), (70, "0"), (62, colour), (6, "CONTINUOUS")]
    yield from _section("HEADER", [(9, "$ACADVER"), (1, "AC1009"), (9, "$INSUNITS"), (70, "6")])
    yield from _section("TABLES", [*told, (0, "ENDTAB")])


def _section(name: str, lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield from [(0, "SECTION"), (2, name)]
    yield from lines
    yield 0, "ENDSEC"


def _entities(layer: str, frame: gpd.GeoDataFrame, column: str | None) -> Iterator[tuple[int, str]]:
    texts = [""] * len(frame) if column is None else frame[column].fillna("").astype(str).tolist()
    for shape, text in zip(frame.geometry, texts, strict=True):
        for ring in shapely.get_rings(shape):
            yield from _polyline(layer, ring)
        if text:
            yield from _text(layer, shape.representative_point(), text)


def _polyline(layer: str, ring: shapely.LinearRing) -> Iterator[tuple[int, str]]:
    yield from [(0, "POLYLINE"), (8, layer), (66, "1"), (70, "1")]
    for x, y in shapely.get_coordinates(ring)[:-1].tolist():
        yield from [(0, "VERTEX"), (8, layer), (10, f"{x:.3f}"), (20, f"{y:.3f}")]
    yield from [(0, "SEQEND"), (8, layer)]


def _text(layer: str, place: shapely.Point, text: str) -> Iterator[tuple[int, str]]:
    yield from [(0, "TEXT"), (8, layer), (10, f"{place.x:.3f}"), (20, f"{place.y:.3f}")]
    yield from [(40, f"{_TEXT_HEIGHT_M}"), (1, _escaped(text))]


def _escaped(text: str) -> str:
    """Return a text in ASCII on one line; what lies outside the basic plane cannot be written."""
    plain = " ".join(text.split())
    return "".join(
        c if ord(c) < _ASCII_END else f"\\U+{ord(c):04X}" if ord(c) < _BMP_END else "?"
        for c in plain
    )
