"""``onegrid edit``: apply an edit file to a grid, all of it or nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid import schema
from onegrid.crs import is_metric
from onegrid.errors import CrsError, InputError, OutputError, Problem
from onegrid.grids.edit import EditError, open_grid, perform, read_edits
from onegrid.grids.edit.rows import ATOMS, CELLS, COMMUNITIES, CONFLICTS, SUBDISTRICTS
from onegrid.io.files import (
    read_table,
    refuse_overwrite,
    write_csv,
    write_layers,
    write_text,
)
from onegrid.io.reading import list_layers, read_raw
from onegrid.pipeline.edit_history import (
    changes_text,
    crosswalk_of,
    departments_beside,
    drawn_borders,
    with_codes,
)
from onegrid.pipeline.inputs import Reader, Reading
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

    from onegrid.grids.edit import Change, Edit, OpenGrid
    from onegrid.schema import Table

_TABLES: dict[str, Table] = {
    CELLS: schema.CELLS,
    ATOMS: schema.ATOMS,
    COMMUNITIES: schema.COMMUNITIES,
    CONFLICTS: schema.CONFLICTS,
}
_SHOWN = 10
_ROW_NUMBER = "fid"  # of the file it was read from; the writer numbers rows itself


@dataclass(frozen=True)
class EditInputs:
    """Where the tables of an edit run come from."""

    grid: str
    edits: str
    households: str | None = None
    reading: Reading = field(default_factory=Reading)

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        return [self.grid, self.edits, *([self.households] if self.households else [])]


@dataclass(frozen=True)
class EditOutputs:
    """What an edit run writes: the grid, and if asked for its changes and a new crosswalk."""

    grid: Path
    changes: Path | None = None
    crosswalk: Path | None = None

    def files(self) -> list[Path]:
        """Return every file to be written, the grid last: once it is there, all is."""
        return [path for path in (self.changes, self.crosswalk, self.grid) if path is not None]


def edit(inputs: EditInputs, out: EditOutputs, *, date: str = "") -> dict[str, Any]:
    """Read a grid and an edit file, apply the edits in order, write the grid; return a report.

    A table of codes is continued; layers that edits do not know are copied. Nothing is written
    when an edit is refused.

    Parameters
    ----------
    inputs, out
        Files.
    date
        Day on which codes are issued and void (ISO 8601); empty where nobody said.

    Raises
    ------
    InputError
        With every problem of the files at once, or with the first edit that is refused.
    OutputError
        If a result cannot be written, or would replace an input or another result.
    """
    run = Run("edit")
    _refuse_places(inputs, out)
    with run.stage("读取", files=len(inputs.files())):
        read = _read(inputs, out)
        known = {n: f for n, f in read.layers.items() if n in (*_TABLES, SUBDISTRICTS)}
        opened = open_grid(known, people=read.people, evidence=drawn_borders(read.layers))
    with run.stage("编辑", edits=len(read.edits)):
        changes = apply_edits(opened, read.edits, source=inputs.edits)
        layers = with_codes(
            read.layers,
            read.layers | opened.tables(),
            people=read.people,
            date=date,
            source=inputs.edits,
        )
    with run.stage("写出"):
        if out.changes is not None:
            write_text(out.changes, changes_text(changes, crs=layers[CELLS].crs.to_string()))
        if out.crosswalk is not None and read.people is not None:
            walk = crosswalk_of(layers[CELLS], read.departments, read.people)
            write_csv(out.crosswalk, walk, private=True)
        write_layers(out.grid, layers, private=True)
    return _report(opened, changes, out)


def _refuse_places(inputs: EditInputs, out: EditOutputs) -> None:
    places = out.files()
    if len({path.resolve() for path in places}) < len(places):
        remedy = "name a file of its own for each result"
        raise OutputError(Problem("OUTPUT", "two results share a file", str(out.grid), "", remedy))
    for path in places:
        refuse_overwrite(path, inputs.files())
    if out.crosswalk is not None and inputs.households is None:
        what, remedy = "--crosswalk counts households", "add --households"
        raise InputError(Problem("USAGE", what, remedy=remedy))


def apply_edits(opened: OpenGrid, edits: Sequence[Edit], *, source: str = "") -> list[Change]:
    """Apply edits in order; a refusal names the edit by its index and leaves those before it.

    Raises
    ------
    EditError
        The refusal, with ``edits[INDEX]`` and the file in its place.
    """
    changes = []
    for index, one in enumerate(edits):
        try:
            changes.append(perform(opened.board, one))
        except EditError as error:
            raise EditError(
                *(
                    replace(p, source=source, what=f"edits[{index}] {one.op}: {p.what}")
                    for p in error.problems
                )
            ) from None
    return changes


def read_edit_file(path: str) -> list[Edit]:
    """Read an edit file; every fault of it is told at once.

    Raises
    ------
    InputError
        ``EDIT_SYNTAX`` with the index of the edit, or that the file cannot be read.
    """
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"), parse_constant=_no_number)
    except OSError as error:
        problem = Problem("UNREADABLE", error.strerror or "cannot be read", path)
        raise InputError(problem) from None
    except (ValueError, RecursionError) as error:
        what = f"not JSON in UTF-8: {error}"
        raise EditError(Problem("EDIT_SYNTAX", what, path, remedy="check the file")) from None
    try:
        return read_edits(document)
    except EditError as error:
        raise EditError(*(replace(p, source=path) for p in error.problems)) from None


def _no_number(text: str) -> float:
    msg = f"{text} is no number"
    raise ValueError(msg)


@dataclass(frozen=True)
class _Read:
    layers: dict[str, gpd.GeoDataFrame]
    people: gpd.GeoDataFrame | None
    edits: list[Edit]
    departments: dict[str, gpd.GeoDataFrame]


def _read(inputs: EditInputs, out: EditOutputs) -> _Read:
    reader = Reader(inputs.reading)
    edits = reader.attempt(read_edit_file, inputs.edits)
    layers = reader.attempt(read_grid, inputs.grid)
    people = None
    if inputs.households:
        crs = None if layers is None else layers[CELLS].crs.to_string()
        people = reader.read("households", inputs.households, schema.PEOPLE, crs=crs)
    departments = reader.attempt(departments_beside, inputs.grid) if out.crosswalk else None
    reader.check()
    return _Read(layers or {}, people, edits or [], departments or {})


def read_grid(path: str) -> dict[str, gpd.GeoDataFrame]:
    """Read every layer of a grid file, those of the contract checked, with all their columns.

    Raises
    ------
    InputError
        If there are no cells, a layer breaks its contract, or the CRS is not metric.
    """
    kinds = list_layers(path)
    if CELLS not in kinds:
        problem = Problem(
            "LAYER_MISSING", "no layer cells", path, f"it has {', '.join(kinds) or 'none'}"
        )
        raise InputError(problem)
    layers = {}
    problems: list[Problem] = []
    for name, kind in kinds.items():
        try:
            layers[name] = read_layer(f"{path}#{name}", name, table=not kind)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    return layers


def read_layer(source: str, name: str, *, table: bool) -> gpd.GeoDataFrame:
    """Read one layer of a grid file; a ``table`` has no geometry.

    Raises
    ------
    InputError
        If a layer of the contract breaks it, or its CRS is not metric.
    """
    raw = read_raw(source).frame.drop(columns=_ROW_NUMBER, errors="ignore")
    if table:
        return pd.DataFrame(raw.drop(columns=raw.geometry.name))
    if name not in (*_TABLES, SUBDISTRICTS):
        return raw
    if not is_metric(raw.crs):
        remedy = "edit the file that onegrid merge wrote"
        raise CrsError(Problem("CRS_UNUSABLE", "the grid is not in metres", source, "", remedy))
    if name == SUBDISTRICTS:
        ids = raw["subdistrict_id"].astype(str)
        return raw.drop(columns="subdistrict_id").set_index(ids.rename("subdistrict_id"))
    role = _TABLES[name]
    loaded = read_table(source, role, crs=raw.crs.to_string())
    frame = loaded.frame
    extra = [c for c in raw.columns if c not in (role.id, *role.columns, raw.geometry.name)]
    if loaded.skipped:
        where = ", ".join(loaded.skipped[:_SHOWN])
        problem = Problem("EMPTY_GEOMETRY", "rows without geometry", source, where)
        raise InputError(problem)
    for column in extra:
        frame[column] = raw[column].to_numpy()
    return frame


def _report(opened: OpenGrid, changes: Sequence[Change], out: EditOutputs) -> dict[str, Any]:
    cells = opened.board.rows[CELLS].values()
    return {
        "edits": len(changes),
        "cells": len(cells),
        "households": sum(cell.count("households") for cell in cells),
        "changes": [
            {
                "op": change.op,
                "ids": list(change.ids),
                "removed": [f"{row.key.layer}/{row.key.id}" for row in change.before],
                "added": [f"{row.key.layer}/{row.key.id}" for row in change.after],
                "counts": change.counts,
                "remark": change.remark,
            }
            for change in changes
        ],
        "out": str(out.grid),
    }
