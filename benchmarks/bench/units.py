"""What regionalisation peers are asked: per community, group these units into k connected cells.

Every peer gets the same units, households, neighbours and k; a community that consists of islands
is one problem for each island. Light to import, since every peer starts with it.
"""

from __future__ import annotations

import importlib
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Problem:
    """One island of a community.

    ``unit`` (its units among all, n), ``shapes`` (n), ``households`` (n), ``pairs`` (neighbours,
    m × 2), ``length_m`` (m) of their common border, ``drawn_share`` (m): by how many departments it
    was drawn, ``cells``: about how many cells there should be, ``band`` of households in a cell.
    """

    unit: Ints
    shapes: Shapes
    households: Ints
    pairs: Ints
    length_m: Floats
    drawn_share: Floats
    cells: int
    band: tuple[float, float]

    @property
    def middles(self) -> Floats:
        """Return the centroid of each unit, n × 2."""
        xy: Floats = shapely.get_coordinates(shapely.centroid(self.shapes))
        return xy

    def adjacency(self) -> tuple[Ints, Ints, Ints]:
        """Return the neighbours as compressed rows: offsets, neighbours, row of the pair."""
        both = np.vstack([self.pairs, self.pairs[:, ::-1]])
        order = np.lexsort((both[:, 1], both[:, 0]))
        degree = np.bincount(both[:, 0], minlength=len(self.unit))
        pair = np.tile(np.arange(len(self.pairs)), 2)
        return np.append(0, np.cumsum(degree)), both[order, 1], pair[order]


@dataclass(frozen=True)
class Units:
    """All units of a district and the problems they fall into."""

    shapes: Shapes
    problems: list[Problem]


@dataclass(frozen=True)
class Labels:
    """The cell of each unit, -1 where the peer gave none; problems solved and failed, and why."""

    cell: Ints
    solved: int
    failed: int
    why: str

    def told(self) -> dict[str, Any]:
        """Return what the table says beside the columns."""
        return {"solved": self.solved, "failed": self.failed, "why": self.why}


def solve(peer: str, units_path: str) -> Generator[Labels | None, None, Labels | None]:
    """Let a peer (``module:function`` from a problem to a label per unit) solve every problem.

    A problem it fails at stays without cells; one with a single cell to make is not asked.
    """
    module, name = peer.split(":")
    function: Callable[[Problem], Ints] = getattr(importlib.import_module(module), name)
    units: Units = pickle.loads(Path(units_path).read_bytes())  # noqa: S301  (our own)
    yield None
    cell = np.full(len(units.shapes), -1)
    made = solved = failed = 0
    why = ""
    for problem in units.problems:
        try:
            one = problem.cells == 1
            found = np.zeros(len(problem.unit), dtype=int) if one else function(problem)
        except Exception as error:  # noqa: BLE001  (any failure of a peer is a result)
            failed += 1
            why = why or f"{type(error).__name__}: {str(error).splitlines()[0][:80]}"
            continue
        labels = np.unique(np.asarray(found), return_inverse=True)[1]
        cell[problem.unit] = labels + made
        made += int(labels.max()) + 1
        solved += 1
        yield Labels(cell, solved, failed, why)
    return Labels(cell, solved, failed, why)


def dissolved(units: Units, cell: Ints) -> Shapes:
    """Return the cells that labels make of units."""
    order = np.argsort(cell, kind="stable")
    order = order[cell[order] >= 0]
    bounds = np.flatnonzero(np.diff(cell[order])) + 1
    groups = np.split(units.shapes[order], bounds)
    return np.array([shapely.coverage_union_all(group) for group in groups], dtype=object)
