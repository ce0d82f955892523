"""Rows of plans as answers show them: to whom, and in which coordinates."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal

import geopandas as gpd
import shapely

from onegrid.crs import to_lonlat
from onegrid.errors import StaleError
from onegrid.grids.edit.rows import ATOMS, CELLS, COMMUNITIES, CONFLICTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from onegrid.grids.edit import Change, Row
    from onegrid_api.access import Who

Crs = Literal["grid", "lonlat"]
LONLAT_DECIMALS: Final = 9  # a tenth of a millimetre: a vertex comes back as the same vertex
FIGURES: Final = frozenset({"households", "people", "elders_60", "workers_needed"})


def features(rows: Sequence[Row], *, crs: Crs, srid: int) -> list[dict[str, Any]]:
    """Return rows as GeoJSON features."""
    shapes = [row.shape for row in rows]
    if crs == "lonlat" and rows:
        frame = gpd.GeoDataFrame(geometry=shapes, crs=f"EPSG:{srid}")
        turned = to_lonlat(frame).geometry.to_numpy()
        shapes = list(shapely.transform(turned, lambda xy: xy.round(LONLAT_DECIMALS)))
    return [
        {
            "type": "Feature",
            "id": row.key.id,
            "properties": dict(row.attributes),
            "geometry": shapely.geometry.mapping(shape),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]


def theirs(who: Who, cells: Mapping[str, Row]) -> set[str]:
    """Return the ids of the cells that lie in somebody's areas."""
    return {
        name
        for name, row in cells.items()
        if who.covers(row.text("subdistrict_id"), row.text("community_id"))
    }


def of_area(who: Who, layer: str, rows: Iterable[Row], *, cells: Mapping[str, Row]) -> list[Row]:
    """Return the rows of a layer that somebody may see: those of their cells.

    Communities and subdistricts hold no figures and are for all; a conflict is theirs if it
    touches one of their cells.
    """
    if who.everywhere or layer not in (CELLS, ATOMS, CONFLICTS):
        return list(rows)
    own = theirs(who, cells)
    if layer == CELLS:
        return [row for row in rows if row.key.id in own]
    if layer == ATOMS:
        return [row for row in rows if row.text("cell_id") in own]
    tree = shapely.STRtree([cells[name].shape for name in sorted(own)])
    return [row for row in rows if len(tree.query(row.shape, predicate="intersects"))]


def hidden_elsewhere(who: Who, rows: Iterable[Row]) -> list[Row]:
    """Return rows without the figures of what lies outside somebody's areas.

    Whoever draws has to know the borders of the neighbours, not who lives there.
    """
    return [row if _open_to(who, row) else _without_figures(row) for row in rows]


def saved(who: Who, changes: Sequence[Change], *, crs: Crs, srid: int) -> list[dict[str, Any]]:
    """Return changes as an answer: what went, and the rows as they are now."""
    told = []
    for change in changes:
        rows = hidden_elsewhere(who, change.after)
        kept = {row.key for row in change.after}
        made = features(rows, crs=crs, srid=srid)
        told.append(
            {
                "op": change.op,
                "ids": list(change.ids),
                "counts": change.counts,
                "remark": change.remark,
                "gone": [f"{r.key.layer}/{r.key.id}" for r in change.before if r.key not in kept],
                "rows": [
                    {"layer": row.key.layer, **one} for row, one in zip(rows, made, strict=True)
                ],
            }
        )
    return told


@contextmanager
def telling(who: Who, *, crs: Crs, srid: int) -> Iterator[None]:
    """Show the present state in a refusal of a stale save as in any other answer."""
    try:
        yield
    except StaleError as error:
        rows: list[Row] = hidden_elsewhere(who, error.state.get("rows", ()))
        made = features(rows, crs=crs, srid=srid)
        layers = [{"layer": row.key.layer, **one} for row, one in zip(rows, made, strict=True)]
        state = {**error.state, "rows": layers}
        raise StaleError(*error.problems, revision=error.revision, state=state) from None


def _open_to(who: Who, row: Row) -> bool:
    if who.everywhere or row.key.layer == COMMUNITIES:
        return True
    return row.key.layer == CELLS and who.covers(
        row.text("subdistrict_id"), row.text("community_id")
    )


def _without_figures(row: Row) -> Row:
    return row.having(**{name: None for name in FIGURES if name in row.attributes})
