"""The result page: a folium map whose every script, style and image is inside the file."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
import numpy as np
from folium.template import Template

from onegrid.coverage.privacy import public_cells
from onegrid.coverage.suppress import suppress
from onegrid.crs import to_lonlat
from onegrid.errors import InputError, Problem
from onegrid.maps import layers
from onegrid.maps.themes import Theme, cells_layer, gap_themes, size_theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd
    import pandas as pd

_PLAIN = (range(0x3000, 0xD800), range(0xFF00, 0xFFF0))  # Chinese; no quotes, tags, surrogates
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_PAGE = Template("""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">
<title>{{ this.title|e }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.html.render(**kwargs) }}
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
""")
_START = Template("""{% macro script(this, kwargs) %}
Onegrid.start({{ this._parent.get_name() }}, {
  cells: {{ this.cells.get_name() if this.cells else "null" }},
  control: {{ this.control.get_name() }},
  overlays: [
    {%- for layer, legend in this.overlays %}
    { layer: {{ layer.get_name() }}, name: {{ layer.layer_name|tojson }},
      legend: {{ legend|tojson }} },
    {%- endfor %}
  ],
  themes: {{ this.themes|tojson }},
  notes: {{ this.notes|tojson }},
});
{% endmacro %}""")


@dataclass(frozen=True)
class MapTables:
    """What a result page can show; any part may be missing.

    ``cells``, ``communities``, ``conflicts``, ``facilities``, ``roads`` are the tables of
    `onegrid.schema`; ``departments`` the cleaned old grids by department; ``circles`` and ``sites``
    the layers, ``gaps`` the table that the commands write. ``kinds`` chooses and orders the
    facility kinds shown as life circles and gaps (empty: all there are). ``attribution`` is shown
    on the map; ``synthetic`` adds a banner that says the figures are made up.
    """

    cells: gpd.GeoDataFrame | None = None
    communities: gpd.GeoDataFrame | None = None
    departments: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)
    conflicts: gpd.GeoDataFrame | None = None
    circles: gpd.GeoDataFrame | None = None
    gaps: pd.DataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    roads: gpd.GeoDataFrame | None = None
    sites: gpd.GeoDataFrame | None = None
    kinds: tuple[str, ...] = ()
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
        ]
        return [frame for frame in found if frame is not None and len(frame)]


class _Start(folium.MacroElement):
    """Hand the layers to the page's own script."""

    _template = _START

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401  (folium elements, which have no types)
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.__dict__.update(parts)


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
    page = folium.Map(tiles=None, zoom_control=False, attribution_control=True, prefer_canvas=True)
    page.default_js, page.default_css = [], []  # folium's point at ten other sites
    themes = _themes(tables, office=office)
    cells = None
    if tables.cells is not None and len(tables.cells):
        cells = _cells(tables, themes, office=office)
        cells.add_to(page)
    overlays = [(_folium_layer(overlay), overlay) for overlay in _overlays(tables, office=office)]
    for layer, _ in overlays:
        layer.add_to(page)
    control: Any = folium.LayerControl()
    control.options["collapsed"] = folium.JsCode("window.innerWidth < 1000")
    control.add_to(page)
    page.fit_bounds(_bounds(frames[0]))
    _Start(
        cells=cells,
        control=control,
        overlays=[(layer, [s.plain() for s in overlay.legend]) for layer, overlay in overlays],
        themes=[{"label": t.label, "signs": [s.plain() for s in t.signs]} for t in themes],
        notes=list(_notes(tables, office=office)),
    ).add_to(page)
    return _render(page, title, tables)


def _themes(tables: MapTables, *, office: bool) -> list[Theme]:
    cells, gaps = tables.cells, tables.gaps
    if cells is None or not len(cells):
        return []
    themes = [size_theme(cells)]
    if gaps is not None:
        shown = gaps if office else suppress(gaps, cells)
        themes += gap_themes(cells, shown, tables.kinds)
    return themes


def _cells(tables: MapTables, themes: list[Theme], *, office: bool) -> folium.GeoJson:
    cells = tables.cells if office else public_cells(tables.cells)
    names = tables.communities["name"] if tables.communities is not None else None
    return folium.GeoJson(
        cells_layer(cells, themes, names),
        name="网格",
        control=False,
        smooth_factor=0.5,
        style_function=lambda _: {"color": "#ffffff", "weight": 1, "fillOpacity": 0.75},
        on_each_feature=folium.JsCode("Onegrid.describe"),
    )


