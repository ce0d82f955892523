"""Find the file behind a source the user names: ``FILE``, ``FILE#layer``, a zip, a folder.

Everything that is wrong with a file before anyone parses it is said here, in words, because the
libraries below report most of it as "not recognized".
"""

from __future__ import annotations

import os
import shutil
import struct
import tempfile
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from onegrid.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMATS: Final = (".gpkg", ".geojson", ".json", ".shp", ".fgb", ".kml", ".csv", ".parquet")
_IN_ZIP: Final = (*FORMATS, ".gml", ".tab", ".geoparquet", ".gdb")
_SIDECARS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".tab", ".dat", ".map", ".id", ".ind")
_INDIRECT: Final = (b"<ogrvrt", b"<ogrwfs", b"<ogcapi", b'"gdalg"', b"<wfs")
_UNPACKED_LIMIT_BYTES: Final = 8 << 30
_SHP_MAGIC, _SHP_HEADER_BYTES, _DBF_HEADER_BYTES = 9994, 100, 32


@dataclass(frozen=True)
class Located:
    """A source that exists: the name the user gave, the file to open, the layer asked for."""

    source: str
    path: Path
    layer: str | None = None

    @property
    def suffix(self) -> str:
        """The ending of the file's name in lower case."""
        return self.path.suffix.lower()


def split_layer(source: str) -> tuple[str, str | None]:
    """Split ``FILE#layer``; a file whose own name has a ``#`` is taken as it is.

    Examples
    --------
    >>> split_layer("district.gpkg#cells")
    ('district.gpkg', 'cells')
    >>> split_layer("district.gpkg")
    ('district.gpkg', None)
    """
    name, mark, layer = source.rpartition("#")
    if not mark or os.path.lexists(source) or not name:
        return source, None
    return name, layer


@contextmanager
def located(source: str) -> Iterator[Located]:
    """Yield where `source` is; a zip is unpacked to a folder that is gone afterwards.

    Raises
    ------
    InputError
        If there is no such file, it cannot be opened, is empty, is a folder, lacks the files that
        belong to it, or is visibly cut off.
    """
    name, layer = split_layer(source)
    path = Path(name)
    _check_readable(source, path)
    if path.suffix.lower() != ".zip":
        _check_parts(source, path)
        yield Located(source, path, layer)
        return
    with tempfile.TemporaryDirectory(prefix="onegrid-") as folder:
        inner, layer = _unzip(source, path, layer, Path(folder))
        _check_parts(source, inner)
        yield Located(source, inner, layer)


def bad(
    source: str, code: str, what: str, remedy: str, *, where: str = "", error: object = None
) -> InputError:
    """Return an `InputError` with one problem; `error` is the library's own words."""
    said = str(error).strip().splitlines()[0] if error and str(error).strip() else ""
    return InputError(Problem(code, f"{what} ({said})" if said else what, source, where, remedy))


def _check_readable(source: str, path: Path) -> None:
    try:
        if path.is_dir():
            if path.suffix.lower() == ".gdb":
                next(path.iterdir(), None)
                return
            files = sorted(p.name for p in path.iterdir() if p.suffix.lower() in FORMATS)
            remedy = "name one file in it" + (f": {', '.join(files[:5])}" if files else "")
            raise bad(source, "FILE_IS_FOLDER", "is a folder", remedy)
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        remedy = "check the name and the folder"
        raise bad(source, "FILE_MISSING", f"no such file {path}", remedy) from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        remedy = "check the rights and the disk"
        raise bad(source, "FILE_UNREADABLE", "cannot be opened", remedy, error=said) from None
    if not head.strip(b"\0 \r\n\t\xef\xbb\xbf"):
        raise bad(source, "FILE_EMPTY", "the file is empty", "export it again")
    if any(mark in head.lower() for mark in _INDIRECT):
        what = "is a description of another source, not data"
        raise bad(source, "FILE_FORMAT", what, "export the data itself, for example as GeoPackage")


def _check_parts(source: str, path: Path) -> None:
    if path.suffix.lower() != ".shp":
        return
    with path.open("rb") as file:
        head = file.read(_SHP_HEADER_BYTES)
    if len(head) < _SHP_HEADER_BYTES or struct.unpack(">i", head[:4])[0] != _SHP_MAGIC:
        remedy = "export it again as a shapefile or GeoPackage"
        raise bad(source, "FILE_FORMAT", "is not a shapefile whatever its name says", remedy)
    there = {p.name.lower(): p for p in path.parent.iterdir()}
    parts = {s: there.get((path.stem + s).lower()) for s in (".shx", ".dbf")}
    missing = [suffix for suffix, part in parts.items() if part is None]
    if missing:
        what = f"the shapefile has no {' and no '.join(missing)} beside it"
        raise bad(source, "FILE_INCOMPLETE", what, "copy all files of the shapefile together")
    stated_bytes = 2 * struct.unpack(">i", head[24:28])[0]
    dbf = parts[".dbf"]
    cut = [".shp"] if path.stat().st_size < stated_bytes else []
    if dbf is not None and _dbf_is_cut(dbf):
        cut.append(".dbf")
    if cut:
        what = f"the {' and '.join(cut)} part is cut off"
        raise bad(source, "FILE_TRUNCATED", what, "copy or export it again")


