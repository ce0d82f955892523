"""Write layers as shapefiles, as older programs want them: short column names, a code page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import pyogrio

from onegrid.errors import Gather, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

Encoding = Literal["utf-8", "gbk"]
_NAME_MAX: Final = 10  # of a column, in a DBF file
_DATE: Final = "2000-01-01"  # the time of change that a DBF file wants; ours never moves
_SHORT: Final[Mapping[str, str]] = {
    "community_id": "comm_id",
    "subdistrict_id": "subd_id",
    "subdistrict_name": "subd_name",
    "workers_needed": "workers",
    "elders_alone": "eld_alone",
    "communities": "comms",
}


def write_shapefiles(
    folder: Path, layers: Mapping[str, gpd.GeoDataFrame], *, encoding: Encoding
) -> None:
    """Write each layer as a shapefile of its name into a folder.

    Parameters
    ----------
    folder
        Where the files go; there is nothing of these names yet.
    layers
        Frames with CRS; the index is written as a column of its name.
    encoding
        Of the texts. A ``.cpg`` file beside each table says which.

    Raises
    ------
    InputError
        ``ENCODING``, with every layer that has characters GBK lacks.
    """
    gather = Gather()
    for name, frame in layers.items():
        gather.attempt(_check_texts, name, frame, encoding)
    gather.check()
    for name, frame in layers.items():
        table = frame.reset_index()
        columns = {c: _SHORT.get(c, c)[:_NAME_MAX] for c in table if c != table.geometry.name}
        table = table.rename(columns=columns)
        flags = table.select_dtypes("bool").columns
        pyogrio.write_dataframe(
            table.astype(dict.fromkeys(flags, "int32")),
            folder / f"{name}.shp",
            driver="ESRI Shapefile",
            encoding=encoding.upper(),
            DBF_DATE_LAST_UPDATE=_DATE,
        )


def _check_texts(name: str, frame: gpd.GeoDataFrame, encoding: Encoding) -> None:
    texts = frame.select_dtypes(["object", "string"]).drop(
        columns=frame.geometry.name, errors="ignore"
    )
    used = {c for column in texts for text in texts[column].dropna() for c in str(text)}
    wrong = sorted(c for c in used if not _has(c, encoding))
    if wrong:
        what = f"{encoding.upper()} has no {''.join(wrong)}"
        raise InputError(Problem("ENCODING", what, name, remedy="take UTF-8"))


def _has(character: str, encoding: Encoding) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
