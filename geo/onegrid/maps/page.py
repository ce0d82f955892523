"""The result page: from tables to one HTML file with a folium map."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import suppress_fixes
from onegrid.crs import to_lonlat
from onegrid.errors import InputError, Problem
from onegrid.maps import layers
from onegrid.maps.frame import Layer, framed
from onegrid.maps.themes import (
    SizeBand,
    Theme,
    cells_layer,
    gap_themes,
    outline_theme,
    scenario_themes,
    size_theme,
)
from onegrid.siting.public import suppress_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd

_SYNTHETIC = "示意数据"  # the banner says so: once is enough
_CELL_STYLE = {"color": "#6b6b6b", "weight": 1, "fillOpacity": 0.8}


@dataclass(frozen=True)
class MapTables:
    """What a result page can show; any part may be missing.

    ``cells``, ``communities``, ``conflicts``, ``facilities``, ``roads`` are the tables of
    `onegrid.schema`; ``water`` rivers and lakes; ``departments`` the cleaned old grids by
    department; ``circles`` and ``sites`` the layers, ``gaps`` the table that the commands write;
    ``fixes`` are points of new ways and sites by rank; ``scenarios`` gaps with a column
    ``scenario``. ``kinds`` chooses and orders the facility kinds shown as life circles and gaps
    (empty: all there are). ``band`` is what the cells were made for (None: the usual band of
    households). ``attribution`` is shown on the map; ``synthetic`` adds a banner that says the
    figures are made up.
    """

    cells: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None
    departments: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    conflicts: gpd.GeoDataFrame | None = None
    circles: gpd.GeoDataFrame | None = None
    gaps: pd.DataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    water: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    fixes: gpd.GeoDataFrame | None = None
    scenarios: pd.DataFrame | None = None
    kinds: tuple[str, ...] = ()
    band: SizeBand | None = None
    attribution: tuple[str, ...] = ()
    synthetic: bool = False

    def frames(self) -> list[gpd.GeoDataFrame]:
        """Return the tables with geometry, the ones a map should fit first."""
        found = [
            self.cells,
            self.communities,
            *self.departments.values(),
            self.conflicts,
            self.circles,
            self.facilities,
            self.sites,
            self.roads,
            self.water,
        ]
        return [frame for frame in found if frame is not None and len(frame)]


def result_page(tables: MapTables, *, title: str, office: bool = False) -> str:
    """Return one HTML page with an interactive map of the results.

    The page loads nothing: it opens from disk on a machine without a network. Same tables, same
    text.

    Parameters
    ----------
    tables
        What to show, in metric CRSs.
    title
        Heading of the page, as plain text.
    office
        Show counts of few people, which the public page leaves out.

    Returns
    -------
    html
        The page.

    Raises
    ------
    InputError
        If there is no table with geometry.
    """
    frames = tables.frames()
    if not frames:
        raise InputError(Problem("MAP_EMPTY", "nothing to draw: no table with geometry"))
    themes = _themes(tables, office=office)
    overlays = list(_overlays(tables, office=office))
    data = {
        "cells": _cells(tables, themes, office=office),
        "overlays": [asdict(overlay) for overlay in overlays],
        "themes": [
            {
                "label": theme.label,
                "signs": [asdict(sign) for sign in theme.signs],
                "group": theme.group,
                "step": theme.step,
            }
            for theme in themes
        ],
        "notes": list(_notes(tables, office=office)),
        "banner": f"{_SYNTHETIC}：人口、网格与路名为虚构，仅供演示" if tables.synthetic else "",
    }
    switches = [Layer(overlay.name, overlay.show, overlay.interactive) for overlay in overlays]
    return framed(data, switches, title=title, bounds=_bounds(frames[0]))


def _themes(tables: MapTables, *, office: bool) -> list[Theme]:
    cells, gaps, plans = tables.cells, tables.gaps, tables.scenarios
    if cells is None or not len(cells):
        return []
    themes = [size_theme(cells, tables.band)]
    if not office:
        gaps, plans = suppress_beside(gaps, plans, cells)
    if gaps is not None:
        themes += gap_themes(cells, gaps, tables.kinds)
    if plans is not None:
        themes += scenario_themes(cells, plans)
    return [*themes, outline_theme(cells)]


def _cells(tables: MapTables, themes: list[Theme], *, office: bool) -> dict[str, Any] | None:
    if tables.cells is None or not len(tables.cells):
        return None
    cells = tables.cells if office else public_cells(tables.cells)
    names = tables.communities["name"] if tables.communities is not None else None
    return {"collection": cells_layer(cells, themes, names), "style": _CELL_STYLE}


def _overlays(tables: MapTables, *, office: bool) -> Iterator[layers.Overlay]:
    """Yield the overlays from the lowest to the topmost: the one list of what covers what."""
    if tables.water is not None and len(tables.water):
        yield layers.water_overlay(tables.water)
    if tables.roads is not None and len(tables.roads):
        yield layers.road_overlay(tables.roads)
    if tables.circles is not None and len(tables.circles):
        yield from layers.circle_overlays(tables.circles, tables.facilities, tables.kinds)
    if tables.conflicts is not None and len(tables.conflicts):
        yield layers.conflict_overlay(tables.conflicts, office=office)
    if tables.communities is not None and len(tables.communities):
        yield layers.community_overlay(tables.communities)
    yield from layers.department_overlays(tables.departments)
    if tables.facilities is not None and len(tables.facilities):
        yield from layers.facility_overlays(tables.facilities)
    if tables.fixes is not None and len(tables.fixes):
        yield layers.fix_overlay(tables.fixes if office else suppress_fixes(tables.fixes))
    if tables.sites is not None and len(tables.sites):
        yield layers.site_overlay(tables.sites)


def _bounds(frame: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = np.round(to_lonlat(frame).total_bounds, 6).tolist()
    return [[south, west], [north, east]]


def _notes(tables: MapTables, *, office: bool) -> Iterator[str]:
    declared = (frame.attrs.get("attribution") for frame in tables.frames())
    yield from dict.fromkeys(
        text
        for text in (*tables.attribution, *declared)
        if isinstance(text, str) and text and not (tables.synthetic and _SYNTHETIC in text)
    )
    if office:
        yield "内部资料，含未脱敏人数"
