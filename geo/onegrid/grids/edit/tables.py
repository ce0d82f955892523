"""Between tables and the board: put on the grid and noded on the way in, typed on the way out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.errors import InputError, Problem
from onegrid.grids.check import partition_problems
from onegrid.grids.edit.board import Board
from onegrid.grids.edit.doors import Doors
from onegrid.grids.edit.rings import put_on_grid
from onegrid.grids.edit.rows import (
    ATOMS,
    CELLS,
    COMMUNITIES,
    LAYERS,
    SUBDISTRICTS,
    Key,
    Row,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

_PARTITION = (CELLS, ATOMS, COMMUNITIES, SUBDISTRICTS)


@dataclass(frozen=True)
class Form:
    """How a layer looks as a table: column types, order of all columns, an empty index, CRS."""

    dtypes: Mapping[str, Any]
    order: tuple[str, ...]
    geometry: str
    index: pd.Index[Any]
    crs: Any


@dataclass(frozen=True)
class OpenGrid:
    """A grid on the board, and the forms its layers are written back in."""

    board: Board
    forms: Mapping[str, Form]

    def tables(self) -> dict[str, gpd.GeoDataFrame]:
        """Return the layers as they are now: rows by id, conflicts by rank, columns as read."""
        return {layer: self._table(layer, form) for layer, form in self.forms.items()}

    def _table(self, layer: str, form: Form) -> gpd.GeoDataFrame:
        rows = list(self.board.ordered(layer))
        columns = {
            name: pd.Series([row.attributes.get(name) for row in rows], dtype=dtype).to_numpy()
            for name, dtype in form.dtypes.items()
        }
        names = [row.key.id for row in rows]
        index = pd.Index(names, name=form.index.name, dtype=form.index.dtype)
        shapes = np.array([row.shape for row in rows], dtype=object)
        columns[form.geometry] = shapes
        frame = pd.DataFrame({name: columns[name] for name in form.order}, index=index)
        return gpd.GeoDataFrame(frame, geometry=form.geometry, crs=form.crs)


def open_grid(
    layers: Mapping[str, gpd.GeoDataFrame],
    *,
    people: gpd.GeoDataFrame | None = None,
    evidence: gpd.GeoDataFrame | None = None,
    proved: bool = False,
) -> OpenGrid:
    """Put the layers of a grid on the board.

    Parameters
    ----------
    layers
        ``cells`` and whichever of ``atoms, communities, subdistricts, conflicts`` are there, by
        name, indexed by id, in one metric CRS. Coordinates off the 1 mm grid are put on it, and a
        vertex that one layer has on a border of another is put into that one too.
    people
        Points with ``households, people, elders_60`` in the same CRS.
    evidence
        Borders that departments drew (`onegrid.grids.evidence.evidence_of`): ``take`` follows them.
    proved
        The layers were made and proved a moment ago: noding and proof are not done again.

    Raises
    ------
    InputError
        If the cells are no partition, or the atoms do not tile them: edits need sound ground.
    """
    forms = {name: _form(layers[name]) for name in LAYERS if name in layers}
    shapes = {name: layers[name].geometry.to_numpy() for name in forms}
    if not proved:
        shapes |= {name: put_on_grid(array) for name, array in shapes.items() if name in _PARTITION}
        if not _all_noded(shapes, layers):
            shapes = _noded(shapes)
        _refuse_unsound(shapes, layers)
    rows = {name: _rows(name, layers[name], shapes[name]) for name in forms}
    own_atoms = ATOMS in rows
    if not own_atoms:
        rows[ATOMS] = {cell.key.id: _as_atom(cell) for cell in rows[CELLS].values()}
    doors = None if people is None else Doors(people)
    drawn = {} if evidence is None else _lines_of(evidence)
    return OpenGrid(Board(rows, own_atoms, doors, drawn), forms)


def _lines_of(evidence: gpd.GeoDataFrame) -> dict[str, shapely.STRtree]:
    by_department = evidence.groupby("department")
    return {str(name): shapely.STRtree(part.geometry.to_numpy()) for name, part in by_department}


def _form(frame: gpd.GeoDataFrame) -> Form:
    attributes = frame.drop(columns=frame.geometry.name)
    order = tuple(str(name) for name in frame.columns)
    name = str(frame.geometry.name)
    return Form(dict(attributes.dtypes), order, name, frame.index[:0], frame.crs)


def _rows(layer: str, frame: gpd.GeoDataFrame, shapes: NDArray[np.object_]) -> dict[str, Row]:
    attributes = frame.drop(columns=frame.geometry.name)
    columns = [
        [None if missing else value for value, missing in zip(values, gaps, strict=True)]
        for name in attributes
        for values, gaps in [(attributes[name].tolist(), attributes[name].isna().tolist())]
    ]
    names = [str(name) for name in attributes]
    records = zip(*columns, strict=True) if columns else [()] * len(frame)
    return {
        str(name): Row(Key(layer, str(name)), dict(zip(names, record, strict=True)), shape)
        for name, record, shape in zip(frame.index, records, shapes, strict=True)
    }


def _as_atom(cell: Row) -> Row:
    values = {"cell_id": cell.key.id, "households": cell.count("households")}
    return Row(Key(ATOMS, cell.key.id), values, cell.shape)


def _all_noded(
    shapes: Mapping[str, NDArray[np.object_]], layers: Mapping[str, gpd.GeoDataFrame]
) -> bool:
    """Return whether every layer has exactly the vertices of the next finer one on its borders."""
    if not shapely.coverage_is_valid(shapes[CELLS]):
        return False
    return all(
        _adds_up(shapes[fine], layers[fine].get(column), shapes[coarse], layers[coarse])
        for fine, column, coarse in (
            (ATOMS, "cell_id", CELLS),
            (CELLS, "community_id", COMMUNITIES),
            (CELLS, "subdistrict_id", SUBDISTRICTS),
        )
        if fine in shapes and coarse in shapes
    )


def _adds_up(
    fine: NDArray[np.object_],
    homes: pd.Series | None,
    coarse: NDArray[np.object_],
    frame: gpd.GeoDataFrame,
) -> bool:
    if homes is None or not shapely.coverage_is_valid(fine):
        return False
    parts = pd.Series(fine).groupby(homes.astype(str).to_numpy()).apply(_union)
    unions = parts.reindex(frame.index.astype(str))
    if unions.isna().any():
        return False
    whole = shapely.normalize(np.array(unions.to_list(), dtype=object))
    return bool((whole == shapely.normalize(coarse)).all())


def _union(parts: pd.Series) -> shapely.Geometry:
    return shapely.coverage_union_all(parts.to_numpy())


def _noded(shapes: Mapping[str, NDArray[np.object_]]) -> dict[str, NDArray[np.object_]]:
    """Put every vertex of every layer of the partition into the borders it lies on."""
    layers = [name for name in _PARTITION if name in shapes]
    every = np.concatenate([shapes[name] for name in layers])
    nodes = np.unique(shapely.get_coordinates(every), axis=0)
    tree = shapely.STRtree(shapely.points(nodes))
    return {
        name: _with_nodes(array, nodes, tree) if name in layers else array
        for name, array in shapes.items()
    }


def _with_nodes(
    shapes: NDArray[np.object_], nodes: NDArray[np.float64], tree: shapely.STRtree
) -> NDArray[np.object_]:
    polygons, shape = shapely.get_parts(shapes, return_index=True)
    rings, polygon = shapely.get_rings(polygons, return_index=True)
    drawn = np.array([_with_nodes_ring(ring, nodes, tree) for ring in rings], dtype=object)
    first = np.unique(polygon, return_index=True)[1]
    stops = [*first[1:], len(drawn)]
    made = [shapely.Polygon(drawn[a], drawn[a + 1 : b]) for a, b in zip(first, stops, strict=True)]
    found = np.array(made, dtype=object)
    result = np.empty(len(shapes), dtype=object)
    for i, old in enumerate(shapes):
        parts = found[shape == i]
        result[i] = parts[0] if old.geom_type == "Polygon" else shapely.MultiPolygon(list(parts))
    return result


def _with_nodes_ring(
    ring: shapely.Geometry, nodes: NDArray[np.float64], tree: shapely.STRtree
) -> shapely.Geometry:
    xy = shapely.get_coordinates(ring)
    ends = np.stack([xy[:-1], xy[1:]], axis=1)
    grid_m = standards.number("grid_size_m")
    edge, node = tree.query(shapely.linestrings(ends), predicate="dwithin", distance=grid_m * 0.75)
    if not len(edge):
        return ring
    step = ends[edge, 1] - ends[edge, 0]
    share = ((nodes[node] - ends[edge, 0]) * step).sum(axis=1) / (step**2).sum(axis=1)
    own = (nodes[node] == ends[edge, 0]).all(axis=1) | (nodes[node] == ends[edge, 1]).all(axis=1)
    inner = ~own & (share > 0) & (share < 1)
    if not inner.any():
        return ring
    places = np.vstack([xy[:-1], nodes[node[inner]]])
    key = np.concatenate([np.arange(len(ends)), edge[inner] + share[inner]])
    drawn = places[np.argsort(key, kind="stable")]
    return shapely.LinearRing(drawn)


def _refuse_unsound(
    shapes: Mapping[str, NDArray[np.object_]], layers: Mapping[str, gpd.GeoDataFrame]
) -> None:
    cells = layers[CELLS].set_geometry(shapes[CELLS], crs=layers[CELLS].crs)
    towns = (
        layers[COMMUNITIES].set_geometry(shapes[COMMUNITIES], crs=cells.crs)
        if COMMUNITIES in layers
        else cells.dissolve("community_id", method="coverage")
    )
    problems = partition_problems(cells, towns)
    if ATOMS in layers and not problems:
        atoms = layers[ATOMS]
        if not _adds_up(shapes[ATOMS], atoms["cell_id"], shapes[CELLS], cells):
            problems = [Problem("PARTITION_ATOMS", "the atoms do not tile the cells", ATOMS)]
    if problems:
        raise InputError(*problems)
