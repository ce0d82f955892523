"""Time every kind of edit on wavy lattices of cells, each edit taken back before the next."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from onegrid.grids.edit import OPERATIONS, EditError, open_grid, perform, read_edit

sys.path.append(str(Path(__file__).parents[2] / "tests"))
import edits  # the lattices and random edits that the tests prove

if TYPE_CHECKING:
    from collections.abc import Generator

    from onegrid.grids.edit import Board, Edit

_TIMES = 7  # each edit is made so often and its fastest time counts: the machine is shared
_TRIES = 60  # random edits for one that is not refused
_STRIP_M, _OFF_M = 6.0, (2.0, 3.0)
_CONFLICTS = 40

Times = dict[str, Any]


def times(side: int, doors_per_cell: int, count: int) -> Generator[Times, None, Times]:
    """Return the CPU milliseconds of edits of each kind on a lattice of ``side × side`` cells.

    ``cells``, and for each kind ``p50_ms, p99_ms, count``: of making the change, proving it and
    putting it into effect. Refused edits are drawn again.
    """
    layers, people = edits.lattice(side, side, doors=doors_per_cell * side * side)
    layers["conflicts"] = _strips(layers["cells"])
    drawn = _drawn_borders(layers["cells"])
    board = open_grid(layers, people=people, evidence=drawn).board
    yield {}
    found: Times = {"cells": len(board.rows["cells"])}
    for op in OPERATIONS:
        spent_ms = _spent_ms(board, op, count)
        p50, p99 = np.percentile(spent_ms, [50, 99])
        found[op] = {"p50_ms": float(p50), "p99_ms": float(p99), "count": len(spent_ms)}
        yield found
    return found


def _spent_ms(board: Board, op: str, count: int) -> list[float]:
    rng = np.random.default_rng(20)
    spent_ms: list[float] = []
    for number in range(_TRIES * count):
        edit = _drawn(board, rng, number, op)
        try:
            spent_ms.append(min(_once_ms(board, edit) for _ in range(_TIMES)))
        except EditError:
            continue
        if len(spent_ms) == count:
            break
    return spent_ms


def _once_ms(board: Board, edit: Edit) -> float:
    """Return what an edit takes, and take it back; a refusal is raised."""
    started = time.thread_time()
    change = perform(board, edit)
    spent_s = time.thread_time() - started
    board.apply(change.inverse())
    return 1000 * spent_s


def _drawn(board: Board, rng: np.random.Generator, number: int, op: str) -> Edit:
    if op != "resolve":
        edit: Edit = edits.random_edit(board, rng, number, op)
        return edit
    names = list(board.rows["conflicts"])
    name = names[rng.integers(len(names))]
    return read_edit({"op": op, "conflict_id": name, "choice": "take", "department": "west"})


def _drawn_borders(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the borders of the cells a few metres beside themselves, as a department's."""
    lines = shapely.transform(shapely.boundary(cells.geometry.to_numpy()), lambda xy: xy + _OFF_M)
    return gpd.GeoDataFrame({"department": "west"}, index=cells.index, geometry=lines)


def _strips(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return strips beside borders between cells of a community, spread over the grid."""
    shapes, towns = cells.geometry.to_numpy(), cells["community_id"].to_numpy()
    one, two = shapely.STRtree(shapes).query(shapes, predicate="touches")
    mine = (one < two) & (towns[one] == towns[two])
    one, two = one[mine], two[mine]
    border = shapely.intersection(shapes[one], shapes[two])
    long = shapely.length(border) > _STRIP_M
    some = np.flatnonzero(long)[:: max(1, int(long.sum()) // _CONFLICTS)]
    both = shapely.coverage_union_all(np.stack([shapes[one], shapes[two]], axis=1)[some], axis=1)
    strips = shapely.intersection(shapely.buffer(border[some], _STRIP_M), both)
    table = {"kind": "border_shift", "departments": "east;west", "households": 1, "status": "open"}
    index = [f"C{n:04d}" for n in range(len(strips))]
    frame = gpd.GeoDataFrame(table, index=index, geometry=strips, crs=cells.crs)
    return frame.rename_axis("conflict_id")
