"""Files that people send: what is refused before any library opens them, and what is previewed.

The preview runs in a process of its own (``python -m onegrid_api.intake FILE``) that may not use
more time or memory than it is given: a hostile file ends that process, not the service.
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath
from threading import BoundedSemaphore
from typing import Any, Final

from onegrid.errors import InputError, OnegridError, Problem

SECONDS_MAX: Final = 60
MEMORY_BYTES_MAX: Final = 2_000_000_000  # of what is written to
ADDRESSES_MAX: Final = 4_000_000_000  # libraries that are only mapped take some too
LOOKED_AT_ONCE: Final = 2  # so that many files together take no more memory than these
UNPACKED_BYTES_MAX: Final = 1_000_000_000
PACKED_RATIO_MAX: Final = 200
MEMBERS_MAX: Final = 500
FEATURES_MAX: Final = 2_000_000
VERTICES_MAX: Final = 20_000_000
VERTICES_OF_ONE_MAX: Final = 500_000
_SHAPEFILE: Final = frozenset(
    {".shp", ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".xml", ".txt"}
)
_FILEGDB: Final = frozenset(
    {".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx", ".freelist", ".horizon", ".lock"}
)
_START: Final = {  # suffix: what such a file begins with
    ".gpkg": rb"SQLite format 3\x00",
    ".fgb": rb"fgb",
    ".parquet": rb"PAR1",
    ".zip": rb"PK\x03\x04",
    ".pbf": rb"\x00\x00\x00",
    ".geojson": rb"(\xef\xbb\xbf)?\s*\{",
    ".json": rb"(\xef\xbb\xbf)?\s*\{",
    ".kml": rb"(\xef\xbb\xbf)?\s*<(\?xml[^>]*>\s*<)?(!--.*?-->\s*<)*kml\b",
    ".osm": rb"(\xef\xbb\xbf)?\s*<(\?xml[^>]*>\s*<)?(!--.*?-->\s*<)*osm\b",
    ".graphml": rb"(\xef\xbb\xbf)?\s*<(\?xml[^>]*>\s*<)?(!--.*?-->\s*<)*graphml\b",
    ".csv": rb"[^\x00<]",
}
_XML: Final = frozenset({".kml", ".osm", ".graphml"})
_HEAD_BYTES: Final = 4096
_TOO_MUCH: Final = Problem("UPLOAD_LIMITS", "too much to look through", remedy="send smaller files")
_LOOKING: Final = BoundedSemaphore(LOOKED_AT_ONCE)
_NAME: Final = re.compile(r"[^\x00-\x1f\x7f/\\:]{1,100}")


def refuse_hostile(path: Path, name: str) -> None:
    """Raise for a file that is not what its name says, or that would unpack into too much.

    Raises
    ------
    InputError
        ``UPLOAD_NAME``, ``UPLOAD_KIND``, ``UPLOAD_XML`` or ``UPLOAD_ARCHIVE``.
    """
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise InputError(
            _no("UPLOAD_NAME", "not a plain file name", "1 to 100 characters, no folders")
        )
    suffix = Path(name).suffix.lower()
    start = _START.get(suffix)
    if start is None:
        raise InputError(
            _no("UPLOAD_KIND", f"no such kind {suffix!r}", f"send {', '.join(_START)}")
        )
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not re.match(start, head, flags=re.DOTALL):
        raise InputError(
            _no("UPLOAD_KIND", f"the file is no {suffix}", "send it under its own name")
        )
    if suffix in _XML and _declares(path):
        what = "the file declares entities of its own"
        raise InputError(_no("UPLOAD_XML", what, "save it without a DOCTYPE"))
    if suffix == ".zip":
        _refuse_archive(path)


def _declares(path: Path) -> bool:
    """Return whether XML declares a document type: no file that we take needs one.

    Zero bytes are passed over, so that UTF-16 and UTF-32 hide nothing.
    """
    kept = b""
    with path.open("rb") as file:
        while raw := file.read(1 << 20):
            part = raw.replace(b"\0", b"")
            if re.search(rb"<!(DOCTYPE|ENTITY)", kept + part, flags=re.IGNORECASE):
                return True
            kept = (kept + part)[-16:]
    return False


def _refuse_archive(path: Path) -> None:
    code = "UPLOAD_ARCHIVE"
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise InputError(_no(code, "the archive is damaged", "pack it again")) from None
    if len(members) > MEMBERS_MAX:
        raise InputError(_no(code, f"{len(members)} files", f"at most {MEMBERS_MAX}"))
    size = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if size > UNPACKED_BYTES_MAX or size > PACKED_RATIO_MAX * max(packed, 10_000):
        raise InputError(
            _no(code, f"it unpacks to {size} bytes", "send the files in several archives")
        )
    for member in members:
        where = PurePosixPath(member.filename)
        if where.is_absolute() or ".." in where.parts or "\\" in member.filename:
            raise InputError(_no(code, "a file leads out of the archive", member.filename[:100]))
        known = where.suffix.lower() in _SHAPEFILE | _FILEGDB
        in_gdb = any(part.lower().endswith(".gdb") for part in where.parts[:-1])
        if not member.is_dir() and not known and not in_gdb:
            raise InputError(_no(code, "a file of another kind", where.name[:100]))
        if member.flag_bits & 1:
            raise InputError(_no(code, "the archive has a password", "pack it without"))


def preview(path: Path) -> dict[str, Any]:
    """Return the layers of a file and what the import doctor finds, from a process of its own.

    Raises
    ------
    InputError
        As the doctor does; ``UPLOAD_LIMITS`` where it takes too long or too much memory.
    """
    command = [sys.executable, "-m", "onegrid_api.intake", str(path)]
    try:
        with _LOOKING:
            done = subprocess.run(  # noqa: S603  (our own command)
                command, capture_output=True, timeout=2 * SECONDS_MAX, check=False, encoding="utf-8"
            )
    except subprocess.TimeoutExpired:
        raise InputError(_TOO_MUCH) from None
    try:
        told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        raise InputError(_TOO_MUCH) from None
    if "problems" in told:
        raise InputError(*(Problem(**problem) for problem in told["problems"]))
    return told


def _no(code: str, what: str, remedy: str) -> Problem:
    return Problem(code, what, remedy=remedy)


def _look(path: Path) -> dict[str, Any]:
    """Return what `preview` tells; here every library may open the file."""
    import pyogrio  # noqa: PLC0415  (only after the limits are set)
    import shapely  # noqa: PLC0415

    from onegrid.io.reading import list_layers, read_raw  # noqa: PLC0415
    from onegrid.pipeline.checking import check_files  # noqa: PLC0415

    if path.suffix in {".pbf", ".osm", ".graphml"}:
        return {"layers": [], "findings": []}  # street data: the network job reads and reports it
    by_gdal = path.suffix not in {".csv", ".parquet"}
    layers = []
    for name in (by_gdal and list_layers(str(path))) or [""]:
        if name:
            _refuse_many(pyogrio.read_info(path, layer=name)["features"], FEATURES_MAX, "features")
        frame = read_raw(f"{path}#{name}" if name else str(path)).frame
        _refuse_many(len(frame), FEATURES_MAX, "features")
        counts = shapely.get_num_coordinates(frame.geometry.to_numpy())
        _refuse_many(int(counts.sum()), VERTICES_MAX, "vertices")
        _refuse_many(int(counts.max(initial=0)), VERTICES_OF_ONE_MAX, "vertices in one feature")
        columns = [str(c) for c in frame.columns if c != frame.geometry.name]
        layers.append(
            {
                "name": name,
                "features": len(frame),
                "vertices": int(counts.sum()),
                "crs": None if frame.crs is None else frame.crs.to_string(),
                "columns": columns,
            }
        )
    found = check_files([str(path)], role=None, columns={})["files"][0]["findings"]
    return {"layers": layers, "findings": found}


def _refuse_many(count: int, most: int, what: str) -> None:
    if count > most:
        raise InputError(_no("UPLOAD_LIMITS", f"{count} {what}", f"at most {most}"))


def main(argv: list[str]) -> int:
    """Look into a file and say what is there as one line of JSON."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES_MAX, ADDRESSES_MAX))
    try:
        told = _look(Path(argv[0]))
    except OnegridError as error:
        keep = ("code", "what", "where", "remedy")  # `source` is a path on the server
        told = {"problems": [{k: getattr(p, k) for k in keep} for p in error.problems]}
    except MemoryError:
        return 1
    sys.stdout.write(json.dumps(told, ensure_ascii=True, default=str) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
