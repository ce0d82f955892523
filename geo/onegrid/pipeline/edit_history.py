"""What edits leave on record beside the grid: the life of codes, the crosswalk, the changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import pandas as pd
import shapely

from onegrid import schema
from onegrid.errors import InputError, Problem
from onegrid.grids.compare import crosswalk, crosswalk_table
from onegrid.grids.edit import EditError
from onegrid.grids.edit.rows import ATOMS, CELLS
from onegrid.grids.lifecycle import CODE_COLUMNS, VOID, renew_codes
from onegrid.grids.locate import locate
from onegrid.grids.overlaps import overlaps
from onegrid.io.files import read_table
from onegrid.io.reading import list_spatial_layers
from onegrid.io.sources import split_layer

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from onegrid.grids.edit import Change

CODES: Final = "codes"
EVIDENCE: Final = "evidence"
DEPARTMENTS_FILE: Final = "departments.gpkg"


def with_codes(
    before: Mapping[str, gpd.GeoDataFrame],
    after: Mapping[str, gpd.GeoDataFrame],
    *,
    people: gpd.GeoDataFrame | None,
    date: str = "",
    source: str = "",
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers after edits, their table of codes renewed if the grid has one.

    Without household points, those of the finer atoms stand for them.

    Raises
    ------
    EditError
        ``EDIT_DUPLICATE_ID`` if an edit gives a cell a code that is void.
    """
    codes = before.get(CODES)
    layers = dict(after)
    if not isinstance(codes, gpd.GeoDataFrame) or not {"code", *CODE_COLUMNS} <= {*codes.columns}:
        return layers
    texts = [name for name in CODE_COLUMNS if name != "geometry"]
    table = codes.fillna(dict.fromkeys(texts, "")).astype({"code": object}).set_index("code")
    old, new = (_coded(frame) for frame in (before[CELLS], after[CELLS]))
    void = sorted(set(new["code"]) & set(table.index[table["status"] == VOID]))
    if void:
        remedy = "give an id that was never issued"
        what = "the code was issued before and is void"
        raise EditError(*(Problem("EDIT_DUPLICATE_ID", what, source, i, remedy) for i in void))
    points = _atom_points(after) if people is None else people
    found = overlaps(old, new, points)
    layers[CODES] = renew_codes(table, old, new, found, date=date).reset_index()
    return layers


def _coded(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the cells with their id as code where they have none."""
    ids = pd.Series(cells.index.astype(str), index=cells.index)
    return cells.assign(code=cells["code"].where(cells["code"].notna(), ids).astype(object))


def _atom_points(layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame:
    frame = layers.get(ATOMS, layers[CELLS])
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return frame[["households"]].set_geometry(points, crs=frame.crs)


def drawn_borders(layers: Mapping[str, gpd.GeoDataFrame]) -> gpd.GeoDataFrame | None:
    """Return the borders that departments drew, if the grid has them on record."""
    found = layers.get(EVIDENCE)
    known = isinstance(found, gpd.GeoDataFrame) and "department" in found.columns
    return found if known else None


def departments_beside(grid: str) -> dict[str, gpd.GeoDataFrame]:
    """Read the cleaned departments that a merge wrote beside its grid.

    Raises
    ------
    InputError
        If they are not there or cannot be read.
    """
    path = Path(split_layer(grid)[0]).parent / DEPARTMENTS_FILE
    if not path.is_file():
        remedy = "edit the grid in the folder that onegrid merge wrote, or leave out --crosswalk"
        problem = Problem("DEPARTMENTS_MISSING", "not beside the grid", str(path), "", remedy)
        raise InputError(problem)
    names = list_spatial_layers(str(path))
    return {name: read_table(f"{path}#{name}", schema.DEPARTMENT).frame for name in sorted(names)}


def crosswalk_of(
    cells: gpd.GeoDataFrame, departments: Mapping[str, gpd.GeoDataFrame], people: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Return the crosswalk of a grid to all departments, as a merge writes it."""
    cell_of = locate(people.geometry.to_numpy(), cells.geometry.to_numpy())
    walks = {
        name: crosswalk(cells, layer, people, department=name, cell_of=cell_of)
        for name, layer in departments.items()
    }
    return crosswalk_table(walks)


def changes_text(changes: Iterable[Change], *, crs: str) -> str:
    """Return changes as a JSON document, one a line.

    Each holds whole rows before and after, so it can be taken back (`Change.inverse`).
    """
    told = [json.dumps(c.as_json(), ensure_ascii=False, allow_nan=False) for c in changes]
    lines = ",\n".join(told)
    return f'{{"crs": {json.dumps(crs)}, "changes": [\n{lines}\n]}}\n'
