"""``onegrid merge``: departmental grids in, one all-element grid out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from onegrid import schema
from onegrid.crs import district_crs, in_crs
from onegrid.errors import InputError, PartitionError, Problem
from onegrid.grids.assign import AssignOptions, assign
from onegrid.grids.atoms import make_atoms
from onegrid.grids.cells import Grid, build_grid
from onegrid.grids.check import partition_problems
from onegrid.grids.compare import crosswalk, main_codes
from onegrid.grids.conflicts import find_conflicts
from onegrid.grids.score import Score, score_grid
from onegrid.io.files import OutputFolder, write_csv, write_json, write_layers
from onegrid.layers.clean import clean_layer
from onegrid.layers.nest import nest_communities, subdistricts_of
from onegrid.pipeline.folder import joined_report
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from onegrid.grids.assign import Assignment
    from onegrid.io.files import Finding
    from onegrid.layers.clean import Cleaned
    from onegrid.layers.nest import Nested


@dataclass(frozen=True)
class MergeInputs:
    """Where the tables of a merge come from: ``FILE`` or ``FILE#layer`` each."""

    departments: Mapping[str, str]
    communities: str
    households: str
    roads: str | None = None
    reading: Reading = field(default_factory=Reading)

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        named = [self.communities, self.households, *self.departments.values()]
        return [*named, self.roads] if self.roads else named


@dataclass(frozen=True)
class MergeTables:
    """The inputs as tables in the metric CRS of the district."""

    communities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    departments: dict[str, gpd.GeoDataFrame]
    roads: gpd.GeoDataFrame | None
    findings: dict[str, tuple[Finding, ...]]
    skipped: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Merged:
    """Everything a merge finds out."""

    grid: Grid
    subdistricts: gpd.GeoDataFrame
    conflicts: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    repairs: pd.DataFrame
    layers: dict[str, gpd.GeoDataFrame]
    score: Score
    assignment: Assignment
    points_outside: tuple[str, ...]


def read_merge(inputs: MergeInputs) -> MergeTables:
    """Read all inputs, or raise every problem of every file at once."""
    reader = Reader(inputs.reading)
    communities = reader.read("communities", inputs.communities, schema.COMMUNITIES)
    crs = None if communities is None else district_crs(communities)
    people = reader.read("households", inputs.households, schema.PEOPLE, crs=crs)
    layers = {
        name: reader.read(name, path, schema.DEPARTMENT, crs=crs)
        for name, path in inputs.departments.items()
    }
    roads = reader.read("roads", inputs.roads, schema.ROADS, crs=crs) if inputs.roads else None
    reader.check()
    return MergeTables(
        communities=in_crs(there(communities), there(crs)),
        people=there(people),
        departments={name: there(layer) for name, layer in layers.items()},
        roads=roads,
        findings=reader.findings,
        skipped=reader.skipped,
    )


def merge_tables(tables: MergeTables, *, options: AssignOptions, run: Run) -> Merged:
    """Merge the departments' grids into one; the result is a proved partition.

    Raises
    ------
    InputError
        If the base department is not among the departments.
    PartitionError
        If the result is not a valid nested partition: a bug, never written.
    """
    if options.base is not None and options.base not in tables.departments:
        known = ", ".join(sorted(tables.departments))
        problem = Problem("BASE_UNKNOWN", f"no department {options.base!r}", "", "--base", known)
        raise InputError(problem)
    with run.stage("修复部门网格", layers=len(tables.departments)):
        order = sorted(tables.departments, key=lambda n: (-options.weights.get(n, 1.0), n))
        cleaned = {name: clean_layer(tables.departments[name], department=name) for name in order}
        nested = nest_communities(tables.communities)
        layers = {name: c.layer for name, c in cleaned.items()}
    with run.stage("划分最小单元", households=len(tables.people)):
        atoms = make_atoms(
            nested.communities,
            layers,
            tables.people,
            tables.roads,
            households_max=options.size[1],
        )
    with run.stage("合并为全要素网格", atoms=len(atoms.polygons)):
        assignment = assign(atoms, options=options)
        grid = build_grid(atoms, assignment.cell, nested.communities, tables.people)
    with run.stage("验证与对照", cells=len(grid.cells)):
        problems = partition_problems(grid.cells, grid.communities)
        if problems:
            raise PartitionError(*problems)
        return _explain(tables, grid, assignment, (layers, options), _ledger(nested, cleaned))


