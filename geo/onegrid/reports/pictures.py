"""The maps of a report: the grid, and who is not served, cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from onegrid.reports.model import HIDDEN, Mark, Picture
from onegrid.reports.tables import figures, profile_label
from onegrid.standards import ELDER_KINDS, number, signs
from onegrid.standards.signs import Sign, facility_sign, kind_label, kind_order

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from onegrid.reports.inputs import ReportTables

_SIMPLIFY_M: Final = 3.0
_MARGIN_SHARE: Final = 0.02
_CELL_WIDTH: Final = 400  # points
_CELL_RATIO: Final = 0.6  # height of a cell's map over its width
_CELL_FRAME: Final = 0.58  # half the map's width over the cell's
_TINTS: Final = ("#d5e6f2", "#a5cbe4", "#6fafd6")  # of the farthest band to the nearest
_WATER: Final = "#b9d4e2"
_EDGE, _EDGE_WIDTH = "#6b6b6b", 0.4


def grid_pictures(tables: ReportTables) -> list[Picture]:
    """Return the map of the grid: cells by size, communities, names of subdistricts."""
    if tables.cells is None:
        return []
    low, high = number("cell_households_min"), number("cell_households_max")
    households = figures(tables.cells["households"])
    kinds = np.select(
        [households.isna(), households == 0, households < low, households > high],
        ["below", "empty", "below", "above"],
        "in_band",
    )
    marks = _filled(_simple(tables.cells), kinds, signs.SIZES)
    outlines, legend = _outlines(tables)
    title = f"全要素网格：规模（{low:.0f}–{high:.0f}户）"
    named = (*(signs.SIZES[k] for k in signs.SIZES if k in set(kinds)), *legend)
    return [Picture(title, (*marks, *outlines), _bounds(tables.cells), named)]


def gap_pictures(tables: ReportTables, *, elders: bool) -> list[Picture]:
    """Return one map for each facility kind and profile: every cell by its cause.

    Parameters
    ----------
    tables
        The tables as they may be shown.
    elders
        The kinds of elder care, else all others.
    """
    cells, gaps = tables.cells, tables.gaps
    if cells is None or gaps is None:
        return []
    shapes, bounds = _simple(cells), _bounds(cells)
    rows = gaps[gaps["level"] == "cell"]
    outlines, legend = _outlines(tables)
    found = []
    for kind in _kinds(rows["kind"], elders=elders):
        of_kind = rows[rows["kind"] == kind]
        for walker in dict.fromkeys(of_kind["profile"]):
            told = of_kind[of_kind["profile"] == walker].set_index("id").reindex(cells.index)
            cause = told["cause"].astype(object).replace(HIDDEN, "hidden").fillna("")
            places, sign = _facilities(tables, kind)
            marks = (*_filled(shapes, cause.to_numpy(), signs.CAUSES), *outlines, *places)
            seen = [signs.CAUSES[c] for c in signs.CAUSES if c in set(cause)]
            title = f"{tables.kind_text(kind)}：{profile_label(str(walker))}"
            found.append(Picture(title, marks, bounds, (*seen, *legend, *sign)))
    return found


def _kinds(of_rows: pd.Series[str], *, elders: bool) -> list[str]:
    """Return the kinds of elder care among those of some rows, else all others, in their order."""
    return [kind for kind in kind_order(set(of_rows)) if (kind in ELDER_KINDS) == elders]


def circle_pictures(tables: ReportTables, *, elders: bool) -> list[Picture]:
    """Return the life circles of each facility kind: the streets within 5, 10, 15 minutes.

    Parameters
    ----------
    tables
        The tables as they may be shown.
    elders
        The kinds of elder care, else all others.
    """
    cells, circles, facilities = tables.cells, tables.circles, tables.facilities
    if cells is None or circles is None or facilities is None:
        return []
    outlines, legend = _outlines(tables)
    kind_of = circles["facility_id"].map(facilities["kind"]).fillna("")
    bands = sorted(set(circles["minutes"]), reverse=True)  # the nearest lies on top
    found = []
    for kind in _kinds(kind_of[kind_of != ""], elders=elders):
        mine = circles[kind_of == kind]
        ground = [Mark(_simple(cells), fill=signs.PALE, stroke=_EDGE, width=_EDGE_WIDTH)]
        signed = []
        for order, minutes in enumerate(bands):
            tint = _TINTS[min(order, len(_TINTS) - 1)]
            shapes = mine.geometry[mine["minutes"] == minutes].to_numpy()
            area = shapely.simplify(shapely.union_all(shapes), _SIMPLIFY_M)
            ground.append(Mark(np.array([area], dtype=object), fill=tint))
            signed.append(Sign(f"{minutes:g}分钟步行可达", tint))
        places, sign = _facilities(tables, kind)
        title = f"{kind_label(kind)}：生活圈"
        marks = (*ground, *outlines, *places)
        found.append(Picture(title, marks, _bounds(cells), (*signed[::-1], *legend, *sign)))
    return found


@dataclass(frozen=True)
class Surroundings:
    """Cells, streets and facilities as arrays with their indexes, to draw what is near."""

    ids: np.ndarray
    cells: np.ndarray
    cell_tree: shapely.STRtree
    roads: np.ndarray
    road_tree: shapely.STRtree
    water: np.ndarray
    facilities: np.ndarray
    facility_tree: shapely.STRtree

    @classmethod
    def of(
        cls,
        cells: gpd.GeoDataFrame,
        roads: gpd.GeoDataFrame | None,
        facilities: gpd.GeoDataFrame | None,
        water: gpd.GeoDataFrame | None,
    ) -> Surroundings:
        """Index the tables once."""
        nothing = np.empty(0, dtype=object)
        rivers = nothing if water is None else water.geometry.to_numpy()
        shapes = cells.geometry.to_numpy()
        lines = nothing if roads is None else roads.geometry.to_numpy()
        points = nothing if facilities is None else facilities.geometry.to_numpy()
        tree = shapely.STRtree
        ids = cells.index.astype(str).to_numpy(object)
        return cls(ids, shapes, tree(shapes), lines, tree(lines), rivers, points, tree(points))


def cell_picture(cell: str, around: Surroundings) -> Picture:
    """Return the small map of one cell: its neighbours, streets, facilities."""
    own = around.cells[np.flatnonzero(around.ids == cell)]
    west, south, east, north = shapely.total_bounds(own)
    half = max(east - west, (north - south) / _CELL_RATIO) * _CELL_FRAME
    x, y = (west + east) / 2, (south + north) / 2
    bounds = (x - half, y - half * _CELL_RATIO, x + half, y + half * _CELL_RATIO)
    frame = shapely.box(*bounds)
    near = np.sort(around.cell_tree.query(frame))
    lines = around.roads[np.sort(around.road_tree.query(frame))]
    marks = (
        Mark(shapely.clip_by_rect(around.cells[near], *bounds), fill="#f4f4f2", stroke="#aaaaaa"),
        Mark(own, fill="#fdf3d8"),
        Mark(shapely.clip_by_rect(around.water, *bounds), fill=_WATER),
        Mark(shapely.clip_by_rect(lines, *bounds), stroke="#c3baa9", width=1.2),
        Mark(own, stroke=signs.VERMILLION, width=1.8),
        Mark(
            around.facilities[np.sort(around.facility_tree.query(frame, "intersects"))],
            fill=signs.BLUE,
            stroke="#ffffff",
        ),
    )
    legend = (
        Sign("本网格", signs.VERMILLION, "line"),
        Sign("道路", "#c3baa9", "line"),
        Sign("设施", signs.BLUE, "disc"),
    )
    return Picture("位置", marks, bounds, legend, _CELL_WIDTH)


def _simple(frame: gpd.GeoDataFrame) -> np.ndarray:
    shapes = frame.geometry.to_numpy()
    if len(shapes) and shapely.coverage_is_valid(shapes):
        return np.asarray(shapely.coverage_simplify(shapes, _SIMPLIFY_M))
    return np.asarray(shapely.simplify(shapes, _SIMPLIFY_M))


def _filled(shapes: np.ndarray, classes: np.ndarray, known: dict[str, Sign]) -> list[Mark]:
    found = []
    for name, sign in known.items():
        mine = shapes[classes == name]
        if len(mine):
            found.append(Mark(mine, sign.colour, sign.pattern, _EDGE, _EDGE_WIDTH))
    return found


def _outlines(tables: ReportTables) -> tuple[list[Mark], list[Sign]]:
    found: list[Mark] = []
    legend = []
    if tables.water is not None:
        found.append(Mark(_simple(tables.water), fill=_WATER, stroke=_WATER))
        legend.append(Sign("水面", _WATER))
    if tables.communities is not None:
        found.append(Mark(_simple(tables.communities), stroke=signs.DARK, width=1.0))
        legend.append(Sign("社区边界", signs.DARK, "line"))
    if tables.subdistricts is not None:
        names = tables.names["subdistrict"]
        labels = tuple(names.get(str(i), "") for i in tables.subdistricts.index)
        found.append(Mark(_simple(tables.subdistricts), stroke="#000000", width=1.8, labels=labels))
        legend.append(Sign("街道边界", "#000000", "line"))
    return found, legend


def _facilities(tables: ReportTables, kind: str) -> tuple[list[Mark], list[Sign]]:
    if tables.facilities is None:
        return [], []
    mine = tables.facilities[tables.facilities["kind"] == kind]
    sign = facility_sign(kind)
    return (
        [Mark(mine.geometry.to_numpy(), fill=sign.colour, stroke="#ffffff", width=0.8)],
        [Sign("设施", sign.colour, "disc", glyph=sign.glyph)],
    )


def _bounds(frame: gpd.GeoDataFrame) -> tuple[float, float, float, float]:
    west, south, east, north = frame.total_bounds
    margin = max(east - west, north - south) * _MARGIN_SHARE
    return west - margin, south - margin, east + margin, north + margin
