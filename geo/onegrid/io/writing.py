"""Write result files so that a reader sees the whole file or none.

Every writer works in a hidden folder beside the target, re-opens what it wrote (GDAL reports
success on a full disk), and renames it into place. Same input, same bytes: GeoPackage timestamps
are fixed and no library version goes into a file.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import warnings
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from onegrid.errors import OutputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_OFFICE_MODE: Final = 0o600
_DATE: Final = "2000-01-01T00:00:00Z"  # GeoPackage wants a time of change; ours never moves
_STAGE: Final = ".part-"
_serial = count()


def write_layers(
    path: str | Path, layers: Mapping[str, pd.DataFrame], *, private: bool = False
) -> None:
    """Write frames as the layers of one GeoPackage, in the order given.

    Parameters
    ----------
    path
        The GeoPackage; replaced if it exists.
    layers
        Frame by layer name, with CRS; the index is written as a column of its name. A frame
        without geometry becomes a mere table.
    private
        Readable by the owner only: office files with personal rows.

    Raises
    ------
    OutputError
        If the place cannot be written, or what was written does not read back.
    """
    with staged(path, private=private) as stage, _fixed_clock():
        for name, frame in layers.items():
            pyogrio.write_dataframe(
                _with_index(frame), stage, layer=name, driver="GPKG", geometry_type=_type_of(frame)
            )
        _check_layers(stage, layers)


def write_csv(path: str | Path, frame: pd.DataFrame, *, private: bool = False) -> None:
    """Write a frame as UTF-8 CSV without a byte-order mark; a named index is a column.

    Raises
    ------
    OutputError
        As `write_layers`.
    """
    text = io.StringIO()
    frame.to_csv(text, index=frame.index.name is not None, lineterminator="\n")
    write_text(path, text.getvalue(), private=private)


def write_json(path: str | Path, value: object, *, private: bool = False) -> None:
    """Write a JSON document, UTF-8, two-space indent, keys in their order.

    Raises
    ------
    OutputError
        As `write_layers`.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(path, text + "\n", private=private)


def write_text(path: str | Path, text: str, *, private: bool = False) -> None:
    """Write text as UTF-8.

    Raises
    ------
    OutputError
        As `write_layers`.
    """
    write_bytes(path, text.encode("utf-8"), private=private)


def write_bytes(path: str | Path, data: bytes, *, private: bool = False) -> None:
    """Write a file that was made in memory.

    Raises
    ------
    OutputError
        As `write_layers`.
    """
    with staged(path, private=private) as stage:
        stage.write_bytes(data)
        if stage.read_bytes() != data:
            _fail(path, "the file does not read back as it was written")


def write_parquet(path: str | Path, frame: pd.DataFrame, *, private: bool = False) -> None:
    """Write a frame as Parquet, GeoParquet 1.0 where it has geometry; a named index is a column.

    Raises
    ------
    OutputError
        As `write_layers`.
    """
    table = _arrow_table(frame)
    with staged(path, private=private) as stage:
        pq.write_table(table, stage, compression="zstd")
        with pq.ParquetFile(stage) as written:
            # the footer comes last: with the right row count and names the file is complete
            same = written.metadata.num_rows == table.num_rows
            if not same or written.schema_arrow.names != table.schema.names:
                _fail(path, "the file does not read back as it was written")


