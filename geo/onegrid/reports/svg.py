"""A picture as inline SVG: text, the same for the same input, drawn sharp on paper."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from onegrid.reports.model import Mark, Picture
    from onegrid.standards.signs import Sign

_DECIMALS = 1  # of a point: finer than a printer draws
_LABEL_SIZE = 8
_POINT, _LINE = 0, 1  # dimensions
PATTERNS = {
    "hatch": '<path d="M-1 7L7 -1M5 9L9 5M-1 1L1 -1" stroke="#333" stroke-width="0.7"/>',
    "cross": '<path d="M0 0L8 8M8 0L0 8" stroke="#333" stroke-width="0.7"/>',
    "dots": '<circle cx="4" cy="4" r="1" fill="#333"/>',
    "bars": '<path d="M4 0V8" stroke="#333" stroke-width="0.8"/>',
}


def defined_patterns() -> str:
    """Return the patterns that pictures refer to, once for a page."""
    drawn = "".join(
        f'<pattern id="{name}" width="8" height="8" patternUnits="userSpaceOnUse">{inner}</pattern>'
        for name, inner in PATTERNS.items()
    )
    return f'<svg width="0" height="0" aria-hidden="true"><defs>{drawn}</defs></svg>'


def svg(picture: Picture) -> str:
    """Return a picture as an ``svg`` element; patterns stand elsewhere on the page."""
    size = f"{picture.width:.0f} {picture.height:.0f}"
    marks = "".join(_mark(mark, picture) for mark in picture.marks)
    return (
        f'<svg viewBox="0 0 {size}" role="img" aria-label="{escape(picture.title)}"'
        f' width="{picture.width:.0f}" height="{picture.height:.0f}">{marks}</svg>'
    )


def swatch(sign: Sign) -> str:
    """Return the small sample of a legend entry."""
    if sign.form == "line":
        dash = f' stroke-dasharray="{sign.dash}"' if sign.dash else ""
        inner = f'<path d="M0 6H18" stroke="{sign.colour}" stroke-width="2.5"{dash}/>'
    elif sign.form == "disc":
        inner = f'<circle cx="9" cy="6" r="5" fill="{sign.colour}"/>'
    else:
        box = '<rect width="18" height="12"'
        inner = f'{box} fill="{sign.colour}" stroke="#666" stroke-width="0.5"/>'
        if sign.pattern in PATTERNS:
            inner += f'{box} fill="url(#{sign.pattern})"/>'
    return f'<svg viewBox="0 0 18 12" width="18" height="12" aria-hidden="true">{inner}</svg>'


def _mark(mark: Mark, picture: Picture) -> str:
    shapes = mark.shapes[~(shapely.is_missing(mark.shapes) | shapely.is_empty(mark.shapes))]
    dimension = shapely.get_dimensions(shapes)
    points = shapes[dimension == _POINT]
    lines, areas = shapes[dimension == _LINE], shapes[dimension > _LINE]
    drawn = [
        _drawn(_path(lines, picture), mark, ""),
        _drawn(_path(shapely.boundary(areas), picture, closed="Z"), mark, mark.fill),
        _points(points, mark, picture),
    ]
    return "".join(drawn) + _labels(mark, picture)


def _drawn(path: str, mark: Mark, fill: str) -> str:
    if not path:
        return ""
    dash = f' stroke-dasharray="{mark.dash}"' if mark.dash else ""
    stroke = f' stroke="{mark.stroke}" stroke-width="{mark.width:g}"' if mark.stroke else ""
    found = f'<path d="{path}" fill="{fill or "none"}" fill-rule="evenodd"{stroke}{dash}/>'
    if fill and mark.pattern in PATTERNS:
        found += f'<path d="{path}" fill="url(#{mark.pattern})" fill-rule="evenodd"/>'
    return found


def _path(shapes: np.ndarray, picture: Picture, *, closed: str = "") -> str:
    lines = shapely.get_parts(shapes)
    xy, owner = shapely.get_coordinates(lines, return_index=True)
    points = np.round(picture.to_points(xy), _DECIMALS)
    starts = np.searchsorted(owner, np.arange(len(lines) + 1))
    return "".join(
        "M" + "L".join(f"{x:g} {y:g}" for x, y in points[a:b]) + closed
        for a, b in pairwise(starts)
        if b > a
    )


def _points(shapes: np.ndarray, mark: Mark, picture: Picture) -> str:
    at = np.round(picture.to_points(shapely.get_coordinates(shapes)), _DECIMALS)
    stroke = f' stroke="{mark.stroke}" stroke-width="{mark.width:g}"' if mark.stroke else ""
    return "".join(
        f'<circle cx="{x:g}" cy="{y:g}" r="{mark.radius:g}" fill="{mark.fill}"{stroke}/>'
        for x, y in at
    )


def _labels(mark: Mark, picture: Picture) -> str:
    if not mark.labels:
        return ""
    middle = shapely.get_coordinates(shapely.point_on_surface(mark.shapes))
    at = np.round(picture.to_points(middle), _DECIMALS)
    return "".join(
        f'<text x="{x:g}" y="{y:g}" font-size="{_LABEL_SIZE}" text-anchor="middle"'
        f' stroke="#fff" stroke-width="2" paint-order="stroke">{escape(label)}</text>'
        for (x, y), label in zip(at, mark.labels, strict=True)
        if label
    )
