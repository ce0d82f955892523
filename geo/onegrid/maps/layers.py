"""The layers of a result map: tables to GeoJSON with the words of their tooltips.

A tooltip is a list of values, whose labels the layer holds once; the page writes them as text,
never as HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import shapely

from onegrid.maps.packed import packed_collection
from onegrid.maps.themes import count_text
from onegrid.standards import department_label, number, signs
from onegrid.standards.signs import Sign, kind_label, kind_order

if TYPE_CHECKING:
    from collections.abc import Sequence

_AREA_SIMPLIFY_M = 1.0
_LINE_SIMPLIFY_M = 3.0
_CIRCLE_SIMPLIFY_M = 5.0
_CIRCLE_OPACITY = 0.14
_ROAD_DECIMALS = 5
_ROAD_VERTICES_MAX = 80_000  # about 0.4 MB of page; smaller classes are left out beyond it
_ROAD_CLASSES = (
    ("motorway", "trunk", "primary", "secondary"),
    ("tertiary", "residential", "unclassified", "living_street", "pedestrian"),
)  # what is in neither is a path
_WATER = "#a9cfe6"
_ROAD_SIGNS = {
    "rail": Sign("铁路", "#777777", "line", dash="6 4"),
    "water": Sign("水系", _WATER, "line"),
    "barrier": Sign("铁路、河流等阻隔", "#777777", "line", dash="2 5"),
}


_FACILITY_COLUMNS = {"opening_hours": "开放时间", "phone": "电话", "address": "地址"}
_FIX_SIGNS = {
    "open_link": Sign("打通通道", signs.PURPLE, "disc", glyph="通"),
    "new_site": Sign("新建", signs.GREEN, "disc", glyph="新"),
}
_DISC_STYLE = {"color": "#ffffff", "weight": 1, "fillOpacity": 0.95}
_ROAD_STYLES: dict[str, dict[str, Any]] = {
    "water": {"color": _WATER, "weight": 3},
    "rail": {"color": "#777777", "weight": 2, "dashArray": "6 4"},
    "barrier": {"color": "#777777", "weight": 1.5, "dashArray": "2 5"},
    "main": {"color": "#c9c2b4", "weight": 3},
    "street": {"color": "#d6d1c7", "weight": 1.6},
    "path": {"color": "#e2dfd8", "weight": 0.8},
}


@dataclass(frozen=True)
class Overlay:
    """One layer with a switch: its features, how they are drawn, and its legend."""

    name: str
    collection: dict[str, Any]
    style: dict[str, Any]
    legend: tuple[Sign, ...] = ()
    show: bool = False
    interactive: bool = True


def community_overlay(communities: gpd.GeoDataFrame) -> Overlay:
    """Return the outlines of communities."""
    return Overlay(
        "社区边界",
        packed_collection(communities, simplify_m=_AREA_SIMPLIFY_M),
        {"color": signs.DARK, "weight": 2.5, "fill": False, "opacity": 0.9},
        (Sign("社区边界", signs.DARK, "line"),),
        show=True,
        interactive=False,
    )


def department_overlays(departments: dict[str, gpd.GeoDataFrame]) -> list[Overlay]:
    """Return the old grids as outlines, a colour and a dash for each department."""
    found = []
    for number_, (name, frame) in enumerate(departments.items()):
        colour, dash = signs.DEPARTMENTS[number_ % len(signs.DEPARTMENTS)]
        label = f"老网格：{department_label(name)}"
        collection = packed_collection(
            frame,
            [{"tip": [code]} for code in _texts(frame, "code")],
            labels={"tip": ["部门网格"]},
            simplify_m=_LINE_SIMPLIFY_M,
        )
        style = {"color": colour, "weight": 2, "dashArray": dash, "fill": False}
        found.append(Overlay(label, collection, style, (Sign(label, colour, "line", dash=dash),)))
    return found


def conflict_overlay(conflicts: gpd.GeoDataFrame, *, office: bool) -> Overlay:
    """Return where departments disagree; only the office sees few households."""
    below = 0 if office else number("suppress_below_people")
    few = (conflicts["households"] > 0) & (conflicts["households"] < below)
    households = conflicts["households"].astype(float).mask(few)
    tips = [
        [kind, departments, f"{area_m2:,.0f}平方米", count_text(count), _status(status)]
        for kind, departments, area_m2, count, status in zip(
            conflicts["kind"].map(_conflict),
            conflicts["departments"].map(_departments),
            conflicts["area_m2"],
            households,
            conflicts["status"],
            strict=True,
        )
    ]
    collection = packed_collection(
        conflicts,
        [{"tip": tip} for tip in tips],
        labels={"tip": ["冲突", "部门", "面积", "户数", "状态"]},
        simplify_m=_AREA_SIMPLIFY_M,
    )
    style = {"color": signs.VERMILLION, "weight": 1.5, "fillOpacity": 0.45}
    sign = Sign("部门边界冲突", signs.VERMILLION)
    return Overlay("边界冲突", collection, style, (sign,))


def _conflict(kind: str) -> str:
    return signs.CONFLICT_KINDS.get(kind, kind)


def _status(status: str) -> str:
    return signs.CONFLICT_LABELS.get(status, status)


def _departments(names: str) -> str:
    return "、".join(department_label(name) for name in names.split(";"))


def circle_overlays(
    circles: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame | None, kinds: Sequence[str] = ()
) -> list[Overlay]:
    """Return the life circles of each kind, all its facilities together, one area a band."""
    kind_of = (
        circles["kind"]
        if "kind" in circles
        else circles["facility_id"].map(facilities["kind"])
        if facilities is not None
        else pd.Series("", index=circles.index)
    ).fillna("")
    bands = sorted(set(circles["minutes"]))
    found = []
    for kind in kinds or kind_order(set(kind_of)):
        of_kind = circles[kind_of == kind]
        if of_kind.empty:
            continue
        light = shapely.simplify(of_kind.geometry.to_numpy(), _CIRCLE_SIMPLIFY_M / 2)
        areas = [shapely.union_all(light[of_kind["minutes"] == m]) for m in bands]
        frame = gpd.GeoDataFrame(
            index=[f"{m:g}" for m in bands],
            geometry=[shapely.simplify(area, _CIRCLE_SIMPLIFY_M) for area in areas],
            crs=circles.crs,
        ).iloc[::-1]  # widest first, so that the nearest lies on top
        label = f"生活圈：{kind_label(kind) or '全部设施'}"
        legend = tuple(
            Sign(f"{m:g}分钟步行可达", _over_white(signs.BLUE, layers=len(bands) - i))
            for i, m in enumerate(bands)
        )
        style = {"color": signs.BLUE, "weight": 1, "fillOpacity": _CIRCLE_OPACITY}
        collection = packed_collection(frame)
        found.append(Overlay(label, collection, style, legend, interactive=False))
    return found


def _over_white(colour: str, *, layers: int) -> str:
    """Return the colour that shows where so many bands of `colour` lie on white."""
    opacity = 1 - (1 - _CIRCLE_OPACITY) ** layers
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - p) * opacity):02x}" for p in parts)


def facility_overlays(facilities: gpd.GeoDataFrame) -> list[Overlay]:
    """Return the facilities, a layer for each group of kinds, a character in each disc."""
    group_of = facilities["kind"].map(signs.facility_sign)
    found = []
    for sign in dict.fromkeys(signs.facility_sign(k) for k in kind_order(set(facilities["kind"]))):
        group = facilities[group_of == sign]
        tips = zip(
            _texts(group, "name"),
            group["kind"].map(kind_label),
            *([text or None for text in _texts(group, column)] for column in _FACILITY_COLUMNS),
            strict=True,
        )
        collection = packed_collection(
            group,
            [{"tip": list(tip)} for tip in tips],
            labels={"tip": ["设施", "类别", *_FACILITY_COLUMNS.values()]},
        )
        label = f"设施：{sign.label}"
        style = {**_DISC_STYLE, "fillColor": sign.colour, "glyph": sign.glyph}
        found.append(Overlay(label, collection, style, (sign,), show=sign.glyph == "养"))
    return found


def site_overlay(sites: gpd.GeoDataFrame) -> Overlay:
    """Return proposed sites, numbered in the order of choice."""
    orders = range(1, len(sites) + 1)
    properties = [{"tip": [f"第{order}处"], "style": {"glyph": str(order)}} for order in orders]
    collection = packed_collection(sites, properties, labels={"tip": ["建议选址"]})
    style = {"color": "#ffffff", "weight": 2, "fillColor": signs.GREEN, "fillOpacity": 1}
    sign = Sign("建议选址", signs.GREEN, "disc", glyph="1")
    return Overlay("建议选址", collection, style, (sign,), show=True)


def fix_overlay(fixes: gpd.GeoDataFrame) -> Overlay:
    """Return where a new way or a new site would help, the first rank on top.

    Parameters
    ----------
    fixes
        Points with ``rank, kind, fix, elders_60_gained, people_gained, cost_note``, counts already
        fit for the reader.
    """
    ranked = fixes.sort_values("rank", ascending=False, kind="stable")
    counts = ("elders_60_gained", "people_gained")
    told = zip(
        ranked["rank"].map(str),
        ranked["kind"].map(kind_label),
        ranked["fix"].map(lambda fix: _FIX_SIGNS[fix].label),
        *(ranked[name].map(count_text) for name in counts),
        _texts(ranked, "cost_note"),
        ranked["fix"],
        strict=True,
    )
    properties = [
        {"tip": list(tip), "style": {"fillColor": _FIX_SIGNS[fix].colour, "glyph": tip[0]}}
        for *tip, fix in told
    ]
    labels = {"tip": ["次序", "设施", "办法", "受益60岁以上", "受益居民", "说明"]}
    collection = packed_collection(ranked, properties, labels=labels)
    style = {"color": "#ffffff", "weight": 2, "fillOpacity": 1}
    legend = tuple(_FIX_SIGNS[fix] for fix in _FIX_SIGNS if fix in set(ranked["fix"]))
    return Overlay("怎样补最省", collection, style, legend)


def water_overlay(water: gpd.GeoDataFrame) -> Overlay:
    """Return rivers and lakes as the lowest layer."""
    collection = packed_collection(water, simplify_m=_LINE_SIMPLIFY_M)
    style = {"color": _WATER, "weight": 1, "fillOpacity": 1}
    return Overlay("水面", collection, style, (Sign("水面", _WATER),), show=True, interactive=False)


def road_overlay(roads: gpd.GeoDataFrame) -> Overlay:
    """Return the roads and barriers as one pale background layer, a multi-line for each class."""
    highway, railway, waterway = (_texts(roads, c) for c in ("highway", "railway", "waterway"))
    classes = pd.Series(
        [_road_class(h, r, w) for h, r, w in zip(highway, railway, waterway, strict=True)],
        index=roads.index,
    )
    left = _ROAD_VERTICES_MAX
    shapes, names = [], []
    for name in _ROAD_STYLES:
        lines = roads.geometry[classes == name].to_numpy()
        merged = shapely.line_merge(shapely.union_all(lines, grid_size=0.1))
        shape = shapely.simplify(merged, _LINE_SIMPLIFY_M)
        left -= int(shapely.get_num_coordinates(shape))
        if not shape.is_empty and left >= 0:
            shapes.append(shape)
            names.append(name)
    frame = gpd.GeoDataFrame(index=names, geometry=shapes, crs=roads.crs)
    properties = [{"style": _ROAD_STYLES[name]} for name in names]
    collection = packed_collection(frame, properties, decimals=_ROAD_DECIMALS)
    style = {"color": "#d6d1c7", "weight": 1, "opacity": 1, "fill": False}
    legend = tuple(sign for name, sign in _ROAD_SIGNS.items() if name in names)
    return Overlay("道路与水系", collection, style, legend, show=True, interactive=False)


def _road_class(highway: str, railway: str, waterway: str) -> str:
    if waterway and not highway:
        return "water"
    if not highway:
        return "rail" if railway else "barrier"
    stem = highway.removesuffix("_link")
    if stem in _ROAD_CLASSES[0]:
        return "main"
    return "street" if stem in _ROAD_CLASSES[1] else "path"


def _texts(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return [("" if pd.isna(v) else str(v)) for v in frame[column]]
