"""Read a grid that was merged before, with what its file says of its history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from onegrid import schema
from onegrid.grids.keep import Previous, sound_previous
from onegrid.io.reading import list_spatial_layers
from onegrid.io.sources import split_layer

if TYPE_CHECKING:
    from onegrid.pipeline.inputs import Reader

ROLE: Final = "previous"
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


def read_previous(reader: Reader, source: str, *, crs: str | None) -> Previous | None:
    """Read the grid that a merge continues, or note its problems and return None.

    Of its layers only ``cells`` must be there. Without ``codes`` the history begins with this
    grid; without ``evidence`` every cell may move, and stays where that is no worse.

    Parameters
    ----------
    reader
        Collects what is wrong, together with the other files.
    source
        The GeoPackage that a merge or an edit wrote.
    crs
        Metric CRS of the district; None where it is not known for want of communities.
    """
    path = split_layer(source)[0]
    layers = reader.attempt(list_spatial_layers, path)
    cells = None if layers is None else reader.read(ROLE, source, schema.CELLS, crs=crs)
    if layers is None or cells is None:
        return None
    rest = {
        table.role: reader.read(f"{ROLE}.{table.role}", f"{path}#{table.role}", table, crs=crs)
        for table in (schema.ATOMS, CODES, EVIDENCE)
        if table.role in layers
    }
    codes = rest.get("codes")
    if codes is not None:
        codes = codes.fillna(dict.fromkeys(_TEXT["codes"], ""))
    previous = Previous(cells, rest.get("atoms"), codes, rest.get("evidence"))
    return reader.attempt(sound_previous, previous)
