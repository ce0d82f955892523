"""Measure what programs left behind, all of a case in one go."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from bench.columns import Layer, grid_columns, load_dirty, load_ground, repair_columns
from bench.units import dissolved

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from bench.columns import Shapes

    Rows = Generator[list["Found"], None, list["Found"]]

_CLOSE_M = 15.0
Columns = dict[str, float]
Found = Columns | dict[str, str]


def grids(left: Sequence[tuple[str, str]], ground_path: str) -> Rows:
    """Return the columns of each grid: labels with the file of their units, or polygons."""
    yield []
    ground = load_ground(ground_path)
    found = []
    for path, units in left:
        value = _read(path)
        cells = dissolved(_read(units), value.cell) if units else value
        found.append(_measured(lambda cells=cells: grid_columns(cells, ground)))
    return found


def repairs(left: Sequence[tuple[str, str]], dirty_path: str) -> Rows:
    """Return the columns of each set of repaired layers."""
    yield []
    drawn = load_dirty(dirty_path).layers
    found = []
    for path, _ in left:
        layers = {name: Layer(_there(x.shapes), x.codes) for name, x in _read(path).items()}
        found.append(
            _measured(lambda layers=layers: repair_columns(drawn, layers, close_m=_CLOSE_M))
        )
    return found


def _measured(columns: Callable[[], Columns]) -> Found:
    """Return columns rounded, or that a result is such that GEOS cannot measure it."""
    try:
        return _rounded(columns())
    except shapely.GEOSException as error:
        return {"status": "failed", "note": f"cannot be measured: {str(error)[:80]}"}


def _read(path: str) -> Any:  # noqa: ANN401  (what a program left)
    return pickle.loads(Path(path).read_bytes())  # noqa: S301  (our own)


def _there(shapes: Shapes) -> Shapes:
    there: Shapes = shapes.copy()
    there[shapely.is_missing(shapes)] = shapely.Polygon()
    return there


def _rounded(found: Columns) -> Columns:
    return {key: round(value, 4) if value % 1 else int(value) for key, value in found.items()}
