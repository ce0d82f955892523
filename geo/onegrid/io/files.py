"""Read the tables the product works on, from any vector file, checked and in metres.

The names a caller needs are all here: reading, writing, findings.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from onegrid.errors import Gather, Problem
from onegrid.io.findings import Finding
from onegrid.io.folders import OutputFolder, refuse_overwrite
from onegrid.io.kinds import with_kinds
from onegrid.io.placing import flatten, set_aside, to_table_crs, usable, wrong_types
from onegrid.io.reading import Raw, read_raw
from onegrid.io.tables import as_text, match_columns, shown, type_columns
from onegrid.io.writing import (
    write_bytes,
    write_csv,
    write_json,
    write_layers,
    write_parquet,
    write_text,
)
from onegrid.schema import FACILITIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onegrid.schema import Table

__all__ = [
    "Finding",
    "Loaded",
    "OutputFolder",
    "read_table",
    "refuse_overwrite",
    "write_bytes",
    "write_csv",
    "write_json",
    "write_layers",
    "write_parquet",
    "write_text",
]


@dataclass(frozen=True)
class Loaded:
    """A table read from a file, with everything that was noticed on the way.

    ``frame`` is indexed by text ids, in metres, with exactly the columns of its table.
    ``skipped`` are the ids of rows without geometry, or with one that cannot be;
    ``missing_counts`` says for each count column how many of the rows that were kept had no
    figure and count as 0. ``crs`` and ``encoding`` are those of the file.
    """

    frame: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    skipped: tuple[str, ...] = ()
    missing_counts: dict[str, int] = field(default_factory=dict)
    crs: str = ""
    encoding: str = ""


def read_table(
    source: str,
    table: Table,
    *,
    columns: Mapping[str, str] | None = None,
    crs: str | None = None,
    datum: str | None = None,
    heights: bool = False,
) -> Loaded:
    r"""Read one table from a vector file, GeoParquet or CSV with lon and lat.

    Parameters
    ----------
    source
        ``FILE`` or ``FILE#layer``; roads may also be ``.osm.pbf``, ``.osm`` or OSMnx ``.graphml``.
    table
        What the file is to be, from `onegrid.schema`.
    columns
        File column by table column, where names and aliases do not tell.
    crs
        Metric CRS to return; None keeps a metric CRS and else takes the working CRS of the place.
    datum
        "gcj02" or "bd09" if the file is known to be in it: converted; never guessed.
    heights
        Keep the third coordinate of features where all of it is plausible.

    Returns
    -------
    loaded
        Rows in the order of the file. Invalid rings are kept: merging repairs them on record.

    Raises
    ------
    InputError
        With every problem at once: file, columns, values, ids, geometry types, CRS.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from onegrid.schema import PEOPLE
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "doors.csv"
    ...     _ = path.write_text("id,lon,lat,户数\na,116.84,38.3,12\n", encoding="utf-8")
    ...     loaded = read_table(str(path), PEOPLE)
    >>> loaded.frame.households["a"], loaded.frame.crs.to_epsg(), loaded.missing_counts["people"]
    (np.int64(12), 4548, 1)
    """
    raw = read_raw(source, layers=table.layers, heights=heights)
    tagged: list[Finding] = []
    if table.role == FACILITIES.role:
        named, _ = match_columns(_names(raw.frame), table, columns, source)
        frame, tagged = with_kinds(raw.frame, named)
        raw = replace(raw, frame=frame)
    found, problems = match_columns(_names(raw.frame), table, columns, source)
    gather = Gather()
    gather.add(raw.problems)
    gather.add(problems)
    there = usable(raw.frame.geometry.to_numpy())
    empty = skipped = _skipped(raw, found.get(table.id), there)
    rows = raw.frame[there]
    if not len(rows):
        what = "no feature" if not len(raw.frame) else f"none of {len(raw.frame)} rows has geometry"
        gather.add([Problem("EMPTY", what, source, remedy="export the layer with its geometry")])
        gather.check()
    typed = type_columns(rows, table, found, source)
    gather.add(typed.problems)
    geometry = flatten(rows.geometry.to_numpy(), table, heights=heights)
    gather.add(_type_problems(geometry, typed.ids, table, source))
    frame = gpd.GeoDataFrame(typed.columns, geometry=geometry, index=typed.ids, crs=rows.crs)
    frame.index.name = table.id
    if table.misplaced_skipped:
        frame, off = set_aside(frame)
        tagged += _misplaced_note(off)
        skipped += tuple(map(str, off))
    placed = gather.attempt(to_table_crs, frame, source, crs=crs, datum=datum)
    gather.check()
    assert placed is not None  # noqa: S101  (for the type checker: check() raised otherwise)
    findings = (*raw.findings, *tagged, *_notes(empty, typed.missing_counts, found))
    named_crs = "" if rows.crs is None else rows.crs.to_string()
    return Loaded(placed, findings, skipped, typed.missing_counts, named_crs, raw.encoding)


def _names(frame: gpd.GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]


def _skipped(raw: Raw, id_column: str | None, there: np.ndarray) -> tuple[str, ...]:
    rows = np.flatnonzero(~there)
    ids = None if id_column is None else as_text(raw.frame[id_column])
    return tuple(
        str(ids[row]) if ids is not None and ids[row] is not None else f"row {row + 1}"
        for row in rows
    )


def _misplaced_note(off: np.ndarray) -> list[Finding]:
    remedy = "坐标不可能在此处的行不参加计算；请改正坐标"
    return [Finding("COORDINATES", len(off), shown(off), remedy)] if len(off) else []


def _type_problems(
    geometry: np.ndarray, ids: np.ndarray, table: Table, source: str
) -> list[Problem]:
    wrong = wrong_types(geometry, table)
    if not wrong.any():
        return []
    kinds = sorted({shape.geom_type for shape in geometry[wrong]})
    what = f"{wrong.sum()} of {len(geometry)} features are {', '.join(kinds)}"
    remedy = f"{table.role} must be {' or '.join(table.geometry)}"
    return [Problem("GEOMETRY_TYPE", what, source, shown(ids[wrong]), remedy)]


def _notes(
    skipped: tuple[str, ...], missing_counts: Mapping[str, int], found: Mapping[str, str]
) -> list[Finding]:
    notes = []
    if skipped:
        where = shown(np.array(skipped, dtype=object))
        notes.append(Finding("EMPTY_GEOMETRY", len(skipped), where, "没有图形的行不参加计算"))
    notes.extend(
        Finding("MISSING_COUNT", count, name, "缺少的数字按 0 计算，并列入报告")
        for name, count in missing_counts.items()
        if count and name in found
    )
    return notes
