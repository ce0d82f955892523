"""The folium page around the data: every script, style and image inside the file.

folium treats what it renders as a template once more, so nothing that a user wrote may pass
through it: data and title go into the page beside it, and layer names without a brace.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING, Any

import folium
from folium.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
_PAGE = Template("""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta http-equiv="Content-Security-Policy" content="{{ this.policy }}">
<title>{{ this.title }}</title>
{{ this.header.render(**kwargs) }}
<style>{{ this.styles }}</style>
<script>{{ this.scripts }}</script>
</head>
<body>
<header class="top"><h1>{{ this.title }}</h1></header>
{{ this.html.render(**kwargs) }}
<script>Onegrid.data = {{ this.data }};</script>
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
  layers: [{% for layer in this.layers %}{{ layer.get_name() }}, {% endfor %}],
});
{% endmacro %}""")


@dataclass(frozen=True)
class Layer:
    """A switch of the layer control: its name, whether it is on, whether it answers the mouse."""

    name: str
    show: bool
    interactive: bool


class _Start(folium.MacroElement):
    """Hand folium's layers to the page's own script."""

    _template = _START

    def __init__(self, **parts: Any) -> None:  # noqa: ANN401  (folium elements, which have no types)
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Start"
        self.__dict__.update(parts)


def framed(
    data: dict[str, Any], switches: Sequence[Layer], *, title: str, bounds: list[list[float]]
) -> str:
    """Return the page.

    Parameters
    ----------
    data
        What the page's script draws: ``cells``, ``overlays``, ``themes``, ``notes``, ``banner``.
    switches
        One for each overlay, in the same order: the first is covered by all others.
    title
        Heading, as plain text.
    bounds
        South-west and north-east corner to show first, latitude before longitude.
    """
    page = folium.Map(
        tiles=None,
        zoom_control=False,
        attribution_control=True,
        prefer_canvas=True,
        zoom_snap=0.25,  # a district fills the page instead of half of it
    )
    page.default_js, page.default_css = [], []  # folium's point at ten other sites
    cells = _layer("cells", Layer("cells", show=True, interactive=True)) if data["cells"] else None
    layers = [_layer(order, switch) for order, switch in enumerate(switches)]
    control: Any = folium.LayerControl()
    control.options["collapsed"] = folium.JsCode("window.innerWidth < 1000")
    for element in (cells, *layers, control):
        if element is not None:
            element.add_to(page)
    page.fit_bounds(bounds)
    _Start(cells=cells, layers=layers, control=control).add_to(page)
    return _rendered(page, title, data)


def _layer(key: str | int, switch: Layer) -> folium.GeoJson:
    """Return an empty layer that the page's script fills with the data of its key."""
    return folium.GeoJson(
        {"type": "FeatureCollection", "features": [], "key": key},
        name=escape(switch.name).replace("{", "&#123;"),  # Leaflet writes the name as HTML
        control=key != "cells",
        show=switch.show,
        smooth_factor=0.5,
        on_each_feature=folium.JsCode("Onegrid.describe"),
        point_to_layer=folium.JsCode("Onegrid.disc"),
        interactive=switch.interactive,
    )


def _rendered(page: folium.Map, title: str, data: dict[str, Any]) -> str:
    figure: Any = page.get_root()
    figure._template = _PAGE  # noqa: SLF001  (folium has no public hook for its page)
    figure.policy, figure.title = _POLICY, escape(title)
    figure.styles, figure.scripts, figure.data = _styles(), _scripts(), _script_json(data)
    for order, element in enumerate(_tree(figure)):
        element._id = f"{order:04d}"  # noqa: SLF001  (folium's own ids are random)
    html: str = figure.render()
    # folium forbids zooming with two fingers, which people with weak eyes need
    return re.sub(r",\s*maximum-scale=1.0, user-scalable=no", "", html)


def _script_json(data: dict[str, Any]) -> str:
    """Return JSON that cannot end the script it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


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
