"""Dedicated cells (专属网格): a market, school, industrial park or hospital that is a cell itself.

They are drawn, not computed: checked, cut out of the ground that is divided, and locked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.errors import InputError, Problem
from onegrid.grids.faces import faces_of, widths_m
from onegrid.grids.kept import Tiles
from onegrid.grids.locate import locate
from onegrid.layers.borders import borders_of, neighbours
from onegrid.layers.clean import clean_layer
from onegrid.layers.gaps import polygons_of
from onegrid.layers.ledger import Repair, doubtful_of, ledger_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from onegrid.grids.cells import Namer
    from onegrid.grids.kept import Kept
    from onegrid.layers.clean import Cleaned

LAYER: Final = "dedicated"
_MOSTLY: Final = 0.5  # of a dedicated cell must lie in one community
_CRUMB_M2: Final = 1.0


def sound_dedicated(layer: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> Cleaned:
    """Repair drawn dedicated cells and fit each into its community.

    Parameters
    ----------
    layer
        Polygons with ``kind`` and ``name``, metric CRS.
    communities
        Nested communities; what reaches into another one than the main one is cut off.

    Returns
    -------
    cleaned
        Rows with ``kind``, ``name`` and ``community`` (row of `communities`), one polygon each,
        and the ledger of their repair.

    Raises
    ------
    InputError
        ``DEDICATED_OVERLAP``, ``DEDICATED_OUTSIDE``, ``DEDICATED_PARTS``: all of them at once.
    """
    names = layer["name"].fillna("").astype(str).str.strip()
    ids = layer.index.astype(str)
    codes = np.where(
        names == "", "#" + ids, np.where(names.duplicated(keep=False), names + "#" + ids, names)
    )
    cleaned = clean_layer(layer.assign(code=codes.astype(object)), department=LAYER)
    problems = _overlapping(shapely.make_valid(layer.geometry.to_numpy()), codes)
    frame = cleaned.layer
    shapes = frame.geometry.to_numpy()
    home, share = _homes(shapes, communities.geometry.to_numpy())
    inside = shapely.intersection(shapes, communities.geometry.to_numpy()[home])
    parts = [_parts(shape) for shape in inside]
    for k, part in enumerate(parts):  # a handful
        if share[k] < _MOSTLY:
            what = "lies in no community for the most part"
            problems.append(_problem("DEDICATED_OUTSIDE", what, frame, k))
        elif len(part) > 1:
            problems.append(_problem("DEDICATED_PARTS", "is not one part", frame, k))
    if problems:
        raise InputError(*problems)
    fitted = np.array([part[0] for part in parts], dtype=object)
    repairs = _cut_off(frame["code"].tolist(), shapely.area(shapes) - shapely.area(fitted))
    return replace(
        cleaned,
        layer=frame.assign(community=home).set_geometry(fitted, crs=frame.crs),
        ledger=pd.concat([cleaned.ledger, ledger_of(repairs, department=LAYER)], ignore_index=True),
        doubtful=pd.concat(
            [cleaned.doubtful, doubtful_of(repairs, department=LAYER)], ignore_index=True
        ),
    )


_REMEDY: Final = {
    "DEDICATED_OVERLAP": "draw each piece of ground in one of them",
    "DEDICATED_OUTSIDE": "draw it inside a community, or leave it out",
    "DEDICATED_PARTS": "draw each part as a cell of its own, inside one community",
}


def _problem(code: str, what: str, frame: gpd.GeoDataFrame, row: int) -> Problem:
    x, y = frame.geometry.iloc[row].representative_point().coords[0]
    where = f"{frame['code'].iloc[row]} at x={x:.3f} y={y:.3f}"
    return Problem(code, what, LAYER, where, _REMEDY[code])


def _overlapping(shapes: NDArray[np.object_], codes: NDArray[np.object_]) -> list[Problem]:
    """Return a problem for every two that share more ground than drawing noise."""
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.intersection(shapes[a], shapes[b])
    same = shapely.equals(shapes[a], shapes[b])  # drawn twice: the second one goes
    wide = 2 * shapely.area(shared) > standards.number("sliver_width_m") * shapely.length(shared)
    return [
        Problem(
            "DEDICATED_OVERLAP",
            f"{codes[i]} and {codes[j]} share {shapely.area(ground):.0f} m²",
            LAYER,
            "",
            _REMEDY["DEDICATED_OVERLAP"],
        )
        for i, j, ground in zip(a[wide & ~same], b[wide & ~same], shared[wide & ~same], strict=True)
    ]


def _homes(
    shapes: NDArray[np.object_], communities: NDArray[np.object_]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the community with most of each polygon, and the share it has of it."""
    home, share = np.zeros(len(shapes), dtype=np.int64), np.zeros(len(shapes))
    own, other = shapely.STRtree(communities).query(shapes, predicate="intersects")
    area_m2 = shapely.area(shapely.intersection(shapes[own], communities[other]))
    order = np.lexsort((-other, area_m2, own))
    own, other, area_m2 = own[order], other[order], area_m2[order]
    home[own] = other  # the last write of a polygon is its largest
    share[own] = area_m2 / shapely.area(shapes[own])
    return home, share


