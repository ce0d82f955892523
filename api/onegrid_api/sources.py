"""The layers that can be seen, as maps and other programs ask for them: to whom, with what."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from onegrid.errors import InputError, Problem
from onegrid.pipeline.folder import NETWORK_FILE, WATER_FILE
from onegrid.pipeline.map_layers import (
    department_grids,
    gaps_of_cells,
    life_circles,
    road_lines,
    water_areas,
)
from onegrid.pipeline.mapping import streets_of
from onegrid_api.errors import NotThereError
from onegrid_api.tiles import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import geopandas as gpd

    from onegrid_api.results import Results

_GRID: Final = "grid.gpkg"
BUILDINGS_FILE: Final = "buildings.gpkg"
BUILDINGS_ZOOM: Final = 14  # a tile of a lower zoom would be a megabyte
TITLES: Final = {
    "cells": "全要素网格",
    "atoms": "基本单元",
    "communities": "社区",
    "subdistricts": "街道",
    "conflicts": "部门边界冲突",
    "departments": "部门原网格",
    "roads": "道路",
    "water": "水面",
    "buildings": "建筑",
    "people": "楼栋人口",
    "facilities": "服务设施",
    "circles": "生活圈",
    "gaps": "服务缺口",
}
_CELLS: Final = ["code", "name", "community_id", "subdistrict_id", "households", "people"]
_COLUMNS: Final[Mapping[str, list[str]]] = {
    "cells": [*_CELLS, "elders_60", "area_m2"],
    "communities": ["name", "subdistrict_id", "subdistrict_name"],
    "subdistricts": ["subdistrict_name"],
    "conflicts": ["kind", "departments", "area_m2", "width_m", "status"],
}
FACILITY_COLUMNS: Final = ["kind", "name", "opening_hours", "phone", "address"]
_IDS: Final = {"subdistricts": "subdistrict_id", "conflicts": "conflict_id"}


def public_sources(results: Results) -> dict[str, Source]:
    """Return the layers that anybody may see, by name; figures of few people are not in them."""
    there = set(results.there())
    found = {name: _source(results, name, there) for name in _PUBLIC}
    return {name: source for name, source in found.items() if source is not None}


def public_source(results: Results, name: str) -> Source:
    """Return one of those layers, without a look at the files of the others.

    Raises
    ------
    NotThereError
        If there is none of that name.
    """
    files = _PUBLIC[name][0] if name in _PUBLIC else ()
    source = _source(results, name, {file for file in files if results.has(file)})
    return source or source_of(public_sources(results), name)


def _source(results: Results, name: str, there: set[str]) -> Source | None:
    if name not in _PUBLIC:
        return None
    files, frame = _PUBLIC[name]
    if not there.issuperset(files):
        return None
    layer = "cells" if name == "gaps" else name
    if _GRID in files and layer not in results.layer_names(_GRID):
        return None
    return Source(
        ("public", name),
        name,
        TITLES[name],
        (id(results), *(results.state_of(file) for file in files)),
        partial(frame, results),
        BUILDINGS_ZOOM if name == "buildings" else 0,
    )


def source_of(sources: Mapping[str, Source], name: str) -> Source:
    """Return a layer.

    Raises
    ------
    NotThereError
        If there is none of that name.
    """
    if name not in sources:
        msg = f"no layer {name!r}; there are: {', '.join(sources) or 'none yet'}"
        raise NotThereError(msg)
    return sources[name]


def narrowed(source: Source, wanted: Mapping[str, Any]) -> Source:
    """Return the rows of a layer whose columns have some values; None is any.

    Raises
    ------
    InputError
        ``COLUMN_UNKNOWN``, when the rows are asked for.
    """
    asked = {name: value for name, value in wanted.items() if value is not None}
    if not asked:
        return source

    def frame() -> gpd.GeoDataFrame:
        found = source.frame()
        for name, value in asked.items():
            if name not in found:
                what = f"layer {source.name!r} has no {name!r}"
                raise InputError(Problem("COLUMN_UNKNOWN", what, "", name))
            found = found[found[name] == value]
        return found

    return replace(source, key=(*source.key, *sorted(asked.items())), frame=frame)


def _cells(results: Results) -> gpd.GeoDataFrame:
    return results.cells()[[*_COLUMNS["cells"], "geometry"]]


def _communities(results: Results) -> gpd.GeoDataFrame:
    return results.communities()[[*_COLUMNS["communities"], "geometry"]]


def _layer(name: str, results: Results) -> gpd.GeoDataFrame:
    found = results.layer(_GRID, name).set_index(_IDS[name])
    return found[[*(c for c in _COLUMNS[name] if c in found), "geometry"]]


def _departments(results: Results) -> gpd.GeoDataFrame:
    file = "departments.gpkg"
    return department_grids({n: results.layer(file, n) for n in results.layer_names(file)})


def _roads(results: Results) -> gpd.GeoDataFrame:
    return road_lines(streets_of(results.network()))


def _water(results: Results) -> gpd.GeoDataFrame:
    return water_areas(results.layer(WATER_FILE, "water"))


def _buildings(results: Results) -> gpd.GeoDataFrame:
    found = results.layer(BUILDINGS_FILE, "buildings")[["geometry"]]
    return found.set_index(found.index.astype(str)).rename_axis("building_id")


def _facilities(results: Results) -> gpd.GeoDataFrame:
    return results.facilities()[[*FACILITY_COLUMNS, "geometry"]]


def _circles(results: Results) -> gpd.GeoDataFrame:
    kinds = results.facilities()["kind"] if "facilities.gpkg" in results.there() else None
    return life_circles(results.layer("circles.gpkg", "circles"), kinds)


def _gaps(results: Results) -> gpd.GeoDataFrame:
    return gaps_of_cells(results.gaps(), results.cells())


# the files that a layer is made from, and how
_PUBLIC: Final[Mapping[str, tuple[tuple[str, ...], Callable[[Results], gpd.GeoDataFrame]]]] = {
    "cells": ((_GRID,), _cells),
    "communities": ((_GRID,), _communities),
    "subdistricts": ((_GRID,), partial(_layer, "subdistricts")),
    "conflicts": ((_GRID,), partial(_layer, "conflicts")),
    "departments": (("departments.gpkg",), _departments),
    "roads": ((NETWORK_FILE,), _roads),
    "water": ((WATER_FILE,), _water),
    "buildings": ((BUILDINGS_FILE,), _buildings),
    "facilities": (("facilities.gpkg",), _facilities),
    "circles": (("circles.gpkg",), _circles),
    "gaps": (("gaps.csv", _GRID), _gaps),
}