def _overlays(tables: MapTables, *, office: bool) -> Iterator[layers.Overlay]:
    """Yield the overlays from the lowest to the topmost: the one list of what covers what."""
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
    if tables.sites is not None and len(tables.sites):
        yield layers.site_overlay(tables.sites)


def _folium_layer(overlay: layers.Overlay) -> folium.GeoJson:
    return folium.GeoJson(
        overlay.collection,
        name=escape(overlay.name),  # Leaflet writes the name as HTML
        show=overlay.show,
        smooth_factor=0.5,
        style_function=lambda _: overlay.style,
        on_each_feature=folium.JsCode("Onegrid.describe"),
        point_to_layer=folium.JsCode("Onegrid.disc"),
        interactive=overlay.interactive,
    )


def _bounds(frame: gpd.GeoDataFrame) -> list[list[float]]:
    west, south, east, north = np.round(to_lonlat(frame).total_bounds, 6).tolist()
    return [[south, west], [north, east]]


def _notes(tables: MapTables, *, office: bool) -> Iterator[str]:
    declared = (frame.attrs.get("attribution") for frame in tables.frames())
    yield from dict.fromkeys(
        text for text in (*tables.attribution, *declared) if isinstance(text, str) and text
    )
    if office:
        yield "内部资料，含未脱敏人数"


def _render(page: folium.Map, title: str, tables: MapTables) -> str:
    figure: Any = page.get_root()
    figure.title, figure.policy, figure._template = title, _POLICY, _PAGE  # noqa: SLF001  (folium has no public hook for its page)
    header, body = figure.header, figure.html
    header.add_child(folium.Element(f"<style>{_styles()}</style>"), name="styles")
    header.add_child(folium.Element(f"<script>{_scripts()}</script>"), name="scripts")
    banner = (
        '<p class="banner">示意数据：人口与网格为虚构，仅供演示</p>' if tables.synthetic else ""
    )
    top = f'<header class="top"><h1>{escape(title)}</h1>{banner}</header>'
    body.add_child(folium.Element(top), name="top")
    for order, element in enumerate(_tree(figure)):
        element._id = f"{order:04d}"  # noqa: SLF001  (folium's own ids are random)
    html = _readable(figure.render())
    # folium forbids zooming with two fingers, which people with weak eyes need
    return re.sub(r",\s*maximum-scale=1.0, user-scalable=no", "", html)


def _readable(script: str) -> str:
    """Return a script with Chinese written as such, which is half as long as its escapes."""

    def plain(match: re.Match[str]) -> str:
        code = int(match[1], 16) if match[1] else 0
        return chr(code) if any(code in part for part in _PLAIN) else match[0]

    return re.sub(r"\\\\|\\u([0-9a-f]{4})", plain, script)


def _tree(element: folium.Element) -> Iterator[folium.Element]:
    yield element
    for part in ("header", "html", "script"):
        if hasattr(element, part):
            yield from _tree(getattr(element, part))
    for child in element._children.values():  # noqa: SLF001  (folium has no other way to walk)
        yield from _tree(child)


@cache
def _scripts() -> str:
    return _read("vendor/leaflet/leaflet.js") + _read("map/map.js")


@cache
def _styles() -> str:
    """Return the styles with Leaflet's images as data, without those that nothing shows."""
    text = re.sub(r"behavior: url\([^)]*\);", "", _read("vendor/leaflet/leaflet.css"))
    text = re.sub(r"background-image: url\(images/marker-icon\.png\);", "", text)
    text = re.sub(r"url\(images/([\w-]+\.png)\)", _image, text)
    return text + _read("map/map.css")


def _image(match: re.Match[str]) -> str:
    data = _file(f"vendor/leaflet/{match[1]}").read_bytes()
    return f"url(data:image/png;base64,{base64.b64encode(data).decode()})"


def _read(path: str) -> str:
    return _file(path).read_text(encoding="utf-8")


def _file(path: str) -> resources.abc.Traversable:
    return resources.files("onegrid_data").joinpath(*path.split("/"))
