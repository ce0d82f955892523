"""The GeoPackage binary: a short header with the bounding box, then well-known binary."""

from __future__ import annotations

import struct

import shapely

from onegrid.errors import InputError, Problem

_MAGIC = b"GP"
_LITTLE_ENDIAN, _EMPTY, _XY_BOX = 0b1, 0b10000, 0b10
_BOX_BYTES = (0, 32, 48, 48, 64)  # by the box code of the header: none, xy, xyz, xym, xyzm
_PREFIX_BYTES = 8
Box = tuple[float, float, float, float]


def to_blob(shape: shapely.Geometry, srid: int) -> bytes:
    """Return a geometry as a GeoPackage binary with its EPSG code; heights are dropped.

    Examples
    --------
    >>> from_blob(to_blob(shapely.Point(1, 2), 4548))
    <POINT (1 2)>
    """
    flat = shapely.force_2d(shape)
    flags = _LITTLE_ENDIAN | _XY_BOX
    west, south, east, north = flat.bounds  # all NaN for an empty geometry, as GeoPackage wants
    if flat.is_empty:
        flags |= _EMPTY
    head = struct.pack("<2sBBi4d", _MAGIC, 0, flags, srid, west, east, south, north)
    return head + bytes(shapely.to_wkb(flat, byte_order=1))


def from_blob(blob: bytes) -> shapely.Geometry:
    """Return the geometry of a GeoPackage binary, whoever wrote it, with its EPSG code.

    Raises
    ------
    InputError
        If the bytes are no GeoPackage binary.
    """
    start = _PREFIX_BYTES + _BOX_BYTES[_box_code(blob)]
    (srid,) = struct.unpack_from("<i" if blob[3] & _LITTLE_ENDIAN else ">i", blob, 4)
    try:
        return shapely.set_srid(shapely.from_wkb(blob[start:]), srid)
    except shapely.errors.GEOSException as error:
        raise InputError(Problem("STORE_BLOB", f"broken geometry in the file: {error}")) from None


def box_of(blob: bytes) -> Box | None:
    """Return west, south, east, north of a GeoPackage binary; None if it is empty."""
    if is_empty(blob):
        return None
    if _box_code(blob) == 0:
        west, south, east, north = from_blob(blob).bounds
        return west, south, east, north
    order = "<" if blob[3] & _LITTLE_ENDIAN else ">"
    west, east, south, north = struct.unpack_from(f"{order}4d", blob, _PREFIX_BYTES)
    return west, south, east, north


def is_empty(blob: bytes) -> bool:
    """Return whether a GeoPackage binary holds an empty geometry."""
    _box_code(blob)
    return bool(blob[3] & _EMPTY)


def _box_code(blob: bytes) -> int:
    code = (blob[3] >> 1) & 0b111 if len(blob) >= _PREFIX_BYTES else len(_BOX_BYTES)
    if blob[:2] != _MAGIC or code >= len(_BOX_BYTES):
        raise InputError(Problem("STORE_BLOB", "not a GeoPackage geometry"))
    return code
