"""``onegrid report``: the street office's report from whatever result files a folder holds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from onegrid.coverage.effects import CELL_COLUMNS
from onegrid.coverage.elders import GROUPS, within_columns
from onegrid.coverage.fixes import FIX_COLUMNS
from onegrid.coverage.tables import GAP_COLUMNS
from onegrid.errors import Gather, InputError, Problem
from onegrid.io.files import refuse_overwrite, write_bytes
from onegrid.io.networks import read_network
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE, layer_of, read_report
from onegrid.pipeline.stages import Run
from onegrid.reports import ReportOptions, ReportTables, compose

if TYPE_CHECKING:
    from pathlib import Path

    from onegrid.reports.model import Report

_BOOK = ".xlsx"
SUFFIXES = (_BOOK, ".docx", ".html")
_REMEDY = "write it again with onegrid"
_NEEDED = {
    "gaps.csv": GAP_COLUMNS,
    "fixes.csv": FIX_COLUMNS,
    "elders.csv": ("level", "id", "kind", *GROUPS, *within_columns(), "services", "profile"),
    "elder_fixes.csv": FIX_COLUMNS,
    "fix_cells.csv": CELL_COLUMNS,
    "facility_checks.csv": ("facility_id", "kind", "name", "floor_area_m2", "profile"),
    "worst_doors.csv": ("kind", "id", "cell_id", "people", "elders_60", "walk_s", "cause"),
    "crosswalk.csv": ("cell_id", "department", "old_code", "area_m2", "area_share"),
}


def read_report_tables(folder: Path) -> ReportTables:
    """Return the tables of a result folder; files that are not there are left out.

    Raises
    ------
    InputError
        Naming every file that cannot be read as what its name says.
    """
    grid = folder / "grid.gpkg"
    gather = Gather()
    tables = {name: gather.attempt(_csv, folder / name, needed) for name, needed in _NEEDED.items()}
    gather.check()
    return ReportTables(
        cells=layer_of(grid, "cells", "cell_id"),
        communities=layer_of(grid, "communities", "community_id"),
        subdistricts=layer_of(grid, "subdistricts", "subdistrict_id"),
        facilities=layer_of(folder / "facilities.gpkg", "facilities", "facility_id"),
        sites=layer_of(folder / "sites.gpkg", "sites"),
        roads=_streets(folder / NETWORK_FILE),
        water=layer_of(folder / WATER_FILE, "water"),
        gaps=tables["gaps.csv"],
        circles=layer_of(folder / "circles.gpkg", "circles"),
        fixes=tables["fixes.csv"],
        fix_cells=tables["fix_cells.csv"],
        checks=tables["facility_checks.csv"],
        worst=tables["worst_doors.csv"],
        elders=tables["elders.csv"],
        elder_fixes=tables["elder_fixes.csv"],
        crosswalk=tables["crosswalk.csv"],
        about=read_report(folder),
    )


def write_report(folder: Path, out: Path, *, options: ReportOptions) -> dict[str, Any]:
    """Write the report of a result folder as the suffix of `out` says.

    Raises
    ------
    InputError
        If the suffix is none of `SUFFIXES`, or there is nothing to report.
    """
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        remedy = f"end its name in {', '.join(SUFFIXES)}"
        raise InputError(Problem("REPORT_FORMAT", "no such kind of report", str(out), "", remedy))
    run = Run("report")
    refuse_overwrite(out, [p for p in folder.glob("*") if p.is_file() and p != out])
    with run.stage("读取"):
        tables = read_report_tables(folder)
    with run.stage("汇总"):
        report = compose(tables, options=replace(options, pictures=suffix != _BOOK))
    with run.stage("写出", tables=len(list(report.tables())), sheets=len(report.sheets)):
        data = _rendered(report, suffix)
        write_bytes(out, data, private=options.office)
    return {
        "file": str(out),
        "bytes": len(data),
        "tables": {table.key: len(table.rows) for table in report.tables()},
        "sheets": len(report.sheets),
        "office": options.office,
    }


def _rendered(report: Report, suffix: str) -> bytes:
    """Return the file; each writer is loaded only where it is wanted."""
    if suffix == _BOOK:
        from onegrid.reports.xlsx import xlsx  # noqa: PLC0415

        return xlsx(report)
    if suffix == ".docx":
        from onegrid.reports.docx import docx  # noqa: PLC0415

        return docx(report)
    from onegrid.reports.html import html  # noqa: PLC0415

    return html(report).encode("utf-8")


def _csv(path: Path, needed: tuple[str, ...]) -> pd.DataFrame | None:
    if not path.is_file():
        return None
    text = dict.fromkeys(("id", "cell_id", "facility_id", "old_code", "where"), str)
    try:
        found = pd.read_csv(path, dtype=text)
    except (OSError, ValueError) as error:  # a parser's error is a ValueError
        what = str(error).splitlines()[0]
        raise InputError(Problem("FILE_UNREADABLE", what, str(path), "", _REMEDY)) from None
    missing = [name for name in needed if name not in found]
    if missing:
        what = f"no column {', '.join(missing)}"
        raise InputError(Problem("COLUMN_MISSING", what, str(path), "", _REMEDY))
    return found


def _streets(path: Path) -> gpd.GeoDataFrame | None:
    """Return the streets of a network with their names."""
    if not path.is_file():
        return None
    network = read_network(path)
    names = [network.names[i] if i >= 0 else "" for i in network.name_id]
    return gpd.GeoDataFrame({"name": names}, geometry=network.lines, crs=network.crs)
