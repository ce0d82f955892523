"""Draw the pictures of docs/merge.md from a small invented district.

Usage: .venv/bin/python tools/draw_merge_pictures.py [FOLDER]   (default docs/pictures)
"""

from __future__ import annotations

import io
import logging
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import shapely
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image

from onegrid.grids.atoms import on_lines, skeleton_lines
from onegrid.grids.conflicts import find_conflicts
from onegrid.grids.options import AssignOptions
from onegrid.io.sample import DistrictOptions, write_district
from onegrid.layers.borders import borders_of
from onegrid.pipeline.merge import Merged, MergeInputs, MergeTables, merge_tables, read_merge
from onegrid.pipeline.stages import Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

mpl.use("Agg")
COLOURS = {
    "ecology": "#2a9d4e",
    "emergency": "#d1495b",
    "politics_law": "#2f6fb0",
    "urban_management": "#d98a00",
}
LABELS = {name: name.replace("_", " and ", 1) for name in COLOURS} | {
    "urban_management": "urban management"
}
INK, ROAD, STRIP = "#222222", "#c9c4bb", "#7b4fb3"
OPTIONS = DistrictOptions(
    seed=4, subdistricts=1, communities=4, cells=16, households=6_400, buildings=900
)
SIZE_IN, DPI, COLOURS_KEPT = (7.4, 4.6), 110, 48


@dataclass(frozen=True)
class Scene:
    """A merged district, its streets, and where its doors are."""

    tables: MergeTables
    merged: Merged

    @property
    def streets(self) -> np.ndarray:
        """Lines of the streets that bound blocks."""
        return skeleton_lines(self.tables.roads)[0]


def main(folder: Path) -> None:
    """Draw all pictures into `folder`."""
    logging.getLogger("onegrid").setLevel(logging.WARNING)
    scene = build()
    for name, draw in (
        ("merge_drawn", draw_drawn),
        ("merge_strip", draw_strip),
        ("merge_cut", draw_cut),
        ("merge_cells", draw_cells),
    ):
        figure, axes = plt.subplots(figsize=SIZE_IN, dpi=DPI, layout="constrained")
        draw(axes, scene)
        axes.set_aspect("equal")
        axes.set_axis_off()
        save(figure, folder / f"{name}.png")
        plt.close(figure)


def build() -> Scene:
    """Write the small district, read it back and merge it."""
    with tempfile.TemporaryDirectory() as folder:
        paths = write_district(Path(folder), OPTIONS)
        inputs = MergeInputs(
            {name: str(paths.departments[name]) for name in COLOURS},
            str(paths.communities),
            str(paths.households),
            str(paths.roads),
        )
        tables = read_merge(inputs)
    return Scene(tables, merge_tables(tables, options=AssignOptions(), run=Run("pictures")))


def save(figure: plt.Figure, path: Path) -> None:
    """Write a picture with few colours: small in the repository."""
    raw = io.BytesIO()
    figure.savefig(raw, format="png", metadata={"Software": None})
    image = Image.open(raw).convert("RGB").quantize(COLOURS_KEPT, dither=Image.Dither.NONE)
    image.save(path, optimize=True)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def outlines(axes: Axes, shapes: np.ndarray, **style: object) -> None:
    """Draw the borders of polygons."""
    gpd.GeoSeries(shapely.boundary(shapes)).plot(ax=axes, **style)


def streets(axes: Axes, scene: Scene, width: float) -> None:
    """Draw the streets as broad grey lines."""
    gpd.GeoSeries(scene.streets).plot(ax=axes, color=ROAD, linewidth=width, zorder=1)


def look_at(axes: Axes, x: float, y: float, half_m: float) -> None:
    """Show the ground around a point."""
    ratio = SIZE_IN[1] / SIZE_IN[0]
    axes.set_xlim(x - half_m, x + half_m)
    axes.set_ylim(y - half_m * ratio, y + half_m * ratio)


def legend(axes: Axes, *extra: Line2D | Patch, names: list[str] | None = None) -> None:
    """Name the departments and what else is shown."""
    shown = list(COLOURS) if names is None else names
    lines = [Line2D([], [], color=COLOURS[n], linewidth=2, label=LABELS[n]) for n in shown]
    axes.legend(handles=[*lines, *extra], loc="lower right", fontsize=8, framealpha=0.95)


def departments(axes: Axes, scene: Scene, width: float, names: list[str] | None = None) -> None:
    """Draw the cleaned layers of departments over each other."""
    for name in list(COLOURS) if names is None else names:
        shapes = scene.merged.layers[name].geometry.to_numpy()
        outlines(axes, shapes, color=COLOURS[name], linewidth=width, zorder=3)


def draw_drawn(axes: Axes, scene: Scene) -> None:
    """Draw four departments over each other: the lines mean the same streets."""
    streets(axes, scene, 3.5)
    departments(axes, scene, 1.1)
    west, south, east, north = scene.merged.grid.communities.total_bounds
    look_at(axes, (west + east) / 2, (south + north) / 2, (east - west) * 0.44)
    legend(axes, Line2D([], [], color=ROAD, linewidth=4, label="street"))
    axes.set_title("Four drawings of one city, each a few metres beside the streets", fontsize=10)


