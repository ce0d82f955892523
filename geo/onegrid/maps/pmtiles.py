"""Tiles in one file that any web server can give out piece by piece: PMTiles 3.

The specification is of protomaps.com. Tiles stand in the order of a Hilbert curve, those with the
same content once; same tiles, same bytes.
"""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from onegrid.maps.mvt import number_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from onegrid.maps.tile_grid import Box, Tile

_HEADER_BYTES: Final = 127
_ROOT_BYTES_MAX: Final = 16_384 - _HEADER_BYTES
_LEAF_ENTRIES: Final = 4096
_GZIP, _MVT, _CLUSTERED = 2, 1, 1
_E7: Final = 10_000_000


@dataclass(frozen=True)
class _Entry:
    """Where a run of tiles with one content stands; a run of 0 is a directory of its own."""

    tile_id: int
    offset: int
    length: int
    run: int


def tile_id(tile: Tile) -> int:
    """Return the place of a tile on the curve, counted through all zooms.

    Examples
    --------
    >>> from onegrid.maps.tile_grid import Tile
    >>> [tile_id(Tile(1, x, y)) for x, y in ((0, 0), (0, 1), (1, 1), (1, 0))]
    [1, 2, 3, 4]
    """
    found: int = (4**tile.z - 1) // 3
    x, y = tile.x, tile.y
    for level in reversed(range(tile.z)):
        side = 1 << level
        right, low = (x & side) > 0, (y & side) > 0
        found += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
    return found


def archive(tiles: Mapping[Tile, bytes], metadata: Mapping[str, Any], bounds: Box) -> bytes:
    """Return an archive of vector tiles.

    Parameters
    ----------
    tiles
        Tiles packed with gzip; at least one.
    metadata
        What readers want to know: ``name``, ``vector_layers`` …
    bounds
        West, south, east, north in degrees.
    """
    placed = sorted((tile_id(tile), content) for tile, content in tiles.items())
    entries, contents = _entries(placed)
    root, leaves = _directories(entries)
    told = gzip.compress(json.dumps(metadata, ensure_ascii=False).encode(), mtime=0)
    zooms = [tile.z for tile in tiles]
    starts = [_HEADER_BYTES]
    for part in (root, told, leaves):
        starts.append(starts[-1] + len(part))
    sizes = (len(root), len(told), len(leaves), len(contents))
    places = [number for pair in zip(starts, sizes, strict=True) for number in pair]
    places += [len(placed), len(entries), len({entry.offset for entry in entries})]
    west, south, east, north = (round(side * _E7) for side in bounds)
    middle = (min(zooms) + max(zooms)) // 2
    header = (
        b"PMTiles\x03"
        + struct.pack("<11Q", *places)
        + bytes([_CLUSTERED, _GZIP, _GZIP, _MVT, min(zooms), max(zooms)])
        + struct.pack("<4i", west, south, east, north)
        + bytes([middle])
        + struct.pack("<2i", (west + east) // 2, (south + north) // 2)
    )
    return header + root + told + leaves + contents


def _entries(placed: Sequence[tuple[int, bytes]]) -> tuple[list[_Entry], bytes]:
    """Return where each tile stands, and all contents, each once."""
    where: dict[bytes, int] = {}
    contents = bytearray()
    entries: list[_Entry] = []
    for number, content in placed:
        at = where.setdefault(content, len(contents))
        if at == len(contents):
            contents += content
        last = entries[-1] if entries else None
        if last and last.offset == at and last.tile_id + last.run == number:
            entries[-1] = _Entry(last.tile_id, at, last.length, last.run + 1)
        else:
            entries.append(_Entry(number, at, len(content), 1))
    return entries, bytes(contents)


def _directories(entries: Sequence[_Entry]) -> tuple[bytes, bytes]:
    """Return the root directory, and those it leads to where it would be too long alone."""
    root, size = _directory(entries), _LEAF_ENTRIES
    leaves = b""
    while len(root) > _ROOT_BYTES_MAX:
        pieces = [entries[i : i + size] for i in range(0, len(entries), size)]
        packed = [_directory(piece) for piece in pieces]
        offsets = [sum(map(len, packed[:i])) for i in range(len(packed))]
        heads = [
            _Entry(piece[0].tile_id, offset, len(one), 0)
            for piece, one, offset in zip(pieces, packed, offsets, strict=True)
        ]
        root, leaves, size = _directory(heads), b"".join(packed), 2 * size
    return root, leaves


def _directory(entries: Sequence[_Entry]) -> bytes:
    numbers = [len(entries)]
    before = 0
    for entry in entries:
        numbers.append(entry.tile_id - before)
        before = entry.tile_id
    numbers += [entry.run for entry in entries]
    numbers += [entry.length for entry in entries]
    follows = -1
    for entry in entries:
        numbers.append(0 if entry.offset == follows else entry.offset + 1)
        follows = entry.offset + entry.length
    return gzip.compress(b"".join(map(number_bytes, numbers)), mtime=0)
