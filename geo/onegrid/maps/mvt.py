"""Vector tiles as bytes: geometries and attributes to Mapbox Vector Tile 2.1, many at a time.

Numbers are written as doubles: 64-bit whole numbers break some readers.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from onegrid.maps.tile_grid import EXTENT

if TYPE_CHECKING:
    from onegrid.maps.tile_grid import Tile

_POINT, _LINE, _AREA = 0, 1, 2  # dimensions; a tile calls them 1, 2, 3
_MOVE, _DRAW, _CLOSE = 1, 2, 15
_BYTES_MAX: Final = 5  # of a number of 32 bits, 7 bits in each
_NO_ROWS: Final = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Column:
    """An attribute: the code of each row's value (-1: none), and the values as bytes."""

    codes: np.ndarray
    texts: tuple[bytes, ...]


def value_bytes(value: Any) -> bytes:  # noqa: ANN401  (any cell of a table)
    """Return a value as a tile holds it.

    Examples
    --------
    >>> value_bytes("ab").hex(), value_bytes(value=True).hex()
    ('0a026162', '3801')
    """
    if isinstance(value, (bool, np.bool_)):
        return b"\x38\x01" if value else b"\x38\x00"
    if isinstance(value, (int, float, np.integer, np.floating)):
        return b"\x19" + struct.pack("<d", value)
    return _field(1, str(value).encode())


def encode_layer(
    name: str, tile: Tile, shapes: np.ndarray, columns: dict[str, Column], rows: np.ndarray
) -> bytes:
    """Return one layer of a tile.

    Parameters
    ----------
    name
        Name of the layer.
    tile
        Which tile; coordinates are rounded to 1/4096 of its side.
    shapes
        Geometries in Web Mercator, cut to about the tile. What is smaller than a step is left out.
    columns
        Attributes by name.
    rows
        The row of each shape in `columns`.

    Returns
    -------
    layer
        The bytes; none where nothing is left to draw.
    """
    drawn = _drawings(tile, shapes)
    order = sorted(drawn)
    if not order:
        return b""
    tags, values = _tags(columns, rows[order])
    parts = [b"\x78\x02", _field(1, name.encode())]
    for row, tag in zip(order, tags, strict=True):
        kind, geometry = drawn[row]
        fields = _field(2, tag) if tag else b""
        parts.append(_field(2, fields + b"\x18" + bytes([kind]) + _field(4, geometry)))
    parts += [_field(3, key.encode()) for key in columns]
    parts += [_field(4, value) for value in values]
    parts.append(b"\x28" + number_bytes(EXTENT))
    return _field(3, b"".join(parts))


def _drawings(tile: Tile, shapes: np.ndarray) -> dict[int, tuple[int, bytes]]:
    """Return type and geometry of each row that is not too small to draw."""
    dimensions = shapely.get_dimensions(shapes)
    found: dict[int, tuple[int, bytes]] = {}
    for dimension, draw in ((_POINT, _points), (_LINE, _lines), (_AREA, _areas)):
        here = np.flatnonzero(dimensions == dimension)
        if not len(here):
            continue
        parts, owner = shapely.get_parts(shapes[here], return_index=True)
        same = shapely.get_dimensions(parts) == dimension  # a cut leaves crumbs of lines and points
        of, numbers = draw(tile, parts[same], here[owner[same]])
        rows, drawings = _packed(of, numbers)
        found |= {
            row: (dimension + 1, drawing)
            for row, drawing in zip(rows.tolist(), drawings, strict=True)
        }
    return found


