"""One file for one walk network: a short header, then raw arrays that are mapped, not read.

The file starts with a magic word, a version, the length of the header and its checksum; the header
is JSON with the CRS, the texts, the checksum of all arrays, and a line per array: name, type, shape
and place, each on a multiple of 64 bytes. Everything is little-endian. Opening looks at the header
only; the arrays are proved when they are first used.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from onegrid.errors import NetworkError, OutputError, Problem
from onegrid.network.arrays import Network

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SUFFIX: Final = ".network"
_MAGIC: Final = b"ONEGRIDN"
_VERSION: Final = 3
_START: Final = struct.Struct("<8sIQI")  # magic word, version, bytes of the header, its checksum
_ALIGN: Final = 64
_TEXTS: Final = ("names", "classes", "hours")
_NAMED: Final = "barrier_names"  # files from before barriers had names are without
_ARRAYS: Final = {  # type and width of a row; 0 is a flat array
    "xy": ("<f8", 2),
    "ends": ("<i4", 2),
    "length_m": ("<f8", 0),
    "flags": ("<u2", 0),
    "vertices": ("<f8", 2),
    "offsets": ("<i8", 0),
    "name_id": ("<i4", 0),
    "class_id": ("<i4", 0),
    "crosses_id": ("<i4", 0),
    "hours_id": ("<i4", 0),
    "barrier_xy": ("<f8", 2),
    "barrier_offsets": ("<i8", 0),
    "z_m": ("<f8", 0),
    "rank": ("<i4", 0),
    "skeleton_offsets": ("<i8", 0),
    "skeleton": ("<u4", 0),
}


@dataclass(frozen=True)
class _Place:
    """Where an array lies in the file."""

    dtype: str
    shape: tuple[int, ...]
    start: int

    @property
    def bytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def write_network(network: Network, path: str | Path) -> None:
    """Write a network; the same network gives the same bytes, and a failed write no file.

    Raises
    ------
    OutputError
        If the file cannot be written there.
    """
    path = Path(path)
    arrays = {
        name: np.ascontiguousarray(getattr(network, name), dtype=dtype)
        for name, (dtype, _) in _ARRAYS.items()
    }
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        network.require_sound()
        with beside.open("wb") as file:
            header = _header(network, arrays)
            file.write(_START.pack(_MAGIC, _VERSION, len(header), zlib.crc32(header)))
            file.write(header)
            for array in arrays.values():
                file.write(_bytes(array))
                file.write(bytes(_padding(array)))
            file.flush()
            os.fsync(file.fileno())
        read_network(beside).require_sound()  # a full disk can go unnoticed until somebody reads
        beside.replace(path)
    except (OSError, NetworkError) as error:
        raise OutputError(
            Problem("OUTPUT", f"cannot write the network: {error}", str(path))
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def read_network(path: str | Path) -> Network:
    """Open a network; its arrays stay on disk until they are used, and are proved then.

    Raises
    ------
    NetworkError
        If there is no such file, or it is not a whole network file of this version.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            # Private pages: kernels want arrays they could write to, and nothing goes to disk.
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    except FileNotFoundError as error:
        raise _not_ours(path, "there is no such file", code="FILE_MISSING") from error
    except (OSError, ValueError) as error:  # ValueError: an empty file cannot be mapped
        raise _not_ours(path, f"cannot be read: {error}") from error
    header, base = _read_header(path, data)
    places = _places(path, header, base, len(data))
    arrays = {
        name: np.frombuffer(data, p.dtype, math.prod(p.shape), p.start).reshape(p.shape)
        for name, p in places.items()
    }
    names, classes, hours = (tuple(str(text) for text in header[name]) for name in _TEXTS)

    def proof() -> bool:
        with memoryview(data) as view:
            return bool(zlib.crc32(view[base:]) == header["checksum"])

    return Network(
        crs=str(header["crs"]),
        source=str(path),
        proof=proof,
        names=names,
        classes=classes,
        hours=hours,
        barrier_names=tuple(header.get(_NAMED, ())),
        **arrays,
    )


def _bytes(array: NDArray[np.generic]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data


def _padding(array: NDArray[np.generic]) -> int:
    return -array.nbytes % _ALIGN


def _header(network: Network, arrays: Mapping[str, NDArray[np.generic]]) -> bytes:
    """Return the header, padded so that it ends where the arrays start."""
    # Places are written relative to the end of the header: its length depends on them.
    offset, checksum = 0, 0
    listed = []
    for name, array in arrays.items():
        listed.append([name, _ARRAYS[name][0], list(array.shape), offset])
        offset += array.nbytes + _padding(array)
        checksum = zlib.crc32(bytes(_padding(array)), zlib.crc32(_bytes(array), checksum))
    texts = {name: list(getattr(network, name)) for name in _TEXTS}
    content = {"crs": network.crs, **texts, "arrays": listed, "checksum": checksum}
    if any(network.barrier_names):
        content[_NAMED] = list(network.barrier_names)
    text = json.dumps(content, ensure_ascii=False).encode()
    return text + b" " * (-(_START.size + len(text)) % _ALIGN)


def _read_header(path: Path, data: mmap.mmap) -> tuple[dict[str, Any], int]:
    """Return the header, and where the arrays start."""
    if data[: len(_MAGIC)] != _MAGIC:
        raise _not_ours(path, "not a walk network file")
    start = data[: _START.size].ljust(_START.size, b"\xff")
    _, version, length, checksum = _START.unpack(start)
    if version < _VERSION:
        raise _not_ours(path, f"written by an older onegrid (format {version}, now {_VERSION})")
    if version > _VERSION:
        remedy = "update onegrid"
        what = f"written by a newer onegrid (format {version}, here {_VERSION})"
        raise _not_ours(path, what, remedy=remedy)
    base = _START.size + length
    if base > len(data):
        raise _not_ours(path, "it is cut short, or its header is damaged")
    text = data[_START.size : base]
    try:
        header = json.loads(text.decode()) if zlib.crc32(text) == checksum else None
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict):
        raise _not_ours(path, "its header is damaged")
    return header, base


def _places(path: Path, header: dict[str, Any], base: int, size: int) -> dict[str, _Place]:
    """Return where the arrays are, after checking that they all are in the file."""
    try:
        places = {
            str(name): _Place(str(dtype), tuple(int(n) for n in shape), base + int(start))
            for name, dtype, shape, start in header["arrays"]
        }
        texts = [text for name in _TEXTS for text in header[name]] + header.get(_NAMED, [])
        sound = (
            all(isinstance(text, str) for text in [header["crs"], *texts])
            and isinstance(header["checksum"], int)
            and {name: (p.dtype, _width(p)) for name, p in places.items()} == _ARRAYS
            and min(min(p.shape) for p in places.values()) >= 0
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _not_ours(path, "its header is damaged") from error
    if not sound:
        raise _not_ours(path, "its header is damaged")
    starts = [p.start for p in places.values()]
    ends = [p.start + p.bytes for p in places.values()]
    if min(starts) < base or max(ends) > size:
        raise _not_ours(path, "it is cut short")
    return places


def _width(place: _Place) -> int:
    return place.shape[1] if len(place.shape) == 2 else 1 - len(place.shape)  # noqa: PLR2004


def _not_ours(
    path: Path, what: str, *, code: str = "NETWORK_FILE", remedy: str = ""
) -> NetworkError:
    again = "make one with `onegrid network SOURCE --out FILE`"
    return NetworkError(Problem(code, what, str(path), remedy=remedy or again))
