"""``onegrid compare``: two grids of one district side by side."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely

from onegrid import schema
from onegrid.crs import district_crs, in_crs
from onegrid.errors import OutputError, Problem
from onegrid.grids.changes import Moved, changed_borders, moved_areas, moved_households
from onegrid.grids.compare import crosswalk
from onegrid.grids.locate import locate
from onegrid.grids.overlaps import lineage, overlaps
from onegrid.grids.plans import as_plan, score_plan
from onegrid.io.files import OutputFolder, write_csv, write_json, write_layers
from onegrid.io.reading import list_spatial_layers
from onegrid.io.sources import split_layer
from onegrid.layers.clean import LEDGER_COLUMNS, clean_layer
from onegrid.pipeline.folder import joined_report
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from onegrid.grids.score import Score

PREVIOUS: Final = "previous"
LINEAGE_KINDS: Final = ("kept", "renamed", "split", "merged", "redrawn", "new", "gone")
# any polygon file with a code will do; a merged grid also says its ids
_PLAN: Final = replace(
    schema.DEPARTMENT,
    columns={
        **schema.DEPARTMENT.columns,
        "cell_id": schema.Column("text", "id of the cell"),
        "community_id": schema.Column("text", "its community"),
    },
    layers=(*schema.CELLS.layers, *schema.DEPARTMENT.layers),
)


@dataclass(frozen=True)
class CompareInputs:
    """Where the tables of a comparison come from: ``FILE`` or ``FILE#layer`` each."""

    old: str
    new: str
    households: str
    departments: Mapping[str, str] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        return [self.old, self.new, self.households, *self.departments.values()]


@dataclass(frozen=True)
class CompareTables:
    """The inputs as sound tables in the metric CRS of the new grid.

    ``old`` and ``new`` are cells as `onegrid.grids.plans.as_plan` returns them, without overlap;
    ``ground`` is what they should cover; both are scored against ``departments``, or against the
    old grid where there are none.
    """

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    ground: gpd.GeoDataFrame
    departments: dict[str, gpd.GeoDataFrame]
    repairs: pd.DataFrame
    notes: dict[str, Any]


@dataclass(frozen=True)
class Compared:
    """Everything a comparison finds out; ``old`` and ``new`` are indexed by cell id."""

    old: gpd.GeoDataFrame
    new: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    lineage: pd.DataFrame
    moved: Moved
    moved_areas: gpd.GeoDataFrame
    changed_borders: gpd.GeoDataFrame
    scores: dict[str, Score]


def compare_grids(tables: CompareTables, *, size: tuple[float, float]) -> Compared:
    """Compare two grids: crosswalk, lineage, moved households, changed borders, scores.

    ``size`` is the household band of a cell.
    """
    old, new, people = tables.old, tables.new, tables.people
    found = overlaps(old, new, people)
    codes = {"old": np.array(old["code"], object), "new": np.array(new["code"], object)}
    moved = moved_households(found, people)
    plans = {"old": old, "new": new}
    stayed = tables.departments or {PREVIOUS: old}
    return Compared(
        old=old,
        new=new,
        crosswalk=_crosswalk(old, new, people),
        lineage=lineage(found, codes["old"], codes["new"]),
        moved=moved,
        moved_areas=moved_areas(old, new, people, codes, moved),
        changed_borders=changed_borders(old, new),
        scores={
            side: score_plan(plan, people, whole=tables.ground, layers=stayed, size=size)
            for side, plan in plans.items()
        },
    )


def _crosswalk(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, people: gpd.GeoDataFrame
) -> pd.DataFrame:
    cell_of = locate(people.geometry.to_numpy(), new.geometry.to_numpy())
    return crosswalk(new, old, people, department=PREVIOUS, cell_of=cell_of)