def _dbf_is_cut(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_DBF_HEADER_BYTES)
    if len(head) < _DBF_HEADER_BYTES:
        return True
    rows, start, row_bytes = struct.unpack("<IHH", head[4:12])
    return bool(path.stat().st_size < start + rows * row_bytes)


def _unzip(source: str, path: Path, layer: str | None, folder: Path) -> tuple[Path, str | None]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _unpack(source, archive, layer, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise bad(
            source, "FILE_FORMAT", "the zip is damaged", "pack it again", error=error
        ) from None
    except RuntimeError as error:  # zipfile's word for an encrypted member
        remedy = "pack it without a password"
        raise bad(source, "FILE_FORMAT", "the zip is locked", remedy, error=error) from None
    except OSError as error:
        remedy = "check the free space for temporary files"
        raise bad(source, "FILE_UNREADABLE", "cannot unpack", remedy, error=error) from None


def _unpack(
    source: str, archive: zipfile.ZipFile, layer: str | None, folder: Path
) -> tuple[Path, str | None]:
    members = {_clean_name(m): m for m in archive.infolist() if not m.is_dir()}
    unsafe = sorted(n for n in members if n.startswith("/") or ".." in PurePosixPath(n).parts)
    if unsafe:
        what = f"the zip has a member that points outside it: {unsafe[0]}"
        raise bad(source, "ZIP_UNSAFE", what, "pack the files anew")
    chosen, layer = _choose_member(source, list(members), layer)
    wanted = {
        name: _own_name(name, chosen) for name in members if _own_name(name, chosen) is not None
    }
    if sum(members[name].file_size for name in wanted) > _UNPACKED_LIMIT_BYTES:
        raise bad(source, "ZIP_UNSAFE", "the zip unpacks to over 8 GiB", "unpack it yourself")
    for name, own in wanted.items():
        goal = folder / str(own)
        goal.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(members[name]) as packed, goal.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    return folder / f"{_flat(chosen.stem)}{chosen.suffix.lower()}", layer


def _clean_name(member: zipfile.ZipInfo) -> str:
    name = member.filename.replace("\\", "/")
    if member.flag_bits & 0x800:  # the packer says UTF-8
        return name
    try:  # Windows in Chinese packs GBK names, which zipfile reads as code page 437
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name


def _choose_member(
    source: str, names: list[str], layer: str | None
) -> tuple[PurePosixPath, str | None]:
    found: dict[PurePosixPath, None] = {}
    for name in sorted(names):
        inner = PurePosixPath(name)
        if inner.parts[0] == "__MACOSX" or inner.name.startswith("."):
            continue
        base = next((p for p in inner.parents if p.suffix.lower() == ".gdb"), inner)
        if base.suffix.lower() in _IN_ZIP:
            found[base] = None
    by_stem = [p for p in found if p.stem == layer]
    if len(by_stem) == 1:
        return by_stem[0], None
    if len(found) == 1:
        return next(iter(found)), layer
    if found:
        what = f"the zip holds {len(found)} data files: " + ", ".join(p.name for p in found)
        file = split_layer(source)[0]
        remedy = f"choose one, for example {file}#{next(iter(found)).stem}"
        raise bad(source, "LAYER_CHOICE", what, remedy)
    inside = ", ".join(sorted(names)[:5]) or "nothing"
    what = f"the zip holds no data file (it holds {inside})"
    raise bad(source, "FILE_FORMAT", what, "pack a .shp with its parts, or a .gpkg, at the top")


def _own_name(name: str, chosen: PurePosixPath) -> str | None:
    inner = PurePosixPath(name)
    if chosen.suffix.lower() == ".gdb":
        inside = chosen in inner.parents
        return f"{_flat(chosen.stem)}.gdb/{inner.name}" if inside else None
    if inner == chosen:
        return f"{_flat(inner.stem)}{inner.suffix.lower()}"
    beside = inner.parent == chosen.parent and inner.stem.lower() == chosen.stem.lower()
    if beside and inner.suffix.lower() in _SIDECARS and chosen.suffix.lower() in (".shp", ".tab"):
        return f"{_flat(chosen.stem)}{inner.suffix.lower()}"
    return None


def _flat(stem: str) -> str:
    return "".join(c for c in stem if c.isalnum() or c in "-_. ").strip(". ")[:80] or "data"
