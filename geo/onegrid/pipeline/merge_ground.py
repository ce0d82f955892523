"""From drawn layers to cells: repair, divide, and continue the previous grid if there is one."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd
import shapely

from onegrid.errors import InputError, Problem
from onegrid.grids.assign import assign
from onegrid.grids.atoms import make_atoms
from onegrid.grids.cells import build_grid, fresh_names
from onegrid.grids.dedicated import (
    cut_out,
    dedicated_names,
    drawn_before,
    sound_dedicated,
)
from onegrid.grids.keep import Wishes, plan_kept
from onegrid.grids.kept import nothing_kept
from onegrid.grids.locate import locate
from onegrid.grids.stay import divide_anew
from onegrid.grids.succession import continued_names
from onegrid.layers.clean import clean_layer
from onegrid.layers.nest import nest_communities

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd

    from onegrid.grids.assign import Assignment
    from onegrid.grids.atoms import Atoms
    from onegrid.grids.cells import Grid
    from onegrid.grids.keep import Previous
    from onegrid.grids.kept import Kept
    from onegrid.grids.options import AssignOptions
    from onegrid.layers.clean import Cleaned
    from onegrid.layers.nest import Nested
    from onegrid.pipeline.merge_inputs import MergeTables
    from onegrid.pipeline.stages import Run


@dataclass(frozen=True)
class Sound:
    """The drawn layers without a fault: nested communities, departments by descending weight.

    ``dedicated`` are cells drawn as they are to be (`onegrid.grids.dedicated`), or None.
    ``repairs`` is the ledger of all of them, ``doubtful`` what of it somebody should decide.
    """

    communities: gpd.GeoDataFrame
    departments: dict[str, gpd.GeoDataFrame]
    repairs: pd.DataFrame
    doubtful: pd.DataFrame
    dedicated: gpd.GeoDataFrame | None = None


@dataclass(frozen=True)
class Divided:
    """The grid, how each community was solved, and what of the previous grid stayed (or None)."""

    grid: Grid
    assignment: Assignment
    kept: Kept | None


def repaired(tables: MergeTables, options: AssignOptions) -> Sound:
    """Repair every drawn layer, each by itself."""
    order = sorted(tables.departments, key=lambda n: (-options.weights.get(n, 1.0), n))
    cleaned = {name: clean_layer(tables.departments[name], department=name) for name in order}
    nested = nest_communities(tables.communities)
    parts: list[Cleaned | Nested] = [nested, *(cleaned[name] for name in sorted(cleaned))]
    dedicated = None
    if tables.dedicated is not None:
        fitted = sound_dedicated(tables.dedicated, nested.communities)
        parts.append(fitted)
        dedicated = fitted.layer
    return Sound(
        nested.communities,
        {name: c.layer for name, c in cleaned.items()},
        pd.concat([part.ledger for part in parts], ignore_index=True),
        pd.concat([part.doubtful for part in parts], ignore_index=True),
        dedicated,
    )


def divided(tables: MergeTables, sound: Sound, *, options: AssignOptions, run: Run) -> Divided:
    """Cut the district into atoms and group them into cells.

    With a previous grid only ground on which something changed is cut and grouped anew.

    Raises
    ------
    InputError
        If the previous grid lies elsewhere, or a locked cell of it does not fit any more.
    """
    cut = functools.partial(
        make_atoms,
        departments=sound.departments,
        people=tables.people,
        roads=tables.roads,
        households_max=options.size[1],
        count_by=options.count_by,
    )
    if tables.previous is not None or sound.dedicated is not None:
        return _beside_what_stays(tables, sound, (cut, options, run))
    with run.stage("划分最小单元", households=len(tables.people)):
        atoms = cut(sound.communities)
    with run.stage("合并为全要素网格", atoms=len(atoms.polygons)):
        assignment = assign(atoms, options=options, communities=_ids(sound.communities))
        _refuse_missed(assignment, sound.communities)
        grid = build_grid(atoms, assignment.cell, sound.communities, tables.people)
    return Divided(grid, assignment, None)


def _beside_what_stays(
    tables: MergeTables,
    sound: Sound,
    how: tuple[Callable[[gpd.GeoDataFrame], Atoms], AssignOptions, Run],
) -> Divided:
    """Divide only the ground that neither a previous cell keeps nor a dedicated one is."""
    cut, options, run = how
    previous, dedicated = tables.previous, sound.dedicated
    with run.stage("对照上一版与专属网格", previous=0 if previous is None else len(previous.cells)):
        if previous is None:
            kept = nothing_kept(sound.communities)
        else:
            kept = _planned(tables, sound, previous, options)
        if dedicated is not None:
            kept = cut_out(kept, _new_ones(dedicated, previous))
    with run.stage("合并为全要素网格", open=len(kept.ground)):
        tiles, cell, assignment = divide_anew(
            kept,
            options=_beside_held(options, kept, sound.communities),
            divide=cut,
            names=sound.departments,
            communities=_ids(sound.communities),
        )
        _refuse_missed(assignment, sound.communities)
        name = fresh_names if previous is None else continued_names(previous, tables.people)
        if dedicated is not None:
            name = dedicated_names(name, dedicated)
        grid = build_grid(tiles, cell, sound.communities, tables.people, name=name)
    return Divided(grid, assignment, None if previous is None else kept)


def _planned(tables: MergeTables, sound: Sound, previous: Previous, options: AssignOptions) -> Kept:
    refuse_elsewhere(previous, sound.communities, source=tables.sources.get("previous", ""))
    wishes = Wishes(targets=options.targets)
    if sound.dedicated is not None:
        fixed = _new_ones(sound.dedicated, previous).geometry.to_numpy()
        wishes = Wishes(fixed, options.targets)
    return plan_kept(
        previous,
        sound.communities,
        sound.departments,
        tables.people,
        bands=previous.bands(options.size, count_by=options.count_by),
        wishes=wishes,
    )


def _ids(communities: gpd.GeoDataFrame) -> list[str]:
    return [str(i) for i in communities.index]


def _beside_held(
    options: AssignOptions, kept: Kept, communities: gpd.GeoDataFrame
) -> AssignOptions:
    """Return options whose targets are those of the open ground: without the cells that stay."""
    held = dict(zip(_ids(communities), kept.held(len(communities)).tolist(), strict=True))
    opened = set(communities.index[kept.ground["community"].unique()].astype(str))
    left = {name: wanted - held[name] for name, wanted in options.targets.items()}
    problems = [
        _target_problem(name, f"{held[name]} of its cells stay", options.targets[name])
        for name, rest in sorted(left.items())
        if rest < 0 or (rest > 0) != (name in opened)
    ]
    if problems:
        raise InputError(*problems)
    return replace(options, targets=left)


def _refuse_missed(assignment: Assignment, communities: gpd.GeoDataFrame) -> None:
    ids = _ids(communities)
    problems = [
        _target_problem(ids[s.community], f"the nearest is {s.cells} cells", s.wanted)
        for s in assignment.solved
        if s.wanted is not None and s.cells != s.wanted
    ]
    if problems:
        raise InputError(*problems)


def _target_problem(community: str, why: str, wanted: int) -> Problem:
    remedy = "ask for another number, or leave out --target"
    what = f"its ground cannot be divided into {wanted} cells: {why}"
    return Problem("TARGET_IMPOSSIBLE", what, "", f"community {community}", remedy)


def _new_ones(dedicated: gpd.GeoDataFrame, previous: Previous | None) -> gpd.GeoDataFrame:
    """Return the dedicated cells that the previous grid does not have already."""
    if previous is None:
        return dedicated
    shapes = previous.cells.geometry.to_numpy()
    return dedicated[~drawn_before(dedicated.geometry.to_numpy(), shapes)]


def refuse_elsewhere(
    previous: Previous, communities: gpd.GeoDataFrame, *, source: str = ""
) -> None:
    """Refuse a previous grid of which no cell lies in a community of today.

    Raises
    ------
    InputError
        ``PREVIOUS_ELSEWHERE``.
    """
    inner = shapely.point_on_surface(previous.cells.geometry.to_numpy())
    if (locate(inner, communities.geometry.to_numpy()) < 0).all():
        west, south = previous.cells.total_bounds[:2]
        raise InputError(
            Problem(
                "PREVIOUS_ELSEWHERE",
                "none of its cells lies in a community",
                source,
                f"at {west:.0f}, {south:.0f}",
                "give the previous grid of this district",
            )
        )
