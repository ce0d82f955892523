"""The import doctor: what is doubtful about a file, before anybody computes with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.crs import to_metric
from onegrid.errors import InputError, Problem
from onegrid.io.faults import Named, looks_like_mosaic, mosaic_findings, shape_findings
from onegrid.io.findings import Finding
from onegrid.io.placing import usable, wrong_types
from onegrid.io.reading import Raw, list_spatial_layers, read_raw
from onegrid.io.sources import split_layer
from onegrid.io.suspects import crs_findings, datum_findings
from onegrid.io.tables import as_text, match_columns, shown, type_columns
from onegrid.schema import ROLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from numpy.typing import NDArray

    from onegrid.schema import Table

__all__ = ["Finding", "check_file"]

_TILING: Final = ("communities", "department", "cells")
_CODES: Final = ("community_id", "cell_id", "code", "facility_id", "door_id", "building_id", "id")
_REPORTED: Final = ("ID_DUPLICATE",)  # as DUPLICATE_CODE, with copies told apart


def check_file(
    source: str,
    *,
    role: str | None = None,
    reference: str | None = None,
    columns: Mapping[str, str] | None = None,
) -> list[Finding]:
    r"""Examine a file and say what is doubtful, and what a repair would change.

    Parameters
    ----------
    source
        ``FILE`` or ``FILE#layer``. Without a layer or a role, every layer is examined.
    role
        A key of `onegrid.schema.ROLES`, or None to judge by layer name, geometry and columns.
    reference
        A file that is known to be right, for zone and datum.
    columns
        File column by table column, as for `read_table`.

    Returns
    -------
    findings
        In a fixed order; empty for a sound file.

    Raises
    ------
    InputError
        If a file cannot be read at all, or the role is not known.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "doors.csv"
    ...     _ = path.write_text("id,lon,lat\na,116.8,38.3\na,116.9,38.3\n", encoding="utf-8")
    ...     [finding.code for finding in check_file(str(path), role="people")]
    ['DUPLICATE_CODE']
    """
    if role is not None and role not in ROLES:
        remedy = f"use one of {', '.join(ROLES)}"
        raise InputError(Problem("ROLE_UNKNOWN", f"no role {role!r}", source, remedy=remedy))
    fixed = None if reference is None else _reference(reference)
    wanted = ROLES[role].layers if role else ()
    several = [] if role or split_layer(source)[1] else list_spatial_layers(source)
    if len(several) <= 1:
        return _check(read_raw(source, layers=wanted), role, fixed, columns)
    return [
        replace(finding, where=f"{layer}: {finding.where}")
        for layer in several
        for finding in _check(read_raw(f"{source}#{layer}"), role, fixed, columns)
    ]


def _reference(source: str) -> gpd.GeoDataFrame | None:
    layers = list_spatial_layers(source) if split_layer(source)[1] is None else []
    raw = read_raw(f"{source}#{layers[0]}" if len(layers) > 1 else source)
    frame = raw.frame[usable(raw.frame.geometry.to_numpy())]
    return frame if len(frame) and frame.crs is not None else None


@np.errstate(over="ignore", invalid="ignore")  # damaged coordinates may be as big as floats go
def _check(
    raw: Raw,
    role: str | None,
    reference: gpd.GeoDataFrame | None,
    columns: Mapping[str, str] | None,
) -> list[Finding]:
    there = usable(raw.frame.geometry.to_numpy())
    found = list(raw.findings)
    found.extend(_from_problem(problem) for problem in raw.problems)
    if not there.all():
        rows = np.array([f"row {i + 1}" for i in np.flatnonzero(~there)], dtype=object)
        remedy = "没有图形的行不参加计算，按编号列入报告"
        found.append(Finding("EMPTY_GEOMETRY", len(rows), shown(rows), remedy))
    frame = raw.frame[there]
    if not len(frame):
        return found
    table = ROLES[role] if role else _role_of(raw, frame)
    subject = _Subject.of(frame, table, columns, raw.source)
    if role is not None:
        found.extend(subject.column_findings())
    found.extend(subject.duplicate_findings())
    placing = crs_findings(subject.frame, reference)
    if not placing and reference is not None:
        placing = datum_findings(subject.frame, reference)
    found.extend(placing)
    measurable = frame.crs is not None and not any(f.code.startswith("CRS") for f in placing)
    return [*_merged(found), *subject.shape_findings(measurable=measurable)]


def _merged(found: list[Finding]) -> list[Finding]:
    """Make one finding of a code that both reading and checking saw, with the larger count."""
    best: dict[tuple[str, str], Finding] = {}
    for finding in found:
        key = (finding.code, finding.where if finding.code.startswith("COLUMN") else "")
        if key not in best or finding.count > best[key].count:
            best[key] = finding
    return list(best.values())


def _from_problem(problem: Problem) -> Finding:
    where = "；".join(part for part in (problem.what, problem.where) if part)
    return Finding(problem.code, 1, where, "请在原文件中改正；修复不会猜测数值")


def _role_of(raw: Raw, frame: gpd.GeoDataFrame) -> Table | None:
    """Guess the role by the layer's name, else by its columns; None when neither tells."""
    names = {str(name).lower() for name in frame.columns}
    for table in ROLES.values():
        if raw.layer.lower() in table.layers and not _wrong_types_any(frame, table):
            return table
    by_column = (
        ("communities", ("community_id", "社区编码", "社区代码")),
        ("cells", ("cell_id",)),
        ("facilities", ("facility_id", "kind", "设施编码", "设施编号")),
        ("department", ("网格编码", "网格代码", "grid_code")),
        ("people", ("households", "户数", "总户数")),
    )
    for role, words in by_column:
        if names.intersection(words) and not _wrong_types_any(frame, ROLES[role]):
            return ROLES[role]
    return None


