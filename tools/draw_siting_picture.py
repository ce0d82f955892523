"""Draw the picture of docs/siting.md: five new day-care stations in the bundled sample.

Usage: .venv/bin/python tools/draw_siting_picture.py [FILE]   (default docs/pictures/sites.png)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from matplotlib.lines import Line2D
from PIL import Image

from onegrid import schema, standards
from onegrid.io.files import read_table
from onegrid.io.sample import load_sample
from onegrid.pipeline.siting import situation_of
from onegrid.pipeline.siting_inputs import SitesInputs, SitesQuestion, read_sites
from onegrid.siting.explain import explain
from onegrid.siting.solve import choose_sites

if TYPE_CHECKING:
    from matplotlib.axes import Axes

mpl.use("Agg")
for font in font_manager.findSystemFonts():  # a font installed since matplotlib last looked
    if "wqy" in font or "NotoSansCJK" in font:
        font_manager.fontManager.addfont(font)
mpl.rcParams["font.sans-serif"] = ["WenQuanYi Micro Hei", "Noto Sans CJK SC", "DejaVu Sans"]
KIND, COUNT, MINUTES = "day_care_station", 5, 15.0
SERVED, NEW, LACKING, STATION, SITE = "#bcd0c4", "#2a9d4e", "#e07b39", "#4d6f9c", "#b3123a"
ROAD = "#dcd7cf"
SIZE_IN, DPI, COLOURS_KEPT = (7.4, 7.0), 110, 96


def main(file: Path) -> None:
    """Choose, draw, and keep few colours: the file stays small."""
    paths = load_sample()
    asked = SitesQuestion((KIND,), COUNT, MINUTES, standards.profile("elder_75"), "elders_60")
    inputs = SitesInputs(str(paths.roads), str(paths.facilities), str(paths.households))
    tables, _ = read_sites(inputs, asked)
    situation, _ = situation_of(tables, asked)
    found = choose_sites(situation, count=COUNT)
    newly = np.zeros(len(tables.people), dtype=bool)
    newly[explain(situation, found.sites).newly["need"]] = True
    figure, axes = plt.subplots(figsize=SIZE_IN, dpi=DPI, layout="constrained")
    read_table(str(paths.roads), schema.ROADS, crs=tables.people.crs.to_string()).frame.plot(
        ax=axes, color=ROAD, linewidth=0.4
    )
    _dots(axes, tables.people[situation.covered], SERVED, 2.0)
    _dots(axes, tables.people[~situation.covered & ~newly], LACKING, 5.0)
    _dots(axes, tables.people[newly], NEW, 5.0)
    there = tables.facilities[tables.facilities["kind"] == KIND]
    axes.scatter(there.geometry.x, there.geometry.y, s=16, marker="s", color=STATION, zorder=3)
    chosen = tables.candidates.iloc[found.sites]
    axes.scatter(chosen.geometry.x, chosen.geometry.y, s=190, color=SITE, zorder=4)
    for order, point in enumerate(chosen.geometry, start=1):
        axes.text(
            *(point.x, point.y, str(order)),
            color="white",
            ha="center",
            va="center_baseline",
            zorder=5,
        )
    _legend(axes)
    axes.set_axis_off()
    _save(figure, file)
    print(found.covered_before, found.covered_after, found.bound, f"{found.gap:.2%}")


def _dots(axes: Axes, places: object, colour: str, size: float) -> None:
    axes.scatter(places.geometry.x, places.geometry.y, s=size, color=colour, linewidths=0, zorder=2)


def _legend(axes: Axes) -> None:
    marks = [
        ("原已覆盖的楼栋", SERVED, "o"),
        ("新增覆盖的楼栋", NEW, "o"),
        ("仍未覆盖的楼栋", LACKING, "o"),
        ("现有日间照料站", STATION, "s"),
        ("建议新建，按先后编号", SITE, "o"),
    ]
    handles = [
        Line2D([], [], color=colour, marker=marker, linestyle="", label=label)
        for label, colour, marker in marks
    ]
    axes.legend(handles=handles, loc="lower left", frameon=False)


def _save(figure: plt.Figure, file: Path) -> None:
    drawn = io.BytesIO()
    figure.savefig(drawn, metadata={"Software": None})
    image = Image.open(drawn).convert("RGB").quantize(COLOURS_KEPT, dither=Image.Dither.NONE)
    image.save(file, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures/sites.png"))
