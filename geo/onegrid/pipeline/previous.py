"""Read a grid that was merged before, with what its file says of its history."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from onegrid import schema
from onegrid.errors import InputError, Problem
from onegrid.grids.cells import COUNTED
from onegrid.grids.keep import Previous, sound_previous
from onegrid.io.reading import list_layers, read_raw
from onegrid.io.sources import split_layer

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.pipeline.inputs import Reader

ROLE: Final = "previous"
SETTINGS: Final = "settings"
_TEXT: Final = {
    "codes": ("cell_id", "community_id", "status", "issued", "voided", "reason", "successors"),
    "evidence": ("department",),
}
CODES: Final = schema.Table(
    "codes",
    "code",
    {name: schema.Column("text", f"{name} of a code") for name in _TEXT["codes"]},
    ("Point",),
    ("codes",),
)
EVIDENCE: Final = schema.Table(
    "evidence",
    "evidence_id",
    {name: schema.Column("text", "who drew the border") for name in _TEXT["evidence"]},
    schema.LINES,
    ("evidence",),
    id_required=False,
)

QUESTIONS: Final = replace(
    schema.CONFLICTS,
    columns={
        **schema.CONFLICTS.columns,
        "between": schema.Column("text", "the two sides of the border"),
    },
)


def read_previous(reader: Reader, source: str, *, crs: str | None) -> Previous | None:
    """Read the grid that a merge continues, or note its problems and return None.

    Of its layers only ``cells`` must be there. Without ``codes`` the history begins with this
    grid; without ``evidence`` every cell may move, and stays where that is no worse; without
    ``settings`` it was made for the same band of households as now.

    Parameters
    ----------
    reader
        Collects what is wrong, together with the other files.
    source
        The GeoPackage that a merge or an edit wrote.
    crs
        Metric CRS of the district; None where it is not known for want of communities.
    """
    path, layer = split_layer(source)
    layers = reader.attempt(list_layers, path)
    if layers and layer is None and schema.CELLS.role not in layers:
        here = f"it has {', '.join(layers)}"
        reader.attempt(_refuse, Problem("LAYER_MISSING", "no layer cells", path, here))
        return None
    cells = None if layers is None else reader.read(ROLE, source, schema.CELLS)
    if layers is None or cells is None:
        return None
    if crs is not None and cells.crs != crs:
        found = Problem(
            "PREVIOUS_CRS",
            f"is in {cells.crs.to_string()}, the district in {crs}",
            path,
            remedy="give communities in the CRS of the previous grid: vertices moved to another "
            "CRS are no longer the same",
        )
        reader.attempt(_refuse, found)
        return None
    atoms, codes, evidence, conflicts = (
        _there(reader, path, table, crs) if layers.get(table.role) else None
        for table in (schema.ATOMS, CODES, EVIDENCE, QUESTIONS)
    )
    if codes is not None:
        codes = codes.fillna(dict.fromkeys(_TEXT["codes"], ""))
    previous = Previous(cells, atoms, codes, evidence, conflicts)
    sound = reader.attempt(_sound, previous, path)
    if sound is None or SETTINGS not in layers:
        return sound
    return reader.attempt(_with_settings, sound, path)


def _there(
    reader: Reader, path: str, table: schema.Table, crs: str | None
) -> gpd.GeoDataFrame | None:
    """Read a layer of the file, None where it has no rows: departments that agree."""
    source = f"{path}#{table.role}"
    raw = reader.attempt(read_raw, source)
    if raw is None or not len(raw.frame):
        return None
    return reader.read(f"{ROLE}.{table.role}", source, table, crs=crs)


def _refuse(problem: Problem) -> None:
    raise InputError(problem)


def _sound(previous: Previous, path: str) -> Previous:
    try:
        return sound_previous(previous)
    except InputError as error:
        raise InputError(*(replace(p, source=path) for p in error.problems)) from None


def settings_of(size: tuple[float, float], *, count_by: str = "households") -> pd.DataFrame:
    """Return what a grid was made for, the table ``settings`` of its file.

    Examples
    --------
    >>> settings_of((300, 500)).to_dict()["value"]
    {'count_by': 'households', 'size_max': '500', 'size_min': '300'}
    """
    values = {"count_by": count_by, "size_max": f"{size[1]:g}", "size_min": f"{size[0]:g}"}
    index = pd.Index(list(values), name="name", dtype=object)
    return pd.DataFrame({"value": list(values.values())}, index=index, dtype=object)


def made_for(path: str) -> tuple[tuple[float, float], str]:
    """Return the band a grid was made for and what it counts, from the table ``settings``.

    Raises
    ------
    InputError
        ``PREVIOUS_SETTINGS`` if the table cannot be read.
    """
    frame = read_raw(f"{path}#{SETTINGS}").frame
    values = dict(zip(frame.get("name", ()), frame.get("value", ()), strict=True))
    try:
        size = float(values["size_min"]), float(values["size_max"])
    except (KeyError, TypeError, ValueError):
        size = math.nan, math.nan
    count_by = values.get("count_by")
    if not 0 < size[0] <= size[1] or count_by not in COUNTED:
        remedy = "delete the layer, or continue a grid that onegrid merge or edit wrote"
        problem = Problem("PREVIOUS_SETTINGS", "layer settings cannot be read", path, "", remedy)
        raise InputError(problem)
    return size, str(count_by)


def _with_settings(previous: Previous, path: str) -> Previous:
    size, count_by = made_for(path)
    return replace(previous, size=size, count_by=count_by)