def read_compare(inputs: CompareInputs) -> CompareTables:
    """Read all inputs, or raise every problem of every file at once.

    A grid that is sound is taken as it is; any other polygons are repaired first, as a merge does.
    """
    reader = Reader(inputs.reading)
    new = reader.read("new", inputs.new, _PLAN)
    crs = None if new is None else district_crs(new)
    old = reader.read("old", inputs.old, _PLAN, crs=crs)
    people = reader.read("households", inputs.households, schema.PEOPLE, crs=crs)
    layers = {
        name: reader.read(name, path, schema.DEPARTMENT, crs=crs)
        for name, path in inputs.departments.items()
    }
    read = ((new, inputs.new), (old, inputs.old))
    grounds = [_ground(reader, file, crs) for frame, file in read if frame is not None]
    ground = [frame for frame in grounds if frame is not None]
    reader.check()
    sound = {
        "old": _sound(there(old), "old"),
        "new": _sound(in_crs(there(new), there(crs)), "new"),
        **{name: _sound(there(layer), name) for name, layer in sorted(layers.items())},
    }
    plans = [as_plan(sound[side][0]) for side in ("old", "new")]
    return CompareTables(
        old=plans[0],
        new=plans[1],
        ground=ground[0] if ground else pd.concat([plan[["geometry"]] for plan in plans]),
        people=there(people),
        departments={name: sound[name][0] for name in sorted(layers)},
        repairs=pd.concat([ledger for _, ledger in sound.values()], ignore_index=True),
        notes=reader.notes(),
    )


def _ground(reader: Reader, file: str, crs: str | None) -> gpd.GeoDataFrame | None:
    """Return the communities that a merged grid carries with it, if `file` is one."""
    path = split_layer(file)[0]
    if "communities" not in (reader.attempt(list_spatial_layers, path) or []):
        return None
    return reader.read("ground", f"{path}#communities", schema.COMMUNITIES, crs=crs)


def _sound(layer: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    shapes = layer.geometry.to_numpy()
    if shapely.is_valid(shapes).all() and shapely.coverage_is_valid(shapes):
        return layer, pd.DataFrame(columns=list(LEDGER_COLUMNS))
    cleaned = clean_layer(layer, department=name)
    return cleaned.layer, cleaned.ledger


def report_of(compared: Compared, tables: CompareTables) -> dict[str, Any]:
    """Return what ``report.json`` says of a comparison under the key ``compare``."""
    borders, moved = compared.changed_borders, compared.moved
    return {
        "cells": {"old": len(compared.old), "new": len(compared.new)},
        "households": int(tables.people["households"].sum()),
        "moved_households": moved.households,
        "moved_share": moved.share,
        "unplaced_households": moved.unplaced,
        "moved_area_m2": round(float(compared.moved_areas["area_m2"].sum()), 1),
        "changed_border_m": {
            side: round(float(borders.loc[borders["side"] == side, "length_m"].sum()), 1)
            for side in ("old", "new")
        },
        "lineage": {kind: _cells_of(compared.lineage, kind) for kind in LINEAGE_KINDS},
        "scores": {
            side: {"principles": score.principles(), **asdict(score)}
            for side, score in compared.scores.items()
        },
        "repairs": len(tables.repairs),
        **tables.notes,
    }


def _cells_of(table: pd.DataFrame, kind: str) -> dict[str, int]:
    """Return how many old cells went this way, and how many new cells came of it."""
    rows = table[table["kind"] == kind]
    counts = {side: rows[f"{side}_code"] for side in ("old", "new")}
    return {side: int(codes[codes != ""].nunique()) for side, codes in counts.items()}


def write_compare(
    compared: Compared, report: Mapping[str, Any], out: Path, *, inputs: CompareInputs, run: Run
) -> None:
    """Write the result folder; it appears as a whole or not at all."""
    with OutputFolder(out, inputs=inputs.files()) as stage:
        write_csv(stage / "crosswalk.csv", compared.crosswalk)
        write_csv(stage / "lineage.csv", compared.lineage)
        layers = {
            "moved_areas": compared.moved_areas,
            "changed_borders": compared.changed_borders,
        }
        write_layers(stage / "compare.gpkg", layers)
        write_json(stage / "report.json", joined_report(out, "compare", report))
        run.write(stage / "run.json")


def compare(inputs: CompareInputs, out: Path, *, size: tuple[float, float]) -> dict[str, Any]:
    """Read, compare and write; return the report.

    Raises
    ------
    OutputError
        If the folder is the one of a compared grid: its own crosswalk would be replaced.
    """
    grids = {Path(split_layer(file)[0]).resolve().parent for file in (inputs.old, inputs.new)}
    if out.resolve() in grids:
        what = "is the folder of a compared grid, whose crosswalk.csv would be lost"
        raise OutputError(Problem("OUTPUT", what, str(out), remedy="name another folder"))
    run = Run("compare")
    with run.stage("读取", files=len(inputs.files())):
        tables = read_compare(inputs)
    with run.stage("对照两套网格", old=len(tables.old), new=len(tables.new)):
        compared = compare_grids(tables, size=size)
    report = report_of(compared, tables)
    with run.stage("写出"):
        write_compare(compared, report, out, inputs=inputs, run=run)
    return report