def _wrong_types_any(frame: gpd.GeoDataFrame, table: Table) -> bool:
    """Return whether a layer has geometry that `table` never takes."""
    shapes = frame.geometry.to_numpy()
    if table.points_from_polygons:
        return bool((shapely.get_dimensions(shapes) == 1).any())
    single = shapely.get_geometry(shapes, 0)
    return bool((wrong_types(shapes, table) & wrong_types(single, table)).any())


def _tiles(shapes: NDArray[np.object_], table: Table | None) -> bool:
    """Return whether the polygons of a layer should leave no gap between them."""
    if not (shapely.get_dimensions(shapes) == 2).all():  # noqa: PLR2004  (areas)
        return False
    return looks_like_mosaic(shapes) if table is None else table.role in _TILING


@dataclass
class _Subject:
    """A layer under examination with the labels that findings name its features by."""

    frame: gpd.GeoDataFrame
    table: Table | None
    codes: NDArray[np.object_] | None
    problems: list[Problem]
    missing_counts: dict[str, int]
    tiling: bool

    @classmethod
    def of(
        cls,
        frame: gpd.GeoDataFrame,
        table: Table | None,
        columns: Mapping[str, str] | None,
        source: str,
    ) -> _Subject:
        names = [str(name) for name in frame.columns if name != frame.geometry.name]
        problems: list[Problem] = []
        missing: dict[str, int] = {}
        code = next((n for word in _CODES for n in names if n.lower() == word), None)
        if table is not None:
            found, problems = match_columns(names, table, columns, source)
            typed = type_columns(frame, table, found, source)
            problems = [*problems, *typed.problems]
            missing = {n: c for n, c in typed.missing_counts.items() if c and n in found}
            own = "code" if table.role == "department" else table.id
            code = found.get(own) if table.role != "roads" else None
        codes = None if code is None else as_text(frame[code])
        rows = np.array([f"row {i + 1}" for i in frame.index], dtype=object)
        labels = rows if codes is None else np.where(pd.isna(codes), rows, codes)
        tiling = _tiles(frame.geometry.to_numpy(), table)
        return cls(frame.set_axis(labels), table, codes, problems, missing, tiling)

    def column_findings(self) -> list[Finding]:
        """Report what reading the file in this role would stop at, and missing counts."""
        found = [_from_problem(p) for p in self.problems if p.code not in _REPORTED]
        found.extend(
            Finding("MISSING_COUNT", count, name, "缺少的数字按 0 计算，并列入报告")
            for name, count in self.missing_counts.items()
        )
        assert self.table is not None  # noqa: S101  (for the type checker: a role is given)
        if _wrong_types_any(self.frame, self.table):
            remedy = f"该用途需要 {' 或 '.join(self.table.geometry)}"
            found.append(Finding("GEOMETRY_TYPE", 1, self.table.role, remedy))
        return found

    def duplicate_findings(self) -> list[Finding]:
        """Report copies of features, and codes that several different features have."""
        shapes = self.frame.geometry.to_numpy()
        key = pd.Series(shapely.to_wkb(shapely.normalize(shapes)))
        copied = key.duplicated().to_numpy()
        found = []
        if not self.tiling:  # many doors stand at one place: a copy is alike in everything
            again = np.flatnonzero(key.duplicated(keep=False))
            rest = self.frame.iloc[again].drop(columns=self.frame.geometry.name).astype(str)
            alike = rest.assign(shape=key[again].to_numpy()).duplicated().to_numpy()
            copied = np.isin(np.arange(len(key)), again[alike])
            if copied.any():
                where = shown(self.frame.index.to_numpy()[copied])
                remedy = "只保留一份，其余删除并记入修复表"
                found.append(Finding("DUPLICATE_FEATURE", int(copied.sum()), where, remedy))
        if self.codes is not None:
            codes = pd.Series(self.codes)[~copied].dropna()
            repeated = codes[codes.duplicated(keep=False)].unique()
            if len(repeated):
                where = shown(np.array(repeated, dtype=object))
                remedy = "保留编号并为其余要素另编新码，写入对照表；图形不变"
                found.append(Finding("DUPLICATE_CODE", len(repeated), where, remedy))
        return found

    def shape_findings(self, *, measurable: bool) -> list[Finding]:
        """Report faults of polygons and between them; those in metres need a CRS that fits."""
        shapes = self.frame.geometry.to_numpy()
        area = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004  (areas)
        if not area.any():
            return []
        layer = Named(shapes[area], self.frame.index.to_numpy()[area])
        found = shape_findings(layer)
        if not measurable:
            return found
        metric = to_metric(self.frame[area])
        placed = Named(metric.geometry.to_numpy(), layer.labels)
        if self.tiling:
            return [*found, *mosaic_findings(placed)]
        return [f for f in found if f.code != "DETACHED_PART"]