def _parts(shape: shapely.Geometry) -> NDArray[np.object_]:
    """Return the parts worth the name, the largest first."""
    parts = shapely.get_parts(polygons_of(shape))
    order = np.argsort(-shapely.area(parts), kind="stable")
    found: NDArray[np.object_] = parts[order][shapely.area(parts[order]) > _CRUMB_M2]
    return found


def _cut_off(codes: list[str], lost_m2: NDArray[np.float64]) -> list[Repair]:
    large_m2 = standards.number("doubtful_part_m2")
    ask = "有 {:.0f} 平方米越出社区，已截去，请确认界线"
    return [
        Repair(
            codes[k],
            "outside_community",
            float(lost_m2[k]),
            ask.format(lost_m2[k]) if lost_m2[k] >= large_m2 else "",
        )
        for k in np.flatnonzero(lost_m2 > _CRUMB_M2)
    ]


def drawn_before(dedicated: NDArray[np.object_], cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return the dedicated polygons that are a cell of the previous grid already."""
    found = np.zeros(len(dedicated), dtype=bool)
    own, cell = shapely.STRtree(cells).query(dedicated, predicate="intersects")
    apart = shapely.symmetric_difference(dedicated[own], cells[cell])
    allowed_m2 = standards.number("fault_width_m") * shapely.length(dedicated[own])
    found[own[shapely.area(apart) <= allowed_m2]] = True
    return found


def cut_out(kept: Kept, dedicated: gpd.GeoDataFrame) -> Kept:
    """Return what stays with the dedicated cells beside it, and the ground without them.

    Ground that is left between a dedicated cell and something that stays, too thin for any cell,
    goes with the dedicated cell.

    Parameters
    ----------
    kept
        What stays and what is open.
    dedicated
        As `sound_dedicated` returns them, all of them on open ground.
    """
    shapes, ground = dedicated.geometry.to_numpy(), kept.ground
    if not len(shapes) or not len(ground):
        return kept
    near = np.unique(shapely.STRtree(ground.geometry.to_numpy()).query(shapes)[1])
    touched = ground.iloc[near]
    faces = faces_of(shapely.boundary(np.append(touched.geometry.to_numpy(), shapes)))
    inner = shapely.point_on_surface(faces)
    row = locate(inner, touched.geometry.to_numpy())
    faces, inner, row = faces[row >= 0], inner[row >= 0], row[row >= 0]
    community = touched["community"].to_numpy()[row]
    own = locate(inner, shapes)
    own[own >= 0] = np.where(dedicated["community"].to_numpy()[own] == community, own, -1)[own >= 0]
    own = _with_thin(faces, own, community)
    rest = gpd.GeoDataFrame(
        {"community": community, "previous": touched["previous"].to_numpy()[row]},
        geometry=faces,
        crs=ground.crs,
    )[own < 0]
    left = rest.dissolve(["community", "previous"], method="coverage").reset_index()
    cells = [shapely.coverage_union_all(faces[own == k]) for k in range(len(shapes))]
    open_ground = pd.concat([ground.drop(ground.index[near]), left[ground.columns]])
    return replace(
        kept,
        ground=open_ground.sort_values(["community", "previous"], ignore_index=True),
        dedicated=Tiles(np.array(cells, dtype=object), dedicated["community"].to_numpy()),
    )


def _with_thin(
    faces: NDArray[np.object_], own: NDArray[np.int64], community: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give faces that are too thin for a cell to the dedicated cell beside, if there is one."""
    adjacency = neighbours(borders_of(faces))
    thin = (own < 0) & (widths_m(faces) < standards.number("border_snap_m"))
    a, b = adjacency.pairs.reshape(-1, 2).T
    given, goal = np.append(a, b), np.append(b, a)
    length_m = np.append(adjacency.length_m, adjacency.length_m)
    fits = thin[given] & (own[goal] >= 0) & (community[given] == community[goal])
    order = np.lexsort((-goal[fits], length_m[fits], given[fits]))
    found = own.copy()
    found[given[fits][order]] = own[goal[fits][order]]
    return found


def dedicated_names(name: Namer, dedicated: gpd.GeoDataFrame) -> Namer:
    """Return a namer that gives dedicated cells their own name and locks them.

    Parameters
    ----------
    name
        Names all other cells (`onegrid.grids.cells.fresh_names`).
    dedicated
        As `sound_dedicated` returns them.
    """
    inner = shapely.point_on_surface(dedicated.geometry.to_numpy())

    def named(frame: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> pd.DataFrame:
        told = name(frame, communities)
        row = frame.index[locate(inner, frame.geometry.to_numpy())]
        given = dedicated["name"].fillna("").astype(str).str.strip().to_numpy(dtype=object)
        told.loc[row, "name"] = np.where(given == "", told.loc[row, "name"], given)
        told.loc[row, "locked"] = True
        return told

    return named