@contextmanager
def staged(path: str | Path, *, private: bool = False) -> Iterator[Path]:
    """Yield a path of the same name in a hidden folder beside; move it to `path` at the end.

    Any failure inside removes the folder and leaves an older `path` as it was; folders that a
    killed process left are removed first.

    Raises
    ------
    OutputError
        If the place cannot be written, or the writer inside failed.
    """
    goal = Path(path)
    if goal.is_dir():
        _fail(goal, "is a folder", "give the name of a file")
    if not goal.parent.is_dir():
        _fail(goal, f"folder {goal.parent} does not exist", "create it first")
    folder = hidden_folder(goal)
    try:
        with told_as_output(goal):
            yield folder / goal.name
            sync(folder / goal.name)
            if private:
                (folder / goal.name).chmod(_OFFICE_MODE)
            (folder / goal.name).replace(goal)
            sync(goal.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def hidden_folder(goal: Path) -> Path:
    """Create the folder in which `goal` is prepared, after removing those of dead processes.

    Raises
    ------
    OutputError
        If the folder of `goal` cannot be written.
    """
    prefix = f".{goal.name}{_STAGE}"
    with told_as_output(goal):
        for stale in sorted(goal.parent.iterdir()):
            if stale.name.startswith(prefix) and not _alive(stale.name[len(prefix) :]):
                shutil.rmtree(stale, ignore_errors=True)
        folder = goal.parent / f"{prefix}{os.getpid()}-{next(_serial)}"
        folder.mkdir(mode=0o700)
    return folder


def sync(path: Path) -> None:
    """Ask the system to put a file or folder on disk; an error is raised, not swallowed."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def told_as_output(goal: Path) -> Iterator[None]:
    """Turn what the system and the libraries say about writing into an `OutputError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # GDAL's; the check below is ours
            yield
    except OSError as error:
        _fail(goal, error.strerror or "cannot be written", cause=error)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        _fail(goal, str(error).splitlines()[0], cause=error)
    except (pyogrio.errors.FeatureError, pyogrio.errors.GeometryError) as error:
        _fail(goal, str(error).splitlines()[0], cause=error)
    except (sqlite3.DatabaseError, pa.ArrowException) as error:
        _fail(goal, "does not read back as it was written", cause=error)


def _alive(owner: str) -> bool:
    pid = owner.partition("-")[0]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _fail(
    path: str | Path,
    what: str,
    remedy: str = "check the free space and the rights there",
    *,
    cause: Exception | None = None,
) -> None:
    raise OutputError(Problem("OUTPUT", what, str(path), remedy=remedy)) from cause


@contextmanager
def _fixed_clock() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _with_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index() if frame.index.name is not None else frame


def _type_of(frame: pd.DataFrame) -> str | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    kinds = sorted(set(frame.geom_type.dropna()))
    if len(kinds) == 1:
        return str(kinds[0])
    if kinds and len({kind.removeprefix("Multi") for kind in kinds}) == 1:
        return f"Multi{kinds[0].removeprefix('Multi')}"
    return "Unknown"


def _check_layers(stage: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    with closing(sqlite3.connect(f"file:{stage}?mode=ro", uri=True)) as database:
        if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
            _fail(stage, "the GeoPackage is damaged after writing")
    names = [str(name) for name, _ in pyogrio.list_layers(stage)]
    if sorted(names) != sorted(layers):
        _fail(stage, f"layers after writing are {', '.join(names)}")
    for name, frame in layers.items():
        found = pyogrio.read_info(stage, layer=name, force_feature_count=True)["features"]
        if found != len(frame):
            _fail(stage, f"layer {name} has {found} features after writing, not {len(frame)}")


def _arrow_table(frame: pd.DataFrame) -> pa.Table:
    plain = pd.DataFrame(frame.reset_index() if frame.index.name is not None else frame.copy())
    if not isinstance(frame, gpd.GeoDataFrame):
        return pa.Table.from_pandas(plain, preserve_index=False).replace_schema_metadata(None)
    name = frame.geometry.name
    plain[name] = shapely.to_wkb(frame.geometry.array)
    column = {
        "encoding": "WKB",
        "geometry_types": sorted(set(frame.geom_type.dropna())),
        "crs": None if frame.crs is None else frame.crs.to_json_dict(),
    }
    geo = {"version": "1.0.0", "primary_column": name, "columns": {name: column}}
    table = pa.Table.from_pandas(plain, preserve_index=False)
    return table.replace_schema_metadata({"geo": json.dumps(geo, sort_keys=True)})