def _ledger(nested: Nested, cleaned: Mapping[str, Cleaned]) -> pd.DataFrame:
    return pd.concat(
        [nested.ledger, *(cleaned[name].ledger for name in sorted(cleaned))], ignore_index=True
    )


def _explain(
    tables: MergeTables,
    grid: Grid,
    assignment: Assignment,
    how: tuple[Mapping[str, gpd.GeoDataFrame], AssignOptions],
    repairs: pd.DataFrame,
) -> Merged:
    layers, options = how
    walks = {
        name: crosswalk(grid.cells, layer, tables.people, department=name, cell_of=grid.cell_of)
        for name, layer in sorted(layers.items())
    }
    base = options.base or next(iter(layers), None)
    if base is not None:
        codes = main_codes(walks[base]).reindex(grid.cells.index)
        grid.cells["base_code"] = codes.astype(object).where(codes.notna(), None)
    outside = tables.people.index[grid.cell_of < 0].astype(str)
    return Merged(
        grid=grid,
        subdistricts=subdistricts_of(grid.communities),
        conflicts=find_conflicts(grid.atoms, layers, tables.people),
        crosswalk=pd.concat(walks.values(), ignore_index=True).sort_values(
            ["cell_id", "department", "old_code"], kind="stable", ignore_index=True
        ),
        repairs=repairs,
        layers=dict(sorted(layers.items())),
        score=score_grid(grid, layers, tables.people, crosswalks=walks, size=options.size),
        assignment=assignment,
        points_outside=tuple(outside),
    )


def report_of(merged: Merged, tables: MergeTables) -> dict[str, Any]:
    """Return what ``report.json`` says of a merge."""
    score = merged.score
    ids = merged.grid.communities.index.to_numpy()
    return {
        "cells": len(merged.grid.cells),
        "communities": len(merged.grid.communities),
        "subdistricts": len(merged.subdistricts),
        "atoms": len(merged.grid.atoms),
        "departments": {name: len(layer) for name, layer in sorted(tables.departments.items())},
        "households": int(merged.grid.cells["households"].sum()),
        "gap_m2": score.gap_m2,
        "overlap_m2": score.overlap_m2,
        "in_band_share": score.in_band_share,
        "households_in_band_share": score.households_in_band_share,
        "border_reuse_share": score.border_reuse_share,
        "preserved_share": score.preserved_share,
        "mean_compactness": score.mean_compactness,
        "convenience": score.convenience,
        "principles": score.principles(),
        "conflicts": len(merged.conflicts),
        "repairs": len(merged.repairs),
        "solver": {
            str(ids[s.community]): {
                "objective": round(s.objective, 3),
                "bound": round(s.bound, 3),
                "gap": round(s.gap, 6),
            }
            for s in merged.assignment.solved
        },
        "points_outside": list(merged.points_outside),
        "skipped": {name: list(ids) for name, ids in tables.skipped.items()},
        "findings": {name: [f.as_row() for f in found] for name, found in tables.findings.items()},
    }


def write_merge(
    merged: Merged, report: Mapping[str, Any], out: Path, *, inputs: MergeInputs, run: Run
) -> None:
    """Write the result folder; it appears as a whole or not at all."""
    with OutputFolder(out, inputs=inputs.files()) as stage:
        write_layers(
            stage / "grid.gpkg",
            {
                "cells": merged.grid.cells,
                "atoms": merged.grid.atoms,
                "conflicts": merged.conflicts,
                "communities": merged.grid.communities,
                "subdistricts": merged.subdistricts,
            },
        )
        write_layers(stage / "departments.gpkg", merged.layers)
        write_csv(stage / "crosswalk.csv", merged.crosswalk)
        write_csv(stage / "repairs.csv", merged.repairs)
        write_json(stage / "report.json", joined_report(out, "merge", report))
        run.write(stage / "run.json")


def merge(inputs: MergeInputs, out: Path, *, options: AssignOptions) -> dict[str, Any]:
    """Read, merge and write; return the report."""
    run = Run("merge")
    with run.stage("读取", files=len(inputs.files())):
        tables = read_merge(inputs)
    merged = merge_tables(tables, options=options, run=run)
    report = report_of(merged, tables)
    with run.stage("写出"):
        write_merge(merged, report, out, inputs=inputs, run=run)
    return report
