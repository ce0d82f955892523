"""Everything a merge finds out about the grid it made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from onegrid.grids.changes import moved_households
from onegrid.grids.communities import check_communities
from onegrid.grids.compare import crosswalk, crosswalk_table, main_codes
from onegrid.grids.conflicts import find_conflicts
from onegrid.grids.evidence import evidence_of
from onegrid.grids.lifecycle import VALID, issue_codes, renew_codes
from onegrid.grids.locate import locate
from onegrid.grids.offers import only_accepted
from onegrid.grids.overlaps import lineage, overlaps
from onegrid.grids.score import score_grid
from onegrid.grids.settled import still_accepted
from onegrid.grids.staffing import staffing
from onegrid.layers.nest import subdistricts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from onegrid.grids.assign import Assignment
    from onegrid.grids.cells import Grid
    from onegrid.grids.changes import Moved
    from onegrid.grids.communities import CommunityCheck
    from onegrid.grids.keep import Previous
    from onegrid.grids.options import AssignOptions
    from onegrid.grids.overlaps import Overlaps
    from onegrid.grids.score import Score
    from onegrid.grids.staffing import Staffing
    from onegrid.pipeline.merge_ground import Divided, Sound
    from onegrid.pipeline.merge_inputs import MergeTables

PREVIOUS: Final = "previous"


@dataclass(frozen=True)
class Continued:
    """What became of the previous grid.

    ``kept`` counts its cells that stayed, and those that were open by reason; ``crosswalk`` says
    what every new cell is made of, with ``lineage``; ``issued`` and ``voided`` count codes.
    """

    kept: dict[str, int]
    crosswalk: pd.DataFrame
    moved: Moved
    issued: int
    voided: int


@dataclass(frozen=True)
class Merged:
    """Everything a merge finds out; ``continued`` is None without a previous grid."""

    grid: Grid
    subdistricts: gpd.GeoDataFrame
    conflicts: gpd.GeoDataFrame
    crosswalk: pd.DataFrame
    repairs: pd.DataFrame
    doubtful: pd.DataFrame
    layers: dict[str, gpd.GeoDataFrame]
    codes: gpd.GeoDataFrame
    evidence: gpd.GeoDataFrame
    score: Score
    communities: CommunityCheck
    staff: Staffing
    assignment: Assignment
    points_outside: tuple[str, ...]
    continued: Continued | None
    dedicated: gpd.GeoDataFrame | None


def explained(
    tables: MergeTables, sound: Sound, divided: Divided, *, options: AssignOptions, date: str
) -> Merged:
    """Measure and explain a proved grid."""
    grid, layers = divided.grid, sound.departments
    evidence, subdistricts = evidence_of(layers), subdistricts_of(divided.grid.communities)
    walks = {
        name: crosswalk(grid.cells, layer, tables.people, department=name, cell_of=grid.cell_of)
        for name, layer in sorted(layers.items())
    }
    base = options.base or next(iter(layers), None)
    if base is not None:
        grid.cells["base_code"] = _texts(main_codes(walks[base]).reindex(grid.cells.index))
    codes, continued = _history(tables, divided, date=date)
    return Merged(
        grid=grid,
        subdistricts=subdistricts,
        conflicts=_conflicts(tables, grid, layers, (subdistricts, evidence)),
        crosswalk=crosswalk_table(walks),
        repairs=sound.repairs,
        doubtful=sound.doubtful,
        layers=dict(sorted(layers.items())),
        codes=codes,
        evidence=evidence,
        score=score_grid(
            grid,
            layers,
            tables.people,
            crosswalks=walks,
            size=options.size,
            counted=options.count_by,
        ),
        communities=check_communities(grid.cells, grid.communities),
        staff=staffing(grid.cells, grid.communities),
        assignment=divided.assignment,
        points_outside=tuple(tables.people.index[grid.cell_of < 0].astype(str)),
        continued=continued,
        dedicated=None if sound.dedicated is None else _placed(sound.dedicated, grid),
    )


def _placed(dedicated: gpd.GeoDataFrame, grid: Grid) -> gpd.GeoDataFrame:
    """Return the dedicated cells as drawn, each with its ``cell_id``."""
    inner = shapely.point_on_surface(dedicated.geometry.to_numpy())
    ids = grid.cells.index.to_numpy()[locate(inner, grid.cells.geometry.to_numpy())]
    return dedicated.assign(cell_id=ids)[["cell_id", "kind", "name", "geometry"]]


def _texts(codes: pd.Series[str]) -> pd.Series[str]:
    return codes.astype(object).where(codes.notna(), None)


def _conflicts(
    tables: MergeTables,
    grid: Grid,
    layers: Mapping[str, gpd.GeoDataFrame],
    beside: tuple[gpd.GeoDataFrame, gpd.GeoDataFrame],
) -> gpd.GeoDataFrame:
    """Return the conflicts, each with what an edit accepts of it on this very grid."""
    subdistricts, evidence = beside
    found = find_conflicts(
        grid.atoms,
        layers,
        tables.people,
        communities=grid.communities,
        community_of=grid.cells["community_id"].to_dict(),
        roads=tables.roads,
    )
    tiles = {"cells": grid.cells, "atoms": grid.atoms, "communities": grid.communities}
    found = only_accepted(found, {**tiles, "subdistricts": subdistricts}, evidence)
    before = None if tables.previous is None else tables.previous.conflicts
    return found if before is None else still_accepted(found, before)


def _history(
    tables: MergeTables, divided: Divided, *, date: str
) -> tuple[gpd.GeoDataFrame, Continued | None]:
    """Return the table of codes, and what became of the previous grid."""
    cells, previous = divided.grid.cells, tables.previous
    if previous is None or divided.kept is None:
        return issue_codes(cells, date=date), None
    found = overlaps(previous.cells, cells, tables.people)
    codes = renew_codes(previous.codes, previous.cells, cells, found, date=date)
    return codes, Continued(
        kept=divided.kept.counts(),
        crosswalk=_crosswalk_previous(previous, divided.grid, tables.people, found),
        moved=moved_households(found, tables.people),
        issued=len(set(cells["code"]) - previous.issued()),
        voided=len(set(previous.cells["code"]) - set(codes.index[codes["status"] == VALID])),
    )


def _crosswalk_previous(
    previous: Previous, grid: Grid, people: gpd.GeoDataFrame, found: Overlaps
) -> pd.DataFrame:
    """Return the crosswalk to the previous grid, each row with the lineage of its old code.

    Ground under 5 % of both cells has no ``lineage``; codes that ended without a successor are
    rows without a ``cell_id``.
    """
    cells = grid.cells
    table = crosswalk(cells, previous.cells, people, department=PREVIOUS, cell_of=grid.cell_of)
    table.insert(1, "code", cells["code"].reindex(table["cell_id"]).to_numpy())
    kinds = lineage(
        found,
        np.array(previous.cells["code"], dtype=object),
        np.array(cells["code"], dtype=object),
    )
    kinds = kinds.rename(columns={"new_code": "code", "kind": "lineage"})
    gone = kinds[kinds["lineage"] == "gone"].assign(department=PREVIOUS)
    told = table.merge(
        kinds[["old_code", "code", "lineage"]], on=["old_code", "code"], how="left"
    ).fillna({"lineage": ""})
    both = pd.concat([told, gone.drop(columns="code")]) if len(gone) else told
    return both.sort_values(["cell_id", "old_code"], kind="stable", ignore_index=True)
