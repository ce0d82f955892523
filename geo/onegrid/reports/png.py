"""A picture as PNG bytes, for files that cannot hold SVG; the same for the same input."""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from onegrid.reports.model import Mark, Picture
    from onegrid.standards.signs import Sign

_DPI = 160
_COMPRESS = 3  # twice as fast as the usual 6, and hardly larger
_COLOURS = 256  # of a picture: maps have few, so that a byte a point does instead of four
_INK = "#333333"
_HATCH_WIDTH = 0.35
_POINTS_PER_INCH = 72
_HATCHES = {"hatch": "//", "cross": "xx", "dots": "..", "bars": "||"}
_CHINESE = (
    *("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei"),
    *("PingFang SC", "SimHei", "SimSun", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
)
_LABEL_SIZE = 6


@cache
def chinese_font() -> FontProperties | None:
    """Return a font with Chinese characters, None if this machine has none."""
    there = {font.name for font in fontManager.ttflist}
    name = next((name for name in _CHINESE if name in there), None)
    return None if name is None else FontProperties(family=name, size=_LABEL_SIZE)


def png(picture: Picture) -> bytes:
    """Return a picture as PNG; Chinese labels are left out where no font has them."""
    figure, axes = _canvas(picture.width, picture.height)
    for order, mark in enumerate(picture.marks):
        _draw(axes, mark, picture, order)
    return _bytes(figure)


@cache
def swatch_png(sign: Sign) -> bytes:
    """Return the small sample of a legend entry."""
    width, height = 18.0, 12.0
    figure, axes = _canvas(width, height)
    if sign.form == "line":
        level = [height / 2] * 2
        axes.plot([0, width], level, color=sign.colour, linewidth=2.5, linestyle=_dash(sign.dash))
    elif sign.form == "disc":
        axes.plot([width / 2], [height / 2], marker="o", markersize=9, color=sign.colour)
    else:
        face, hatch = sign.colour, _HATCHES.get(sign.pattern)
        axes.add_patch(Rectangle((0, 0), width, height, fc=face, ec=_INK, lw=0.5, hatch=hatch))
    return _bytes(figure)


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width / _POINTS_PER_INCH, height / _POINTS_PER_INCH), dpi=_DPI)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)  # y down, as on a page
    return figure, axes


def _bytes(figure: Figure) -> bytes:
    canvas = FigureCanvasAgg(figure)
    with rc_context({"hatch.linewidth": _HATCH_WIDTH}):
        canvas.draw()  # type: ignore[no-untyped-call]  # matplotlib has few types
    drawn = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]  # as above
    image = Image.fromarray(drawn).convert("RGB")
    few = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    raw = io.BytesIO()
    few.save(raw, format="png", compress_level=_COMPRESS)
    return raw.getvalue()


def _draw(axes: Axes, mark: Mark, picture: Picture, order: int) -> None:
    shapes = mark.shapes[~(shapely.is_missing(mark.shapes) | shapely.is_empty(mark.shapes))]
    dimension = shapely.get_dimensions(shapes)
    points, lines, areas = (shapes[dimension == d] for d in (0, 1, 2))
    edge, width, dash = mark.stroke or "none", mark.width, _dash(mark.dash)
    if len(areas):
        face, whole = mark.fill or "none", _outline(shapely.boundary(areas), picture)
        axes.add_patch(PathPatch(whole, fc=face, ec=edge, lw=width, ls=dash, zorder=order))
        hatch = _HATCHES.get(mark.pattern)
        if hatch and mark.fill:
            axes.add_patch(PathPatch(whole, fc="none", ec=_INK, lw=0, hatch=hatch, zorder=order))
    if len(lines):
        whole = _outline(lines, picture)
        axes.add_patch(PathPatch(whole, fc="none", ec=edge, lw=width, ls=dash, zorder=order))
    if len(points):
        x, y = picture.to_points(shapely.get_coordinates(points)).T
        size = (2 * mark.radius) ** 2
        axes.scatter(x, y, s=size, facecolor=mark.fill, edgecolor=edge, lw=width, zorder=order)
    _label(axes, mark, picture, order)


def _outline(lines: np.ndarray, picture: Picture) -> Outline:
    """Return all lines as one outline: filling it is even-odd, so that holes stay open."""
    xy, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    first = np.r_[True, owner[1:] != owner[:-1]]
    return Outline(picture.to_points(xy), np.where(first, Outline.MOVETO, Outline.LINETO))


def _dash(text: str) -> str | tuple[int, tuple[float, ...]]:
    return (0, tuple(float(part) for part in text.split())) if text else "solid"


def _label(axes: Axes, mark: Mark, picture: Picture, order: int) -> None:
    font = chinese_font()
    plain = all(label.isascii() for label in mark.labels)
    if not mark.labels or (font is None and not plain):
        return
    middle = picture.to_points(shapely.get_coordinates(shapely.point_on_surface(mark.shapes)))
    for (x, y), label in zip(middle, mark.labels, strict=True):
        written = axes.text(x, y, label, fontproperties=font, fontsize=_LABEL_SIZE)
        written.set(ha="center", va="center", zorder=order + 1, clip_on=True)
        written.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
