"""One file for one walk network: a short header, then raw arrays that are mapped, not read.

The file starts with a magic word, a version and the length of the header; the header is JSON with
the CRS, the street names and a line per array: name, type, shape and place, each on a multiple of
64 bytes. Everything is little-endian.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from pyproj.exceptions import CRSError

from onegrid.crs import is_metric
from onegrid.errors import NetworkError, OutputError, Problem
from onegrid.network.build import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

SUFFIX: Final = ".network"
_MAGIC: Final = b"ONEGRIDN"
_VERSION: Final = 1
_START: Final = struct.Struct("<8sIQ")  # magic word, version, bytes of the header
_ALIGN: Final = 64
_ARRAYS: Final = {  # type and width of a row; 0 is a flat array
    "xy": ("<f8", 2),
    "ends": ("<i4", 2),
    "length_m": ("<f8", 0),
    "flags": ("<u2", 0),
    "vertices": ("<f8", 2),
    "offsets": ("<i8", 0),
    "name_id": ("<i4", 0),
    "barrier_xy": ("<f8", 2),
    "barrier_offsets": ("<i8", 0),
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
    arrays = _arrays(network)
    header, places = _header(network, arrays)
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(_START.pack(_MAGIC, _VERSION, len(header)))
            file.write(header)
            for name, array in arrays.items():
                file.write(bytes(places[name].start - file.tell()))
                file.write(array.tobytes())
            file.flush()
            os.fsync(file.fileno())
        read_network(beside)  # a full disk can go unnoticed until somebody reads
        beside.replace(path)
    except (OSError, NetworkError) as error:
        raise OutputError(
            Problem("OUTPUT", f"cannot write the network: {error}", str(path))
        ) from error
    finally:
        beside.unlink(missing_ok=True)


def read_network(path: str | Path) -> Network:
    """Read a network; its arrays stay on disk until they are used.

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
    header, places = _read_header(path, data)
    arrays = {
        name: np.frombuffer(data, p.dtype, p.bytes // np.dtype(p.dtype).itemsize, p.start).reshape(
            p.shape
        )
        for name, p in places.items()
    }
    _check(path, header, arrays)
    barrier_xy, starts = arrays.pop("barrier_xy"), arrays.pop("barrier_offsets")
    barrier = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    return Network(
        crs=str(header["crs"]),
        names=tuple(header["names"]),  # type: ignore[arg-type]
        barriers=shapely.linestrings(barrier_xy, indices=barrier),
        **arrays,
    )


def _arrays(network: Network) -> dict[str, NDArray[np.generic]]:
    counts = shapely.get_num_coordinates(network.barriers)
    columns: dict[str, NDArray[np.generic]] = {
        name: getattr(network, name) for name in list(_ARRAYS)[:-2]
    }
    columns["barrier_xy"] = shapely.get_coordinates(network.barriers)
    columns["barrier_offsets"] = np.concatenate([[0], np.cumsum(counts)])
    return {
        name: np.ascontiguousarray(columns[name], dtype=dtype)
        for name, (dtype, _) in _ARRAYS.items()
    }


def _header(
    network: Network, arrays: dict[str, NDArray[np.generic]]
) -> tuple[bytes, dict[str, _Place]]:
    """Return the header, padded so that it ends where the arrays start, and their places."""
    content = {"crs": network.crs, "names": list(network.names)}
    shapes = {name: list(array.shape) for name, array in arrays.items()}
    # Places are written relative to the end of the header: its length depends on them.
    offset, starts = 0, {}
    for name, array in arrays.items():
        starts[name] = offset
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    listed = [[name, _ARRAYS[name][0], shapes[name], starts[name]] for name in arrays]
    text = json.dumps({**content, "arrays": listed}, ensure_ascii=False).encode()
    text += b" " * (-(_START.size + len(text)) % _ALIGN)
    base = _START.size + len(text)
    places = {
        name: _Place(_ARRAYS[name][0], arrays[name].shape, base + starts[name]) for name in arrays
    }
    return text, places


def _read_header(path: Path, data: mmap.mmap) -> tuple[dict[str, object], dict[str, _Place]]:
    if len(data) < _START.size or data[: len(_MAGIC)] != _MAGIC:
        raise _not_ours(path, "not a walk network file")
    _, version, length = _START.unpack(data[: _START.size])
    if version != _VERSION:
        raise _not_ours(path, f"written in version {version} of the format, not {_VERSION}")
    base = _START.size + length
    try:
        header = json.loads(data[_START.size : base].decode())
        places = {
            str(name): _Place(str(dtype), tuple(int(n) for n in shape), base + int(start))
            for name, dtype, shape, start in header["arrays"]
        }
        sound = (
            isinstance(header["crs"], str)
            and all(isinstance(name, str) for name in header["names"])
            and {name: (p.dtype, _width(p)) for name, p in places.items()} == _ARRAYS
            and min(min(p.shape) for p in places.values()) >= 0
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _not_ours(path, "its header is damaged") from error
    if not sound:
        raise _not_ours(path, "its header is damaged")
    ends = [p.start + p.bytes for p in places.values()]
    if min(p.start for p in places.values()) < base or max(ends) > len(data):
        raise _not_ours(path, "it is cut short")
    return header, places


def _width(place: _Place) -> int:
    return place.shape[1] if len(place.shape) == 2 else 1 - len(place.shape)  # noqa: PLR2004


def _check(path: Path, header: dict[str, object], arrays: dict[str, NDArray[np.generic]]) -> None:
    """Refuse arrays that do not fit each other: an index out of range would crash a kernel."""
    ends, offsets, name_id = arrays["ends"], arrays["offsets"], arrays["name_id"]
    edges = len(ends)
    by_edge = all(len(arrays[n]) == edges for n in ("length_m", "flags", "name_id"))
    names = header["names"]
    fits = (
        edges > 0
        and by_edge
        and len(offsets) == edges + 1
        and _runs(offsets, len(arrays["vertices"]))
        and _runs(arrays["barrier_offsets"], len(arrays["barrier_xy"]))
        and _within(ends, 0, len(arrays["xy"]))
        and _within(name_id, -1, len(names))  # type: ignore[arg-type]
        and np.isfinite(arrays["vertices"]).all()
        and _positive(arrays["length_m"])
        and _metric(str(header["crs"]))
    )
    if not fits:
        raise _not_ours(path, "its arrays do not fit each other")


def _runs(offsets: NDArray[np.generic], total: int) -> bool:
    """Return whether offsets part an array into lines of two points or more."""
    steps = np.diff(offsets)
    return bool(len(offsets) and offsets[0] == 0 and offsets[-1] == total and (steps > 1).all())


def _within(values: NDArray[np.generic], low: int, high: int) -> bool:
    return bool(((values >= low) & (values < high)).all())  # type: ignore[operator]


def _positive(lengths: NDArray[np.generic]) -> bool:
    return bool((np.isfinite(lengths) & (lengths > 0)).all())  # type: ignore[operator]


def _metric(crs: str) -> bool:
    try:
        return is_metric(crs)
    except CRSError:
        return False


def _not_ours(path: Path, what: str, *, code: str = "NETWORK_FILE") -> NetworkError:
    remedy = "make one with `onegrid network SOURCE --out FILE`"
    return NetworkError(Problem(code, what, str(path), remedy=remedy))
