"""What a merge leaves behind: ``report.json``, and the files of the result folder."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from onegrid.coverage.privacy import public_cells
from onegrid.grids.needles import needles_left
from onegrid.io.files import OutputFolder, write_csv, write_json, write_layers
from onegrid.pipeline.folder import joined_report
from onegrid.pipeline.previous import SETTINGS, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from onegrid.grids.options import AssignOptions
    from onegrid.pipeline.merge_inputs import MergeInputs, MergeTables
    from onegrid.pipeline.merge_result import Continued, Merged
    from onegrid.pipeline.stages import Run

PUBLIC_FILES: Final = ("grid_public.gpkg", "crosswalk_public.csv")
RESULT_FILES: Final = (
    *PUBLIC_FILES,
    *("grid.gpkg", "departments.gpkg", "communities_check.gpkg"),
    *("crosswalk.csv", "crosswalk_previous.csv", "repairs.csv"),
    *("communities_check.csv", "staffing.csv", "report.json", "run.json"),
)
# of the crosswalk: what says nothing of people
_GROUND: Final = ("cell_id", "department", "old_code", "area_m2", "area_share")


def report_of(
    merged: Merged, tables: MergeTables, *, count_by: str = "households"
) -> dict[str, Any]:
    """Return what ``report.json`` says of a merge whose band counts `count_by`."""
    score = merged.score
    return {
        "cells": len(merged.grid.cells),
        "communities": len(merged.grid.communities),
        "subdistricts": len(merged.subdistricts),
        "atoms": len(merged.grid.atoms),
        "departments": {name: len(layer) for name, layer in sorted(tables.departments.items())},
        "count_by": count_by,
        "households": int(merged.grid.cells["households"].sum()),
        **asdict(score),
        "principles": score.principles(),
        "needles": needles_left(merged.grid.cells),
        "conflicts": len(merged.conflicts),
        "repairs": len(merged.repairs),
        "doubtful": [
            {"source": tables.sources.get(row["department"], ""), **row}
            for row in merged.doubtful.to_dict("records")
        ],
        "community_sizes": merged.communities.report(),
        "staffing": merged.staff.report(),
        "solver": _solver(merged),
        "missing_counts": dict(tables.missing_counts),
        "points_outside": list(merged.points_outside),
        "skipped": {name: list(ids) for name, ids in tables.skipped.items()},
        "findings": {name: [f.as_row() for f in found] for name, found in tables.findings.items()},
        **({} if merged.dedicated is None else {"dedicated": len(merged.dedicated)}),
        **_history(merged.continued),
    }


def _solver(merged: Merged) -> dict[str, dict[str, float]]:
    ids = merged.grid.communities.index.to_numpy()
    return {
        str(ids[s.community]): {
            "objective": round(s.objective, 3),
            "bound": round(s.bound, 3),
            "gap": round(s.gap, 6),
        }
        for s in merged.assignment.solved
    }


def _history(continued: Continued | None) -> dict[str, Any]:
    if continued is None:
        return {}
    return {
        "kept": continued.kept,
        "moved_households": continued.moved.households,
        "moved_share": continued.moved.share,
        "codes": {"issued": continued.issued, "voided": continued.voided},
    }


def write_merge(
    merged: Merged,
    report: Mapping[str, Any],
    out: Path,
    *,
    inputs: MergeInputs,
    options: AssignOptions,
    run: Run,
) -> None:
    """Write the result folder; it appears as a whole or not at all.

    Files with counts of few people are readable by their owner only; `PUBLIC_FILES` are not.
    """
    with OutputFolder(out, inputs=inputs.files(), owns=RESULT_FILES) as stage:
        _write_grid(stage, merged, options)
        check = merged.communities
        proposals = {"proposals": check.proposals}
        write_layers(stage / "communities_check.gpkg", proposals, private=True)
        write_csv(stage / "communities_check.csv", check.table, private=True)
        write_csv(stage / "staffing.csv", merged.staff.table, private=True)
        write_csv(stage / "crosswalk.csv", merged.crosswalk, private=True)
        if merged.continued is not None:
            walk = merged.continued.crosswalk
            write_csv(stage / "crosswalk_previous.csv", walk, private=True)
        write_csv(stage / "crosswalk_public.csv", merged.crosswalk[list(_GROUND)])
        write_csv(stage / "repairs.csv", merged.repairs)
        write_json(stage / "report.json", joined_report(out, "merge", report))
        run.write(stage / "run.json")


def _write_grid(stage: Path, merged: Merged, options: AssignOptions) -> None:
    """Write the grid, the departments' grids beside it, and the grid that may be published."""
    grid = merged.grid
    drawn = {} if merged.dedicated is None else {"dedicated": merged.dedicated}
    around = {"communities": grid.communities, "subdistricts": merged.subdistricts}
    layers = {
        "cells": grid.cells,
        "atoms": grid.atoms,
        "conflicts": merged.conflicts,
        **around,
        "codes": merged.codes,
        "evidence": merged.evidence,
        SETTINGS: settings_of(options.size, count_by=options.count_by),
        **drawn,
    }
    write_layers(stage / "grid.gpkg", layers, private=True)
    write_layers(stage / "departments.gpkg", merged.layers, private=True)
    public = {"cells": public_cells(grid.cells), **around}
    write_layers(stage / "grid_public.gpkg", public)