def _points(tile: Tile, parts: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    xy = _steps(tile, shapely.get_coordinates(parts))
    first = _starts(owner)
    counts = np.diff(np.append(np.flatnonzero(first), len(owner)))
    numbers = _signed(_moves(xy, first))
    return _with(owner, numbers, first, (counts << 3) | _MOVE)


def _lines(tile: Tile, parts: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    xy, run = shapely.get_coordinates(parts, return_index=True)
    xy, run = _without_repeats(_steps(tile, xy), run)
    xy, run = _kept(xy, run, np.bincount(run, minlength=len(parts)) > 1)
    return _drawn(xy, run, owner, closed=False)


def _areas(tile: Tile, parts: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rings, of = shapely.get_rings(parts, return_index=True)
    outer = _starts(of)
    xy, run = shapely.get_coordinates(rings, return_index=True)
    xy, run = _without_repeats(_steps(tile, xy), run)
    xy, run = _kept(xy, run, np.ones(len(rings), dtype=bool), closing=True)
    area2 = _doubled_areas(xy, run, len(rings))
    whole = (area2 != 0) & (np.bincount(run, minlength=len(rings)) > 2)  # noqa: PLR2004  (a ring)
    shell = np.maximum.accumulate(np.where(outer, np.arange(len(rings)), 0))
    whole &= whole[shell]  # a hole goes with what it is in
    turned = (area2 > 0) != outer  # outer rings go clockwise as seen, holes the other way
    xy, run = _kept(xy, run, whole)
    return _drawn(xy[_turned(run, turned)], run, owner[of], closed=True)


def _drawn(
    xy: np.ndarray, run: np.ndarray, owner: np.ndarray, *, closed: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and numbers of runs of at least two points: go there, draw, close."""
    rows = owner[run]
    first = _starts(run)
    second = np.roll(first, 1) if len(first) else first
    last = np.roll(first, -1) if len(first) else first
    counts = np.diff(np.append(np.flatnonzero(first), len(run)))
    numbers = _signed(_moves(xy, _starts(rows)))
    # before the first point of a run: move 1; before the second: draw the rest; then close
    before = np.zeros(len(run), dtype=np.int64)
    before[first] = (1 << 3) | _MOVE
    before[second] = ((counts - 1) << 3) | _DRAW
    width = 2 + (first | second) + (last if closed else 0)
    at = np.cumsum(width) - width
    out = np.full(int(width.sum()), _CLOSE, dtype=np.int64)
    headed = first | second
    out[at[headed]] = before[headed]
    out[at + headed] = numbers[:, 0]
    out[at + headed + 1] = numbers[:, 1]
    return np.repeat(rows, width), out


def _with(
    owner: np.ndarray, numbers: np.ndarray, first: np.ndarray, heads: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and numbers with a head before the first pair of each row."""
    width = 2 + first
    at = np.cumsum(width) - width
    out = np.empty(int(width.sum()), dtype=np.int64)
    out[at[first]] = heads
    out[at + first] = numbers[:, 0]
    out[at + first + 1] = numbers[:, 1]
    return np.repeat(owner, width), out


def _steps(tile: Tile, xy: np.ndarray) -> np.ndarray:
    west, south, _, north = tile.box()
    scale = EXTENT / (north - south)
    steps: np.ndarray = np.rint((xy - (west, north)) * (scale, -scale)).astype(np.int64)
    return steps


def _starts(groups: np.ndarray) -> np.ndarray:
    """Return where each group of equal neighbours begins."""
    return np.append(True, groups[1:] != groups[:-1])[: len(groups)]


def _without_repeats(xy: np.ndarray, run: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    again = np.zeros(len(xy), dtype=bool)
    again[1:] = (xy[1:] == xy[:-1]).all(axis=1) & (run[1:] == run[:-1])
    return xy[~again], run[~again]


def _kept(
    xy: np.ndarray, run: np.ndarray, which: np.ndarray, *, closing: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of some runs, without the one that closes a ring."""
    keep = which[run]
    if closing:
        keep &= ~np.append(_starts(run)[1:], True)[: len(run)]
    return xy[keep], run[keep]


def _doubled_areas(xy: np.ndarray, run: np.ndarray, count: int) -> np.ndarray:
    if not len(run):
        return np.zeros(count)
    first = np.flatnonzero(_starts(run))
    after = np.arange(1, len(run) + 1)
    after[np.append(first[1:], len(run)) - 1] = first
    cross = xy[:, 0] * xy[after, 1] - xy[after, 0] * xy[:, 1]
    return np.bincount(run, weights=cross, minlength=count)


def _turned(run: np.ndarray, turned: np.ndarray) -> np.ndarray:
    """Return the order of points in which some runs are the other way round."""
    if not len(run):
        return run
    first = np.flatnonzero(_starts(run))
    counts = np.diff(np.append(first, len(run)))
    begin, size = np.repeat(first, counts), np.repeat(counts, counts)
    place = np.arange(len(run))
    return np.where(turned[run], 2 * begin + size - 1 - place, place)


def _moves(xy: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return each point from the one before it, the first of a feature from the corner."""
    moves = np.diff(xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    moves[first] = xy[first]
    return moves


def _signed(numbers: np.ndarray) -> np.ndarray:
    folded: np.ndarray = (numbers << 1) ^ (numbers >> 63)
    return folded


def _tags(columns: dict[str, Column], rows: np.ndarray) -> tuple[list[bytes], list[bytes]]:
    """Return keys and values of each feature as pairs of numbers, and the values they name."""
    pairs: list[np.ndarray] = []
    values: list[bytes] = []
    for key, column in enumerate(columns.values()):
        codes = column.codes[rows]
        used, local = np.unique(codes, return_inverse=True)
        local += len(values) - int(np.count_nonzero(used < 0))
        values += [column.texts[code] for code in used.tolist() if code >= 0]
        pairs.append(
            np.where(codes[:, None] < 0, -1, np.stack((np.full_like(local, key), local), axis=1))
        )
    if not pairs:
        return [b""] * len(rows), []
    numbers = np.concatenate(pairs, axis=1)
    owner = np.repeat(np.arange(len(rows)), numbers.shape[1])
    there = numbers.ravel() >= 0
    found, packed = _packed(owner[there], numbers.ravel()[there])
    tags = [b""] * len(rows)
    for row, one in zip(found.tolist(), packed, strict=True):
        tags[row] = one
    return tags, values


def _packed(owner: np.ndarray, numbers: np.ndarray) -> tuple[np.ndarray, list[bytes]]:
    """Return the owners of numbers that stand together, and the numbers of each as bytes."""
    if not len(owner):
        return _NO_ROWS, []
    rest = numbers.astype(np.uint64)
    sizes = np.ones(len(rest), dtype=np.int64)
    for bits in range(7, 7 * _BYTES_MAX, 7):
        sizes += rest >= (1 << bits)
    place = np.arange(_BYTES_MAX)
    digits = (rest[:, None] >> (7 * place).astype(np.uint64)) & np.uint64(127)
    digits |= np.where(place < sizes[:, None] - 1, np.uint64(128), np.uint64(0))
    data = digits.astype(np.uint8)[place < sizes[:, None]].tobytes()
    starts = np.flatnonzero(_starts(owner))
    ends = np.cumsum(sizes)
    begin = np.append(0, ends)[starts].tolist()
    cuts = [*begin, int(ends[-1])]
    return owner[starts], [data[a:b] for a, b in pairwise(cuts)]


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + number_bytes(len(content)) + content


def number_bytes(value: int) -> bytes:
    """Return a whole number in groups of 7 bits, the lowest first.

    Examples
    --------
    >>> number_bytes(300).hex()
    'ac02'
    """
    out = bytearray()
    while value > 127:  # noqa: PLR2004  (7 bits)
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
