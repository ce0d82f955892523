"""A picture as PNG bytes, for files that cannot hold SVG; the same for the same input."""

from __future__ import annotations

import io
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING

import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findSystemFonts, fontManager
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.artist import Artist

    from onegrid.reports.model import Mark, Picture
    from onegrid.standards.signs import Sign

_DPI = 160
_COMPRESS = 3  # twice as fast as the usual 6, and hardly larger
_COLOURS = 256  # of a picture: maps have few, so that a byte a point does instead of four
_INK = "#333333"
_HATCH_WIDTH = 0.7  # as in the page
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
    name = _chinese_name()
    if name is None:  # matplotlib keeps a list, which may be older than the machine's fonts
        for path in sorted({*findSystemFonts()} - {font.fname for font in fontManager.ttflist}):
            with suppress(OSError, RuntimeError):  # what it cannot read is no font of ours
                fontManager.addfont(path)
        name = _chinese_name()
    return None if name is None else FontProperties(family=name, size=_LABEL_SIZE)


def _chinese_name() -> str | None:
    there = {font.name for font in fontManager.ttflist}
    return next((name for name in _CHINESE if name in there), None)


def png(picture: Picture) -> bytes:
    """Return a picture as PNG; Chinese labels are left out where no font has them."""
    drawing = _Drawing(picture.width, picture.height)
    for mark in picture.marks:
        _draw(drawing, mark, picture)
    return drawing.png()


@cache
def swatch_png(sign: Sign) -> bytes:
    """Return the small sample of a legend entry."""
    width, height = 18.0, 12.0
    drawing = _Drawing(width, height)
    if sign.form == "line":
        level = Outline([(0, height / 2), (width, height / 2)])
        drawing.path(level, edge=sign.colour, width=2.5, dash=sign.dash)
    elif sign.form == "disc":
        drawing.path(Outline.circle((width / 2, height / 2), 4.5), face=sign.colour)
    else:
        box = Outline.unit_rectangle().transformed(Affine2D().scale(width, height))
        drawing.path(box, face=sign.colour, edge=_INK, width=0.5)
        drawing.hatch(box, _HATCHES.get(sign.pattern))
    return drawing.png()


class _Drawing:
    """A canvas in points, y down, painted at once: axes would cost ten times as much."""

    def __init__(self, width: float, height: float) -> None:
        inches = (width / _POINTS_PER_INCH, height / _POINTS_PER_INCH)
        self._figure = Figure(figsize=inches, dpi=_DPI)
        self._canvas = FigureCanvasAgg(self._figure)
        self._to_pixels = (
            Affine2D()
            .translate(0, -height)
            .scale(_DPI / _POINTS_PER_INCH, -_DPI / _POINTS_PER_INCH)
        )
        self._renderer = self._canvas.get_renderer()  # type: ignore[no-untyped-call]  # matplotlib has few types
        self._renderer.clear()
        self._figure.patch.draw(self._renderer)

    def path(
        self, path: Outline, *, face: str = "", edge: str = "", width: float = 0, dash: str = ""
    ) -> None:
        """Fill a path and draw its edge."""
        style = {"fc": face or "none", "ec": edge or "none", "lw": width, "ls": _dash(dash)}
        self._paint(PathPatch(path, **style))

    def hatch(self, path: Outline, hatch: str | None) -> None:
        """Lay a pattern over a path."""
        if hatch:
            with rc_context({"hatch.linewidth": _HATCH_WIDTH}):
                self._paint(PathPatch(path, fc="none", ec=_INK, lw=0, hatch=hatch))

    def text(self, at: tuple[float, float], label: str, font: FontProperties | None) -> None:
        """Write a label about a place."""
        written = Text(*at, label, fontproperties=font, fontsize=_LABEL_SIZE)
        written.set(ha="center", va="center")
        written.set_path_effects([withStroke(linewidth=1.5, foreground="white")])
        self._paint(written)

    def png(self) -> bytes:
        """Return what was painted."""
        drawn = np.asarray(self._canvas.buffer_rgba())  # type: ignore[no-untyped-call]  # as above
        image = Image.fromarray(drawn).convert("RGB")
        few = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        raw = io.BytesIO()
        few.save(raw, format="png", compress_level=_COMPRESS)
        return raw.getvalue()

    def _paint(self, artist: Artist) -> None:
        artist.set_figure(self._figure)
        artist.set_transform(self._to_pixels)
        artist.draw(self._renderer)


def _draw(drawing: _Drawing, mark: Mark, picture: Picture) -> None:
    shapes = mark.shapes[~(shapely.is_missing(mark.shapes) | shapely.is_empty(mark.shapes))]
    dimension = shapely.get_dimensions(shapes)
    points, lines, areas = (shapes[dimension == d] for d in (0, 1, 2))
    paint = partial(drawing.path, edge=mark.stroke, width=mark.width, dash=mark.dash)
    if len(areas):
        whole = _outline(shapely.boundary(areas), picture)
        paint(whole, face=mark.fill)
        if mark.fill:
            drawing.hatch(whole, _HATCHES.get(mark.pattern))
    if len(lines):
        paint(_outline(lines, picture))
    for x, y in picture.to_points(shapely.get_coordinates(points)).tolist():
        paint(Outline.circle((x, y), mark.radius), face=mark.fill)
    _label(drawing, mark, picture)


def _outline(lines: np.ndarray, picture: Picture) -> Outline:
    """Return all lines as one outline: filling it is even-odd, so that holes stay open."""
    xy, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    first = np.r_[True, owner[1:] != owner[:-1]]
    return Outline(picture.to_points(xy), np.where(first, Outline.MOVETO, Outline.LINETO))


def _dash(text: str) -> str | tuple[int, tuple[float, ...]]:
    return (0, tuple(float(part) for part in text.split())) if text else "solid"


def _label(drawing: _Drawing, mark: Mark, picture: Picture) -> None:
    font = chinese_font()
    plain = all(label.isascii() for label in mark.labels)
    if not mark.labels or (font is None and not plain):
        return
    middle = picture.to_points(shapely.get_coordinates(shapely.point_on_surface(mark.shapes)))
    for (x, y), label in zip(middle.tolist(), mark.labels, strict=True):
        drawing.text((x, y), label, font)
