"""Make every polygon of a layer simple, once and of a size that can be worked with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from onegrid import standards
from onegrid.layers.gaps import polygons_of
from onegrid.layers.ledger import Repair

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray


def name_codes(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Repair]]:
    """Give a code to rows without one, and name the codes that several rows share.

    Parts of one cell may be rows of their own; rows that lie apart are asked about.
    """
    codes = layer["code"].astype(object).where(layer["code"].notna(), "").astype(str).str.strip()
    empty = (codes == "").to_numpy()
    codes = codes.mask(empty, [f"#{feature}" for feature in layer.index])
    repairs = [Repair(code, "missing_code") for code in codes[empty]]
    for code in sorted(codes[codes.duplicated()].unique()):  # few codes
        shapes = layer.geometry.to_numpy()[(codes == code).to_numpy()]
        question = _apart(shapes, code)
        repairs.append(Repair(code, "duplicate_code", 0.0, question))
    return layer.assign(code=codes), repairs


def _apart(shapes: NDArray[np.object_], code: str) -> str:
    """Return the question about rows of one code that do not hang together."""
    there = shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)]
    near_m = standards.number("gap_width_m") / 2
    joined = shapely.union_all(shapely.buffer(shapely.envelope(there), near_m))
    if shapely.get_num_geometries(joined) <= 1:
        return ""
    return f"编码 {code} 用于 {len(shapes)} 处不相邻的面，请确认是一个网格还是编码有误"


def simple_polygons(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Repair]]:
    """Make every ring simple; empty geometries go, and are named."""
    before = shapely.force_2d(layer.geometry.to_numpy())
    broken = ~shapely.is_valid(before) & ~shapely.is_missing(before)
    after = before.copy()
    after[broken] = [polygons_of(g) for g in shapely.make_valid(before[broken])]
    # a bow-tie's signed area is the difference of its lobes: what the repair adds is the change
    change_m2 = np.abs(shapely.area(after) - shapely.area(before))
    codes = layer["code"].tolist()
    repairs = [
        Repair(codes[i], "invalid_ring", float(change_m2[i]), _lobes(after[i], float(change_m2[i])))
        for i in np.flatnonzero(broken)
    ]
    empty = shapely.is_missing(after) | (np.nan_to_num(shapely.area(after)) <= 0)
    repairs += [Repair(codes[i], "empty_geometry") for i in np.flatnonzero(empty)]
    return layer.set_geometry(thinned(after))[~empty], repairs


def _lobes(repaired: shapely.Geometry, change_m2: float) -> str:
    """Return the question about a ring that crossed itself by more than a slip of the hand."""
    areas_m2 = np.sort(shapely.area(shapely.get_parts(repaired)))
    smaller_m2 = float(areas_m2[:-1].sum())
    if max(smaller_m2, change_m2 / 2) < standards.number("doubtful_part_m2"):
        return ""
    return (
        f"外形自相交，修复后分为 {len(areas_m2)} 瓣，除最大一瓣外共 {smaller_m2:.0f} 平方米，"
        "请确认外形"
    )


def thinned(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Take from very dense polygons the vertices that lie on a straight line.

    No border moves by more than the grid that all coordinates of a result are rounded to.
    """
    dense = shapely.get_num_coordinates(shapes) > standards.number("dense_ring_vertices")
    if not dense.any():
        return shapes
    found, at = shapes.copy(), np.flatnonzero(dense)
    straight = shapely.simplify(
        shapes[at], standards.number("grid_size_m"), preserve_topology=False
    )  # preserving it takes a hundred times as long, and is hardly ever needed
    sound = shapely.is_valid(straight) & (shapely.area(straight) > 0)
    found[at[sound]] = straight[sound]
    return found


def drop_repeated(layer: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Repair]]:
    """Drop features that are drawn twice, whatever code they carry; the first one stays."""
    shapes = layer.geometry.to_numpy()
    numbers = pd.factorize(pd.Series(shapely.to_wkb(shapely.normalize(shapes))))[0]
    _, first = np.unique(numbers, return_index=True)
    kept = first[numbers] if len(numbers) else numbers
    repeated = np.flatnonzero(kept != np.arange(len(kept)))
    codes = layer["code"].tolist()
    areas_m2 = shapely.area(shapes)
    repairs = []
    for i in repeated:
        twin = codes[kept[i]]
        question = (
            f"与编码 {twin} 是同一个面，已保留 {twin}，请确认编码" if twin != codes[i] else ""
        )
        repairs.append(Repair(codes[i], "duplicate_feature", float(areas_m2[i]), question))
    return layer[kept == np.arange(len(kept))], repairs