def draw_strip(axes: Axes, scene: Scene) -> None:
    """Draw one strip between a drawn border and the street it means."""
    grid = scene.merged.grid
    conflicts = find_conflicts(
        grid.atoms,
        scene.merged.layers,
        scene.tables.people,
        community_of=grid.cells["community_id"].to_dict(),
        roads=scene.tables.roads,
    )
    shifts = conflicts[
        (conflicts["kind"] == "border_shift")
        & (conflicts["level"] == "cell")
        & conflicts["followed"].str.startswith("road")
    ]
    # one that shows whole: short, broad, and disputed by several departments
    size_m = shifts.bounds.pipe(lambda b: np.maximum(b.maxx - b.minx, b.maxy - b.miny))
    several = shifts["departments"].str.count(";") + 1
    best = int(np.argmax((several * shifts["width_m"] / (100 + (size_m - 150).abs())).to_numpy()))
    shape, names = shifts.geometry.iloc[best], shifts["departments"].iloc[best].split(";")
    streets(axes, scene, 9)
    departments(axes, scene, 1.6, names)
    gpd.GeoSeries([shape]).plot(ax=axes, facecolor=STRIP, edgecolor="none", alpha=0.45, zorder=2)
    outlines(axes, scene.merged.grid.cells.geometry.to_numpy(), color=INK, linewidth=2.6, zorder=4)
    west, south, east, north = shape.bounds
    look_at(axes, (west + east) / 2, (south + north) / 2, max(east - west, north - south) * 0.8)
    legend(
        axes,
        Line2D([], [], color=ROAD, linewidth=6, label="street"),
        Line2D([], [], color=INK, linewidth=2.6, label="border of the merged grid"),
        Patch(color=STRIP, alpha=0.45, label="strip: one row of the list of conflicts"),
        names=names,
    )
    axes.set_title("Borders drawn beside a street mean the street", fontsize=10)


def draw_cut(axes: Axes, scene: Scene) -> None:
    """Draw one block that departments cut between people."""
    atoms = scene.merged.grid.atoms
    shapes = atoms.geometry.to_numpy()
    borders = borders_of(shapes)
    free = (borders.left >= 0) & (borders.right >= 0) & ~on_lines(borders, scene.streets)
    length_m = np.where(free, borders.length_m, 0)
    homes = atoms["households"].to_numpy()
    length_m *= np.minimum(homes[borders.left], homes[borders.right])
    round_share = shapely.area(shapes) / shapely.length(shapes) ** 2  # plain shapes explain best
    length_m *= np.minimum(round_share[borders.left], round_share[borders.right]) ** 2
    cut = int(np.argmax(length_m))
    pair = shapes[[borders.left[cut], borders.right[cut]]]
    streets(axes, scene, 7)
    gpd.GeoSeries(pair).plot(ax=axes, color=["#e8f0fa", "#fdf0e0"], zorder=0)
    departments(axes, scene, 1.5)
    outlines(axes, pair, color=INK, linewidth=2.6, zorder=4)
    scene.tables.people.plot(ax=axes, color=INK, markersize=9, zorder=5)
    west, south, east, north = shapely.total_bounds(pair)
    look_at(axes, (west + east) / 2, (south + north) / 2, max(east - west, north - south) * 0.72)
    legend(
        axes,
        Line2D([], [], color=INK, linewidth=2.6, label="the two atoms of the block"),
        Line2D([], [], color=INK, marker="o", linestyle="", markersize=3, label="building"),
    )
    axes.set_title(
        "People live on both sides of the line: the block is cut, once for all", fontsize=10
    )


def draw_cells(axes: Axes, scene: Scene) -> None:
    """Draw the merged grid with the households of every cell."""
    cells, communities = scene.merged.grid.cells, scene.merged.grid.communities
    tints = ["#dbe9f6", "#e4f2df", "#fbeed9", "#efe3f3", "#f6e0e0"]
    number = {c: k for k, c in enumerate(communities.index)}
    colours = [tints[number[c] % len(tints)] for c in cells["community_id"]]
    cells.plot(ax=axes, color=colours, edgecolor="#555555", linewidth=1.2)
    outlines(axes, communities.geometry.to_numpy(), color=INK, linewidth=3)
    for shape, households in zip(cells.geometry, cells["households"], strict=True):
        point = shape.representative_point()
        axes.annotate(f"{households}", (point.x, point.y), ha="center", va="center", fontsize=9)
    west, south, east, north = cells.total_bounds
    look_at(axes, (west + east) / 2, (south + north) / 2, (east - west) * 0.85)
    axes.set_ylim(south - 20, north + 20)
    axes.legend(
        handles=[
            Line2D([], [], color=INK, linewidth=3, label="community"),
            Line2D([], [], color="#555555", linewidth=1.2, label="cell, with its households"),
        ],
        loc="upper right",
        fontsize=8,
        framealpha=0.95,
    )
    axes.set_title("The merged grid: no gap, no overlap, no cell across a community", fontsize=10)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("docs/pictures"))
